package sliceview

import (
	"image"
	"image/color"
	"math"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"opacity/app/volume"
	"opacity/viewer/tool"
)

var (
	markInk   = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	markErase = color.NRGBA{0xff, 0x9a, 0x3c, 0xff}
	markShade = color.NRGBA{0, 0, 0, 0xa0}
	markCut   = color.NRGBA{0xff, 0x9a, 0x3c, 0x90} // over what goes
)

const (
	markPx    = 1.5
	shadePx   = 3.5 // the dark line under a light one, which shows it on bone
	handlePx  = 7
	leastPx   = 2 // radius of the smallest ring that is to be seen
	beneathPx = 18
)

// marks is what a pane draws for the painting tool that is on: lines alone, so
// that following the pointer costs neither picture nor labels a repaint.
type marks struct {
	clip    *container.Clip
	shades  *fyne.Container // of the lines
	strokes *fyne.Container
	points  *fyne.Container
	dark    []*canvas.Line
	circles [2]*canvas.Circle // the dark one under the light one
	squares [2]*canvas.Rectangle
	lines   []*canvas.Line
	handles []*canvas.Rectangle
	across  *fyne.Container      // of the cuts
	cuts    []*canvas.Rectangle  // of scissors that are drawn with in another pane
	lost    *canvas.Image        // what they would take
	limits  *caption             // what limits are on, beside the pointer
	region  [2]*canvas.Rectangle // the viewer's, the dark one under the light one
}

func newMarks() marks {
	m := marks{limits: newCaption(ink)}
	m.limits.ground.FillColor = darker
	m.shades, m.strokes, m.points = container.NewWithoutLayout(), container.NewWithoutLayout(), container.NewWithoutLayout()
	m.across = container.NewWithoutLayout()
	m.lost = &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScalePixels}
	m.lost.Hide()
	layer := container.NewWithoutLayout(m.lost, m.across, m.shades, m.strokes, m.points)
	for i := range m.circles {
		m.circles[i], m.squares[i] = canvas.NewCircle(color.Transparent), canvas.NewRectangle(color.Transparent)
		m.circles[i].StrokeColor, m.circles[i].StrokeWidth = markShade, shadePx
		m.squares[i].StrokeColor, m.squares[i].StrokeWidth = markShade, shadePx
		m.circles[i].Hide()
		m.squares[i].Hide()
		layer.Objects = append(layer.Objects, m.circles[i], m.squares[i])
	}
	m.circles[1].StrokeWidth, m.squares[1].StrokeWidth = markPx, markPx
	for i, stroke := range [2]float32{shadePx, markPx} {
		m.region[i] = canvas.NewRectangle(color.Transparent)
		m.region[i].StrokeColor, m.region[i].StrokeWidth = [2]color.Color{markShade, markInk}[i], stroke
		m.region[i].Hide()
		layer.Objects = append(layer.Objects, m.region[i])
	}
	m.clip = container.NewClip(layer)
	m.limits.show(false)
	return m
}

// placeMarks draws what a tool shows of itself.
func (p *pane) placeMarks(k tool.Marks) {
	on := p.shown() && !p.area.Empty()
	show(p.marks.clip, on)
	if !on {
		p.marks.limits.show(false)
		return
	}
	p.marks.ring(p, k.Ring)
	p.marks.outline(p, k.Outline)
	p.marks.cut(p, k.Outline)
	p.placeLimits(k)
}

// cut marks what scissors that are drawn with in another pane go through here.
func (m *marks) cut(p *pane, o *tool.Outline) {
	n := 0
	var cuts []tool.Cut
	if o != nil {
		cuts = o.Cuts
	}
	for _, c := range cuts {
		if c.Plane != p.plane {
			continue
		}
		if n == len(m.cuts) {
			r := canvas.NewRectangle(color.Transparent)
			r.StrokeWidth = markPx
			m.cuts, m.across.Objects = append(m.cuts, r), append(m.across.Objects, r)
			canvas.Refresh(m.across)
		}
		r := m.cuts[n]
		n++
		t := p.transform()
		x0, y0 := t.Pane(c.Min)
		x1, y1 := t.Pane(c.Max)
		r.Move(fyne.NewPos(float32(min(x0, x1)), float32(min(y0, y1))))
		r.Resize(fyne.NewSize(float32(math.Abs(x1-x0)), float32(math.Abs(y1-y0))))
		line := markErase
		if c.Stays {
			line = markInk
		}
		if r.StrokeColor != color.Color(line) {
			r.StrokeColor = line
			r.Refresh()
		}
		show(r, true)
	}
	for _, r := range m.cuts[n:] {
		show(r, false)
	}
	m.shadeLost(p, o)
}

// shadeLost shades what scissors would take of the slice.
func (m *marks) shadeLost(p *pane, o *tool.Outline) {
	var lost *tool.Lost
	if o != nil {
		lost = o.Lost[p.plane]
	}
	show(m.lost, lost != nil)
	if lost == nil {
		return
	}
	t := p.transform()
	u, v, _, _ := p.plane.Axes()
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, a := range [2]int{lost.Min[0], lost.Max[0]} {
		for _, b := range [2]int{lost.Min[1], lost.Max[1]} {
			var corner volume.Vec
			corner[u], corner[v] = float64(a)-0.5, float64(b)-0.5
			x, y := t.Pane(corner)
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
		}
	}
	size := p.area.Size
	left, top := int(max(math.Floor(x0), 0)), int(max(math.Floor(y0), 0))
	right, bottom := int(min(math.Ceil(x1), float64(size.Width))), int(min(math.Ceil(y1), float64(size.Height)))
	if left >= right || top >= bottom {
		show(m.lost, false)
		return
	}
	shade := image.NewNRGBA(image.Rect(0, 0, right-left, bottom-top))
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			at := t.Voxel(float64(x)+0.5, float64(y)+0.5, 0)
			if lost.At(int(math.Floor(at[u]+0.5)), int(math.Floor(at[v]+0.5))) {
				shade.SetNRGBA(x-left, y-top, markCut)
			}
		}
	}
	m.lost.Image = shade
	m.lost.Move(fyne.NewPos(float32(left), float32(top)))
	m.lost.Resize(fyne.NewSize(float32(right-left), float32(bottom-top)))
	m.lost.Refresh()
}

// placeRegion outlines where the viewer's region crosses the slice.
func (p *pane) placeRegion() {
	box := p.grid.viewer.Region()
	u, v, n, _ := p.plane.Axes()
	on := p.shown() && box.CrossesSlice(n, p.grid.viewer.SliceOf(p.plane))
	for i, r := range p.marks.region {
		show(r, on)
		if !on {
			continue
		}
		t := p.transform()
		var from, to [3]float64
		from[u], from[v], to[u], to[v] = float64(box.Min[u])-0.5, float64(box.Min[v])-0.5, float64(box.Max[u])-0.5, float64(box.Max[v])-0.5
		x0, y0 := t.Pane(from)
		x1, y1 := t.Pane(to)
		out := [2]float32{shadePx, markPx}[i] / 2
		at := fyne.NewPos(float32(math.Min(x0, x1))-out, float32(math.Min(y0, y1))-out)
		r.Move(at)
		r.Resize(fyne.NewSize(float32(math.Abs(x1-x0))+2*out, float32(math.Abs(y1-y0))+2*out))
	}
}

func (m *marks) ring(p *pane, r *tool.Ring) {
	visible := r != nil && r.RadiusMM[p.plane] >= 0
	for i := range m.circles {
		show(m.circles[i], visible && !r.Square)
		show(m.squares[i], visible && r.Square)
	}
	if !visible {
		return
	}
	t := p.transform()
	x, y := t.Pane(r.Center)
	half := float32(math.Max(r.RadiusMM[p.plane]*t.PxPerMM, leastPx))
	for i, stroke := range [2]float32{shadePx, markPx} {
		half := half + stroke/2 // strokes are drawn inwards; their middle is the ring
		at, size := fyne.NewPos(float32(x)-half, float32(y)-half), fyne.NewSquareSize(2*half)
		m.circles[i].Move(at)
		m.circles[i].Resize(size)
		m.squares[i].Move(at)
		m.squares[i].Resize(size)
	}
	if c := markColour(r.Erase); m.circles[1].StrokeColor != c {
		m.circles[1].StrokeColor, m.squares[1].StrokeColor = c, c
		m.circles[1].Refresh()
		m.squares[1].Refresh()
	}
}

func markColour(erase bool) color.Color {
	if erase {
		return markErase
	}
	return markInk
}

// outline draws a line and its points, and how it would be closed.
func (m *marks) outline(p *pane, o *tool.Outline) {
	lines, handles := 0, 0
	if o != nil && o.Plane == p.plane && o.Slice == p.grid.viewer.SliceOf(p.plane) && len(o.Points) > 0 {
		at := p.outlinePoints(o)
		c := markColour(o.Erase)
		for i := 1; i < len(at); i++ {
			m.line(&lines, at[i-1], at[i], c)
		}
		if len(at) > 2 {
			m.line(&lines, at[len(at)-1], at[0], markShade)
		}
		if o.Handles {
			for i, q := range at[:len(o.Points)] {
				m.handle(&handles, q, c, i == o.Held)
			}
		}
	}
	for i := lines; i < len(m.lines); i++ {
		show(m.lines[i], false)
		show(m.dark[i], false)
	}
	for _, h := range m.handles[handles:] {
		show(h, false)
	}
}

// outlinePoints are an outline's points in the picture, the next one at the end.
// Of a free line those that are no pixel apart are left out.
func (p *pane) outlinePoints(o *tool.Outline) []fyne.Position {
	t := p.transform()
	u, v, n, _ := p.plane.Axes()
	var out []fyne.Position
	add := func(q [2]float64, always bool) {
		var voxel [3]float64
		voxel[u], voxel[v], voxel[n] = q[0], q[1], float64(o.Slice)
		x, y := t.Pane(voxel)
		at := fyne.NewPos(float32(x), float32(y))
		if last := len(out) - 1; always || last < 0 || abs(at.X-out[last].X)+abs(at.Y-out[last].Y) >= 2 {
			out = append(out, at)
		}
	}
	for _, q := range o.Points {
		add(q, o.Handles)
	}
	if o.Next != nil {
		add(*o.Next, true)
	}
	return out
}

func (m *marks) line(n *int, from, to fyne.Position, c color.Color) {
	if *n == len(m.lines) {
		l, d := canvas.NewLine(c), canvas.NewLine(markShade)
		l.StrokeWidth, d.StrokeWidth = markPx, shadePx
		m.lines, m.dark = append(m.lines, l), append(m.dark, d)
		m.strokes.Objects, m.shades.Objects = append(m.strokes.Objects, l), append(m.shades.Objects, d)
		canvas.Refresh(m.strokes)
		canvas.Refresh(m.shades)
	}
	l, d := m.lines[*n], m.dark[*n]
	*n++
	show(l, true)
	show(d, true)
	if l.Position1 != from || l.Position2 != to || l.StrokeColor != c {
		l.Position1, l.Position2, l.StrokeColor = from, to, c
		d.Position1, d.Position2 = from, to
		l.Refresh()
		d.Refresh()
	}
}

func (m *marks) handle(n *int, at fyne.Position, c color.Color, held bool) {
	if *n == len(m.handles) {
		h := canvas.NewRectangle(color.Transparent)
		h.StrokeWidth = markPx
		h.Resize(fyne.NewSquareSize(handlePx))
		m.handles = append(m.handles, h)
		m.points.Objects = append(m.points.Objects, h)
		canvas.Refresh(m.points)
	}
	h := m.handles[*n]
	*n++
	var fill color.Color = markShade
	if held {
		fill = c
	}
	if h.FillColor != fill || h.StrokeColor != c {
		h.FillColor, h.StrokeColor = fill, c
		h.Refresh()
	}
	h.Move(at.SubtractXY(handlePx/2, handlePx/2))
	show(h, true)
}

// placeLimits says beside the pointer what keeps the tool from painting everywhere.
func (p *pane) placeLimits(k tool.Marks) {
	g, c, r := p.grid, p.marks.limits, p.pictureRect()
	kit := g.opts.Kit
	said := ""
	if kit != nil && kit.Current() != tool.NoTool && g.hovered && r.Contains(g.pointer) {
		var parts []string
		for _, m := range kit.LimitsCaption() {
			parts = append(parts, g.opts.Text.Format(m))
		}
		if k.Range != nil {
			parts = []string{g.opts.Text.T("tool.limit.hu", k.Range.Min, k.Range.Max)}
		}
		said = strings.Join(parts, " · ")
	}
	c.show(said != "")
	if said == "" {
		return
	}
	c.set(said)
	x := min(g.pointer.X+beneathPx/2, r.Pos.X+r.Size.Width-c.width()-edgePx)
	y := g.pointer.Y + beneathPx
	if y+linePx > r.Pos.Y+r.Size.Height {
		y = g.pointer.Y - beneathPx - linePx
	}
	c.put(max(x, r.Pos.X+edgePx), y, fyne.TextAlignLeading)
}

// showMarks brings all panes in line with the tool that is on.
func (g *Grid) showMarks() {
	if g.opts.Kit == nil {
		return
	}
	k := g.opts.Kit.Marks()
	g.all(func(p *pane) { p.placeMarks(k) })
}

// hover tells the tool where the pointer is while no button is held.
func (g *Grid) hover(pos fyne.Position) {
	if g.opts.Kit == nil {
		return
	}
	if plane, ok := g.PaneAt(pos); ok && g.gripAt(pos, 0).kind != gripNone && picture(g.areas.panes[plane]).Contains(pos) {
		g.machine.Handle(g.event(tool.Move, pos, 0))
		return
	}
	g.leave()
}

// leave tells the tool that the pointer is over no picture.
func (g *Grid) leave() {
	if g.opts.Kit != nil {
		g.opts.Kit.Leave()
	}
}
