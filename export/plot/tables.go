package plot

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// TableData is words and numbers in rows, such as metrics by fold. The first
// column is words.
type TableData struct {
	About
	Name    string // of the files
	Columns []string
	Rows    [][]string
	Foot    [][]string // rows under a line of their own: means, medians; of one cell: words right across
	Shows   string
}

// Table draws a table as journals print them: lines over and under, none between
// the columns.
func Table(d TableData) Figure {
	points := append([][]string{d.Columns}, d.Rows...)
	return figure(d.Name, d.About, d.caption(d.Shows), append(points, d.Foot...), table(d))
}

type table TableData

func (d table) all() [][]string {
	return append(append([][]string{d.Columns}, d.Rows...), d.Foot...)
}

// style is as large as letters are, or smaller where the table would not fit.
func (d table) style(s *sheet, width vg.Length) (text.Style, []vg.Length) {
	style := s.letters(tickSize+0.5, s.ink)
	for {
		widths := make([]vg.Length, len(d.Columns))
		total := vg.Length(0)
		for c := range d.Columns {
			for n, row := range d.all() {
				if c < len(row) && !d.across(row) {
					st := style
					if n == 0 {
						st = s.bold(style.Font.Size/s.scale, s.ink)
					}
					for _, line := range lines(signed(row[c])) {
						widths[c] = max(widths[c], st.Width(line))
					}
				}
			}
			total += widths[c]
		}
		room := width - vg.Length(max(len(widths)-1, 0))*5*s.scale
		if total <= room || style.Font.Size <= 4*s.scale {
			if n := len(widths); n > 1 && total < room { // share out what is left
				for c := range widths {
					if c > 0 {
						widths[c] += (room - total) / vg.Length(n-1)
					}
				}
			}
			return style, widths
		}
		style.Font.Size *= 0.95
	}
}

// across says that a row is words that no column has.
func (d table) across(row []string) bool { return len(row) == 1 && len(d.Columns) > 1 }

func lines(s string) []string { return strings.Split(s, "\n") }

// signed is a cell as it is printed: a number has a true minus.
func signed(cell string) string {
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return strings.ReplaceAll(cell, "-", "−")
	}
	return cell
}

func headLines(columns []string) int {
	n := 1
	for _, c := range columns {
		n = max(n, len(lines(c)))
	}
	return n
}

const tableLine = 1.5 // of a row to the size of its letters

func (d table) height(s *sheet, width vg.Length) vg.Length {
	style, _ := d.style(s, width)
	rows := vg.Length(len(d.all()) - 1 + headLines(d.Columns))
	return rows*style.Font.Size*tableLine + 8*s.scale
}

func (d table) draw(s *sheet, c draw.Canvas) {
	style, widths := d.style(s, c.Size().X)
	pitch := style.Font.Size * tableLine
	thick, thin := s.plain(s.ink, 0.9), s.plain(s.ink, 0.5)
	y := c.Max.Y - 1*s.scale
	rule := func(l draw.LineStyle) {
		c.StrokeLine2(l, c.Min.X, y, c.Max.X, y)
		y -= 2 * s.scale
	}
	rule(thick)
	put := func(row []string, style text.Style, n int) {
		x := c.Min.X
		for col, w := range widths {
			if col < len(row) {
				for i, line := range lines(signed(row[col])) {
					at := y - pitch*(vg.Length(i+n-len(lines(row[col])))+0.5)
					if d.across(row) {
						write(c, s.fitted(style, line, c.Size().X), draw.XLeft, x, at, line)
					} else if col == 0 {
						write(c, style, draw.XLeft, x, at, line)
					} else {
						write(c, style, draw.XRight, x+w, at, line)
					}
				}
			}
			x += w + 5*s.scale
		}
		y -= pitch * vg.Length(n)
	}
	put(d.Columns, s.bold(style.Font.Size/s.scale, s.ink), headLines(d.Columns))
	rule(thin)
	for _, r := range d.Rows {
		put(r, style, 1)
	}
	if len(d.Foot) > 0 {
		rule(thin)
		for _, r := range d.Foot {
			put(r, style, 1)
		}
	}
	rule(thick)
}

// ConfusionData is how often each label of the reference got each label of the
// prediction: Counts by reference, then prediction.
type ConfusionData struct {
	About
	Labels []string
	Counts [][]int64
	What   string // what is counted: "voxels"
}

// Confusion draws the table, each cell with its count and its share of the row,
// and as dark as that share.
func Confusion(d ConfusionData) Figure {
	points := [][]string{append([]string{"reference"}, d.Labels...)}
	for r, name := range d.Labels {
		line := []string{name}
		for c := range d.Labels {
			line = append(line, strconv.FormatInt(d.at(r, c), 10))
		}
		points = append(points, line)
	}
	return figure("confusion", d.About, d.caption(t("confusion.shows", d.What)), points, confusion(d))
}

func (d ConfusionData) at(r, c int) int64 {
	if r < len(d.Counts) && c < len(d.Counts[r]) {
		return d.Counts[r][c]
	}
	return 0
}

type confusion ConfusionData

// lead is what is left of the cells and above them, where a label may take several lines
// of the width of a cell.
func (d confusion) lead(s *sheet, width vg.Length) (left, top vg.Length, heads [][]string) {
	style := s.letters(tickSize, s.ink)
	for _, l := range d.Labels {
		left = max(left, style.Width(l))
	}
	line := lineHeight(s.letters(labelSize, s.ink))
	left += line + 2*gap*s.scale
	lines := 1
	for _, l := range d.Labels {
		head := fold(style, l, (width-left)/vg.Length(len(d.Labels))-2*s.scale)
		heads, lines = append(heads, head), max(lines, len(head))
	}
	return left, line + max(line, vg.Length(lines)*lineHeight(style)) + gap*s.scale, heads
}

func (d confusion) height(s *sheet, width vg.Length) vg.Length {
	left, top, _ := d.lead(s, width)
	n := vg.Length(max(len(d.Labels), 1))
	return top + min((width-left)/n*0.62, 60*s.scale)*n
}

func (d confusion) draw(s *sheet, c draw.Canvas) {
	left, top, heads := d.lead(s, c.Size().X)
	n := max(len(d.Labels), 1)
	cells := draw.Crop(c, left, 0, 0, -top)
	size := cells.Size()
	w, h := size.X/vg.Length(n), size.Y/vg.Length(n)
	tick, label := s.letters(tickSize, s.ink), s.letters(labelSize, s.ink)
	write(c, label, draw.XCenter, cells.Center().X, c.Max.Y-lineHeight(label)/2, t("confusion.prediction"))
	c.Push()
	c.Translate(vg.Point{X: c.Min.X + lineHeight(label)/2, Y: cells.Center().Y})
	c.Rotate(math.Pi / 2)
	write(c, label, draw.XCenter, 0, 0, t("confusion.reference"))
	c.Pop()
	for r, name := range d.Labels {
		y := cells.Max.Y - (vg.Length(r)+0.5)*h
		write(c, tick, draw.XRight, cells.Min.X-gap*s.scale, y, name)
		for i, part := range heads[r] {
			up := 0.6 + vg.Length(len(heads[r])-1-i)
			write(c, tick, draw.XCenter, cells.Min.X+(vg.Length(r)+0.5)*w, cells.Max.Y+lineHeight(tick)*up, part)
		}
		total := int64(0)
		for k := range d.Labels {
			total += ConfusionData(d).at(r, k)
		}
		for k := range d.Labels {
			d.cell(s, cells, cells.Min.X+vg.Length(k)*w, y-h/2, w, h, ConfusionData(d).at(r, k), total)
		}
	}
}

func (d confusion) cell(s *sheet, c draw.Canvas, x, y, w, h vg.Length, count, total int64) {
	share := 0.
	if total > 0 {
		share = float64(count) / float64(total)
	}
	ground := blend(s.paper, s.colour(0), share*0.5) // on which ink stands out, whatever the share
	fill(c, ground, x, y, x+w, y+h)
	frameOf(c, s.plain(s.soft, 0.5), x, y, x+w, y+h)
	style := s.letters(labelSize, s.ink)
	for number := spaced(float64(count), 0, true); style.Width(number) > w-3*s.scale && style.Font.Size > 4*s.scale; {
		style.Font.Size *= 0.95
	}
	write(c, style, draw.XCenter, x+w/2, y+h/2+style.Font.Size*0.55, spaced(float64(count), 0, true))
	below := s.letters(tickSize, s.ink)
	if total > 0 {
		write(c, below, draw.XCenter, x+w/2, y+h/2-style.Font.Size*0.6, percent(share))
	}
}

// percent writes a share; one that is not nothing is never written as 0.
func percent(share float64) string {
	if share > 0 && share < 0.0005 {
		return "< 0.1 %"
	}
	return label(100*share, 1) + " %"
}

// blend mixes two opaque colours.
func blend(a, b color.NRGBA, part float64) color.NRGBA {
	mix := func(x, y uint8) uint8 { return uint8(float64(x)*(1-part) + float64(y)*part + 0.5) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xFF}
}
