package plot

import (
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// part is something that a figure is composed of.
type part interface {
	height(s *sheet, width vg.Length) vg.Length
	draw(s *sheet, c draw.Canvas)
}

// figure makes a figure of a part: a margin around it, the title over it and the
// foot under it.
func figure(name string, a About, caption string, points [][]string, p part) Figure {
	d := dressed{a, p}
	return Figure{Name: name, caption: caption, points: points, height: d.height, draw: d.draw}
}

type dressed struct {
	About
	part
}

func (d dressed) foot(s *sheet, width vg.Length) (text.Style, []string) {
	style := s.letters(tickSize-0.5, s.soft)
	return style, fold(style, d.Foot, width)
}

func (d dressed) head(s *sheet) vg.Length {
	if d.Title == "" {
		return 0
	}
	return lineHeight(s.bold(titleSize, s.ink)) + gap*s.scale
}

func (d dressed) height(s *sheet, width vg.Length) vg.Length {
	width -= 2 * margin * s.scale
	style, foot := d.foot(s, width)
	return d.part.height(s, width) + 2*margin*s.scale + d.head(s) + vg.Length(len(foot))*lineHeight(style)
}

func (d dressed) draw(s *sheet, c draw.Canvas) {
	edge := margin * s.scale
	c = draw.Crop(c, edge, -edge, edge, -edge)
	if d.Title != "" {
		style := s.fitted(s.bold(titleSize, s.ink), d.Title, c.Size().X)
		write(c, style, draw.XLeft, c.Min.X, c.Max.Y-lineHeight(style)/2, d.Title)
	}
	c.Max.Y -= d.head(s)
	style, foot := d.foot(s, c.Size().X)
	for n := range foot {
		write(c, style, draw.XLeft, c.Min.X, c.Min.Y+lineHeight(style)*0.5, foot[len(foot)-1-n])
		c.Min.Y += lineHeight(style)
	}
	d.part.draw(s, c)
}

// grid is panels in rows and columns, equally wide, under one legend.
type grid struct {
	panels  []panel
	columns int
	keys    []key
}

const gridGap = 10

func (g grid) shape() (columns, rows int) {
	columns = min(max(g.columns, 1), max(len(g.panels), 1))
	return columns, (len(g.panels) + columns - 1) / columns
}

func (g grid) legend() panel { return panel{keys: g.keys} }

func (g grid) cellWidth(s *sheet, width vg.Length) vg.Length {
	columns, _ := g.shape()
	return (width - vg.Length(columns-1)*gridGap*s.scale) / vg.Length(columns)
}

func (g grid) height(s *sheet, width vg.Length) vg.Length {
	columns, rows := g.shape()
	cell := g.cellWidth(s, width)
	total := g.legend().keyHeight(s, width) + vg.Length(max(rows-1, 0))*gridGap*s.scale
	for r := range rows {
		total += g.rowHeight(s, cell, r, columns)
	}
	return total
}

func (g grid) rowHeight(s *sheet, cell vg.Length, r, columns int) vg.Length {
	tallest := vg.Length(0)
	for n := r * columns; n < min((r+1)*columns, len(g.panels)); n++ {
		tallest = max(tallest, g.panels[n].height(s, cell))
	}
	return tallest
}

// titles is how large the letters of all titles are so that the longest fits.
func (g grid) titles(s *sheet, cell vg.Length) vg.Length {
	least := titleSize * s.scale
	for _, p := range g.panels {
		room := cell - p.insets(s, cell, cell*vg.Length(p.aspect)).left
		least = min(least, s.fitted(s.bold(titleSize, s.ink), p.title, room).Font.Size)
	}
	return least
}

func (g grid) draw(s *sheet, c draw.Canvas) {
	columns, rows := g.shape()
	size := c.Size()
	head := g.legend().keyHeight(s, size.X)
	g.legend().drawKeys(s, c, 0, head)
	c.Max.Y -= head
	cell := g.cellWidth(s, size.X)
	// What is there is shared out as the rows would like it.
	want, heights := vg.Length(0), make([]vg.Length, rows)
	for r := range rows {
		heights[r] = g.rowHeight(s, cell, r, columns)
		want += heights[r]
	}
	have := size.Y - head - vg.Length(max(rows-1, 0))*gridGap*s.scale
	letters := g.titles(s, cell)
	y := c.Max.Y
	for r := range rows {
		h := heights[r] * have / want
		for n := r * columns; n < min((r+1)*columns, len(g.panels)); n++ {
			x := c.Min.X + vg.Length(n-r*columns)*(cell+gridGap*s.scale)
			at := c
			at.Rectangle = vg.Rectangle{Min: vg.Point{X: x, Y: y - h}, Max: vg.Point{X: x + cell, Y: y}}
			p := g.panels[n]
			p.size = letters
			p.draw(s, at)
		}
		y -= h + gridGap*s.scale
	}
}
