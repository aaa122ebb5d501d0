package render

import (
	"fmt"
	"image"
	"testing"

	"opacity/viewer"
)

// Captions never cover one another nor leave the picture, whatever the pane's
// size and the screen's resolution, and the sides stay named.
func TestDecorate_NothingCoversAnything(t *testing.T) {
	view := small()
	longName(&view)
	for _, scale := range []float64{1, 1.25, 2, 3} {
		for _, px := range []image.Point{{60, 60}, {90, 400}, {150, 150}, {160, 90}, {320, 240}, {900, 200}, {1900, 1000}} {
			for plane := range viewer.Plane(viewer.Planes) {
				view.Plane = plane
				d := Decor{Annotations: true, Identity: true, Research: true, Scale: scale}.filledIn()
				size := image.Pt(int(float64(px.X)*scale), int(float64(px.Y)*scale))
				dst := image.NewRGBA(image.Rectangle{Max: size})
				p := decorate(dst, view, d)
				name := fmt.Sprintf("%s, %v at %g", plane, px, scale)
				for i, a := range p.taken {
					if !a.In(dst.Rect) {
						t.Errorf("%s: %v is not inside the picture", name, a)
					}
					for _, b := range p.taken[:i] {
						if a.Overlaps(b) {
							t.Errorf("%s: %v covers %v", name, a, b)
						}
					}
				}
				if len(p.taken) < 2 {
					t.Errorf("%s: the sides are not named", name)
				}
			}
		}
	}
}

func TestWriter_Cut(t *testing.T) {
	w := newWriter(image.NewRGBA(image.Rect(0, 0, 1, 1)), letterPx)
	const name = "Featherstonehaugh-Cholmondeley, Wilhelmina"
	for width := range 300 {
		got := w.cut(name, width)
		if w.width(got) > width {
			t.Errorf("%q is wider than %d pixels", got, width)
		}
		if width > 60 && got == "" {
			t.Errorf("nothing is left in %d pixels", width)
		}
	}
	if got := w.cut(name, 1000); got != name {
		t.Errorf("cut to %q where there is room", got)
	}
}
