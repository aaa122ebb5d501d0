package mask

import (
	"bytes"
	"fmt"
	"slices"

	"opacity/app/volume"
)

// Run is a stretch of neighbouring voxels of one slice that changed alike:
// Length voxels from Offset (i + nx*j) went from Old to New. Where these are the same
// the step said so anew, as Claim has it.
type Run struct {
	Offset, Length int32
	Old, New       uint8
}

// SliceDelta is what changed in slice K of a layer.
type SliceDelta struct {
	Layer Layer
	K     int
	Runs  []Run
}

// Delta is a change to a mask that can be applied and taken back. Its size is
// that of what changed, not of the grid.
type Delta struct{ Slices []SliceDelta }

// Empty reports whether nothing changed.
func (d Delta) Empty() bool { return len(d.Slices) == 0 }

// Voxels counts the voxels changed.
func (d Delta) Voxels() int {
	n := 0
	for _, s := range d.Slices {
		n += s.Voxels()
	}
	return n
}

// Voxels counts the voxels changed in the slice.
func (s SliceDelta) Voxels() int {
	n := 0
	for _, r := range s.Runs {
		if r.Old != r.New {
			n += int(r.Length)
		}
	}
	return n
}

// Bytes is roughly what the delta costs in memory.
func (d Delta) Bytes() int {
	n := 0
	for _, s := range d.Slices {
		n += 40 + 12*len(s.Runs)
	}
	return n
}

// Change counts the voxels that each label value gained (+) or lost (-), without
// the values that come out even and 0, which is no label.
func (d Delta) Change() map[uint8]int {
	var n [256]int
	for _, s := range d.Slices {
		for _, r := range s.Runs {
			n[r.Old] -= int(r.Length)
			n[r.New] += int(r.Length)
		}
	}
	change := map[uint8]int{}
	for v := 1; v < len(n); v++ {
		if n[v] != 0 {
			change[uint8(v)] = n[v]
		}
	}
	return change
}

// trimmed returns the delta in as little memory as it needs.
func (d Delta) trimmed() Delta {
	if d.Empty() {
		return d
	}
	out := make([]SliceDelta, len(d.Slices))
	for n, s := range d.Slices {
		if cap(s.Runs) > len(s.Runs)+len(s.Runs)/8 {
			s.Runs = append(make([]Run, 0, len(s.Runs)), s.Runs...)
		}
		out[n] = s
	}
	return Delta{out}
}

// Box returns the smallest box that holds every changed voxel of a mask nx wide.
func (d Delta) Box(nx int) volume.Box { return d.box(nx, false) }

// box is Box, with the voxels that are claimed or without.
func (d Delta) box(nx int, claimed bool) volume.Box {
	var box volume.Box
	for _, s := range d.Slices {
		for _, r := range s.Runs {
			if r.Old == r.New && !claimed {
				continue
			}
			first, last := int(r.Offset), int(r.Offset+r.Length-1)
			b := volume.Box{Min: [3]int{first % nx, first / nx, s.K}, Max: [3]int{last%nx + 1, last/nx + 1, s.K + 1}}
			if last/nx > first/nx {
				b.Min[0], b.Max[0] = 0, nx
			}
			box = box.Union(b)
		}
	}
	return box
}

// Diff returns the change that leads from one mask to another of the same size.
// Slices the two share are skipped without being read.
func Diff(from, to *Mask) Delta { return diff(from, to, [Layers][256]bool{}) }

// Claim is Diff that also holds, as runs that change nothing, the voxels that have one
// of some labels already: they are as much the work of who made to as those that change.
func Claim(from, to *Mask, of []Label) Delta {
	var claimed [Layers][256]bool
	for _, l := range of {
		claimed[l.Layer][l.Value] = true
	}
	return diff(from, to, claimed)
}

func diff(from, to *Mask, claimed [Layers][256]bool) Delta {
	if from.size != to.size {
		panic(fmt.Sprintf("mask: diff of %s and %s", from.size, to.size))
	}
	var d Delta
	zero := make([]uint8, from.size[0]*from.size[1])
	for l := range from.layers {
		any := claimed[l] != [256]bool{}
		for k := range from.size[2] {
			a, b := from.layers[l].slices[k], to.layers[l].slices[k]
			if a == nil && b == nil || !any && a != nil && b != nil && &a[0] == &b[0] {
				continue
			}
			if a == nil {
				a = zero
			}
			if b == nil {
				b = zero
			}
			if !any && bytes.Equal(a, b) {
				continue
			}
			if runs := diffRuns(a, b, &claimed[l]); runs != nil {
				d.Slices = append(d.Slices, SliceDelta{Layer(l), k, runs})
			}
		}
	}
	return d
}

func diffRuns(a, b []uint8, claimed *[256]bool) []Run {
	var runs []Run
	for o := 0; o < len(a); o++ {
		if a[o] == b[o] && !claimed[b[o]] {
			continue
		}
		start, from, to := o, a[o], b[o]
		for o+1 < len(a) && a[o+1] == from && b[o+1] == to {
			o++
		}
		runs = append(runs, Run{int32(start), int32(o + 1 - start), from, to})
	}
	return runs
}

// Fits reports whether a delta can be applied: whether its slices and runs lie
// on the mask's grid in rising order, as Diff makes them, and every voxel that it
// changes has the label it was made on. Other voxels may have changed since.
func (m *Mask) Fits(d Delta) bool {
	n := m.size[0] * m.size[1]
	for i, s := range d.Slices {
		if s.Layer >= Layers || s.K < 0 || s.K >= m.size[2] || i > 0 && !d.Slices[i-1].before(s) {
			return false
		}
		labels := m.layers[s.Layer].slices[s.K]
		end := 0
		for _, r := range s.Runs {
			if r.Length <= 0 || int(r.Offset) < end || int(r.Offset) > n-int(r.Length) || !r.fits(labels) {
				return false
			}
			end = int(r.Offset) + int(r.Length)
		}
	}
	return true
}

func (s SliceDelta) before(o SliceDelta) bool {
	return s.Layer < o.Layer || s.Layer == o.Layer && s.K < o.K
}

func (r Run) fits(labels []uint8) bool {
	if labels == nil {
		return r.Old == 0
	}
	for _, v := range labels[r.Offset : r.Offset+r.Length] {
		if v != r.Old {
			return false
		}
	}
	return true
}

// Unlocked returns the delta without what it would take from, or give to, the
// mask's locked labels.
func (m *Mask) Unlocked(d Delta) Delta {
	var locked [256]bool
	any := false
	for _, l := range m.labels {
		locked[l.Value] = l.Locked
		any = any || l.Locked
	}
	if !any {
		return d
	}
	var out Delta
	for _, s := range d.Slices {
		s.Runs = slices.DeleteFunc(slices.Clone(s.Runs), func(r Run) bool { return locked[r.Old] || locked[r.New] })
		if len(s.Runs) > 0 {
			out.Slices = append(out.Slices, s)
		}
	}
	return out
}

// Apply carries out a delta that fits.
func (m *Mask) Apply(d Delta) { m.write(d, false) }

// Revert takes a delta back, leaving the mask as it was before Apply.
func (m *Mask) Revert(d Delta) { m.write(d, true) }

// Overwrite sets the voxels of a delta to what it led to, whatever they are now.
func (m *Mask) Overwrite(d Delta) {
	n := m.size[0] * m.size[1]
	for _, s := range d.Slices {
		ly := &m.layers[s.Layer]
		dst := ly.writable(s.K, n)
		for _, r := range s.Runs {
			for o := r.Offset; o < r.Offset+r.Length; o++ {
				ly.counts[dst[o]]--
				ly.counts[r.New]++
				dst[o] = r.New
			}
		}
	}
}

func (m *Mask) write(d Delta, back bool) {
	n := m.size[0] * m.size[1]
	for _, s := range d.Slices {
		ly := &m.layers[s.Layer]
		dst := ly.writable(s.K, n)
		for _, r := range s.Runs {
			from, to := r.Old, r.New
			if back {
				from, to = to, from
			}
			for o := r.Offset; o < r.Offset+r.Length; o++ {
				dst[o] = to
			}
			ly.counts[from] -= int(r.Length)
			ly.counts[to] += int(r.Length)
		}
	}
}
