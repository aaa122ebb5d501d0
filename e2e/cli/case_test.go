package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A case goes by the name of the file or folder that was opened, of several
// series each by its own folder, and info, segment and the report agree on it.
func TestCasesGoByTheirFolders(t *testing.T) {
	needModel(t)
	dir := t.TempDir()
	move := func(from, to string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, to)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	for n, to := range []string{"tree/before/dicom", "tree/after/dicom", "one/dicom", "study/thin"} {
		must(t, "phantom", "-o", filepath.Join(dir, "made"), "--size", "64x64x12", "--seed", string(rune('1'+n)), "-q", "--force")
		move("made/dicom", to)
	}
	move("made/ct.nii.gz", "Thorax 3.nii.gz")
	must(t, "phantom", "-o", filepath.Join(dir, "made"), "--size", "64x64x12", "-q", "--force")
	move("made/dicom/IM00007.dcm", "lone/IM00007.dcm")
	for _, c := range []struct {
		name, path string
		want       []string
	}{
		{"a folder called dicom", "one/dicom", []string{"dicom"}},
		{"a folder around one series", "study", []string{"study"}},
		{"a tree of series", "tree", []string{"dicom", "dicom-2"}},
		{"a NIfTI file", "Thorax 3.nii.gz", []string{"Thorax 3"}},
		{"one file of a series", "one/dicom/IM00003.dcm", []string{"dicom"}},
		{"a DICOM file by itself", "lone/IM00007.dcm", []string{"IM00007"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, out := filepath.Join(dir, filepath.FromSlash(c.path)), t.TempDir()
			var found struct{ Series []struct{ Case string } }
			if err := json.Unmarshal([]byte(must(t, "info", in, "--json").out), &found); err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, s := range found.Series {
				told = append(told, s.Case)
			}
			slices.Sort(told)
			must(t, "segment", in, "-o", out, "--device", "cpu", "-q")
			var made []string
			entries, err := os.ReadDir(out)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				made = append(made, e.Name())
				if got := readReport(t, filepath.Join(out, e.Name(), "report.json")).Input.Name; got != e.Name() {
					t.Errorf("the report in %s names %s", e.Name(), got)
				}
			}
			if !slices.Equal(told, c.want) || !slices.Equal(made, c.want) {
				t.Errorf("info names %q, segment makes %q, want %q", told, made, c.want)
			}
		})
	}
}
