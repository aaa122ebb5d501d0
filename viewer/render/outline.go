package render

import (
	"encoding/binary"
	"image"
	"math"

	"opacity/app/mask"
)

// edge is a stretch of outline: rect is a side of labelled voxels, without
// thickness, and grow the direction into them.
type edge struct {
	rect  image.Rectangle
	grow  image.Point
	label uint8
}

// outline lists the stretches of outline along a row of cells. A voxel is
// outlined where its neighbour on screen has another label.
func (s *strip) outline(l mask.Layer, row cell, dx int) {
	above, here, below := &s.lines[l][0], &s.lines[l][1], &s.lines[l][2]
	add := func(x uint8, x0, y0, x1, y1, growX, growY int) {
		s.edges[l] = append(s.edges[l], edge{image.Rect(x0+dx, y0, x1+dx, y1), image.Pt(growX, growY), x})
	}
	for _, r := range here.runs {
		left, right := s.cols[r.from].from, s.cols[r.to-1].to
		add(r.label, left, row.from, left, row.to, 1, 0)
		add(r.label, right, row.from, right, row.to, -1, 0)
	}
	s.differing(here, above, func(x uint8, from, to int) { add(x, from, row.from, to, row.from, 0, 1) })
	s.differing(here, below, func(x uint8, from, to int) { add(x, from, row.to, to, row.to, 0, -1) })
}

// differing finds the runs of cells of one label where another row has another.
func (s *strip) differing(here, other *line, found func(label uint8, from, to int)) {
	labels, others := here.labels, other.labels
	for n := here.span.from; n < here.span.to; {
		if n+8 <= here.span.to && binary.LittleEndian.Uint64(labels[n:]) == binary.LittleEndian.Uint64(others[n:]) {
			n += 8
			continue
		}
		x, start := labels[n], n
		if x == 0 || others[n] == x {
			n++
			continue
		}
		for n < here.span.to && labels[n] == x && others[n] != x {
			n++
		}
		found(x, s.cols[start].from, s.cols[n-1].to)
	}
}

// strokeEdges paints the outlines: the part of their width that is no whole
// pixel first and fainter, then the whole pixels over it.
func (s *strip) strokeEdges(clip image.Rectangle, edges []edge, dashed bool) {
	whole := int(s.outlinePx)
	if partOf(s.outlinePx) > 0 {
		for _, e := range edges {
			s.stroke(clip, e, whole, whole+1, s.palette.faint[e.label], dashed || s.palette.weave[e.label].dashes())
		}
	}
	for _, e := range edges {
		s.stroke(clip, e, 0, whole, s.palette.solid[e.label], dashed || s.palette.weave[e.label].dashes())
	}
}

// partOf is the part of a width in pixels that is no whole pixel, 0 where none
// would be seen.
func partOf(widthPx float64) float64 {
	if part := widthPx - math.Floor(widthPx); part > 0.05 {
		return part
	}
	return 0
}

// Dashes of findings outlined alone, in pixels across and down. The two differ
// so that a slanting line is broken up too.
const (
	dashX = 5
	dashY = 7
)

// stroke fills the pixels of an edge from depth a to depth b into the voxel.
func (s *strip) stroke(clip image.Rectangle, e edge, a, b int, p pixel, dashed bool) {
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
		out := s.dst.Pix[y*s.dst.Stride : (y+1)*s.dst.Stride]
		for x := r.Min.X; x < r.Max.X; x++ {
			if !dashed || (x/dashX+y/dashY)%2 == 0 {
				setPixel(out, x, p)
			}
		}
	}
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
