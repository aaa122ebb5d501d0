package render

import (
	"encoding/binary"
	"image"
	"math"
	"sort"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// outlinePx is the width of outlines in pixels of a screen at 100 %.
const outlinePx = 1.5

// Overlay draws the labels of one pane at the resolution of the screen.
type Overlay struct {
	layers  [mask.Layers]labelPlane
	painted image.Rectangle // what of the last picture may not be transparent
	dst     *image.RGBA

	cols, rows []cell
	lines      [mask.Layers][3]line // of the row above, this one, and the one below
	edges      [mask.Layers][]edge
	fills      [256]pixel // 0 where a label has no fill
	colours    [256]mask.RGB
	shown      [256]uint8 // the label itself, 0 where it is not visible
}

// cell is a run of screen pixels, from..to, that show one voxel.
type cell struct{ from, to, index int }

// line is the visible labels of one row of cells; labels outside span are 0.
type line struct {
	labels []uint8
	span   span
	runs   []run
}

// run is neighbouring cells from..to of one label, which is not 0.
type run struct {
	label    uint8
	from, to int
}

// edge is a stretch of outline: rect is a side of labelled voxels, without
// thickness, and grow the direction into them.
type edge struct {
	rect  image.Rectangle
	grow  image.Point
	label uint8
}

// Forget says that labels in a box changed, so that the next Draw reads them again.
func (o *Overlay) Forget(box volume.Box) {
	for l := range o.layers {
		o.layers[l].forget(box)
	}
}

// Draw draws the view's labels into dst, which is the size of the pane in
// screen pixels; scale is screen pixels per pixel at 100 %. dst keeps what an
// earlier Draw of the same Overlay left in it, or is transparent.
func (o *Overlay) Draw(dst *image.RGBA, v View, scale float64) {
	o.DrawRect(dst, v, scale, dst.Rect)
}

// DrawRect draws only the part of dst in clip again; the rest must be as the
// last Draw of an equal view left it.
func (o *Overlay) DrawRect(dst *image.RGBA, v View, scale float64, clip image.Rectangle) {
	if dst != o.dst {
		o.dst, o.painted = dst, dst.Rect
	}
	clip = clip.Intersect(dst.Rect)
	wipe(dst, clip.Intersect(o.painted))
	if clip == dst.Rect {
		o.painted = image.Rectangle{}
	}
	if v.Mask == nil || !v.Overlay.Visible || v.Mask.Size() != v.Volume.Size {
		return
	}
	index := min(max(v.Index, 0), sliceCount(v)-1)
	for l := range o.layers {
		o.layers[l].gather(v.Mask, mask.Layer(l), v.Plane, index)
	}
	o.palette(v)
	o.paint(dst, v, scale, clip)
}

// DirtyRect returns the screen pixels that may look different once the labels
// in a box of voxels have changed; empty where the view's slice is not touched.
func DirtyRect(v View, scale float64, widthPx, heightPx int, box volume.Box) image.Rectangle {
	u, w, n, _ := v.Plane.Axes()
	if !box.CrossesSlice(n, v.Index) {
		return image.Rectangle{}
	}
	t := v.Transform(float64(widthPx), float64(heightPx))
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for corner := range 4 {
		var p volume.Vec
		p[u], p[w] = float64(box.Min[u])-1.5, float64(box.Min[w])-1.5
		if corner&1 != 0 {
			p[u] = float64(box.Max[u]) + 0.5
		}
		if corner&2 != 0 {
			p[w] = float64(box.Max[w]) + 0.5
		}
		x, y := t.Pane(p)
		x0, y0, x1, y1 = math.Min(x0, x), math.Min(y0, y), math.Max(x1, x), math.Max(y1, y)
	}
	margin := outlinePx*scale + 2
	r := image.Rect(clampInt(x0-margin, widthPx), clampInt(y0-margin, heightPx), clampInt(x1+margin+1, widthPx), clampInt(y1+margin+1, heightPx))
	return r.Intersect(image.Rect(0, 0, widthPx, heightPx))
}

func clampInt(x float64, limit int) int { return int(math.Min(math.Max(x, 0), float64(limit))) }

// palette works out the colours of the visible labels.
func (o *Overlay) palette(v View) {
	o.fills, o.shown = [256]pixel{}, [256]uint8{}
	for _, l := range v.Mask.Labels() {
		if !l.Visible {
			continue
		}
		o.shown[l.Value], o.colours[l.Value] = l.Value, l.Colour
		if v.Overlay.Style != viewer.Outlined {
			o.fills[l.Value] = premultiplied(l.Colour, v.Overlay.Opacity)
		}
	}
}

func (o *Overlay) paint(dst *image.RGBA, v View, scale float64, clip image.Rectangle) {
	t := v.Transform(float64(dst.Rect.Dx()), float64(dst.Rect.Dy()))
	// Outlines that begin outside the clip may reach into it, and a voxel at its
	// border has a neighbour there.
	reach := int(math.Ceil(outlinePx*scale)) + 1
	seen := clip.Inset(-reach)
	o.rowCells(t, seen.Min.Y, seen.Max.Y)
	shift := round(math.Abs(t.Frame.ShiftMM(0))*t.PxPerMM) + 1 // of the outermost rows
	if t.Frame.ShearMM == 0 {
		shift = 0
	}
	o.colCells(t, seen.Min.X-shift, seen.Max.X+shift)
	for l := range o.edges {
		o.edges[l] = o.edges[l][:0]
	}
	for i, row := range o.rows {
		dx := round(t.Frame.ShiftMM(row.index) * t.PxPerMM)
		for l := range o.lines {
			o.readLines(mask.Layer(l), i)
		}
		o.fillRow(dst, row, dx, clip)
		if v.Overlay.Style != viewer.Filled {
			for l := range o.lines {
				o.outlineRow(mask.Layer(l), row, dx)
			}
		}
	}
	for l, edges := range o.edges { // findings over anatomy
		dashed := v.Overlay.Style == viewer.Outlined && mask.Layer(l) == mask.Findings
		o.strokeEdges(dst, clip, edges, outlinePx*scale, dashed)
	}
}

// rowCells lists which row of voxels each line of pixels shows.
func (o *Overlay) rowCells(t viewer.Transform, from, to int) {
	o.rows = o.rows[:0]
	for y := from; y < to; y++ {
		_, yMM := t.PointMM(0, float64(y)+0.5)
		v, ok := t.Frame.RowAt(yMM)
		if !ok {
			continue
		}
		if n := len(o.rows); n > 0 && o.rows[n-1].index == v && o.rows[n-1].to == y {
			o.rows[n-1].to++
			continue
		}
		o.rows = append(o.rows, cell{y, y + 1, v})
	}
}

// colCells lists which voxel of an unshifted row each pixel shows.
func (o *Overlay) colCells(t viewer.Transform, from, to int) {
	o.cols = o.cols[:0]
	perPx := 1 / (t.PxPerMM * t.Frame.StepMM[0])
	start := float64(t.Frame.Size[0])/2 - t.OriginPx[0]*perPx // in voxel edges, at pixel 0
	for x := from; x < to; x++ {
		u := int(math.Floor(start + (float64(x)+0.5)*perPx))
		if u < 0 || u >= t.Frame.Size[0] {
			continue
		}
		if n := len(o.cols); n > 0 && o.cols[n-1].index == u {
			o.cols[n-1].to++
			continue
		}
		o.cols = append(o.cols, cell{x, x + 1, u})
	}
}

// readLines brings the lines of row i and its neighbours up to date, going down.
func (o *Overlay) readLines(l mask.Layer, i int) {
	lines := &o.lines[l]
	if i == 0 {
		lines[0].wipe(len(o.cols))
		o.readLine(&lines[1], l, 0)
	} else {
		lines[0], lines[1], lines[2] = lines[1], lines[2], lines[0]
		if o.rows[i-1].to != o.rows[i].from { // a gap is no neighbour
			lines[0].wipe(len(o.cols))
			o.readLine(&lines[1], l, i)
		}
	}
	if i+1 < len(o.rows) && o.rows[i+1].from == o.rows[i].to {
		o.readLine(&lines[2], l, i+1)
		return
	}
	lines[2].wipe(len(o.cols))
}

// wipe makes a line of n cells without labels.
func (l *line) wipe(n int) {
	l.labels, l.span, l.runs = resized(l.labels, n), span{}, l.runs[:0]
	clear(l.labels)
}

// readLine reads the labels of one row of cells.
func (o *Overlay) readLine(to *line, l mask.Layer, i int) {
	p := &o.layers[l]
	to.wipe(len(o.cols))
	s := p.spans[o.rows[i].index]
	if s.empty() {
		return
	}
	first := sort.Search(len(o.cols), func(n int) bool { return o.cols[n].index >= s.from })
	last := sort.Search(len(o.cols), func(n int) bool { return o.cols[n].index >= s.to })
	to.span = span{first, last}
	nu := len(p.values) / len(p.spans)
	values := p.values[o.rows[i].index*nu:][:nu]
	out := to.labels[first:last]
	before := uint8(0)
	for n, c := range o.cols[first:last] {
		x := o.shown[values[c.index]]
		out[n] = x
		if x == before {
			continue
		}
		if before != 0 {
			to.runs[len(to.runs)-1].to = first + n
		}
		if x != 0 {
			to.runs = append(to.runs, run{label: x, from: first + n})
		}
		before = x
	}
	if before != 0 {
		to.runs[len(to.runs)-1].to = last
	}
}

// fillRow paints the fill of one row of voxels: findings cover anatomy.
func (o *Overlay) fillRow(dst *image.RGBA, row cell, dx int, clip image.Rectangle) {
	y0, y1 := max(row.from, clip.Min.Y), min(row.to, clip.Max.Y)
	if y0 >= y1 {
		return
	}
	out := dst.Pix[y0*dst.Stride : (y0+1)*dst.Stride]
	painted := span{clip.Max.X, clip.Min.X}
	for l := range o.lines {
		for _, r := range o.lines[l][1].runs {
			from, to := max(o.cols[r.from].from+dx, clip.Min.X), min(o.cols[r.to-1].to+dx, clip.Max.X)
			if from < to && o.fills[r.label] != 0 {
				fillRow(out, from, to, o.fills[r.label])
				painted = span{min(painted.from, from), max(painted.to, to)}
			}
		}
	}
	if painted.empty() {
		return
	}
	a, b := 4*painted.from, 4*painted.to
	for y := y0 + 1; y < y1; y++ {
		copy(dst.Pix[y*dst.Stride+a:y*dst.Stride+b], out[a:b])
	}
	o.painted = o.painted.Union(image.Rect(painted.from, y0, painted.to, y1))
}

// outlineRow lists the stretches of outline along a row of cells. A voxel is
// outlined where its neighbour on screen has another label.
func (o *Overlay) outlineRow(l mask.Layer, row cell, dx int) {
	labels, s := o.lines[l][1].labels, o.lines[l][1].span
	add := func(x uint8, x0, y0, x1, y1, growX, growY int) {
		o.edges[l] = append(o.edges[l], edge{image.Rect(x0+dx, y0, x1+dx, y1), image.Pt(growX, growY), x})
	}
	for _, r := range o.lines[l][1].runs {
		left, right := o.cols[r.from].from, o.cols[r.to-1].to
		add(r.label, left, row.from, left, row.to, 1, 0)
		add(r.label, right, row.from, right, row.to, -1, 0)
	}
	o.differing(labels, o.lines[l][0].labels, s, func(x uint8, from, to int) { add(x, from, row.from, to, row.from, 0, 1) })
	o.differing(labels, o.lines[l][2].labels, s, func(x uint8, from, to int) { add(x, from, row.to, to, row.to, 0, -1) })
}

// differing finds the runs of cells of one label where another row has another.
func (o *Overlay) differing(labels, other []uint8, s span, found func(label uint8, from, to int)) {
	for n := s.from; n < s.to; {
		if n+8 <= s.to && binary.LittleEndian.Uint64(labels[n:]) == binary.LittleEndian.Uint64(other[n:]) {
			n += 8
			continue
		}
		x, start := labels[n], n
		if x == 0 || other[n] == x {
			n++
			continue
		}
		for n < s.to && labels[n] == x && other[n] != x {
			n++
		}
		found(x, o.cols[start].from, o.cols[n-1].to)
	}
}

// strokeEdges paints the outlines: the part of their width that is no whole
// pixel first and fainter, then the whole pixels over it.
func (o *Overlay) strokeEdges(dst *image.RGBA, clip image.Rectangle, edges []edge, width float64, dashed bool) {
	whole := int(width)
	if part := width - float64(whole); part > 0.05 {
		var faint [256]pixel
		for x := range faint {
			faint[x] = over(premultiplied(o.colours[x], part), o.fills[x])
		}
		for _, e := range edges {
			o.stroke(dst, clip, e, whole, whole+1, faint[e.label], dashed)
		}
	}
	for _, e := range edges {
		o.stroke(dst, clip, e, 0, whole, premultiplied(o.colours[e.label], 1), dashed)
	}
}

// Dashes of findings outlined alone, in pixels across and down. The two differ
// so that a slanting line is broken up too.
const (
	dashX = 5
	dashY = 7
)

// stroke fills the pixels of an edge from depth a to depth b into the voxel.
func (o *Overlay) stroke(dst *image.RGBA, clip image.Rectangle, e edge, a, b int, p pixel, dashed bool) {
	r := e.rect
	switch e.grow {
	case image.Pt(1, 0):
		r.Min.X, r.Max.X = r.Min.X+a, r.Min.X+b
	case image.Pt(-1, 0):
		r.Min.X, r.Max.X = r.Min.X-b, r.Min.X-a
	case image.Pt(0, 1):
		r.Min.Y, r.Max.Y = r.Min.Y+a, r.Min.Y+b
	default:
		r.Min.Y, r.Max.Y = r.Min.Y-b, r.Min.Y-a
	}
	r = r.Intersect(clip)
	if r.Empty() {
		return
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		out := dst.Pix[y*dst.Stride : (y+1)*dst.Stride]
		for x := r.Min.X; x < r.Max.X; x++ {
			if !dashed || (x/dashX+y/dashY)%2 == 0 {
				setPixel(out, x, p)
			}
		}
	}
	o.painted = o.painted.Union(r)
}

// over composes two premultiplied pixels.
func over(top, bottom pixel) pixel {
	rest := 255 - top>>24
	var p pixel
	for shift := 0; shift < 32; shift += 8 {
		p |= (top>>shift&0xff + (bottom>>shift&0xff*rest+127)/255) << shift
	}
	return p
}

func wipe(dst *image.RGBA, r image.Rectangle) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		clear(dst.Pix[y*dst.Stride+4*r.Min.X : y*dst.Stride+4*r.Max.X])
	}
}
