package edit

import (
	"context"

	"opacity/app/job"
	"opacity/app/mask"
)

// HolesOptions says where holes are looked for.
type HolesOptions struct {
	// Axis: in every slice across it by itself, open at the slice's edge; Space:
	// only what is closed on all sides.
	Axis int
}

// FillHoles gives the active label to what it encloses.
func FillHoles(ctx context.Context, in Input, opts HolesOptions, report func(job.Progress)) (mask.Delta, error) {
	if err := axis(opts.Axis, true); err != nil {
		return mask.Delta{}, err
	}
	set, err := in.active()
	if err != nil {
		return mask.Delta{}, err
	}
	begin(report, "edit.filling", 0)
	box := set.Bounds()
	if err := set.FillHolesContext(ctx, opts.Axis); err != nil {
		return mask.Delta{}, err
	}
	return become(ctx, in, set, box, false, report)
}
