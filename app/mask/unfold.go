package mask

import (
	"errors"
	"slices"
)

// ErrSplit says that a mapping wants both lungs split and nobody to do it was given.
var ErrSplit = errors.New("mask: no way given to split the lungs")

// FromLabelMap turns a label map into a mask by a mapping. Flattened maps have a
// finding in place of the lung it lies in: each finding's voxel joins the lung
// that encloses it or is nearest, in the anatomy layer. split tells the lungs of
// a set that holds both apart (findings in them included); it may be nil where
// the mapping marks no number as both lungs.
func FromLabelMap(lm *LabelMap, m Mapping, split func(both *Bits) (left, right *Bits)) (*Mask, error) {
	out := New(lm.Size, m.Labels)
	read := readAs(lm, m, out)
	read.layers(lm, out)
	sets := read.collect(lm)
	if read.undivided() {
		if split == nil {
			return nil, ErrSplit
		}
		divide(sets.undivided, sets.findings, sets.left, sets.right, split)
	}
	Unfold(sets.findings, sets.left, sets.right, lm.SpacingMM())
	out.paint(Anatomy, LeftLung, sets.left)
	out.paint(Anatomy, RightLung, sets.right)
	return out, nil
}

// reading is what a mapping makes of the voxels of a label map, by their index in
// its Slices.
type reading struct {
	labels [Layers][256]uint8
	both   [256]bool // stands for both lungs; has no label
}

func readAs(lm *LabelMap, m Mapping, out *Mask) *reading {
	to := make(map[int]Assignment, len(m.Assignments))
	for _, a := range m.Assignments {
		to[a.File] = a
	}
	var r reading
	for n := range lm.indices() {
		var least [Layers]int // of labels that overlap in a layer the smaller one is seen
		for _, x := range lm.whole(n) {
			a := to[lm.Values[x]]
			if a.BothLungs {
				r.both[n] = true
			} else if l, ok := out.Label(a.Label); ok && (r.labels[l.Layer][n] == 0 || a.Voxels < least[l.Layer]) {
				r.labels[l.Layer][n], least[l.Layer] = l.Value, a.Voxels
			}
		}
	}
	return &r
}

func (r *reading) undivided() bool { return slices.Contains(r.both[:], true) }

// layers writes the labels as they are read into a mask.
func (r *reading) layers(lm *LabelMap, out *Mask) {
	slice := make([]uint8, lm.Size[0]*lm.Size[1])
	for k, s := range lm.Slices {
		if s == nil {
			continue
		}
		for l := range r.labels {
			for o, v := range s {
				slice[o] = r.labels[l][v]
			}
			out.SetSlice(Layer(l), k, slice)
		}
	}
}

// lungSets are the voxels that decide what belongs to which lung.
type lungSets struct{ left, right, undivided, findings *Bits }

// collect gathers the voxels of a label map by what they are read as.
func (r *reading) collect(lm *LabelMap) lungSets {
	sets := lungSets{NewBits(lm.Size), NewBits(lm.Size), NewBits(lm.Size), NewBits(lm.Size)}
	var of [256][]*Bits // by index in Slices; none for what is neither lung nor finding
	for n := range lm.indices() {
		switch {
		case r.labels[Anatomy][n] == LeftLung:
			of[n] = append(of[n], sets.left)
		case r.labels[Anatomy][n] == RightLung:
			of[n] = append(of[n], sets.right)
		case r.both[n]:
			of[n] = append(of[n], sets.undivided)
		}
		if r.labels[Findings][n] != 0 {
			of[n] = append(of[n], sets.findings)
		}
	}
	for k, s := range lm.Slices {
		if s == nil {
			continue
		}
		for j := range lm.Size[1] {
			for i, v := range s[j*lm.Size[0] : (j+1)*lm.Size[0]] {
				if v != 0 {
					for _, set := range of[v] {
						set.Set(i, j, k)
					}
				}
			}
		}
	}
	return sets
}

// divide splits what stands for both lungs, with the findings that touch it, so
// that a lung full of them is not torn.
func divide(undivided, findings, left, right *Bits, split func(*Bits) (left, right *Bits)) {
	whole := undivided.Clone()
	GrowWithin(findings, whole)
	l, r := split(whole)
	l.And(undivided)
	r.And(undivided)
	left.Or(l)
	right.Or(r)
}

// Unfold gives every voxel of findings to a lung: to the one reached in fewest
// steps through findings, and where neither is, with all of its island, to the
// nearest in millimetres. The lungs grow in place; where both are empty nothing
// happens.
func Unfold(findings, left, right *Bits, spacingMM [3]float64) {
	if left.Empty() && right.Empty() || findings.Empty() {
		return
	}
	GrowWithin(findings, left, right)
	rest := findings.Clone()
	rest.AndNot(left)
	rest.AndNot(right)
	if rest.Empty() {
		return
	}
	islands := rest.Components(26)
	type sum struct{ n, i, j, k float64 }
	sums := map[int]*sum{}
	islands.Each(func(part, i0, i1, j, k int) {
		s := sums[part]
		if s == nil {
			s = &sum{}
			sums[part] = s
		}
		n := float64(i1 - i0)
		s.n += n
		s.i += n * float64(i0+i1-1) / 2
		s.j += n * float64(j)
		s.k += n * float64(k)
	})
	toLeft := map[int]bool{}
	l, r := left.Clone(), right.Clone()
	for part, s := range sums {
		at := [3]int{int(s.i / s.n), int(s.j / s.n), int(s.k / s.n)}
		toLeft[part] = l.DistanceMM(at, spacingMM) <= r.DistanceMM(at, spacingMM)
	}
	islands.Each(func(part, i0, i1, j, k int) {
		if toLeft[part] {
			left.SetRun(i0, i1, j, k)
		} else {
			right.SetRun(i0, i1, j, k)
		}
	})
}

// paint gives a label to the voxels of a set, in a mask that is being built.
func (m *Mask) paint(l Layer, value uint8, set *Bits) {
	slice := make([]uint8, m.size[0]*m.size[1])
	for k := range m.size[2] {
		clear(slice)
		copy(slice, m.Slice(l, k))
		if set.Paint(k, slice, value) {
			m.SetSlice(l, k, slice)
		}
	}
}
