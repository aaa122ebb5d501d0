package dicomseg

import (
	"context"
	"math"
	"slices"

	"opacity/app/volume"
)

// plane is the contours of one region on one slice.
type plane struct {
	off     float64 // how far they lie from the slice, as a part of a step
	edges   []edge
	crowded bool // others that belong to this slice lie further from it
}

// edge is a side of a polygon, in voxels along the two axes of a slice: v0 < v1.
type edge struct{ u0, v0, u1, v1 float64 }

// samePlane is how far contours of one plane may lie apart, as a part of a step.
const samePlane = 0.05

// planes sorts the contours of a region by the slice nearest to each, at most half a
// step away. Of several planes at one slice the nearest counts. off is how many lie
// beyond the grid, or across its slices.
func (r region) planes(ctx context.Context, g volume.Geometry, axis int) (map[int]*plane, int, error) {
	out, off := map[int]*plane{}, 0
	u, v := volume.InPlane(axis)
	for _, c := range r.contours {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		low, high := extent(g, c)
		at := (low[axis] + high[axis]) / 2
		if !(high[axis]-low[axis] <= 0.5) || !(at >= -0.5 && at < float64(g.Size[axis])-0.5) ||
			!(high[u] >= -0.5 && low[u] <= float64(g.Size[u])-0.5 && high[v] >= -0.5 && low[v] <= float64(g.Size[v])-0.5) {
			off++
			continue
		}
		n := min(max(int(math.Floor(at+0.5)), 0), g.Size[axis]-1)
		p := out[n]
		switch d := at - float64(n); {
		case p == nil:
			p = &plane{off: d}
			out[n] = p
		case math.Abs(d-p.off) <= samePlane:
		case math.Abs(d) < math.Abs(p.off):
			*p = plane{off: d, crowded: true}
		default:
			p.crowded = true
			continue
		}
		p.add(g, c, u, v)
	}
	return out, off, nil
}

// add adds the sides of a polygon.
func (p *plane) add(g volume.Geometry, points []volume.Vec, u, v int) {
	was := g.ToIndex(points[len(points)-1])
	for _, point := range points {
		at := g.ToIndex(point)
		switch {
		case was[v] < at[v]:
			p.edges = append(p.edges, edge{was[u], was[v], at[u], at[v]})
		case was[v] > at[v]:
			p.edges = append(p.edges, edge{at[u], at[v], was[u], was[v]})
		}
		was = at
	}
}

// fill gives label n to the voxels of a slice whose centres lie inside by the even-odd
// rule: on a side that runs down to greater u they are in, on the other out, so that
// regions that share a side share no voxel.
func (p *plane) fill(ctx context.Context, b *builder, n, axis, slice int) error {
	u, v := volume.InPlane(axis)
	size := b.lm.Size
	low, high := math.Inf(1), math.Inf(-1)
	for _, e := range p.edges {
		low, high = min(low, e.v0), max(high, e.v1)
	}
	var crossings []float64
	for y := max(0, math.Ceil(low)); y < min(float64(size[v]), high); y++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		crossings = crossings[:0]
		for _, e := range p.edges {
			if e.v0 <= y && y < e.v1 {
				crossings = append(crossings, e.u0+(y-e.v0)/(e.v1-e.v0)*(e.u1-e.u0))
			}
		}
		slices.Sort(crossings)
		for i := 0; i+1 < len(crossings); i += 2 {
			from, to := max(0, math.Ceil(crossings[i])), min(float64(size[u]), math.Ceil(crossings[i+1]))
			for x := from; x < to; x++ {
				var at [3]int
				at[axis], at[u], at[v] = slice, int(x), int(y)
				b.add(n, at[2], at[0]+size[0]*at[1])
			}
		}
	}
	return nil
}
