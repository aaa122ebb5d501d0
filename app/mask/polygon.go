package mask

import (
	"cmp"
	"math"
	"slices"

	"opacity/app/volume"
)

// Polygon is a closed outline drawn in slices across one voxel axis. It holds
// the voxels whose centre it goes round, also where it crosses itself (the
// nonzero winding rule). An outline of fewer than three points, or with a point
// that is no number, holds nothing.
type Polygon struct {
	Axis        int          // 0, 1 or 2
	First, Last int          // the slices, both inside
	Points      [][2]float64 // fractional voxels along the other two axes, the lower first
	Outside     bool         // all of those slices but what lies inside the outline
}

// Runs implements Shape.
func (p Polygon) Runs(size volume.Size, visit func(i0, i1, j, k int)) {
	if len(p.Points) < 3 || p.Axis < 0 || p.Axis > 2 {
		return
	}
	for _, q := range p.Points {
		if !(math.Abs(q[0]) < farAway && math.Abs(q[1]) < farAway) {
			return
		}
	}
	first, end := max(p.First, 0), min(p.Last+1, size[p.Axis])
	u, v := (p.Axis+1)%3, (p.Axis+2)%3
	if u > v {
		u, v = v, u
	}
	for n := range size[v] {
		p.row(n, size[u], func(from, to int) {
			switch p.Axis {
			case 0:
				for j := from; j < to && first < end; j++ {
					visit(first, end, j, n)
				}
			case 1:
				for j := first; j < end; j++ {
					visit(from, to, j, n)
				}
			case 2:
				for k := first; k < end; k++ {
					visit(from, to, n, k)
				}
			}
		})
	}
}

// crossing is where an edge crosses a row, and which way it goes: 1 or -1.
type crossing struct {
	x    float64
	turn int
}

// row tells the stretches of row n, of the given width, that the shape holds.
func (p Polygon) row(n, width int, visit func(from, to int)) {
	var crossings []crossing
	y := float64(n)
	for i, a := range p.Points {
		b := p.Points[(i+1)%len(p.Points)]
		if (a[1] <= y) == (b[1] <= y) {
			continue
		}
		turn := 1
		if a[1] > b[1] {
			turn = -1
		}
		crossings = append(crossings, crossing{a[0] + (y-a[1])/(b[1]-a[1])*(b[0]-a[0]), turn})
	}
	slices.SortFunc(crossings, func(a, b crossing) int { return cmp.Compare(a.x, b.x) })
	winding, at := 0, 0
	for _, c := range crossings {
		x := clamped(math.Ceil(c.x), 0, width)
		if (winding != 0) != p.Outside && at < x {
			visit(at, x)
		}
		winding, at = winding+c.turn, x
	}
	if p.Outside && at < width {
		visit(at, width)
	}
}
