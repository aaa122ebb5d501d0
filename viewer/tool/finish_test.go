package tool

import (
	"testing"

	"opacity/app/mask"
	"opacity/viewer"
)

func TestKit_Finish(t *testing.T) {
	at := func(x, y float64) step { return drag(viewer.Axial, Left, plain, [2]float64{x, y}) }
	for _, c := range []struct {
		name  string
		tool  Name
		steps []step
		want  string
	}{
		{"nothing drawn", Polygon, nil, ""},
		{"a stroke is over already", Brush, []step{at(201.5, 151.5)}, "Paint infection +81"},
		{"two points go round nothing", Polygon, []step{at(171.5, 121.5), at(231.5, 121.5)}, ""},
		{"three points", Polygon, []step{at(171.5, 121.5), at(231.5, 121.5), at(231.5, 181.5)}, "Polygon: infection +210"},
		{"one of them held", Polygon, []step{at(171.5, 121.5), at(231.5, 121.5), does(Press, viewer.Axial, Left, 231.5, 181.5)}, "Polygon: infection +210"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.tool).play(c.steps...)
			before := b.Session().Revision()
			filled := b.k.Finish()
			if got := b.done(); got != c.want || filled != (b.Session().Revision() != before) || filled != (c.tool == Polygon && c.want != "") {
				t.Errorf("%q, filled %v, want %q", got, filled, c.want)
			}
		})
	}
	b := newBench(t, Polygon).play(at(171.5, 121.5), at(231.5, 121.5), at(231.5, 181.5))
	b.Session().SetLocked(mask.Infection, true)
	if b.k.Finish() || b.done() != "" {
		t.Errorf("a locked label has %q", b.done())
	}
}
