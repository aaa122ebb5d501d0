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

// Objects reads masks that are no voxels of a grid of their own: DICOM segmentations
// and contours.
type Objects struct {
	// Is reports whether a file is one.
	Is func(path string) bool
	// Read reads it onto grid on, or where that is nil onto what its own frames span.
	Read func(ctx context.Context, path string, on *volume.Geometry) (*mask.LabelMap, error)
	// Grid reads the grid of a file of voxels.
	Grid func(path string) (volume.Geometry, error)
}

// readObject reads an object onto the grid it is compared on, else that of the first of
// beside which has one, else its own.
func (o Options) readObject(ctx context.Context, path string, on *volume.Geometry, beside []string) (*mask.LabelMap, error) {
	for _, b := range beside {
		if on != nil || b == "" || o.Objects.Is(b) {
			continue
		}
		if g, err := o.Objects.Grid(b); err == nil {
			on = &g
		}
	}
	lm, err := o.Objects.Read(ctx, path, on)
	if err != nil && on != nil && o.Resample && ctx.Err() == nil {
		if own, failed := o.Objects.Read(ctx, path, nil); failed == nil {
			return own, nil
		}
	}
	return lm, err
}

// labelMap reads a label map; mm says that the distances of its voxels are known. An
// object is drawn on the grid of what lies beside it.
func (o Options) labelMap(ctx context.Context, path string, on *volume.Geometry, beside []string) (lm *mask.LabelMap, mm bool, err error) {
	if o.Objects.Is != nil && o.Objects.Is(path) {
		lm, err := o.readObject(ctx, path, on, beside)
		return lm, true, err
	}
	v, err := o.Load(ctx, path)
	if err != nil {
		return nil, false, err
	}
	lm, err = mask.LabelMapOf(v)
	if errors.Is(err, mask.ErrNotLabels) {
		if v.Float32 != nil && hasNaN(v.Float32) {
			return nil, false, app.Refuse(err, "evaluate.nan", path)
		}
		return nil, false, app.Refuse(err, "evaluate.not_labels", path)
	}
	_, withheld := v.Withheld()
	return lm, !withheld, err
}

// readLabels reads a label map and takes it apart. beside are files of the case that
// may tell its grid, the image first.
func (o Options) readLabels(ctx context.Context, path string, on *volume.Geometry, beside ...string) (*labelled, bool, error) {
	lm, mm, err := o.labelMap(ctx, path, on, beside)
	if err != nil {
		return nil, false, err
	}
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	if n := len(lm.Values) - 1; n > mostNumbers && len(o.Labels) == 0 {
		return nil, false, app.Refuse(nil, "evaluate.many_labels", path, n)
	}
	resampled := false
	if on != nil && !lm.LiesOn(*on) {
		if !o.Resample {
			return nil, false, app.Refuse(nil, "evaluate.other_grid_mask", path, describe(lm.Geometry), describe(*on))
		}
		lm, resampled = lm.Onto(*on), true
	}
	return &labelled{
		path: path, grid: lm.Geometry, mm: mm, values: lm.Values[1:],
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

// describe tells a grid: its voxels, their distances and where the first is, LPS.
func describe(g volume.Geometry) string {
	s, at := g.SpacingMM(), g.Affine.Column(3)
	return fmt.Sprintf("%s voxels of %.4g x %.4g x %.4g mm from (%.1f, %.1f, %.1f)", g.Size, s[0], s[1], s[2], at[0], at[1], at[2])
}
