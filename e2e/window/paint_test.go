package window

import (
	"image"
	"strings"
	"testing"
	"time"

	"opacity/e2e/desk"
)

// A stroke with the brush, undone, redone, and partly erased.
func TestPaint(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, fullHD, nil, dir)
	p.until("the study", loaded)
	axial := p.place("picture.axial")

	p.hover(at(axial, 0.5, 0.5))
	p.key("b")
	p.until("a word on the brush", func(s state) bool { return strings.Contains(s.Status, "paint") })
	p.desk.Drag(at(axial, 0.3, 0.45), at(axial, 0.4, 0.55), desk.LeftButton, 8)
	s := p.until("the stroke", func(s state) bool { return s.Steps == 1 && infection(s) > 0 })
	painted := infection(s)
	p.hover(at(axial, 0.5, 0.5))
	p.shot("1-painted")

	p.key("ctrl+z")
	p.until("undo", func(s state) bool { return s.Steps == 0 && infection(s) == 0 })
	p.key("ctrl+y")
	p.until("redo", func(s state) bool { return s.Steps == 1 && infection(s) == painted })

	p.key("e")
	p.until("a word on the eraser", func(s state) bool { return strings.Contains(s.Status, "erase the") })
	p.desk.Drag(at(axial, 0.34, 0.49), at(axial, 0.4, 0.55), desk.LeftButton, 8)
	p.until("erasing", func(s state) bool { return s.Steps == 2 && infection(s) > 0 && infection(s) < painted })

	p.key("space")
	p.until("the brush again", func(s state) bool { return strings.Contains(s.Status, "paint the") })
	rest := infection(p.until("rest", func(s state) bool { return s.Steps == 2 }))
	p.desk.Drag(at(axial, 0.28, 0.43), at(axial, 0.31, 0.46), desk.RightButton, 6)
	p.until("the right button to erase", func(s state) bool { return s.Steps == 3 && infection(s) < rest })
	p.key("ctrl+z")
	p.until("that undone", func(s state) bool { return s.Steps == 2 && infection(s) == rest })

	p.key("v")
	p.until("a word on the polygon", func(s state) bool { return strings.Contains(s.Status, "Click points") })
	for _, q := range [][2]float64{{0.6, 0.4}, {0.7, 0.4}, {0.7, 0.55}} {
		p.desk.Click(at(axial, q[0], q[1]), desk.LeftButton)
	}
	p.hover(at(axial, 0.6, 0.55))
	p.shot("2-polygon")
	p.key("enter")
	p.until("the polygon", func(s state) bool { return s.Steps == 3 && infection(s) > painted })
	drawn := infection(p.until("rest", func(s state) bool { return len(s.Busy) == 0 }))

	p.key("u")
	p.until("a word on islands", func(s state) bool { return strings.Contains(s.Status, "Click an island") })
	p.desk.Click(at(axial, 0.68, 0.45), desk.LeftButton)
	p.until("the polygon to go", func(s state) bool { return s.Steps == 4 && infection(s) > 0 && infection(s) < drawn })

	p.key("t")
	p.until("a word on the fill", func(s state) bool { return strings.Contains(s.Status, "Click to fill") })
	p.desk.Click(at(axial, 0.5, 0.4), desk.LeftButton)
	p.until("the fill", func(s state) bool { return s.Steps == 5 && infection(s) > drawn })

	p.key("ctrl+h")
	for bottom := p.place("status.text").Min.Y; p.place("history.1").Max.Y > bottom; {
		time.Sleep(20 * time.Millisecond)
	}
	p.shot("3-history")
	p.click("history.1")
	p.until("the first step", func(s state) bool { return s.Steps == 1 && infection(s) == painted })
	p.click("history.3")
	p.until("the third step", func(s state) bool { return s.Steps == 3 && infection(s) == drawn })
	p.key("esc") // gives the keys to the panes
	p.key("esc")
	p.shot("4-no-tool")
}

// The smart brush, lasso, scissors, picked range and moved points of a polygon, in
// a low window; Ctrl inverts, Shift with the wheel and the brackets make the
// ring another size, and a limit shows beside the pointer.
func TestMoreTools(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, image.Pt(1024, 700), nil, dir)
	p.until("the study", loaded)
	axial := p.place("picture.axial")
	steps := func(n int, what string, more bool, than int) int {
		t.Helper()
		return infection(p.until(what, func(s state) bool { return s.Steps == n && len(s.Busy) == 0 && infection(s) > than == more }))
	}
	from, to := at(axial, 0.25, 0.4), at(axial, 0.3, 0.5)
	p.hover(from)
	p.key("b")
	p.desk.Drag(from, to, desk.LeftButton, 4)
	small := steps(1, "the brush", true, 0)
	_ = p.desk.Hold("ctrl", func() { p.desk.Drag(from, to, desk.LeftButton, 4) })
	steps(2, "Ctrl to erase", false, small-1)
	for range 4 {
		p.key("]")
	}
	_ = p.desk.Hold("shift", func() { p.desk.Wheel(2) })
	p.desk.Drag(from, to, desk.LeftButton, 4)
	big := steps(3, "a larger ring", true, 2*small)

	p.key("k")
	p.desk.Drag(at(axial, 0.2, 0.45), at(axial, 0.36, 0.45), desk.LeftButton, 3)
	p.hover(at(axial, 0.2, 0.47))
	p.until("a line round nothing to cut nothing", func(s state) bool { return s.Steps == 3 && infection(s) == big })

	p.key("r") // of the lung: then the brush leaves the wall
	p.desk.Drag(at(axial, 0.3, 0.55), at(axial, 0.32, 0.56), desk.LeftButton, 4)
	p.hover(to)
	p.shot("1-range")
	p.key("g")
	p.desk.Drag(at(axial, 0.3, 0.6), at(axial, 0.34, 0.66), desk.LeftButton, 6)
	smart := steps(4, "the smart brush", true, big)
	p.shot("2-smart")

	p.key("v")
	for _, q := range [][2]float64{{0.75, 0.6}, {0.85, 0.6}, {0.8, 0.65}} {
		p.desk.Click(at(axial, q[0], q[1]), desk.LeftButton)
	}
	time.Sleep(700 * time.Millisecond) // no double click, which would fill it
	p.desk.Drag(at(axial, 0.8, 0.65), at(axial, 0.8, 0.75), desk.LeftButton, 4)
	p.shot("3-polygon")
	if s, _, _ := p.look(); s.Steps != 4 {
		t.Errorf("%d steps while points are moved", s.Steps)
	}
	p.key("enter")
	steps(5, "the polygon", true, smart)
	p.desk.Drag(at(axial, 0.5, 0.5), at(axial, 0.5, 0.98).Add(image.Pt(0, 200)), desk.LeftButton, 4)
	p.key("esc")
	p.key("esc")
	p.shot("4-end")
}
