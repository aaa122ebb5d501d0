package surface

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/stat"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/parallel"
	"opacity/app/stats"
)

// Voxels is the distances between boundary voxels, both ways, ascending. The zero value
// has none.
type Voxels struct {
	RefToPred, PredToRef []float64
	Connectivity         Connectivity // of the boundaries
	why                  metrics.Why
}

// BetweenVoxels works the distances out between masks on one grid, exactly. Where one is
// empty there are none, and every distance is a miss. Besides the distances it needs at
// most four bytes for each voxel of the box around both masks, and far less where they
// agree but for a few voxels.
func BetweenVoxels(ctx context.Context, reference, prediction *mask.Bits, spacingMM [3]float64, c Connectivity) (Voxels, error) {
	v := Voxels{Connectivity: c, why: empty(reference, prediction)}
	if v.why != "" {
		return v, nil
	}
	box := reference.Bounds().Union(prediction.Bounds())
	var err error
	v.RefToPred, v.PredToRef, err = bothWays(ctx, Boundary(reference, c), Boundary(prediction, c), box, spacingMM)
	if err != nil {
		return Voxels{}, err
	}
	ways := [][]float64{v.RefToPred, v.PredToRef}
	return v, parallel.Each(ctx, len(ways), func(n int) error {
		slices.Sort(ways[n])
		return nil
	})
}

func (v Voxels) value(x func() float64) metrics.Value { return measured(v.why, len(v.RefToPred), x) }

// HD is the Hausdorff distance: the larger of the two directed maxima.
func (v Voxels) HD() metrics.Value { return v.Percentile(1) }

// Percentile is the larger of the two directed percentiles, p from 0 to 1, linear
// between order statistics; 0.95 is HD95 as MONAI and most papers have it.
func (v Voxels) Percentile(p float64) metrics.Value {
	return v.value(func() float64 { return max(stats.Quantile(v.RefToPred, p), stats.Quantile(v.PredToRef, p)) })
}

// PooledPercentile is the percentile of the distances of both ways together, which medpy
// calls hd95.
func (v Voxels) PooledPercentile(p float64) metrics.Value {
	return v.value(func() float64 {
		return stats.Quantile(stats.Sorted(append(slices.Clone(v.RefToPred), v.PredToRef...)), p)
	})
}

// MeanPercentile is the mean of the two directed percentiles.
func (v Voxels) MeanPercentile(p float64) metrics.Value {
	return v.value(func() float64 { return (stats.Quantile(v.RefToPred, p) + stats.Quantile(v.PredToRef, p)) / 2 })
}

// ASDRefToPred and ASDPredToRef are the directed mean distances.
func (v Voxels) ASDRefToPred() metrics.Value {
	return v.value(func() float64 { return stat.Mean(v.RefToPred, nil) })
}

// ASDPredToRef is the mean distance from the prediction's boundary to the reference's.
func (v Voxels) ASDPredToRef() metrics.Value {
	return v.value(func() float64 { return stat.Mean(v.PredToRef, nil) })
}

// ASSD is the mean of the distances of both ways together.
func (v Voxels) ASSD() metrics.Value {
	return v.value(func() float64 {
		a, b := float64(len(v.RefToPred)), float64(len(v.PredToRef))
		return (a*stat.Mean(v.RefToPred, nil) + b*stat.Mean(v.PredToRef, nil)) / (a + b)
	})
}

// MASD is the mean of the two directed means.
func (v Voxels) MASD() metrics.Value {
	return v.value(func() float64 { return (stat.Mean(v.RefToPred, nil) + stat.Mean(v.PredToRef, nil)) / 2 })
}

// NSD is the share of boundary voxels of both masks that are within a tolerance of the
// other boundary; 0 where one mask is empty.
func (v Voxels) NSD(toleranceMM float64) metrics.Value {
	if v.why == metrics.Miss {
		return metrics.Value{}
	}
	return v.value(func() float64 {
		return float64(within(v.RefToPred, toleranceMM)+within(v.PredToRef, toleranceMM)) / float64(len(v.RefToPred)+len(v.PredToRef))
	})
}

// within counts ascending distances up to a tolerance.
func within(d []float64, tolerance float64) int {
	n, _ := slices.BinarySearchFunc(d, tolerance, func(d, t float64) int {
		if d <= t {
			return -1
		}
		return 1
	})
	return n
}
