package region

import (
	"math"

	"opacity/app/mask"
	"opacity/app/volume"
)

// Thirds parts a grid into base, middle and apex: three layers across the patient's own
// z, of one height over the extent of the lungs. The lowest and the highest go on to the
// ends of the grid, so that every voxel is of one of them and counts of the thirds add
// up. ok is false where there is no lung.
func Thirds(lungs *mask.Bits, g volume.Geometry) (thirds [3]Region, ok bool) {
	limits, ok := thirdsOf(lungs, g)
	if !ok {
		return thirds, false
	}
	size := lungs.Size()
	for n, key := range [3]string{"base", "middle", "apex"} {
		thirds[n] = named(key, mask.NewBits(size))
	}
	for k := range size[2] {
		for j := range size[1] {
			z := alongRow(g, j, k)
			for i := 0; i < size[0]; {
				third, end := z.stretch(i, size[0], limits)
				thirds[third].Voxels.SetRun(i, end, j, k)
				i = end
			}
		}
	}
	return thirds, true
}

// thirdsOf returns the two heights in mm that part lungs into thirds. The extent takes in
// the whole of the outermost voxels.
func thirdsOf(lungs *mask.Bits, g volume.Geometry) (limits [2]float64, ok bool) {
	lo, hi := math.Inf(1), math.Inf(-1)
	size := lungs.Size()
	for k := range size[2] {
		for j := range size[1] {
			first, after, any := lungs.RowBounds(j, k)
			if !any {
				continue
			}
			z := alongRow(g, j, k)
			a, b := z.at(first), z.at(after-1)
			lo, hi = min(lo, a, b), max(hi, a, b)
		}
	}
	if lo > hi {
		return limits, false
	}
	half := (math.Abs(g.Affine[2][0]) + math.Abs(g.Affine[2][1]) + math.Abs(g.Affine[2][2])) / 2
	lo, hi = lo-half, hi+half
	return [2]float64{lo + (hi-lo)/3, lo + 2*(hi-lo)/3}, true
}

// row is the patient's z along a row of voxels: where i is 0, and what a step adds.
type row struct{ first, step float64 }

func alongRow(g volume.Geometry, j, k int) row {
	return row{g.ToPatient(volume.Vec{0, float64(j), float64(k)})[2], g.Affine[2][0]}
}

func (r row) at(i int) float64 { return r.first + r.step*float64(i) }

// third is which third voxel i is of. Heights that rounding alone holds apart are one.
func (r row) third(i int, limits [2]float64) int {
	const slack = 1e-9
	switch z := r.at(i); {
	case z < limits[0]-slack:
		return 0
	case z < limits[1]-slack:
		return 1
	}
	return 2
}

// stretch is the third of voxel i and where along the row, before n, it ends.
func (r row) stretch(i, n int, limits [2]float64) (third, end int) {
	third = r.third(i, limits)
	if r.third(n-1, limits) == third { // z goes one way along a row
		return third, n
	}
	for end = i + 1; r.third(end, limits) == third; end++ {
	}
	return third, end
}
