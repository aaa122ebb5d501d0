package score

import (
	"context"
	"math"
	"math/bits"
	"sync"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// Number is how a probability is kept: 0 to 255 or 0 to 65,535 for 0 to 1, or the
// number itself.
type Number interface{ uint8 | uint16 | float32 }

// Of counts the voxels of a region by their probability; a nil region is the whole
// grid. slice gives axial slice k, nx*ny probabilities with i fastest, and is called
// from several goroutines. Outside the region a probability may be anything; inside, one
// that is no number or not from 0 to 1 is refused.
func Of[T Number](ctx context.Context, slice func(k int) []T, reference, region *mask.Bits) (Histogram, error) {
	size := reference.Size()
	if region != nil && region.Size() != size {
		return Histogram{}, app.Refuse(nil, "score.region_grid", region.Size(), size)
	}
	sums := make([]sums, size[2]) // slice by slice, so that their total does not depend on who was faster
	fractions := one[T]() == 1
	levels := one[T]() + 1
	if fractions {
		levels = Levels
	}
	var all tallies
	err := parallel.Each(ctx, size[2], func(k int) error {
		s := slice(k)
		if len(s) != size[0]*size[1] {
			return app.Refuse(nil, "score.slice_size", k+1, len(s), size)
		}
		t := all.take(levels)
		defer all.give(t)
		at := t.slice(any(s), reference, region, k, &sums[k])
		if at >= 0 {
			return refused(float64(s[at]), at, k, size)
		}
		return nil
	})
	if err != nil {
		return Histogram{}, err
	}
	h := all.histogram()
	if fractions {
		h.addSums(sums)
	} else {
		h.addLevels()
	}
	return h, nil
}

// refused is the error of a probability that is none, at an index into slice k.
func refused(p float64, at, k int, size volume.Size) error {
	i, j := at%size[0], at/size[0]
	if math.IsNaN(p) {
		return app.Refuse(nil, "score.not_a_number", i, j, k)
	}
	return app.Refuse(nil, "score.out_of_range", i, j, k, p)
}

// sums is what probabilities that are not whole levels add up to in a slice, and how
// far, in levels, one is at most from the nearest.
type sums struct{ p, ofPositive, squares, off float64 }

// one is the number that stands for the probability 1.
func one[T Number]() int {
	switch any(T(0)).(type) {
	case uint8:
		return math.MaxUint8
	case uint16:
		return math.MaxUint16
	}
	return 1
}

// tally is what one worker has counted: [2v] voxels beside the reference of level v and
// [2v+1] in it.
type tally []int64

// tallies are those of all workers.
type tallies struct {
	sync.Mutex
	all, free []tally
}

// take returns one that nobody is at.
func (a *tallies) take(levels int) tally {
	a.Lock()
	defer a.Unlock()
	if n := len(a.free); n > 0 {
		t := a.free[n-1]
		a.free = a.free[:n-1]
		return t
	}
	t := make(tally, 2*levels)
	a.all = append(a.all, t)
	return t
}

func (a *tallies) give(t tally) {
	a.Lock()
	defer a.Unlock()
	a.free = append(a.free, t)
}

// slice counts the probabilities of slice k and returns the index of one that is none,
// or -1.
func (t tally) slice(s any, reference, region *mask.Bits, k int, sum *sums) int {
	size := reference.Size()
	for j := range size[1] {
		row := reference.Row(j, k)
		var in []uint64
		if region != nil {
			in = region.Row(j, k)
		}
		for w, r := range row {
			inside := ^uint64(0) >> max(0, 64*(w+1)-size[0])
			if in != nil {
				inside &= in[w]
			}
			if inside == 0 {
				continue
			}
			from, to := j*size[0]+64*w, j*size[0]+min(64*(w+1), size[0])
			bad := -1
			switch s := s.(type) {
			case []uint8:
				countWhole(t, s[from:to], r, inside)
			case []uint16:
				countWhole(t, s[from:to], r, inside)
			case []float32:
				bad = sum.count(t, s[from:to], r, inside)
			}
			if bad >= 0 {
				return from + bad
			}
		}
	}
	return -1
}

// countWhole counts up to 64 voxels of a row: bit b of inside says whether voxel b
// counts, that of reference on which side.
func countWhole[T uint8 | uint16](t tally, v []T, reference, inside uint64) {
	if inside == ^uint64(0)>>(64-len(v)) {
		for _, x := range v {
			t[2*int(x)+int(reference&1)]++
			reference >>= 1
		}
		return
	}
	for ; inside != 0; inside &= inside - 1 {
		b := bits.TrailingZeros64(inside)
		t[2*int(v[b])+int(reference>>b&1)]++
	}
}

// count does the same with probabilities that may lie between levels, and returns the
// index of one that is none, or -1.
func (s *sums) count(t tally, v []float32, reference, inside uint64) int {
	local := *s // which the compiler keeps in registers
	for b, x := range v {
		if inside>>b&1 == 0 {
			continue
		}
		positive := reference >> b & 1
		if x == 0 {
			t[positive]++
			continue
		}
		p := float64(x)
		if !(p >= 0 && p <= 1) {
			return b
		}
		at := p * (Levels - 1)
		l := int(at + 0.5)
		t[2*l+int(positive)]++
		if off := math.Abs(at - float64(l)); off > local.off {
			local.off = off
		}
		local.p += p
		local.squares += p * p
		if positive == 1 {
			local.ofPositive += p
		}
	}
	*s = local
	return -1
}

// histogram puts together what the workers counted.
func (a *tallies) histogram() Histogram {
	h := Histogram{Positive: make([]int64, Levels), Negative: make([]int64, Levels)}
	for _, t := range a.all {
		apart := (Levels - 1) / (len(t)/2 - 1)
		for v := range len(t) / 2 {
			h.Negative[v*apart] += t[2*v]
			h.Positive[v*apart] += t[2*v+1]
		}
	}
	return h
}

// addLevels works the sums out of the levels.
func (h *Histogram) addLevels() {
	for l := range h.Positive {
		p := float64(l) / (Levels - 1)
		n := float64(h.Positive[l] + h.Negative[l])
		h.Sum += n * p
		h.Squares += n * p * p
		h.OfPositive += float64(h.Positive[l]) * p
	}
}

// addSums takes the sums of the slices. A level that was written as a float32 is up to
// 0.004 of a level off.
func (h *Histogram) addSums(slices []sums) {
	for _, s := range slices {
		h.Sum += s.p
		h.OfPositive += s.ofPositive
		h.Squares += s.squares
		h.Finer = h.Finer || s.off > 1.0/128
	}
}
