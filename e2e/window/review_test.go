package window

import (
	"strings"
	"testing"
	"time"
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
	p.key("p")
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
	for _, id := range []string{"display", "model", "compare"} {
		p.click("section." + id)
		time.Sleep(500 * time.Millisecond) // what is below moves up
	}
	p.click("section.review")
	p.place("review.seen")
	p.shot("3-section")
	p.click("review.corrected")
	p.until("a word on the button's tick", func(s state) bool { return strings.Contains(s.Status, "corrected") })
	p.shot("4-ticked")
}
