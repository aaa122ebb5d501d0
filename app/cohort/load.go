package cohort

import (
	"context"
	"errors"
	"fmt"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
)

// Load reads the voxels of a file.
type Load func(ctx context.Context, path string) (*volume.Volume, error)

// readLabels reads a label map and takes it apart.
func (o Options) readLabels(ctx context.Context, path string, on *volume.Geometry) (*labelled, bool, error) {
	v, err := o.Load(ctx, path)
	if err != nil {
		return nil, false, err
	}
	lm, err := mask.LabelMapOf(v)
	if errors.Is(err, mask.ErrNotLabels) {
		if v.Float32 != nil && hasNaN(v.Float32) {
			return nil, false, app.Refuse(err, "evaluate.nan", path)
		}
		return nil, false, app.Refuse(err, "evaluate.not_labels", path)
	}
	if err != nil {
		return nil, false, err
	}
	_, withheld := v.Withheld()
	v = nil // its voxels are not needed any more
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	if n := len(lm.Values) - 1; n > mostNumbers && len(o.Labels) == 0 {
		return nil, false, app.Refuse(nil, "evaluate.many_labels", path, n)
	}
	resampled := false
	if on != nil && !lm.SameGrid(*on, gridToleranceMM) {
		if !o.Resample {
			return nil, false, app.Refuse(nil, "evaluate.other_grid_mask", path, describe(lm.Geometry), describe(*on))
		}
		lm, resampled = lm.Onto(*on), true
	}
	return &labelled{
		path: path, grid: lm.Geometry, mm: !withheld, values: lm.Values[1:],
		guess: mask.GuessMapping(lm), sets: setsOf(lm, o.Labels),
	}, resampled, nil
}

func hasNaN(x []float32) bool {
	for _, v := range x {
		if v != v {
			return true
		}
	}
	return false
}

// gridToleranceMM is how far corners of one grid may lie apart: more than the rounding
// of headers, less than a tenth of any voxel.
const gridToleranceMM = 0.05

// describe tells a grid: its voxels, their distances and where the first is, LPS.
func describe(g volume.Geometry) string {
	s, at := g.SpacingMM(), g.Affine.Column(3)
	return fmt.Sprintf("%s voxels of %.4g x %.4g x %.4g mm from (%.1f, %.1f, %.1f)", g.Size, s[0], s[1], s[2], at[0], at[1], at[2])
}
