package main

import (
	"context"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/catalogue"
)

// pairValues is every metric of the catalogue of a pair of masks, with NSD at each
// tolerance.
type pairValues struct {
	Counts    metrics.Counts `json:"counts"`
	Values    map[string]any `json:"values"` // by key of the catalogue: a number, or why there is none
	NSD       []any          `json:"nsd"`
	NSDVoxels []any          `json:"nsd_voxels"`
}

func measurePair(ctx context.Context, folder string, p pair, tolerancesMM []float64) (pairValues, error) {
	reference, prediction, err := p.read(folder)
	if err != nil {
		return pairValues{}, err
	}
	entries := catalogue.All()
	of := p.counted(reference, prediction)
	if err := of.AddDistances(ctx, reference, prediction, entries); err != nil {
		return pairValues{}, err
	}
	out := pairValues{Counts: of.Counts, Values: values(of, entries)}
	surfels, _ := catalogue.Find("nsd")
	voxels, _ := catalogue.Find("nsd_voxels")
	for _, of.ToleranceMM = range tolerancesMM {
		s, _ := surfels.Of(of)
		v, _ := voxels.Of(of)
		out.NSD, out.NSDVoxels = append(out.NSD, plain(s)), append(out.NSDVoxels, plain(v))
	}
	return out, nil
}

func (p pair) read(folder string) (reference, prediction *mask.Bits, err error) {
	if reference, err = readMask(folder, p.Reference, p.Size); err != nil {
		return nil, nil, err
	}
	prediction, err = readMask(folder, p.Prediction, p.Size)
	return reference, prediction, err
}

// counted has the counts of the whole grid.
func (p pair) counted(reference, prediction *mask.Bits) catalogue.Pair {
	c := metrics.CountsOf(reference, prediction, nil)
	grid := catalogue.Grid{SpacingMM: p.SpacingMM, VoxelML: p.SpacingMM[0] * p.SpacingMM[1] * p.SpacingMM[2] / 1000}
	return catalogue.Pair{Counts: c, InRegion: c, Grid: grid, ToleranceMM: 1}
}

func values(p catalogue.Pair, entries []catalogue.Entry) map[string]any {
	out := map[string]any{}
	for key, v := range catalogue.Values(p, entries) {
		out[key] = plain(v)
	}
	return out
}
