package plot

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measured is one thing measured twice.
type Measured struct {
	Case                  string
	Slice                 int // 0 where the case has one value
	Reference, Prediction float64
}

// Form is how two measurements are compared.
type Form int

// Difference is prediction less reference, Percent that in percent of their mean,
// Ratio prediction by reference.
const (
	Difference Form = iota
	Percent
	Ratio
)

// BlandAltmanData is two measurements of each case, and how they agree. Bias and
// limits are in the unit of the form: a ratio's are ratios.
type BlandAltmanData struct {
	About
	Quantity, Unit string // "lung volume", "ml"
	// Names is what the two measurements are called; empty for reference and prediction.
	Names              [2]string
	Form               Form
	Points             []Measured
	Bias, Lower, Upper Estimate
	// Slope is the line of the differences over the means, for a bias that grows with
	// the size; nil where it is not drawn. For ratios it is of the logarithms.
	Slope *Straight
	// By is how the limits were found. By regression they are Lines: bias, lower and upper.
	By    LimitsBy
	Lines [3]Straight
	// Repeated says that cases have several values and that the limits are those of
	// repeated measures; with several values and false the caption warns.
	Repeated bool
}

// LimitsBy is how limits of agreement are found: 1.96 SD from the bias, percentiles of the
// differences, or lines that follow them and their spread over the mean.
type LimitsBy int

// The ways.
const (
	BySD LimitsBy = iota
	ByPercentile
	ByRegression
)

// bandStrength is how strong the bands of intervals are.
const bandStrength = 0.15

// Straight is a line y = Intercept + Slope x.
type Straight struct{ Intercept, Slope float64 }

// BlandAltman draws how much two measurements differ over how large they are (J.
// M. Bland and D. G. Altman, Lancet 327, 1986).
func BlandAltman(d BlandAltmanData) Figure {
	name := [...]string{"difference", "percent", "ratio"}[d.Form]
	one, two := d.names()
	points := [][]string{{"case", "slice", "reference", "prediction", "mean", name}}
	type drawn struct {
		at       XY
		row, who int
	}
	var shown []drawn
	var xs, ys []float64
	left := 0
	cases := map[string]int{}
	several := false
	for n, m := range d.Points {
		id, known := cases[m.Case]
		if !known || m.Case == "" {
			id = len(cases)
			if m.Case == "" {
				id = n
			}
			cases[m.Case] = id
		} else {
			several = true
		}
		at := d.compared(m)
		y := at.Y
		if d.Form == Ratio {
			y = math.Exp(y)
		}
		points = append(points, row([]string{d.who(id, m.Case), numbered(m.Slice)}, m.Reference, m.Prediction, at.X, y))
		if !at.finite() {
			left++
			continue
		}
		shown = append(shown, drawn{at, len(points) - 1, id})
		xs, ys = append(xs, at.X), append(ys, at.Y)
	}
	lines := []struct {
		e    Estimate
		bias bool
	}{{d.place(d.Upper), false}, {d.place(d.Bias), true}, {d.place(d.Lower), false}}
	heights := ys // of the points
	for _, l := range lines {
		ys = append(ys, l.e.X, l.e.Low, l.e.High)
	}
	ys = append(ys, d.ends(xs)...)
	ys = append(ys, 0)
	mean := "agreement.mean"
	if d.Form == Ratio {
		mean += ".ratio"
	}
	p := panel{aspect: 0.68, x: spanning(t(mean, one, two, d.Quantity)+unitOf(d.Unit), xs...).roomy(xs...)}
	what := t("agreement.percent")
	if d.Form != Percent {
		what = t("agreement."+name, two, one)
	}
	p.y = spanning(what, ys...).roomy(heights...)
	if d.Form == Difference {
		p.y.label += unitOf(d.Unit)
	}
	p.y.log = d.Form == Ratio
	p.empty = emptyUnless(len(shown) > 0)
	p.alike()
	p.beside = d.beside(p.y.max-p.y.min, p.x.long() || p.y.long())
	p.add(func(f frame) {
		s := f.s
		f.level(s.plain(s.soft, 0.7), 0)
		for _, l := range lines {
			c, style := s.colour(0), s.line(0, 1.1)
			if !l.bias {
				c, style = s.colour(1), s.line(1, 1.1)
			}
			if l.e.hasInterval() {
				f.stripe(faded(c, bandStrength), l.e.Low, l.e.High)
			}
			if !math.IsNaN(l.e.X) {
				f.level(style, l.e.X)
			}
		}
		if d.By == ByRegression {
			for n, l := range d.Lines {
				style := s.line(min(n, 1), 1.1) // the bias first
				f.polyline(style, []XY{{p.x.min, l.at(p.x.min)}, {p.x.max, l.at(p.x.max)}})
			}
		}
		if d.Slope != nil {
			at := func(x float64) XY { return XY{x, d.Slope.Intercept + d.Slope.Slope*x} }
			f.polyline(s.line(2, 0.9), []XY{at(p.x.min), at(p.x.max)})
		}
		glyph := draw.GlyphStyle{Color: faded(s.ink, 0.55), Radius: 1.9 * s.scale, Shape: draw.CircleGlyph{}}
		if len(shown) > crowd {
			glyph.Color, glyph.Radius = faded(s.ink, 0.3), 1.2*s.scale
		}
		for _, q := range shown {
			f.DrawGlyph(glyph, f.at(q.at.X, q.at.Y))
			f.spot(q.row, f.at(q.at.X, q.at.Y))
		}
	})
	p.keys = []key{
		lineKey(t(cmp.Or(map[LimitsBy]string{ByPercentile: "agreement.median"}[d.By], "agreement.bias")), func(s *sheet) draw.LineStyle { return s.line(0, 1.1) }),
		lineKey(t("agreement.limits"), func(s *sheet) draw.LineStyle { return s.line(1, 1.1) }),
	}
	if d.Bias.hasInterval() || d.Upper.hasInterval() {
		p.keys = append(p.keys, key{t("agreement.interval"), func(s *sheet, c draw.Canvas, r vg.Rectangle) {
			middle := (r.Min.Y + r.Max.Y) / 2 // of limits above and of the bias below
			fill(c, faded(s.colour(1), bandStrength), r.Min.X, middle, r.Max.X, r.Max.Y)
			fill(c, faded(s.colour(0), bandStrength), r.Min.X, r.Min.Y, r.Max.X, middle)
		}})
	}
	if d.Slope != nil {
		p.keys = append(p.keys, lineKey(t("agreement.slope"), func(s *sheet) draw.LineStyle { return s.line(2, 0.9) }))
	}
	shows := []string{t("agreement.shows."+name, d.Quantity, two, one), d.found()}
	if d.Bias.hasInterval() || d.Upper.hasInterval() {
		shows = append(shows, t("agreement.intervals"))
	}
	switch {
	case several && d.Repeated && d.By != BySD:
		shows = append(shows, t("agreement.together", len(d.Points), t("agreement.of_cases", len(cases))))
	case several && d.Repeated:
		shows = append(shows, t("agreement.repeated", len(d.Points), t("agreement.of_cases", len(cases))))
	case several:
		shows = append(shows, t("agreement.plain", len(d.Points), t("agreement.of_cases", len(cases))))
	}
	if left > 0 {
		shows = append(shows, t("left_out", left))
	}
	return figure("bland_altman_"+name, d.About, d.caption(shows...), points, p)
}

// found tells the bias and the limits in a sentence.
func (d BlandAltmanData) found() string {
	switch d.By {
	case ByPercentile:
		return t("agreement.percentiles", d.value(d.Bias), d.value(d.Lower), d.value(d.Upper))
	case ByRegression:
		return t("agreement.regression", d.line(d.Lines[0]), d.line(d.Lines[1]), d.line(d.Lines[2]))
	}
	if d.Form == Ratio {
		return t("agreement.numbers.ratio", d.value(d.Bias), d.value(d.Lower), d.value(d.Upper))
	}
	return t("agreement.numbers", d.value(d.Bias), d.value(d.Lower), d.value(d.Upper))
}

// ends are the heights of limits by regression over the least and the largest mean.
func (d BlandAltmanData) ends(xs []float64) (ys []float64) {
	if d.By != ByRegression || len(xs) == 0 {
		return nil
	}
	for _, l := range d.Lines {
		ys = append(ys, l.at(slices.Min(xs)), l.at(slices.Max(xs)))
	}
	return ys
}

func (s Straight) at(x float64) float64 { return s.Intercept + s.Slope*x }

// line writes a line over the mean: its height in the unit, and how it grows with the mean,
// which has none.
func (d BlandAltmanData) line(l Straight) string {
	sign := " + "
	if l.Slope < 0 {
		sign = " − "
	}
	height := figures(l.Intercept)
	if d.Unit != "" {
		height += " " + d.Unit
	}
	size := math.Abs(l.Slope)
	return height + sign + label(size, min(max(decimals(cmp.Or(size, 1))+1, 3), 9)) + " × " + t("agreement.the_mean")
}

// names are what the two measurements are called.
func (d BlandAltmanData) names() (one, two string) {
	if d.Names == [2]string{} {
		return t("agreement.reference"), t("agreement.prediction")
	}
	return d.Names[0], d.Names[1]
}

// crowd is how many points are drawn small and faint, so that it shows where they lie thick.
const crowd = 200

func unitOf(unit string) string {
	if unit == "" {
		return ""
	}
	return " (" + unit + ")"
}

// compared is where a pair lies: the mean (of ratios the geometric one), and the
// difference (of ratios the logarithm).
func (d BlandAltmanData) compared(m Measured) XY {
	mean := (m.Reference + m.Prediction) / 2
	switch d.Form {
	case Percent:
		return XY{mean, 100 * (m.Prediction - m.Reference) / mean}
	case Ratio:
		return XY{math.Sqrt(m.Reference * m.Prediction), math.Log(m.Prediction / m.Reference)}
	}
	return XY{mean, m.Prediction - m.Reference}
}

// place is an estimate on the axis.
func (d BlandAltmanData) place(e Estimate) Estimate {
	if d.Form != Ratio {
		return e
	}
	return Estimate{math.Log(e.X), math.Log(e.Low), math.Log(e.High)}
}

// value writes an estimate with its unit.
func (d BlandAltmanData) value(e Estimate) string {
	switch d.Form {
	case Percent:
		return e.with(func(x float64) string { return figures(x) + " %" })
	case Ratio: // near 1 what is beyond it counts
		return e.with(func(x float64) string { return label(x, d.ratioDecimals()) })
	}
	if d.Unit == "" {
		return e.String()
	}
	return e.String() + " " + d.Unit
}

// ratioDecimals is how many decimals tell the limits of a ratio from 1 and from one another.
func (d BlandAltmanData) ratioDecimals() int {
	far := 0.
	for _, e := range []Estimate{d.Bias, d.Lower, d.Upper} {
		if x := math.Abs(e.X - 1); !math.IsNaN(x) && !math.IsInf(x, 0) {
			far = max(far, x)
		}
	}
	if far == 0 {
		return 2
	}
	return min(max(decimals(far)+2, 2), 9)
}

// beside is the values of limits and bias for the right of a panel, from the top
// down, as exact as an axis of some span shows them, spaced as its numbers are.
func (d BlandAltmanData) beside(span float64, four bool) []beside {
	var all []beside
	for n, e := range []Estimate{d.Upper, d.Bias, d.Lower} {
		at := d.place(e).X
		if math.IsNaN(at) || math.IsInf(at, 0) {
			continue
		}
		said := spaced(e.X, decimals(niceStep(span/200, false)), four)
		if d.Form == Percent {
			said += " %"
		}
		all = append(all, beside{at, said, (n + 1) % 2})
	}
	return all
}

// ScatterData is two measurements against each other, in one or more groups.
type ScatterData struct {
	About
	X, Y   string // what is measured: "reference lung volume", "predicted..."
	Unit   string
	Groups []Pairs
	Equal  bool // both axes are alike, with the line on which both are equal
}

// Pairs is one group of a scatter plot. CCC is Lin's concordance correlation
// coefficient; NaN where it is not wanted.
type Pairs struct {
	Name   string
	Points []Measured
	CCC    Estimate
}

// Scatter draws two measurements against each other.
func Scatter(d ScatterData) Figure {
	points := [][]string{{"group", "case", "slice", "x", "y"}}
	cases := map[string]int{}
	var xs, ys []float64
	p := panel{aspect: 1}
	left := 0
	shows := t("scatter.shows", d.Y, d.X)
	for n, g := range d.Groups {
		first := len(points)
		for i, m := range g.Points {
			id, known := cases[m.Case]
			if m.Case == "" {
				id = i
			} else if !known {
				id = len(cases)
				cases[m.Case] = id
			}
			points = append(points, row([]string{g.Name, d.who(id, m.Case), numbered(m.Slice)}, m.Reference, m.Prediction))
			if !(XY{m.Reference, m.Prediction}).finite() {
				left++
				continue
			}
			xs, ys = append(xs, m.Reference), append(ys, m.Prediction)
		}
		p.add(func(f frame) {
			for i, m := range g.Points {
				if at := (XY{m.Reference, m.Prediction}); at.finite() {
					f.DrawGlyph(f.s.glyph(n, 2, 0.6), f.at(at.X, at.Y))
					f.spot(first+i, f.at(at.X, at.Y))
				}
			}
		})
		name := g.Name
		if !math.IsNaN(g.CCC.X) {
			name = t("scatter.ccc", g.Name, g.CCC.String())
		}
		if len(d.Groups) > 1 || !math.IsNaN(g.CCC.X) {
			p.keys = append(p.keys, glyphKey(name, func(s *sheet) draw.GlyphStyle { return s.glyph(n, 2.2, 0.8) }))
		}
	}
	p.empty = emptyUnless(len(xs) > 0)
	p.x, p.y = spanning(d.X+unitOf(d.Unit), xs...).roomy(xs...), spanning(d.Y+unitOf(d.Unit), ys...).roomy(ys...)
	if d.Equal {
		all := append(append([]float64(nil), xs...), ys...)
		p.x, p.y = spanning(d.X+unitOf(d.Unit), all...).roomy(all...), spanning(d.Y+unitOf(d.Unit), all...).roomy(all...)
		p.x.most, p.y.most = 6, 6 // marked alike
		p.layers = append([]func(frame){func(f frame) {
			f.polyline(f.s.plain(f.s.soft, 0.7, 2, 2), []XY{{p.x.min, p.x.min}, {p.x.max, p.x.max}})
		}}, p.layers...)
		p.keys = append(p.keys, lineKey(t("scatter.identity"), func(s *sheet) draw.LineStyle { return s.plain(s.soft, 0.7, 2, 2) }))
	}
	if slices.ContainsFunc(d.Groups, func(g Pairs) bool { return !math.IsNaN(g.CCC.X) }) {
		shows += " " + t("scatter.ccc_is")
	}
	if left > 0 {
		shows += " " + t("left_out", left)
	}
	p.alike()
	return figure("scatter", d.About, d.caption(shows), points, p)
}
