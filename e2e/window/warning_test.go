package window

import (
	"image"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The band of a gap leads to the slice below it, and folds without going away.
func TestGapLeadsToItsSlice(t *testing.T) {
	dir, v, _ := thorax(t)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != v.Size[2] {
		t.Fatalf("%d files, %v", len(files), err)
	}
	slices.Sort(files)
	const missing = 20
	if err := os.Remove(files[missing]); err != nil {
		t.Fatal(err)
	}
	p := start(t, image.Pt(1280, 800), nil, dir)
	s := p.until("the study", loaded)
	if len(s.Warnings) != 1 || s.Slices[2] != v.Size[2]-1 {
		t.Fatalf("opened %v with %q", s.Slices, s.Warnings)
	}
	p.press("band.go.0", "the slice below the gap", func(s state) bool { return s.Cursor[2] == missing-1 && s.Panes })
	p.shot("there")
	p.click("band.fold")
	p.shot("folded")
	if s := p.until("the window", loaded); len(s.Warnings) != 1 {
		t.Errorf("folded, the warnings are %q", s.Warnings)
	}
	p.place("band.fold")
}
