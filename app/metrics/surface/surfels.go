package surface

import (
	"cmp"
	"context"
	"slices"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/parallel"
)

// Surfel is a piece of a surface: how far it is from the other surface, and its area in
// mm2, which of a picture's contour is its length in mm.
type Surfel struct{ MM, Area float64 }

// Surfels is the distances between the surfaces of two masks, both ways, by distance. The
// zero value has none.
type Surfels struct {
	RefToPred, PredToRef []Surfel
	why                  metrics.Why
}

// BetweenSurfels works the distances out between masks on one grid, from the corners of
// voxels where a surface passes to the nearest such corner of the other mask. Definition
// and areas are those of DeepMind's surface-distance (Nikolov and others 2018,
// arXiv:1809.04430).
func BetweenSurfels(ctx context.Context, reference, prediction *mask.Bits, spacingMM [3]float64) (Surfels, error) {
	s := Surfels{why: empty(reference, prediction)}
	if s.why != "" {
		return s, nil
	}
	box := reference.Bounds().Union(prediction.Bounds())
	for a := range box.Max {
		if a < 2 || reference.Size()[2] > 1 {
			box.Max[a]++ // of corners there is one more
		}
	}
	r, p := corners(reference), corners(prediction)
	refToPred, predToRef, err := bothWays(ctx, r, p, box, spacingMM)
	if err != nil {
		return Surfels{}, err
	}
	areas := areasMM2(spacingMM)
	if reference.Size()[2] == 1 {
		areas = lengthsMM(spacingMM)
	}
	err = parallel.Each(ctx, 2, func(n int) error {
		if n == 0 {
			s.RefToPred = surfels(reference, r, refToPred, &areas)
		} else {
			s.PredToRef = surfels(prediction, p, predToRef, &areas)
		}
		return nil
	})
	return s, err
}

// surfels joins distances, in the order of the corners, with areas, and sorts by distance.
func surfels(b, corners *mask.Bits, mm []float64, areas *[256]float64) []Surfel {
	out := make([]Surfel, 0, len(mm))
	size := corners.Size()
	for k := range size[2] {
		for j := range size[1] {
			var around [][]uint64
			corners.Runs(j, k, func(i0, i1 int) {
				if around == nil {
					around = rowsAround(b, j, k)
				}
				for i := i0; i < i1; i++ {
					out = append(out, Surfel{mm[len(out)], areas[code(around, i)]})
				}
			})
		}
	}
	slices.SortFunc(out, func(a, b Surfel) int { return cmp.Compare(a.MM, b.MM) })
	return out
}

func (s Surfels) value(x func() float64) metrics.Value { return measured(s.why, len(s.RefToPred), x) }

// HD is the larger of the two directed maxima.
func (s Surfels) HD() metrics.Value { return s.Percentile(1) }

// Percentile is the larger of the two directed percentiles by area, p from 0 to 1: the
// first distance at which that share of the surface is reached (DeepMind's robust
// Hausdorff distance).
func (s Surfels) Percentile(p float64) metrics.Value {
	return s.value(func() float64 { return max(atShare(s.RefToPred, p), atShare(s.PredToRef, p)) })
}

func atShare(s []Surfel, p float64) float64 {
	total, sum := area(s), 0.0
	for _, f := range s {
		if sum += f.Area; sum/total >= p {
			return f.MM
		}
	}
	return s[len(s)-1].MM
}

func area(s []Surfel) float64 {
	sum := 0.0
	for _, f := range s {
		sum += f.Area
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

// MASD is the mean of the two directed means.
func (s Surfels) MASD() metrics.Value {
	return s.value(func() float64 {
		return (moment(s.RefToPred)/area(s.RefToPred) + moment(s.PredToRef)/area(s.PredToRef)) / 2
	})
}

func moment(s []Surfel) float64 {
	sum := 0.0
	for _, f := range s {
		sum += f.MM * f.Area
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
		near, far := 0.0, false
		for _, way := range [][]Surfel{s.RefToPred, s.PredToRef} {
			for _, f := range way {
				if f.MM > toleranceMM {
					far = true
					break
				}
				near += f.Area
			}
		}
		if !far {
			return 1
		}
		return min(1, near/(area(s.RefToPred)+area(s.PredToRef))) // sums may round apart
	})
}
