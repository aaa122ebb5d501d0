package edit

import (
	"bytes"
	"context"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// apply is where every operation meets the limits: propose rewrites row (j, k)
// of a layer, which holds the labels as they are, and what of it the limits
// forbid is dropped. Rows within box are asked for, from several goroutines at
// once.
func apply(ctx context.Context, in Input, l mask.Layer, box volume.Box, report func(job.Progress),
	propose func(j, k int, row []uint8),
) (mask.Delta, error) {
	box = box.Intersect(in.box())
	p := begin(report, "edit.applying", box.Max[2]-box.Min[2])
	rule := in.rule(l)
	size := in.Mask.Size()
	made := make([][]mask.Run, box.Max[2]-box.Min[2])
	parallel.Ranges(len(made), 4, func(from, to int) {
		row, empty := make([]uint8, size[0]), make([]uint8, size[0])
		for n := from; n < to && ctx.Err() == nil; n++ {
			k := box.Min[2] + n
			slice := in.Mask.Slice(l, k)
			for j := box.Min[1]; j < box.Max[1]; j++ {
				old := empty
				if slice != nil {
					old = slice[j*size[0] : (j+1)*size[0]]
				}
				copy(row, old)
				if propose(j, k, row); !bytes.Equal(row, old) {
					made[n] = rule.runs(made[n], old, row, box, j, k)
				}
			}
			p.add(1)
		}
	})
	if err := stopped(ctx); err != nil {
		return mask.Delta{}, err
	}
	var d mask.Delta
	for n, runs := range made {
		if runs != nil {
			d.Slices = append(d.Slices, mask.SliceDelta{Layer: l, K: box.Min[2] + n, Runs: runs})
		}
	}
	return d, nil
}

// both puts the deltas of two layers together, the lower layer first as
// mask.Diff has them.
func both(a, b mask.Delta) mask.Delta {
	if !a.Empty() && !b.Empty() && a.Slices[0].Layer > b.Slices[0].Layer {
		a, b = b, a
	}
	return mask.Delta{Slices: append(a.Slices[:len(a.Slices):len(a.Slices)], b.Slices...)}
}

// become makes the active label's voxels those of a set: it takes in what the
// set holds, and where whole it gives up what the set does not.
func become(ctx context.Context, in Input, set *mask.Bits, box volume.Box, whole bool, report func(job.Progress)) (mask.Delta, error) {
	return apply(ctx, in, in.layer(in.Label), box, report, func(j, k int, row []uint8) {
		if whole {
			replace(row, in.Label, 0)
		}
		set.Runs(j, k, func(i0, i1 int) {
			for i := i0; i < i1; i++ {
				row[i] = in.Label
			}
		})
	})
}

// giveUp takes the active label away from the voxels of a set.
func giveUp(ctx context.Context, in Input, set *mask.Bits, report func(job.Progress)) (mask.Delta, error) {
	return apply(ctx, in, in.layer(in.Label), set.Bounds(), report, func(j, k int, row []uint8) {
		set.Runs(j, k, func(i0, i1 int) { replace(row[i0:i1], in.Label, 0) })
	})
}

func replace(row []uint8, from, to uint8) {
	for i, v := range row {
		if v == from {
			row[i] = to
		}
	}
}

// rule says which changes of a layer's voxels the limits let through, as they do
// for a mask.Stroke, but from any label to any.
type rule struct {
	in     Input
	locked [256]bool
	over   [256]bool // a label may take the place of this one
	under  uint8     // and only where this one lies in another layer; 0 anywhere
}

func (in Input) rule(l mask.Layer) *rule {
	r := &rule{in: in}
	lim := in.Limits
	if other, ok := in.Mask.Label(lim.OverLabel); lim.Over == mask.OverLabel && ok && other.Layer != l {
		r.under = lim.OverLabel
	}
	for v := range r.over {
		value := uint8(v)
		label, known := in.Mask.Label(value)
		r.locked[v] = known && label.Locked
		switch lim.Over {
		case mask.OverNothing:
			r.over[v] = value == 0
		case mask.OverVisible:
			r.over[v] = value == 0 || known && label.Visible
		case mask.OverLabel:
			r.over[v] = value == lim.OverLabel || r.under != 0
		default:
			r.over[v] = true
		}
	}
	return r
}

// lets reports whether voxel (i, j, k) may go from one label to another. What
// may be overwritten says nothing of taking a label away.
func (r *rule) lets(from, to uint8, i, j, k int) bool {
	if r.locked[from] || r.locked[to] || to != 0 && !r.over[from] {
		return false
	}
	if to != 0 && r.under != 0 && !r.inside(r.under, i, j, k) {
		return false
	}
	lim := r.in.Limits
	if lim.Inside != 0 && !r.inside(lim.Inside, i, j, k) {
		return false
	}
	return lim.HU == nil || lim.HU.Holds(float32(r.in.Volume.At(i, j, k)))
}

func (r *rule) inside(value uint8, i, j, k int) bool {
	for l := range mask.Layer(mask.Layers) {
		if r.in.Mask.At(l, i, j, k) == value {
			return true
		}
	}
	return false
}

// runs adds to a slice's runs what row (j, k) changes within box.
func (r *rule) runs(runs []mask.Run, old, row []uint8, box volume.Box, j, k int) []mask.Run {
	for i := box.Min[0]; i < box.Max[0]; i++ {
		if old[i] == row[i] || !r.lets(old[i], row[i], i, j, k) {
			continue
		}
		o := int32(i + j*len(row))
		if n := len(runs) - 1; n >= 0 && runs[n].Offset+runs[n].Length == o && runs[n].Old == old[i] && runs[n].New == row[i] {
			runs[n].Length++
			continue
		}
		runs = append(runs, mask.Run{Offset: o, Length: 1, Old: old[i], New: row[i]})
	}
	return runs
}
