package plot

import (
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ROCData is receiver operating characteristics, or by PR the same models'
// precision and recall.
type ROCData struct {
	About
	Models []Rated
	// Every keeps all thresholds as points, where one is to be chosen among them; else
	// those are left out that no eye would miss.
	Every bool
	// Inset enlarges a crowded corner although every threshold is a point: nothing is chosen.
	Inset bool
}

// Rated is what one model's scores reach over all thresholds.
type Rated struct {
	Name string
	// Curve is from the highest threshold to the lowest; X is 1 - specificity (for
	// PR: recall), Y sensitivity (precision).
	Curve []Threshold
	Area  Estimate // AUC, or average precision
	// Band is the interval of Y at X; nil for none.
	Band []Band
	// Operating is the threshold that is used; nil for none.
	// Its Threshold is NaN where it is the mask's own, however that was made.
	Operating *Threshold
	// Mask is what the mask reaches that was made of the scores, and of more; nil for none.
	// It is marked beside the threshold in use; NaN while it is not counted, so that only
	// the legend has it.
	Mask *Threshold
	// Cases are the curves of single cases, drawn thin, and CaseNames whose they are in the
	// table of points: empty for numbers in this order.
	Cases     [][]Threshold
	CaseNames []string
}

// Threshold is a point of a curve.
type Threshold struct{ Threshold, X, Y float64 }

// ROC draws sensitivity over 1 - specificity.
func ROC(d ROCData) Figure {
	p := panel{x: unit(t("roc.x")), y: unit(t("roc.y")), aspect: 1}
	p.add(func(f frame) { f.polyline(f.s.plain(f.s.soft, 0.6, 2, 2), []XY{{0, 0}, {1, 1}}) })
	return curves("roc", d, p, func(m Rated) string { return t("roc.key", m.Name, m.Area.String()) }, t("roc.shows"))
}

// PRData is precision and recall; Prevalence is the share of positives, which is
// what a score that knows nothing reaches. NaN or 0 leaves it out.
type PRData struct {
	ROCData
	Prevalence float64
}

// PR draws precision over recall.
func PR(d PRData) Figure {
	p := panel{x: unit(t("pr.x")), y: unit(t("pr.y")), aspect: 1}
	shows := t("pr.shows")
	if d.Prevalence > 0 {
		p.add(func(f frame) { f.level(f.s.plain(f.s.soft, 0.6, 2, 2), d.Prevalence) })
		shows += " " + t("pr.prevalence", figures(d.Prevalence))
	}
	return curves("precision_recall", d.ROCData, p, func(m Rated) string { return t("pr.key", m.Name, m.Area.String()) }, shows)
}

// thinnest is how far, in parts of the axis, a point may be left out of a curve:
// a tenth of a dot of 600 to the inch in a figure one column wide.
const thinnest = 1. / 15000

func curves(name string, d ROCData, p panel, keyOf func(Rated) string, shows string) Figure {
	points := [][]string{{"model", "case", "threshold", "x", "y", "low", "high"}}
	nan := math.NaN()
	bands, cases, operating, masks := false, false, false, false
	var drawn [][]Threshold
	for n, m := range d.Models {
		curve := m.Curve
		if !d.Every {
			curve = thinned(curve)
		}
		var single [][]Threshold
		for k, c := range m.Cases {
			single = append(single, thinned(c))
			name := strconv.Itoa(k + 1)
			if k < len(m.CaseNames) {
				name = m.CaseNames[k]
			}
			drawn = append(drawn, single[k])
			for _, q := range single[k] {
				points = append(points, row([]string{m.Name, name}, q.Threshold, q.X, q.Y, nan, nan))
			}
		}
		for _, b := range m.Band {
			points = append(points, row([]string{m.Name, ""}, nan, b.X, nan, b.Low, b.High))
		}
		drawn = append(drawn, curve)
		first := len(points)
		for _, q := range curve {
			points = append(points, row([]string{m.Name, ""}, q.Threshold, q.X, q.Y, nan, nan))
		}
		drawn := len(points)
		if m.Mask != nil {
			points = append(points, row([]string{t("mark.mask"), ""}, nan, m.Mask.X, m.Mask.Y, nan, nan))
		}
		op := len(points)
		if m.Operating != nil {
			points = append(points, row([]string{m.Name, ""}, m.Operating.Threshold, m.Operating.X, m.Operating.Y, nan, nan))
			if math.IsNaN(m.Operating.Threshold) {
				shows += " " + t(name+".mask", m.Name, figures(m.Operating.X), figures(m.Operating.Y))
			} else {
				shows += " " + t(name+".operating", m.Name, threshold(m.Operating.Threshold), figures(m.Operating.X), figures(m.Operating.Y))
			}
		}
		switch {
		case m.Mask == nil:
		case math.IsNaN(m.Mask.X):
			shows += " " + t("mark.counting")
		default:
			shows += " " + t(name+".mask", m.Name, figures(m.Mask.X), figures(m.Mask.Y)) + " " + t("marks")
		}
		bands, cases = bands || len(m.Band) > 0, cases || len(m.Cases) > 0
		if m.Operating != nil {
			operating, masks = operating || m.Mask == nil && !math.IsNaN(m.Operating.Threshold), masks || math.IsNaN(m.Operating.Threshold)
		}
		p.add(func(f frame) {
			for _, c := range single {
				f.polyline(draw.LineStyle{Color: faded(f.s.colour(n), 0.28), Width: 0.4 * f.s.scale}, xys(c))
			}
			f.band(faded(f.s.colour(n), 0.2), m.Band)
			f.polyline(f.s.line(n, 1.4), xys(curve))
			for i, q := range curve {
				f.spot(first+i, f.at(q.X, q.Y))
			}
			if q := m.Mask; q != nil && f.shows(q.X, q.Y) { // its corners are seen under the other marker
				f.DrawGlyph(draw.GlyphStyle{Color: f.s.paper, Radius: 5 * f.s.scale, Shape: diamond{}}, f.at(q.X, q.Y))
				f.DrawGlyph(maskMark(f.s), f.at(q.X, q.Y))
				f.spot(drawn, f.at(q.X, q.Y))
			}
			if q := m.Operating; q != nil && f.shows(q.X, q.Y) {
				halo := draw.GlyphStyle{Color: f.s.paper, Radius: 4 * f.s.scale, Shape: draw.CircleGlyph{}}
				f.DrawGlyph(halo, f.at(q.X, q.Y))
				f.axesUnder(f.at(q.X, q.Y), halo.Radius)
				f.DrawGlyph(f.s.glyph(n, 2.9, 1), f.at(q.X, q.Y))
				f.spot(op, f.at(q.X, q.Y))
			}
		})
		p.keys = append(p.keys, lineKey(keyOf(m), func(s *sheet) draw.LineStyle { return s.line(n, 1.4) }))
		if m.Mask != nil && m.Operating != nil {
			p.keys = append(p.keys, glyphKey(t("mark.threshold", threshold(m.Operating.Threshold)), func(s *sheet) draw.GlyphStyle { return s.glyph(n, 2.6, 1) }),
				glyphKey(t("mark.mask"), maskMark))
		}
	}
	p.empty = emptyUnless(len(points) > 1)
	// Where a point is to be chosen there is one of each.
	if at, ok := cornerOf(d.Models); ok && name == "roc" && (!d.Every || d.Inset) && p.enlarged(at, drawn) {
		shows += " " + t("roc.inset", at.x, at.y)
	}
	for _, more := range []struct {
		is  bool
		key string
	}{{bands, "band"}, {cases, "case_lines"}, {operating, "operating"}, {masks, "mask"}} {
		if more.is {
			shows += " " + t(more.key)
		}
	}
	return figure(name, d.About, d.caption(shows), points, p)
}

// axesUnder draws again what the paper around a marker has covered of the axes.
func (f frame) axesUnder(at vg.Point, radius vg.Length) {
	line := f.s.plain(f.s.ink, 0.6)
	if at.X-f.Min.X < radius {
		f.StrokeLine2(line, f.Min.X, max(f.Min.Y, at.Y-radius), f.Min.X, min(f.Max.Y, at.Y+radius))
	}
	if at.Y-f.Min.Y < radius {
		f.StrokeLine2(line, max(f.Min.X, at.X-radius), f.Min.Y, min(f.Max.X, at.X+radius), f.Min.Y)
	}
}

// maskMark is the marker of a mask beside that of a threshold.
func maskMark(s *sheet) draw.GlyphStyle {
	return draw.GlyphStyle{Color: s.ink, Radius: 3.6 * s.scale, Shape: diamond{}}
}

// threshold writes one as sliders have it.
func threshold(x float64) string {
	if math.Abs(100*x-math.Round(100*x)) < 1e-9 {
		return label(x, 2)
	}
	return figures(x)
}

func emptyUnless(any bool) string {
	if any {
		return ""
	}
	return t("nothing")
}

func thinned(c []Threshold) []Threshold {
	var out []Threshold
	for _, i := range simplified(len(c), func(i int) XY { return XY{c[i].X, c[i].Y} }, 1, 1, thinnest) {
		out = append(out, c[i])
	}
	return out
}

func xys(c []Threshold) []XY {
	out := make([]XY, len(c))
	for i, q := range c {
		out[i] = XY{q.X, q.Y}
	}
	return out
}

// CalibrationData is how often what was called likely is so.
type CalibrationData struct {
	About
	Bins   int // of equal width, from 0 to 1
	Models []Calibrated
}

// Calibrated is the bins of one model's probabilities, but for empty ones.
type Calibrated struct {
	Name string
	Bins []Bin
	ECE  Estimate // expected calibration error
}

// Bin is the voxels of some probability: which of the bins it is, counted from 0, the
// mean of their probabilities, the share of them that are positive with its interval,
// and how many they are.
type Bin struct {
	Number   int
	Mean     float64
	Positive Estimate
	N        int64
}

// Calibration draws the share of positives over the probability, and below how
// the voxels spread over the bins.
func Calibration(d CalibrationData) Figure {
	p := panel{x: unit(t("calibration.x")), y: unit(t("calibration.y")), aspect: 1}
	p.add(func(f frame) { f.polyline(f.s.plain(f.s.soft, 0.6, 2, 2), []XY{{0, 0}, {1, 1}}) })
	share := panel{x: unit(t("calibration.x")), y: axis{label: t("calibration.share"), min: 0, max: 1, most: 2}, aspect: 0.22}
	p.x.label = ""
	points := [][]string{{"model", "bin", "mean_probability", "positive", "low", "high", "voxels"}}
	highest := 0.
	for n, m := range d.Models {
		var line []XY
		total := 0.
		for _, b := range m.Bins {
			total += float64(b.N)
		}
		first := len(points)
		for _, b := range m.Bins {
			points = append(points, append(row([]string{m.Name, strconv.Itoa(b.Number + 1)}, b.Mean, b.Positive.X, b.Positive.Low, b.Positive.High), strconv.FormatInt(b.N, 10)))
			if b.N > 0 {
				line = append(line, XY{b.Mean, b.Positive.X})
				highest = math.Max(highest, float64(b.N)/total)
			}
		}
		p.add(func(f frame) {
			c := f.s.colour(n)
			for _, b := range m.Bins {
				if b.N > 0 {
					f.whisker(f.s.plain(faded(c, 0.7), 0.6), f.x(b.Mean), b.Positive.Low, b.Positive.High, 1.2*f.s.scale)
				}
			}
			f.polyline(f.s.line(n, 1.1), line)
			for i, b := range m.Bins {
				if b.N > 0 && (XY{b.Mean, b.Positive.X}).finite() {
					f.DrawGlyph(f.s.glyph(n, 2.2, 1), f.at(b.Mean, b.Positive.X))
					f.spot(first+i, f.at(b.Mean, b.Positive.X))
				}
			}
		})
		share.add(func(f frame) {
			wide := 1 / float64(max(d.Bins, 1))
			each := wide * 0.84 / float64(len(d.Models))
			for _, b := range m.Bins {
				x := (float64(b.Number)+0.08)*wide + float64(n)*each
				f.s.bar(f.Canvas, n, vg.Rectangle{Min: f.at(x, 0), Max: f.at(x+each, float64(b.N)/total)})
			}
		})
		p.keys = append(p.keys, key{t("calibration.key", m.Name, m.ECE.String()), both(
			lineKey("", func(s *sheet) draw.LineStyle { return s.line(n, 1.1) }), glyphKey("", func(s *sheet) draw.GlyphStyle { return s.glyph(n, 2.2, 1) }))})
	}
	if highest > 0 {
		share.y.min, share.y.max = roundOut(0, highest, 2)
	}
	p.empty = emptyUnless(len(points) > 1)
	share.empty = p.empty
	o := over{upper: p, lower: share, keys: p.keys}
	o.upper.keys = nil
	return figure("calibration", d.About, d.caption(t("calibration.shows")), points, o)
}

// both draws one sample of a legend over another.
func both(a, b key) func(*sheet, draw.Canvas, vg.Rectangle) {
	return func(s *sheet, c draw.Canvas, r vg.Rectangle) {
		a.draw(s, c, r)
		b.draw(s, c, r)
	}
}
