package render

import (
	"image"
	"testing"

	"opacity/viewer"
)

// What a voxel is in a comparison is told without its colour: wherever two kinds are
// drawn, their greys differ in pattern or strength.
func TestKindsOfADifferenceDifferInGrey(t *testing.T) {
	grey := func(img *image.RGBA) []int {
		out := make([]int, 0, len(img.Pix)/4)
		for n := 0; n < len(img.Pix); n += 4 {
			out = append(out, (299*int(img.Pix[n])+587*int(img.Pix[n+1])+114*int(img.Pix[n+2]))/1000)
		}
		return out
	}
	labels := viewer.DifferenceLabels()
	for n, a := range labels {
		for _, b := range labels[:n] {
			x, y := grey(DifferenceSwatch(a.Value, 30, 14, 1)), grey(DifferenceSwatch(b.Value, 30, 14, 1))
			apart := 0
			for i := range x {
				if x[i]-y[i] > 20 || y[i]-x[i] > 20 {
					apart++
				}
			}
			if apart < len(x)/4 {
				t.Errorf("%s and %s differ in %d of %d pixels", a.Name, b.Name, apart, len(x))
			}
		}
	}
}
