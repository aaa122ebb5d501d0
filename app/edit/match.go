package edit

import (
	"cmp"
	"math"
	"slices"

	"opacity/app/mask"
	"opacity/app/volume"
)

// pair is what belongs together of two slices: the pixels of each.
type pair struct{ a, b *mask.Bits }

// part is a connected piece of a slice.
type part struct {
	second   bool       // of the second slice
	centreMM [2]float64 // along u and v
	radiusMM float64    // of the disc of its area
}

// apart is how far, in sums of their radii, the centres of two pieces may lie
// that do not overlap and are still taken for one thing that moved: a vessel
// runs a few of its widths from one drawn slice to the next; what is further
// ends, and another begins.
const apart = 4

// match pairs the pieces of two slices: those that overlap; then, nearest first,
// those that overlap nothing with one another; then what is left with the
// nearest. A single piece on either side is always one thing.
func match(a, b *mask.Bits, spacingMM [2]float64) []pair {
	ca, cb := a.Components(18), b.Components(18)
	parts := append(partsOf(ca, false, spacingMM), partsOf(cb, true, spacingMM)...)
	na := len(ca.List)
	groups := newGroups(len(parts))
	overlaps(ca, cb, a.Size(), func(p, q int) { groups.unite(p, na+q) })
	joinNearest(groups, parts, na == 1 && len(cb.List) == 1)
	return groups.pairs(ca, cb)
}

func partsOf(c *mask.Components, second bool, spacingMM [2]float64) []part {
	list := make([]part, len(c.List))
	for n := range list {
		area := float64(c.List[n].Voxels) * spacingMM[0] * spacingMM[1]
		list[n] = part{second: second, radiusMM: math.Sqrt(area / math.Pi)}
	}
	c.Each(func(p, x0, x1, y, _ int) {
		n := float64(x1-x0) / float64(c.List[p].Voxels)
		list[p].centreMM[0] += n * float64(x0+x1-1) / 2 * spacingMM[0]
		list[p].centreMM[1] += n * float64(y) * spacingMM[1]
	})
	return list
}

// overlaps calls visit for pieces of two slices of a size that share a pixel.
func overlaps(a, b *mask.Components, size volume.Size, visit func(p, q int)) {
	w := size[0]
	at := make([]int32, size.Voxels()) // one more than the piece of a, by pixel
	a.Each(func(p, x0, x1, y, _ int) {
		for x := x0; x < x1; x++ {
			at[x+w*y] = int32(p) + 1
		}
	})
	b.Each(func(q, x0, x1, y, _ int) {
		last := int32(0)
		for _, p := range at[x0+w*y : x1+w*y] {
			if p != 0 && p != last {
				visit(int(p)-1, q)
				last = p
			}
		}
	})
}

// joinNearest unites pieces that overlap nothing with the nearest of the other slice.
func joinNearest(g *groups, parts []part, single bool) {
	type way struct {
		p, q int
		mm   float64
	}
	var ways []way
	for p := range parts {
		for q := range parts {
			if parts[p].second || !parts[q].second || !g.alone(p) && !g.alone(q) {
				continue
			}
			mm := math.Hypot(parts[p].centreMM[0]-parts[q].centreMM[0], parts[p].centreMM[1]-parts[q].centreMM[1])
			if single || mm <= apart*(parts[p].radiusMM+parts[q].radiusMM) {
				ways = append(ways, way{p, q, mm})
			}
		}
	}
	slices.SortStableFunc(ways, func(a, b way) int { return cmp.Compare(a.mm, b.mm) })
	for _, w := range ways {
		if g.alone(w.p) && g.alone(w.q) {
			g.unite(w.p, w.q)
		}
	}
	for _, w := range ways {
		if g.alone(w.p) || g.alone(w.q) {
			g.unite(w.p, w.q)
		}
	}
}

// groups are pieces united step by step; small numbers, so no tree.
type groups struct{ of, size []int }

func newGroups(n int) *groups {
	g := &groups{make([]int, n), make([]int, n)}
	for i := range n {
		g.of[i], g.size[i] = i, 1
	}
	return g
}

func (g *groups) alone(n int) bool { return g.size[g.of[n]] == 1 }

func (g *groups) unite(a, b int) {
	a, b = min(g.of[a], g.of[b]), max(g.of[a], g.of[b])
	if a == b {
		return
	}
	for n, o := range g.of {
		if o == b {
			g.of[n] = a
		}
	}
	g.size[a] += g.size[b]
}

// pairs returns the pixels of each group that is on both slices.
func (g *groups) pairs(a, b *mask.Components) []pair {
	var list []pair
	na := len(a.List)
	for root := range g.of {
		if g.of[root] != root || g.alone(root) {
			continue
		}
		list = append(list, pair{
			a.Select(func(n int) bool { return g.of[n] == root }),
			b.Select(func(n int) bool { return g.of[na+n] == root }),
		})
	}
	return list
}
