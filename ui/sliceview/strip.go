package sliceview

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"

	"opacity/viewer"
)

// Strip is what the slider of the axial pane tells of its slices, by index k.
type Strip []StripSlice

// StripSlice is one slice of a Strip.
type StripSlice struct {
	Doubt float64 // 0..1: how high the bar is, and how bright
	Mark  SliceMark
}

// SliceMark is what a Strip shows under the bar of a slice. Marks differ in
// height and form, not by colour alone.
type SliceMark int

// The marks. Where a column of the screen stands for several slices, the last
// of these is shown.
const (
	Unseen    SliceMark = iota // nothing
	Seen                       // a thin line
	Accepted                   // a block
	Corrected                  // two lines
	Problem                    // a tall block
)

// The parts of the strip, in logical pixels from its bottom.
const (
	markTopPx  = 5
	tallPx     = 9
	barBasePx  = 6
	barMostPx  = sliderPx - barBasePx
	barLeastPx = 1.5
)

var (
	stripAxis = color.RGBA{0x3a, 0x40, 0x4b, 0xff}
	// From little doubt to much: blue to yellow and brighter all the way, so that it
	// reads the same without red and green, and in grey.
	stripLittle = color.RGBA{0x3f, 0x5f, 0x96, 0xff}
	stripMuch   = color.RGBA{0xff, 0xea, 0x5c, 0xff}
	stripMarks  = [...]color.RGBA{
		Seen:      {0x8a, 0x91, 0x9d, 0xff},
		Accepted:  {0x2f, 0xc6, 0x97, 0xff},
		Corrected: {0x6a, 0xbf, 0xf0, 0xff},
		Problem:   {0xf0, 0x8a, 0x3c, 0xff},
	}
)

// SetStrip shows how doubtful slices are, and what was thought of them, along the
// slider of the axial pane; nil shows nothing but the slider.
func (g *Grid) SetStrip(s Strip) {
	g.strip = s
	p := g.panes[viewer.Axial]
	p.strip.Refresh()
	if !p.area.Empty() && p.shown() {
		p.placeSlider()
	}
}

// hasStrip reports whether a pane's slider has a strip that fits what is open.
func (p *pane) hasStrip() bool {
	v := p.grid.volume()
	return p.plane == viewer.Axial && v != nil && len(p.grid.strip) == v.Size[2]
}

// drawStripe gives Fyne the strip, in pixels of the screen.
func (p *pane) drawStripe(w, h int) image.Image {
	if !p.hasStrip() || w < 1 || h < 1 {
		return nothing
	}
	vol := p.grid.volume()
	inOrder := make(Strip, len(p.grid.strip))
	for k, s := range p.grid.strip {
		inOrder[viewer.Axial.SliceNumber(vol.Geometry, k)-1] = s
	}
	return drawStrip(inOrder, w, h, float64(h)/sliderPx)
}

// drawStrip draws slices, the first at the left, into w times h pixels, scale of
// them to a logical one. A slice's bar stands where the slider's thumb shows it.
func drawStrip(s Strip, w, h int, scale float64) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	first := (edgePx + float64(thumbPx.Width)/2) * scale
	step := float64(w) - 2*first
	if len(s) > 1 {
		step /= float64(len(s) - 1)
	}
	at := func(x float64) int { // the slice that a place belongs to, as slideTo has it
		if len(s) == 1 {
			return 0
		}
		return int((x-first)/step + 0.5 + 1e-9)
	}
	from, to := int(first-min(step/2, first)), w-int(first-min(step/2, first))
	for x := max(from, 0); x < to; x++ {
		a, b := at(float64(x)), at(float64(x)+0.999)
		if a < 0 || a >= len(s) {
			continue
		}
		c := s[a]
		for _, other := range s[a:min(b+1, len(s))] {
			c.Doubt, c.Mark = max(c.Doubt, other.Doubt), max(c.Mark, other.Mark)
		}
		if gap := step >= 4 && at(float64(x)+1) != a; gap {
			c = StripSlice{}
		}
		drawColumn(m, x, c, scale)
	}
	return m
}

// drawColumn draws what one column of pixels shows of a slice.
func drawColumn(m *image.RGBA, x int, s StripSlice, scale float64) {
	fill := func(from, to float64, c color.RGBA) { // from the bottom
		h := m.Rect.Max.Y
		for y := h - int(to*scale+0.5); y < h-int(from*scale+0.5); y++ {
			if y >= 0 {
				m.SetRGBA(x, y, c)
			}
		}
	}
	fill(barBasePx-1, barBasePx, stripAxis)
	if d := min(s.Doubt, 1); d > 0 {
		fill(barBasePx, barBasePx+max(barLeastPx, d*barMostPx), blend(stripLittle, stripMuch, d))
	}
	c := stripMarks[s.Mark]
	switch s.Mark {
	case Seen:
		fill(1, 2, c)
	case Accepted:
		fill(0, markTopPx, c)
	case Corrected:
		fill(0, 2, c)
		fill(3, markTopPx, c)
	case Problem:
		fill(0, tallPx, c)
	}
}

func blend(a, b color.RGBA, t float64) color.RGBA {
	mix := func(a, b uint8) uint8 { return uint8(float64(a) + t*(float64(b)-float64(a)) + 0.5) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// hoverStrip tells which slice's bar the pointer is over, and when it left them.
func (g *Grid) hoverStrip(pos fyne.Position, over bool) {
	k := -1
	if p := g.panes[viewer.Axial]; over && p.shown() && p.hasStrip() && slider(p.area).Contains(pos) {
		k = p.slideIndex(pos.X)
	}
	if g.opts.OnStrip != nil && k != g.stripAt {
		g.stripAt = k
		g.opts.OnStrip(k)
	}
}

// placeStrip puts the strip into the slider's place, where there is one, and lets
// the thumb leave the bars under it to be seen.
func (p *pane) placeStrip(r Rect) {
	on, d := p.hasStrip(), &p.decor
	show(p.strip, on)
	show(d.track, !on)
	fill, stroke, size := color.Color(ink), float32(0), thumbPx
	if on {
		fill, stroke, size = color.Transparent, 1.5, fyne.NewSize(thumbPx.Width, sliderPx)
		p.strip.Move(r.Pos)
		p.strip.Resize(r.Size)
	}
	if d.thumb.StrokeWidth != stroke {
		d.thumb.FillColor, d.thumb.StrokeColor, d.thumb.StrokeWidth = fill, ink, stroke
		d.thumb.Refresh()
	}
	d.thumb.Resize(size)
}
