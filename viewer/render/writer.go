package render

import (
	"image"
	"image/color"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// parsed is the Go font, part of the program so that a picture looks the same
// on every machine. Its digits are all equally wide.
var parsed = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic(err) // part of the program
	}
	return f
})

// writer writes lines of text with a soft shadow.
type writer struct {
	dst    *image.RGBA
	face   font.Face
	sizePx float64
	ascent int
}

func newWriter(dst *image.RGBA, sizePx float64) *writer {
	face, err := opentype.NewFace(parsed(), &opentype.FaceOptions{Size: sizePx, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		panic(err) // a size is all it can refuse, and NewFace takes any
	}
	return &writer{dst: dst, face: face, sizePx: sizePx, ascent: face.Metrics().Ascent.Ceil()}
}

// thinSpace is missing in the font: it is written as a sixth of its size.
const thinSpace = '\u2009'

func (w *writer) advance(r rune) fixed.Int26_6 {
	if r == thinSpace {
		return fixed.Int26_6(w.sizePx * 64 / 6)
	}
	a, _ := w.face.GlyphAdvance(r)
	return a
}

// width is how many pixels a line needs.
func (w *writer) width(s string) int {
	var x fixed.Int26_6
	for _, r := range s {
		x += w.advance(r)
	}
	return x.Ceil()
}

// halo is where the shadow of a letter falls: close and dark, and a fainter
// ring around that, so that it reads on bone as on air.
var halo = [...]struct {
	at    image.Point
	alpha uint8
}{
	{image.Pt(-2, 0), 0x40},
	{image.Pt(2, 0), 0x40},
	{image.Pt(0, -2), 0x40},
	{image.Pt(0, 2), 0x40},
	{image.Pt(-1, -1), 0x90},
	{image.Pt(1, -1), 0x90},
	{image.Pt(-1, 1), 0x90},
	{image.Pt(1, 1), 0x90},
	{image.Pt(-1, 0), 0x90},
	{image.Pt(1, 0), 0x90},
	{image.Pt(0, -1), 0x90},
	{image.Pt(0, 1), 0x90},
}

// write puts a line with its upper left corner at (x, y).
func (w *writer) write(x, y int, s string) {
	for _, h := range halo {
		w.line(x+h.at.X, y+h.at.Y, s, color.RGBA{A: h.alpha})
	}
	w.line(x, y, s, ink)
}

func (w *writer) line(x, y int, s string, c color.RGBA) {
	d := font.Drawer{Dst: w.dst, Src: image.NewUniform(c), Face: w.face, Dot: fixed.P(x, y+w.ascent)}
	for _, r := range s {
		if r != thinSpace {
			before := d.Dot
			d.DrawString(string(r))
			d.Dot = before
		}
		d.Dot.X += w.advance(r)
	}
}
