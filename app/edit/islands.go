package edit

import (
	"context"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
)

// IslandsOptions says what becomes of the islands of a label: its parts that no
// way over faces connects.
type IslandsOptions struct {
	Do    IslandsAction
	N     int     // KeepLargest: how many
	MinML float64 // RemoveSmall: islands below it go
	At    [3]int  // RemoveAt and KeepAt: a voxel of the island
	// Into, for Split, are the labels that the second largest island gets, the
	// third, and so on; further ones keep the active label. They must be in its layer.
	Into []uint8
}

// IslandsAction is what to do with islands.
type IslandsAction uint8

// What to do with islands.
const (
	KeepLargest IslandsAction = iota
	RemoveSmall
	RemoveAt
	KeepAt
	Split
)

// Islands keeps, removes or splits the islands of the active label.
func Islands(ctx context.Context, in Input, opts IslandsOptions, report func(job.Progress)) (mask.Delta, error) {
	if err := in.checkIslands(opts); err != nil {
		return mask.Delta{}, err
	}
	set, err := in.active()
	if err != nil {
		return mask.Delta{}, err
	}
	begin(report, "edit.islands", 0)
	parts, err := set.ComponentsContext(ctx, 6)
	if err != nil {
		return mask.Delta{}, err
	}
	if opts.Do == Split {
		return in.split(ctx, parts, opts.Into, report)
	}
	keep, err := in.kept(parts, opts)
	if err != nil {
		return mask.Delta{}, err
	}
	return giveUp(ctx, in, parts.Select(func(n int) bool { return !keep[n] }), report)
}

// ListIslands returns the islands of the active label, the largest first: how
// many there are says how many labels a split needs.
func ListIslands(ctx context.Context, in Input) ([]mask.Component, error) {
	set, err := in.set(in.Label)
	if err != nil {
		return nil, err
	}
	parts, err := set.ComponentsContext(ctx, 6)
	if err != nil {
		return nil, err
	}
	return parts.List, nil
}

func (in Input) checkIslands(opts IslandsOptions) error {
	switch opts.Do {
	case KeepLargest:
		if opts.N < 1 {
			return app.Misuse("edit.keep_none")
		}
	case RemoveSmall:
		if err := in.grid(); err != nil {
			return err
		}
		return in.measured(true)
	case RemoveAt, KeepAt:
		return in.seed(opts.At)
	case Split:
		if err := in.check(append(slices.Clone(opts.Into), in.Label)...); err != nil {
			return err
		}
		for _, v := range opts.Into {
			if l, _ := in.Mask.Label(v); l.Layer != in.layer(in.Label) {
				return app.Misuse("edit.other_layer", l.Name)
			}
		}
	}
	return nil
}

// kept says for each part whether it stays.
func (in Input) kept(parts *mask.Components, opts IslandsOptions) ([]bool, error) {
	keep := make([]bool, len(parts.List))
	switch opts.Do {
	case KeepLargest:
		for n := range min(opts.N, len(keep)) {
			keep[n] = true
		}
	case RemoveSmall:
		voxelML := in.Volume.VoxelVolumeML()
		for n, p := range parts.List {
			keep[n] = float64(p.Voxels)*voxelML >= opts.MinML
		}
	default:
		clicked := -1
		parts.Each(func(part, i0, i1, j, k int) {
			if j == opts.At[1] && k == opts.At[2] && i0 <= opts.At[0] && opts.At[0] < i1 {
				clicked = part
			}
		})
		if clicked < 0 {
			l, _ := in.Mask.Label(in.Label)
			return nil, app.Misuse("edit.not_on_label", l.Name)
		}
		for n := range keep {
			keep[n] = (n == clicked) == (opts.Do == KeepAt)
		}
	}
	return keep, nil
}

// split gives each island but the largest a label of its own.
func (in Input) split(ctx context.Context, parts *mask.Components, into []uint8, report func(job.Progress)) (mask.Delta, error) {
	size := in.Mask.Size()
	type piece struct {
		i0, i1 int
		to     uint8
	}
	rows := map[int][]piece{} // by j + ny*k
	moved := parts.Select(func(n int) bool { return n > 0 && n <= len(into) })
	parts.Each(func(part, i0, i1, j, k int) {
		if part > 0 && part <= len(into) {
			rows[j+size[1]*k] = append(rows[j+size[1]*k], piece{i0, i1, into[part-1]})
		}
	})
	return apply(ctx, in, in.layer(in.Label), moved.Bounds(), report, func(j, k int, row []uint8) {
		for _, p := range rows[j+size[1]*k] {
			replace(row[p.i0:p.i1], in.Label, p.to)
		}
	})
}
