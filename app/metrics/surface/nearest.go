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

// field knows, for each place of a box in each slice that has a point, the nearest point
// of that slice. What is nearest in space is found from it, slice by slice, so that no
// distance is worked out where nobody asks for it; the result is exact. Felzenszwalb and
// Huttenlocher (2012, Theory of Computing 8:415) have the envelope of parabolas.
type field struct {
	box     volume.Box
	spacing [3]float64
	slices  [][]offset // nil for a slice without points
}

// newField looks at the points inside the box.
func newField(ctx context.Context, points *mask.Bits, box volume.Box, spacingMM [3]float64) (*field, error) {
	f := &field{box: box, spacing: spacingMM, slices: make([][]offset, box.Max[2]-box.Min[2])}
	err := parallel.Each(ctx, len(f.slices), func(s int) error {
		f.slices[s] = f.slice(points, box.Min[2]+s)
		return nil
	})
	return f, err
}

// slice fills in one slice: along the rows first, then down the columns.
func (f *field) slice(points *mask.Bits, k int) []offset {
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
	out := make([]offset, nx*ny)
	e := envelope{at: make([]int, len(rows)), from: make([]float64, len(rows)+1)}
	for i := range nx {
		e.build(rows, along[i:], nx, f.spacing)
		e.fill(rows, along[i:], nx, out[i:], ny)
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

// envelope is the lower envelope of the parabolas of a column, one a row with points:
// at[v] is the row's index, from[v] the place along j from which it is the lowest.
type envelope struct {
	at   []int
	from []float64
	n    int
}

func (e *envelope) build(rows []int, along []int16, stride int, spacingMM [3]float64) {
	ratio := spacingMM[0] * spacingMM[0] / (spacingMM[1] * spacingMM[1])
	height := func(r int) float64 { // in squared voxels along j, above the parabola of row 0
		d, j := float64(along[r*stride]), float64(rows[r])
		return ratio*d*d + j*j
	}
	e.at[0], e.from[0], e.n = 0, math.Inf(-1), 1
	for r := 1; r < len(rows); r++ {
		h := height(r)
		var s float64
		for {
			v := e.at[e.n-1]
			s = (h - height(v)) / float64(2*(rows[r]-rows[v]))
			if s > e.from[e.n-1] {
				break
			}
			e.n--
		}
		e.at[e.n], e.from[e.n] = r, s
		e.n++
	}
	e.from[e.n] = math.Inf(1)
}

func (e *envelope) fill(rows []int, along []int16, stride int, out []offset, ny int) {
	v := 0
	for j := range ny {
		for e.from[v+1] < float64(j) {
			v++
		}
		r := e.at[v]
		out[j*stride] = offset{along[r*stride], int16(rows[r] - j)}
	}
}

// squaredMM is the squared distance from a place of the box to the nearest point; +Inf
// where there is no point.
func (f *field) squaredMM(i, j, k int) float64 {
	nx := f.box.Max[0] - f.box.Min[0]
	at := (j-f.box.Min[1])*nx + i - f.box.Min[0]
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

// distancesMM returns how far each point of a set, in the order k, j, i, is from the
// nearest of the field. The set lies in the field's box.
func (f *field) distancesMM(ctx context.Context, points *mask.Bits) ([]float64, error) {
	parts := make([][]float64, len(f.slices))
	err := parallel.Each(ctx, len(parts), func(s int) error {
		k := f.box.Min[2] + s
		for j := f.box.Min[1]; j < f.box.Max[1]; j++ {
			points.Runs(j, k, func(i0, i1 int) {
				for i := i0; i < i1; i++ {
					parts[s] = append(parts[s], math.Sqrt(f.squaredMM(i, j, k)))
				}
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	out := make([]float64, 0, n)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out, nil
}
