package window

import (
	"image"
	"strings"
	"testing"

	"opacity/e2e/desk"
)

// strike strikes keys one after the other.
func (p *program) strike(chords ...string) {
	p.t.Helper()
	for _, c := range chords {
		p.key(c)
	}
}

// An operation of the menu, by keys: what it would do follows the amount, Escape
// drops it, Enter makes one step of it. A finding of one's own, by the list.
func TestAmountsAndLabels(t *testing.T) {
	p, _, painted := painted(t, image.Pt(1360, 860))

	grow := func() {
		p.menu("alt+t")
		for range 13 {
			p.key("down")
		}
		p.strike("right", "enter")
		p.until("the amount in focus", func(s state) bool { return strings.HasPrefix(s.Keys, "*controls.Entry") })
	}
	grow()
	p.until("the preview", func(s state) bool { return infection(s) > painted })
	if err := p.desk.Type("6"); err != nil {
		t.Fatal(err)
	}
	wide := infection(p.until("a wider preview", func(s state) bool { return s.Steps == 1 && infection(s) > 3*painted }))
	p.shot("1-grow")
	p.key("esc")
	p.until("Escape to drop it", func(s state) bool { return s.Panes && s.Steps == 1 && infection(s) == painted })
	grow()
	_ = p.desk.Type("6")
	p.until("the preview again", func(s state) bool { return infection(s) == wide })
	p.key("enter")
	p.until("one step", func(s state) bool { return s.Steps == 2 && infection(s) == wide })

	p.click("labels.add")
	p.place("popup")
	p.shot("2-add")
	p.strike("enter")
	p.until("ground glass", func(s state) bool { _, there := s.Voxels["ground glass"]; return there && s.Steps == 3 })
	p.desk.Click(center(p.place("label.4")), desk.RightButton)
	p.place("popup")
	p.shot("3-menu")
	p.strike("enter") // Rename
	p.place("label.4.name")
	p.key("ctrl+a")
	_ = p.desk.Type("crazy paving")
	p.shot("4-rename")
	p.key("enter")
	p.until("the name", func(s state) bool { _, there := s.Voxels["crazy paving"]; return there })
	p.desk.Click(center(p.place("label.4")), desk.RightButton)
	p.place("popup")
	p.strike("down", "enter") // Colour
	p.place("colour.teal")
	p.shot("5-colour")
	p.click("colour.teal")
	p.until("the colour", func(s state) bool { return s.Steps == 5 })
	p.strike("ctrl+z", "ctrl+z", "ctrl+z")
	p.until("the label to go", func(s state) bool { _, there := s.Voxels["crazy paving"]; return s.Steps == 2 && !there })
	p.shot("6-end")
}

// A row of the list is dragged above the others, and undo brings it back.
func TestLabelsDragged(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, image.Pt(1024, 700), nil, dir)
	p.until("the study", loaded)
	first, last := p.place("label.1"), p.place("label.3")
	above := func() bool { return p.place("label.3").Min.Y < p.place("label.1").Min.Y }
	if above() {
		t.Fatalf("infection is above the lungs at %v already", last)
	}
	p.desk.Drag(center(last), at(first, 0.5, 0.2), desk.LeftButton, 6)
	p.until("infection first", func(s state) bool { return s.Steps == 1 && above() })
	p.shot("1-dragged")
	p.key("ctrl+z")
	p.until("infection last", func(s state) bool { return s.Steps == 0 && !above() })
}
