package render

import (
	"image"

	"opacity/app/mask"
	"opacity/viewer"
)

// weave is the pattern in which an area is filled, so that areas are told apart
// without their colours.
type weave uint8

const (
	plain   weave = iota
	striped       // slanting lines, in a broken outline
	dotted
	sprinkled // dotted, in a broken outline
)

// dashes reports whether the outline of an area is broken.
func (w weave) dashes() bool { return w == striped || w == sprinkled }

// Of patterns, in pixels at 100 %.
const (
	stripePx, stripeWidthPx = 6, 2
	dotPx, dotWidthPx       = 5, 2
)

// covers reports whether the pattern has ink at a pixel.
func (w weave) covers(x, y int) bool {
	switch w {
	case striped:
		return (x+y)%stripePx < stripeWidthPx
	case dotted, sprinkled:
		return x%dotPx < dotWidthPx && y%dotPx < dotWidthPx
	}
	return false
}

// draw puts the pattern on a part of a picture; unit is pixels of the picture
// per pixel at 100 %.
func (w weave) draw(dst *image.RGBA, r image.Rectangle, ink pixel, unit int) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		out := dst.Pix[y*dst.Stride : (y+1)*dst.Stride]
		for x := r.Min.X; x < r.Max.X; x++ {
			if w.covers(x/unit, y/unit) {
				setPixel(out, x, ink)
			}
		}
	}
}

// How strong the fill of a difference is: enough to be seen, and little enough
// for the picture under it.
const (
	addedFill   = 0.5
	patternFill = 0.12
	hitFill     = 0.3 // of findings, which lie inside hits of lungs
)

// compare draws a difference: what was added filled, what was removed striped in
// a broken outline, what was relabelled dotted; what hits a reference outlined, so
// that the picture is seen in it, findings a little stronger than the lungs around them.
func (p *palette) compare(widthPx float64) {
	for _, l := range viewer.DifferenceLabels() {
		fill := patternFill
		switch l.Value {
		case viewer.Added:
			fill = addedFill
		case viewer.Removed:
			p.weave[l.Value] = striped
		case viewer.Relabeled:
			p.weave[l.Value] = dotted
		}
		p.fills[l.Value] = premultiplied(l.Colour, fill)
		if l.Value == viewer.Hit {
			p.inner[l.Value] = premultiplied(l.Colour, hitFill)
		}
		p.faint[l.Value] = over(premultiplied(l.Colour, partOf(widthPx)), p.fills[l.Value])
	}
}

// DifferenceSwatch draws an area as a difference shows one of its labels, for a
// legend, on the dark of a picture.
func DifferenceSwatch(value uint8, width, height int, scale float64) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, width, height))
	var p palette
	p.set(viewer.DifferenceLabels(), viewer.DefaultOverlay(), outlinePx*scale)
	p.compare(outlinePx * scale)
	unit := max(1, round(scale))
	edge := max(1, round(outlinePx*scale))
	for y := range height {
		out := dst.Pix[y*dst.Stride : (y+1)*dst.Stride]
		for x := range width {
			setPixel(out, x, over(p.fills[value], premultiplied(mask.RGB{40, 40, 40}, 1)))
		}
	}
	p.weave[value].draw(dst, dst.Rect, p.solid[value], unit)
	for y := range height {
		out := dst.Pix[y*dst.Stride : (y+1)*dst.Stride]
		for x := range width {
			rim := x < edge || y < edge || x >= width-edge || y >= height-edge
			if rim && (!p.weave[value].dashes() || (x/dashX+y/dashY)%2 == 0) {
				setPixel(out, x, p.solid[value])
			}
		}
	}
	return dst
}
