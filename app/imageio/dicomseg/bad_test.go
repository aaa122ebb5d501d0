package dicomseg

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/volume"
)

func axialFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata/axial", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What does not fit the scan is refused with a sentence that names the file, and both
// grids or frames of reference.
func TestOtherScans(t *testing.T) {
	ct := scan(t, "testdata/axial", "ct*.dcm").Geometry
	change := func(how func(*volume.Geometry)) volume.Geometry {
		g := ct
		how(&g)
		return g
	}
	unknown := change(func(g *volume.Geometry) { g.FrameUID = "" })
	tests := []struct {
		name, file string
		g          volume.Geometry
		want       []string // "" for none: it is read
	}{
		{"as it is", "seg.dcm", ct, nil},
		{"no frame of reference", "rtstruct.dcm", unknown, nil},
		{"coronal slices with a gap", "rtstruct.dcm", change(func(g *volume.Geometry) { g.Uneven = true }), []string{"not evenly spaced"}},
		{"another frame of reference", "seg.dcm", change(func(g *volume.Geometry) { g.FrameUID = "1.2" }), []string{"frame of reference", "1.2"}},
		{"contours in another frame", "rtstruct.dcm", change(func(g *volume.Geometry) { g.FrameUID = "1.2" }), []string{"frame of reference", "1.2"}},
		{"moved by half a voxel", "seg.dcm", change(func(g *volume.Geometry) { g.Affine[0][3] += 0.4 }), []string{"7x9x4", "7x9x5", "12.5", "12.9"}},
		{"moved by less than a tenth", "seg.dcm", change(func(g *volume.Geometry) { g.Affine[0][3] += 0.05 }), nil},
		{"moved by a slice too far", "seg.dcm", change(func(g *volume.Geometry) { g.Affine[2][3] += 2.5 }), []string{"7x9x4", "7x9x5"}},
		{"larger pixels", "seg.dcm", change(func(g *volume.Geometry) { g.Affine[0][0] = 0.85 }), []string{"0.80 x 1.25", "0.85 x 1.25"}},
		{"thicker slices", "seg.dcm", change(func(g *volume.Geometry) { g.Affine[2][2] = 5; g.Size[2] = 3 }), []string{"2.50 mm", "5.00 mm"}},
		{"more slices and columns", "seg.dcm", change(func(g *volume.Geometry) { g.Size = volume.Size{8, 9, 9} }), nil},
		{"contours of somewhere else", "rtstruct.dcm", change(func(g *volume.Geometry) { g.Affine[2][3] += 100 }), []string{"contours reach", "7x9x5"}},
		{"no slice of a scan", "ct0.dcm", ct, []string{"no mask"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join("testdata/axial", tt.file)
			_, err := ReadMaskOn(context.Background(), path, tt.g)
			if tt.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatal("it is read")
			}
			kind, m := app.Explain(err)
			if kind != app.Refused || !strings.Contains(m.String(), tt.file) {
				t.Fatalf("%v: %s", kind, m)
			}
			for _, w := range tt.want {
				if !strings.Contains(m.String(), w) {
					t.Errorf("%q does not say %q", m, w)
				}
			}
		})
	}
}

// Of contours on thinner slices than the scan's, the plane nearest to each slice counts.
func TestThinnerContours(t *testing.T) {
	ct := scan(t, "testdata/axial", "ct*.dcm").Geometry
	ct.Affine[2][2], ct.Size[2] = 5, 3
	lm, err := ReadMaskOn(context.Background(), "testdata/axial/rtstruct.dcm", ct)
	if err != nil {
		t.Fatal(err)
	}
	got := places(lm)
	if got["Lung-Left"].Voxels != 16+14+14 || got["Lung-Right"].Voxels != 9+9 || len(lm.Doubts) == 0 || lm.Doubts[0].Key != "dicomseg.between" {
		t.Errorf("%v, %v", got, lm.Doubts)
	}
}

// Contours on thicker slices than the scan's, or on every other one, fill those between
// them: the volume is that of the slices they were drawn on, and it is told.
func TestThickerContours(t *testing.T) {
	for _, tt := range []struct {
		name         string
		file         string
		axis, slices int
		stepMM       float64
		fromMM       float64 // how far the first slice lies before that of the first contours
		told         float64
	}{
		{"every other slice", "axial/rtstruct.dcm", 2, 9, 1.25, 0, 2.5},
		{"2.5 mm on 0.5 mm", "axial/rtstruct.dcm", 2, 25, 0.5, 1, 2.5},
		{"coronal", "coronal/rtstruct.dcm", 1, 25, 0.5, 1, 2.5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join("testdata", tt.file)
			ct := scan(t, filepath.Dir(path), "ct*.dcm").Geometry
			own, err := ReadMaskOn(context.Background(), path, ct)
			if err != nil || len(own.Doubts) > 0 {
				t.Fatalf("on its own slices: %v, %v", own.Doubts, err)
			}
			g, was := ct, ct.SpacingMM()[tt.axis]
			for r := range 3 {
				along := ct.Affine[r][tt.axis] / was
				g.Affine[r][tt.axis] = along * tt.stepMM
				g.Affine[r][3] -= along * tt.fromMM
			}
			g.Size[tt.axis] = tt.slices
			lm, err := ReadMaskOn(context.Background(), path, g)
			if err != nil {
				t.Fatal(err)
			}
			for name, want := range map[string]float64{"Lung-Left": 0.15, "Lung-Right": 0.0675} {
				had, got := float64(places(own)[name].Voxels)*ct.VoxelVolumeML(), float64(places(lm)[name].Voxels)*g.VoxelVolumeML()
				if math.Abs(had-want) > 1e-9 || math.Abs(got-want) > 1e-9 {
					t.Errorf("%s: %.4f ml on its own slices, %.4f ml on thinner ones, want %.4f", name, had, got, want)
				}
			}
			if len(lm.Doubts) != 1 || lm.Doubts[0].Key != "dicomseg.spread" {
				t.Fatalf("told %v", lm.Doubts)
			}
			for _, w := range []string{"Lung-Left, Lung-Right", fmt.Sprintf("%.4g mm apart", tt.told), fmt.Sprintf("%.4g mm:", tt.stepMM)} {
				if !strings.Contains(lm.Doubts[0].String(), w) {
					t.Errorf("%q does not say %q", lm.Doubts[0], w)
				}
			}
		})
	}
}

// What a region has on which slices, where those of others tell what it was drawn on.
func TestSpread(t *testing.T) {
	for _, tt := range []struct {
		name   string
		at     []float64 // of the contours, in slices of 1 mm
		beside []float64 // those of another region
		want   string    // the contours, by letter, of each slice
		key    string
	}{
		{"every slice", []float64{2, 3, 4}, nil, "..abc", ""},
		{"places rounded", []float64{2.04, 2.96, 4.04}, nil, "..abc", ""},
		{"every other slice", []float64{2, 4, 6}, nil, "..aabbcc", "dicomseg.spread"},
		{"five times as thick", []float64{2, 7, 12}, nil, "aaaaabbbbbccccc", "dicomseg.spread"},
		{"half as thick again", []float64{0, 1.5, 3, 4.5}, nil, "abbcdd", "dicomseg.spread"},
		{"a gap by hand", []float64{0, 2, 4, 7, 9}, nil, "aabbccdddee", "dicomseg.spread"},
		{"a hole", []float64{2, 4, 6, 14, 16}, nil, "..aabbcc......ddee", "dicomseg.spread"},
		{"one plane left out", []float64{2, 7, 17, 22}, nil, "aaaaabbbbb.....cccccddddd", "dicomseg.spread"},
		{"two things on every slice", []float64{1, 2, 3, 9, 10}, nil, ".abc.....de", ""},
		{"a small one beside a large one of thick slices", []float64{7}, []float64{2, 7, 12, 17}, ".....aaaaa", "dicomseg.spread"},
		{"far apart on thick slices", []float64{2, 17}, []float64{2, 7, 12, 17}, "aaaaa..........bbbbb", "dicomseg.spread"},
		{"two beside one on every slice", []float64{2, 5}, []float64{1, 2, 3, 4, 5}, "..a..b", "dicomseg.sparse"},
		{"thicker than any slice", []float64{0, 12, 24}, nil, "a...........b...........c", "dicomseg.sparse"},
		{"one plane alone", []float64{3}, nil, "...a", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			made := func(at []float64) map[int]*plane {
				out := map[int]*plane{}
				for _, x := range at {
					n := int(math.Floor(x + 0.5))
					out[n] = &plane{off: x - float64(n)}
				}
				return out
			}
			planes := made(tt.at)
			letters := map[*plane]byte{}
			for i, n := range slices.Sorted(maps.Keys(planes)) {
				letters[planes[n]] = byte('a' + i)
			}
			s := newSpreader([]map[int]*plane{planes, made(tt.beside)}, 1, 30)
			got := bytes.Repeat([]byte{'.'}, 30)
			for k, p := range s.region("Finding", planes) {
				got[k] = letters[p]
			}
			if string(got) != tt.want+strings.Repeat(".", 30-len(tt.want)) {
				t.Errorf("%s, want %s", got, tt.want)
			}
			key := ""
			if told := s.doubts(); len(told) > 0 {
				key = told[0].Key
			}
			if key != tt.key {
				t.Errorf("told %q, want %q", key, tt.key)
			}
		})
	}
}

// The grid that frames span has the header's distance of slices where all lie on it, and
// else that of the nearest frames, as a guess where the header has a thickness alone.
func TestSpanOfFrames(t *testing.T) {
	for _, tt := range []struct {
		name    string
		at      []float64
		header  float64
		spaced  bool
		slices  int
		step    float64
		guessed bool
	}{
		{"as thick as apart", []float64{0, 5, 10}, 5, false, 3, 5, false},
		{"rounded", []float64{0, 1.3, 2.5, 3.8, 5}, 1.2, false, 5, 1.25, false},
		{"slices left out", []float64{0, 5, 20}, 5, false, 5, 5, false},
		{"every other of what the header says", []float64{0, 6, 12}, 3, true, 5, 3, false},
		{"overlapping", []float64{0, 3, 6, 12}, 5, false, 5, 3, true},
		{"overlapping, every other", []float64{0, 6}, 5, false, 2, 6, true},
		{"with gaps between slices", []float64{0, 6, 12, 18}, 5, false, 4, 6, true},
		{"another distance in the header", []float64{0, 6, 12, 18}, 5, true, 4, 6, false},
		{"nothing said", []float64{0, 2, 6}, 0, false, 4, 2, true},
		{"one slice", []float64{3, 3}, 5, false, 1, 5, false},
		{"at odd distances", []float64{0, 2, 5}, 5, false, 0, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &segments{}
			for _, z := range tt.at {
				s.frames = append(s.frames, frame{
					position: volume.Vec{0, 0, z}, row: volume.Vec{1, 0, 0}, col: volume.Vec{0, 1, 0}, stepMM: tt.header, spaced: tt.spaced,
				})
			}
			g, guessed, ok := s.span(8, 8)
			if ok != (tt.slices > 0) || ok && (g.Size[2] != tt.slices || math.Abs(g.SliceStepMM()-tt.step) > 1e-9 || guessed != tt.guessed) {
				t.Errorf("%v slices %v mm apart, guessed %v, %v", g.Size, g.SliceStepMM(), guessed, ok)
			}
		})
	}
}

// Files that break off or are damaged are refused.
func TestDamaged(t *testing.T) {
	ct := scan(t, "testdata/axial", "ct*.dcm").Geometry
	swap := func(file string, was, is string) []byte {
		b := axialFile(t, file)
		if !bytes.Contains(b, []byte(was)) || len(was) != len(is) {
			t.Fatalf("%s has no %q", file, was)
		}
		return bytes.Replace(b, []byte(was), []byte(is), 1)
	}
	seg, rt := axialFile(t, "seg.dcm"), axialFile(t, "rtstruct.dcm")
	tests := []struct {
		name string
		b    []byte
		want string
	}{
		{"broken off", seg[:len(seg)-40], "seg.dcm"},
		{"contours broken off", rt[:len(rt)/2], "seg.dcm"},
		{"another kind of segmentation", swap("seg.dcm", "BINARY", "BRAINY"), "BRAINY"},
		{"a number that is none", swap("rtstruct.dcm", "-32.3750", "-32.375x"), "seg.dcm"},
		{"no closed contour", bytes.ReplaceAll(rt, []byte("CLOSED_PLANAR"), []byte("OPEN_NOPLANAR")), "no closed contours"},
		{"empty", nil, "seg.dcm"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "seg.dcm")
			if err := os.WriteFile(path, tt.b, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := ReadMaskOn(context.Background(), path, ct)
			if err == nil {
				t.Fatal("it is read")
			}
			if kind, m := app.Explain(err); kind != app.Refused || !strings.Contains(m.String(), tt.want) {
				t.Errorf("%v: %s", kind, m)
			}
		})
	}
}

// FuzzRead reads any bytes as a segmentation or contours: no panic, and no more memory
// than the file and the grid account for.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"seg.dcm", "labelmap.dcm", "labelmap-rle.dcm", "fractional.dcm", "rtstruct.dcm", "holes.dcm"} {
		f.Add(axialFile(f, name))
	}
	ct := scan(f, "testdata/axial", "ct*.dcm").Geometry
	ct.FrameUID = ""
	path := filepath.Join(f.TempDir(), "x.dcm")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if !Is(path) {
			return
		}
		unguarded = true // a panic is a fault, though readers would be told of a damaged file
		defer func() { unguarded = false }()
		for _, g := range []*volume.Geometry{nil, &ct} {
			lm, err := read(context.Background(), path, g)
			if err != nil {
				continue
			}
			voxels := 0
			for _, s := range lm.Slices {
				voxels += len(s)
				for _, n := range s {
					if int(n) >= len(lm.Sets) {
						t.Fatal("a voxel of no set")
					}
				}
			}
			if voxels > 64*len(b)+ct.Size.Voxels() {
				t.Errorf("%d voxels of %d bytes", voxels, len(b))
			}
		}
		_, _ = Describe(path)
	})
}
