package window

import (
	"image"
	"math"
	"strings"
	"testing"

	"opacity/e2e/desk"
)

// What a hand has drawn stays when the model runs on everything, and is told; a choice
// in the strip gives the keys back, so that Esc ends the tool; undoing a stroke on the
// sagittal plane goes back to its slice; scissors shade in every pane what goes.
func TestHandsAreSpared(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, image.Pt(1360, 860), nil, dir)
	p.until("the study", loaded)
	axial, sagittal := p.place("picture.axial"), p.place("picture.sagittal")

	p.hover(at(axial, 0.5, 0.5))
	p.key("b")
	p.until("a word on the brush", func(s state) bool { return strings.Contains(s.Status, "paint") })
	p.desk.Drag(at(axial, 0.46, 0.3), at(axial, 0.54, 0.3), desk.LeftButton, 6)
	drawn := p.until("the stroke", func(s state) bool { return s.Steps == 1 && infection(s) > 0 && idle(s) })
	p.click("strip.over")
	p.until("the choices", func(s state) bool { return !s.Panes })
	p.shot("1-over")
	p.key("down")
	p.key("enter")
	p.until("the keys of the panes", func(s state) bool { return s.Panes })
	p.key("esc")
	p.until("no tool", func(s state) bool { return !strings.Contains(s.Status, "paint") })
	p.key("ctrl+r")
	found := p.until("the model", func(s state) bool { return s.Steps == 2 && idle(s) && strings.Contains(s.Status, "Segmented") })
	if !strings.HasPrefix(found.Status, "Kept what was drawn by hand: infection ") || infection(found) <= infection(drawn) {
		t.Errorf("after the model: %q, %d voxels, %d drawn", found.Status, infection(found), infection(drawn))
	}
	p.shot("2-kept")

	p.key("k")
	p.until("a word on the scissors", func(s state) bool { return strings.Contains(s.Status, "cut off") })
	p.hover(at(sagittal, 0.25, 0.5))
	p.desk.Press(desk.LeftButton)
	before := p.pixels(p.place("picture.coronal"))
	for n := range 24 { // round the middle of the slice, each motion seen: of those that come at once few are
		to := 2 * math.Pi * float64(n) / 24
		p.hover(at(sagittal, 0.5-0.25*math.Cos(to), 0.5-0.3*math.Sin(to)))
	}
	p.untilChanged("the cut in the coronal pane", p.place("picture.coronal"), before)
	p.shot("3-scissors")
	p.key("esc")
	p.desk.Release(desk.LeftButton)
	p.key("b")
	p.hover(at(sagittal, 0.5, 0.5))
	p.desk.Drag(at(sagittal, 0.45, 0.15), at(sagittal, 0.55, 0.15), desk.LeftButton, 6)
	made := p.until("a sagittal stroke", func(s state) bool { return s.Steps == 3 && idle(s) })
	p.insist("another slice", func() { p.desk.Wheel(-3) }, func(s state) bool { return s.Cursor[0] != made.Cursor[0] })
	p.key("ctrl+z")
	p.until("the slice of the stroke", func(s state) bool { return s.Steps == 2 && s.Cursor[0] == made.Cursor[0] })
	p.shot("4-undone")
}
