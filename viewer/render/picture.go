package render

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"

	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
)

// Decor is what is written over a finished picture.
type Decor struct {
	Text        text.Table // nil for English
	Annotations bool       // edge letters, scale bar, slice, window
	Identity    bool       // patient and study; also "no identity in this file"
	// Research adds that a model result is for research use only.
	Research bool
	// Scale is pixels per pixel of a screen at 100 %: letters are 12*Scale high. 0 for 1.
	Scale float64
}

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
	if d.Text == nil {
		d.Text = text.English()
	}
	if d.Scale <= 0 {
		d.Scale = 1
	}
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

// The inks of what is written over pictures.
var (
	ink = color.RGBA{0xe4, 0xe7, 0xec, 0xff}
	// shade is the ground under letters: over white it leaves them a contrast of
	// more than 4.5 to 1.
	shade = color.RGBA{0, 0, 0, 0xa4}
)

const (
	letterPx = 12
	linePx   = 15
	marginPx = 8
)

// decorate writes captions into the corners and letters at the edges.
func decorate(dst *image.RGBA, v View, d Decor) {
	w := newWriter(dst, letterPx*d.Scale)
	margin, line := round(marginPx*d.Scale), round(linePx*d.Scale)
	width, height := dst.Rect.Dx(), dst.Rect.Dy()
	bottom := height - margin - line
	var corner struct{ topLeft, bottomRight []string }
	if d.Identity {
		corner.topLeft = viewer.IdentityCaption(d.Text, v.Volume.Identity)
	}
	if d.Research {
		corner.bottomRight = w.fold(d.Text.T("viewer.research"), width-2*margin)
	}
	if d.Annotations {
		corner.topLeft = append([]string{d.Text.T("viewer." + v.Plane.String())}, corner.topLeft...)
		corner.bottomRight = append(corner.bottomRight, viewer.SliceCaption(d.Text, v.Volume, v.Plane, v.Index))
		first := 0
		if len(corner.topLeft) > 0 {
			first = w.width(corner.topLeft[0])
		}
		window := viewer.WindowCaption(d.Text, v.Window)
		if room := min(width-3*margin-first, width/2-2*margin-line); w.width(window) <= room {
			w.write(width-margin-w.width(window), margin, window)
		}
		edgeLetters(w, v, margin, line)
		scaleBar(dst, w, v, d, margin, line, width-3*margin-w.width(corner.bottomRight[len(corner.bottomRight)-1]))
	}
	for i, s := range corner.topLeft {
		w.write(margin, margin+i*line, s)
	}
	lift := 0
	for i := len(corner.bottomRight) - 1; i >= 0; i-- {
		s := corner.bottomRight[i]
		x, y := width-margin-w.width(s), bottom-(len(corner.bottomRight)-1-i)*line
		if d.Annotations && y < bottom && x < width/2+line {
			lift = line // clear of the letter at the bottom
		}
		w.write(x, y-lift, s)
	}
}

func edgeLetters(w *writer, v View, margin, line int) {
	e := viewer.EdgeCaption(v.Volume, v.Plane)
	width, height := w.dst.Rect.Dx(), w.dst.Rect.Dy()
	w.write(margin, (height-line)/2, e[0])
	w.write(width-margin-w.width(e[1]), (height-line)/2, e[1])
	w.write((width-w.width(e[2]))/2, margin, e[2])
	w.write((width-w.width(e[3]))/2, height-margin-line, e[3])
}

// scaleBar draws the bar into the lower left corner, where there is room.
func scaleBar(dst *image.RGBA, w *writer, v View, d Decor, margin, line, room int) {
	width, height := float64(dst.Rect.Dx()), float64(dst.Rect.Dy())
	pxPerMM := v.Transform(width, height).PxPerMM
	length, caption, ok := viewer.ScaleBar(d.Text, v.Volume, v.Plane, pxPerMM, width/4)
	if !ok || round(length) > room {
		return
	}
	thick := max(round(2*d.Scale), 1)
	tick := round(5 * d.Scale)
	y, x1 := dst.Rect.Dy()-margin-thick, margin+round(length)
	w.ground(image.Rect(margin-w.pad(), y-tick, x1+w.pad(), y+2*thick))
	for _, r := range []image.Rectangle{
		image.Rect(margin, y, x1, y+thick),
		image.Rect(margin, y-tick, margin+thick, y),
		image.Rect(x1-thick, y-tick, x1, y),
	} {
		draw.Draw(dst, r, image.NewUniform(ink), image.Point{}, draw.Src)
	}
	w.write(margin, y-tick-line, caption)
}
