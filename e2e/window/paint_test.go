package window

import (
	"strings"
	"testing"

	"opacity/e2e/desk"
)

// A stroke with the brush, undone, redone, and partly erased.
func TestPaint(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, fullHD, nil, dir)
	p.until("the study", loaded)
	axial := p.place("picture.axial")
	infection := func(s state) int { return s.Voxels["infection"] }

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

	p.key("v")
	p.until("a word on the polygon", func(s state) bool { return strings.Contains(s.Status, "Click points") })
	for _, q := range [][2]float64{{0.6, 0.4}, {0.7, 0.4}, {0.7, 0.55}} {
		p.desk.Click(at(axial, q[0], q[1]), desk.LeftButton)
	}
	p.hover(at(axial, 0.6, 0.55))
	p.shot("2-polygon")
	p.key("enter")
	p.until("the polygon", func(s state) bool { return s.Steps == 3 && infection(s) > painted })
	p.key("esc")
	p.shot("3-no-tool")
}
