package render

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"

	"opacity/app/volume"
	"opacity/viewer"
)

// Painter makes finished pictures and keeps its memory from one to the next.
type Painter struct {
	base    Base
	overlay Overlay
	lut     LUT
	native  *image.RGBA
	labels  *image.RGBA
}

// Picture returns a finished picture of a view: the plane, its labels, and what
// Decor asks for, exactly as a pane of that size shows them.
func (p *Painter) Picture(v View, d Decor, widthPx, heightPx int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, widthPx, heightPx))
	draw.Draw(dst, dst.Rect, image.NewUniform(color.Black), image.Point{}, draw.Src)
	d = d.filledIn()
	p.native = p.base.Draw(p.native, v, &p.lut)
	x0, y0, x1, y1 := v.Transform(float64(widthPx), float64(heightPx)).PictureRect()
	at := image.Rect(round(x0), round(y0), round(x1), round(y1))
	var scaler xdraw.Scaler = xdraw.NearestNeighbor
	if v.Smooth {
		scaler = xdraw.BiLinear
	}
	scaler.Scale(dst, at, p.native, p.native.Rect, draw.Src, nil)

	p.labels = Resize(p.labels, widthPx, heightPx)
	p.overlay.Forget(volume.Whole(v.Volume.Size)) // the mask may have changed since the last picture
	p.overlay.Draw(p.labels, v, d.Scale)
	draw.Draw(dst, dst.Rect, p.labels, image.Point{}, draw.Over)

	decorate(dst, v, d)
	return dst
}

// Picture is Painter.Picture for a single picture.
func Picture(v View, d Decor, widthPx, heightPx int) *image.RGBA {
	return new(Painter).Picture(v, d, widthPx, heightPx)
}

// FitSize returns the size of a picture that shows the view's whole plane, with
// the longer side that many pixels long.
func FitSize(v View, longestPx int) (widthPx, heightPx int) {
	w, h := viewer.NewFrame(v.Plane, v.Volume.Geometry).ExtentMM()
	scale := float64(longestPx) / math.Max(w, h)
	return max(round(w*scale), 1), max(round(h*scale), 1)
}

func round(x float64) int { return int(math.Floor(x + 0.5)) }
