package edit

import (
	"context"
	"math"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// JointOptions says which labels are smoothed together.
type JointOptions struct {
	Labels  []uint8 // of one layer; one that has no voxel is left out of the vote
	SigmaMM float64 // standard deviation of the Gaussian, at most MostSigmaMM
}

// MostSigmaMM is the largest standard deviation that JointSmooth accepts.
const MostSigmaMM = 10

// JointSmooth smooths labels that touch, and leaves no gap between them: every
// voxel asks those around it, weighted by a Gaussian. Where at least half of the
// votes are for one of the labels it gets the one with most, else none. Labels
// not named stay as they are. The grid's last voxels stand for what lies beyond.
func JointSmooth(ctx context.Context, in Input, opts JointOptions, report func(job.Progress)) (mask.Delta, error) {
	sets, labels, err := in.voters(opts)
	if err != nil {
		return mask.Delta{}, err
	}
	v := newVote(in, sets, labels, opts.SigmaMM)
	p := begin(report, "edit.smoothing", v.box.Max[2]-v.box.Min[2])
	won := make([][]uint8, v.box.Max[2]-v.box.Min[2])
	parallel.Ranges(len(won), parallel.Share(len(won), 4), func(from, to int) {
		b := newBooth(v)
		for n := from; n < to && ctx.Err() == nil; n++ {
			won[n] = b.slice(ctx, v.box.Min[2]+n)
			p.add(1)
		}
	})
	if err := stopped(ctx); err != nil {
		return mask.Delta{}, err
	}
	var named [256]bool
	named[0] = true
	for _, l := range labels {
		named[l] = true
	}
	return apply(ctx, in, in.layer(labels[0]), v.box, report, func(j, k int, row []uint8) {
		from := won[k-v.box.Min[2]][(j-v.box.Min[1])*v.w:][:v.w]
		for n, to := range from {
			if i := v.box.Min[0] + n; named[row[i]] {
				row[i] = to
			}
		}
	})
}

// voters checks the options and returns the sets of the labels that have voxels.
func (in Input) voters(opts JointOptions) (sets []*mask.Bits, labels []uint8, err error) {
	if err := in.distance(opts.SigmaMM, MostSigmaMM); err != nil {
		return nil, nil, err
	}
	if len(opts.Labels) == 0 {
		return nil, nil, app.Misuse("edit.no_labels")
	}
	if err := in.check(opts.Labels...); err != nil {
		return nil, nil, err
	}
	for _, value := range opts.Labels {
		l, _ := in.Mask.Label(value)
		if l.Layer != in.layer(opts.Labels[0]) {
			return nil, nil, app.Misuse("edit.other_layer", l.Name)
		}
		if in.Mask.Count(l.Layer, value) > 0 {
			sets, labels = append(sets, mask.BitsOf(in.Mask, l.Layer, value)), append(labels, value)
		}
	}
	if labels == nil {
		_, err := in.set(opts.Labels[0])
		return nil, nil, err
	}
	return sets, labels, nil
}

// unit is the whole of a vote: weights are whole numbers that add up to it, so
// that the outcome is the same on every machine.
const unit = 1 << 12

// gaussian returns the weights of a Gaussian to three standard deviations, the
// middle one last corrected so that they add up to unit.
func gaussian(sigma float64) []uint32 {
	r := max(1, int(math.Ceil(3*sigma)))
	sum := 0.0
	for d := -r; d <= r; d++ {
		sum += math.Exp(-float64(d*d) / (2 * sigma * sigma))
	}
	w, rest := make([]uint32, 2*r+1), unit
	for d := -r; d <= r; d++ {
		w[d+r] = uint32(math.Round(unit * math.Exp(-float64(d*d)/(2*sigma*sigma)) / sum))
		rest -= int(w[d+r])
	}
	w[r] = uint32(int(w[r]) + rest)
	return w
}

// vote is what all goroutines share.
type vote struct {
	in      Input
	sets    []*mask.Bits
	labels  []uint8
	box     volume.Box // of all sets: beyond it nobody gets half of the votes
	w, h    int
	columns [][2]int // per label: first column of the box that a vote reaches, and one past the last
	weights [3][]uint32
}

func newVote(in Input, sets []*mask.Bits, labels []uint8, sigmaMM float64) *vote {
	v := &vote{in: in, sets: sets, labels: labels}
	for _, s := range sets {
		v.box = v.box.Union(s.Bounds())
	}
	v.w, v.h = v.box.Max[0]-v.box.Min[0], v.box.Max[1]-v.box.Min[1]
	for c, mm := range in.Volume.SpacingMM() {
		v.weights[c] = gaussian(sigmaMM / mm)
	}
	reach := len(v.weights[0]) / 2
	for _, s := range sets {
		b := s.Bounds()
		v.columns = append(v.columns, [2]int{max(0, b.Min[0]-reach-v.box.Min[0]), min(v.w, b.Max[0]+reach-v.box.Min[0])})
	}
	return v
}

// booth counts the votes of one slice after the other.
type booth struct {
	*vote
	planes [][][]uint16 // per label: ring of slices counted in their plane
	of     []int        // per place in the ring: its slice
	edges  []int32      // one row
	lines  []uint16     // rows counted along i
	any    []bool       // per row: holds a vote
	sum    []uint32     // one row
	totals [][]uint32   // per label: one slice
}

func newBooth(v *vote) *booth {
	b := &booth{vote: v, planes: make([][][]uint16, len(v.sets)), of: make([]int, len(v.weights[2]))}
	for n := range b.of {
		b.of[n] = -1
	}
	for l := range b.planes {
		b.totals = append(b.totals, make([]uint32, v.w*v.h))
		for range b.of {
			b.planes[l] = append(b.planes[l], make([]uint16, v.w*v.h))
		}
	}
	b.edges, b.lines = make([]int32, v.w+1), make([]uint16, v.w*v.h)
	b.any, b.sum = make([]bool, v.h), make([]uint32, v.w)
	return b
}

// slice returns the labels that won in slice k, w*h of the box, 0 for none.
func (b *booth) slice(ctx context.Context, k int) []uint8 {
	weights := b.weights[2]
	r, nz := len(weights)/2, b.in.Mask.Size()[2]
	for l := range b.totals {
		clear(b.totals[l])
	}
	for d, weight := range weights {
		from := min(max(k+d-r, 0), nz-1)
		if from < b.box.Min[2] || from >= b.box.Max[2] {
			continue
		}
		if ctx.Err() != nil {
			return nil
		}
		at := from % len(b.of)
		if b.of[at] != from {
			for l := range b.sets {
				b.plane(l, b.planes[l][at], from)
			}
			b.of[at] = from
		}
		for l, total := range b.totals {
			x0, x1 := b.columns[l][0], b.columns[l][1]
			for y := 0; y < len(total); y += b.w {
				weigh(total[y+x0:y+x1], b.planes[l][at][y+x0:y+x1], weight)
			}
		}
	}
	return b.count(k)
}

// weigh adds weighted votes to sums.
func weigh(sums []uint32, votes []uint16, weight uint32) {
	sums = sums[:len(votes)]
	for i, x := range votes {
		sums[i] += weight * uint32(x)
	}
}

// plane counts label l in slice k along i and then along j.
func (b *booth) plane(l int, dst []uint16, k int) {
	for n := range b.h {
		b.any[n] = b.row(b.lines[n*b.w:(n+1)*b.w], b.sets[l], b.box.Min[1]+n, k)
	}
	weights := b.weights[1]
	r, ny := len(weights)/2, b.in.Mask.Size()[1]
	x0, x1 := b.columns[l][0], b.columns[l][1]
	sum := b.sum[x0:x1]
	for n := range b.h {
		clear(sum)
		for d, weight := range weights {
			from := min(max(b.box.Min[1]+n+d-r, 0), ny-1) - b.box.Min[1]
			if from < 0 || from >= b.h || !b.any[from] {
				continue
			}
			weigh(sum, b.lines[from*b.w+x0:from*b.w+x1], weight)
		}
		to := dst[n*b.w+x0 : n*b.w+x1]
		for i, x := range sum {
			to[i] = uint16((x + unit/2) / unit)
		}
	}
}

// row counts row (j, k) along i: a run's votes rise around its first voxel and
// fall around the one past its last, as the weights add up.
func (b *booth) row(dst []uint16, set *mask.Bits, j, k int) bool {
	if _, _, ok := set.RowBounds(j, k); !ok {
		return false
	}
	weights, nx := b.weights[0], set.Size()[0]
	r := len(weights) / 2
	clear(b.edges)
	edge := func(at int, sign int32) {
		for d, weight := range weights {
			if i := max(at+d-r-b.box.Min[0], 0); i < b.w {
				b.edges[i] += sign * int32(weight)
			}
		}
	}
	set.Runs(j, k, func(i0, i1 int) {
		if i0 == 0 { // goes on beyond the grid
			i0 = -2 * r
		}
		if i1 == nx {
			i1 = nx + 2*r
		}
		edge(i0, 1)
		edge(i1, -1)
	})
	sum := int32(0)
	for i := range dst {
		sum += b.edges[i]
		dst[i] = uint16(sum)
	}
	return true
}

// count decides slice k. A tie is for the label that is there.
func (b *booth) count(k int) []uint8 {
	won := make([]uint8, b.w*b.h)
	slice := b.in.Mask.Slice(b.in.layer(b.labels[0]), k)
	const half = unit * unit / 2
	for n := range won {
		own, all, best, top := uint8(0), uint32(0), uint8(0), uint32(0)
		for l, total := range b.totals {
			x := total[n]
			if all += x; x > top {
				best, top = b.labels[l], x
			}
		}
		if all < half {
			continue
		}
		if slice != nil {
			own = slice[b.box.Min[0]+n%b.w+(b.box.Min[1]+n/b.w)*b.in.Mask.Size()[0]]
		}
		held := false
		for l, total := range b.totals {
			if b.labels[l] == own {
				held = true
				if total[n] == top {
					best = own
				}
			}
		}
		if all > half || held {
			won[n] = best
		}
	}
	return won
}
