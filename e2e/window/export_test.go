package window

import (
	"image"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/e2e/desk"
)

// Figures of slices: chosen in the dialog, seen there as they will be, written with
// caption and points, and the choices kept; what has no reference says so.
func TestExportFigure(t *testing.T) {
	path, _ := compared(t)
	p := start(t, image.Pt(1024, 700), nil, path)
	p.until("the study", loaded)
	axial := p.place("picture.axial")
	p.hover(at(axial, 0.3, 0.5))
	p.key("b")
	p.desk.Drag(at(axial, 0.3, 0.45), at(axial, 0.34, 0.5), desk.LeftButton, 4)
	p.until("a stroke", func(s state) bool { return infection(s) > 0 })
	p.key("ctrl+e")
	p.until("the dialog", func(s state) bool { return s.Modal == "export" })
	preview := p.place("export.preview")
	for _, id := range []string{"mask", "report", "pictures"} {
		p.click("export." + id)
	}
	pick := func(id string, downs int, what string) {
		t.Helper()
		was, keys := p.pixels(preview), p.until("", func(state) bool { return true }).Keys
		p.press("export."+id, "the list of "+id, func(s state) bool { return s.Keys != keys })
		for range downs {
			p.key("down")
		}
		p.key("enter")
		p.untilChanged(what, preview, was)
	}
	p.untilDrawn(preview)
	pick("kind", 2, "that there is no reference")
	p.shot("1-no-reference")
	pick("kind", 5, "a frame")
	p.shot("2-animation")
	folder := filepath.Join(p.folder, "out")
	p.click("export.folder")
	p.key("ctrl+a")
	if err := p.desk.Type(folder); err != nil {
		t.Fatal(err)
	}
	p.key("enter")
	p.until("it to be written", func(s state) bool { return s.Modal == "" && strings.HasPrefix(s.Status, "Exported into") })
	f, err := os.Open(filepath.Join(folder, "animation_beside_axial.gif"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if g, err := gif.DecodeAll(f); err != nil || len(g.Image) != 40 {
		t.Errorf("the animation: %v", err)
	}
	if b, err := os.ReadFile(filepath.Join(folder, "animation_beside_axial.csv")); err != nil || strings.Count(string(b), "\n") != 1+2*40 {
		t.Errorf("its table is %q, %v", b, err)
	}

	p.key("ctrl+e")
	p.until("the dialog again", func(s state) bool { return s.Modal == "export" })
	p.untilDrawn(preview)
	pick("kind", 1, "a slice")
	p.shot("4-slice")
	p.click("export.export") // into the folder of before
	p.until("that to be written", func(s state) bool {
		return s.Modal == "" && len(s.Busy) == 0 && strings.HasPrefix(s.Status, "Exported into")
	})
	files, err := filepath.Glob(filepath.Join(folder, "slice_mask_axial_*"))
	if err != nil || len(files) != 3 {
		t.Fatalf("beside the figure there are %v", files)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		switch filepath.Ext(path) {
		case ".png":
			if m, err := png.DecodeConfig(strings.NewReader(string(b))); err != nil || m.Width != 2055 {
				t.Errorf("174 mm at 300 dpi are %d pixels, %v", m.Width, err)
			}
		case ".txt":
			if !strings.Contains(string(b), "window WL") || !strings.Contains(string(b), "Labels drawn: infection (red).") || strings.Contains(string(b), "thorax") {
				t.Errorf("the caption is %q, %v", b, err)
			}
		}
	}
	if all, _ := os.ReadDir(folder); len(all) != 6 {
		t.Errorf("what was not ticked is written too: %v", all)
	}
}

// untilDrawn waits until a part of the desk shows a picture: it is of more than one grey.
func (p *program) untilDrawn(r image.Rectangle) {
	p.t.Helper()
	p.until("a picture", func(state) bool {
		m := p.pixels(r)
		seen := map[uint8]bool{}
		for n := 0; n < len(m.Pix); n += 4 {
			seen[m.Pix[n]] = true
		}
		return len(seen) > 64
	})
}
