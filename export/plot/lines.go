package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LinesData is curves over some quantity: learning curves, areas along the
// slices.
type LinesData struct {
	About
	Name string // of the files
	X, Y string // labels with units
	// FromZero begins the Y axis at 0, Whole marks only whole numbers on X, and Log
	// draws Y by its logarithm; what is not over 0 is left out then.
	FromZero, Whole, Log bool
	Aspect               float64 // height of the axes to their width; 0 for 0.6
	// Slices says that X is the number of an axial slice: the table calls it so.
	Slices bool
	Lines  []Line
	Shows  string // first sentence of the caption
}

// Line is one curve, its points in the order of X. Colour and dashes are those
// of its place unless they are given.
type Line struct {
	Name   string
	Colour color.Color
	// Of gives lines of one thing, as a label in reference and prediction, its colour: that
	// of the Of-th thing, 1 the first; 0 for a colour of its own.
	Of     int
	Dashes []float64 // lengths of ink and gap in points; nil for those of its place
	Solid  bool      // no dashes, whatever its place
	Points []XY      // the line is broken where Y is NaN
	Band   []Band    // its interval; nil for none
	Best   *XY       // a point that is marked; nil for none
}

// ByNumber makes points of values at 1, 2, 3 and so on.
func ByNumber(values []float64) []XY {
	pts := make([]XY, len(values))
	for n, y := range values {
		pts[n] = XY{float64(n + 1), y}
	}
	return pts
}

// Lines draws curves.
func Lines(d LinesData) Figure {
	points := [][]string{{"line", "x", "y", "low", "high"}}
	if d.Slices {
		points[0][1] = sliceColumn
	}
	var xs, ys []float64
	y := func(v float64) float64 {
		if !d.Log {
			return v
		}
		if v <= 0 {
			return math.NaN()
		}
		return math.Log(v)
	}
	if !(d.Aspect > 0) {
		d.Aspect = 0.6
	}
	p := panel{aspect: d.Aspect}
	for n, l := range d.Lines {
		first := len(points)
		var line []XY
		var band []Band
		for _, q := range l.Points {
			points = append(points, row([]string{l.Name}, q.X, q.Y, math.NaN(), math.NaN()))
			line = append(line, XY{q.X, y(q.Y)})
			xs, ys = append(xs, q.X), append(ys, y(q.Y))
		}
		for _, b := range l.Band {
			points = append(points, row([]string{l.Name}, b.X, math.NaN(), b.Low, b.High))
			band = append(band, Band{X: b.X, Low: y(b.Low), High: y(b.High)})
			xs, ys = append(xs, b.X), append(ys, y(b.Low), y(b.High))
		}
		style := func(s *sheet) draw.LineStyle { return l.style(s, n) }
		p.add(func(f frame) {
			st := style(f.s)
			f.band(faded(nrgba(st.Color), 0.2), band)
			f.polyline(st, line)
			for i, q := range line {
				before, after := i > 0 && line[i-1].finite(), i+1 < len(line) && line[i+1].finite()
				if q.finite() && !before && !after { // one point is no line: mark it
					f.DrawGlyph(draw.GlyphStyle{Color: st.Color, Radius: 2.5 * f.s.scale, Shape: draw.CircleGlyph{}}, f.at(q.X, q.Y))
				}
			}
			if l.Best != nil {
				at := f.at(l.Best.X, y(l.Best.Y))
				f.DrawGlyph(draw.GlyphStyle{Color: f.s.paper, Radius: 3.6 * f.s.scale, Shape: draw.CircleGlyph{}}, at)
				f.DrawGlyph(draw.GlyphStyle{Color: st.Color, Radius: 2.6 * f.s.scale, Shape: glyphsOf[n%len(glyphsOf)]}, at)
			}
			for i, q := range line {
				if q.finite() {
					f.spot(first+i, f.at(q.X, q.Y))
				}
			}
		})
		p.keys = append(p.keys, lineKey(l.Name, style))
	}
	if d.FromZero {
		ys = append(ys, 0)
	}
	p.x, p.y = spanning(d.X, xs...), spanning(d.Y, ys...)
	p.x.min, p.x.max = bounds(xs) // curves end where they end
	p.x.whole, p.y.log = d.Whole, d.Log
	p.empty = emptyUnless(len(points) > 1)
	return figure(d.Name, d.About, d.caption(d.Shows), points, p)
}

func (l Line) style(s *sheet, n int) draw.LineStyle {
	st := s.line(n, 1.3)
	if l.Of > 0 {
		st.Color = s.colour(l.Of - 1)
	}
	if l.Colour != nil {
		st.Color = l.Colour
	}
	if l.Solid {
		st.Dashes = nil
	}
	if l.Dashes != nil {
		st.Dashes = nil
		for _, d := range l.Dashes {
			st.Dashes = append(st.Dashes, vg.Length(d)*s.scale)
		}
	}
	return st
}

func nrgba(c color.Color) color.NRGBA { return color.NRGBAModel.Convert(c).(color.NRGBA) }

// bounds is the range of the values, never empty.
func bounds(values []float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, x := range values {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			lo, hi = math.Min(lo, x), math.Max(hi, x)
		}
	}
	switch {
	case lo > hi:
		return 0, 1
	case lo == hi:
		return lo - 0.5, hi + 0.5
	}
	return lo, hi
}

// FitData is points in groups (folds, say) and a smooth curve through all of
// them with its band.
type FitData struct {
	About
	X, Y   string
	Groups []Pairs // Reference is X, Prediction Y
	Smooth []Band
	Method string // what made the curve and what the band is, for the caption
}

// Fit draws points and a smooth curve through them.
func Fit(d FitData) Figure {
	s := Scatter(ScatterData{About: d.About, X: d.X, Y: d.Y, Groups: d.Groups})
	points := append([][]string{append(s.points[0], "low", "high")}, s.points[1:]...)
	var xs, ys []float64
	p := panel{aspect: 0.64}
	p.add(func(f frame) {
		var line []XY
		for _, b := range d.Smooth {
			line = append(line, XY{b.X, b.Y})
		}
		f.band(faded(f.s.soft, 0.25), d.Smooth)
		f.polyline(f.s.plain(f.s.ink, 1.4), line)
	})
	n := 1
	for g, group := range d.Groups {
		first := n
		n += len(group.Points)
		for _, m := range group.Points {
			xs, ys = append(xs, m.Reference), append(ys, m.Prediction)
		}
		p.add(func(f frame) {
			for i, m := range group.Points {
				if at := (XY{m.Reference, m.Prediction}); at.finite() {
					f.DrawGlyph(f.s.glyph(g, 1.7, 0.55), f.at(at.X, at.Y))
					f.spot(first+i, f.at(at.X, at.Y))
				}
			}
		})
		p.keys = append(p.keys, glyphKey(group.Name, func(s *sheet) draw.GlyphStyle { return s.glyph(g, 2, 0.8) }))
	}
	for _, b := range d.Smooth {
		points = append(points, row([]string{"smooth", "", ""}, b.X, b.Y, b.Low, b.High))
		xs, ys = append(xs, b.X), append(ys, b.Y, b.Low, b.High)
	}
	if len(d.Smooth) > 0 {
		p.keys = append(p.keys, lineKey(t("fit.smooth"), func(s *sheet) draw.LineStyle { return s.plain(s.ink, 1.4) }))
	}
	p.x, p.y = spanning(d.X, xs...), spanning(d.Y, ys...)
	p.empty = emptyUnless(len(points) > 1)
	return figure("fitting_curve", d.About, d.caption(t("fit.shows", d.Y, d.X), d.Method), points, p)
}
