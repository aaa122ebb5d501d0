// Package consensus makes one mask of several readers' masks of one case, and lists who
// is compared with whom. All masks of a case are on one grid.
package consensus

import (
	"context"
	"math/bits"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// mostReaders is how many masks fit a pattern.
const mostReaders = 64

// Majority returns the voxels that more than half of the masks have: of an even number
// of readers half is not enough.
func Majority(masks []*mask.Bits) (*mask.Bits, error) {
	if err := check(masks, nil, 1); err != nil {
		return nil, err
	}
	need := len(masks)/2 + 1
	return where(masks, nil, func(pattern uint64) bool { return bits.OnesCount64(pattern) >= need }), nil
}

// check refuses what is no set of masks of one case.
func check(masks []*mask.Bits, region *mask.Bits, least int) error {
	if len(masks) < least || len(masks) > mostReaders {
		return app.Refuse(nil, "consensus.readers", least, mostReaders, len(masks))
	}
	size := masks[0].Size()
	for n, m := range masks {
		if m.Size() != size {
			return app.Refuse(nil, "consensus.grid", n+1, m.Size(), size)
		}
	}
	if region != nil && region.Size() != size {
		return app.Refuse(nil, "consensus.region_grid", region.Size(), size)
	}
	return nil
}

// words calls visit with the words of every row (j, k) in a range of slices: those of
// each mask, and which of their bits are voxels of the region; nil is the whole grid.
func words(masks []*mask.Bits, region *mask.Bits, from, to int, visit func(w, j, k int, of []uint64, inside uint64)) {
	size := masks[0].Size()
	of := make([]uint64, len(masks))
	for k := from; k < to; k++ {
		for j := range size[1] {
			for w := range masks[0].Row(j, k) {
				inside := ^uint64(0) >> max(0, 64*(w+1)-size[0])
				if region != nil {
					inside &= region.Row(j, k)[w]
				}
				if inside == 0 {
					continue
				}
				for n, m := range masks {
					of[n] = m.Row(j, k)[w]
				}
				visit(w, j, k, of, inside)
			}
		}
	}
}

// patternAt is which masks have voxel b of a word: mask n in bit n.
func patternAt(of []uint64, b int) uint64 {
	pattern := uint64(0)
	for n, w := range of {
		pattern |= w >> b & 1 << n
	}
	return pattern
}

// disputed is the voxels of a word that some masks have and others do not, and those
// that all have.
func disputed(of []uint64, inside uint64) (some, all uint64) {
	some, all = 0, inside
	for _, w := range of {
		some |= w
		all &= w
	}
	return some & inside &^ all, all
}

// where returns the voxels of the region whose pattern is in.
func where(masks []*mask.Bits, region *mask.Bits, in func(pattern uint64) bool) *mask.Bits {
	out := mask.NewBits(masks[0].Size())
	none, every := in(0), in(fullPattern(len(masks)))
	parallel.Ranges(out.Size()[2], 8, func(from, to int) {
		words(masks, region, from, to, func(w, j, k int, of []uint64, inside uint64) {
			some, all := disputed(of, inside)
			set := uint64(0)
			if every {
				set = all
			}
			if none {
				set |= inside &^ some &^ all
			}
			for ; some != 0; some &= some - 1 {
				b := bits.TrailingZeros64(some)
				if in(patternAt(of, b)) {
					set |= 1 << b
				}
			}
			out.Row(j, k)[w] = set
		})
	})
	return out
}

func fullPattern(readers int) uint64 { return ^uint64(0) >> (mostReaders - readers) }

// Pair is what a comparison of two readers gave.
type Pair[T any] struct {
	A, B  int // numbers of the readers, A below B
	Value T
}

// Pairwise compares every two of n readers, one pair after the other: a comparison of
// whole volumes keeps all processors busy by itself.
func Pairwise[T any](ctx context.Context, n int, compare func(ctx context.Context, a, b int) (T, error)) ([]Pair[T], error) {
	var out []Pair[T]
	for a := range n {
		for b := a + 1; b < n; b++ {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			v, err := compare(ctx, a, b)
			if err != nil {
				return nil, err
			}
			out = append(out, Pair[T]{a, b, v})
		}
	}
	return out, nil
}

// inRegion is how many voxels a region has; nil is the whole grid.
func inRegion(size volume.Size, region *mask.Bits) int64 {
	if region == nil {
		return int64(size.Voxels())
	}
	return int64(region.Count())
}
