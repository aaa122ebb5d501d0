package cli

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"opacity/app/testdata"
)

// TestInfoAgreesWithSimpleITK compares the four series of real CT with what
// testdata/ct_info.py wrote down of them.
func TestInfoAgreesWithSimpleITK(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "ct_info.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]seriesInfo
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	for name, w := range want {
		t.Run(name, func(t *testing.T) {
			got := info(t, testdata.Path(t, "ct", filepath.FromSlash(name)))
			if len(got) != 1 {
				t.Fatalf("%d series", len(got))
			}
			g := got[0]
			if g.Files != w.Files || g.Size != w.Size || g.Range != w.Range || g.Orientation != w.Orientation || g.Unit != "HU" {
				t.Errorf("got %+v, want %+v", g, w)
			}
			for a := range 3 {
				// Of a stack, SimpleITK takes the distance of the first two slices.
				if math.Abs(g.SpacingMM[a]-w.SpacingMM[a]) > 1e-3 {
					t.Errorf("spacing %v, want %v", g.SpacingMM, w.SpacingMM)
				}
			}
			if len(g.Warnings) != 0 {
				t.Errorf("warnings %v", g.Warnings)
			}
		})
	}
}

// TestLungsOfAPatient holds the shipped model to human contours of lungs it was
// not trained on.
func TestLungsOfAPatient(t *testing.T) {
	needModel(t)
	ct, reference := testdata.Path(t, "ct", "lung1-001", "dicom"), testdata.Path(t, "ct", "lung1-001", "lungs_left1_right2.nii.gz")
	out := t.TempDir()
	must(t, "segment", ct, "-o", out, "-q")
	want, got := load(t, reference), load(t, filepath.Join(out, "dicom", "mask.nii.gz"))
	lungs := dice(want.Int16, got.Int16, func(x int16) bool { return x != 0 })
	t.Logf("Dice of the lungs: %.4f", lungs)
	if lungs < 0.93 {
		t.Error("below what the model card claims")
	}
}
