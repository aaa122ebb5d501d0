package plot

import (
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"opacity/app/stats"
)

// BoxesData is the values of cases in groups.
type BoxesData struct {
	About
	Quantity, Unit string
	Groups         []Group
	// Violin draws how dense the values are in place of whiskers.
	Violin bool
	// Low and High bound what values there can be, 0 and 1 for a Dice; both 0 for
	// no bound.
	Low, High float64
}

// Group is one box.
type Group struct {
	Name string
	// Place is what is written under the box, and Series whose box it is: those of one place
	// stand beside one another, those of one series have one colour and a line of the legend.
	// Without Place each box stands alone, in a colour of its own, under its name.
	Place, Series string
	Values        []CaseValue
}

// stand is where a box stands, in places of the axis, how wide it may be, and as the
// how-manieth of several it is drawn.
type stand struct {
	at, wide float64
	colour   int
}

// stands are where the boxes stand, and what is written under the places.
func (d BoxesData) stands() (all []stand, places, series []string) {
	for _, g := range d.Groups {
		if g.Place == "" {
			all, places = nil, nil
			for n, g := range d.Groups {
				all, places = append(all, stand{at: float64(n), wide: 1, colour: n}), append(places, g.Name)
			}
			return all, places, nil
		}
		if !slices.Contains(places, g.Place) {
			places = append(places, g.Place)
		}
		if !slices.Contains(series, g.Series) {
			series = append(series, g.Series)
		}
	}
	wide := 1 / float64(max(len(series), 1))
	if len(series) > 1 {
		wide *= 0.88 // places stand apart
	}
	for _, g := range d.Groups {
		k := slices.Index(series, g.Series)
		at := float64(slices.Index(places, g.Place)) + (float64(k)-float64(len(series)-1)/2)*wide
		all = append(all, stand{at: at, wide: wide, colour: k})
	}
	if len(series) < 2 {
		series = nil
	}
	return all, places, series
}

// CaseValue is one case's value; NaN where it is not defined. Slice is the axial slice
// to look at, 0 for none.
type CaseValue struct {
	Case  string
	Slice int
	X     float64
}

// Boxes draws a box (median, quartiles, whiskers to the last value within 1.5
// times their distance) or a violin for each group, with every case as a point.
func Boxes(d BoxesData) Figure {
	points := [][]string{{"group", "case", "value"}}
	sliced := slices.ContainsFunc(d.Groups, func(g Group) bool {
		return slices.ContainsFunc(g.Values, func(v CaseValue) bool { return v.Slice > 0 })
	})
	if sliced {
		points[0] = append(points[0], sliceColumn)
	}
	var all []float64
	rows := make([]int, len(d.Groups))
	var left []string // how many of which group are not defined
	undefined := 0
	for n, g := range d.Groups {
		rows[n] = len(points)
		before := undefined
		for i, v := range g.Values {
			points = append(points, row([]string{g.Name, d.who(i, v.Case)}, v.X))
			if sliced {
				last := &points[len(points)-1]
				*last = append(*last, numbered(v.Slice))
			}
			if math.IsNaN(v.X) {
				undefined++
			}
			all = append(all, v.X)
		}
		if more := undefined - before; more > 0 {
			left = append(left, t("left_out.of", more, g.Name))
		}
	}
	stands, names, series := d.stands()
	p := panel{x: named("", names), aspect: 0.66}
	for k, name := range series {
		p.keys = append(p.keys, key{name, func(s *sheet, c draw.Canvas, r vg.Rectangle) {
			fill(c, faded(s.colour(k), 0.22), r.Min.X, r.Min.Y, r.Max.X, r.Max.Y)
			frameOf(c, s.plain(s.ink, 0.7), r.Min.X, r.Min.Y, r.Max.X, r.Max.Y)
			c.DrawGlyph(s.glyph(k, 1.8, 0.9), vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2})
		}})
	}
	shown := all
	if d.Violin { // with their tails
		for _, g := range d.Groups {
			if lo, hi, ok := d.ends(g.sorted()); ok {
				shown = append(shown, lo, hi)
			}
		}
	}
	p.y = spanning(d.Quantity+unitOf(d.Unit), shown...)
	if d.High > d.Low {
		p.y.min, p.y.max = math.Max(p.y.min, d.Low), math.Min(p.y.max, d.High)
	}
	p.empty = emptyUnless(len(stats.Sorted(all)) > 0)
	// Values at a bound are not cut in half.
	room := (p.y.max - p.y.min) * 0.03
	p.y.min, p.y.max = p.y.min-room, p.y.max+room
	for n, g := range d.Groups {
		p.add(func(f frame) { f.group(d, stands[n], g, rows[n]) })
	}
	shows := t("boxes.shows", d.Quantity)
	if d.Violin {
		shows = t("boxes.violin", d.Quantity)
	}
	if undefined > 0 {
		shows += " " + strings.TrimSuffix(t("left_out", undefined), ".") + ": " + strings.Join(left, "; ") + "."
	}
	name := "boxplot"
	if d.Violin {
		name = "violin"
	}
	return figure(name, d.About, d.caption(shows), points, p)
}

func (f frame) group(d BoxesData, at stand, g Group, first int) {
	s, c := f.s, f.s.colour(at.colour)
	sorted := g.sorted()
	place := (f.x(1) - f.x(0)) * vg.Length(at.wide)
	middle, half := f.x(at.at), min(place*0.3, 26*s.scale)
	if len(sorted) > 0 {
		if d.Violin && len(sorted) > 2 { // fewer have no density
			f.violin(d, c, sorted, middle, half)
			half = min(half*0.28, 5*s.scale)
		}
		// Lines over the points, so that a narrow box is seen among them.
		defer f.boxAt(s, c, sorted, middle, half, !d.Violin)
	}
	style := draw.GlyphStyle{Color: faded(c, 0.6), Radius: 1.5 * s.scale, Shape: glyphsOf[at.colour%len(glyphsOf)]}
	var heights []vg.Length
	for _, x := range sorted {
		heights = append(heights, f.y(x))
	}
	swarm := newSwarm(min(place*0.38, 36*s.scale), 1.5*style.Radius, heights)
	style.Radius = max(min(style.Radius, swarm.closest()/2), style.Radius/2)
	for i, v := range g.Values {
		if math.IsNaN(v.X) {
			continue
		}
		at := vg.Point{X: middle + swarm.place(f.y(v.X)), Y: f.y(v.X)}
		f.DrawGlyph(style, at)
		f.spot(first+i, at)
	}
}

// sorted are the values that are defined, ascending.
func (g Group) sorted() []float64 {
	var values []float64
	for _, v := range g.Values {
		values = append(values, v.X)
	}
	return stats.Sorted(values)
}

// ends are where the density of a violin begins and ends; ok is false where there is none.
func (d BoxesData) ends(sorted []float64) (lo, hi float64, ok bool) {
	if len(sorted) < 3 {
		return 0, 0, false
	}
	width := silverman(sorted)
	lo, hi = sorted[0]-2*width, sorted[len(sorted)-1]+2*width
	if d.High > d.Low {
		lo, hi = math.Max(lo, d.Low), math.Min(hi, d.High)
	}
	return lo, hi, width > 0
}

func (f frame) boxAt(s *sheet, c color.NRGBA, sorted []float64, x, half vg.Length, whiskers bool) {
	q1, q2, q3 := stats.Quantile(sorted, 0.25), stats.Quantile(sorted, 0.5), stats.Quantile(sorted, 0.75)
	line := s.plain(s.ink, 0.7)
	f.box(faded(c, 0.22), x-half, f.y(q1), x+half, f.y(q3))
	frameOf(f.Canvas, line, x-half, f.y(q1), x+half, f.y(q3))
	f.StrokeLine2(s.plain(s.ink, 1.6), x-half, f.y(q2), x+half, f.y(q2))
	if !whiskers {
		return
	}
	low, high := q1, q3
	for _, v := range sorted {
		if v >= q1-1.5*(q3-q1) {
			low = math.Min(low, v)
		}
		if v <= q3+1.5*(q3-q1) {
			high = math.Max(high, v)
		}
	}
	for _, w := range [2][2]float64{{q1, low}, {q3, high}} {
		f.StrokeLine2(line, x, f.y(w[0]), x, f.y(w[1]))
		f.StrokeLine2(line, x-half/2, f.y(w[1]), x+half/2, f.y(w[1]))
	}
}

// violin draws a Gaussian density of the values, of the width of Silverman's
// rule, within their bounds: what would lie beyond these is folded back.
func (f frame) violin(d BoxesData, c color.NRGBA, sorted []float64, x, half vg.Length) {
	lo, hi, ok := d.ends(sorted)
	if !ok {
		return
	}
	width, bounded := silverman(sorted), d.High > d.Low
	const steps = 80
	var at, density [steps + 1]float64
	most := 0.
	for i := range at {
		at[i] = lo + (hi-lo)*float64(i)/steps
		for _, v := range sorted {
			for _, m := range []float64{v, 2*d.Low - v, 2*d.High - v} {
				if z := (at[i] - m) / width; math.Abs(z) < 6 {
					density[i] += math.Exp(-z * z / 2)
				}
				if !bounded {
					break
				}
			}
		}
		most = math.Max(most, density[i])
	}
	var outline []vg.Point
	for i := range at {
		outline = append(outline, vg.Point{X: x - half*vg.Length(density[i]/most), Y: f.y(at[i])})
	}
	for i := steps; i >= 0; i-- {
		outline = append(outline, vg.Point{X: x + half*vg.Length(density[i]/most), Y: f.y(at[i])})
	}
	f.FillPolygon(faded(c, 0.25), outline)
	f.StrokeLines(f.s.plain(c, 0.7), append(outline, outline[0]))
}

// silverman is the width of a density's kernel: 0.9 min(SD, IQR/1.34) n^(-1/5)
// (B. W. Silverman, Density Estimation, 1986, 3.31).
func silverman(sorted []float64) float64 {
	sum, squares := 0., 0.
	n := float64(len(sorted))
	for _, v := range sorted {
		sum += v
	}
	for _, v := range sorted {
		squares += (v - sum/n) * (v - sum/n)
	}
	width := math.Sqrt(squares / (n - 1))
	if iqr := (stats.Quantile(sorted, 0.75) - stats.Quantile(sorted, 0.25)) / 1.34; iqr > 0 {
		width = math.Min(width, iqr)
	}
	return 0.9 * width * math.Pow(n, -0.2)
}

// swarm puts points of like height beside one another, the closer the more there are,
// so that each has a place of its own.
type swarm struct {
	half, pitch vg.Length
	of, placed  map[int]int // points in a stretch of heights: in all, and so far
}

func newSwarm(half, pitch vg.Length, heights []vg.Length) swarm {
	w := swarm{half, pitch, map[int]int{}, map[int]int{}}
	for _, y := range heights {
		w.of[w.row(y)]++
	}
	return w
}

func (w swarm) row(y vg.Length) int { return int(math.Floor(float64(y / (1.2 * w.pitch)))) }

// step is how far apart so many points stand.
func (w swarm) step(n int) vg.Length {
	return min(1.25*w.pitch, w.half/vg.Length(max(n/2, 1)))
}

// closest is how far apart the points of the fullest stretch stand.
func (w swarm) closest() vg.Length {
	most := 0
	for _, n := range w.of {
		most = max(most, n)
	}
	return w.step(most)
}

func (w swarm) place(y vg.Length) vg.Length {
	r := w.row(y)
	n := w.placed[r]
	w.placed[r]++
	side := vg.Length((n + 1) / 2) // 0, 1, 1, 2, 2 ... to both sides
	if n%2 == 0 {
		side = -side
	}
	return side * w.step(w.of[r])
}

// BarsData is a number for each of several series in each of several groups: an
// ablation, say.
type BarsData struct {
	About
	Quantity, Unit string
	Groups         []string
	Series         []Bars
}

// Bars is one series, a number a group.
type Bars struct {
	Name   string
	Values []Estimate
}

// BarChart draws bars from 0 on, told apart by colour and pattern, with their
// intervals.
func BarChart(d BarsData) Figure {
	points := [][]string{{"group", "series", "value", "low", "high"}}
	all := []float64{0}
	for _, b := range d.Series {
		for g, v := range b.Values {
			if g < len(d.Groups) {
				points = append(points, row([]string{d.Groups[g], b.Name}, v.X, v.Low, v.High))
				all = append(all, v.X, v.Low, v.High)
			}
		}
	}
	p := panel{x: named("", d.Groups), y: spanning(d.Quantity+unitOf(d.Unit), all...), aspect: 0.6}
	p.empty = emptyUnless(len(points) > 1)
	n := 0
	intervals := false
	for k, b := range d.Series {
		first := n + 1
		n += min(len(b.Values), len(d.Groups))
		for _, v := range b.Values {
			intervals = intervals || v.hasInterval()
		}
		p.add(func(f frame) { f.bars(k, len(d.Series), b.Values[:min(len(b.Values), len(d.Groups))], first) })
		p.keys = append(p.keys, key{b.Name, func(s *sheet, c draw.Canvas, r vg.Rectangle) { s.bar(c, k, r) }})
	}
	shows := t("bars.shows", d.Quantity)
	if intervals {
		shows += " " + t("bars.intervals")
	}
	return figure("bars", d.About, d.caption(shows), points, p)
}

func (f frame) bars(k, of int, values []Estimate, first int) {
	wide := 0.78 / float64(of)
	for g, v := range values {
		if math.IsNaN(v.X) {
			continue
		}
		x := float64(g) - 0.39 + float64(k)*wide
		r := vg.Rectangle{
			Min: vg.Point{X: f.x(x + 0.04*wide), Y: f.y(math.Min(0, v.X))}, Max: vg.Point{X: f.x(x + 0.96*wide), Y: f.y(math.Max(0, v.X))},
		}
		f.s.bar(f.Canvas, k, r)
		f.whisker(f.s.plain(f.s.ink, 0.8), f.x(x+wide/2), v.Low, v.High, min(2.5*f.s.scale, (r.Max.X-r.Min.X)/3))
		f.spot(first+g, vg.Point{X: f.x(x + wide/2), Y: f.y(v.X)})
	}
}

// bar is a box in the colour and pattern of the k-th series.
func (s *sheet) bar(c draw.Canvas, k int, r vg.Rectangle) {
	colour := s.colour(k)
	fill(c, faded(colour, 0.55), r.Min.X, r.Min.Y, r.Max.X, r.Max.Y)
	hatch(c, s.plain(colour, 0.6), k, r, 3.2*s.scale)
	frameOf(c, s.plain(colour, 0.7), r.Min.X, r.Min.Y, r.Max.X, r.Max.Y)
}
