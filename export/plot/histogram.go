package plot

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// HistogramData is how values spread, of one thing or of several.
type HistogramData struct {
	About
	X, Y   string // labels with units
	Spread []Spread
	// Zones are stretches of X with a name, such as classes of lung density.
	Zones []Zone
	// Apart gives each spread axes of its own, as before and after preprocessing
	// where the units differ; each then has its own label X.
	Apart bool
}

// Spread is counts in bins of equal width, the first from Low on. They are drawn
// as shares of their sum.
type Spread struct {
	Name string
	// Of gives it the colour of the Of-th thing, 1 the first; 0 that of its own place.
	Of         int
	Low, Width float64
	Counts     []float64
	X          string // label of its axis, where the spreads stand apart
	// Reference draws it solid in ink, beside several others in the colours that they have
	// elsewhere.
	Reference bool
}

// Zone is a named stretch.
type Zone struct {
	Name     string
	From, To float64
}

// Histogram draws spreads as steps with their area filled.
func Histogram(d HistogramData) Figure {
	points := [][]string{{"series", "from", "to", "count", "share"}}
	var panels []panel
	var xs, ys []float64
	together := panel{aspect: 0.58}
	together.add(func(f frame) { f.zones(d.Zones) })
	for n, h := range d.Spread {
		total := 0.
		for _, c := range h.Counts {
			total += c
		}
		var line []XY
		for i, c := range h.Counts {
			from := h.Low + float64(i)*h.Width
			share := c / total
			points = append(points, row([]string{h.Name}, from, from+h.Width, c, share))
			line = append(line, XY{from, share}, XY{from + h.Width, share})
			ys = append(ys, share)
		}
		if len(line) > 0 {
			xs = append(xs, line[0].X, line[len(line)-1].X)
		}
		of := n
		if h.Of > 0 {
			of = h.Of - 1
		}
		style := func(s *sheet) draw.LineStyle {
			if h.Reference {
				return s.plain(s.ink, 1)
			}
			return s.lineOf(n, of, 1)
		}
		layer := func(f frame) { f.steps(style(f.s), line) }
		if d.Apart {
			p := panel{title: h.Name, aspect: 0.62, layers: []func(frame){layer}}
			p.x, p.y = spanning(h.X, 0), spanning(d.Y, append(sharesOf(line), 0)...)
			p.x.min, p.x.max = bounds([]float64{h.Low, h.Low + h.Width*float64(len(h.Counts))})
			p.x.most = 5
			p.empty = emptyUnless(total > 0)
			panels = append(panels, p)
			continue
		}
		together.add(layer)
		together.keys = append(together.keys, key{h.Name, func(s *sheet, c draw.Canvas, r vg.Rectangle) {
			fill(c, faded(nrgba(style(s).Color), 0.25), r.Min.X, r.Min.Y, r.Max.X, r.Max.Y)
			c.StrokeLine2(style(s), r.Min.X, r.Max.Y, r.Max.X, r.Max.Y)
		}})
	}
	caption := d.caption(t("histogram.shows", d.Y))
	if d.Apart {
		return figure("histogram", d.About, caption, points, grid{panels: panels, columns: 2})
	}
	together.x, together.y = spanning(d.X, 0), spanning(d.Y, append(ys, 0)...)
	together.x.min, together.x.max = bounds(xs)
	together.empty = emptyUnless(len(points) > 1)
	if len(d.Zones) > 0 { // room for two rows of names
		together.y.max *= 1.2
	}
	return figure("histogram", d.About, caption, points, together)
}

func sharesOf(line []XY) []float64 {
	var ys []float64
	for _, q := range line {
		ys = append(ys, q.Y)
	}
	return ys
}

// steps draws a spread with its area filled.
func (f frame) steps(style draw.LineStyle, line []XY) {
	band := make([]Band, len(line))
	for i, q := range line {
		band[i] = Band{X: q.X, Low: 0, High: q.Y}
	}
	f.band(faded(nrgba(style.Color), 0.25), band)
	f.polyline(style, line)
}

// zones parts stretches of X and names them at the top: where a name does not fit, in
// a row of its own under those that do, over a line as long as the stretch.
func (f frame) zones(all []Zone) {
	s := f.s
	span := func(z Zone) (x0, x1 vg.Length) { return max(f.x(z.From), f.Min.X), min(f.x(z.To), f.Max.X) }
	for _, z := range all {
		if x0, x1 := span(z); x0 < x1 {
			f.StrokeLine2(s.plain(s.soft, 0.4, 2, 2), x0, f.Min.Y, x0, f.Max.Y)
			f.StrokeLine2(s.plain(s.soft, 0.4, 2, 2), x1, f.Min.Y, x1, f.Max.Y)
		}
	}
	style := s.letters(tickSize-0.5, s.soft)
	for _, z := range all {
		x0, x1 := span(z)
		if x1 <= x0 {
			continue
		}
		wide, y := style.Width(z.Name), f.Max.Y-style.Font.Size*0.6
		if wide < x1-x0-2*s.scale {
			write(f.Canvas, style, draw.XCenter, (x0+x1)/2, y, z.Name)
			continue
		}
		y -= lineHeight(style)
		at := min(max((x0+x1)/2, f.Min.X+wide/2+2*s.scale), f.Max.X-wide/2-2*s.scale)
		fill(f.Canvas, s.paper, at-wide/2-s.scale, y-style.Font.Size*0.5, at+wide/2+s.scale, y+style.Font.Size*0.5)
		write(f.Canvas, style, draw.XCenter, at, y, z.Name)
		under := y - style.Font.Size*0.75
		f.StrokeLine2(s.plain(s.soft, 0.8), x0, under, x1, under)
	}
}

// GridData is a histogram of scores for each of several labels (rows) and
// metrics (columns).
type GridData struct {
	About
	Rows, Columns []string
	Values        [][][]float64 // by row, column, case
	Bin           float64       // 0 for 0.05
	Low, High     float64       // of all scores; both 0 for 0 and 1
}

// ScoreGrid draws a histogram of the cases' scores for each label and metric.
func ScoreGrid(d GridData) Figure {
	if !(d.Bin > 0) {
		d.Bin = 0.05
	}
	if d.High <= d.Low {
		d.Low, d.High = 0, 1
	}
	const mostBins = 200
	d.Bin = math.Max(d.Bin, (d.High-d.Low)/mostBins)
	bins := max(1, int(math.Round((d.High-d.Low)/d.Bin)))
	points := [][]string{{"label", "metric", "from", "to", "cases"}}
	g := grid{columns: len(d.Columns)}
	most := 1.
	counts := make([][][]float64, len(d.Rows))
	for r := range d.Rows {
		for c := range d.Columns {
			n := make([]float64, bins)
			for _, v := range at2(d.Values, r, c) {
				if math.IsNaN(v) {
					continue
				}
				b := min(max(int(math.Floor((v-d.Low)/d.Bin+1e-9)), 0), bins-1)
				n[b]++
				most = math.Max(most, n[b])
			}
			counts[r] = append(counts[r], n)
			for b, k := range n {
				points = append(points, row([]string{d.Rows[r], d.Columns[c]}, d.Low+float64(b)*d.Bin, d.Low+float64(b+1)*d.Bin, k))
			}
		}
	}
	for r := range d.Rows {
		for c := range d.Columns {
			p := panel{aspect: 0.62, title: fmt.Sprintf("%s · %s", d.Rows[r], d.Columns[c])}
			p.x = axis{min: d.Low, max: d.High, most: 3}
			p.y = axis{min: 0, whole: true, most: 3}
			_, p.y.max = roundOut(0, most, 3)
			if r == len(d.Rows)-1 {
				p.x.label = t("grid.x")
			}
			if c == 0 {
				p.y.label = t("grid.y")
			}
			n := counts[r][c]
			p.add(func(f frame) {
				for b, k := range n {
					if k == 0 {
						continue
					}
					x0, x1 := f.x(d.Low+float64(b)*d.Bin), f.x(d.Low+float64(b+1)*d.Bin)
					f.box(faded(f.s.colour(r), 0.7), x0, f.y(0), x1, f.y(k))
					frameOf(f.Canvas, f.s.plain(f.s.paper, 0.4), x0, f.y(0), x1, f.y(k))
				}
			})
			g.panels = append(g.panels, p)
		}
	}
	return figure("score_grid", d.About, d.caption(t("grid.shows", figures(d.Bin))), points, g)
}

func at2(v [][][]float64, r, c int) []float64 {
	if r >= len(v) || c >= len(v[r]) {
		return nil
	}
	return v[r][c]
}
