package mask

import (
	"math"

	"opacity/app/volume"
)

// Similar returns the voxels of a shape that hang together, over faces, with the
// one center lies in and are like it: those whose value differs from the mean
// around the centre by no more than is allowed, or, so that noise tears no
// holes, the mean of the 3x3 around which in its slice across axis (0, 1 or 2).
//
// Sensitivity goes from 0, the value of the centre alone, to 1, the whole shape:
// allowed is 2*s/(1-s) times the standard deviation in the 5x5 around the centre
// plus a fiftieth of the span of values in the shape, which stands for the noise
// where the centre happens to have none. At 1/2 that is two standard deviations,
// which 95 % of noise stays within.
func Similar(v *volume.Volume, within Shape, center volume.Vec, axis int, sensitivity float64) Shape {
	p := newPatch(v, within, axis)
	var seed [3]int
	for c := range 3 {
		if !(math.Abs(center[c]) < farAway) {
			return nothing{}
		}
		seed[c] = int(nearest(center[c]))
		if seed[c] < p.box.Min[c] || seed[c] >= p.box.Max[c] {
			return nothing{}
		}
	}
	if p.state[p.offset(seed)] != open {
		return nothing{}
	}
	p.grow(seed, sensitivity)
	return p
}

// patch is the voxels of a shape in a grid of their own, with an edge of voxels
// that are not of the shape all round.
type patch struct {
	volume *volume.Volume
	u, v   int        // the axes of the slices that are smoothed
	box    volume.Box // of the volume, edge included: it may reach beyond
	step   [3]int     // from a voxel to the next along i, j and k
	state  []uint8
	value  []float32
	span   float64 // of the values of the shape
}

// What a voxel of a patch is.
const (
	outside uint8 = iota // not of the shape, or not like the centre
	open
	taken
)

func newPatch(v *volume.Volume, within Shape, axis int) *patch {
	axis = min(max(axis, 0), 2)
	p := &patch{volume: v, u: (axis + 1) % 3, v: (axis + 2) % 3}
	within.Runs(v.Size, func(i0, i1, j, k int) {
		p.box = p.box.Union(volume.Box{Min: [3]int{i0 - 1, j - 1, k - 1}, Max: [3]int{i1 + 1, j + 2, k + 2}})
	})
	n := 1
	for c := range 3 {
		p.step[c] = n
		n *= p.box.Max[c] - p.box.Min[c]
	}
	p.state, p.value = make([]uint8, n), make([]float32, n)
	lo, hi := float32(math.Inf(1)), float32(math.Inf(-1))
	within.Runs(v.Size, func(i0, i1, j, k int) {
		for i := i0; i < i1; i++ {
			o, x := p.offset([3]int{i, j, k}), valueAt(v, i, j, k)
			p.state[o], p.value[o] = open, x
			lo, hi = min(lo, x), max(hi, x)
		}
	})
	p.span = float64(hi) - float64(lo)
	return p
}

// valueAt counts what is no number as padding.
func valueAt(v *volume.Volume, i, j, k int) float32 {
	x := v.At(i, j, k)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return volume.FloorHU
	}
	return float32(x)
}

func (p *patch) offset(at [3]int) (o int) {
	for c := range 3 {
		o += (at[c] - p.box.Min[c]) * p.step[c]
	}
	return o
}

// voxel is the inverse of offset.
func (p *patch) voxel(o int) (at [3]int) {
	for c := 2; c >= 0; c-- {
		at[c] = p.box.Min[c] + o/p.step[c]
		o %= p.step[c]
	}
	return at
}

// around returns the mean and the standard deviation of the volume's voxels no
// more than reach from at in its slice.
func (p *patch) around(at [3]int, reach int) (mean, sd float64) {
	n, sum, squares := 0.0, 0.0, 0.0
	for b := -reach; b <= reach; b++ {
		for a := -reach; a <= reach; a++ {
			q := at
			q[p.u] += a
			q[p.v] += b
			if p.volume.Contains(q[0], q[1], q[2]) {
				x := float64(valueAt(p.volume, q[0], q[1], q[2]))
				n, sum, squares = n+1, sum+x, squares+x*x
			}
		}
	}
	mean = sum / n
	return mean, math.Sqrt(math.Max(squares/n-mean*mean, 0))
}

// grow takes what hangs together with the seed and is like it.
func (p *patch) grow(seed [3]int, sensitivity float64) {
	mean, sd := p.around(seed, 2)
	s := math.Min(math.Max(sensitivity, 0), 1)
	allowed := 2 * s / (1 - s) * (sd + p.span/50)
	if s == 1 {
		allowed = math.Inf(1) // and not 0/0
	}
	like := func(o int) bool {
		if math.Abs(float64(p.value[o])-mean) <= allowed {
			return true
		}
		x, _ := p.around(p.voxel(o), 1)
		return math.Abs(x-mean) <= allowed
	}
	o := p.offset(seed)
	p.state[o] = taken
	for front := []int{o}; len(front) > 0; {
		o, front = front[len(front)-1], front[:len(front)-1]
		for _, step := range p.step {
			for _, next := range [2]int{o - step, o + step} {
				if p.state[next] != open {
					continue
				}
				p.state[next] = outside // asked once
				if like(next) {
					p.state[next] = taken
					front = append(front, next)
				}
			}
		}
	}
}

// Runs implements Shape.
func (p *patch) Runs(size volume.Size, visit func(i0, i1, j, k int)) {
	if size != p.volume.Size {
		return
	}
	for k := p.box.Min[2]; k < p.box.Max[2]; k++ {
		for j := p.box.Min[1]; j < p.box.Max[1]; j++ {
			row := p.state[p.offset([3]int{p.box.Min[0], j, k}):][:p.step[1]]
			for from := 0; from < len(row); from++ {
				if row[from] != taken {
					continue
				}
				to := from + 1
				for row[to] == taken { // the edge is not
					to++
				}
				visit(p.box.Min[0]+from, p.box.Min[0]+to, j, k)
				from = to
			}
		}
	}
}
