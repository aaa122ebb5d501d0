package surface

import (
	"context"
	"math"
	"math/bits"
	"sync"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// distancesMM returns how far each point of a set, in the order k, j, i, is from the
// nearest of another, which has some. All lie in the box. Points that have one near by,
// as most have where masks agree, are looked up in the rows around them; for those that
// are left a field is worked out.
func distancesMM(ctx context.Context, from, to *mask.Bits, box volume.Box, spacingMM [3]float64) ([]float64, error) {
	const far = -1
	out, first := make([]float64, from.Count()), firsts(from, box)
	columns := make([]uint64, (from.Size()[0]+63)/64) // of points that have none near by
	left := false
	var mu sync.Mutex
	near := newNeighbourhood(to, spacingMM)
	err := eachPoint(ctx, from, box, func(k int, points func(visit func(i, j int))) {
		n, mine := first[k-box.Min[2]], make([]uint64, len(columns))
		points(func(i, j int) {
			squared, ok := near.squaredMM(i, j, k)
			out[n] = math.Sqrt(squared)
			if !ok {
				out[n] = far
				mine[i>>6] |= 1 << (i & 63)
			}
			n++
		})
		mu.Lock()
		defer mu.Unlock()
		for w, bits := range mine {
			columns[w] |= bits
			left = left || bits != 0
		}
	})
	if err != nil || !left {
		return out, err
	}
	f, err := newField(ctx, to, box, spacingMM, columns)
	if err != nil {
		return nil, err
	}
	return out, eachPoint(ctx, from, box, func(k int, points func(visit func(i, j int))) {
		n := first[k-box.Min[2]]
		points(func(i, j int) {
			if out[n] == far {
				out[n] = math.Sqrt(f.squaredMM(i, j, k))
			}
			n++
		})
	})
}

// firsts is how many points lie before each slice of the box.
func firsts(b *mask.Bits, box volume.Box) []int {
	out, n := make([]int, box.Max[2]-box.Min[2]), 0
	for s := range out {
		out[s] = n
		for j := box.Min[1]; j < box.Max[1]; j++ {
			for _, w := range b.Row(j, box.Min[2]+s) {
				n += bits.OnesCount64(w)
			}
		}
	}
	return out
}

// eachPoint calls visit for the slices of the box, several at once, with what goes
// through the points of one in order.
func eachPoint(ctx context.Context, b *mask.Bits, box volume.Box, visit func(k int, points func(visit func(i, j int)))) error {
	return parallel.Each(ctx, box.Max[2]-box.Min[2], func(s int) error {
		k := box.Min[2] + s
		visit(k, func(visit func(i, j int)) {
			for j := box.Min[1]; j < box.Max[1]; j++ {
				for n, w := range b.Row(j, k) {
					for ; w != 0; w &= w - 1 {
						visit(n*64+bits.TrailingZeros64(w), j)
					}
				}
			}
		})
		return nil
	})
}
