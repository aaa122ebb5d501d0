package mask

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"opacity/app/volume"
)

// Mask is the labels drawn on one grid. It is not safe for concurrent use: the
// goroutine that owns it edits it, others work on a Snapshot.
type Mask struct {
	size   volume.Size
	labels []Label
	layers [Layers]layer
}

// layer keeps its slices apart so that a snapshot costs a slice header each and
// an edit copies one slice only.
type layer struct {
	slices [][]uint8 // per k, nx*ny labels; nil where every voxel is 0
	shared []bool    // per k: another Mask holds this slice too
	counts [256]int  // voxels of each label
}

// New returns an empty mask of the given size and labels.
func New(size volume.Size, labels []Label) *Mask {
	m := &Mask{size: size, labels: slices.Clone(labels)}
	for l := range m.layers {
		m.layers[l].slices = make([][]uint8, size[2])
		m.layers[l].shared = make([]bool, size[2])
		m.layers[l].counts[0] = size.Voxels()
	}
	return m
}

// Size returns the voxels along i, j and k.
func (m *Mask) Size() volume.Size { return m.size }

// Labels returns the labels in the order they are listed. The slice is the caller's.
func (m *Mask) Labels() []Label { return slices.Clone(m.labels) }

// SetLabels replaces the list of labels, not the voxels. Values must be unique and not 0.
func (m *Mask) SetLabels(labels []Label) error {
	seen := map[uint8]bool{}
	for _, l := range labels {
		if l.Value == 0 || seen[l.Value] {
			return fmt.Errorf("mask: label value %d is 0 or there twice", l.Value)
		}
		seen[l.Value] = true
	}
	m.labels = slices.Clone(labels)
	return nil
}

// Label returns the label with the given value.
func (m *Mask) Label(value uint8) (Label, bool) {
	for _, l := range m.labels {
		if l.Value == value {
			return l, true
		}
	}
	return Label{}, false
}

// Count returns how many voxels carry a label, kept up to date by every change.
func (m *Mask) Count(l Layer, value uint8) int { return m.layers[l].counts[value] }

// Empty reports whether no voxel of any layer carries a label.
func (m *Mask) Empty() bool {
	for l := range m.layers {
		if m.layers[l].counts[0] != m.size.Voxels() {
			return false
		}
	}
	return true
}

// Slice returns the labels of slice k, nx*ny values, i fastest, or nil where
// every voxel is 0. It is the mask's own memory: read only, and only until the
// next change.
func (m *Mask) Slice(l Layer, k int) []uint8 { return m.layers[l].slices[k] }

// At returns the label of one voxel of a layer.
func (m *Mask) At(l Layer, i, j, k int) uint8 {
	s := m.layers[l].slices[k]
	if s == nil {
		return 0
	}
	return s[i+m.size[0]*j]
}

// SetSlice replaces slice k of a layer with a copy of labels (nx*ny values, nil
// for all 0). It is for building a mask, not for editing one: no history sees it.
func (m *Mask) SetSlice(l Layer, k int, labels []uint8) {
	ly, n := &m.layers[l], m.size[0]*m.size[1]
	if labels != nil && len(labels) != n {
		panic(fmt.Sprintf("mask: slice of %d labels on a grid of %d", len(labels), n))
	}
	ly.tally(ly.slices[k], n, -1)
	if allZero(labels) {
		ly.slices[k], ly.shared[k] = nil, false
	} else {
		ly.slices[k] = append(ly.writable(k, n)[:0], labels...)
	}
	ly.tally(ly.slices[k], n, +1)
}

// Snapshot returns a copy that costs no voxels: both masks share slices until
// one of them changes its own.
func (m *Mask) Snapshot() *Mask {
	c := &Mask{size: m.size, labels: slices.Clone(m.labels)}
	for l := range m.layers {
		from, to := &m.layers[l], &c.layers[l]
		for k := range from.shared {
			from.shared[k] = from.slices[k] != nil
		}
		to.slices, to.shared, to.counts = slices.Clone(from.slices), slices.Clone(from.shared), from.counts
	}
	return c
}

// Own gives a mask slices of its own in a layer, in place of those it shares with its
// snapshots: changing them copies nothing any more.
func (m *Mask) Own(l Layer) {
	ly := &m.layers[l]
	for k, s := range ly.slices {
		if s != nil {
			ly.writable(k, len(s))
		}
	}
}

// Equal reports whether two masks carry the same label at every voxel.
func (m *Mask) Equal(o *Mask) bool {
	if m.size != o.size {
		return false
	}
	for l := range m.layers {
		for k := range m.size[2] {
			a, b := m.layers[l].slices[k], o.layers[l].slices[k]
			if a == nil && b == nil {
				continue
			}
			if a == nil && !allZero(b) || b == nil && !allZero(a) || a != nil && b != nil && !bytes.Equal(a, b) {
				return false
			}
		}
	}
	return true
}

// Flat writes slice k with one label a voxel into dst (nx*ny values): findings
// over anatomy, as exports that allow one label need it.
func (m *Mask) Flat(k int, dst []uint8) {
	clear(dst)
	for l := range m.layers {
		for o, v := range m.layers[l].slices[k] {
			if v != 0 {
				dst[o] = v
			}
		}
	}
}

// writable returns slice k ready to be written: allocated, and nobody else's.
func (ly *layer) writable(k, n int) []uint8 {
	switch {
	case ly.slices[k] == nil:
		ly.slices[k] = make([]uint8, n)
	case ly.shared[k]:
		ly.slices[k] = slices.Clone(ly.slices[k])
	}
	ly.shared[k] = false
	return ly.slices[k]
}

func (ly *layer) tally(s []uint8, n, sign int) {
	if s == nil {
		ly.counts[0] += sign * n
		return
	}
	for len(s) >= 8 { // most of a slice is 0: eight voxels at a time
		if binary.LittleEndian.Uint64(s) == 0 {
			ly.counts[0] += 8 * sign
		} else {
			for _, v := range s[:8] {
				ly.counts[v] += sign
			}
		}
		s = s[8:]
	}
	for _, v := range s {
		ly.counts[v] += sign
	}
}

func allZero(s []uint8) bool {
	for _, v := range s {
		if v != 0 {
			return false
		}
	}
	return true
}
