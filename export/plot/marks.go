package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// XY is a point of the data.
type XY struct{ X, Y float64 }

func (p XY) finite() bool {
	return !math.IsNaN(p.X) && !math.IsNaN(p.Y) && !math.IsInf(p.X, 0) && !math.IsInf(p.Y, 0)
}

// Band is an interval of Y at X, and what lies in it.
type Band struct{ X, Y, Low, High float64 }

// Estimate is a number and its interval; Low and High are NaN where there is none.
type Estimate struct{ X, Low, High float64 }

// Exactly is a number without an interval.
func Exactly(x float64) Estimate { return Estimate{x, math.NaN(), math.NaN()} }

func (e Estimate) hasInterval() bool { return !math.IsNaN(e.Low) && !math.IsNaN(e.High) }

// String writes the number, and its interval in brackets.
func (e Estimate) String() string { return e.with(figures) }

// with writes the estimate's numbers in one way.
func (e Estimate) with(number func(float64) string) string {
	if !e.hasInterval() {
		return number(e.X)
	}
	return number(e.X) + " (" + number(e.Low) + " to " + number(e.High) + ")"
}

// polyline draws a line through points, broken where one is not finite.
func (f frame) polyline(style draw.LineStyle, pts []XY) {
	var run []vg.Point
	flush := func() {
		if len(run) > 1 {
			f.StrokeLines(style, f.ClipLinesXY(run)...)
		}
		run = nil
	}
	for _, p := range pts {
		if !p.finite() {
			flush()
			continue
		}
		run = append(run, f.at(p.X, p.Y))
	}
	flush()
}

// band fills between Low and High.
func (f frame) band(c color.Color, bands []Band) {
	var upper, lower []vg.Point
	flush := func() {
		if len(upper) > 1 {
			for i := len(lower) - 1; i >= 0; i-- {
				upper = append(upper, lower[i])
			}
			f.FillPolygon(c, f.ClipPolygonXY(upper))
		}
		upper, lower = nil, nil
	}
	for _, b := range bands {
		if !(XY{b.X, b.Low}).finite() || !(XY{b.X, b.High}).finite() {
			flush()
			continue
		}
		upper, lower = append(upper, f.at(b.X, b.High)), append(lower, f.at(b.X, b.Low))
	}
	flush()
}

// level draws a line across at y.
func (f frame) level(style draw.LineStyle, y float64) {
	if v := f.y(y); v >= f.Min.Y && v <= f.Max.Y {
		f.StrokeLine2(style, f.Min.X, v, f.Max.X, v)
	}
}

// stripe fills across between two levels.
func (f frame) stripe(c color.Color, low, high float64) {
	y0, y1 := max(f.y(low), f.Min.Y), min(f.y(high), f.Max.Y)
	if y1 > y0 {
		f.box(c, f.Min.X, y0, f.Max.X, y1)
	}
}

func (f frame) box(c color.Color, x0, y0, x1, y1 vg.Length) { fill(f.Canvas, c, x0, y0, x1, y1) }

func fill(c draw.Canvas, colour color.Color, x0, y0, x1, y1 vg.Length) {
	c.FillPolygon(colour, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
}

func frameOf(c draw.Canvas, style draw.LineStyle, x0, y0, x1, y1 vg.Length) {
	c.StrokeLines(style, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}, {X: x0, Y: y0}})
}

// whisker draws an interval that stands up at x, with ends as wide as half on
// either side.
func (f frame) whisker(style draw.LineStyle, x vg.Length, low, high float64, half vg.Length) {
	if math.IsNaN(low) || math.IsNaN(high) {
		return
	}
	y0, y1 := f.y(low), f.y(high)
	f.StrokeLine2(style, x, y0, x, y1)
	f.StrokeLine2(style, x-half, y0, x+half, y0)
	f.StrokeLine2(style, x-half, y1, x+half, y1)
}

// hatch draws the n-th pattern over a rectangle: none, slanting one way, the
// other, both, across.
func hatch(c draw.Canvas, style draw.LineStyle, n int, r vg.Rectangle, pitch vg.Length) {
	slant := func(sign vg.Length) {
		size := r.Size()
		for d := -size.Y; d < size.X; d += pitch {
			// The line y = x - d, or its mirror, within the rectangle.
			from, to := max(0, d), min(size.X, d+size.Y)
			if to <= from {
				continue
			}
			y := func(x vg.Length) vg.Length {
				if sign > 0 {
					return r.Min.Y + x - d
				}
				return r.Max.Y - x + d
			}
			c.StrokeLine2(style, r.Min.X+from, y(from), r.Min.X+to, y(to))
		}
	}
	switch n % 5 {
	case 1:
		slant(1)
	case 2:
		slant(-1)
	case 3:
		slant(1)
		slant(-1)
	case 4:
		for y := r.Min.Y + pitch; y < r.Max.Y; y += pitch {
			c.StrokeLine2(style, r.Min.X, y, r.Max.X, y)
		}
	}
}

// lineKey is a line of the legend with a sample of a line.
func lineKey(name string, style func(*sheet) draw.LineStyle) key {
	return key{name, func(s *sheet, c draw.Canvas, r vg.Rectangle) {
		y := (r.Min.Y + r.Max.Y) / 2
		c.StrokeLine2(style(s), r.Min.X, y, r.Max.X, y)
	}}
}

// glyphKey is one with a marker.
func glyphKey(name string, style func(*sheet) draw.GlyphStyle) key {
	return key{name, func(s *sheet, c draw.Canvas, r vg.Rectangle) {
		g := style(s)
		c.DrawGlyph(g, vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2})
	}}
}

// simplified leaves out points that no eye would miss: those nearer than
// tolerance to the line between their neighbours (D. H. Douglas and T. K.
// Peucker, Cartographica 10, 1973), in parts of the range of x and y. It returns
// which stay.
func simplified(n int, at func(int) XY, spanX, spanY, tolerance float64) []int {
	if n == 0 {
		return nil
	}
	scaled := func(i int) (x, y float64) {
		p := at(i)
		return p.X / spanX, p.Y / spanY
	}
	// Those next to the last one go first: they are most of a curve of 65,536 points.
	kept := []int{0}
	for i := 1; i < n-1; i++ {
		x0, y0 := scaled(kept[len(kept)-1])
		x1, y1 := scaled(i)
		if math.Abs(x1-x0)+math.Abs(y1-y0) > tolerance/2 {
			kept = append(kept, i)
		}
	}
	if n > 1 {
		kept = append(kept, n-1)
	}
	stay := make([]bool, len(kept))
	stay[0], stay[len(kept)-1] = true, true
	todo := [][2]int{{0, len(kept) - 1}}
	for len(todo) > 0 {
		from, to := todo[len(todo)-1][0], todo[len(todo)-1][1]
		todo = todo[:len(todo)-1]
		x0, y0 := scaled(kept[from])
		x1, y1 := scaled(kept[to])
		length := math.Hypot(x1-x0, y1-y0)
		worst, far := -1, tolerance
		for i := from + 1; i < to; i++ {
			x, y := scaled(kept[i])
			d := math.Hypot(x-x0, y-y0)
			if length > 0 {
				d = math.Abs((x1-x0)*(y-y0)-(y1-y0)*(x-x0)) / length
			}
			if d > far {
				worst, far = i, d
			}
		}
		if worst >= 0 {
			stay[worst] = true
			todo = append(todo, [2]int{from, worst}, [2]int{worst, to})
		}
	}
	var out []int
	for i, k := range kept {
		if stay[i] {
			out = append(out, k)
		}
	}
	return out
}
