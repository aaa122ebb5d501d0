package inference

import (
	"math"
	"slices"

	"opacity/app/mask"
	"opacity/app/volume"
)

// outlineHU parts body from air for the outline: skin and fat are above it.
const outlineHU = -400

// tableMM is the radius of the disc that has to fit into what counts as body:
// table tops, wires and sheets are thinner than twice that.
const tableMM = 4

// bodyOutline returns, per axial slice k0..k1-1, the body with all that is
// inside it: parts denser than outlineHU that hold a disc of tableMM, a quarter
// of the largest or more, with their holes filled. Air that a way leads out of
// in the slice is not in it, but lung is where the picture ends in the midst of
// the body. Large slices are looked at every second voxel.
func bodyOutline(v *volume.Volume, k0, k1 int) *mask.Bits {
	o := newOutline(v, k0, k1)
	parts := o.dense.ComponentsInSlices()
	largest := map[int]int{}
	for _, p := range parts.List {
		k := p.Box.Min[2]
		largest[k] = max(largest[k], p.Voxels)
	}
	body := parts.Select(func(n int) bool { return 4*parts.List[n].Voxels >= largest[parts.List[n].Box.Min[2]] })
	body.FillHolesInSlices(2)
	if lung := o.cutLung(body); !lung.Empty() {
		body.Or(meeting(parts, lung.Dilate(o.pixelMM(), o.spacing))) // the rest of its walls
		body.Or(lung)
		body.FillHolesInSlices(2)
	}
	return o.full(body)
}

// outline is what bodyOutline knows of a volume, on a grid of every step-th
// column and row.
type outline struct {
	v       *volume.Volume
	k0, k1  int
	step    int
	size    volume.Size
	spacing [3]float64 // so far apart along k that a ball is a disc
	padding *mask.Bits // one slice: where the scanner recorded nothing
	dense   *mask.Bits // above outlineHU; holds a disc of tableMM as far as the picture shows
	air     *mask.Bits // the rest, but for padding
}

func newOutline(v *volume.Volume, k0, k1 int) *outline {
	o := &outline{v: v, k0: k0, k1: k1, step: 1, size: v.Size, spacing: v.SpacingMM()}
	if min(v.Size[0], v.Size[1]) >= 384 {
		o.step = 2
	}
	for c := range 2 {
		o.size[c] = (o.size[c] + o.step - 1) / o.step
		o.spacing[c] *= float64(o.step)
	}
	o.spacing[2] = 1e6
	o.padding = o.findPadding()
	air := mask.NewBits(o.size)
	for k := k0; k < k1; k++ {
		for j := range o.size[1] {
			row := air.Row(j, k)
			eachValue(v, j*o.step, k, o.step, func(i int, hu float32) {
				if !(hu > outlineHU) {
					row[i>>6] |= 1 << (i & 63)
				}
			})
		}
	}
	o.withoutPadding(air)
	// To close the air is to open the rest as if all beyond the picture were solid:
	// a wall that the edge cuts stays whole up to there.
	o.air = air.Close(tableMM, o.spacing)
	o.withoutPadding(o.air)
	o.dense = all(o.size, k0, k1)
	o.withoutPadding(o.dense)
	o.dense.AndNot(o.air)
	return o
}

// withoutPadding takes the padding out of a set.
func (o *outline) withoutPadding(b *mask.Bits) {
	for k := o.k0; k < o.k1; k++ {
		for j := range o.size[1] {
			row := b.Row(j, k)
			for n, padding := range o.padding.Row(j, 0) {
				row[n] &^= padding
			}
		}
	}
}

// all returns every voxel of slices k0..k1-1 of a grid.
func all(size volume.Size, k0, k1 int) *mask.Bits {
	b := mask.NewBits(size)
	for k := k0; k < k1; k++ {
		for j := range size[1] {
			b.SetRun(0, size[0], j, k)
		}
	}
	return b
}

// pixelMM is enough to reach a pixel's neighbours.
func (o *outline) pixelMM() float64 { return 1.01 * max(o.spacing[0], o.spacing[1]) }

// full brings a set from the coarser grid to the volume's.
func (o *outline) full(b *mask.Bits) *mask.Bits {
	if o.step == 1 {
		return b
	}
	full := mask.NewBits(o.v.Size)
	b.Components(6).Each(func(_, i0, i1, j, k int) {
		for y := o.step * j; y < min(o.step*(j+1), o.v.Size[1]); y++ {
			full.SetRun(o.step*i0, min(o.step*i1, o.v.Size[0]), y, k)
		}
	})
	return full
}

// eachValue calls visit with every step-th value of row (j, k), counted.
func eachValue(v *volume.Volume, j, k, step int, visit func(n int, value float32)) {
	o := v.Size[0] * (j + v.Size[1]*k)
	for n := 0; n*step < v.Size[0]; n++ {
		if v.Int16 != nil {
			visit(n, float32(v.Int16[o+n*step]))
		} else {
			visit(n, v.Float32[o+n*step])
		}
	}
}

// midline estimates where the middle of the body lies, as a column i, and how
// wide the body is, in columns: the medians over a few slices of the centre of
// mass and of the extent of what is denser than air, or on a volume without HU
// brighter than its mean.
func midline(v *volume.Volume, k0, k1 int) (centre, width float64) {
	const samples, step = 15, 4
	var centres, widths []float64
	for n := range samples {
		k := k0 + (2*n+1)*(k1-k0)/(2*samples)
		limit := float32(bodyHU)
		if v.Unit != volume.HU {
			limit = sliceMean(v, k, step)
		}
		cols := (v.Size[0] + step - 1) / step
		count := make([]int, cols)
		total, moment := 0, 0
		for j := 0; j < v.Size[1]; j += step {
			eachValue(v, j, k, step, func(i int, x float32) {
				if x > limit {
					count[i]++
					total++
					moment += i
				}
			})
		}
		if total < 20 {
			continue
		}
		lo, hi := 0, cols-1
		for lo < hi && count[lo] < 3 { // thin things beside the body
			lo++
		}
		for hi > lo && count[hi] < 3 {
			hi--
		}
		centres = append(centres, float64(moment)/float64(total)*step)
		widths = append(widths, float64(hi-lo+1)*step)
	}
	if len(centres) == 0 {
		return float64(v.Size[0]-1) / 2, float64(v.Size[0])
	}
	slices.Sort(centres)
	slices.Sort(widths)
	return centres[len(centres)/2], widths[len(widths)/2]
}

func sliceMean(v *volume.Volume, k, step int) float32 {
	sum, n := 0.0, 0
	for j := 0; j < v.Size[1]; j += step {
		eachValue(v, j, k, step, func(_ int, x float32) {
			if !math.IsNaN(float64(x)) {
				sum += float64(x)
				n++
			}
		})
	}
	return float32(sum / float64(max(n, 1)))
}
