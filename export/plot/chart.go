// Package plot draws the figures of reports with gonum/plot.
//
// Lengths are points, 72 to the inch; pictures are drawn at 96 dots per inch
// times a scale, so that a width in pixels at scale 1 is the width a screen
// would give the figure.
package plot

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strconv"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Line is one curve: Values[n] stands at x = n+1.
type Line struct {
	Name   string
	Colour color.Color
	Dashes []float64 // lengths of ink and gap in points; nil for a solid line
	Values []float64
}

// Chart is curves over slices, counted from 1.
type Chart struct {
	Title, X, Y string
	Caption     string // small, under the axes
	Lines       []Line
	Dark        bool // for a dark window; figures on paper are light
}

const (
	pixelsPerInch = 96
	pointsPerInch = 72
)

// Image draws the chart into a picture of width by height pixels; scale 2 makes
// text and lines twice as large. Sizes under 64 pixels are drawn as 64.
func (c Chart) Image(width, height int, scale float64) (image.Image, error) {
	dpi := max(24, int(math.Round(pixelsPerInch*scale)))
	points := func(px int) vg.Length { return vg.Length(float64(max(px, 64)) * pointsPerInch / float64(dpi)) }
	canvas := vgimg.NewWith(vgimg.UseWH(points(width), points(height)), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(c.paper()))
	if err := c.draw(canvas); err != nil {
		return nil, err
	}
	return canvas.Image(), nil
}

// WritePNG writes the chart as a PNG of width by height pixels.
func (c Chart) WritePNG(w io.Writer, width, height int, scale float64) error {
	img, err := c.Image(width, height, scale)
	if err != nil {
		return err
	}
	return png.Encode(w, img)
}

// WriteSVG writes the chart as an SVG, its size given in pixels of 1/96 inch.
func (c Chart) WriteSVG(w io.Writer, width, height int) error {
	points := func(px int) vg.Length { return vg.Length(max(px, 64)) * pointsPerInch / pixelsPerInch }
	canvas := vgsvg.New(points(width), points(height))
	if err := c.draw(canvas); err != nil {
		return err
	}
	_, err := canvas.WriteTo(w)
	return err
}

func (c Chart) draw(to vg.CanvasSizer) error {
	p, err := c.plot()
	if err != nil {
		return err
	}
	whole := draw.New(to)
	whole.SetColor(c.paper())
	whole.Fill(whole.Rectangle.Path())
	margin := vg.Points(8)
	foot := vg.Length(0)
	if c.Caption != "" {
		style := text.Style{
			Color: c.ink(), Font: p.X.Tick.Label.Font, Handler: p.TextHandler,
			XAlign: draw.XLeft, YAlign: draw.YBottom,
		}
		foot = style.Height(c.Caption) + vg.Points(4)
		whole.FillText(style, vg.Point{X: whole.Min.X + margin, Y: whole.Min.Y + vg.Points(4)}, c.Caption)
	}
	p.Draw(draw.Crop(whole, margin, -margin, foot+vg.Points(4), -margin))
	return nil
}

func (c Chart) plot() (*gonum.Plot, error) {
	p := gonum.New()
	p.BackgroundColor = c.paper()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = c.Title, c.X, c.Y
	for _, s := range []*text.Style{
		&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle,
		&p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle,
	} {
		s.Color, s.Font.Variant = c.ink(), "Sans"
	}
	for _, s := range []*draw.LineStyle{&p.X.LineStyle, &p.Y.LineStyle, &p.X.Tick.LineStyle, &p.Y.Tick.LineStyle} {
		s.Color = c.ink()
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = gonum.TickerFunc(roundTicks), gonum.TickerFunc(roundTicks)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = c.faint(), c.faint()
	p.Add(grid)
	p.Legend.Top, p.Legend.Padding, p.Legend.ThumbnailWidth = true, vg.Points(2), vg.Points(28)
	highest, slices := 0.0, 1
	for _, l := range c.Lines {
		if err := addLine(p, l); err != nil {
			return nil, fmt.Errorf("plot: %s: %w", l.Name, err)
		}
		for _, y := range l.Values {
			highest = math.Max(highest, y)
		}
		slices = max(slices, len(l.Values))
	}
	if highest == 0 {
		highest = 1
	}
	// Room above the curves, so that the legend hides nothing of them.
	p.Y.Min, p.Y.Max = 0, highest*(1.08+0.09*float64(len(c.Lines)))
	p.X.Min, p.X.Max = 1, math.Max(2, float64(slices))
	return p, nil
}

func addLine(p *gonum.Plot, l Line) error {
	xys := make(plotter.XYs, len(l.Values))
	for n, y := range l.Values {
		xys[n] = plotter.XY{X: float64(n + 1), Y: y}
	}
	if len(xys) == 0 {
		return nil
	}
	line, points, err := plotter.NewLinePoints(xys)
	if err != nil {
		return err
	}
	line.Color, line.Width = l.Colour, vg.Points(1.5)
	for _, d := range l.Dashes {
		line.Dashes = append(line.Dashes, vg.Points(d))
	}
	p.Add(line)
	if len(xys) == 1 { // one point is no line: mark it
		points.Color, points.Shape, points.Radius = l.Colour, draw.CircleGlyph{}, vg.Points(3)
		p.Add(points)
	}
	p.Legend.Add(l.Name, line)
	return nil
}

// roundTicks marks multiples of 1, 2 or 5 times a power of ten, whole numbers
// only, seven at most.
func roundTicks(lo, hi float64) []gonum.Tick {
	step, factors := 1.0, [3]float64{2, 2.5, 2}
	for n := 0; (hi-lo)/step > 7; n++ {
		step *= factors[n%3]
	}
	var ticks []gonum.Tick
	for x := math.Ceil(lo/step) * step; x <= hi; x += step {
		ticks = append(ticks, gonum.Tick{Value: x, Label: strconv.FormatFloat(x, 'f', 0, 64)})
	}
	return ticks
}

func (c Chart) paper() color.Color {
	if c.Dark {
		return color.RGBA{0x1F, 0x22, 0x28, 0xFF}
	}
	return color.White
}

func (c Chart) ink() color.Color {
	if c.Dark {
		return color.RGBA{0xD7, 0xDA, 0xE0, 0xFF}
	}
	return color.RGBA{0x20, 0x22, 0x26, 0xFF}
}

func (c Chart) faint() color.Color {
	if c.Dark {
		return color.RGBA{0x33, 0x37, 0x3F, 0xFF}
	}
	return color.RGBA{0xE4, 0xE6, 0xEA, 0xFF}
}
