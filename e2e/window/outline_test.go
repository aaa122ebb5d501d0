package window

import (
	"image"
	"math"
	"strings"
	"testing"
	"time"

	"opacity/e2e/desk"
)

// round is points along a circle in a pane, from its right on.
func round(r image.Rectangle, x, y, radius float64, n int) []image.Point {
	var all []image.Point
	for i := range n {
		a := 2 * math.Pi * float64(i) / float64(n)
		all = append(all, at(r, x, y).Add(image.Pt(int(radius*math.Cos(a)), int(radius*math.Sin(a)))))
	}
	return all
}

// A hand draws a circle of 80 motions; the outline keeps what the system handed on.
// How much that is hangs on the machine and is logged; the line must go round all
// the same, and what was cut is told.
func TestOutlineFollowsTheHand(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, fullHD, nil, dir)
	p.until("the study", loaded)
	axial := p.place("picture.axial")
	p.hover(at(axial, 0.5, 0.5))
	p.key("b")
	p.until("a word on the brush", func(s state) bool { return strings.Contains(s.Status, "paint") })
	p.desk.Click(at(axial, 0.7, 0.5), desk.LeftButton)
	p.until("the first step to be kept, which is told once", func(s state) bool { return strings.Contains(s.Status, "kept by itself") })
	for _, pause := range []time.Duration{6 * time.Millisecond, 25 * time.Millisecond} {
		before, _, _ := p.look()
		p.key("l")
		p.until("a word on the lasso", func(s state) bool { return strings.Contains(s.Status, "round what is to be filled") })
		motions := round(axial, 0.35, 0.5, 70, 80)
		p.hover(motions[0])
		p.desk.Press(desk.LeftButton)
		for _, q := range motions[1:] {
			p.desk.Move(q)
			time.Sleep(pause)
		}
		p.hover(motions[len(motions)-1])
		kept := p.until("the line", func(s state) bool { return s.Points > 0 }).Points
		p.shot("1-line")
		p.desk.Release(desk.LeftButton)
		s := p.until("the lasso's result", func(s state) bool {
			return s.Steps == before.Steps+1 && strings.Contains(s.Status, "Lasso: infection") && strings.Contains(s.Status, "slice")
		})
		t.Logf("%v apart: %d of %d motions kept, %d voxels", pause, kept, len(motions), s.Voxels["infection"])
		if kept < 8 {
			t.Errorf("a circle of %d motions %v apart became one of %d points", len(motions), pause, kept)
		}
		p.key("ctrl+z")
		p.until("that undone", func(s state) bool { return s.Steps == before.Steps })
		p.key("esc")
	}
}

// An open outline stays while other tools are on, is gone to, dropped and had back;
// scissors show what they would cut; a preview is neither saved nor dropped unsaid.
func TestNothingGoesUnsaid(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, image.Pt(1360, 860), nil, dir)
	p.until("the study", loaded)
	axial := p.place("picture.axial")
	says := func(what, words string) { // waits for the words
		t.Helper()
		p.until(what, func(s state) bool { return strings.Contains(s.Status, words) })
	}
	p.hover(at(axial, 0.5, 0.5))
	p.key("v")
	for _, q := range [][2]float64{{0.3, 0.4}, {0.45, 0.4}, {0.4, 0.6}} {
		p.desk.Click(at(axial, q[0], q[1]), desk.LeftButton)
		time.Sleep(60 * time.Millisecond)
	}
	p.key("b")
	says("the outline to be kept", "is kept: Polygon (V)")
	p.shot("1-kept")
	p.key("v")
	p.desk.Wheel(2)
	says("the outline to be away", "An outline is open on axial slice")
	p.key("enter")
	says("the outline to be shown", "Enter fills it")
	p.key("esc")
	says("the outline to be dropped", "Undo brings it back")
	p.key("ctrl+z")
	p.key("enter")
	p.until("the outline, the first step to be kept, which is told once", func(s state) bool { return s.Steps == 1 && strings.Contains(s.Status, "kept by itself") })
	cursor, _, _ := p.look()
	p.key("ctrl+up")
	s := p.until("the copy", func(s state) bool { return s.Steps == 2 && len(s.Busy) == 0 && s.Cursor[2] == cursor.Cursor[2]+1 })
	painted := s.Voxels["infection"]
	p.shot("2-copied")

	p.key("shift+m")
	says("the preview", "Moves the border")
	p.until("its number to have the keys", func(s state) bool { return !s.Panes })
	p.insist("the panes to have the keys", func() { p.click("picture.axial") }, func(s state) bool { return s.Panes })
	p.until("the preview", func(s state) bool { return s.Voxels["infection"] > painted })
	p.shot("3-preview")
	p.key("ctrl+s")
	says("saving to be refused", "Apply or cancel “Grow or shrink” first")
	p.key("k")
	says("the preview to be dropped", "Grow or shrink was not applied")
	p.until("the preview to be gone", func(s state) bool { return s.Voxels["infection"] == painted && s.Steps == 2 })
	p.desk.Move(at(axial, 0.3, 0.35))
	p.desk.Press(desk.LeftButton)
	for _, q := range [][2]float64{{0.45, 0.35}, {0.45, 0.5}, {0.3, 0.5}} {
		p.hover(at(axial, q[0], q[1]))
	}
	p.shot("4-scissors")
	p.desk.Release(desk.LeftButton)
	says("what was cut", "Cut infection")
	p.shot("5-cut")
	p.key("f1")
	p.until("the sheet", func(s state) bool { return s.Modal == "keys" })
	p.shot("6-keys")
}
