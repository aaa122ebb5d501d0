package render

import (
	"image"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// A hit of a finding inside a hit of a lung is told apart from it by its fill, not by
// the line around it alone.
func TestHitsOfFindingsInLungs(t *testing.T) {
	g, _ := volume.Canonical(volume.Size{20, 20, 1}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}})
	m := mask.New(g.Size, viewer.DifferenceLabels())
	lung, finding := make([]uint8, 400), make([]uint8, 400)
	for n := range lung {
		lung[n] = viewer.Hit
		if n%20 > 11 {
			finding[n] = viewer.Hit
		}
	}
	m.SetSlice(mask.Anatomy, 0, lung)
	m.SetSlice(mask.Findings, 0, finding)
	out := image.NewRGBA(image.Rect(0, 0, 200, 200))
	v := View{Volume: &volume.Volume{Geometry: g}, Mask: m, Compare: true, Plane: viewer.Axial, Overlay: viewer.DefaultOverlay(), Camera: viewer.Camera{Zoom: 1}}
	(&Overlay{}).Draw(out, v, 1)
	if a, b := out.RGBAAt(50, 100), out.RGBAAt(165, 100); a.A == 0 || int(b.A) < int(a.A)+30 {
		t.Errorf("lung %v, finding %v", a, b)
	}
}
