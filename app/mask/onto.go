package mask

import (
	"math"

	"opacity/app/parallel"
	"opacity/app/volume"
)

// Onto brings a label map onto another grid: each voxel takes the number of the nearest
// one, 0 where it lies outside.
func (lm *LabelMap) Onto(g volume.Geometry) *LabelMap {
	out := *lm
	out.Geometry, out.Slices = g, make([][]uint8, g.Size[2])
	parallel.Ranges(g.Size[2], 1, func(from, to int) {
		for k := from; k < to; k++ {
			slice, some := make([]uint8, g.Size[0]*g.Size[1]), false
			for j := range g.Size[1] {
				a := lm.ToIndex(g.ToPatient(volume.Vec{0, float64(j), float64(k)}))
				b := lm.ToIndex(g.ToPatient(volume.Vec{1, float64(j), float64(k)}))
				step := b.Sub(a)
				for i := range g.Size[0] {
					at := [3]int{}
					in := true
					for c := range at {
						at[c] = int(math.Floor(a[c] + float64(i)*step[c] + 0.5))
						in = in && at[c] >= 0 && at[c] < lm.Size[c]
					}
					if !in || lm.Slices[at[2]] == nil {
						continue
					}
					if n := lm.Slices[at[2]][at[0]+lm.Size[0]*at[1]]; n != 0 {
						slice[i+g.Size[0]*j], some = n, true
					}
				}
			}
			if some {
				out.Slices[k] = slice
			}
		}
	})
	return &out
}
