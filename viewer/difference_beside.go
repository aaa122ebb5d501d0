package viewer

import (
	"context"

	"opacity/app/mask"
	"opacity/app/volume"
)

// WorkBeside gives the viewer a way to compare whole masks beside the goroutine that
// owns the study: run calls work there, and done on this one unless work has failed or
// run was called again since. Without one, whoever asks for a comparison waits for it.
func (v *Viewer) WorkBeside(run func(work func(context.Context) error, done func())) { v.beside = run }

// compareBeside works out at once what is shown of a difference, and the rest beside.
func (v *Viewer) compareBeside() {
	d := &v.difference
	v.compareShown()
	of, with, shown := *d, d.with, v.session.Shown().Snapshot()
	var made *mask.Mask
	v.beside(func(ctx context.Context) (err error) {
		made, err = of.whole(ctx, with, shown)
		return err
	}, func() {
		now := v.session.Shown()
		if !d.partial || now == nil || now.Size() != made.Size() {
			return // something else is compared, or nothing
		}
		changed := d.changed
		d.mask, d.partial, d.changed = made, false, nil
		for _, box := range changed {
			d.within(now, box.Intersect(volume.Whole(now.Size())))
		}
		v.Changed.Emit(OverlayMoved)
	})
}

// compareShown works out the slices that the three planes show, in a mask of their
// own: whoever has read the one before knows that it is another.
func (v *Viewer) compareShown() {
	d, shown := &v.difference, v.session.Shown()
	d.mask, d.partial = mask.New(shown.Size(), DifferenceLabels()), true
	for p := range Plane(Planes) {
		_, _, n, _ := p.Axes()
		box := volume.Whole(shown.Size())
		if at := v.cursor[n]; at >= 0 && at < box.Max[n] {
			box.Min[n], box.Max[n] = at, at+1
			d.within(shown, box)
		}
	}
}

// compareMoved follows the cursor until the whole is there.
func (v *Viewer) compareMoved() {
	if shown := v.session.Shown(); v.difference.partial && shown != nil && v.difference.mask.Size() == shown.Size() {
		v.compareShown()
	}
}
