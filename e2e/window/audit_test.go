package window

import (
	"context"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/imageio/dicom"
	"opacity/app/imageio/nifti"
	"opacity/app/phantom"
	"opacity/app/study"
	"opacity/app/volume"
)

// Another reader goes on with a study of a folder of two series: who began it is
// said, each step is its maker's, undone steps given up are told, the other series
// is at hand, and a mask of the lungs leaves what was drawn.
func TestAnotherReader(t *testing.T) {
	parent, home, ctx := t.TempDir(), t.TempDir(), context.Background()
	var masks []string
	for n, name := range []string{"thin", "thick"} {
		v, m := phantom.New(phantom.Options{Size: volume.Size{96, 96, 30 - 10*n}, Seed: uint64(n + 1)})
		if err := dicom.Write(ctx, filepath.Join(parent, name), v, dicom.WriteOptions{Description: name}); err != nil {
			t.Fatal(err)
		}
		for k := range m.Size()[2] {
			m.SetSlice(1, k, nil) // the lungs alone
		}
		masks = append(masks, filepath.Join(t.TempDir(), name+"-lungs.nii.gz"))
		if err := nifti.WriteMask(ctx, masks[n], v, m, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(parent, "readme.txt"), []byte("two series"), 0o600); err != nil {
		t.Fatal(err)
	}
	light := map[string]string{"Dr A": "false", "Dr B": "false", "Dr C": "true"}
	be := func(reader string) {
		prefer(t, home, `{"reader": "`+reader+`", "light": `+light[reader]+`}`)
	}
	be("Dr A")
	p := start(t, image.Pt(1360, 860), atHome(home), parent)
	p.press("series.open", "the study", loaded)
	p.brush(p.place("picture.axial"), 0.4, 0.5, 0.6)
	first := p.until("strokes on disk", func(s state) bool { return s.Steps == 3 && onDisk(s) })
	p.key("ctrl+q")
	p.ended("Ctrl+Q")

	be("Dr B")
	p = start(t, image.Pt(1360, 860), atHome(home), parent)
	p.place("series.open")
	p.shot("1-list")
	p.press("series.open", "the study again", loaded)
	p.until("who began it", func(s state) bool {
		return loaded(s) && s.Steps == 3 && strings.HasPrefix(s.Status, "Begun by Dr A; what you do is recorded as Dr B's.") && s.Title == first.Title
	})
	p.shot("2-begun")
	p.key("ctrl+h")
	p.place("history.1")
	p.shot("2-history")
	p.strike("esc", "esc")
	p.until("the keys with the panes", func(s state) bool { return s.Panes })
	p.strike("ctrl+z", "ctrl+z")
	p.until("two undone", func(s state) bool { return s.Steps == 1 && s.Undone == 2 })
	axial := p.place("picture.axial")
	p.hover(at(axial, 0.5, 0.5))
	p.key("b")
	p.until("a word on the brush", func(s state) bool { return strings.Contains(s.Status, "paint") })
	p.desk.Drag(at(axial, 0.6, 0.4), at(axial, 0.7, 0.45), 1, 8)
	went := p.until("what is given up", func(s state) bool {
		return s.Steps == 2 && strings.Contains(s.Status, "Undone steps given up: 2")
	})
	p.until("it on disk", onDisk)
	p.shot("3-given-up")
	p.menu("alt+f")
	p.shot("4-menu")
	p.strike("down", "down", "down", "enter")
	p.place("series.2")
	p.shot("5-others")
	p.key("esc")
	p.until("the pictures again", func(s state) bool { return s.Panes })
	p.key("ctrl+q")
	p.ended("Ctrl+Q")
	found, err := filepath.Glob(filepath.Join(home, "opacity", "studies", "*"+study.Extension))
	if err != nil || len(found) != 1 || found[0] != went.Study {
		t.Fatalf("%v in %q, %v", went.Study, found, err)
	}
	checkAudit(t, found[0])

	be("Dr C")
	p = start(t, image.Pt(1024, 700), atHome(home), filepath.Join(parent, "thin"), masks[0])
	p.until("the meaning of its numbers", func(s state) bool { return s.Modal == "mapping" })
	p.place("stay.3")
	p.shot("6-mapping")
	p.press("mapping.use", "the lungs, and what was drawn", func(s state) bool {
		return s.Steps == 3 && s.Voxels["left lung"] > 0 && s.Voxels["infection"] == went.Voxels["infection"]
	})
	p.shot("7-merged")
}

// checkAudit reads who did what from the closed study.
func checkAudit(t *testing.T, folder string) {
	t.Helper()
	s, _, err := study.OpenReadOnly(context.Background(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var said []string
	for _, r := range s.Trail("").Rows {
		said = append(said, r.Who+" "+r.Event)
		if r.Event == "step" && (r.Plane != "axial" || r.Settings["radius_mm"] == nil || r.ML == nil || *r.Voxels == 0) {
			t.Errorf("%+v", r)
		}
	}
	want := "Dr A created, Dr A step, Dr A step, Dr A step, Dr A closed, Dr B reader, Dr B opened, Dr B undo, Dr B undo, Dr B step, Dr B closed"
	if got := strings.Join(said, ", "); got != want {
		t.Errorf("the audit says %s", got)
	}
}
