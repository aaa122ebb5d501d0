package render

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"
)

func TestWriter_LegibleOnWhite(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 40, 24))
	draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
	w := newWriter(m, letterPx)
	w.write(10, 4, "I")
	x := 10 - w.pad()
	if got := (luminance(ink) + 0.05) / (luminance(m.RGBAAt(x, 10)) + 0.05); got < 4.5 {
		t.Errorf("contrast of letters over white is %.2f to 1, want WCAG's 4.5", got)
	}
	if luminance(m.RGBAAt(x-1, 10)) != 1 {
		t.Error("the ground is wider than its text needs")
	}
}

// luminance is WCAG 2.1's relative luminance of a grey or nearly grey colour.
func luminance(c color.RGBA) float64 {
	return math.Pow((float64(c.G)/255+0.055)/1.055, 2.4)
}

func TestWriter_Fold(t *testing.T) {
	w := newWriter(image.NewRGBA(image.Rect(0, 0, 1, 1)), letterPx)
	if got := w.fold("Model result: research use only", 110); len(got) != 2 || got[0] != "Model result:" {
		t.Errorf("folded into %q", got)
	}
	if got := w.fold("Model result: research use only", 500); len(got) != 1 {
		t.Errorf("folded into %q where there is room", got)
	}
}
