package edit

import (
	"context"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/volume"
)

// BooleanOptions names the other label, of any layer.
type BooleanOptions struct {
	Do    BooleanAction
	Other uint8
}

// BooleanAction is what becomes of the active label.
type BooleanAction uint8

// What becomes of the active label A given another, B. Within one layer a voxel
// has one label, so that what A gains there B loses, as the limits allow.
const (
	Add       BooleanAction = iota // A and B together
	Subtract                       // A without B
	Intersect                      // where A and B are both
	Copy                           // B's voxels alone
)

// Boolean changes the active label by another.
func Boolean(ctx context.Context, in Input, opts BooleanOptions, report func(job.Progress)) (mask.Delta, error) {
	if err := in.check(in.Label); err != nil {
		return mask.Delta{}, err
	}
	other, err := in.set(opts.Other)
	if err != nil {
		return mask.Delta{}, err
	}
	own := mask.BitsOf(in.Mask, in.layer(in.Label), in.Label)
	box := hull(own, other)
	if err := stopped(ctx); err != nil {
		return mask.Delta{}, err
	}
	switch opts.Do {
	case Add:
		own.Or(other)
	case Subtract:
		own.AndNot(other)
	case Intersect:
		own.And(other)
	default:
		own = other
	}
	return become(ctx, in, own, box, true, report)
}

// RelabelOptions says what each label becomes. All at once: {1: 2, 2: 1} swaps.
type RelabelOptions struct{ To map[uint8]uint8 }

// Relabel gives the voxels of labels other labels. A label may move to another
// layer: what lay there is replaced, as the limits allow, and where they do not
// the voxel stays what it was.
func Relabel(ctx context.Context, in Input, opts RelabelOptions, report func(job.Progress)) (mask.Delta, error) {
	var values []uint8
	any := false
	for from, to := range opts.To {
		values = append(values, from, to)
		if l, ok := in.Mask.Label(from); ok && in.Mask.Count(l.Layer, from) > 0 {
			any = true
		}
	}
	slices.Sort(values) // so that one of several errors is always the same
	values = slices.Compact(values)
	if err := in.check(values...); err != nil {
		return mask.Delta{}, err
	}
	if !any && len(values) > 0 {
		l, _ := in.Mask.Label(values[0])
		return mask.Delta{}, app.Misuse("edit.no_voxels", l.Name)
	}
	return in.relabel(ctx, opts.To, report)
}

func (in Input) relabel(ctx context.Context, to map[uint8]uint8, report func(job.Progress)) (mask.Delta, error) {
	var m moves
	for v := range m.within {
		m.within[v] = uint8(v)
	}
	for from, t := range to {
		l := in.layer(from)
		m.touched[l], m.touched[in.layer(t)] = true, true
		if in.layer(t) == l {
			m.within[from] = t
		} else {
			m.within[from], m.across[from], m.crossing = 0, t, true
		}
	}
	var d mask.Delta
	for l := range mask.Layer(mask.Layers) {
		if !m.touched[l] {
			continue
		}
		propose := func(_, _ int, row []uint8) {
			for i, v := range row {
				row[i] = m.within[v]
			}
		}
		if m.crossing {
			propose = in.crossing(&m, l)
		}
		part, err := apply(ctx, in, l, volume.Whole(in.Mask.Size()), report, propose)
		if err != nil {
			return mask.Delta{}, err
		}
		d = both(d, part)
	}
	return d, nil
}

// moves is what labels become: in their own layer, and in the other, 0 for none.
type moves struct {
	within, across [256]uint8
	touched        [mask.Layers]bool
	crossing       bool // some label changes its layer
}

// crossing proposes a row of a layer that labels leave or come to. A voxel leaves
// only where it may arrive, and arrives only where it may leave.
func (in Input) crossing(m *moves, l mask.Layer) func(j, k int, row []uint8) {
	other := mask.Layers - 1 - l
	rule := in.rule(other)
	return func(j, k int, row []uint8) {
		for i, v := range row {
			there := in.Mask.At(other, i, j, k)
			to := m.across[v]
			switch came := m.across[there]; {
			case came != 0 && rule.lets(there, 0, i, j, k):
				row[i] = came
			case to == 0 || to == there || rule.lets(there, to, i, j, k):
				row[i] = m.within[v]
			}
		}
	}
}

// SwapLungs exchanges the labels of the left and the right lung, told by the side
// they declare in the anatomy layer.
func SwapLungs(ctx context.Context, in Input, report func(job.Progress)) (mask.Delta, error) {
	var left, right uint8
	for _, l := range in.Mask.Labels() {
		switch {
		case l.Layer != mask.Anatomy:
		case l.Side == mask.Left && left == 0:
			left = l.Value
		case l.Side == mask.Right && right == 0:
			right = l.Value
		}
	}
	if left == 0 || right == 0 {
		return mask.Delta{}, app.Misuse("edit.no_sides")
	}
	return Relabel(ctx, in, RelabelOptions{map[uint8]uint8{left: right, right: left}}, report)
}
