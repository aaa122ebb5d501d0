package viewer

import (
	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
)

// What a voxel of a Difference is, as its mask has it in either layer.
const (
	Added     uint8 = 1 // it has a label that the model did not give it
	Removed   uint8 = 2 // the model gave it a label that it has no more
	Relabeled uint8 = 3 // it has another label than the model gave it
)

// DifferenceLabels are the labels of a difference's mask. Blue, orange and purple
// are told apart whatever cones an eye lacks (M. Okabe and K. Ito, Color
// Universal Design, 2008); package render draws each in a pattern of its own too.
func DifferenceLabels() []mask.Label {
	return []mask.Label{
		{Value: Added, Name: "added", Colour: mask.RGB{86, 180, 233}, Visible: true},
		{Value: Removed, Name: "removed", Colour: mask.RGB{230, 159, 0}, Visible: true},
		{Value: Relabeled, Name: "relabelled", Colour: mask.RGB{204, 121, 167}, Visible: true},
	}
}

// difference keeps what differs between the mask that is shown and the model's.
type difference struct {
	on     bool
	mask   *mask.Mask // nil while there is nothing to compare
	model  *mask.Mask // that it was compared with
	counts [256]bool  // labels that are compared: visible ones that the model looked for, everywhere
}

// Comparing reports whether what differs from the model's mask is to be shown in
// the place of the labels.
func (v *Viewer) Comparing() bool { return v.difference.on }

// SetComparing shows what differs from the model's mask in the place of the
// labels, where there is a model's mask.
func (v *Viewer) SetComparing(on bool) {
	if v.difference.on == on {
		return
	}
	v.difference = difference{on: on}
	v.compare()
	v.Changed.Emit(OverlayMoved)
}

// Difference is a mask of DifferenceLabels on the grid of the volume, which says
// in each layer what differs from the model's; nil where that is not to be shown
// or there is no model's mask. It follows every change. Read only.
func (v *Viewer) Difference() *mask.Mask {
	if v.session.ModelRuns() {
		return nil // what is shown is the model's own
	}
	return v.difference.mask
}

// followDifference keeps the difference as the mask is.
func (v *Viewer) followDifference(s *app.Session) {
	s.MaskChanged.Connect(func(e app.MaskEvent) {
		if v.difference.on && !s.ModelRuns() {
			v.compareIn(e.Box)
		}
	})
	anew := func() {
		if v.difference.on && (v.difference.model != s.ModelMask() || v.difference.counts != v.compared()) {
			v.compare()
			v.Changed.Emit(OverlayMoved)
		}
	}
	s.HistoryChanged.Connect(func(struct{}) { anew() })
	s.LabelsChanged.Connect(func(struct{}) { anew() })
	s.WarningsChanged.Connect(func(struct{}) { anew() }) // a run that changes nothing is another one too
}

// compared returns which labels count.
func (v *Viewer) compared() (labels [256]bool) {
	m := v.session.Mask()
	if m == nil {
		return labels
	}
	r := v.session.Result()
	for _, l := range m.Labels() {
		labels[l.Value] = l.Visible && (r == nil || r.Covers(l))
	}
	return labels
}

// compare works the whole difference out.
func (v *Viewer) compare() {
	d := &v.difference
	d.mask, d.model = nil, v.session.ModelMask()
	shown := v.session.Shown()
	if !d.on || d.model == nil || shown == nil || d.model.Size() != shown.Size() {
		return
	}
	d.counts = v.compared()
	d.mask = mask.New(shown.Size(), DifferenceLabels())
	delta := mask.Diff(d.model, shown)
	var kinds mask.Delta
	for _, s := range delta.Slices {
		var runs []mask.Run
		for _, r := range s.Runs {
			if what := d.kind(r.Old, r.New); what != 0 {
				runs = append(runs, mask.Run{Offset: r.Offset, Length: r.Length, New: what})
			}
		}
		if runs != nil {
			kinds.Slices = append(kinds.Slices, mask.SliceDelta{Layer: s.Layer, K: s.K, Runs: runs})
		}
	}
	d.mask.Apply(kinds)
}

// compareIn works the difference out in a box.
func (v *Viewer) compareIn(box volume.Box) {
	d, shown := &v.difference, v.session.Shown()
	switch {
	case d.model != v.session.ModelMask() || d.mask == nil:
		v.compare()
		v.Changed.Emit(OverlayMoved)
		return
	case shown == nil || d.mask.Size() != shown.Size():
		return
	}
	size := shown.Size()
	if box == volume.Whole(size) {
		v.compare()
		return
	}
	box = box.Intersect(volume.Whole(size))
	var delta mask.Delta
	for l := range mask.Layer(mask.Layers) {
		for k := box.Min[2]; k < box.Max[2]; k++ {
			theirs, ours, was := d.model.Slice(l, k), shown.Slice(l, k), d.mask.Slice(l, k)
			if theirs == nil && ours == nil && was == nil {
				continue
			}
			var runs []mask.Run
			for j := box.Min[1]; j < box.Max[1]; j++ {
				for o := j*size[0] + box.Min[0]; o < j*size[0]+box.Max[0]; o++ {
					what, old := d.kind(at(theirs, o), at(ours, o)), at(was, o)
					if what == old {
						continue
					}
					if n := len(runs) - 1; n >= 0 && int(runs[n].Offset+runs[n].Length) == o && runs[n].New == what {
						runs[n].Length++
						continue
					}
					runs = append(runs, mask.Run{Offset: int32(o), Length: 1, New: what})
				}
			}
			if runs != nil {
				delta.Slices = append(delta.Slices, mask.SliceDelta{Layer: l, K: k, Runs: runs})
			}
		}
	}
	d.mask.Overwrite(delta)
}

// at is a voxel of a slice, which is nil where all are 0.
func at(slice []uint8, o int) uint8 {
	if slice == nil {
		return 0
	}
	return slice[o]
}

// kind is what a voxel is that the model gave one label and that has another.
func (d *difference) kind(theirs, ours uint8) uint8 {
	if !d.counts[theirs] {
		theirs = 0
	}
	if !d.counts[ours] {
		ours = 0
	}
	switch {
	case theirs == ours:
		return 0
	case theirs == 0:
		return Added
	case ours == 0:
		return Removed
	}
	return Relabeled
}
