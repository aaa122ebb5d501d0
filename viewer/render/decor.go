package render

import (
	"image"
	"image/color"
	"image/draw"

	"opacity/app/text"
	"opacity/viewer"
)

// Decor is what is written over a finished picture.
type Decor struct {
	Text        text.Table // nil for English
	Annotations bool       // edge letters, scale bar, slice, window
	// Brief leaves of the annotations the slice and the letters at the sides, for
	// a picture beside others that share the rest.
	Brief bool
	Bar   bool // scale bar on a brief one too
	// WithoutBar and WithoutWindow leave these of the annotations out.
	WithoutBar, WithoutWindow bool
	Identity                  bool // patient and study; also "no identity in this file"
	// Research adds that a model result is for research use only.
	Research bool
	// Scale is pixels per pixel of a screen at 100 %: letters are 12*Scale high. 0 for 1.
	Scale float64
	// Letters is how much larger letters and scale bar are than Scale makes them, as
	// for print. 0 for 1.
	Letters float64
}

func (d Decor) filledIn() Decor {
	if d.Text == nil {
		d.Text = text.English()
	}
	if d.Scale <= 0 {
		d.Scale = 1
	}
	if d.Letters <= 0 {
		d.Letters = 1
	}
	return d
}

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

// page is a picture that captions are placed on. What is placed first keeps its
// place: later lines are cut short or left out where they would cover it.
type page struct {
	*writer
	view              View
	decor             Decor
	widthPx, heightPx int
	margin, pitch     int // in pixels: to the edges, from line to line
	taken             []image.Rectangle
}

// decorate writes captions into the corners and letters at the edges, the ones
// that must not be missed first, and returns the page they stand on.
func decorate(dst *image.RGBA, v View, d Decor) *page {
	d.Scale *= d.Letters
	p := &page{
		writer: newWriter(dst, letterPx*d.Scale), view: v, decor: d,
		margin: round(marginPx * d.Scale), pitch: round(linePx * d.Scale), widthPx: dst.Rect.Dx(), heightPx: dst.Rect.Dy(),
	}
	var letters [4]string
	if d.Annotations {
		letters = viewer.EdgeCaption(v.Volume, v.Plane)
	}
	p.sideLetters(letters)
	last := p.bottomRight()
	if d.Annotations && !d.Brief {
		p.put((p.widthPx-p.width(letters[2]))/2, p.margin, letters[2])
		p.put((p.widthPx-p.width(letters[3]))/2, p.heightPx-p.margin-p.pitch, letters[3])
		if !d.WithoutWindow {
			p.window()
		}
	}
	p.topLeft()
	if d.Annotations && !d.WithoutBar && (!d.Brief || d.Bar) {
		p.scaleBar(p.widthPx - 3*p.margin - p.width(last))
	}
	return p
}

// put writes a line where that covers nothing.
func (p *page) put(x, y int, s string) {
	if s != "" && p.take(p.rect(x, y, s)) {
		p.write(x, y, s)
	}
}

// take claims a place; false where something else has it or the picture ends.
func (p *page) take(r image.Rectangle) bool {
	if !r.In(p.dst.Rect) {
		return false
	}
	for _, t := range p.taken {
		if t.Overlaps(r) {
			return false
		}
	}
	p.taken = append(p.taken, r)
	return true
}

func (p *page) sideLetters(letters [4]string) {
	y := (p.heightPx - p.pitch) / 2
	p.put(p.margin, y, letters[0])
	p.put(p.widthPx-p.margin-p.width(letters[1]), y, letters[1])
}

// bottomRight writes what a model result is for and the slice, and returns the
// last line.
func (p *page) bottomRight() string {
	var lines []string
	room := p.widthPx - 2*p.margin
	if p.decor.Research {
		lines = p.fold(p.decor.Text.T("viewer.research"), room)
	}
	if p.decor.Annotations {
		lines = append(lines, p.cut(viewer.SliceCaption(p.decor.Text, p.view.Volume, p.view.Plane, p.view.Index), room))
	}
	if len(lines) == 0 {
		return ""
	}
	last := len(lines) - 1
	bottom := p.heightPx - p.margin - p.pitch
	left := func(s string) int { return p.widthPx - p.margin - p.width(s) }
	p.put(left(lines[last]), bottom, lines[last])
	if p.decor.Annotations && !p.decor.Brief && left(lines[last]) >= p.widthPx/2+p.pitch {
		for _, s := range lines[:last] {
			if left(s) < p.widthPx/2+p.pitch {
				bottom -= p.pitch // clear of the letter at the bottom
				break
			}
		}
	}
	for i, s := range lines[:last] {
		p.put(left(s), bottom-(last-i)*p.pitch, s)
	}
	return lines[last]
}

// window writes the window into the upper right corner, where there is room
// beside the plane's name and the letter at the top.
func (p *page) window() {
	s := viewer.WindowCaption(p.decor.Text, p.view.Window)
	name := p.width(p.planeName())
	if room := min(p.widthPx-3*p.margin-name, p.widthPx/2-2*p.margin-p.pitch); p.width(s) <= room {
		p.put(p.widthPx-p.margin-p.width(s), p.margin, s)
	}
}

func (p *page) planeName() string { return p.decor.Text.T("viewer." + p.view.Plane.String()) }

// topLeft writes the plane and whose picture it is, each line as far as there is
// room for it.
func (p *page) topLeft() {
	var lines []string
	if p.decor.Annotations && !p.decor.Brief {
		lines = append(lines, p.planeName())
	}
	if p.decor.Identity {
		lines = append(lines, viewer.IdentityCaption(p.decor.Text, p.view.Volume.Identity)...)
	}
	for i, s := range lines {
		y := p.margin + i*p.pitch
		p.put(p.margin, y, p.cut(s, p.roomAt(y)))
	}
}

// roomAt is how wide a line may be that begins at the left margin.
func (p *page) roomAt(y int) int {
	end := p.widthPx - p.margin
	for _, t := range p.taken {
		if t.Min.Y < y+p.pitch && t.Max.Y > y {
			end = min(end, t.Min.X-2*p.pad())
		}
	}
	return end - p.margin
}

// scaleBar draws the bar into the lower left corner, where there is room.
func (p *page) scaleBar(room int) {
	pxPerMM := p.view.Transform(float64(p.widthPx), float64(p.heightPx)).PxPerMM
	length, caption, ok := viewer.ScaleBar(p.decor.Text, p.view.Volume, p.view.Plane, pxPerMM, float64(p.widthPx)/4)
	if !ok || round(length) > room {
		return
	}
	thick, tick := max(round(2*p.decor.Scale), 1), round(5*p.decor.Scale)
	y, x1 := p.heightPx-p.margin-thick, p.margin+round(length)
	ground := image.Rect(p.margin-p.pad(), y-tick, x1+p.pad(), y+2*thick)
	if !p.take(ground.Union(p.rect(p.margin, y-tick-p.pitch, caption))) {
		return
	}
	p.ground(ground)
	for _, r := range []image.Rectangle{
		image.Rect(p.margin, y, x1, y+thick),
		image.Rect(p.margin, y-tick, p.margin+thick, y),
		image.Rect(x1-thick, y-tick, x1, y),
	} {
		draw.Draw(p.dst, r, image.NewUniform(ink), image.Point{}, draw.Src)
	}
	p.write(p.margin, y-tick-p.pitch, caption)
}

// Heading returns a strip of lines on black, as wide as what they stand over:
// items stand beside one another as far as they fit.
func Heading(items []string, widthPx int, scale float64) *image.RGBA {
	gap, margin, line := round(2*letterPx*scale), round(marginPx*scale), round(linePx*scale)
	w := newWriter(image.NewRGBA(image.Rect(0, 0, widthPx, 1)), letterPx*scale)
	var short []string
	var at []image.Point
	x, y := margin, margin
	for i, s := range items {
		short = append(short, w.cut(s, widthPx-2*margin))
		if x > margin && x+w.width(short[i]) > widthPx-margin {
			x, y = margin, y+line
		}
		at = append(at, image.Pt(x, y))
		x += w.width(short[i]) + gap
	}
	w.dst = image.NewRGBA(image.Rect(0, 0, widthPx, y+line+margin))
	draw.Draw(w.dst, w.dst.Rect, image.NewUniform(color.Black), image.Point{}, draw.Src)
	for i, s := range short {
		w.line(at[i].X, at[i].Y, s, ink)
	}
	return w.dst
}
