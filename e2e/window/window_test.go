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
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/testdata"
	"opacity/app/volume"
	"opacity/e2e/desk"
)

var fullHD = image.Pt(1600, 1000)

// thorax writes a small synthetic thorax as a DICOM folder and returns its
// folder and its reference mask.
func thorax(t *testing.T) (dir string, v *volume.Volume, m *mask.Mask) {
	t.Helper()
	v, m = phantom.New(phantom.Options{Size: volume.Size{256, 256, 80}, Seed: 1})
	dir = filepath.Join(t.TempDir(), "thorax")
	if err := dicom.Write(context.Background(), dir, v, dicom.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	return dir, v, m
}

func loaded(s state) bool { return s.Slices[2] > 0 && !s.Loading && len(s.Busy) == 0 }

func idle(s state) bool { return !s.Running && len(s.Busy) == 0 }

func segmented(s state) bool { return s.Steps == 1 && idle(s) }

// The whole job: open, look, segment, undo, redo, save, and read back what was saved.
func TestOpenSegmentSave(t *testing.T) {
	dir, v, _ := thorax(t)
	p := start(t, fullHD, nil, dir)
	s := p.until("the study", loaded)
	if s.Slices != [3]int(v.Size) {
		t.Fatalf("opened %v, want %v", s.Slices, v.Size)
	}
	p.shot("1-loaded")

	p.key("ctrl+r")
	p.until("the run to start", func(s state) bool { return s.Running || s.Steps == 1 })
	p.shot("2-segmenting")
	s = p.until("the model", segmented)
	for _, label := range []string{"left lung", "right lung", "infection"} {
		if s.Voxels[label] == 0 {
			t.Errorf("no voxel of %s", label)
		}
	}
	found := s.Voxels
	p.shot("3-segmented")

	p.key("ctrl+z")
	p.until("undo", func(s state) bool { return s.Steps == 0 && s.Voxels["left lung"] == 0 })
	p.key("ctrl+y")
	p.until("redo", func(s state) bool { return s.Steps == 1 && s.Voxels["left lung"] == found["left lung"] })

	p.key("ctrl+s")
	p.until("the place to be asked", func(s state) bool { return s.Modal == "choose.save" })
	p.shot("4-save")
	out := filepath.Join(p.folder, "saved.nii.gz")
	p.key("ctrl+a")
	if err := p.desk.Type(out); err != nil {
		t.Fatal(err)
	}
	p.key("enter")
	p.until("the mask to be saved", func(s state) bool { return strings.HasPrefix(s.Status, "Saved ") && len(s.Busy) == 0 })
	p.shot("5-saved")

	lm, err := nifti.ReadMaskOn(context.Background(), out, v.Geometry)
	if err != nil {
		t.Fatal(err)
	}
	m, err := mask.FromLabelMap(lm, mask.GuessMapping(lm), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Count(mask.Findings, mask.Infection); got != found["infection"] {
		t.Errorf("the file holds %d voxels of infection, the window showed %d", got, found["infection"])
	}
}

// Wheel, drags and keys do what the sheet of keys says.
func TestHands(t *testing.T) {
	dir, v, _ := thorax(t)
	p := start(t, fullHD, nil, dir)
	s := p.until("the study", loaded)
	axial := p.place("pane.axial")

	p.hover(at(axial, 0.5, 0.5))
	p.desk.Wheel(3)
	p.until("three slices up", func(n state) bool { return n.Cursor[2] == s.Cursor[2]+3 })
	p.desk.Wheel(-5)
	p.until("five down", func(n state) bool { return n.Cursor[2] == s.Cursor[2]-2 })

	moved := p.insist("the crosshair's move", func() {
		p.desk.Drag(at(axial, 0.5, 0.5), at(axial, 0.4, 0.55), desk.LeftButton, 6)
	}, func(n state) bool { return n.Cursor[0] < s.Cursor[0]-5 })
	if moved.Cursor[2] != s.Cursor[2]-2 {
		t.Errorf("a drag in the axial plane changed the slice to %d", moved.Cursor[2])
	}

	p.key("1")
	p.until("the soft tissue window", func(n state) bool { return n.Window == [2]float64{40, 400} })
	p.insist("a wider window", func() {
		err := p.desk.Hold("w", func() { p.desk.Drag(at(axial, 0.5, 0.5), at(axial, 0.6, 0.5), desk.LeftButton, 6) })
		if err != nil {
			t.Fatal(err)
		}
	}, func(n state) bool { return n.Window[1] > 420 })

	p.key("home")
	p.until("the first slice", func(n state) bool { return n.Cursor[2] == 0 })
	p.key("end")
	p.until("the last slice", func(n state) bool { return n.Cursor[2] == v.Size[2]-1 })

	p.hover(at(axial, 0.5, 0.5))
	before := p.pixels(axial)
	p.desk.Drag(at(axial, 0.5, 0.5), at(axial, 0.5, 0.3), desk.RightButton, 6)
	p.shot("zoomed")
	p.untilChanged("a right drag to zoom", axial, before)

	p.key("f1")
	p.until("the sheet of keys", func(n state) bool { return n.Modal == "keys" })
	p.shot("keys")
	p.key("esc")
	p.until("the sheet to go", func(n state) bool { return n.Modal == "" })
}

// A cancelled run leaves everything as it was.
func TestCancel(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, fullHD, nil, dir)
	p.until("the study", loaded)
	p.key("ctrl+r")
	p.until("the run to start", func(s state) bool { return s.Running })
	p.key("esc")
	p.until("a word on how to stop it", func(s state) bool { return strings.Contains(s.Status, "The model runs on") })
	p.click("status.cancel")
	s := p.until("the run to stop", idle)
	if s.Steps != 0 || s.Voxels["left lung"] != 0 || s.Dirty {
		t.Errorf("after cancelling: %+v", s)
	}
}

// What cannot be opened leaves the open study alone and says why.
func TestBadFileLeavesTheStudyOpen(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "broken.nii.gz")
	if err := os.WriteFile(bad, []byte("this is no image"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir, v, _ := thorax(t)
	p := start(t, fullHD, nil, dir)
	p.until("the study", loaded)
	p.key("ctrl+o")
	p.until("the place to be asked", func(s state) bool { return s.Modal == "choose.file" })
	p.key("ctrl+a")
	if err := p.desk.Type(bad); err != nil {
		t.Fatal(err)
	}
	p.key("enter")
	s := p.until("the refusal", func(s state) bool { return len(s.Errors) == 1 })
	if s.Slices != [3]int(v.Size) {
		t.Errorf("the open study is gone: %v", s.Slices)
	}
	p.shot("refused")
}

// A real chest CT of a hospital, in the window a reader would have.
func TestRealChest(t *testing.T) {
	dir := testdata.Path(t, "ct", "ricord-000082", "dicom")
	p := start(t, fullHD, nil, dir)
	p.until("the study", loaded)
	p.shot("1-loaded")
	p.key("ctrl+r")
	p.until("the run to start", func(s state) bool { return s.Running })
	p.until("half of it", func(s state) bool { return s.Voxels["left lung"] > 500_000 })
	p.shot("2-segmenting")
	s := p.until("the model", segmented)
	p.shot("3-segmented")
	if s.Voxels["left lung"] < 1_000_000 || s.Voxels["right lung"] < 1_000_000 || s.Voxels["infection"] < 100_000 {
		t.Errorf("found %v", s.Voxels)
	}
	p.key("s")
	p.shot("4-mask-off")
	p.key("s")
	p.key("ctrl+e")
	p.until("the export dialog", func(s state) bool { return s.Modal == "export" })
	p.shot("5-export")
	p.key("esc")
	p.until("the dialog to go", func(s state) bool { return s.Modal == "" })
	p.click("toolbar.theme")
	p.shot("6-light")
}

// The empty window, small and at 200 %.
func TestEmpty(t *testing.T) {
	p := start(t, image.Pt(1024, 700), nil)
	p.shot("small")
	for _, id := range []string{"empty.folder", "empty.file", "empty.sample"} {
		p.place(id)
	}
	big := start(t, image.Pt(2400, 1600), []string{"FYNE_SCALE=2"})
	big.shot("double")
	big.place("empty.sample")
}
