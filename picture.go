package main

import (
	"context"

	"opacity/app"
	"opacity/app/imageio"
	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/export/snapshot"
	"opacity/inference"
	"opacity/viewer"
)

// draw renders one slice as the window would show it, its longer side
// snapshot.DefaultPx, or a contact sheet. Whoever drew a mask, a picture of one is for research use
// only: a file does not say whether a model did.
func (c *cli) draw(ctx context.Context, v *volume.Volume, f snapshotFlags, l look, index int, bar *progress) error {
	var m *mask.Mask
	if f.mask != "" {
		var err error
		if m, err = c.readMask(ctx, f.mask, v, bar); err != nil {
			return err
		}
	}
	o := snapshot.Options{
		Volume: v, Mask: m, Plane: l.plane, Index: index, Annotations: true, Research: m != nil, Text: c.table,
		Overlay: viewer.DefaultOverlay(),
	}
	if l.window != nil {
		o.Window = *l.window
	}
	if l.sheet > 0 {
		return snapshot.Sheet(ctx, f.out, o, l.sheet, f.force)
	}
	return snapshot.Write(ctx, f.out, o, f.force)
}

// readMask opens a label map on the volume it was drawn on, its numbers taken
// for what they are by where they lie; what was guessed is said.
func (c *cli) readMask(ctx context.Context, path string, v *volume.Volume, bar *progress) (*mask.Mask, error) {
	lm, err := imageio.ReadMaskOn(ctx, path, v.Geometry)
	if err != nil {
		return nil, err
	}
	mapping := mask.GuessMapping(lm)
	for _, doubt := range mapping.Doubts {
		bar.note(doubt)
	}
	if len(mapping.Assignments) > 0 && mapping.Unassigned() {
		return nil, app.Refuse(nil, "cmd.snapshot.unmapped", path)
	}
	return unfold(ctx, v, lm, mapping)
}

// unfold makes a mask of a label map; where one value stands for both lungs,
// they are told apart on the volume.
func unfold(_ context.Context, v *volume.Volume, lm *mask.LabelMap, m mask.Mapping) (*mask.Mask, error) {
	return mask.FromLabelMap(lm, m, func(both *mask.Bits) (left, right *mask.Bits) {
		return inference.SplitLungs(both, v)
	})
}
