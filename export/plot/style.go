package plot

import (
	"image/color"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	gonum "gonum.org/v1/plot"
)

// sheet is what a figure is drawn with: colours, letters, and the spots that
// were drawn so far.
type sheet struct {
	dark                    bool
	paper, ink, soft, faint color.NRGBA
	scale                   vg.Length // of letters and lines
	whole                   vg.Rectangle
	spots                   []Spot
}

// Sizes of letters in print, in points: what journals ask for at least is 6 to 8.
const (
	titleSize = 8.5
	labelSize = 8
	tickSize  = 7
)

func newSheet(dark bool, scale float64) *sheet {
	s := &sheet{
		dark: dark, scale: vg.Length(scale),
		paper: color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF},
		ink:   color.NRGBA{0x1A, 0x1C, 0x20, 0xFF},
		soft:  color.NRGBA{0x6B, 0x70, 0x78, 0xFF},
		faint: color.NRGBA{0xE6, 0xE8, 0xEC, 0xFF},
	}
	if dark {
		s.paper = color.NRGBA{0x1F, 0x22, 0x28, 0xFF}
		s.ink = color.NRGBA{0xD7, 0xDA, 0xE0, 0xFF}
		s.soft = color.NRGBA{0x9A, 0xA0, 0xAA, 0xFF}
		s.faint = color.NRGBA{0x33, 0x37, 0x3F, 0xFF}
	}
	return s
}

// The colours of M. Okabe and K. Ito (Color Universal Design, 2008), which are
// told apart whatever cones an eye lacks; yellow and black are left out where
// they would not be seen on the paper.
var (
	okabeItoLight = []color.NRGBA{
		{0x00, 0x72, 0xB2, 0xFF},
		{0xD5, 0x5E, 0x00, 0xFF},
		{0x00, 0x9E, 0x73, 0xFF},
		{0xCC, 0x79, 0xA7, 0xFF},
		{0xE6, 0x9F, 0x00, 0xFF},
		{0x56, 0xB4, 0xE9, 0xFF},
		{0x1A, 0x1C, 0x20, 0xFF},
	}
	okabeItoDark = []color.NRGBA{
		{0x56, 0xB4, 0xE9, 0xFF},
		{0xE6, 0x9F, 0x00, 0xFF},
		{0x00, 0x9E, 0x73, 0xFF},
		{0xCC, 0x79, 0xA7, 0xFF},
		{0xF0, 0xE4, 0x42, 0xFF},
		{0xD5, 0x5E, 0x00, 0xFF},
		{0xD7, 0xDA, 0xE0, 0xFF},
	}
	dashesOf = [][]vg.Length{nil, {5, 1.8}, {1.4, 1.6}, {5, 1.8, 1.4, 1.8}, {8, 2.5}, {3, 3}, {8, 2, 2, 2}}
	glyphsOf = []draw.GlyphDrawer{
		draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, diamond{}, draw.CrossGlyph{}, draw.PlusGlyph{}, draw.RingGlyph{},
	}
)

// colour is that of the n-th of several things in a figure.
func (s *sheet) colour(n int) color.NRGBA {
	if s.dark {
		return okabeItoDark[n%len(okabeItoDark)]
	}
	return okabeItoLight[n%len(okabeItoLight)]
}

// faded is a colour that lets through what is under it.
func faded(c color.NRGBA, alpha float64) color.NRGBA {
	c.A = uint8(float64(c.A)*alpha + 0.5)
	return c
}

// line is the style of the n-th line: colour and dashes both tell it from others.
func (s *sheet) line(n int, width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: s.colour(n), Width: width * s.scale, Dashes: s.dashes(dashesOf[n%len(dashesOf)])}
}

// lineOf is the style of the n-th line in the colour of the of-th thing.
func (s *sheet) lineOf(n, of int, width vg.Length) draw.LineStyle {
	st := s.line(n, width)
	st.Color = s.colour(of)
	return st
}

func (s *sheet) dashes(lengths []vg.Length) []vg.Length {
	out := make([]vg.Length, len(lengths))
	for i, d := range lengths {
		out[i] = d * s.scale
	}
	return out
}

// plain is a line in ink of some kind, solid or dashed.
func (s *sheet) plain(c color.Color, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width * s.scale, Dashes: s.dashes(dashes)}
}

// glyph is the marker of the n-th group.
func (s *sheet) glyph(n int, radius vg.Length, alpha float64) draw.GlyphStyle {
	return draw.GlyphStyle{Color: faded(s.colour(n), alpha), Radius: radius * s.scale, Shape: glyphsOf[n%len(glyphsOf)]}
}

// diamond is a square on its corner.
type diamond struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (diamond) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	r := s.Radius * 1.2
	var p vg.Path
	p.Move(vg.Point{X: at.X, Y: at.Y + r})
	p.Line(vg.Point{X: at.X + r, Y: at.Y})
	p.Line(vg.Point{X: at.X, Y: at.Y - r})
	p.Line(vg.Point{X: at.X - r, Y: at.Y})
	p.Close()
	c.SetColor(s.Color)
	c.Fill(p)
}

// letters is a style of text: sans serif, in the font whose widths Arial and
// Helvetica share.
func (s *sheet) letters(size vg.Length, c color.Color) text.Style {
	return text.Style{
		Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size * s.scale},
		Handler: gonum.DefaultTextHandler,
	}
}

func (s *sheet) bold(size vg.Length, c color.Color) text.Style {
	style := s.letters(size, c)
	style.Font.Weight = xfont.WeightBold
	return style
}

// lineHeight is from one line of text to the next.
func lineHeight(style text.Style) vg.Length { return style.Font.Size * 1.25 }

// write puts a line with the middle of its height at y; x is its left, middle or
// right as align says.
func write(c draw.Canvas, style text.Style, align draw.XAlignment, x, y vg.Length, line string) {
	w := style.Width(line)
	switch align {
	case draw.XCenter:
		x -= w / 2
	case draw.XRight:
		x -= w
	}
	// Digits and capitals are 0.73 of the size high.
	style.XAlign, style.YAlign = draw.XLeft, draw.YBottom
	c.SetColor(style.Color)
	face := style.Handler.Cache().Lookup(style.Font, style.Font.Size)
	c.FillString(face, vg.Point{X: x, Y: y - 0.36*style.Font.Size}, line)
}

// fitted is the style with letters as small as a line needs to be width wide at
// most; those under 4 points would not be read.
func (s *sheet) fitted(style text.Style, line string, width vg.Length) text.Style {
	for style.Width(line) > width && style.Font.Size > 4*s.scale {
		style.Font.Size *= 0.96
	}
	return style
}

// fold breaks a text at spaces into lines at most width wide, as far as its
// words allow.
func fold(style text.Style, line string, width vg.Length) []string {
	var lines []string
	for _, word := range strings.Fields(line) {
		if n := len(lines); n > 0 && style.Width(lines[n-1]+" "+word) <= width {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

// halves is fold, which breaks a pair of names ("a (1) – b (2)") between the two first.
func halves(style text.Style, line string, width vg.Length) []string {
	const dash = " –"
	one, two, pair := strings.Cut(line, dash+" ")
	if !pair || style.Width(line) <= width {
		return fold(style, line, width)
	}
	return append(fold(style, one+dash, width), fold(style, two, width)...)
}
