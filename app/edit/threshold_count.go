package edit

import (
	"context"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/parallel"
)

// ThresholdCounts is what Threshold would do to a label at each threshold.
type ThresholdCounts struct {
	from uint8
	by   [256]tally // the voxels that have that probability, once they change sides
}

// tally is how many more voxels a label has, and of them a model's mask.
type tally struct{ voxels, common int }

// CountThresholds counts for every threshold at once what Threshold would change
// of the one channel in opts, and how much of that a model's mask has too. From
// must be set, and nobody be the label's Others.
func CountThresholds(ctx context.Context, in Input, opts ThresholdOptions, model *mask.Mask) (ThresholdCounts, error) {
	t, err := newThresholds(in, opts)
	if err != nil {
		return ThresholdCounts{}, err
	}
	if len(opts.Channels) != 1 || opts.Channels[0].From == 0 || opts.Channels[0].Others != nil || model == nil || model.Size() != in.Mask.Size() {
		return ThresholdCounts{}, app.Misuse("edit.other_grid")
	}
	label, _ := in.Mask.Label(opts.Channels[0].Label)
	size := in.Mask.Size()
	slices := make([][256]tally, size[2])
	parallel.Ranges(size[2], 4, func(from, to int) {
		for k := from; k < to && ctx.Err() == nil; k++ {
			t.count(label, model, k, &slices[k])
		}
	})
	found := ThresholdCounts{from: opts.Channels[0].From}
	for k := range slices {
		for x, c := range slices[k] {
			found.by[x].voxels += c.voxels
			found.by[x].common += c.common
		}
	}
	return found, ctx.Err()
}

// count counts the voxels of slice k that would change sides.
func (t *thresholds) count(label mask.Label, model *mask.Mask, k int, by *[256]tally) {
	c := &t.of[label.Layer][0]
	nx, box := t.in.Mask.Size()[0], t.in.box()
	labels, theirs := t.in.Mask.Slice(label.Layer, k), model.Slice(label.Layer, k)
	for o, x := range c.Probabilities[k] {
		if x == 0 {
			continue
		}
		old, now := uint8(0), uint8(0)
		if labels != nil {
			old = labels[o]
		}
		if !t.named[label.Layer][old] {
			continue
		}
		ln := line{[3]int{0, o / nx, k}, 0, nx}
		v := ln.voxel(o % nx)
		if x < c.From && t.lies(c, ln, o%nx) {
			now = label.Value
		}
		if now == old || t.spare != nil && t.spare.At(v[0], v[1], v[2]) || !holds(box, v) || !t.rules[label.Layer].lets(old, now, v[0], v[1], v[2]) {
			continue
		}
		sign := 1
		if now == 0 {
			sign = -1
		}
		by[x].voxels += sign
		if theirs != nil && theirs[o] == label.Value {
			by[x].common += sign
		}
	}
}

// At is what the threshold at would do to the label: how many more voxels it
// would have, and how many more in common with the model's mask.
func (c *ThresholdCounts) At(at uint8) (voxels, common int) {
	at = max(at, 1)
	for x := min(at, c.from); x < max(at, c.from); x++ {
		voxels += c.by[x].voxels
		common += c.by[x].common
	}
	return voxels, common
}
