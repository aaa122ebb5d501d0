package edit

import (
	"context"
	"math"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/volume"
)

// MarginOptions says how far a label's border moves.
type MarginOptions struct {
	// MM is outward, negative inward: exact Euclidean distances of voxel centres,
	// true on anisotropic voxels.
	MM float64
}

// Margin grows or shrinks the active label. Where the label reaches the edge of
// the grid it is taken to go on beyond, so that shrinking leaves that side.
func Margin(ctx context.Context, in Input, opts MarginOptions, report func(job.Progress)) (mask.Delta, error) {
	how := mask.Dilation
	if opts.MM < 0 {
		how = mask.Shrink
	}
	return reshape(ctx, in, how, math.Abs(opts.MM), report)
}

// reshape makes the active label what a ball makes of it.
func reshape(ctx context.Context, in Input, how mask.Reshaping, mm float64, report func(job.Progress)) (mask.Delta, error) {
	if err := in.distance(mm, MostMM); err != nil {
		return mask.Delta{}, err
	}
	set, err := in.active()
	if err != nil {
		return mask.Delta{}, err
	}
	begin(report, "edit.reshaping", 0)
	out, err := set.Reshape(ctx, how, mm, in.Volume.SpacingMM())
	if err != nil {
		return mask.Delta{}, err
	}
	return become(ctx, in, out, hull(set, out), true, report)
}

// hull is the box of two sets.
func hull(a, b *mask.Bits) volume.Box { return a.Bounds().Union(b.Bounds()) }
