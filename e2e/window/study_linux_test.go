package window

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"opacity/e2e/desk"
)

// A disk that becomes full: editing goes on, closing asks, and all is written as
// soon as there is room.
func TestFullDisk(t *testing.T) {
	dir, _, _ := thorax(t)
	home := t.TempDir()
	studies := filepath.Join(home, "opacity", "studies")
	if err := os.MkdirAll(studies, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", studies, "tmpfs", 0, "size=262144"); err != nil {
		t.Skipf("no small disk can be made here: %v", err)
	}
	defer func() { _ = syscall.Unmount(studies, syscall.MNT_DETACH) }()
	p := start(t, image.Pt(1360, 860), atHome(home), dir)
	p.until("the study", loaded)
	axial := p.place("picture.axial")
	p.brush(axial, 0.35)
	p.until("a stroke on disk", func(s state) bool { return s.Steps == 1 && onDisk(s) })
	time.Sleep(3 * time.Second) // what derives from it is written too
	filler := filepath.Join(studies, "filler")
	_ = os.WriteFile(filler, bytes.Repeat([]byte{1}, 1<<20), 0o600) // as much as there is room for
	for n := range 12 {                                             // the journal's last page may still have room
		p.desk.Drag(at(axial, 0.2+0.05*float64(n), 0.2), at(axial, 0.2+0.05*float64(n), 0.8), desk.LeftButton, 4)
		if s, _, _ := p.look(); len(s.Errors) > 0 {
			break
		}
	}
	s := p.until("the red band", func(s state) bool { return len(s.Errors) == 1 })
	if !strings.Contains(s.Errors[0], "only in memory") || s.Kept != "● Not on disk" || !s.Dirty {
		t.Errorf("it says %+v", s)
	}
	p.shot("1-full")
	p.key("ctrl+q")
	p.until("the question", func(s state) bool { return s.Modal == "unkept" })
	p.shot("2-asks")
	p.key("esc")
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	p.until("all to be on disk again", func(s state) bool { return len(s.Errors) == 0 && onDisk(s) && !s.Dirty })
	p.shot("3-again")
	p.key("ctrl+q")
	p.ended("Ctrl+Q")
}
