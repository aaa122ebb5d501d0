package window

import (
	"strings"
	"testing"
	"time"

	"opacity/e2e/desk"
)

// The queue is walked with N and P, slices are ticked with keys, and the strip
// along the axial slider shows the queue and is clicked.
func TestReviewQueue(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, fullHD, nil, dir)
	p.until("the study", loaded)
	slider := p.place("slider.axial")
	before := p.pixels(slider)
	p.key("ctrl+r")
	p.until("the model's mask", func(s state) bool { return !s.Running && s.Voxels["infection"] > 0 })
	p.untilChanged("the strip", slider, before)
	p.key("n")
	axial := func(s state) int { return s.Cursor[2] }
	first := axial(p.until("the first slice", func(s state) bool { return strings.Contains(s.Status, "number 1 in doubt") }))
	p.shot("1-first")
	p.key("n")
	second := axial(p.until("the second", func(s state) bool { return strings.Contains(s.Status, "number 2 in doubt") }))
	p.click("review.line.previous")
	p.until("the first again", func(s state) bool { return axial(s) == first })

	p.key("f7")
	p.until("a word on the tick", func(s state) bool { return strings.Contains(s.Status, "accepted") })
	p.key("n")
	p.until("the second again", func(s state) bool { return axial(s) == second })
	p.key("f9")
	p.until("a word on the problem", func(s state) bool { return strings.Contains(s.Status, "problem") })
	p.key("p")
	p.until("the end of the way back: the first is ticked", func(s state) bool { return strings.Contains(s.Status, "began") && axial(s) == second })
	p.key("shift+f7")
	p.until("that taken back", func(s state) bool { return strings.Contains(s.Status, "no longer ticked") })

	before = p.pixels(slider)
	p.desk.Click(at(slider, 0.25, 0.5), 1)
	s := p.until("a slice in the lower part", func(s state) bool { return axial(s) != second })
	if k, n := axial(s), s.Slices[2]; k < n/8 || k > 3*n/8 {
		t.Errorf("a click at a quarter of the strip shows slice %d of %d", k, n)
	}
	p.untilChanged("the strip's thumb to move", slider, before)
	p.until("what the strip says there", func(s state) bool { return strings.HasPrefix(s.Status, "Slice ") })
	p.shot("2-strip")
	for _, id := range []string{"display", "model"} {
		was := p.place("section.review")
		p.click("section." + id)
		for p.place("section.review") == was { // what is below moves up
			time.Sleep(20 * time.Millisecond)
		}
	}
	p.click("section.review")
	p.place("review.seen")
	p.shot("3-section")
	p.click("review.corrected")
	p.until("a word on the button's tick", func(s state) bool { return strings.Contains(s.Status, "corrected") })
	p.shot("4-ticked")
	p.click("review.untick")
	p.until("a word on that taken back", func(s state) bool { return strings.Contains(s.Status, "no longer ticked") })

	pane := p.place("picture.axial")
	p.hover(at(pane, 0.3, 0.5))
	p.key("f7")
	p.until("a word on the tick", func(s state) bool { return strings.Contains(s.Status, "accepted") })
	p.key("b")
	p.until("a word on the brush", func(s state) bool { return strings.Contains(s.Status, "paint") })
	p.desk.Drag(at(pane, 0.3, 0.45), at(pane, 0.4, 0.55), desk.LeftButton, 8)
	p.until("a word on the slice that was accepted", func(s state) bool {
		return strings.Contains(s.Status, "was accepted before this change")
	})
	p.shot("5-changed")
}

// What is drawn on the sample is said not to be kept, and asked for.
func TestDrawnOnTheSample(t *testing.T) {
	p := start(t, fullHD, nil)
	p.click("empty.sample")
	p.until("the sample", loaded)
	pane := p.place("picture.axial")
	p.hover(at(pane, 0.3, 0.5))
	p.key("b")
	p.until("a word on the brush", func(s state) bool { return strings.Contains(s.Status, "paint") })
	p.desk.Drag(at(pane, 0.3, 0.45), at(pane, 0.4, 0.55), desk.LeftButton, 8)
	p.until("a word on what is not kept", func(s state) bool { return s.Steps == 1 && strings.Contains(s.Kept, "sample") })
	p.shot("1-drawn")
	p.key("ctrl+w")
	p.until("the question", func(s state) bool { return s.Modal == "unsaved" })
	p.shot("2-asked")
	p.key("esc")
	p.until("that put away", func(s state) bool { return s.Modal == "" && s.Steps == 1 })
}
