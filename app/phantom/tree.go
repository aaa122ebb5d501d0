package phantom

import (
	"math"
	"math/rand/v2"
	"sort"
)

type point [3]float64

func (p point) to(q point) point { return point{q[0] - p[0], q[1] - p[1], q[2] - p[2]} }

func (p point) length() float64 { return math.Sqrt(p[0]*p[0] + p[1]*p[1] + p[2]*p[2]) }

func mix(a, b point, t float64) point {
	return point{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t, a[2] + (b[2]-a[2])*t}
}

// capsule is a piece of a tube: from a to b, with a radius at each end, in mm.
type capsule struct {
	a, b   point
	ra, rb float64
}

// node is a branching point of a tree that grows from a root.
type node struct {
	at     point
	parent int
	path   float64 // mm to the root
	flow   float64 // sum over the leaves behind it of radius^murray
}

// murray is the exponent by which radii add up where a vessel branches: 3 in
// Murray's law, a little less as measured in the lung (Huang et al. 1996).
const murray = 2.7

// growTrees grows arteries, veins and bronchi from both hila into the lungs.
func (t *thorax) growTrees(r *rand.Rand) {
	for _, left := range []bool{false, true} {
		s, hilum := -1.0, 182.0
		if left {
			s, hilum = 1, 186
		}
		t.vessels = append(t.vessels, grow(r, point{s * 34, 6, hilum}, t.lungPoints(r, left, 900, 2), 0.55)...)
		t.vessels = append(t.vessels, grow(r, point{s * 28, 0, 164}, t.lungPoints(r, left, 600, 2), 0.55)...)
		t.bronchi = append(t.bronchi, grow(r, point{s * 36, 12, 172}, t.lungPoints(r, left, 90, 12), 0.75)...)
	}
}

// lungPoints draws n points of one lung, deeper than depth mm.
func (t *thorax) lungPoints(r *rand.Rand, left bool, n int, depth float64) []point {
	points := make([]point, 0, n)
	for len(points) < n {
		p := point{(r.Float64()*2 - 1) * 135, (r.Float64()*2 - 1) * 95, 20 + r.Float64()*260}
		l := levelAt(p[2])
		if d, side := l.lung(p[0], p[1]); side == left && d > depth {
			points = append(points, p)
		}
	}
	return points
}

// grow joins the points to one tree, near ones first, each by the branch that
// costs the least new length without a long way back to the root, and gives
// every branch the radius that its leaves need.
func grow(r *rand.Rand, root point, points []point, leafRadius float64) []capsule {
	sort.Slice(points, func(a, b int) bool {
		return root.to(points[a]).length() < root.to(points[b]).length()
	})
	nodes := []node{{at: root, parent: -1}}
	for _, p := range points {
		best, cost := 0, math.Inf(1)
		for n := range nodes {
			d := nodes[n].at.to(p).length()
			if c := d + 0.35*nodes[n].path; c < cost {
				best, cost = n, c
			}
		}
		from := nodes[best]
		// Leave the parent branch along its own direction: vessels fork, they do not turn back.
		length := from.at.to(p).length()
		if length > 8 && best != 0 {
			before := nodes[from.parent].at.to(from.at)
			if bl := before.length(); bl > 0 {
				bend := mix(from.at, p, 0.45)
				for c := range bend {
					bend[c] += before[c] / bl * length * 0.18
				}
				nodes = append(nodes, node{at: bend, parent: best, path: from.path + length/2})
				best = len(nodes) - 1
			}
		}
		nodes = append(nodes, node{at: p, parent: best, path: nodes[best].path + nodes[best].at.to(p).length()})
	}
	leaf := math.Pow(leafRadius, murray)
	isParent := make([]bool, len(nodes))
	for _, n := range nodes[1:] {
		isParent[n.parent] = true
	}
	for n := len(nodes) - 1; n > 0; n-- {
		if !isParent[n] {
			nodes[n].flow = leaf * (0.6 + 0.8*r.Float64())
		}
		nodes[nodes[n].parent].flow += nodes[n].flow
	}
	tubes := make([]capsule, 0, len(nodes))
	for _, n := range nodes[1:] {
		radius := math.Pow(n.flow, 1/murray)
		from := min(math.Pow(nodes[n.parent].flow, 1/murray), radius*1.4)
		tubes = append(tubes, capsule{a: nodes[n.parent].at, b: n.at, ra: from, rb: radius})
	}
	return tubes
}

// chain joins points to a tube.
func chain(radius float64, points ...point) []capsule {
	tubes := make([]capsule, 0, len(points)-1)
	for n := 1; n < len(points); n++ {
		tubes = append(tubes, capsule{points[n-1], points[n], radius, radius})
	}
	return tubes
}

// The great vessels, the gullet, and the airways outside the lungs.
var (
	greatVessels = join(
		chain(14, point{0, -16, 150}, point{-12, -24, 172}, point{-13, -25, 200}, point{-6, -16, 214}, point{6, 0, 219}, point{17, 16, 217}, point{23, 30, 205}), // aorta
		chain(12, point{23, 30, 205}, point{22, 30, 170}, point{20, 28, 110}, point{12, 24, 50}, point{6, 16, -20}),
		chain(8.5, point{-27, -12, 150}, point{-29, -14, 225}, point{-24, -14, 245}), // superior vena cava
		chain(6.5, point{-24, -14, 245}, point{-30, -10, 300}),
		chain(6, point{-26, -14, 238}, point{10, -24, 244}, point{32, -8, 290}), // left brachiocephalic vein
		chain(13, point{14, -32, 160}, point{16, -20, 184}),                     // pulmonary trunk
		chain(10.5, point{16, -18, 184}, point{-4, -4, 184}, point{-34, 5, 182}),
		chain(10.5, point{16, -18, 186}, point{36, 6, 187}),
		chain(6, point{-8, -14, 215}, point{-14, -10, 245}, point{-24, -2, 310}), // arch vessels
		chain(4, point{4, -2, 219}, point{12, -6, 260}, point{18, -4, 310}),
		chain(4.5, point{16, 14, 218}, point{26, 10, 262}, point{44, 2, 285}, point{90, -4, 300}),
		chain(11, point{-26, 4, -20}, point{-24, -2, 60}, point{-22, -8, 112}, point{-20, -12, 125}), // inferior vena cava
		chain(6.5, point{3, 24, 310}, point{3, 25, 215}, point{5, 22, 150}, point{8, 14, 100}, point{18, 2, 80}),
	)
	airways = join(
		chain(8.5, point{-1, 2, 310}, point{-2, 8, 230}, point{-1, 11, 196}),
		chain(7.2, point{-1, 11, 196}, point{-22, 12, 182}, point{-36, 12, 173}),
		chain(6.2, point{-1, 11, 196}, point{24, 13, 178}, point{36, 12, 172}),
	)
)

func join(parts ...[]capsule) []capsule {
	var all []capsule
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
