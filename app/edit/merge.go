package edit

import (
	"context"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/volume"
)

// MergeOptions says what of a model's proposal is taken. Input.Box bounds it to a
// slice or a box.
type MergeOptions struct {
	Proposal *mask.Mask
	// Labels are those that the proposal speaks of: other labels stay as they are.
	// nil for those of the proposal's own list.
	Labels []uint8
	// Lung bounds the merge to one lung, by its label: what is that lung or what
	// the proposal adds to it, with the findings in it. 0 for no such bound.
	Lung uint8
}

// Merge makes the mask what a proposal says, where it may. Locked labels stay.
func Merge(ctx context.Context, in Input, opts MergeOptions, report func(job.Progress)) (mask.Delta, error) {
	known, err := in.checkMerge(&opts)
	if err != nil {
		return mask.Delta{}, err
	}
	var d mask.Delta
	for l := range mask.Layer(mask.Layers) {
		part, err := apply(ctx, in, l, volume.Whole(in.Mask.Size()), report, func(j, k int, row []uint8) {
			nx := len(row)
			slice := opts.Proposal.Slice(l, k)
			for i, old := range row {
				to := uint8(0)
				if slice != nil {
					to = slice[i+j*nx]
				}
				if to == old || !known[old] || !known[to] {
					continue
				}
				if opts.Lung == 0 || in.ofLung(opts, i, j, k) {
					row[i] = to
				}
			}
		})
		if err != nil {
			return mask.Delta{}, err
		}
		d = both(d, part)
	}
	return d, nil
}

// checkMerge returns which labels may change or come, 0 among them.
func (in Input) checkMerge(opts *MergeOptions) (known [256]bool, err error) {
	if err := in.check(); err != nil {
		return known, err
	}
	if opts.Proposal == nil || opts.Proposal.Size() != in.Mask.Size() {
		return known, app.Misuse("edit.other_grid")
	}
	if opts.Labels == nil {
		for _, l := range opts.Proposal.Labels() {
			opts.Labels = append(opts.Labels, l.Value)
		}
	}
	if opts.Lung != 0 {
		opts.Labels = append([]uint8{opts.Lung}, opts.Labels...)
	}
	known[0] = true
	for _, value := range opts.Labels {
		if _, ok := in.Mask.Label(value); !ok {
			return known, app.Misuse("edit.no_label", int(value))
		}
		known[value] = true
	}
	return known, nil
}

// ofLung reports whether a voxel is of the lung, or nothing that the proposal
// makes that lung.
func (in Input) ofLung(opts MergeOptions, i, j, k int) bool {
	l := in.layer(opts.Lung)
	old, to := in.Mask.At(l, i, j, k), opts.Proposal.At(l, i, j, k)
	return old == opts.Lung && (to == opts.Lung || to == 0) || old == 0 && to == opts.Lung
}
