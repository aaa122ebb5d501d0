package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
)

// series copies the sample's slices.
func series(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "series")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(sample(t), "dicom"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// withheld segments an input and checks that no millilitres are stated, and why.
func withheld(t *testing.T, in, why string) {
	t.Helper()
	needModel(t)
	out := t.TempDir()
	must(t, "segment", in, "-o", out, "-q")
	cases, err := os.ReadDir(out)
	if err != nil || len(cases) != 1 {
		t.Fatalf("%v, %v", cases, err)
	}
	r := readReport(t, filepath.Join(out, cases[0].Name(), "report.json"))
	if len(r.Input.Warnings) == 0 {
		t.Error("the report has no warning")
	}
	for _, l := range r.Labels {
		if l.VolumeML != nil || !strings.Contains(l.Why["volume_ml"], why) {
			t.Errorf("%s: volume %v, why %q", l.Name, l.VolumeML, l.Why["volume_ml"])
		}
	}
}

// TestSeriesOpenedByOneFile: that the last slice cannot be read is told of the
// folder and of any file in it.
func TestSeriesOpenedByOneFile(t *testing.T) {
	dir := series(t)
	if err := os.Truncate(filepath.Join(dir, "IM00024.dcm"), 1500); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "IM00001.dcm")} {
		got := info(t, path)
		if len(got) != 1 || len(got[0].Warnings) != 1 || got[0].Warnings[0].Kind != "gap" || !strings.Contains(got[0].Warnings[0].Message, "IM00024.dcm") {
			t.Errorf("%s: %+v", path, got)
		}
	}
	withheld(t, filepath.Join(dir, "IM00001.dcm"), "IM00024.dcm")
}

// TestConvertOfMissingSlices: NIfTI cannot say that slices are missing, so it
// takes a word to write such a series, and the doubt goes with it.
func TestConvertOfMissingSlices(t *testing.T) {
	dir := series(t)
	for _, n := range []int{9, 10, 11} {
		if err := os.Remove(filepath.Join(dir, fmt.Sprintf("IM%05d.dcm", n))); err != nil {
			t.Fatal(err)
		}
	}
	to := filepath.Join(t.TempDir(), "ct.nii.gz")
	r := opacity(t, "convert", dir, to)
	refused(t, r, int(app.Refused), "--as-regular")
	if _, err := os.Stat(to); err == nil || !strings.Contains(r.err, "missing: 3") {
		t.Errorf("%v, %q", err, r.err)
	}
	must(t, "convert", dir, to, "--as-regular")
	again := filepath.Join(t.TempDir(), "again.nii")
	must(t, "convert", to, again) // no less regular than before
	for _, path := range []string{to, again} {
		if got := info(t, path); len(got) != 1 || len(got[0].Warnings) != 1 || got[0].Warnings[0].Kind != "gap" {
			t.Errorf("%s: %+v", path, got)
		}
	}
	withheld(t, again, "slices were missing")
}
