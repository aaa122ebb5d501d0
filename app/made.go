package app

import (
	"slices"
	"strings"

	"opacity/app/mask"
)

// Source is what a label of a mask goes back to, before hands changed it.
type Source string

// The sources of labels.
const (
	FromModel Source = "model"
	// FromParts is a model that was run on parts of the volume alone: there is no
	// mask of its own to compare the whole label with.
	FromParts Source = "model_parts"
	FromFile  Source = "file"
	Drawn     Source = "drawn" // from nothing
	// Unknown is a model whose own mask cannot be read any more.
	Unknown Source = "unknown"
)

// Made says how a label of a mask came to be, so that a report credits a model with
// nothing that it did not make.
type Made struct {
	Label  mask.Label
	Source Source
	// Threshold is the probability from which a voxel counts as the label's, 0..1, and
	// ModelThreshold the one that the model proposes; nil where the label is not a
	// model's, or its model has none.
	Threshold, ModelThreshold *float64
	// Changed is how the label differs from what its model or file had, and ByHand the
	// part of it where a hand was, or a mask that was opened; the rest is another threshold's. Of a label that was
	// drawn all is by hand. Nil where there is nothing whole to compare with.
	Changed, ByHand *Change
}

// Change counts voxels that a label gained and lost.
type Change struct{ Added, Removed int }

// Made says of each label of the result how it was made: all as the model did.
func (r *SegmentResult) Made() []Made {
	var all []Made
	for _, l := range r.Mask.Labels() {
		all = append(all, r.made(l))
	}
	return all
}

// made is how the model made a label, which nobody has changed since.
func (r *SegmentResult) made(l mask.Label) Made {
	switch {
	case !r.Asked(l):
		return Made{Label: l, Source: Drawn, Changed: &Change{}, ByHand: &Change{}}
	case !r.Covers(l):
		return Made{Label: l, Source: FromParts, Threshold: r.threshold(l), ModelThreshold: r.threshold(l)}
	}
	return Made{Label: l, Source: FromModel, Threshold: r.threshold(l), ModelThreshold: r.threshold(l), Changed: &Change{}, ByHand: &Change{}}
}

// threshold is the model's own for a label, nil where none is known.
func (r *SegmentResult) threshold(l mask.Label) *float64 {
	name := r.probabilityName(l)
	own, known := r.Thresholds[name]
	if _, held := r.Probabilities[name]; !known && held {
		own, known = 0.5, true
	}
	if !known {
		return nil
	}
	return &own
}

// probabilityName is what the model calls a label: by the name it had for it, or
// of a left or a right one by that of both.
func (r *SegmentResult) probabilityName(l mask.Label) string {
	_, held := r.Probabilities[l.Name]
	_, cut := r.Thresholds[l.Name]
	if !held && !cut && l.Side != mask.NoSide {
		return strings.TrimPrefix(l.Name, string(l.Side)+" ")
	}
	return l.Name
}

// Made says of each label of the mask how it came to be; nil where nothing is open.
// Of a mask that was opened from a file it reads the steps since back. The error is
// that of a step that could not be read.
func (s *Session) Made() ([]Made, error) {
	if s.mask == nil {
		return nil, nil
	}
	hands, err := s.Touched()
	if err != nil {
		return nil, err
	}
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	drawn := mask.New(s.mask.Size(), nil)
	fileMasks := map[int]*mask.Mask{}
	type counts struct{ changed, byHand [mask.Layers][256]Change }
	counted := map[*mask.Mask]counts{}
	var all []Made
	for _, l := range s.mask.Labels() {
		m := Made{Label: l, Source: Drawn, Changed: &Change{}, ByHand: &Change{}}
		base := drawn
		o, file := s.maker(l, files)
		switch {
		case o.Result != nil:
			m = o.Result.made(s.labelOf(o.Result, l))
			m.Label, base = l, o.Result.Mask
			if th, chosen := o.Thresholds[l.Value]; chosen && m.ModelThreshold != nil {
				cut := float64(th) / 255
				m.Threshold = &cut
			}
			if m.Source == Drawn && slices.ContainsFunc(files, func(f filed) bool { return f.has(l) }) {
				m.Source, m.Changed, m.ByHand = FromFile, nil, nil // a model has gone over other labels of it since
			}
		case file > 0:
			if fileMasks[file] == nil {
				if fileMasks[file], err = s.fileMask(file); err != nil {
					return nil, err
				}
			}
			m.Source, base = FromFile, fileMasks[file]
		case o.Lost:
			m.Source, m.Changed, m.ByHand = Unknown, nil, nil
		}
		if m.Changed != nil {
			if _, done := counted[base]; !done {
				d := mask.Diff(base, s.mask)
				counted[base] = counts{changesOf(d), changesOf(d.Within(hands))}
			}
			*m.Changed, *m.ByHand = counted[base].changed[l.Layer][l.Value], counted[base].byHand[l.Layer][l.Value]
		}
		all = append(all, m)
	}
	return all, nil
}

// filed is an applied step that took the mask from a file, counted from 1, and what it
// gave to the labels and took from them, were it again what they had.
type filed struct {
	step    int
	changed [mask.Layers][256]Change
}

// has reports whether a label is what the file says; one that it left to stay is not.
func (f filed) has(l mask.Label) bool { return f.changed[l.Layer][l.Value] != Change{} }

// files are the applied steps that took the mask from a file, the last first.
func (s *Session) files() (all []filed, err error) {
	steps, applied := s.history.Steps()
	for n := applied; n > 0; n-- {
		if steps[n-1].Tool != mask.ToolFile {
			continue
		}
		d, err := s.history.Delta(n - 1)
		if err != nil {
			return nil, err
		}
		all = append(all, filed{n, changesOf(d)})
	}
	return all, nil
}

// maker is what a label goes back to: the origin of the mask, and the step of the file
// where that is one which has the label; else what there was before the file.
func (s *Session) maker(l mask.Label, files []filed) (o Origin, file int) {
	o = s.Origin()
	for _, f := range files {
		if !o.File {
			return o, 0
		}
		if f.has(l) {
			return o, f.step
		}
		o = s.origins[f.step-1].Origin
	}
	if o.File {
		return Origin{}, 0 // it changed nothing, and made no step
	}
	return o, 0
}

// labelOf is a label of the mask as the model called it: it may have another name since.
func (s *Session) labelOf(r *SegmentResult, l mask.Label) mask.Label {
	if own, ok := r.Mask.Label(l.Value); ok && own.Layer == l.Layer {
		return own
	}
	return l
}

// fileMask is the mask as a step took it from its file: the one at hand, with the steps
// since taken back.
func (s *Session) fileMask(step int) (*mask.Mask, error) {
	m := s.mask.Snapshot()
	_, applied := s.history.Steps()
	for i := applied - 1; i >= step; i-- {
		d, err := s.history.Delta(i)
		if err != nil {
			return nil, err
		}
		m.Revert(d)
	}
	return m, nil
}

// changesOf counts what a delta gives to and takes from the labels of each layer.
func changesOf(d mask.Delta) [mask.Layers][256]Change {
	var all [mask.Layers][256]Change
	for _, s := range d.Slices {
		for _, r := range s.Runs {
			all[s.Layer][r.Old].Removed += int(r.Length)
			all[s.Layer][r.New].Added += int(r.Length)
		}
	}
	return all
}
