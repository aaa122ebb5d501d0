package app

import (
	"slices"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/volume"
)

// Origin is where a mask came from, before hands changed it. The zero Origin is
// that of a mask drawn from nothing.
type Origin struct {
	Result   *SegmentResult   // nil where no model has run
	Warnings []volume.Warning // of the model run or of the mask file
	File     bool             // it was read from a file
	Lost     bool             // what it goes back to is not known any more
	// Thresholds are those that a person chose for the model's probabilities, by
	// label value, 0..255 for 0..1. Never written once it is set.
	Thresholds map[uint8]uint8
}

// provenance is an origin as it goes back and forth with the steps, so that a
// report never credits a model with a mask that it did not make.
type provenance struct {
	Origin
	saved bool // it is on disk as it is, or there is nothing of it to save
}

// The tools of steps that change where the mask came from.
const (
	toolModel     = "model"     // what no hand has touched
	toolAgain     = "again"     // a part of it, that a model looked at again
	toolThreshold = "threshold" // the boundary of a label
)

// origin is where the mask as it is now came from; nil where nothing is open.
func (s *Session) origin() *provenance {
	if s.history == nil {
		return nil
	}
	_, applied := s.history.Steps()
	return &s.origins[applied]
}

// Origin returns where the mask as it is now came from.
func (s *Session) Origin() Origin {
	if o := s.origin(); o != nil {
		return o.Origin
	}
	return Origin{}
}

// Origins returns where the mask after each number of steps came from, those taken back
// included.
func (s *Session) Origins() []Origin {
	out := make([]Origin, len(s.origins))
	for n, p := range s.origins {
		out[n] = p.Origin
	}
	return out
}

// Result returns the model run that the mask goes back to, corrected since or
// not, or nil where it goes back to none.
func (s *Session) Result() *SegmentResult { return s.Origin().Result }

// Dirty reports whether the mask has changes that were not saved. A mask that
// was merely opened has none, and a saved one has none again once the steps
// taken since are taken back.
func (s *Session) Dirty() bool {
	o := s.origin()
	return o != nil && !o.saved
}

// MarkSaved says that the mask as it was at revision is on disk, and that what
// was there before is not any more.
func (s *Session) MarkSaved(revision int) {
	if s.history == nil || revision != s.revision {
		return
	}
	for i := range s.origins {
		s.origins[i].saved = false
	}
	s.origin().saved = true
	s.tellDirty()
}

func (s *Session) tellDirty() {
	if d := s.Dirty(); s.dirty != d {
		s.dirty = d
		s.DirtyChanged.Emit(d)
	}
}

// Annotated reports whether the mask says anything about a label: whether a
// voxel of it is drawn, or somebody looked for it. A mask file without a voxel of
// it, or a model that does not know it, says nothing, not even that there is none.
func (s *Session) Annotated(l mask.Label) bool {
	o := s.origin()
	switch {
	case o == nil || s.mask.Count(l.Layer, l.Value) > 0:
		return true
	case o.File:
		return false
	}
	return o.Result == nil || o.Result.Model.Finds(l)
}

// Warnings returns every doubt about the open study: the volume's own first,
// those about the mask as it is now last.
func (s *Session) Warnings() []volume.Warning {
	if s.volume == nil {
		return nil
	}
	return slices.Concat(s.volume.Warnings, s.origin().Warnings, metrics.CutLungs(s.mask))
}
