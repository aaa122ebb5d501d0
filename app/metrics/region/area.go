package region

import (
	"math"
	"math/bits"

	"opacity/app/mask"
	"opacity/app/volume"
)

// Area is what a mask covers of an axial slice.
type Area struct {
	Pixels int
	MM2    float64 // NaN where the spacing in the plane is unknown
	Share  float64 // of the image, 0 to 1
}

// Areas returns the area on each axial slice k of the grid. known says whether the
// grid's millimetres are.
func Areas(b *mask.Bits, g volume.Geometry, known bool) []Area {
	size := b.Size()
	pixelMM2 := math.NaN()
	if known {
		pixelMM2 = g.Affine.Column(0).Cross(g.Affine.Column(1)).Length()
	}
	out := make([]Area, size[2])
	for k := range out {
		a := &out[k]
		for j := range size[1] {
			for _, w := range b.Row(j, k) {
				a.Pixels += bits.OnesCount64(w)
			}
		}
		a.MM2 = float64(a.Pixels) * pixelMM2
		a.Share = float64(a.Pixels) / float64(size[0]*size[1])
	}
	return out
}
