package main

import (
	"context"
	"math"

	"opacity/app"
	"opacity/export"
)

// describe reads the voxels too: range and doubts are known only then.
func describe(ctx context.Context, s app.Series, p *progress) (seriesJSON, error) {
	v, err := s.Load(ctx, app.LoadHooks{Progress: p.report})
	i := s.Info()
	out := seriesJSON{
		Path: i.Path, Case: i.Case, Format: i.Format, TransferSyntax: i.TransferSyntax,
		Modality: i.Identity.Modality, Description: i.Identity.SeriesDescription, Kernel: i.Identity.Kernel,
		SeriesUID: i.Identity.SeriesUID, Files: i.Files, Size: i.Size, Orientation: i.Orientation,
		Unit: i.Unit, LabelMap: i.LabelMap, Warnings: export.Warnings(i.Warnings),
	}
	for a, mm := range i.SpacingMM {
		if mm > 0 {
			tidy := math.Round(mm*1e7) / 1e7 // headers hold no more
			out.SpacingMM[a] = &tidy
		}
	}
	if err != nil {
		return out, err
	}
	lo, hi := v.Range()
	if lo <= hi { // not where nothing is finite
		out.Range = &[2]float64{lo, hi}
	}
	out.Unit, out.Warnings = v.Unit, export.Warnings(v.Warnings)
	return out, nil
}
