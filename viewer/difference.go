package viewer

import (
	"context"
	"encoding/binary"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// What a voxel of a Difference is, as its mask has it in either layer: of what is
// shown, against the model's mask or a reference.
const (
	Added     uint8 = 1 // it has a label and had none; against a reference, a false alarm
	Removed   uint8 = 2 // it had a label and has none; against a reference, a miss
	Relabeled uint8 = 3 // it has another label
	Hit       uint8 = 4 // it has the label of the reference; never said of the model's mask
)

// DifferenceLabels are the labels of a difference's mask. Blue, orange, purple and
// yellow are told apart whatever cones an eye lacks (M. Okabe and K. Ito, Color
// Universal Design, 2008); package render draws each in a pattern of its own too.
// Green would be the right lung's.
func DifferenceLabels() []mask.Label {
	return []mask.Label{
		{Value: Added, Name: "added", Colour: mask.RGB{86, 180, 233}, Visible: true},
		{Value: Removed, Name: "removed", Colour: mask.RGB{230, 159, 0}, Visible: true},
		{Value: Relabeled, Name: "relabelled", Colour: mask.RGB{204, 121, 167}, Visible: true},
		{Value: Hit, Name: "hit", Colour: mask.RGB{240, 228, 66}, Visible: true},
	}
}

// difference keeps what differs between the mask that is shown and another.
type difference struct {
	on     bool
	mask   *mask.Mask // nil while there is nothing to compare
	with   *mask.Mask // that it was compared with
	counts [256]bool  // labels that are compared: visible ones that the other says something of, everywhere

	reference *mask.Mask // nil for the model's
	covers    func(mask.Label) bool

	partial bool         // mask has the slices that are shown; the rest is being worked out
	changed []volume.Box // since that began
}

// Comparing reports whether what differs from the model's mask is to be shown in
// the place of the labels.
func (v *Viewer) Comparing() bool { return v.difference.on && v.difference.reference == nil }

// SetComparing shows what differs from the model's mask in the place of the
// labels, where there is a model's mask.
func (v *Viewer) SetComparing(on bool) {
	if v.Comparing() != on {
		v.setDifference(difference{on: on})
	}
}

// Reference is the mask that what is shown is compared with; nil where it is none.
func (v *Viewer) Reference() *mask.Mask { return v.difference.reference }

// CompareWith shows hits, misses and false alarms against a reference on the same
// grid, which must not change, in the place of the labels; nil shows the labels
// again. Labels have the same values in both masks; covers says which of them the
// reference says something of, nil that it is all.
func (v *Viewer) CompareWith(reference *mask.Mask, covers func(mask.Label) bool) {
	if reference != nil || v.difference.reference != nil {
		v.setDifference(difference{on: reference != nil, reference: reference, covers: covers})
	}
}

func (v *Viewer) setDifference(d difference) {
	v.difference = d
	v.compare()
	v.Changed.Emit(OverlayMoved)
}

// Difference is a mask of DifferenceLabels on the grid of the volume, which says
// in each layer what differs from the model's mask or from the reference; nil where
// that is not to be shown or there is none. It follows every change. Read only.
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
		if v.difference.on && (v.difference.with != v.counterpart() || v.difference.counts != v.compared()) {
			v.compare()
			v.Changed.Emit(OverlayMoved)
		}
	}
	s.HistoryChanged.Connect(func(struct{}) { anew() })
	s.LabelsChanged.Connect(func(struct{}) { anew() })
	s.WarningsChanged.Connect(func(struct{}) { anew() }) // a run that changes nothing is another one too
}

// counterpart is the mask to compare with.
func (v *Viewer) counterpart() *mask.Mask {
	if v.difference.reference != nil {
		return v.difference.reference
	}
	return v.session.ModelMask()
}

// compared returns which labels count.
func (v *Viewer) compared() (labels [256]bool) {
	m := v.session.Mask()
	if m == nil {
		return labels
	}
	covers := v.difference.covers
	if r := v.session.Result(); v.difference.reference == nil && r != nil {
		covers = r.Covers
	}
	for _, l := range m.Labels() {
		labels[l.Value] = l.Visible && (covers == nil || covers(l))
	}
	return labels
}

// compare works the difference out: where there is a way to work beside, what is
// shown of it now and the rest there.
func (v *Viewer) compare() {
	d := &v.difference
	d.mask, d.with, d.partial, d.changed = nil, v.counterpart(), false, nil
	shown := v.session.Shown()
	if !d.on || d.with == nil || shown == nil || d.with.Size() != shown.Size() {
		return
	}
	d.counts = v.compared()
	if v.beside != nil {
		v.compareBeside()
		return
	}
	d.mask, _ = d.whole(context.Background(), d.with, shown)
}

// Errors is a mask of DifferenceLabels: in each layer the hits, misses and false alarms
// of a prediction against a reference on the same grid, of the labels that count, by
// value. The error is that of the context.
func Errors(ctx context.Context, reference, prediction *mask.Mask, counts [256]bool) (*mask.Mask, error) {
	d := difference{reference: reference, counts: counts}
	return d.whole(ctx, reference, prediction)
}

// whole is the difference between two masks; the error is that of the context.
func (d *difference) whole(ctx context.Context, with, shown *mask.Mask) (*mask.Mask, error) {
	size := shown.Size()
	found := make([][]uint8, mask.Layers*size[2])
	where := func(n int) (mask.Layer, int) { return mask.Layer(n / size[2]), n % size[2] }
	err := parallel.Each(ctx, len(found), func(n int) error {
		l, k := where(n)
		found[n] = d.slice(with.Slice(l, k), shown.Slice(l, k), size[0]*size[1])
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := mask.New(size, DifferenceLabels())
	for n, s := range found {
		if s != nil {
			l, k := where(n)
			out.SetSlice(l, k, s)
		}
	}
	return out, nil
}

// slice works a slice of n voxels out; nil where nothing is to be said of any.
func (d *difference) slice(theirs, ours []uint8, n int) []uint8 {
	if theirs == nil && ours == nil {
		return nil
	}
	var out []uint8
	for o := 0; o < n; {
		if o+8 <= n { // most are empty, or alike where that says nothing, or all the same
			a, b := eight(theirs, o), eight(ours, o)
			if a|b == 0 || a == b && d.reference == nil {
				o += 8
				continue
			}
			if a == ones*(a&255) && b == ones*(b&255) {
				if what := d.kind(uint8(a), uint8(b)); what != 0 {
					if out == nil {
						out = make([]uint8, n)
					}
					binary.LittleEndian.PutUint64(out[o:], ones*uint64(what))
				}
				o += 8
				continue
			}
		}
		for end := min(o+8, n); o < end; o++ {
			if what := d.kind(at(theirs, o), at(ours, o)); what != 0 {
				if out == nil {
					out = make([]uint8, n)
				}
				out[o] = what
			}
		}
	}
	return out
}

// ones has a 1 in each of eight bytes.
const ones = 0x0101010101010101

// eight are eight voxels of a slice, which is nil where all are 0.
func eight(slice []uint8, o int) uint64 {
	if slice == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(slice[o:])
}

// compareIn works the difference out in a box.
func (v *Viewer) compareIn(box volume.Box) {
	d, shown := &v.difference, v.session.Shown()
	switch {
	case d.with != v.counterpart() || d.mask == nil:
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
	if d.partial {
		d.changed = append(d.changed, box)
	}
	d.within(shown, box.Intersect(volume.Whole(size)))
}

// within works the difference out in a box.
func (d *difference) within(shown *mask.Mask, box volume.Box) {
	size := shown.Size()
	var delta mask.Delta
	for l := range mask.Layer(mask.Layers) {
		for k := box.Min[2]; k < box.Max[2]; k++ {
			theirs, ours, was := d.with.Slice(l, k), shown.Slice(l, k), d.mask.Slice(l, k)
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

// kind is what a voxel is that has one label there and one as it is shown.
func (d *difference) kind(theirs, ours uint8) uint8 {
	if !d.counts[theirs] {
		theirs = 0
	}
	if !d.counts[ours] {
		ours = 0
	}
	switch {
	case theirs == ours && theirs != 0 && d.reference != nil:
		return Hit
	case theirs == ours:
		return 0
	case theirs == 0:
		return Added
	case ours == 0:
		return Removed
	}
	return Relabeled
}
