package catalogue

import (
	"context"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/score"
	"opacity/app/metrics/surface"
)

// Grid is the measures of the voxels of a pair of masks.
type Grid struct {
	SpacingMM [3]float64 // along i, j, k; not looked at where Unknown
	VoxelML   float64
	Unknown   bool // whether millimetres are not known, or in doubt
}

// Tolerances of NSD where nobody gives one, those of Ma and others (2021, Medical
// Physics 48:1197): of lungs, and of what lies in them.
const (
	LungToleranceMM    = 1
	FindingToleranceMM = 3
)

// Pair is what was measured of two masks on one grid, with what the metrics come from.
type Pair struct {
	Counts   metrics.Counts // of the whole grid, or inside a region of interest
	InRegion metrics.Counts // where true negatives are counted: lungs, body, region of interest
	Grid
	// ToleranceMM is NSD's.
	ToleranceMM float64
	// Probabilities are those of the prediction inside the region, Images those slice by
	// slice; nil where there are none.
	Probabilities *score.Histogram
	Images        *score.Images

	voxels   map[boundary]surface.Voxels
	surfels  map[bool]surface.Surfels // by whether in voxels
	contours *surface.Surfels
}

// boundary is one way to measure distances between boundary voxels.
type boundary struct {
	connectivity surface.Connectivity
	pixels       bool
}

// AddDistances measures those distances between the masks that the metrics need and the
// pair has not yet. A distance in millimetres is not measured where they are not known.
func (p *Pair) AddDistances(ctx context.Context, reference, prediction *mask.Bits, entries []Entry) error {
	if p.voxels == nil {
		p.voxels, p.surfels = map[boundary]surface.Voxels{}, map[bool]surface.Surfels{}
	}
	for _, e := range entries {
		if p.Unknown && !e.needs.pixels {
			continue
		}
		spacing := p.SpacingMM
		if e.needs.pixels {
			spacing = [3]float64{1, 1, 1}
		}
		how := boundary{e.needs.voxels, e.needs.pixels}
		if _, there := p.voxels[how]; how.connectivity != 0 && !there {
			v, err := surface.BetweenVoxels(ctx, reference, prediction, spacing, how.connectivity)
			if err != nil {
				return err
			}
			p.voxels[how] = v
		}
		if _, there := p.surfels[how.pixels]; e.needs.surfels && !there {
			s, err := surface.BetweenSurfels(ctx, reference, prediction, spacing)
			if err != nil {
				return err
			}
			p.surfels[how.pixels] = s
		}
		if e.needs.contours && p.contours == nil {
			s, err := surface.BetweenContours(ctx, reference, prediction, spacing)
			if err != nil {
				return err
			}
			p.contours = &s
		}
	}
	return nil
}

// Of is the metric's value; ok is false where what it needs was not measured of the pair.
func (e Entry) Of(p Pair) (v metrics.Value, ok bool) {
	switch n := e.needs; {
	case n.probabilities && p.Probabilities == nil, n.images && p.Images == nil:
		return v, false
	case n.spacing && p.Unknown:
		return metrics.Undefined(metrics.NoSpacing), true
	case n.voxels != 0:
		_, ok = p.voxels[boundary{n.voxels, n.pixels}]
	case n.contours:
		ok = p.contours != nil
	case n.surfels:
		_, ok = p.surfels[n.pixels]
	default:
		ok = true
	}
	if ok {
		v = e.of(p)
	}
	return v, ok
}

// Values works out those of the metrics that the pair was measured for, by key.
func Values(p Pair, entries []Entry) map[string]metrics.Value {
	out := make(map[string]metrics.Value, len(entries))
	for _, e := range entries {
		if v, ok := e.Of(p); ok {
			out[e.Key] = v
		}
	}
	return out
}
