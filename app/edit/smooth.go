package edit

import (
	"context"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// SmoothOptions says how the active label's border is smoothed. What is narrower
// than twice MM goes by Opening, notches and gaps as narrow are closed by Closing,
// and Median does both, with less change of volume.
type SmoothOptions struct {
	Do SmoothAction
	MM float64 // radius
}

// SmoothAction is a way to smooth one label.
type SmoothAction uint8

// The ways to smooth one label. Median gives a voxel what most have in the box
// that reaches MM from it along each axis, as far as it lies in the grid;
// Closing and Opening work with a ball.
const (
	Median SmoothAction = iota
	Closing
	Opening
)

// Smooth smooths the active label by itself. See JointSmooth for labels that touch.
func Smooth(ctx context.Context, in Input, opts SmoothOptions, report func(job.Progress)) (mask.Delta, error) {
	switch opts.Do {
	case Closing:
		return reshape(ctx, in, mask.Closing, opts.MM, report)
	case Opening:
		return reshape(ctx, in, mask.Opening, opts.MM, report)
	}
	if err := in.distance(opts.MM, MostMM); err != nil {
		return mask.Delta{}, err
	}
	set, err := in.active()
	if err != nil {
		return mask.Delta{}, err
	}
	var reach [3]int
	for c, mm := range in.Volume.SpacingMM() {
		reach[c] = int(opts.MM/mm + 1e-9) // so that exactly n voxels reach n
	}
	out, err := median(ctx, set, reach, begin(report, "edit.smoothing", in.Mask.Size()[2]))
	if err != nil {
		return mask.Delta{}, err
	}
	return become(ctx, in, out, hull(set, out), true, report)
}

// median returns the voxels for which more than half of the box around them is
// in the set, or half of it and themselves.
func median(ctx context.Context, set *mask.Bits, reach [3]int, p *progress) (*mask.Bits, error) {
	size, box := set.Size(), set.Bounds()
	for c := range 3 { // near the edge of the grid the set may gain beyond its box
		box.Min[c], box.Max[c] = max(0, box.Min[c]-reach[c]), min(size[c], box.Max[c]+reach[c])
	}
	out := mask.NewBits(size)
	n := box.Max[2] - box.Min[2]
	p.total = n
	parallel.Ranges(n, parallel.Share(n, 1), func(from, to int) {
		c := newCounter(set, box, reach, box.Min[2]+from)
		for k := box.Min[2] + from; k < box.Min[2]+to && ctx.Err() == nil; k++ {
			c.moveTo(k)
			c.majority(out, k)
			p.add(1)
		}
	})
	return out, stopped(ctx)
}

// counter counts, for one slice at a time, the voxels of a set in the box around
// every voxel of a region, slice by slice upwards.
type counter struct {
	set      *mask.Bits
	box      volume.Box
	reach    [3]int
	w, h     int
	ring     [][]int32 // slices counted in their plane
	total    []int32
	from, to int       // slices from..to-1 are in total
	rows     [][]int32 // ring of rows counted along i
	steps    []int32   // of one row, from reach before the region on
	sum      []int32   // of one row
}

func newCounter(set *mask.Bits, box volume.Box, reach [3]int, first int) *counter {
	c := &counter{set: set, box: box, reach: reach, w: box.Max[0] - box.Min[0], h: box.Max[1] - box.Min[1]}
	for range 2*reach[2] + 1 {
		c.ring = append(c.ring, make([]int32, c.w*c.h))
	}
	for range 2*reach[1] + 1 {
		c.rows = append(c.rows, make([]int32, c.w))
	}
	c.total, c.steps, c.sum = make([]int32, c.w*c.h), make([]int32, c.w+reach[0]), make([]int32, c.w)
	c.from = max(0, first-reach[2])
	c.to = c.from
	return c
}

// moveTo makes total that of the boxes around slice k; k must not go back.
func (c *counter) moveTo(k int) {
	for ; c.from < k-c.reach[2]; c.from++ {
		for n, x := range c.ring[c.from%len(c.ring)] {
			c.total[n] -= x
		}
	}
	for ; c.to < min(c.set.Size()[2], k+c.reach[2]+1); c.to++ {
		plane := c.ring[c.to%len(c.ring)]
		c.plane(plane, c.to)
		for n, x := range plane {
			c.total[n] += x
		}
	}
}

// plane counts the rectangle around every pixel of slice k.
func (c *counter) plane(dst []int32, k int) {
	sum := c.sum
	clear(sum)
	add := func(j int, sign int32) {
		if j < 0 || j >= c.set.Size()[1] {
			return
		}
		row := c.rows[j%len(c.rows)]
		if sign > 0 {
			c.row(row, j, k)
		}
		for n, x := range row {
			sum[n] += sign * x
		}
	}
	first := c.box.Min[1]
	for j := first - c.reach[1]; j < first+c.reach[1]; j++ {
		add(j, 1)
	}
	for n := range c.h {
		add(first+n+c.reach[1], 1)
		copy(dst[n*c.w:], sum)
		add(first+n-c.reach[1], -1)
	}
}

// row counts the stretch around every voxel of row (j, k). A run's count rises
// by one a voxel, stays, and falls: it is the sum of the sum of four steps.
func (c *counter) row(dst []int32, j, k int) {
	r := c.reach[0]
	clear(c.steps)
	c.set.Runs(j, k, func(i0, i1 int) {
		for _, s := range [4]struct{ at, step int }{{i0 - r, 1}, {i0 + r + 1, -1}, {i1 - r, -1}, {i1 + r + 1, 1}} {
			if at := s.at - c.box.Min[0] + r; at < len(c.steps) {
				c.steps[at] += int32(s.step)
			}
		}
	})
	rise, n := int32(0), int32(0)
	for i, step := range c.steps {
		rise += step
		n += rise
		if i >= r {
			dst[i-r] = n
		}
	}
}

// majority writes slice k.
func (c *counter) majority(out *mask.Bits, k int) {
	size := c.set.Size()
	span := func(at, axis int) int32 {
		return int32(min(at+c.reach[axis]+1, size[axis]) - max(at-c.reach[axis], 0))
	}
	for n := range c.h {
		j := c.box.Min[1] + n
		to, own := out.Row(j, k), c.set.Row(j, k)
		rows := span(j, 1) * span(k, 2)
		for m, x := range c.total[n*c.w : (n+1)*c.w] {
			if x == 0 {
				continue
			}
			i := c.box.Min[0] + m
			if d := 2*x - rows*span(i, 0); d > 0 || d == 0 && own[i>>6]>>(i&63)&1 == 1 {
				to[i>>6] |= 1 << (i & 63)
			}
		}
	}
}
