package plot

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// crowded is the AUC from which curves lie in one corner.
const crowded = 0.95

// corner is the upper left part of a ROC that is worth enlarging: 1 - specificity from 0
// to x, sensitivity from y to 1. ok is false where curves are not crowded there.
type corner struct{ x, y float64 }

func cornerOf(models []Rated) (c corner, ok bool) {
	far, low := 0., 0. // how far the knees and the operating points are from the corner
	for _, m := range models {
		ok = ok || m.Area.X > crowded
		var knee Threshold
		nearest := math.Inf(1)
		for _, q := range m.Curve {
			if d := math.Hypot(q.X, 1-q.Y); d < nearest {
				nearest, knee = d, q
			}
		}
		marks := []Threshold{knee}
		if m.Operating != nil {
			marks = append(marks, *m.Operating)
		}
		for _, q := range marks {
			if (XY{q.X, q.Y}).finite() {
				far, low = math.Max(far, q.X), math.Max(low, 1-q.Y)
			}
		}
	}
	out := func(least float64) float64 { return niceStep(math.Max(least, 0.01), false) }
	c = corner{x: out(2.2 * far), y: 1 - out(1.4*low)}
	return c, ok && c.x <= 0.25 && c.y >= 0.4
}

// places of an inset in parts of the data, the largest first: under the curves, whose
// diagonal it may cover.
var insetPlaces = []vg.Rectangle{
	{Min: vg.Point{X: 0.27, Y: 0.08}, Max: vg.Point{X: 0.98, Y: 0.75}},
	{Min: vg.Point{X: 0.4, Y: 0.07}, Max: vg.Point{X: 0.98, Y: 0.62}},
	{Min: vg.Point{X: 0.5, Y: 0.04}, Max: vg.Point{X: 0.98, Y: 0.52}},
}

// enlarged adds an inset of the corner to a square panel of shares: the panel's own layers
// drawn once more. Spots are those of the panel alone. It takes the largest place that no
// curve runs through, and says whether there was one.
func (p *panel) enlarged(c corner, curves [][]Threshold) bool {
	for _, place := range insetPlaces {
		if covers(place, curves) {
			continue
		}
		inner := panel{x: axis{max: c.x, most: 4}, y: axis{min: c.y, max: 1, most: 4}, aspect: 1, layers: p.layers}
		p.layers = append([]func(frame){func(f frame) { // under the curves and their markers
			frameOf(f.Canvas, f.s.plain(f.s.soft, 0.5), f.x(0), f.y(c.y), f.x(c.x), f.y(1))
		}}, p.layers...)
		p.add(func(f frame) {
			s, size := f.s, f.Size()
			box := f.Canvas
			box.Rectangle = vg.Rectangle{
				Min: vg.Point{X: f.Min.X + size.X*place.Min.X, Y: f.Min.Y + size.Y*place.Min.Y},
				Max: vg.Point{X: f.Min.X + size.X*place.Max.X, Y: f.Min.Y + size.Y*place.Max.Y},
			}
			fill(box, s.paper, box.Min.X, box.Min.Y, box.Max.X, box.Max.Y)
			edge := s.plain(s.soft, 0.5)
			for _, y := range [][2]vg.Length{{f.y(1), box.Max.Y}, {f.y(c.y), box.Min.Y}} { // from the corner to the inset
				f.StrokeLine2(s.plain(s.soft, 0.4, 1, 1.5), f.x(c.x), y[0], box.Min.X, y[1])
			}
			frameOf(f.Canvas, edge, box.Min.X, box.Min.Y, box.Max.X, box.Max.Y)
			spots := s.spots
			inner.draw(s, draw.Crop(box, 2*s.scale, -5*s.scale, 2*s.scale, -4*s.scale))
			s.spots = spots
		})
		return true
	}
	return false
}

// covers says whether a curve runs through a place of the unit square.
func covers(place vg.Rectangle, curves [][]Threshold) bool {
	x0, y1 := float64(place.Min.X), float64(place.Max.Y)
	for _, c := range curves {
		for n := 1; n < len(c); n++ {
			a, b := c[n-1], c[n]
			if b.X <= x0 || a.Y >= y1 {
				continue
			}
			y := a.Y // curves rise: where one enters from the left is its lowest
			if a.X < x0 {
				y = a.Y + (b.Y-a.Y)*(x0-a.X)/(b.X-a.X)
			}
			if y < y1 {
				return true
			}
		}
	}
	return false
}
