package render

import (
	"image"
	"image/color"
	"image/draw"
	"strings"
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

// writer writes lines of text on a dark ground.
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

// write puts a line with its upper left corner at (x, y), on a ground as high as
// a line that keeps it readable on bone as on air.
func (w *writer) write(x, y int, s string) {
	w.ground(w.rect(x, y, s))
	w.line(x, y, s, ink)
}

// rect is the ground of a line.
func (w *writer) rect(x, y int, s string) image.Rectangle {
	return image.Rect(x-w.pad(), y, x+w.width(s)+w.pad(), y+round(w.sizePx*linePx/letterPx))
}

// pad is how far the ground reaches beyond the text on either side.
func (w *writer) pad() int { return round(w.sizePx / 4) }

func (w *writer) ground(r image.Rectangle) {
	draw.Draw(w.dst, r, image.NewUniform(shade), image.Point{}, draw.Over)
}

// fold breaks a text at spaces into lines at most width pixels wide, as far as
// its words allow.
func (w *writer) fold(s string, width int) []string {
	var lines []string
	for _, word := range strings.Fields(s) {
		if n := len(lines); n > 0 && w.width(lines[n-1]+" "+word) <= width {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

// cut returns a line that is at most width pixels wide, its end replaced by an
// ellipsis where it is longer; nothing where not even a few letters fit.
func (w *writer) cut(s string, width int) string {
	const least = 3
	if w.width(s) <= width {
		return s
	}
	letters := []rune(s)
	for n := len(letters) - 1; n >= least; n-- {
		if short := strings.TrimRight(string(letters[:n]), " ,\u2009") + "…"; w.width(short) <= width {
			return short
		}
	}
	return ""
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
