package cli

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
)

// A DICOM segmentation as reference, contours of the same shapes as prediction: by file
// and by folder, named by their labels; info says what they are, snapshot draws them.
func TestEvaluateObjects(t *testing.T) {
	axial := filepath.Join("..", "..", "app", "imageio", "dicomseg", "testdata", "axial")
	seg, contours := filepath.Join(axial, "seg.dcm"), filepath.Join(axial, "rtstruct.dcm")
	dir := t.TempDir()
	ct := filepath.Join(dir, "ct.nii.gz")
	must(t, "convert", axial, ct, "--quiet")
	check := func(out, name string) {
		t.Helper()
		e := evaluated(t, out)
		for _, label := range []string{"left lung", "right lung", "infection"} {
			if got := e.value(t, name, label, "dice"); got != 1 {
				t.Errorf("%s: Dice of %s is %v", out, label, got)
			}
		}
		if got := e.value(t, name, "infection", "volume_ref_ml"); math.Abs(got-24*0.8*1.25*2.5/1000) > 1e-9 {
			t.Errorf("%s: %v ml of infection", out, got)
		}
	}
	must(t, "evaluate", "-r", seg, "-p", contours, "--image", ct, "-o", filepath.Join(dir, "files"), "--no-figures", "--quiet")
	check(filepath.Join(dir, "files"), "seg")

	for from, to := range map[string]string{seg: "ref/case1/1-1.dcm", contours: "pred/case1.dcm"} {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(dir, to)), 0o777)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, to), b, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	must(t, "evaluate", "-r", filepath.Join(dir, "ref"), "-p", filepath.Join(dir, "pred"), "--image", ct, "-o", filepath.Join(dir, "folders"), "--no-figures", "--quiet")
	check(filepath.Join(dir, "folders"), "case1")

	// Two contours have no voxels, and nothing to be drawn on.
	refused(t, opacity(t, "evaluate", "-r", contours, "-p", contours, "-o", filepath.Join(dir, "none"), "--quiet"), int(app.Refused), "rtstruct.dcm")
	for path, want := range map[string]string{seg: "DICOM SEG, BINARY", contours: "DICOM RTSTRUCT"} {
		if said := must(t, "info", path).out; !strings.Contains(said, want) || !strings.Contains(said, "Lung-Left") {
			t.Errorf("info says %s", said)
		}
	}
	must(t, "snapshot", axial, "--mask", contours, "-o", filepath.Join(dir, "picture.png"), "--quiet")
}
