package cli

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/imageio/nifti"
	"opacity/app/volume"
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

// Contours that were drawn on slices twice as thick as the image's are compared with their
// whole volume, and it is told, whatever they are compared with.
func TestEvaluateContoursOfThickerSlices(t *testing.T) {
	contours := filepath.Join("..", "..", "app", "imageio", "dicomseg", "testdata", "axial", "rtstruct.dcm")
	dir := t.TempDir()
	thin := &volume.Volume{Unit: volume.HU, Int16: make([]int16, 7*9*9)}
	thin.Geometry, thin.Source = volume.Canonical(volume.Size{7, 9, 9}, volume.Affine{{0.8, 0, 0, 12.5}, {0, 1.25, 0, -33}, {0, 0, 1.25, 101}})
	ct := filepath.Join(dir, "ct.nii.gz")
	if err := nifti.WriteVolume(context.Background(), ct, thin, false); err != nil {
		t.Fatal(err)
	}
	for name, more := range map[string][]string{"all": nil, "named": {"--label", "left=1"}} {
		out := filepath.Join(dir, name)
		r := must(t, append([]string{"evaluate", "-r", contours, "-p", contours, "--image", ct, "-o", out, "--no-figures"}, more...)...)
		if !strings.Contains(r.err, "lie 2.5 mm apart, the slices of this scan 1.25 mm") {
			t.Errorf("%s: told %s", name, r.err)
		}
	}
	if got := evaluated(t, filepath.Join(dir, "all")).value(t, "rtstruct", "infection", "volume_ref_ml"); !(math.Abs(got-0.06) < 1e-8) { // float32 in the image's header
		t.Errorf("%v ml of infection", got)
	}
}
