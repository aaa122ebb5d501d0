package nifti

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/testdata"
	"opacity/app/volume"
)

// expected is what nibabel reads: see testdata/make_expected.py.
type expected struct {
	Refused            bool
	Shape              []int
	CanonicalShape     volume.Size   `json:"canonical_shape"`
	CanonicalAffineLPS [4][4]float64 `json:"canonical_affine_lps"`
	Spacing            [3]float64
	Min, Max, Mean     float64
	Std                float64
	Int16              bool
	SHA256             string
}

func readExpected(t *testing.T) map[string]expected {
	t.Helper()
	var all map[string]expected
	testdata.JSON(t, "expected.json", &all)
	return all
}

// little gives voxels as little-endian bytes.
func little(v *volume.Volume) []byte {
	var out []byte
	for _, x := range v.Int16 {
		out = append(out, byte(x), byte(x>>8))
	}
	for _, f := range v.Float32 {
		x := math.Float32bits(f)
		out = append(out, byte(x), byte(x>>8), byte(x>>16), byte(x>>24))
	}
	return out
}

func mustLoad(t testing.TB, path string) *volume.Volume {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Load(context.Background(), app.LoadHooks{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAgainstNibabel(t *testing.T) {
	for name, want := range readExpected(t) {
		t.Run(name, func(t *testing.T) {
			path := testdata.Path(t, filepath.FromSlash(name))
			if want.Refused {
				_, err := Open(path)
				if kind, m := app.Explain(err); err == nil || kind != app.Refused || !strings.Contains(m.String(), "several volumes") {
					t.Errorf("a file of %v: %v", want.Shape, err)
				}
				return
			}
			v := mustLoad(t, path)
			if v.Size != want.CanonicalShape || (v.Int16 != nil) != want.Int16 {
				t.Fatalf("size %s, int16 %v; want %s, %v", v.Size, v.Int16 != nil, want.CanonicalShape, want.Int16)
			}
			for r := range 3 {
				if math.Abs(v.SpacingMM()[r]-want.Spacing[r]) > 1e-5 {
					t.Errorf("spacing %v, want %v", v.SpacingMM(), want.Spacing)
				}
				for c := range 4 {
					if math.Abs(v.Affine[r][c]-want.CanonicalAffineLPS[r][c]) > 1e-3 {
						t.Errorf("affine[%d][%d] = %g, want %g", r, c, v.Affine[r][c], want.CanonicalAffineLPS[r][c])
					}
				}
			}
			lo, hi := v.Range()
			if near := 1e-6 * max(1, math.Abs(want.Max)); math.Abs(lo-want.Min) > near || math.Abs(hi-want.Max) > near {
				t.Errorf("range %g..%g, want %g..%g", lo, hi, want.Min, want.Max)
			}
			if sum := sha256.Sum256(little(v)); hex.EncodeToString(sum[:]) != want.SHA256 {
				t.Error("voxels differ from nibabel's")
			}
		})
	}
}

func TestOrientationsAreOnePicture(t *testing.T) {
	dir := testdata.Path(t, "io", "nifti", "orientations")
	files, err := filepath.Glob(filepath.Join(dir, "*.nii.gz"))
	if err != nil || len(files) != 24 {
		t.Fatalf("%d files, %v; want 24", len(files), err)
	}
	first := mustLoad(t, files[0])
	for _, f := range files[1:] {
		v := mustLoad(t, f)
		if !slices.Equal(v.Int16, first.Int16) || !slices.Equal(v.Float32, first.Float32) {
			t.Errorf("%s: other voxels than %s", filepath.Base(f), filepath.Base(files[0]))
		}
		if !v.SameGrid(first.Geometry, 0.01) {
			t.Errorf("%s: lies elsewhere: %v, not %v", filepath.Base(f), v.Affine, first.Affine)
		}
		if got, want := v.Source.Orientation(), strings.TrimSuffix(filepath.Base(f), ".nii.gz"); got != want {
			t.Errorf("%s: orientation %s", want, got)
		}
	}
}

func TestMiddleIsTheMiddle(t *testing.T) {
	dir := testdata.Path(t, "io", "nifti", "orientations")
	files, _ := filepath.Glob(filepath.Join(dir, "*.nii.gz"))
	for _, f := range files {
		s, err := Open(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Middle(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		v := mustLoad(t, f)
		k := v.Size[2] / 2
		if got.Size != (volume.Size{v.Size[0], v.Size[1], 1}) || !slices.Equal(got.Float32, v.SliceFloat32(k)) {
			t.Errorf("%s: not slice %d", filepath.Base(f), k)
		}
		if got.ToPatient(volume.Vec{1, 2, 0}) != v.ToPatient(volume.Vec{1, 2, float64(k)}) {
			t.Errorf("%s: the slice lies elsewhere", filepath.Base(f))
		}
	}
}

func TestMaskOfLung1(t *testing.T) {
	path := testdata.Path(t, "ct", "lung1-001", "lungs_left1_right2.nii.gz")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if i := s.Info(); !i.LabelMap || i.Case != "lungs_left1_right2" || i.Unit != volume.Arbitrary {
		t.Errorf("told as %+v", i)
	}
	lm, err := ReadMask(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	m := mask.GuessMapping(lm)
	if m.Assignments[0].Label != mask.LeftLung || m.Assignments[1].Label != mask.RightLung || len(m.Doubts) != 0 {
		t.Errorf("mapped as %+v", m)
	}
	out, err := mask.FromLabelMap(lm, m, nil)
	if err != nil {
		t.Fatal(err)
	}
	ml := lm.VoxelVolumeML()
	left, right := float64(out.Count(mask.Anatomy, mask.LeftLung))*ml, float64(out.Count(mask.Anatomy, mask.RightLung))*ml
	if math.Round(left) != 2343 || math.Round(right) != 3035 { // as its README has it
		t.Errorf("left %.0f ml, right %.0f ml", left, right)
	}
}
