package score

import "math"

// Thin leaves out points of a ROC curve that lie within tolerance, in TPR and FPR alike,
// of the line between those that stay (Douglas and Peucker 1973): of 65,000 points a few
// hundred are to be seen. With tolerance 0 those go that lie on the line but for
// rounding. The first and the last stay.
func Thin(curve []Point, tolerance float64) []Point {
	if len(curve) < 3 {
		return curve
	}
	keep := make([]bool, len(curve))
	keep[0], keep[len(curve)-1] = true, true
	todo := [][2]int{{0, len(curve) - 1}}
	for len(todo) > 0 {
		from, to := todo[len(todo)-1][0], todo[len(todo)-1][1]
		todo = todo[:len(todo)-1]
		if at, off := furthest(curve, from, to); off > max(tolerance, 1e-12) {
			keep[at] = true
			todo = append(todo, [2]int{from, at}, [2]int{at, to})
		}
	}
	var out []Point
	for n, p := range curve {
		if keep[n] {
			out = append(out, p)
		}
	}
	return out
}

// furthest is the point between two others that lies furthest from their line.
func furthest(curve []Point, from, to int) (at int, off float64) {
	a, b := curve[from], curve[to]
	x, y := b.FPR-a.FPR, b.TPR-a.TPR
	length := math.Hypot(x, y)
	for n := from + 1; n < to; n++ {
		d := math.Abs((curve[n].FPR-a.FPR)*y-(curve[n].TPR-a.TPR)*x) / length
		if d > off {
			at, off = n, d
		}
	}
	return at, off
}
