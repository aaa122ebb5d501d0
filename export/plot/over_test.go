package plot

import (
	"testing"

	"gonum.org/v1/plot/vg"
)

// Two panels over another have their data under one another, whatever the shape of the
// picture.
func TestOneOverAnother(t *testing.T) {
	for _, size := range []vg.Point{{X: 240, Y: 400}, {X: 400, Y: 240}, {X: 300, Y: 300}, {X: 500, Y: 300}} {
		var at [2][2]vg.Length // left and right of each
		note := func(n int) func(frame) {
			return func(f frame) { at[n] = [2]vg.Length{f.x(0), f.x(1)} }
		}
		upper := panel{x: unit(""), y: unit("a name"), aspect: 1, layers: []func(frame){note(0)}}
		lower := panel{x: unit("x"), y: axis{max: 0.0001, most: 2}, aspect: 0.22, layers: []func(frame){note(1)}}
		f := figure("over", About{}, "", nil, over{upper: upper, lower: lower})
		f.Image(int(size.X), int(size.Y), 1, false)
		if at[0] != at[1] || at[0][1]-at[0][0] < 50 {
			t.Errorf("%v: the one is from %v, the other from %v", size, at[0], at[1])
		}
	}
}
