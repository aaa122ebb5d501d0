package inference

import (
	"opacity/app/mask"
	"opacity/app/volume"
)

// preview returns the labels of a slice as they are before postprocessing, as
// mask.SetPlane takes them; left and right are parted at the body's midline for
// the time being.
func (r *runner) preview(at volume.Slice, targets []target) (labels [mask.Layers][]uint8) {
	size := r.plan.volume.Size
	for l := range labels {
		labels[l] = make([]uint8, size.Voxels()/size[at.Axis])
	}
	for _, t := range targets {
		to, found := labels[t.layer], r.collector.found[t.channel]
		value := func(int) uint8 { return t.value }
		if t.split() {
			value = func(i int) uint8 {
				if float64(i) > r.middle {
					return t.left
				}
				return t.right
			}
		}
		eachIn(found, at, func(i, p int) { to[p] = value(i) })
	}
	return labels
}

// eachIn calls do for every voxel of the set on a slice: i is its column, p its
// place in the plane, the lower axis fastest.
func eachIn(b *mask.Bits, at volume.Slice, do func(i, p int)) {
	size := b.Size()
	from, to := [3]int{}, [3]int(size)
	from[at.Axis], to[at.Axis] = at.Index, at.Index+1
	stepI, stepJ, stepK := 1, size[0], size[0]
	switch at.Axis {
	case 0:
		stepI, stepJ, stepK = 0, 1, size[1]
	case 1:
		stepJ = 0
	case 2:
		stepK = 0
	}
	for k := from[2]; k < to[2]; k++ {
		for j := from[1]; j < to[1]; j++ {
			first, after, any := b.RowBounds(j, k)
			if !any {
				continue
			}
			row := b.Row(j, k)
			for i := max(first, from[0]); i < min(after, to[0]); i++ {
				if row[i>>6]>>(i&63)&1 == 1 {
					do(i, i*stepI+j*stepJ+k*stepK)
				}
			}
		}
	}
}
