package window

import (
	"image"
	"testing"

	"opacity/e2e/desk"
)

// A preview is asked about before the window closes, and a name that is still being
// written is kept.
func TestQuittingInTheMiddle(t *testing.T) {
	dir, _, _ := thorax(t)
	home := t.TempDir()
	p := start(t, image.Pt(1024, 700), atHome(home), dir)
	p.until("the study", loaded)
	p.brush(p.place("picture.axial"), 0.4, 0.6)
	painted := infection(p.until("two strokes on disk", func(s state) bool { return s.Steps == 2 && onDisk(s) }))
	p.key("shift+m")
	p.until("the preview", func(s state) bool { return infection(s) > painted })
	p.key("ctrl+q")
	p.until("the question", func(s state) bool { return s.Modal == "preview" })
	p.shot("1-asks")
	p.click("preview.cancel")
	p.until("the preview again", func(s state) bool { return s.Modal == "" && infection(s) > painted })
	p.click("amount.cancel")
	p.until("no preview", func(s state) bool { return infection(s) == painted })

	p.desk.Click(center(p.place("label.3")), desk.RightButton)
	p.place("popup")
	p.key("enter") // Rename
	p.place("label.3.name")
	p.key("ctrl+a")
	_ = p.desk.Type("Consolidation X")
	p.shot("2-written")
	p.key("ctrl+q")
	p.ended("Ctrl+Q")

	p = start(t, image.Pt(1024, 700), atHome(home), dir)
	s := p.until("the study again", func(s state) bool { return loaded(s) && s.Steps == 3 })
	if s.Voxels["Consolidation X"] != painted {
		t.Errorf("it has %v, and %d were painted", s.Voxels, painted)
	}
}
