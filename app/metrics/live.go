package metrics

import (
	"slices"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// Live keeps the numbers of a mask while it is drawn on: what lies in which
// lung, and what it has in common with the mask that a model proposed. Counts
// are kept per row of voxels, so that a change costs the rows it lies in and not
// the grid. Not safe for concurrent use.
type Live struct {
	mask, model *mask.Mask
	counter     rowCounter
	labels      []mask.Label
	slices      []liveSlice // per k
	stale       bool        // a slice has stale rows
	totals      []int       // per column
}

// liveSlice is the counts of one slice.
type liveSlice struct {
	rows     []uint32 // ny rows of a counter's columns; nil for all 0
	totals   []int
	from, to int // rows that have to be counted again
}

// LiveNumbers is what Live tells.
type LiveNumbers struct {
	Labels []LiveLabel // in the order of the mask's labels
	// Involvement is infection as a share of the lung it lies in, in percent. Nil
	// where there is no such lung.
	InvolvementLeft, InvolvementRight, InvolvementTotal *float64
}

// LiveLabel is what Live tells of a label.
type LiveLabel struct {
	Label  mask.Label
	Voxels int
	// ChangeVoxels is how many more voxels it has than in the model's mask, and
	// Dice how alike the two are; nil without a model. Dice is nil too where
	// neither mask has a voxel of it.
	ChangeVoxels *int
	Dice         *float64
	// Added is how many voxels it has that it has not in the model's mask, Removed
	// how many it has there and not here; nil without a model.
	Added, Removed *int
	// VolumeML and ChangeML are nil where millilitres are withheld.
	VolumeML, ChangeML *float64
}

// NewLive starts to follow a mask. The model's mask, of the same size, must not
// change; it is nil where no model has run.
func NewLive(m, model *mask.Mask) *Live {
	l := &Live{mask: m, model: model}
	l.restart()
	return l
}

// Model returns the mask that is compared with.
func (l *Live) Model() *mask.Mask { return l.model }

// restart forgets every count.
func (l *Live) restart() {
	l.labels = l.mask.Labels()
	l.counter = newRowCounter(l.labels)
	l.slices = make([]liveSlice, l.mask.Size()[2])
	l.totals = make([]int, l.counter.columns)
	l.Changed(volume.Whole(l.mask.Size()))
}

// Changed says that labels inside box are others now.
func (l *Live) Changed(box volume.Box) {
	box = box.Intersect(volume.Whole(l.mask.Size()))
	for k := box.Min[2]; k < box.Max[2]; k++ {
		s := &l.slices[k]
		if s.from == s.to {
			s.from, s.to = box.Min[1], box.Max[1]
		} else {
			s.from, s.to = min(s.from, box.Min[1]), max(s.to, box.Max[1])
		}
		l.stale = true
	}
}

// Numbers counts what has changed since it was called last. v is the volume that
// the mask lies on.
func (l *Live) Numbers(v *volume.Volume) LiveNumbers {
	out := l.NumbersAfter(v, LiveChanges{})
	l.involve(&out)
	return out
}

// follow brings the counts up to date.
func (l *Live) follow() {
	if labels := l.mask.Labels(); slices.EqualFunc(labels, l.labels, countAlike) {
		l.labels = labels
	} else {
		l.restart()
	}
	l.refresh()
}

// row is what is told of a label of so many voxels, of which the model's mask
// has some in common.
func (l *Live) row(v *volume.Volume, label mask.Label, voxels, common int) LiveLabel {
	row := LiveLabel{Label: label, Voxels: voxels}
	if l.model != nil {
		l.compare(&row, common)
	}
	if _, withheld := v.Withheld(); !withheld {
		ml := v.VoxelVolumeML()
		row.VolumeML = pointer(float64(row.Voxels) * ml)
		if row.ChangeVoxels != nil {
			row.ChangeML = pointer(float64(*row.ChangeVoxels) * ml)
		}
	}
	return row
}

// countAlike reports whether two labels are counted the same way.
func countAlike(a, b mask.Label) bool {
	return a.Value == b.Value && a.Layer == b.Layer && a.Side == b.Side && isInfection(a) == isInfection(b)
}

func (l *Live) compare(row *LiveLabel, overlap int) {
	theirs := l.model.Count(row.Label.Layer, row.Label.Value)
	row.ChangeVoxels = pointer(row.Voxels - theirs)
	row.Added, row.Removed = pointer(row.Voxels-overlap), pointer(theirs-overlap)
	if sum := row.Voxels + theirs; sum > 0 {
		row.Dice = pointer(2 * float64(overlap) / float64(sum))
	}
}

// involve states the shares as Measurements has them.
func (l *Live) involve(out *LiveNumbers) {
	var lung, infected [both]int
	sides := sidesOf(l.labels)
	for _, label := range l.labels {
		if label.Layer == mask.Anatomy {
			lung[sides[label.Value]] += l.mask.Count(mask.Anatomy, label.Value)
		}
	}
	infected[inLeft], infected[inRight] = l.totals[len(l.labels)], l.totals[len(l.labels)+1]
	out.InvolvementLeft = percent(infected[inLeft], lung[inLeft])
	out.InvolvementRight = percent(infected[inRight], lung[inRight])
	out.InvolvementTotal = percent(infected[inLeft]+infected[inRight], lung[inLeft]+lung[inRight])
}

// refresh counts the stale rows again.
func (l *Live) refresh() {
	if !l.stale {
		return
	}
	var stale []int
	for k := range l.slices {
		if l.slices[k].from < l.slices[k].to {
			stale = append(stale, k)
			l.add(k, -1)
		}
	}
	parallel.Ranges(len(stale), 4, func(from, to int) {
		zero := make([]uint8, l.mask.Size()[0])
		for _, k := range stale[from:to] {
			l.slices[k].count(&l.counter, l.mask, l.model, k, zero)
		}
	})
	for _, k := range stale {
		l.add(k, +1)
	}
	l.stale = false
}

func (l *Live) add(k, sign int) {
	for c, n := range l.slices[k].totals {
		l.totals[c] += sign * n
	}
}

// count counts the stale rows of slice k.
func (s *liveSlice) count(c *rowCounter, m, model *mask.Mask, k int, zero []uint8) {
	from, to := s.from, s.to
	s.from, s.to = 0, 0
	a, f := m.Slice(mask.Anatomy, k), m.Slice(mask.Findings, k)
	if a == nil && f == nil {
		s.rows, s.totals = nil, nil
		return
	}
	if s.rows == nil {
		s.rows, s.totals = make([]uint32, c.columns*m.Size()[1]), make([]int, c.columns)
	}
	var ma, mf []uint8
	if model != nil {
		ma, mf = model.Slice(mask.Anatomy, k), model.Slice(mask.Findings, k)
	}
	nx := len(zero)
	cut := func(labels []uint8, j int) []uint8 {
		if labels == nil {
			return zero
		}
		return labels[j*nx : (j+1)*nx]
	}
	for j := from; j < to; j++ {
		row := s.rows[j*c.columns : (j+1)*c.columns]
		for i, n := range row {
			s.totals[i] -= int(n)
		}
		clear(row)
		c.count(row, cut(a, j), cut(f, j), cut(ma, j), cut(mf, j))
		for i, n := range row {
			s.totals[i] += int(n)
		}
	}
}

func pointer[T any](x T) *T { return &x }
