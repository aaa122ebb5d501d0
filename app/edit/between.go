package edit

import (
	"context"
	"math"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// BetweenOptions says between which slices to fill.
type BetweenOptions struct {
	Axis int // 0, 1 or 2: the axis that the slices lie across
	// Slices are the indices to go by; nil for all on which the label is drawn.
	Slices []int
	// Replace takes away what is drawn between them first, else it stays.
	Replace bool
}

// Between gives the active label to what lies between the slices it is drawn on:
// signed distances of the two slices, each moved along the line of their centres,
// are mixed by the distance from either (Raya and Udupa 1990, with the centres of
// Herman, Zheng and Bucholtz 1992). Pieces that belong together are found first,
// so that two that moved apart each keep their way.
func Between(ctx context.Context, in Input, opts BetweenOptions, report func(job.Progress)) (mask.Delta, error) {
	if err := axis(opts.Axis, false); err != nil {
		return mask.Delta{}, err
	}
	own, err := in.active()
	if err != nil {
		return mask.Delta{}, err
	}
	keys, err := in.keys(own, opts)
	if err != nil {
		return mask.Delta{}, err
	}
	size, spacingMM := in.Mask.Size(), in.planeSpacingMM(opts.Axis)
	p := begin(report, "edit.between", len(keys)-1)
	set := own
	if opts.Replace {
		set = own.Clone()
	}
	for n, to := range keys[1:] {
		from := keys[n]
		if to-from < 2 {
			p.add(1)
			continue
		}
		if opts.Replace {
			set.AndNot(filled(size, slab(size, opts.Axis, from+1, to-1)))
		}
		a, b := planeOf(own, volume.Slice{Axis: opts.Axis, Index: from}), planeOf(own, volume.Slice{Axis: opts.Axis, Index: to})
		for _, pieces := range match(a, b, spacingMM) {
			if err := in.bridge(ctx, set, opts.Axis, from, to, pieces, spacingMM); err != nil {
				return mask.Delta{}, err
			}
		}
		p.add(1)
	}
	return become(ctx, in, set, slab(size, opts.Axis, keys[0], keys[len(keys)-1]), opts.Replace, report)
}

// keys returns the slices to go by, two at least with one between two of them.
func (in Input) keys(own *mask.Bits, opts BetweenOptions) ([]int, error) {
	l, _ := in.Mask.Label(in.Label)
	keys := drawn(own, opts.Axis)
	if opts.Slices != nil {
		keys = slices.DeleteFunc(keys, func(n int) bool { return !slices.Contains(opts.Slices, n) })
	}
	if len(keys) < 2 {
		return nil, app.Misuse("edit.one_slice", l.Name)
	}
	if keys[len(keys)-1]-keys[0] == len(keys)-1 {
		return nil, app.Misuse("edit.nothing_between", l.Name)
	}
	return keys, nil
}

// planeSpacingMM is that of the pixels of slices across an axis.
func (in Input) planeSpacingMM(axis int) [2]float64 {
	mm := in.Volume.SpacingMM()
	u, v := volume.InPlane(axis)
	return [2]float64{mm[u], mm[v]}
}

// bridge adds to a set what lies between a pair of slices from and to.
func (in Input) bridge(ctx context.Context, set *mask.Bits, axis, from, to int, p pair, spacingMM [2]float64) error {
	if err := stopped(ctx); err != nil {
		return err
	}
	m := newMorph(p, spacingMM)
	made := make([]*mask.Bits, to-from-1)
	parallel.Ranges(len(made), 1, func(first, after int) {
		for n := first; n < after && ctx.Err() == nil; n++ {
			made[n] = mask.NewBits(p.a.Size())
			m.at(in.share(axis, from, to, from+1+n), made[n])
		}
	})
	if err := stopped(ctx); err != nil {
		return err
	}
	for n, plane := range made {
		setPlane(set, volume.Slice{Axis: axis, Index: from + 1 + n}, plane)
	}
	return nil
}

// share is how far slice n lies on the way between two others, 0..1.
func (in Input) share(axis, from, to, n int) float64 {
	if at := in.Volume.SlicePositionsMM; axis == 2 && len(at) > to && at[to] != at[from] {
		return (at[n] - at[from]) / (at[to] - at[from])
	}
	return float64(n-from) / float64(to-from)
}

// morph leads from one shape in a plane to another. The two are looked at in a
// window wide enough that a pixel moved by the whole shift still lies in it.
type morph struct {
	x, y, w, h int // the window
	shift      [2]float64
	a, b       []float32 // signed distances in the window
}

func newMorph(p pair, spacingMM [2]float64) *morph {
	ca, cb := centre(p.a), centre(p.b)
	m := &morph{shift: [2]float64{cb[0] - ca[0], cb[1] - ca[1]}}
	box := hull(p.a, p.b)
	padX, padY := int(math.Ceil(math.Abs(m.shift[0])))+1, int(math.Ceil(math.Abs(m.shift[1])))+1
	m.x, m.y = box.Min[0]-padX, box.Min[1]-padY
	m.w, m.h = box.Max[0]+padX-m.x, box.Max[1]+padY-m.y
	var sides [2][]float32
	parallel.Ranges(2, 1, func(first, after int) {
		for n := first; n < after; n++ {
			sides[n] = signedMM(m.picture([2]*mask.Bits{p.a, p.b}[n]), m.w, m.h, spacingMM)
		}
	})
	m.a, m.b = sides[0], sides[1]
	return m
}

// centre is the mean of the pixels.
func centre(plane *mask.Bits) (c [2]float64) {
	count := 0.0
	for y := range plane.Size()[1] {
		plane.Runs(y, 0, func(x0, x1 int) {
			n := float64(x1 - x0)
			count += n
			c[0] += n * float64(x0+x1-1) / 2
			c[1] += n * float64(y)
		})
	}
	return [2]float64{c[0] / count, c[1] / count}
}

// picture is the window's part of a plane.
func (m *morph) picture(plane *mask.Bits) []bool {
	in := make([]bool, m.w*m.h)
	for y := range plane.Size()[1] {
		plane.Runs(y, 0, func(x0, x1 int) {
			for x := x0; x < x1; x++ {
				in[x-m.x+(y-m.y)*m.w] = true
			}
		})
	}
	return in
}

// at takes the shape a share t of the way into a plane.
func (m *morph) at(t float64, plane *mask.Bits) {
	a := newSampler(m, m.a, -t*m.shift[0], -t*m.shift[1])
	b := newSampler(m, m.b, (1-t)*m.shift[0], (1-t)*m.shift[1])
	size := plane.Size()
	for y := max(0, m.y); y < min(size[1], m.y+m.h); y++ {
		row := plane.Row(y, 0)
		for x := max(0, m.x); x < min(size[0], m.x+m.w); x++ {
			// The mix is exact where both are on the border; a pixel on it is in, so
			// that shapes one pixel wide do not break.
			if float32(1-t)*a.value(x-m.x, y-m.y)+float32(t)*b.value(x-m.x, y-m.y) >= -1e-4 {
				row[x>>6] |= 1 << (x & 63)
			}
		}
	}
}

// sampler reads distances at pixels moved by a fixed fraction, bilinearly.
type sampler struct {
	m      *morph
	of     []float32
	dx, dy int
	weight [4]float32
}

func newSampler(m *morph, of []float32, dx, dy float64) *sampler {
	// An exact whole step must not become the one below by rounding.
	x, y := math.Floor(dx+1e-9), math.Floor(dy+1e-9)
	fx, fy := float32(max(0, dx-x)), float32(max(0, dy-y))
	return &sampler{m, of, int(x), int(y), [4]float32{(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy}}
}

func (s *sampler) value(x, y int) float32 {
	x, y = x+s.dx, y+s.dy
	if x >= 0 && y >= 0 && x+1 < s.m.w && y+1 < s.m.h {
		o := x + y*s.m.w
		return s.weight[0]*s.of[o] + s.weight[1]*s.of[o+1] + s.weight[2]*s.of[o+s.m.w] + s.weight[3]*s.of[o+s.m.w+1]
	}
	// Beyond the window, where neither shape is: as far out as its edge.
	return s.of[min(max(x, 0), s.m.w-1)+min(max(y, 0), s.m.h-1)*s.m.w]
}

// CopyOptions says which slice to copy where.
type CopyOptions struct {
	Axis, From, To int
	// Replace takes away what the label has on slice To first, else it stays.
	Replace bool
}

// CopySlice gives the active label to the voxels of a slice that has it on another.
func CopySlice(ctx context.Context, in Input, opts CopyOptions, report func(job.Progress)) (mask.Delta, error) {
	if err := axis(opts.Axis, false); err != nil {
		return mask.Delta{}, err
	}
	own, err := in.active()
	if err != nil {
		return mask.Delta{}, err
	}
	size := in.Mask.Size()
	for _, n := range [2]int{opts.From, opts.To} {
		if n < 0 || n >= size[opts.Axis] {
			return mask.Delta{}, app.Misuse("edit.no_slice")
		}
	}
	plane := planeOf(own, volume.Slice{Axis: opts.Axis, Index: opts.From})
	if plane.Empty() {
		l, _ := in.Mask.Label(in.Label)
		return mask.Delta{}, app.Misuse("edit.not_on_slice", l.Name)
	}
	set := mask.NewBits(size)
	setPlane(set, volume.Slice{Axis: opts.Axis, Index: opts.To}, plane)
	return become(ctx, in, set, slab(size, opts.Axis, opts.To, opts.To), opts.Replace, report)
}
