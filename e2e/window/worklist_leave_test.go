package window

import (
	"cmp"
	"image"
	"slices"
	"strconv"
	"strings"
	"testing"

	"opacity/e2e/desk"
)

// What is still being drawn or written when a case is left stays with it.
func TestLeavingACaseUnfinished(t *testing.T) {
	folder := threeCases(t)
	p := start(t, image.Pt(1360, 860), nil)
	p.openCases(folder)
	at3 := func(name string) func(state) bool {
		return func(s state) bool { return loaded(s) && s.Present == name && s.Panes }
	}
	p.key("ctrl+pgdn")
	p.until("the first case", at3("one"))
	axial := p.place("picture.axial")
	p.hover(at(axial, 0.5, 0.5))
	p.key("v")
	p.until("a word on the polygon", func(s state) bool { return strings.Contains(strings.ToLower(s.Status), "point") })
	for _, c := range [][2]float64{{0.3, 0.4}, {0.45, 0.4}, {0.45, 0.55}} {
		p.desk.Click(at(axial, c[0], c[1]), desk.LeftButton)
	}
	p.shot("1-outline")
	p.key("ctrl+pgdn")
	p.until("what became of the outline", func(s state) bool {
		return at3("three")(s) && strings.Contains(s.Status, "outline in one was filled")
	})
	p.shot("2-told")
	p.key("ctrl+pgup")
	p.until("the outline, filled", func(s state) bool { return at3("one")(s) && s.Steps == 1 && s.Voxels["infection"] > 0 })
	p.click("cases.segment")
	p.until("all to be segmented", func(s state) bool {
		return len(s.Busy) == 0 && !slices.ContainsFunc(s.Cases, func(r string) bool { return strings.Contains(r, "no model") })
	})
	p.click("cases.sort")
	p.key("down")
	p.key("down")
	p.key("down")
	p.key("enter")
	p.until("the most unsure first", func(s state) bool {
		return slices.IsSortedFunc(s.Cases, func(a, b string) int { return cmp.Compare(percent(b), percent(a)) }) && !slices.IsSorted(s.order())
	})
	p.shot("3-unsure-first")
}

// percent is how unsure the list says that the model is on a case.
func percent(row string) (p float64) {
	for _, part := range strings.Split(row, "|") {
		if number, ok := strings.CutSuffix(part, " % unsure"); ok {
			p, _ = strconv.ParseFloat(number, 64)
		}
	}
	return p
}
