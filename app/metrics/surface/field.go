package surface

import (
	"context"
	"math"
	"math/bits"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// offset is how far the nearest point of the same slice is, in voxels along i and j.
type offset struct{ i, j int16 }

// field knows, for each place of some columns of a box in each slice that has a point,
// the nearest point of that slice. What is nearest in space is found from it, slice by
// slice, so that no distance is worked out where nobody asks for it; the result is exact.
// Felzenszwalb and Huttenlocher (2012, Theory of Computing 8:415) have the envelope of
// parabolas.
type field struct {
	box     volume.Box
	spacing [3]float64
	columns []int      // by i in the box, where the column is in a slice; -1 for those left out
	slices  [][]offset // column by column, j fastest; nil for a slice without points
}

// newField looks at the points inside the box, for the columns i of a row of bits.
func newField(ctx context.Context, points *mask.Bits, box volume.Box, spacingMM [3]float64, columns []uint64) (*field, error) {
	f := &field{box: box, spacing: spacingMM, slices: make([][]offset, box.Max[2]-box.Min[2])}
	n := 0
	for i := box.Min[0]; i < box.Max[0]; i++ {
		at := -1
		if columns[i>>6]>>(i&63)&1 == 1 {
			at, n = n, n+1
		}
		f.columns = append(f.columns, at)
	}
	err := parallel.Each(ctx, len(f.slices), func(s int) error {
		f.slices[s] = f.slice(points, box.Min[2]+s, n)
		return nil
	})
	return f, err
}

// slice fills in n columns of one slice: along the rows first, then down the columns.
func (f *field) slice(points *mask.Bits, k, n int) []offset {
	nx, ny := f.box.Max[0]-f.box.Min[0], f.box.Max[1]-f.box.Min[1]
	var rows []int
	for j := range ny {
		if _, _, ok := points.RowBounds(f.box.Min[1]+j, k); ok {
			rows = append(rows, j)
		}
	}
	if rows == nil {
		return nil
	}
	along := make([]int16, len(rows)*nx) // to the nearest point of the row
	for r, j := range rows {
		f.row(points.Row(f.box.Min[1]+j, k), along[r*nx:(r+1)*nx])
	}
	out := make([]offset, n*ny)
	e := newEnvelope(rows, ny, f.spacing)
	for i, at := range f.columns {
		if at >= 0 {
			e.build(along[i:], nx)
			e.fill(along[i:], nx, out[at*ny:(at+1)*ny])
		}
	}
	return out
}

// row writes how far the nearest point of a row is along it.
func (f *field) row(words []uint64, out []int16) {
	next := nextPoint(words, 0)
	last := -1
	for i := range out {
		at := f.box.Min[0] + i
		if at == next {
			last, next = next, nextPoint(words, next+1)
		}
		switch {
		case last < 0:
			out[i] = int16(next - at)
		case next < 0 || at-last <= next-at:
			out[i] = int16(last - at)
		default:
			out[i] = int16(next - at)
		}
	}
}

// nextPoint is the first bit that is set from i on, -1 where there is none.
func nextPoint(words []uint64, i int) int {
	for w := i >> 6; w < len(words); w++ {
		word := words[w]
		if w == i>>6 {
			word = word >> (i & 63) << (i & 63)
		}
		if word != 0 {
			return w<<6 + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// squaredMM is the squared distance from a place of the columns to the nearest point;
// +Inf where there is no point.
func (f *field) squaredMM(i, j, k int) float64 {
	at := f.columns[i-f.box.Min[0]]*(f.box.Max[1]-f.box.Min[1]) + j - f.box.Min[1]
	k -= f.box.Min[2]
	best := math.Inf(1)
	for d := 0; d < len(f.slices); d++ {
		z := float64(d) * f.spacing[2]
		if z*z >= best || k-d < 0 && k+d >= len(f.slices) {
			break
		}
		if k-d >= 0 && f.slices[k-d] != nil {
			best = min(best, f.inSlice(f.slices[k-d][at], z*z))
		}
		if d > 0 && k+d < len(f.slices) && f.slices[k+d] != nil {
			best = min(best, f.inSlice(f.slices[k+d][at], z*z))
		}
	}
	return best
}

// inSlice adds up from k to i, as SciPy does, so that equal distances round alike.
func (f *field) inSlice(o offset, zz float64) float64 {
	x, y := float64(o.i)*f.spacing[0], float64(o.j)*f.spacing[1]
	return zz + y*y + x*x
}
