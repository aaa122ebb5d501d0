package app

import (
	"slices"

	"opacity/app/mask"
)

// Part is a part of a volume that a model was run on.
type Part struct {
	Name string // as the user calls it: a lung, a slice, a box
	Lung uint8  // the label of the lung that it is; 0 where it is none
}

// Asked reports whether the model was asked about a label: everywhere, or in one of
// the parts that it was run on, of which a lung is one about the other lung of which
// nothing was asked.
func (r *SegmentResult) Asked(l mask.Label) bool {
	return r.Model.Finds(l) && (r.Parts == nil || l.Side == mask.NoSide || slices.ContainsFunc(r.Parts, func(p Part) bool {
		return p.Lung == 0 || p.Lung == l.Value
	}))
}

// Covers reports whether the model was asked about all of a label, so that what it
// made of the label can be compared with: after a run on the whole, or on the lung
// that the label is.
func (r *SegmentResult) Covers(l mask.Label) bool {
	return r.Model.Finds(l) && (r.Parts == nil || slices.ContainsFunc(r.Parts, func(p Part) bool { return p.Lung == l.Value }))
}
