package window

import (
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A study that was damaged, or that another computer left locked, or that was
// copied in part, says so and is gone on with from the window.
func TestStudyThatCameToHarm(t *testing.T) {
	dir, _, _ := thorax(t)
	home := t.TempDir()
	p := start(t, image.Pt(1360, 860), atHome(home), dir)
	p.until("the study", loaded)
	p.brush(p.place("picture.axial"), 0.4, 0.6)
	kept := p.until("two strokes on disk", func(s state) bool { return s.Steps == 2 && onDisk(s) })
	p.shot("1-kept-by-itself")
	p.key("ctrl+q")
	p.ended("Ctrl+Q")

	journal := filepath.Join(kept.Study, "journal")
	b, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	clear(b[20:60]) // of the first record
	lock := `{"user": "mary", "host": "elsewhere", "pid": 7, "since": "2026-01-02T03:04:05Z"}`
	for path, data := range map[string][]byte{journal: b, filepath.Join(kept.Study, "lock"): []byte(lock)} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p = start(t, image.Pt(1024, 700), atHome(home), dir)
	s := p.until("the study to look at", func(s state) bool { return loaded(s) && s.Kept == "Looking only" })
	if len(s.Warnings) == 0 || !strings.Contains(strings.Join(s.Warnings, " "), "mary on elsewhere") {
		t.Errorf("it says %q", s.Warnings)
	}
	p.shot("2-locked")
	p.click("band.take")
	p.until("the question", func(s state) bool { return s.Modal == "take" })
	p.shot("3-asks")
	p.click("take.take")
	s = p.until("the study to edit", func(s state) bool { return loaded(s) && s.Kept == "● Kept" })
	if s.Voxels["infection"] != kept.Voxels["infection"] || s.Study != kept.Study {
		t.Errorf("it is %+v, it was %+v", s, kept)
	}
	p.place("band.recovered")
	p.shot("4-salvaged")
	p.key("ctrl+q")
	p.ended("Ctrl+Q")

	info, err := os.Stat(journal)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(journal, info.Size()-20); err != nil {
		t.Fatal(err)
	}
	p = start(t, image.Pt(1024, 700), atHome(home), dir)
	p.until("that it was not copied whole", func(s state) bool { return loaded(s) && len(s.Errors) > 0 })
	p.place("band.look")
	p.shot("5-half-copied")
	p.click("band.look")
	s = p.until("what is there of it", func(s state) bool { return loaded(s) && s.Kept == "Looking only" })
	if s.Voxels["infection"] != kept.Voxels["infection"] {
		t.Errorf("it is %+v", s)
	}
	p.shot("6-looked-at")
}
