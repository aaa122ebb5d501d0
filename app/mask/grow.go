package mask

import "opacity/app/volume"

// GrowWithin grows each set, in turns, by one voxel over faces, 64 voxels at a
// time, as far as a way inside limit leads, and never into one another: every
// voxel goes to the set that reaches it in fewest steps, the first where both
// do. Sets and limit share one grid.
func GrowWithin(limit *Bits, sets ...*Bits) {
	free := limit.Clone()
	growers := make([]*grower, len(sets))
	for n, s := range sets {
		free.AndNot(s)
		growers[n] = newGrower(s)
	}
	box := limit.Bounds()
	for grown := true; grown; {
		grown = false
		for _, g := range growers {
			if g.step(free, box) {
				grown = true
			}
		}
	}
}

// grower grows one set. A slice is looked at only where it or a neighbour
// changed the turn before: elsewhere nothing new can be reached.
type grower struct {
	set     *Bits
	changed []bool // per slice k, in the turn before
	next    []bool
	below   []uint64 // slice k-1 as it was before this turn
	here    []uint64 // slice k likewise
}

func newGrower(b *Bits) *grower {
	plane := b.words * b.size[1]
	g := &grower{b, make([]bool, b.size[2]+2), make([]bool, b.size[2]+2), make([]uint64, plane), make([]uint64, plane)}
	for k := range g.changed {
		g.changed[k] = true
	}
	return g
}

// step takes in the free neighbours of the set, and out of free.
func (g *grower) step(free *Bits, box volume.Box) bool {
	grown := false
	clear(g.next) // flags are one up: slice k has flag k+1
	saved := false
	for k := box.Min[2]; k < box.Max[2]; k++ {
		if !g.changed[k] && !g.changed[k+1] && !g.changed[k+2] {
			saved = false
			continue
		}
		if !saved && k > 0 {
			copy(g.below, g.set.plane(k-1))
		}
		copy(g.here, g.set.plane(k))
		if g.slice(free, box, k) {
			g.next[k+1], grown = true, true
		}
		g.below, g.here = g.here, g.below
		saved = true
	}
	g.changed, g.next = g.next, g.changed
	return grown
}

// slice does so in slice k, given slices k-1 and k as they were; k+1 still is.
func (g *grower) slice(free *Bits, box volume.Box, k int) bool {
	words, grown := g.set.words, false
	to, open := g.set.plane(k), free.plane(k)
	var above []uint64
	if k+1 < g.set.size[2] {
		above = g.set.plane(k + 1)
	}
	for j := box.Min[1]; j < box.Max[1]; j++ {
		for n := range words {
			at := j*words + n
			if open[at] == 0 {
				continue
			}
			v := g.here[at]<<1 | g.here[at]>>1
			if n > 0 {
				v |= g.here[at-1] >> 63
			}
			if n+1 < words {
				v |= g.here[at+1] << 63
			}
			if j > 0 {
				v |= g.here[at-words]
			}
			if j+1 < g.set.size[1] {
				v |= g.here[at+words]
			}
			if k > 0 {
				v |= g.below[at]
			}
			if above != nil {
				v |= above[at]
			}
			if v &= open[at]; v != 0 {
				to[at] |= v
				open[at] &^= v
				grown = true
			}
		}
	}
	return grown
}

// plane returns the words of slice k.
func (b *Bits) plane(k int) []uint64 {
	n := b.words * b.size[1]
	return b.data[k*n : (k+1)*n]
}
