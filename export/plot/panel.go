package plot

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// axis is one side of a panel. With names it has a place for each of them, at 0,
// 1, 2 and so on; with log, min and max are logarithms (base e).
type axis struct {
	label    string
	min, max float64
	names    []string
	log      bool
	whole    bool // only whole numbers are marked
	most     int  // marks; 0 for as many as fit well
	spaced   bool // numbers of four digits have a space, as those of the other axis do
}

// named is an axis with a place for each name.
func named(label string, names []string) axis {
	return axis{label: label, names: names, min: -0.6, max: float64(len(names)) - 0.4}
}

// spanning is an axis that shows all values, with some room around them, ending
// at marks. What is not finite is left out.
func spanning(label string, values ...float64) axis {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, x := range values {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			lo, hi = math.Min(lo, x), math.Max(hi, x)
		}
	}
	if lo > hi {
		lo, hi = 0, 1
	}
	if lo == hi {
		pad := math.Max(math.Abs(lo)*0.1, 0.5)
		lo, hi = lo-pad, hi+pad
	}
	a := axis{label: label}
	a.min, a.max = roundOut(lo, hi, 7)
	return a
}

// roomy is a where no value lies so near an end that its marker is cut by the axis.
func (a axis) roomy(values ...float64) axis {
	room := (a.max - a.min) * 0.035
	lo, hi := a.min, a.max
	for _, x := range values {
		if x < a.min+room {
			lo = a.min - room
		}
		if x > a.max-room {
			hi = a.max + room
		}
	}
	a.min, a.max = lo, hi
	return a
}

// unit is an axis of shares, 0 to 1.
func unit(label string) axis { return axis{label: label, min: 0, max: 1, most: 5} }

// frame is where the data of a panel lie.
type frame struct {
	draw.Canvas
	s    *sheet
	x, y func(float64) vg.Length
}

// at is where a point of the data lies.
func (f frame) at(x, y float64) vg.Point { return vg.Point{X: f.x(x), Y: f.y(y)} }

// shows says whether a point of the data lies between the axes.
func (f frame) shows(x, y float64) bool {
	p, slack := f.at(x, y), vg.Length(0.01)
	return p.X >= f.Min.X-slack && p.X <= f.Max.X+slack && p.Y >= f.Min.Y-slack && p.Y <= f.Max.Y+slack
}

// spot says that a row of the table was drawn there.
func (f frame) spot(row int, p vg.Point) {
	size := f.s.whole.Size()
	f.s.spots = append(f.s.spots, Spot{
		Row: row, X: float64((p.X - f.s.whole.Min.X) / size.X), Y: float64((f.s.whole.Max.Y - p.Y) / size.Y),
	})
}

// key is a line of the legend.
type key struct {
	name string
	draw func(s *sheet, c draw.Canvas, r vg.Rectangle)
}

// panel is a pair of axes with data between them.
type panel struct {
	title  string
	size   vg.Length // of the title's letters, where panels beside it have as large ones; 0 for as large as fits
	x, y   axis
	aspect float64 // of the data: height to width
	keys   []key
	bare   bool // no lines behind the data
	layers []func(f frame)
	empty  string // said in the middle where there is nothing to draw
	beside []beside
	least  insets // left and right of the data, where another panel needs more
}

// beside is a value written at the right, at its height.
type beside struct {
	at     float64
	text   string
	colour int
}

func (p *panel) add(layer func(f frame)) { p.layers = append(p.layers, layer) }

// Distances between the parts of a panel, in points.
const (
	tickLength = 2.5
	gap        = 3
	keyWidth   = 17
	margin     = 4
)

// insets are how far the data are from the edges of the panel without its key.
type insets struct{ left, right, bottom, top vg.Length }

func (p panel) insets(s *sheet, width, height vg.Length) insets {
	ticks, labels := s.letters(tickSize, s.ink), s.letters(labelSize, s.ink)
	x, y := p.xTicks(s, width), p.yTicks(s, height)
	in := insets{
		left: (tickLength + gap) * s.scale, right: 2 * s.scale,
		bottom: (tickLength+gap)*s.scale + lineHeight(ticks), top: ticks.Font.Size / 2,
	}
	widest := vg.Length(0)
	for _, t := range y {
		widest = max(widest, ticks.Width(t.label))
	}
	in.left += widest
	if p.y.label != "" {
		in.left += lineHeight(labels) + gap*s.scale
	}
	if p.x.label != "" {
		in.bottom += lineHeight(labels)
	}
	for _, b := range p.beside {
		in.right = max(in.right, ticks.Width(b.text)+gap*s.scale)
	}
	if p.title != "" {
		in.top += lineHeight(s.bold(titleSize, s.ink)) + gap*s.scale
	}
	if p.x.names != nil { // under the middle of their places, in lines
		if wide := width - in.left; p.upright(s, wide) {
			in.bottom += p.longest(s, wide) - lineHeight(ticks)
		} else {
			in.bottom += vg.Length(p.nameLines(s, wide)-1) * lineHeight(ticks)
		}
	} else if n := len(x); n > 0 {
		// The last label may stand out beyond its mark.
		over := ticks.Width(x[n-1].label) / 2 * vg.Length(math.Max(0, 1-4*(p.x.max-x[n-1].at)/(p.x.max-p.x.min)))
		in.right = max(in.right, over)
	}
	in.left, in.right = max(in.left, p.least.left), max(in.right, p.least.right)
	return in
}

// nameLines is how many lines the names under the axis need.
func (p panel) nameLines(s *sheet, width vg.Length) int {
	lines := 1
	place := width / vg.Length(max(len(p.x.names), 1))
	for _, name := range p.x.names {
		lines = max(lines, len(halves(s.letters(tickSize, s.ink), name, place-2*s.scale)))
	}
	return lines
}

// upright says that names need more room than their places are wide, so that they would run
// into one another: then they are written upwards.
func (p panel) upright(s *sheet, width vg.Length) bool {
	style := s.letters(tickSize, s.ink)
	place := width/vg.Length(max(len(p.x.names), 1)) - 2*s.scale
	for _, name := range p.x.names {
		for _, part := range halves(style, name, place) {
			if style.Width(part) > place {
				return true
			}
		}
	}
	return false
}

// mostUpwards is how long names get that are written upwards.
const mostUpwards = 80

// upwards are the lines of a name that is written upwards, as many as its place has room for.
func (p panel) upwards(s *sheet, width vg.Length, name string) []string {
	style := s.letters(tickSize, s.ink)
	if most := vg.Length(mostUpwards) * s.scale; style.Width(name) > most && width/vg.Length(len(p.x.names)) > 2*lineHeight(style) {
		return fold(style, name, most)
	}
	return []string{name}
}

// longest is how long the longest name is that is written upwards.
func (p panel) longest(s *sheet, width vg.Length) (most vg.Length) {
	style := s.letters(tickSize, s.ink)
	for _, name := range p.x.names {
		for _, line := range p.upwards(s, width, name) {
			most = max(most, style.Width(line))
		}
	}
	return most
}

func (p panel) xTicks(s *sheet, width vg.Length) []tick {
	if p.x.names != nil {
		return nil
	}
	most := p.x.most
	if most == 0 {
		most = min(8, max(2, int(width/(30*s.scale))))
	}
	return p.x.ticks(most)
}

func (p panel) yTicks(s *sheet, height vg.Length) []tick {
	if p.y.names != nil {
		var ticks []tick
		for n, name := range p.y.names {
			ticks = append(ticks, tick{float64(n), name})
		}
		return ticks
	}
	most := p.y.most
	if most == 0 {
		most = min(8, max(2, int(height/(15*s.scale))))
	}
	return p.y.ticks(most)
}

func (a axis) ticks(most int) []tick {
	if a.log {
		return logTicks(a.min, a.max, most)
	}
	return ticksBetween(a.min, a.max, most, a.whole, a.spaced || a.long())
}

// long reports whether an axis has numbers of five digits.
func (a axis) long() bool {
	return a.names == nil && !a.log && math.Max(math.Abs(a.min), math.Abs(a.max)) >= 1e4
}

// alike writes the numbers of two axes in one way.
func (p *panel) alike() {
	p.x.spaced, p.y.spaced = p.y.long(), p.x.long()
}

// highest is how high the data of a panel that need not be square get.
const highest = 75 / mmPerInch * vg.Inch

// height is what the panel needs to keep the aspect of its data.
func (p panel) height(s *sheet, width vg.Length) vg.Length {
	in := p.insets(s, width, width*vg.Length(p.aspect))
	data := (width - in.left - in.right) * vg.Length(p.aspect)
	if p.aspect != 1 {
		data = min(data, highest*s.scale)
	}
	return p.keyHeight(s, width) + in.top + data + in.bottom
}

// draw draws the panel into a rectangle. Where that has another shape than the
// panel wants, only square ones leave some of it empty.
func (p panel) draw(s *sheet, c draw.Canvas) {
	size := c.Size()
	keyHeight := p.keyHeight(s, size.X)
	in := p.insets(s, size.X, size.Y-keyHeight)
	p.drawKeys(s, c, in.left, keyHeight)
	c.Max.Y -= keyHeight
	data := draw.Crop(c, in.left, -in.right, in.bottom, -in.top)
	if p.aspect == 1 {
		if d := data.Size(); d.X > d.Y {
			data.Max.X = data.Min.X + d.Y
		} else {
			data.Min.Y = data.Max.Y - d.X
		}
	}
	if d := data.Size(); d.X <= 0 || d.Y <= 0 {
		return // no room for anything
	}
	f := frame{Canvas: data, s: s}
	f.x = func(v float64) vg.Length { return data.X((v - p.x.min) / (p.x.max - p.x.min)) }
	f.y = func(v float64) vg.Length { return data.Y((v - p.y.min) / (p.y.max - p.y.min)) }
	if p.title != "" {
		style := s.fitted(s.bold(titleSize, s.ink), p.title, c.Max.X-data.Min.X)
		if p.size > 0 {
			style.Font.Size = min(style.Font.Size, p.size)
		}
		write(c, style, draw.XLeft, data.Min.X, c.Max.Y-lineHeight(s.bold(titleSize, s.ink))/2, p.title)
	}
	p.drawAxes(f, c)
	if p.empty != "" {
		write(c, s.letters(labelSize, s.soft), draw.XCenter, data.Center().X, data.Center().Y, p.empty)
		return
	}
	for _, layer := range p.layers {
		layer(f)
	}
	p.writeBeside(f)
}

// writeBeside writes the values at the right, from the top down and apart.
func (p panel) writeBeside(f frame) {
	style := f.s.letters(tickSize, f.s.ink)
	above := f.Max.Y + lineHeight(style)
	for _, b := range p.beside {
		y := min(f.y(b.at), above-lineHeight(style))
		above = y
		style.Color = f.s.colour(b.colour)
		write(f.Canvas, style, draw.XLeft, f.Max.X+gap*f.s.scale, y, b.text)
	}
}

func (p panel) drawAxes(f frame, c draw.Canvas) {
	s := f.s
	line, grid := s.plain(s.ink, 0.6), s.plain(s.faint, 0.5)
	tickStyle, labelStyle := s.letters(tickSize, s.ink), s.letters(labelSize, s.ink)
	mark := tickLength * s.scale
	size := f.Size()
	xs, ys := p.xTicks(s, size.X), p.yTicks(s, size.Y)
	for _, t := range xs {
		x := f.x(t.at)
		if !p.bare {
			f.StrokeLine2(grid, x, f.Min.Y, x, f.Max.Y)
		}
		f.StrokeLine2(line, x, f.Min.Y, x, f.Min.Y-mark)
		write(f.Canvas, tickStyle, draw.XCenter, x, f.Min.Y-mark-gap*s.scale-tickStyle.Font.Size/2, t.label)
	}
	below := lineHeight(tickStyle)
	if p.x.names != nil && p.upright(s, size.X) {
		below = p.longest(s, size.X)
		for n, name := range p.x.names {
			f.StrokeLine2(line, f.x(float64(n)), f.Min.Y, f.x(float64(n)), f.Min.Y-mark)
			parts := p.upwards(s, size.X, name)
			for i, part := range parts {
				f.Push()
				f.Translate(vg.Point{
					X: f.x(float64(n)) + (vg.Length(i)-vg.Length(len(parts)-1)/2)*lineHeight(tickStyle), Y: f.Min.Y - mark - gap*s.scale,
				})
				f.Rotate(math.Pi / 2)
				write(f.Canvas, tickStyle, draw.XRight, 0, 0, part)
				f.Pop()
			}
		}
	} else if p.x.names != nil {
		place := size.X / vg.Length(len(p.x.names))
		below = vg.Length(p.nameLines(s, size.X)) * lineHeight(tickStyle)
		for n, name := range p.x.names {
			f.StrokeLine2(line, f.x(float64(n)), f.Min.Y, f.x(float64(n)), f.Min.Y-mark)
			for i, part := range halves(tickStyle, name, place-2*s.scale) {
				write(f.Canvas, tickStyle, draw.XCenter, f.x(float64(n)), f.Min.Y-mark-gap*s.scale-tickStyle.Font.Size/2-vg.Length(i)*lineHeight(tickStyle), part)
			}
		}
	}
	widest := vg.Length(0)
	for _, t := range ys {
		y := f.y(t.at)
		if !p.bare {
			f.StrokeLine2(grid, f.Min.X, y, f.Max.X, y)
		}
		f.StrokeLine2(line, f.Min.X-mark, y, f.Min.X, y)
		write(f.Canvas, tickStyle, draw.XRight, f.Min.X-mark-gap*s.scale, y, t.label)
		widest = max(widest, tickStyle.Width(t.label))
	}
	f.StrokeLines(line, []vg.Point{{X: f.Min.X, Y: f.Max.Y}, {X: f.Min.X, Y: f.Min.Y}, {X: f.Max.X, Y: f.Min.Y}})
	if p.x.label != "" {
		y := f.Min.Y - mark - gap*s.scale - below - labelStyle.Font.Size/2
		style := s.fitted(labelStyle, p.x.label, c.Size().X)
		half := style.Width(p.x.label) / 2
		write(f.Canvas, style, draw.XCenter, min(max(f.Center().X, c.Min.X+half), c.Max.X-half), y, p.x.label)
	}
	if p.y.label != "" {
		x := f.Min.X - mark - 2*gap*s.scale - widest - labelStyle.Font.Size/2
		c.Push()
		c.Translate(vg.Point{X: x, Y: f.Center().Y})
		c.Rotate(math.Pi / 2)
		write(c, s.fitted(labelStyle, p.y.label, c.Size().Y), draw.XCenter, 0, 0, p.y.label)
		c.Pop()
	}
}

// keyRows lays the legend out in rows as wide as the panel.
func (p panel) keyRows(s *sheet, width vg.Length) (rows [][]key) {
	style := s.letters(tickSize, s.ink)
	lead := (keyWidth + gap) * s.scale
	between := 9 * s.scale
	var row []key
	used := vg.Length(0)
	for _, k := range p.keys {
		need := lead + style.Width(k.name)
		if len(row) > 0 && used+between+need > width {
			rows, row, used = append(rows, row), nil, 0
		}
		if len(row) > 0 {
			used += between
		}
		row, used = append(row, k), used+need
	}
	if len(row) > 0 {
		rows = append(rows, row)
	}
	return rows
}

func (p panel) keyHeight(s *sheet, width vg.Length) vg.Length {
	rows := p.keyRows(s, width)
	if len(rows) == 0 {
		return 0
	}
	return vg.Length(len(rows))*lineHeight(s.letters(tickSize, s.ink)) + gap*s.scale
}

func (p panel) drawKeys(s *sheet, c draw.Canvas, left, height vg.Length) {
	style := s.letters(tickSize, s.ink)
	size := c.Size()
	rows := p.keyRows(s, size.X)
	lead, between := (keyWidth+gap)*s.scale, 9*s.scale
	widest := vg.Length(0)
	for _, row := range rows {
		w := vg.Length(len(row)-1) * between
		for _, k := range row {
			w += lead + style.Width(k.name)
		}
		widest = max(widest, w)
	}
	start := c.Min.X + max(0, min(left, size.X-widest))
	y := c.Max.Y - lineHeight(style)/2
	for _, row := range rows {
		x := start
		for _, k := range row {
			k.draw(s, c, vg.Rectangle{
				Min: vg.Point{X: x, Y: y - style.Font.Size*0.42}, Max: vg.Point{X: x + keyWidth*s.scale, Y: y + style.Font.Size*0.42},
			})
			write(c, s.fitted(style, k.name, size.X-lead), draw.XLeft, x+lead, y, k.name)
			x += lead + style.Width(k.name) + between
		}
		y -= lineHeight(style)
	}
}
