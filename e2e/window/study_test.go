package window

import (
	"image"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"opacity/e2e/desk"
)

// atHome is the environment of programs that share preferences and studies, one after another or
// side by side.
func atHome(home string) []string {
	return []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_DATA_HOME=" + home}
}

// prefer writes the preferences that a program with this configuration starts with.
func prefer(t *testing.T, config, preferences string) {
	t.Helper()
	path := filepath.Join(config, "opacity", "preferences.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(preferences), 0o600); err != nil {
		t.Fatal(err)
	}
}

// kill ends the program as a crash does.
func (p *program) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	_ = p.cmd.Wait() // says that it was killed
}

// brush takes the brush and paints strokes from one place to the next.
func (p *program) brush(axial image.Rectangle, strokes ...float64) {
	p.t.Helper()
	p.hover(at(axial, 0.5, 0.5))
	p.key("b")
	p.until("a word on the brush", func(s state) bool { return strings.Contains(s.Status, "paint") })
	for _, y := range strokes {
		s, _, _ := p.look()
		p.desk.Drag(at(axial, 0.3, y), at(axial, 0.4, y+0.05), desk.LeftButton, 8)
		p.until("the stroke", func(n state) bool { return n.Steps == s.Steps+1 })
	}
}

func onDisk(s state) bool { return s.Steps > 0 && s.Durable == s.Steps+s.Undone }

// A program that is killed loses nothing: strokes, what was undone, and the
// stroke under way are there when it starts again.
func TestKilled(t *testing.T) {
	dir, _, _ := thorax(t)
	home := t.TempDir()
	p := start(t, image.Pt(1360, 860), atHome(home), dir)
	p.until("the study", loaded)
	axial := p.place("picture.axial")
	p.brush(axial, 0.4, 0.5, 0.6)
	three := p.until("three strokes on disk", func(s state) bool { return s.Steps == 3 && onDisk(s) }).Voxels
	p.shot("1-kept")
	p.key("ctrl+z")
	two := p.until("one undone", func(s state) bool { return s.Steps == 2 && s.Undone == 1 })
	if two.Dirty || two.Kept != "● Kept" {
		t.Errorf("work that is kept counts as unsaved: %+v", two)
	}
	p.hover(at(axial, 0.6, 0.4))
	time.Sleep(250 * time.Millisecond) // what an undo may take to be on disk
	p.kill()

	p = start(t, image.Pt(1360, 860), atHome(home))
	id := "left." + strings.TrimSuffix(filepath.Base(two.Study), ".opacity")
	p.place(id)
	p.shot("2-offered")
	p.click(id)
	s := p.until("the study again", func(s state) bool { return loaded(s) && s.Steps == 2 })
	if s.Undone != 1 || !maps.Equal(s.Voxels, two.Voxels) || s.Study != two.Study {
		t.Errorf("it was %+v, it is %+v", two, s)
	}
	p.place("status.kept")
	p.shot("3-gone-on")
	p.hover(at(axial, 0.5, 0.5))
	p.key("ctrl+y")
	p.until("the third stroke again", func(s state) bool { return s.Steps == 3 && maps.Equal(s.Voxels, three) })
	p.key("ctrl+z")
	p.key("ctrl+z")
	p.key("ctrl+z")
	p.until("an empty mask", func(s state) bool { return s.Steps == 0 && s.Voxels["infection"] == 0 })
	for range 3 {
		p.key("ctrl+y")
	}
	p.until("all of it again", func(s state) bool { return s.Steps == 3 && maps.Equal(s.Voxels, three) })

	axial = p.place("picture.axial")
	p.brush(axial)
	p.desk.Move(at(axial, 0.6, 0.4))
	p.desk.Press(desk.LeftButton)
	for n := range 10 {
		p.desk.Move(at(axial, 0.6, 0.4+0.02*float64(n)))
	}
	under := p.until("a stroke under way", func(s state) bool { return s.Voxels["infection"] > three["infection"] })
	time.Sleep(800 * time.Millisecond)
	under, _, _ = p.look()
	p.kill()

	p = start(t, image.Pt(1360, 860), atHome(home), dir)
	s = p.until("the stroke that was under way", func(s state) bool { return loaded(s) && s.Steps == 4 })
	if s.Voxels["infection"] != under.Voxels["infection"] {
		t.Errorf("%d voxels of infection, %d were painted", s.Voxels["infection"], under.Voxels["infection"])
	}
	p.place("band.recovered")
	p.place("status.kept")
	p.shot("4-recovered")
	p.key("ctrl+q")
	p.ended("Ctrl+Q")
	p = start(t, image.Pt(1024, 700), atHome(home), dir)
	p.until("the same after closing", func(n state) bool { return loaded(n) && n.Steps == 4 && maps.Equal(n.Voxels, s.Voxels) })
	p.shot("5-small")
}

// A second program shows the study, says who has it, and keeps nothing unless
// told where.
func TestSecondInstance(t *testing.T) {
	dir, _, _ := thorax(t)
	home := t.TempDir()
	first := start(t, image.Pt(1360, 860), atHome(home), dir)
	first.until("the study", loaded)
	first.brush(first.place("picture.axial"), 0.4)
	one := first.until("a stroke on disk", func(s state) bool { return s.Steps == 1 && onDisk(s) })

	second := start(t, image.Pt(1024, 700), atHome(home), dir)
	s := second.until("the same study", func(s state) bool { return loaded(s) && s.Steps == 1 })
	if len(s.Warnings) == 0 || !strings.Contains(s.Warnings[len(s.Warnings)-1], "is being edited by") || s.Kept != "Looking only" {
		t.Fatalf("it does not say who has it: %+v", s)
	}
	second.shot("1-looking")
	second.brush(second.place("picture.axial"), 0.6)
	second.until("a stroke in memory", func(s state) bool { return s.Steps == 2 && s.Dirty })
	second.key("ctrl+q")
	second.until("the question", func(s state) bool { return s.Modal == "unkept" })
	second.shot("2-asks")
	second.click("unkept.copy")
	second.until("the place to be asked", func(s state) bool { return s.Modal == "choose.save" })
	copied := filepath.Join(home, "copy.opacity")
	second.key("ctrl+a")
	if err := second.desk.Type(copied); err != nil {
		t.Fatal(err)
	}
	second.key("enter")
	second.ended("saving a copy")

	first.key("ctrl+q")
	first.ended("Ctrl+Q")
	again := start(t, image.Pt(1360, 860), atHome(home), copied)
	s = again.until("the copy", func(s state) bool { return loaded(s) && s.Steps == 2 })
	if s.Voxels["infection"] <= one.Voxels["infection"] || s.Kept != "● Kept" {
		t.Errorf("the copy is %+v", s)
	}
}
