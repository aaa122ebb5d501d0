package surface

import (
	"cmp"
	"context"
	"math"
	"slices"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/volume"
)

// Surfel is a piece of a surface: its area, and how far it is from the other surface.
type Surfel struct{ MM, AreaMM2 float64 }

// Surfels is the distances between the surfaces of two masks, both ways, by distance.
type Surfels struct {
	RefToPred, PredToRef []Surfel
	why                  metrics.Why
}

// BetweenSurfels works the distances out between masks on one grid, from the corners of
// voxels where a surface passes to the nearest such corner of the other mask. Definition
// and areas are those of DeepMind's surface-distance (Nikolov and others 2018,
// arXiv:1809.04430).
func BetweenSurfels(ctx context.Context, reference, prediction *mask.Bits, spacingMM [3]float64) (Surfels, error) {
	if why := empty(reference, prediction); why != "" {
		return Surfels{why: why}, nil
	}
	box := reference.Bounds().Union(prediction.Bounds())
	for a := range box.Max {
		box.Max[a]++ // of corners there is one more
	}
	r, p := corners(reference), corners(prediction)
	areas := areasMM2(spacingMM)
	var s Surfels
	for _, way := range []struct {
		of       *mask.Bits
		from, to *mask.Bits
		out      *[]Surfel
	}{{reference, r, p, &s.RefToPred}, {prediction, p, r, &s.PredToRef}} {
		f, err := newField(ctx, way.to, box, spacingMM)
		if err != nil {
			return Surfels{}, err
		}
		d, err := f.distancesMM(ctx, way.from)
		if err != nil {
			return Surfels{}, err
		}
		*way.out = surfels(way.of, way.from, d, &areas)
	}
	return s, nil
}

// corners returns the corners of voxels around which some voxels are of the mask and
// some are not, on a grid that is one longer each way: corner (i, j, k) is the one
// before voxel (i, j, k).
func corners(b *mask.Bits) *mask.Bits {
	size := b.Size()
	out := mask.NewBits(volume.Size{size[0] + 1, size[1] + 1, size[2] + 1})
	box := b.Bounds()
	words := (size[0] + 64) / 64
	some, all, row := make([]uint64, words), make([]uint64, words), make([]uint64, words)
	for k := box.Min[2]; k <= box.Max[2]; k++ {
		for j := box.Min[1]; j <= box.Max[1]; j++ {
			clear(some)
			for i := range all {
				all[i] = ^uint64(0)
			}
			for _, at := range [...][2]int{{j - 1, k - 1}, {j, k - 1}, {j - 1, k}, {j, k}} {
				clear(row)
				if at[0] >= 0 && at[0] < size[1] && at[1] >= 0 && at[1] < size[2] {
					copy(row, b.Row(at[0], at[1]))
				}
				for i, w := range row {
					before := w << 1
					if i > 0 {
						before |= row[i-1] >> 63
					}
					some[i] |= w | before
					all[i] &= w & before
				}
			}
			dst := out.Row(j, k)
			for i := range dst {
				dst[i] = some[i] &^ all[i]
			}
		}
	}
	return out
}

// areasMM2 is the area of the surface at a corner by its code (see normals).
func areasMM2(spacingMM [3]float64) (areas [256]float64) {
	faces := [3]float64{spacingMM[0] * spacingMM[1], spacingMM[0] * spacingMM[2], spacingMM[1] * spacingMM[2]} // across k, j, i
	for code, triangles := range normals {
		for _, n := range triangles {
			k, j, i := float64(n[0])/8*faces[0], float64(n[1])/8*faces[1], float64(n[2])/8*faces[2]
			areas[code] += math.Sqrt(k*k + j*j + i*i)
		}
	}
	return areas
}

// surfels joins distances, in the order of the corners, with areas, and sorts by distance.
func surfels(b, corners *mask.Bits, mm []float64, areas *[256]float64) []Surfel {
	out := make([]Surfel, 0, len(mm))
	size, box := b.Size(), b.Bounds()
	for k := box.Min[2]; k <= box.Max[2]; k++ {
		for j := box.Min[1]; j <= box.Max[1]; j++ {
			corners.Runs(j, k, func(i0, i1 int) {
				for i := i0; i < i1; i++ {
					out = append(out, Surfel{mm[len(out)], areas[code(b, size, i, j, k)]})
				}
			})
		}
	}
	slices.SortFunc(out, func(a, b Surfel) int { return cmp.Compare(a.MM, b.MM) })
	return out
}

// code tells which of the eight voxels around a corner are of the mask.
func code(b *mask.Bits, size volume.Size, i, j, k int) (c uint8) {
	for dk := -1; dk <= 0; dk++ {
		for dj := -1; dj <= 0; dj++ {
			for di := -1; di <= 0; di++ {
				c <<= 1
				x, y, z := i+di, j+dj, k+dk
				if x >= 0 && x < size[0] && y >= 0 && y < size[1] && z >= 0 && z < size[2] && b.At(x, y, z) {
					c |= 1
				}
			}
		}
	}
	return c
}

func (s Surfels) value(x func() float64) metrics.Value {
	if s.why != "" {
		return metrics.Undefined(s.why)
	}
	return metrics.Value{X: x()}
}

// Percentile is the larger of the two directed percentiles by area, p from 0 to 1: the
// first distance at which that share of the surface is reached (DeepMind's robust
// Hausdorff distance).
func (s Surfels) Percentile(p float64) metrics.Value {
	return s.value(func() float64 { return max(atShare(s.RefToPred, p), atShare(s.PredToRef, p)) })
}

func atShare(s []Surfel, p float64) float64 {
	total, sum := area(s), 0.0
	for _, f := range s {
		if sum += f.AreaMM2; sum/total >= p {
			return f.MM
		}
	}
	return s[len(s)-1].MM
}

func area(s []Surfel) float64 {
	sum := 0.0
	for _, f := range s {
		sum += f.AreaMM2
	}
	return sum
}

// ASDRefToPred is the mean distance by area from the reference's surface.
func (s Surfels) ASDRefToPred() metrics.Value {
	return s.value(func() float64 { return moment(s.RefToPred) / area(s.RefToPred) })
}

// ASDPredToRef is the mean distance by area from the prediction's surface.
func (s Surfels) ASDPredToRef() metrics.Value {
	return s.value(func() float64 { return moment(s.PredToRef) / area(s.PredToRef) })
}

// ASSD is the mean by area of the distances of both ways together.
func (s Surfels) ASSD() metrics.Value {
	return s.value(func() float64 {
		return (moment(s.RefToPred) + moment(s.PredToRef)) / (area(s.RefToPred) + area(s.PredToRef))
	})
}

func moment(s []Surfel) float64 {
	sum := 0.0
	for _, f := range s {
		sum += f.MM * f.AreaMM2
	}
	return sum
}

// NSD is the share of both surfaces that is within a tolerance of the other one
// (surface Dice at a tolerance); 0 where one mask is empty.
func (s Surfels) NSD(toleranceMM float64) metrics.Value {
	if s.why == metrics.Miss {
		return metrics.Value{}
	}
	return s.value(func() float64 {
		near := 0.0
		for _, way := range [][]Surfel{s.RefToPred, s.PredToRef} {
			for _, f := range way {
				if f.MM > toleranceMM {
					break
				}
				near += f.AreaMM2
			}
		}
		return near / (area(s.RefToPred) + area(s.PredToRef))
	})
}
