package inference

import (
	"math"
	"slices"

	"opacity/app/mask"
	"opacity/app/volume"
)

// Air that the picture's edge opens is lung where at least openShare of it, as the
// mean over openSmoothMM and further than openInsideMM from anything denser and
// from the edge, is above openHU. On crops of two synthetic and three real
// patients, slice by slice, the value that three quarters exceed was -939 or
// higher in lung but for slivers of it; in mattresses it was -959 to -948, in air
// beside the body, clothes and blankets in it or not, below -960 but for small
// pockets. An emphysema below openHU is left out where the edge cuts it.
const (
	openHU       = -940
	openShare    = 0.75
	openSmoothMM = 5
	openInsideMM = 3
	openEvery    = 4 // pixels of which one is looked at
)

// findPadding returns, as one slice, what lies beyond the scanner's circle:
// nothing but the lowest value in all of a few slices, out to the picture's edge.
func (o *outline) findPadding() *mask.Bits {
	const samples = 16
	flat := volume.Size{o.size[0], o.size[1], 1}
	recorded := mask.NewBits(flat)
	n := min(samples, o.k1-o.k0)
	for s := range n {
		k := o.k0 + (2*s+1)*(o.k1-o.k0)/(2*n)
		for j := range flat[1] {
			row := recorded.Row(j, 0)
			eachValue(o.v, j*o.step, k, o.step, func(i int, hu float32) {
				if hu > volume.FloorHU {
					row[i>>6] |= 1 << (i & 63)
				}
			})
		}
	}
	padding := all(flat, 0, 1)
	padding.AndNot(recorded.Close(tableMM, o.spacing)) // the lowest value is noise in places
	parts := padding.ComponentsInSlices()
	return parts.Select(func(n int) bool {
		b := parts.List[n].Box
		return b.Min[0] == 0 || b.Min[1] == 0 || b.Max[0] == flat[0] || b.Max[1] == flat[1]
	})
}

// rim returns, as one slice, where the picture ends: its outermost pixels, and
// those beside padding.
func (o *outline) rim() *mask.Bits {
	rim := o.padding.Dilate(o.pixelMM(), o.spacing)
	for j := range o.size[1] {
		if j == 0 || j == o.size[1]-1 {
			rim.SetRun(0, o.size[0], j, 0)
		}
		rim.Set(0, j, 0)
		rim.Set(o.size[0]-1, j, 0)
	}
	rim.AndNot(o.padding)
	return rim
}

// cutLung returns the lung that body, with its holes filled, does not enclose, in
// slices in which the picture ends in the midst of the body.
func (o *outline) cutLung(body *mask.Bits) *mask.Bits {
	cut, rim := make([]bool, o.size[2]), o.rim()
	for k := o.k0; k < o.k1; k++ {
		for j := 0; j < o.size[1] && !cut[k]; j++ {
			ends := rim.Row(j, 0)
			for n, row := range body.Row(j, k) {
				cut[k] = cut[k] || row&ends[n] != 0
			}
		}
	}
	if !slices.Contains(cut, true) {
		return mask.NewBits(o.size)
	}
	parts := o.air.ComponentsInSlices()
	inside := parts.Select(func(n int) bool { return cut[parts.List[n].Box.Min[2]] })
	inside.AndNot(body)
	inside = inside.Erode(openInsideMM, o.spacing)
	if inside.Empty() {
		return inside
	}
	seen, looked, above := make([]int, len(parts.List)), make([]int, len(parts.List)), make([]int, len(parts.List))
	parts.Each(func(n, i0, i1, j, k int) {
		if !cut[k] {
			return
		}
		for i := i0; i < i1; i++ {
			if !inside.At(i, j, k) {
				continue
			}
			if seen[n]++; seen[n]%openEvery == 1 { // neighbours say much the same
				looked[n]++
				if o.meanHU(i, j, k) > openHU {
					above[n]++
				}
			}
		}
	})
	return parts.Select(func(n int) bool { return looked[n] > 0 && float64(above[n]) >= openShare*float64(looked[n]) })
}

// meanHU is the mean over openSmoothMM in the slice, as far as the picture goes.
func (o *outline) meanHU(i, j, k int) float64 {
	var reach [2]int
	for c := range reach {
		reach[c] = max(0, int(math.Round((openSmoothMM/o.spacing[c]-1)/2)))
	}
	sum, n := 0.0, 0
	for y := max(0, j-reach[1]); y <= min(o.size[1]-1, j+reach[1]); y++ {
		row := o.v.Size[0] * (y*o.step + o.v.Size[1]*k)
		for x := max(0, i-reach[0]); x <= min(o.size[0]-1, i+reach[0]); x++ {
			sum += float64(hu(o.v, row+x*o.step))
			n++
		}
	}
	return sum / float64(n)
}
