package edit

import (
	"context"
	"math"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/volume"
)

// FloodOptions says what a flood takes: what ways over faces of voxels that are
// alike lead to from the seed.
type FloodOptions struct {
	Seed [3]int
	// Axis bounds the flood to the seed's slice across it; Space floods in three
	// dimensions.
	Axis int
	// Alike says which voxels are; by default those within ToleranceHU of the
	// seed's value.
	Alike       Alike
	ToleranceHU float32
	HU          mask.Range // with ByRange
	// MaxML stops the flood, the steps nearest the seed taken, before it is
	// larger; 0 for no bound.
	MaxML float64
	// Stopped, where it is set, is called where MaxML stopped the flood.
	Stopped func()
	// Erase takes the active label away instead.
	Erase bool
}

// Alike is what a flood goes by.
type Alike uint8

// What a flood goes by: values near the seed's, values of a range, or the label
// that the seed has in the active label's layer.
const (
	ByTolerance Alike = iota
	ByRange
	ByLabel
)

// Flood gives the active label to a region, or takes it away there. Voxels that
// the limits close are walls; those of the label itself are not. Bounded by
// in.Box it is its own preview. Values below volume.FloorHU count as that.
func Flood(ctx context.Context, in Input, opts FloodOptions, report func(job.Progress)) (mask.Delta, error) {
	if err := in.checkFlood(opts); err != nil {
		return mask.Delta{}, err
	}
	begin(report, "edit.flooding", 0)
	box := in.box()
	if opts.Axis != Space {
		box.Min[opts.Axis] = max(box.Min[opts.Axis], opts.Seed[opts.Axis])
		box.Max[opts.Axis] = min(box.Max[opts.Axis], opts.Seed[opts.Axis]+1)
	}
	most := 0
	if ml := in.Volume.VoxelVolumeML(); opts.MaxML > 0 && ml > 0 {
		most = max(1, int(min(opts.MaxML/ml, float64(in.Mask.Size().Voxels()))))
	}
	set, whole, err := mask.Flood(ctx, in.Mask.Size(), box, opts.Seed, most, in.open(opts, box))
	if err != nil {
		return mask.Delta{}, err
	}
	if !whole && opts.Stopped != nil {
		opts.Stopped()
	}
	if opts.Erase {
		return giveUp(ctx, in, set, report)
	}
	return become(ctx, in, set, set.Bounds(), false, report)
}

func (in Input) checkFlood(opts FloodOptions) error {
	if err := in.check(in.Label); err != nil {
		return err
	}
	if err := axis(opts.Axis, true); err != nil {
		return err
	}
	if opts.Alike != ByLabel && in.Volume.Unit != volume.HU {
		return app.Refuse(nil, "edit.not_hu")
	}
	if opts.MaxML > 0 && volume.Warned(in.Volume.Warnings, volume.WarnNoSpacing) {
		return app.Refuse(nil, "edit.no_bound")
	}
	return in.seed(opts.Seed)
}

// open returns a function that writes which voxels of a row are alike, and may
// take or lose the active label.
func (in Input) open(opts FloodOptions, box volume.Box) func(j, k int, row []uint64) {
	l := in.layer(in.Label)
	rule := in.rule(l)
	alike := in.alike(opts, l, box)
	everywhere := in.Limits == (mask.Limits{}) && !opts.Erase && !in.anyLocked(l)
	nx := in.Mask.Size()[0]
	return func(j, k int, row []uint64) {
		alike(j, k, row)
		if everywhere {
			return
		}
		slice := in.Mask.Slice(l, k)
		for i := box.Min[0]; i < box.Max[0]; i++ {
			if row[i>>6]>>(i&63)&1 == 0 {
				continue
			}
			old, ok := uint8(0), false
			if slice != nil {
				old = slice[i+nx*j]
			}
			if opts.Erase {
				ok = old == in.Label && rule.lets(old, 0, i, j, k)
			} else {
				ok = old == in.Label || rule.lets(old, in.Label, i, j, k)
			}
			if !ok {
				row[i>>6] &^= 1 << (i & 63)
			}
		}
	}
}

func (in Input) anyLocked(l mask.Layer) bool {
	for _, label := range in.Mask.Labels() {
		if label.Layer == l && label.Locked {
			return true
		}
	}
	return false
}

// alike returns a function that writes which voxels of a row are like the seed.
func (in Input) alike(opts FloodOptions, l mask.Layer, box volume.Box) func(j, k int, row []uint64) {
	s, v := opts.Seed, in.Volume
	nx, ny := v.Size[0], v.Size[1]
	lo, hi := box.Min[0], box.Max[0]
	if opts.Alike == ByLabel {
		value := in.Mask.At(l, s[0], s[1], s[2])
		return func(j, k int, row []uint64) {
			slice := in.Mask.Slice(l, k)
			for i := lo; i < hi; i++ {
				if slice == nil && value == 0 || slice != nil && slice[i+nx*j] == value {
					row[i>>6] |= 1 << (i & 63)
				}
			}
		}
	}
	hu := opts.HU
	if opts.Alike == ByTolerance {
		at := float32(max(v.At(s[0], s[1], s[2]), volume.FloorHU))
		hu = mask.Range{Min: at - opts.ToleranceHU, Max: at + opts.ToleranceHU}
	}
	if v.Int16 == nil {
		return func(j, k int, row []uint64) {
			for i, x := range v.Float32[nx*(j+ny*k):][lo:hi] {
				if hu.Holds(x) {
					row[(lo+i)>>6] |= 1 << ((lo + i) & 63)
				}
			}
		}
	}
	least, most := wholeRange(hu)
	return func(j, k int, row []uint64) { between(row, v.Int16[nx*(j+ny*k):][lo:hi], lo, least, most) }
}

// wholeRange is a range of HU for whole values, with what is below the floor in
// it where the floor is.
func wholeRange(hu mask.Range) (least, most int32) {
	clamp := func(x float32) int32 { return int32(min(max(x, math.MinInt16-1), math.MaxInt16+1)) }
	least, most = clamp(hu.Min), clamp(hu.Max)
	if float32(least) < hu.Min {
		least++
	}
	if float32(most) > hu.Max {
		most--
	}
	switch {
	case most < volume.FloorHU:
		return 1, 0 // nothing counts as that
	case least <= volume.FloorHU:
		return math.MinInt16, most
	}
	return least, most
}

// between sets the bits from lo on whose value is least..most, told by the signs
// of the differences: a branch a voxel would be mispredicted in noise.
func between(row []uint64, values []int16, lo int, least, most int32) {
	for n, x := range values {
		outside := uint32((int32(x)-least)|(most-int32(x))) >> 31
		row[(lo+n)>>6] |= uint64(outside^1) << ((lo + n) & 63)
	}
}
