package plot

import (
	"image"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// PicturesData is pictures side by side, such as a slice with two masks on it.
type PicturesData struct {
	About
	Name    string // of the files
	Panes   []Pane
	Columns int // 0 for all in one row
	Keys    []Swatch
	Shows   string
	Points  [][]string // what is said of each picture, under a head; nil for their titles
}

// Pane is a picture under its title.
type Pane struct {
	Title string
	Image image.Image
}

// Swatch is a line of the legend: a small picture and what it stands for.
type Swatch struct {
	Name  string
	Image image.Image
}

// Pictures draws pictures with titles and legend as true text around them. The
// table of points says which pictures there are.
func Pictures(d PicturesData) Figure {
	points := d.Points
	if points == nil {
		points = [][]string{{"pane"}}
		for _, p := range d.Panes {
			points = append(points, []string{p.Title})
		}
	}
	if d.Columns <= 0 {
		d.Columns = len(d.Panes)
	}
	return figure(d.Name, d.About, d.caption(d.Shows), points, pictures(d))
}

type pictures PicturesData

const paneGap = 3

func (d pictures) legend() panel {
	var p panel
	for _, k := range d.Keys {
		p.keys = append(p.keys, key{k.Name, func(_ *sheet, c draw.Canvas, r vg.Rectangle) { c.DrawImage(r, k.Image) }})
	}
	return p
}

// cells lays the panes out: how wide one is, and how high each row.
func (d pictures) cells(s *sheet, width vg.Length) (cell vg.Length, rows []vg.Length) {
	columns := max(d.Columns, 1)
	cell = (width - vg.Length(columns-1)*paneGap*s.scale) / vg.Length(columns)
	for n, p := range d.Panes {
		if n%columns == 0 {
			rows = append(rows, 0)
		}
		h := cell * vg.Length(aspect(p.Image))
		if p.Title != "" {
			h += lineHeight(s.letters(labelSize, s.ink))
		}
		rows[n/columns] = max(rows[n/columns], h)
	}
	return cell, rows
}

func aspect(m image.Image) float64 {
	if m == nil || m.Bounds().Empty() {
		return 1
	}
	return float64(m.Bounds().Dy()) / float64(m.Bounds().Dx())
}

func (d pictures) height(s *sheet, width vg.Length) vg.Length {
	_, rows := d.cells(s, width)
	total := d.legend().keyHeight(s, width) + vg.Length(max(len(rows)-1, 0))*paneGap*s.scale
	for _, h := range rows {
		total += h
	}
	return total
}

func (d pictures) draw(s *sheet, c draw.Canvas) {
	size := c.Size()
	keys := d.legend().keyHeight(s, size.X)
	d.legend().drawKeys(s, draw.Crop(c, 0, 0, 0, -(size.Y-keys)-gap*s.scale), 0, keys)
	cell, rows := d.cells(s, size.X)
	y := c.Max.Y
	style := s.letters(labelSize, s.ink)
	for n, p := range d.Panes {
		columns := max(d.Columns, 1)
		if n > 0 && n%columns == 0 {
			y -= rows[n/columns-1] + paneGap*s.scale
		}
		x, top := c.Min.X+vg.Length(n%columns)*(cell+paneGap*s.scale), y
		if p.Title != "" {
			write(c, s.fitted(style, p.Title, cell), draw.XLeft, x, top-lineHeight(style)/2, p.Title)
			top -= lineHeight(style)
		}
		if p.Image != nil && !p.Image.Bounds().Empty() {
			c.DrawImage(vg.Rectangle{
				Min: vg.Point{X: x, Y: top - cell*vg.Length(aspect(p.Image))}, Max: vg.Point{X: x + cell, Y: top},
			}, p.Image)
		}
	}
}
