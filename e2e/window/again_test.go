package window

import (
	"fmt"
	"image"
	"strings"
	"testing"
	"time"

	"opacity/e2e/desk"
)

// A run of the model, a stroke of a hand, the threshold moved by the pointer, a
// slice and a box segmented again, and what changed since the model: the stroke
// stays through all of it, each is one step, and undo leads back.
func TestThresholdAndAgain(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, image.Pt(1360, 860), nil, dir)
	p.until("the study", loaded)
	idle := func(s state) bool { return !s.Running && len(s.Busy) == 0 }
	axial := p.place("picture.axial")

	p.hover(at(axial, 0.5, 0.5))
	p.key("ctrl+r")
	found := p.until("the model", segmented)

	p.key("b") // outside the lungs, where neither model nor threshold has infection
	p.until("a word on the brush", func(s state) bool { return strings.Contains(s.Status, "paint") })
	p.desk.Drag(at(axial, 0.46, 0.3), at(axial, 0.54, 0.3), desk.LeftButton, 6)
	s := p.until("the stroke", func(s state) bool { return s.Steps == 2 && infection(s) > infection(found) && idle(s) })
	painted := infection(s) - infection(found)
	p.key("b") // the same tool
	p.key("esc")
	p.until("no tool", idle)

	for _, id := range []string{"display", "labels"} {
		// What is below rises when a section folds, and only then is it where it stays.
		before := p.place("section.model").Min.Y
		p.press("section."+id, "a folded section", func(state) bool { return p.place("section.model").Min.Y < before })
	}
	slider := p.place("threshold.3")
	// A drag that is over within one drawn frame is a click to the window system.
	p.desk.Move(at(slider, 0.5, 0.5))
	p.desk.Press(desk.LeftButton)
	for _, x := range []float64{0.55, 0.65, 0.75, 0.85} {
		p.desk.Move(at(slider, x, 0.5))
		time.Sleep(100 * time.Millisecond)
	}
	p.desk.Release(desk.LeftButton)
	high := p.until("the threshold", func(s state) bool { return s.Steps == 3 && idle(s) })
	if infection(high) < painted || infection(high) >= infection(s) {
		t.Errorf("%d voxels at a high threshold, %d before, %d of a hand", infection(high), infection(s), painted)
	}
	p.shot("1-threshold")
	p.key("y")
	p.place("compare.legend")
	p.hover(at(axial, 0.5, 0.5))
	p.shot("2-changes")
	p.click("compare.close")

	p.hover(at(axial, 0.5, 0.5))
	p.key("ctrl+shift+r")
	again := p.until("the slice", func(s state) bool { return idle(s) && (s.Steps == 4 || strings.Contains(s.Status, "nothing changed")) })
	if infection(again) < painted {
		t.Errorf("the stroke is gone: %d voxels of %d", infection(again), painted)
	}
	before := again.Steps
	p.key("ctrl+b")
	p.until("a word on the box", func(s state) bool { return strings.Contains(s.Status, "crosshair") })
	p.shot("3-box")
	p.key("esc")
	p.click("again.left")
	lung := p.until("the left lung", func(s state) bool {
		return idle(s) && (s.Steps > before || strings.Contains(s.Status, "left lung"))
	})
	if infection(lung) < painted || !strings.Contains(lung.Status, "left lung") {
		t.Errorf("after the lung: %+v", lung)
	}
	p.shot("4-again")
	for n := lung.Steps; n > 1; n-- {
		p.key("ctrl+z")
		p.until(fmt.Sprintf("%d steps", n-1), func(s state) bool { return s.Steps == n-1 && idle(s) })
	}
	if s := p.until("the model's mask", idle); infection(s) != infection(found) {
		t.Errorf("undone there are %d voxels, the model found %d", infection(s), infection(found))
	}
}
