package dicomseg

import (
	"errors"
	"slices"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// named is a label as a file has it.
type named struct {
	mask.Named
	number int
}

// errTooMany says that a label map has no room: 255 labels, or 255 ways in which
// labels overlap.
var errTooMany = errors.New("more than 255 labels or overlaps of labels")

// builder makes a label map of labels that may overlap.
type builder struct {
	lm   *mask.LabelMap
	join [][]uint8 // join[label][index] is the index of index's set with label in it; 0 where that was not met
	full bool
}

// newBuilder begins a label map of labels with rising numbers.
func newBuilder(g volume.Geometry, labels []named, doubts []text.Message) (*builder, error) {
	if len(labels) > 255 {
		return nil, errTooMany
	}
	lm := &mask.LabelMap{
		Geometry: g, Values: []int{0}, Names: []mask.Named{{}}, Slices: make([][]uint8, g.Size[2]),
		Sets: [][]uint8{nil}, Doubts: doubts,
	}
	b := &builder{lm: lm, join: make([][]uint8, len(labels)+1)}
	for n, l := range labels {
		lm.Values, lm.Names = append(lm.Values, l.number), append(lm.Names, l.Named)
		b.join[n+1] = make([]uint8, 256)
	}
	return b, nil
}

// add gives label n, from 1, to the voxel at offset o of slice k.
func (b *builder) add(n, k, o int) {
	s := b.lm.Slices[k]
	if s == nil {
		s = make([]uint8, b.lm.Size[0]*b.lm.Size[1])
		b.lm.Slices[k] = s
	}
	to := b.join[n][s[o]]
	if to == 0 {
		to = b.set(uint8(n), s[o])
		b.join[n][s[o]] = to
	}
	s[o] = to
}

// set finds or makes the set of from's labels and n.
func (b *builder) set(n, from uint8) uint8 {
	labels := b.lm.Sets[from]
	if slices.Contains(labels, n) {
		return from
	}
	labels = append(slices.Clone(labels), n)
	slices.Sort(labels)
	for i, have := range b.lm.Sets {
		if slices.Equal(have, labels) && i > 0 {
			return uint8(i)
		}
	}
	if len(b.lm.Sets) > 255 {
		b.full = true
		return from
	}
	b.lm.Sets = append(b.lm.Sets, labels)
	return uint8(len(b.lm.Sets) - 1)
}

// done returns the label map.
func (b *builder) done() (*mask.LabelMap, error) {
	if b.full {
		return nil, errTooMany
	}
	return b.lm, nil
}

// ordered sorts labels by number. Numbers that no label map has, below 1 or twice
// there, are given anew from 1 on. order[n] is where label n went.
func ordered(labels []named) (sorted []named, order []int) {
	seen, sound := map[int]bool{}, true
	for _, l := range labels {
		sound = sound && l.number > 0 && !seen[l.number]
		seen[l.number] = true
	}
	by := make([]int, len(labels))
	for n := range by {
		by[n] = n
	}
	if sound {
		slices.SortFunc(by, func(a, b int) int { return labels[a].number - labels[b].number })
	}
	order = make([]int, len(labels))
	for to, from := range by {
		l := labels[from]
		if !sound {
			l.number = to + 1
		}
		sorted = append(sorted, l)
		order[from] = to
	}
	return sorted, order
}
