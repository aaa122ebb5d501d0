package edit

import (
	"math"

	"opacity/app/mask"
	"opacity/app/volume"
)

// planeOf returns one slice of a set across an axis, as a set one slice thick.
func planeOf(set *mask.Bits, at volume.Slice) *mask.Bits {
	size := set.Size()
	u, v := volume.InPlane(at.Axis)
	p := mask.NewBits(volume.Size{size[u], size[v], 1})
	for y := range size[v] {
		switch at.Axis {
		case 2:
			copy(p.Row(y, 0), set.Row(y, at.Index))
		case 1:
			copy(p.Row(y, 0), set.Row(at.Index, y))
		default:
			for x := range size[u] {
				if set.At(at.Index, x, y) {
					p.Set(x, y, 0)
				}
			}
		}
	}
	return p
}

// setPlane takes the voxels of a plane into a slice of a set.
func setPlane(set *mask.Bits, at volume.Slice, plane *mask.Bits) {
	for y := range plane.Size()[1] {
		plane.Runs(y, 0, func(x0, x1 int) {
			switch at.Axis {
			case 2:
				set.SetRun(x0, x1, y, at.Index)
			case 1:
				set.SetRun(x0, x1, at.Index, y)
			default:
				for x := x0; x < x1; x++ {
					set.Set(at.Index, x, y)
				}
			}
		})
	}
}

// slab is the box of slices first..last across an axis.
func slab(size volume.Size, axis, first, last int) volume.Box {
	box := volume.Whole(size)
	box.Min[axis], box.Max[axis] = first, last+1
	return box
}

// filled returns the voxels of a box.
func filled(size volume.Size, box volume.Box) *mask.Bits {
	b := mask.NewBits(size)
	for k := box.Min[2]; k < box.Max[2]; k++ {
		for j := box.Min[1]; j < box.Max[1]; j++ {
			b.SetRun(box.Min[0], box.Max[0], j, k)
		}
	}
	return b
}

// drawn returns the indices along an axis whose slices hold a voxel of the set,
// in order.
func drawn(set *mask.Bits, axis int) []int {
	size := set.Size()
	any := make([]bool, size[axis])
	columns := mask.NewBits(volume.Size{size[0], 1, 1})
	for k := range size[2] {
		for j := range size[1] {
			if _, _, ok := set.RowBounds(j, k); !ok {
				continue
			}
			switch axis {
			case 2:
				any[k] = true
			case 1:
				any[j] = true
			default:
				for n, w := range set.Row(j, k) {
					columns.Row(0, 0)[n] |= w
				}
			}
		}
	}
	if axis == 0 {
		columns.Runs(0, 0, func(i0, i1 int) {
			for i := i0; i < i1; i++ {
				any[i] = true
			}
		})
	}
	var list []int
	for n, yes := range any {
		if yes {
			list = append(list, n)
		}
	}
	return list
}

// signedMM returns, for every pixel of a picture of w columns and h rows, its
// distance from the border of the pixels that are in: to the nearest that is
// out where it is in, and negative, to the nearest that is in, where it is out.
// There must be one of each.
func signedMM(in []bool, w, h int, spacingMM [2]float64) []float32 {
	out := make([]float32, w*h)
	squared := make([]float64, w*h)
	for _, inside := range [2]bool{true, false} {
		squaredMM2(squared, in, !inside, w, h, spacingMM)
		for n, d := range squared {
			if in[n] == inside {
				out[n] = float32(math.Sqrt(d))
				if !inside {
					out[n] = -out[n]
				}
			}
		}
	}
	return out
}

// squaredMM2 writes the squared distance of every pixel to the nearest one that
// is what is asked for: exact, in time linear in the pixels, by the lower
// envelope of parabolas (Felzenszwalb, Huttenlocher 2012).
func squaredMM2(dst []float64, in []bool, what bool, w, h int, spacingMM [2]float64) {
	const far = 1e15 // finite, so that envelopes can be intersected
	for y := range h {
		row, to := in[y*w:(y+1)*w], dst[y*w:(y+1)*w]
		steps := math.Inf(1)
		for x, v := range row { // from the left, then from the right
			if steps++; v == what {
				steps = 0
			}
			to[x] = steps
		}
		steps = math.Inf(1)
		for x := w - 1; x >= 0; x-- {
			if steps++; row[x] == what {
				steps = 0
			}
			d := min(to[x], steps) * spacingMM[0]
			to[x] = min(d*d, far)
		}
	}
	e := envelope{make([]float64, h), make([]int, h), make([]float64, h+1)}
	for x := range w {
		e.column(dst, x, w, h, spacingMM[1])
	}
}

// envelope is what one column needs: its values, the parabolas of the lower
// envelope, and where each begins.
type envelope struct {
	f     []float64
	apex  []int
	start []float64
}

func (e *envelope) column(dst []float64, x, w, h int, stepMM float64) {
	for y := range h {
		e.f[y] = dst[y*w+x]
	}
	at := func(y int) float64 { return float64(y) * stepMM }
	n := 0
	e.apex[0], e.start[0] = 0, math.Inf(-1)
	for y := 1; y < h; y++ {
		for {
			p := e.apex[n]
			s := (e.f[y] + at(y)*at(y) - e.f[p] - at(p)*at(p)) / (2 * (at(y) - at(p)))
			if s > e.start[n] {
				n++
				e.apex[n], e.start[n] = y, s
				break
			}
			n-- // never below 0: the first begins at minus infinity
		}
	}
	e.start[n+1] = math.Inf(1)
	n = 0
	for y := range h {
		for e.start[n+1] < at(y) {
			n++
		}
		d := at(y) - at(e.apex[n])
		dst[y*w+x] = e.f[e.apex[n]] + d*d
	}
}
