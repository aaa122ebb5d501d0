// Package plot draws the figures of reports and of papers, on gonum/plot's
// canvases and text.
//
// A figure is a function of plain data: ROC, BlandAltman, Boxes and the others
// return a Figure, which is written as PNG, SVG or PDF at the width of a
// journal's column, knows the points it draws as a table, and has a caption
// that stands beside it as text.
//
// Lengths are points, 72 to the inch, y counted upwards. A value that is not
// defined is NaN: it is left out of the drawing, kept in the table as an empty
// cell, and counted in the caption.
package plot

import (
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"opacity/app/csvfile"
)

// Widths of figures in millimetres, as journals ask for them.
const (
	OneColumn  = 85.0
	OneAndHalf = 114.0
	TwoColumns = 174.0
)

// Page says how a figure is laid out. The zero Page is one column wide, 300 dots
// to the inch, on white.
type Page struct {
	WidthMM float64
	DPI     float64 // of PNG
	Dark    bool    // for a dark window; figures on paper are light
	Letters float64 // how much larger letters and lines are than in print; 0 for 1
}

const (
	pixelsPerInch = 96
	pointsPerInch = 72
	mmPerInch     = 25.4
)

// withDefaults fills in what was left open and keeps the rest within what can be
// drawn.
func (p Page) withDefaults() Page {
	if !(p.WidthMM > 0) {
		p.WidthMM = OneColumn
	}
	if !(p.DPI > 0) {
		p.DPI = 300
	}
	if !(p.Letters > 0) {
		p.Letters = 1
	}
	p.WidthMM = math.Min(math.Max(p.WidthMM, 30), 1000)
	p.DPI = math.Min(math.Max(p.DPI, 24), 1200)
	return p
}

// Formats are those that Write knows, by the extension of the file.
func Formats() []string { return []string{"png", "svg", "pdf"} }

// Figure is a figure that is ready to be drawn at any size.
type Figure struct {
	Name    string // of its files
	caption string
	points  [][]string
	height  func(s *sheet, width vg.Length) vg.Length
	draw    func(s *sheet, c draw.Canvas)
}

// Caption states what is shown, of how many cases, by which definitions and
// versions. It is not part of the picture.
func (f Figure) Caption() string { return f.caption }

// Points is what is drawn, a head and a row per point; numbers have a point for
// the decimal and a hyphen for the minus.
func (f Figure) Points() [][]string { return f.points }

// Write writes the figure in a format of Formats.
func (f Figure) Write(w io.Writer, format string, p Page) error {
	switch format {
	case "png":
		return f.WritePNG(w, p)
	case "svg":
		return f.WriteSVG(w, p)
	case "pdf":
		return f.WritePDF(w, p)
	}
	return fmt.Errorf("plot: no format %q; there are %s", format, strings.Join(Formats(), ", "))
}

// WritePNG writes the figure at the page's dots per inch.
func (f Figure) WritePNG(w io.Writer, p Page) error {
	p = p.withDefaults()
	return encode(w, f.Raster(p), p.DPI)
}

// Raster is the picture that WritePNG writes.
func (f Figure) Raster(p Page) image.Image {
	p = p.withDefaults()
	s := newSheet(p.Dark, p.Letters)
	width, height := f.size(s, p)
	px := func(l vg.Length) int { return max(1, int(math.Round(l.Points()*p.DPI/pointsPerInch))) }
	canvas := vgimg.NewWith(vgimg.UseImage(image.NewRGBA(image.Rect(0, 0, px(width), px(height)))), vgimg.UseDPI(int(math.Round(p.DPI))))
	f.render(s, canvas)
	return canvas.Image()
}

// WriteSVG writes the figure with its text as text.
func (f Figure) WriteSVG(w io.Writer, p Page) error {
	p = p.withDefaults()
	s := newSheet(p.Dark, p.Letters)
	canvas := newSVG(f.size(s, p))
	f.render(s, canvas)
	_, err := canvas.WriteTo(w)
	return err
}

// WritePDF writes the figure as one page with its fonts in it.
func (f Figure) WritePDF(w io.Writer, p Page) error {
	p = p.withDefaults()
	s := newSheet(p.Dark, p.Letters)
	width, height := f.size(s, p)
	canvas := newPDF(width, height, f.Name)
	f.render(s, canvas)
	_, err := canvas.WriteTo(w)
	return err
}

// WriteCSV writes the points drawn.
func (f Figure) WriteCSV(w io.Writer) error {
	return csvfile.Write(w, f.points)
}

// Image draws the figure for a window, width by height pixels; scale 2 makes
// letters and lines twice as large as they are on a screen of 96 dots to the
// inch. Sizes under 64 pixels are drawn as 64. Spots are the points that can be
// clicked.
func (f Figure) Image(width, height int, scale float64, dark bool) (image.Image, []Spot) {
	dpi := max(24, int(math.Round(pixelsPerInch*scale)))
	width, height = max(width, 64), max(height, 64)
	s := newSheet(dark, OnScreen)
	canvas := vgimg.NewWith(vgimg.UseImage(image.NewRGBA(image.Rect(0, 0, width, height))), vgimg.UseDPI(dpi))
	f.render(s, canvas)
	return canvas.Image(), s.spots
}

// Spot is where a point of the table lies in a picture.
type Spot struct {
	Row  int     // of Points, the head being row 0
	X, Y float64 // parts of the picture's width and height, from its upper left corner
}

// OnScreen is how much larger letters are in a window than in print, which is looked at
// from nearer: the Letters of what Image draws.
const OnScreen = 1.3

func (f Figure) size(s *sheet, p Page) (width, height vg.Length) {
	width = vg.Length(p.WidthMM/mmPerInch) * vg.Inch
	return width, f.height(s, width)
}

// SizeMM is how wide and how high the figure is on paper.
func (f Figure) SizeMM(p Page) (width, height float64) {
	p = p.withDefaults()
	w, h := f.size(newSheet(p.Dark, p.Letters), p)
	return float64(w / vg.Millimeter), float64(h / vg.Millimeter)
}

func (f Figure) render(s *sheet, to vg.CanvasSizer) {
	c := draw.New(to)
	c.SetColor(s.paper)
	c.Fill(c.Rectangle.Path())
	s.whole = c.Rectangle
	f.draw(s, c)
}

// encode writes a PNG that says how many dots it has to the inch.
func encode(w io.Writer, m image.Image, dpi float64) error {
	return png.Encode(&physical{w: w, dotsPerMetre: uint32(math.Round(dpi / mmPerInch * 1000))}, m)
}
