package dicomseg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/imageio/dicom"
	"opacity/app/mask"
	"opacity/app/testdata"
	"opacity/app/volume"
)

// scan reads the CT slices of a folder.
func scan(t testing.TB, folder, pattern string) *volume.Volume {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(folder, pattern)) // the pattern is sound
	var all []dicom.Candidate
	for _, f := range files {
		all = append(all, dicom.Candidate{Path: f, Wanted: true})
	}
	found, err := dicom.Scan(context.Background(), all, nil)
	if err != nil || len(found.Series) != 1 {
		t.Fatalf("%s: %d series, %v", folder, len(found.Series), err)
	}
	v, err := found.Series[0].Load(context.Background(), app.LoadHooks{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// place is where the voxels of a label lie in the patient.
type place struct {
	Voxels int        `json:"voxels"`
	Mean   volume.Vec `json:"mean"`
	Square float64    `json:"square"` // of the coordinates, weighted 1, 10, 100: a mirror image has another
	SHA256 string     `json:"sha256"`
}

// places are those of all labels, by name.
func places(lm *mask.LabelMap) map[string]place {
	out := map[string]place{}
	holders := lm.Holders()
	for k, s := range lm.Slices {
		for o, n := range s {
			for _, at := range holders[n] {
				p := out[lm.Names[at].Name]
				x := lm.ToPatient(volume.Vec{float64(o % lm.Size[0]), float64(o / lm.Size[0]), float64(k)})
				p.Voxels++
				for c, weight := range []float64{1, 10, 100} {
					p.Mean[c] += x[c]
					p.Square += weight * x[c] * x[c]
				}
				out[lm.Names[at].Name] = p
			}
		}
	}
	for name, p := range out {
		p.Mean = p.Mean.Scaled(1 / float64(p.Voxels))
		out[name] = p
	}
	return out
}

func same(got, want map[string]place) bool {
	return maps.EqualFunc(got, want, func(a, b place) bool {
		return a.Voxels == b.Voxels && a.Mean.Sub(b.Mean).Length() < 1e-3 && math.Abs(a.Square-b.Square) < 1e-5*b.Square
	})
}

func expected(t testing.TB) (e struct {
	Files map[string]map[string]place `json:"files"`
	Lung1 map[string]place            `json:"lung1"`
},
) {
	t.Helper()
	b, err := os.ReadFile("testdata/expected.json")
	if err == nil {
		err = json.Unmarshal(b, &e)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Every voxel lies where SimpleITK has it, however the scan faces, overlaps and all; the
// names say what is what.
func TestAsOthersHaveIt(t *testing.T) {
	want := expected(t)
	for _, name := range slices.Sorted(maps.Keys(want.Files)) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name)
			ct := scan(t, filepath.Dir(path), "ct*.dcm")
			lm, err := ReadMaskOn(context.Background(), path, ct.Geometry)
			if err != nil {
				t.Fatal(err)
			}
			if got := places(lm); !same(got, want.Files[name]) {
				t.Errorf("got %v\nwant %v", got, want.Files[name])
			}
			if !strings.HasSuffix(name, "holes.dcm") {
				m := mask.GuessMapping(lm)
				for _, a := range m.Assignments {
					if is := map[string]uint8{"Lung-Left": mask.LeftLung, "Lung-Right": mask.RightLung, "Infection": mask.Infection}[a.Name]; a.Label != is {
						t.Errorf("%s is taken for %d", a.Name, a.Label)
					}
				}
			}
			own, err := ReadMask(context.Background(), path)
			if strings.Contains(name, "rtstruct") || strings.Contains(name, "holes") {
				if kind, _ := app.Explain(err); kind != app.Refused {
					t.Errorf("contours without a grid: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := places(own); !same(got, want.Files[name]) {
				t.Errorf("on its own grid %v\nwant %v", got, want.Files[name])
			}
			if fractional := strings.Contains(name, "fractional"); fractional != (len(lm.Doubts) == 1) {
				t.Errorf("doubts %v", lm.Doubts)
			}
		})
	}
}

// A real structure set, voxel for voxel as the training's Python fills it.
func TestRealStructures(t *testing.T) {
	folder := testdata.Path(t, "ct/lung1-001")
	ct := scan(t, filepath.Join(folder, "dicom"), "*")
	lm, err := ReadMaskOn(context.Background(), filepath.Join(folder, "rtstruct.dcm"), ct.Geometry)
	if err != nil {
		t.Fatal(err)
	}
	holders, got := lm.Holders(), map[string]place{}
	for at, name := range lm.Names[1:] {
		h, p := sha256.New(), place{}
		for _, s := range lm.Slices {
			row := make([]byte, lm.Size[0]*lm.Size[1])
			for o, n := range s {
				if slices.Contains(holders[n], uint8(at+1)) {
					row[o] = 1
					p.Voxels++
				}
			}
			h.Write(row)
		}
		p.SHA256 = hex.EncodeToString(h.Sum(nil))
		got[name.Name] = p
	}
	if want := expected(t).Lung1; !maps.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// Segmentations of others' programs: the voxels of each segment as pydicom counts them.
func TestRealSegmentations(t *testing.T) {
	tests := []struct {
		path, kind string
		want       []int
	}{
		{"io/dicom/dcmqi/24x38x3/seg/label.seg", "BINARY", []int{315}},
		{"io/dicom/dcmqi/liver.dcm", "BINARY", []int{107098}},
		{"io/dicom/dcmqi/partial_overlaps.dcm", "BINARY", []int{9602, 11888, 10743, 6693, 4713}},
		{"io/dicom/highdicom/seg_image_ct_binary.dcm", "BINARY", []int{638}},
		{"io/dicom/highdicom/seg_image_ct_binary_overlap.dcm", "BINARY", []int{64, 16}},
		{"io/dicom/highdicom/seg_image_ct_binary_single_frame.dcm", "BINARY", []int{1832}},
		{"io/dicom/highdicom/seg_image_ct_true_fractional.dcm", "FRACTIONAL", []int{638}},
	}
	for _, tt := range tests {
		t.Run(filepath.Base(tt.path), func(t *testing.T) {
			path := testdata.Path(t, tt.path)
			info, err := Describe(path)
			if err != nil || info.Format != "DICOM SEG, "+tt.kind {
				t.Fatalf("%v, %v", info, err)
			}
			lm, err := ReadMask(context.Background(), path)
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, a := range mask.GuessMapping(lm).Assignments {
				got = append(got, a.Voxels)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%v voxels, want %v", got, tt.want)
			}
		})
	}
}
