package main

import (
	"context"
	"runtime"
	"time"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/surface"
)

// took is the shortest of three times, without reading files, and what was allocated
// the while, all in all: no more than that was needed beyond the inputs.
type took struct {
	What    string    `json:"what"`
	Seconds float64   `json:"seconds"`
	MB      float64   `json:"mb"`
	Values  []float64 `json:"values"`
}

func timed(what string, f func() ([]float64, error)) (took, error) {
	t := took{What: what}
	for n := range 3 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		v, err := f()
		if err != nil {
			return t, err
		}
		seconds := time.Since(start).Seconds()
		runtime.ReadMemStats(&after)
		if n == 0 || seconds < t.Seconds {
			t.Seconds, t.MB, t.Values = seconds, float64(after.TotalAlloc-before.TotalAlloc)/(1<<20), v
		}
	}
	return t, nil
}

// timeAll times the distances and the counts of each pair, and the areas.
func timeAll(ctx context.Context, folder string, in input) ([]took, error) {
	var out []took
	for _, p := range in.Pairs {
		reference, prediction, err := p.read(folder)
		if err != nil {
			return nil, err
		}
		distances, err := timed(p.Name+": distances", func() ([]float64, error) {
			return distances(ctx, reference, prediction, p.SpacingMM, in.TolerancesMM[0])
		})
		if err != nil {
			return nil, err
		}
		counts, err := timed(p.Name+": counts", func() ([]float64, error) {
			c := metrics.CountsOf(reference, prediction, nil)
			return []float64{c.Dice().X, c.MCC().X, c.VolumeSimilarity().X}, nil
		})
		if err != nil {
			return nil, err
		}
		out = append(out, distances, counts)
	}
	for _, s := range in.Scores {
		t, err := timeScore(ctx, folder, s)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// distances is HD, HD95, ASSD and NSD by voxels and by surfels; the second is medpy's
// HD95.
func distances(ctx context.Context, reference, prediction *mask.Bits, spacingMM [3]float64, toleranceMM float64) ([]float64, error) {
	v, err := surface.BetweenVoxels(ctx, reference, prediction, spacingMM, surface.Faces)
	if err != nil {
		return nil, err
	}
	s, err := surface.BetweenSurfels(ctx, reference, prediction, spacingMM)
	if err != nil {
		return nil, err
	}
	return []float64{v.HD().X, v.PooledPercentile(0.95).X, v.ASSD().X, v.Percentile(0.95).X, s.Percentile(0.95).X, s.NSD(toleranceMM).X}, nil
}

func timeScore(ctx context.Context, folder string, s scored) (took, error) {
	p, reference, err := s.read(folder)
	if err != nil {
		return took{}, err
	}
	return timed(s.Name+": ROC and area", func() ([]float64, error) {
		h, err := histogramOf(ctx, p, reference)
		if err != nil {
			return nil, err
		}
		curve, _ := h.ROC()
		return []float64{h.AUC().X, h.Bound(), h.AveragePrecision().X, float64(len(curve))}, nil
	})
}
