package render

import (
	"encoding/binary"
	"image"
	"math"
	"sort"

	"opacity/app/mask"
	"opacity/viewer"
)

// strips is what the strips of one picture share; nobody changes it while they
// are painted.
type strips struct {
	dst       *image.RGBA
	transform viewer.Transform
	layers    *[mask.Layers]labelPlane
	under     *[mask.Layers]labelPlane // of the mask under a preview, nil for none
	palette   *palette
	cols      []cell // the columns of voxels, for all rows
	style     viewer.OverlayStyle
	outlinePx float64
	reach     int // how many pixels beyond a strip count for what is in it
	unit      int // pixels of the screen per pixel at 100 %, of patterns
}

// strip paints the labels on some neighbouring lines of pixels.
type strip struct {
	*strips
	painted image.Rectangle
	rows    []cell
	lines   [mask.Layers][3]line // of the row above, this one, and the one below
	edges   [mask.Layers][]edge
	room    []uint8 // for a row
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

// paint paints what of the picture is in clip.
func (s *strip) paint(shared *strips, clip image.Rectangle) {
	s.strips = shared
	s.rows = rowCells(s.rows, s.transform, clip.Min.Y-s.reach, clip.Max.Y+s.reach)
	for l := range s.edges {
		s.edges[l] = s.edges[l][:0]
	}
	for i, row := range s.rows {
		dx := round(s.transform.Frame.ShiftMM(row.index) * s.transform.PxPerMM)
		for l := range s.lines {
			s.readLines(mask.Layer(l), i)
		}
		if !s.labelled(row, dx, clip) {
			continue
		}
		s.fill(row, dx, clip)
		if s.style != viewer.Filled {
			for l := range s.lines {
				s.outline(mask.Layer(l), row, dx)
			}
		}
	}
	for l, edges := range s.edges { // findings over anatomy
		dashed := s.style == viewer.Outlined && mask.Layer(l) == mask.Findings
		s.strokeEdges(clip, edges, dashed)
	}
}

// rowCells lists which row of voxels each line of pixels shows, in memory of into.
func rowCells(into []cell, t viewer.Transform, from, to int) []cell {
	into = into[:0]
	for y := from; y < to; y++ {
		_, yMM := t.PointMM(0, float64(y)+0.5)
		if v, ok := t.Frame.RowAt(yMM); ok {
			into = extended(into, y, v)
		}
	}
	return into
}

// colCells lists which voxel of an unshifted row each pixel shows, in memory of into.
func colCells(into []cell, t viewer.Transform, from, to int) []cell {
	into = into[:0]
	perPx := 1 / (t.PxPerMM * t.Frame.StepMM[0])
	start := float64(t.Frame.Size[0])/2 - t.OriginPx[0]*perPx // in voxel edges, at pixel 0
	for x := from; x < to; x++ {
		if u := int(math.Floor(start + (float64(x)+0.5)*perPx)); u >= 0 && u < t.Frame.Size[0] {
			into = extended(into, x, u)
		}
	}
	return into
}

// extended adds a pixel that shows a voxel to the cells before it.
func extended(cells []cell, pixel, index int) []cell {
	if n := len(cells); n > 0 && cells[n-1].index == index && cells[n-1].to == pixel {
		cells[n-1].to++
		return cells
	}
	return append(cells, cell{pixel, pixel + 1, index})
}

// readLines brings the lines of row i and its neighbours up to date, going down.
func (s *strip) readLines(l mask.Layer, i int) {
	lines := &s.lines[l]
	if i == 0 {
		lines[0].wipe(len(s.cols))
		s.readLine(&lines[1], l, 0)
	} else {
		lines[0], lines[1], lines[2] = lines[1], lines[2], lines[0]
		if s.rows[i-1].to != s.rows[i].from { // a gap is no neighbour
			lines[0].wipe(len(s.cols))
			s.readLine(&lines[1], l, i)
		}
	}
	if i+1 < len(s.rows) && s.rows[i+1].from == s.rows[i].to {
		s.readLine(&lines[2], l, i+1)
		return
	}
	lines[2].wipe(len(s.cols))
}

// wipe makes a line of n cells without labels.
func (l *line) wipe(n int) {
	if len(l.labels) == n {
		clear(l.labels[l.span.from:l.span.to])
	} else {
		l.labels = resized(l.labels, n)
		clear(l.labels)
	}
	l.span, l.runs = span{}, l.runs[:0]
}

// readLine reads the labels of one row of cells.
func (s *strip) readLine(to *line, l mask.Layer, i int) {
	to.wipe(len(s.cols))
	values := s.layers[l].row(s.rows[i].index)
	if s.under != nil {
		values = s.palette.mixed(s.under[l].row(s.rows[i].index), values, &s.room)
	}
	labelled := spanOf(values)
	if labelled.empty() {
		return
	}
	first := sort.Search(len(s.cols), func(n int) bool { return s.cols[n].index >= labelled.from })
	last := sort.Search(len(s.cols), func(n int) bool { return s.cols[n].index >= labelled.to })
	if first == last {
		return
	}
	to.span = span{first, last}
	cols, out := s.cols[first:last], to.labels[first:last]
	if u := cols[0].index; cols[len(cols)-1].index-u == len(cols)-1 { // every voxel once
		values = values[u : u+len(cols)]
		for n := 0; n < len(values); {
			end := n + same(values[n:])
			if x := s.palette.shown[values[n]]; x != 0 {
				to.add(x, first+n, first+end)
			}
			n = end
		}
		return
	}
	for n := range out {
		if x := s.palette.shown[values[cols[n].index]]; x != 0 {
			to.add(x, first+n, first+n+1)
		}
	}
}

// add writes a label into cells from..to, which follow those written before.
func (l *line) add(label uint8, from, to int) {
	for n := range l.labels[from:to] {
		l.labels[from+n] = label
	}
	if n := len(l.runs); n > 0 && l.runs[n-1].label == label && l.runs[n-1].to == from {
		l.runs[n-1].to = to
		return
	}
	l.runs = append(l.runs, run{label, from, to})
}

// same counts how many values at the beginning are like the first.
func same(values []uint8) int {
	x := values[0]
	word := uint64(x) * 0x0101010101010101
	n := 1
	for n+8 <= len(values) && binary.LittleEndian.Uint64(values[n:]) == word {
		n += 8
	}
	for n < len(values) && values[n] == x {
		n++
	}
	return n
}

// labelled reports whether a row of cells has labels, and notes where they and
// their outlines may be painted.
func (s *strip) labelled(row cell, dx int, clip image.Rectangle) bool {
	box := image.Rectangle{}
	for l := range s.lines {
		if runs := s.lines[l][1].runs; len(runs) > 0 {
			box = box.Union(image.Rect(s.cols[runs[0].from].from+dx, row.from, s.cols[runs[len(runs)-1].to-1].to+dx, row.to))
		}
	}
	if box.Empty() {
		return false
	}
	s.painted = s.painted.Union(box.Inset(-s.reach).Intersect(clip))
	return true
}

// fill paints the fill of one row of voxels: findings cover anatomy.
func (s *strip) fill(row cell, dx int, clip image.Rectangle) {
	y0, y1 := max(row.from, clip.Min.Y), min(row.to, clip.Max.Y)
	if y0 >= y1 {
		return
	}
	if s.style != viewer.Outlined {
		s.fillRuns(y0, y1, dx, clip)
	}
	for l := range s.lines {
		for _, r := range s.lines[l][1].runs {
			if wv := s.palette.weave[r.label]; wv != plain {
				from, to := max(s.cols[r.from].from+dx, clip.Min.X), min(s.cols[r.to-1].to+dx, clip.Max.X)
				wv.draw(s.dst, image.Rect(from, y0, to, y1), s.palette.solid[r.label], s.unit)
			}
		}
	}
}

// fillRuns fills the lines of pixels y0..y1 of one row of voxels.
func (s *strip) fillRuns(y0, y1, dx int, clip image.Rectangle) {
	out := s.dst.Pix[y0*s.dst.Stride : (y0+1)*s.dst.Stride]
	a, b := clip.Max.X, clip.Min.X
	for l := range s.lines {
		for _, r := range s.lines[l][1].runs {
			from, to := max(s.cols[r.from].from+dx, clip.Min.X), min(s.cols[r.to-1].to+dx, clip.Max.X)
			p := s.palette.fills[r.label]
			if inner := s.palette.inner[r.label]; inner != 0 && mask.Layer(l) == mask.Findings {
				p = inner
			}
			if from < to && p != 0 {
				fillRow(out, from, to, p)
				a, b = min(a, from), max(b, to)
			}
		}
	}
	for y := y0 + 1; y < y1 && a < b; y++ {
		copy(s.dst.Pix[y*s.dst.Stride+4*a:y*s.dst.Stride+4*b], out[4*a:])
	}
}
