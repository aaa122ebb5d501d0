package nifti

import (
	"context"
	"encoding/binary"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
)

// allocated is how many bytes f allocates.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// bigSize is that of a volume whose voxels outweigh every buffer.
var bigSize = volume.Size{160, 160, 160}

// floats is a file of float32 voxels, whole numbers but for the first.
func floats(size volume.Size, first float32) []byte {
	b := make([]byte, 4*size.Voxels())
	for o := range size.Voxels() {
		binary.LittleEndian.PutUint32(b[4*o:], math.Float32bits(float32(o%4000-1000)))
	}
	binary.LittleEndian.PutUint32(b, math.Float32bits(first))
	return sampleFile(binary.LittleEndian, size, typeFloat32, b, nil)
}

// However a file holds its voxels, loading allocates them once.
func TestLoadHoldsOneCopy(t *testing.T) {
	turned := floats(bigSize, 7)
	for r, row := range [3][4]float64{{0, 0, 2.5, 90}, {-0.7, 0, 0, 80}, {0, 0.8, 0, -40}} { // sagittal planes
		for c, x := range row {
			binary.LittleEndian.PutUint32(turned[atSRow+16*r+4*c:], math.Float32bits(float32(x)))
		}
	}
	tests := []struct {
		name  string
		file  []byte
		each  int // bytes a voxel kept
		int16 bool
	}{
		{"whole numbers as float32", floats(bigSize, 7), 2, true},
		{"fractions", floats(bigSize, 0.5), 4, false},
		{"sagittal planes of whole numbers as float32", turned, 2, true},
	}
	for _, tt := range tests {
		s, err := Open(put(t, "v.nii", tt.file))
		if err != nil {
			t.Fatal(err)
		}
		var v *volume.Volume
		bytes := allocated(func() { v, err = s.Load(context.Background(), app.LoadHooks{}) })
		if err != nil || (v.Int16 != nil) != tt.int16 {
			t.Fatalf("%s: %v, int16 %v", tt.name, err, v.Int16 != nil)
		}
		kept := tt.each * bigSize.Voxels()
		t.Logf("%s: %d bytes kept, %d allocated", tt.name, kept, bytes)
		if bytes > kept*3/2 {
			t.Errorf("%s: %d bytes allocated to keep %d", tt.name, bytes, kept)
		}
	}
}

// A value that a glance cannot have met makes reading start again.
func TestLoadWidens(t *testing.T) {
	size := volume.Size{700, 700, 5} // more than a glance takes
	b := floats(size, 7)
	at := dataAt + 4*(size.Voxels()/2+3*glanceBytes/glanceChunks/4/2)
	binary.LittleEndian.PutUint32(b[at:], math.Float32bits(0.25))
	s, err := Open(put(t, "v.nii", b))
	if err != nil {
		t.Fatal(err)
	}
	begun := []*volume.Volume{}
	v, err := s.Load(context.Background(), app.LoadHooks{Begin: func(v *volume.Volume) { begun = append(begun, v) }})
	if err != nil || len(begun) != 2 || begun[0].Int16 == nil || v.Float32 == nil || &begun[1].Float32[0] != &v.Float32[0] {
		t.Fatalf("%v, begun %d times", err, len(begun))
	}
	if !slices.Contains(v.Float32, 0.25) {
		t.Error("the fraction is gone")
	}
}

// Writing turned planes takes no copy of the voxels, and no more of a mask.
func TestWriteHoldsNoCopy(t *testing.T) {
	for name, planes := range map[string]volume.Affine{
		"coronal":  {{0.7, 0, 0, 0}, {0, 0, -2, 0}, {0, 0.8, 0, 0}},
		"sagittal": {{0, 0, 0.7, 0}, {0.8, 0, 0, 0}, {0, -2, 0, 0}},
	} {
		size := volume.Size{160, 160, 640}
		g, src := volume.Canonical(size, planes)
		v := &volume.Volume{Geometry: g, Source: src, Int16: make([]int16, size.Voxels())}
		m := mask.New(g.Size, mask.DefaultLabels())
		path := filepath.Join(t.TempDir(), "v.nii")
		for what, write := range map[string]func() error{
			"volume": func() error { return WriteVolume(context.Background(), path, v, true) },
			"mask":   func() error { return WriteMask(context.Background(), path, v, m, true) },
		} {
			var err error
			bytes := allocated(func() { err = write() })
			t.Logf("%s %s: %d voxels, %d bytes allocated", name, what, size.Voxels(), bytes)
			if err != nil || bytes > size.Voxels()/2 {
				t.Errorf("%s %s: %v, %d bytes allocated for %d voxels", name, what, err, bytes, size.Voxels())
			}
		}
	}
}

// What cannot be held exactly is told by the name of its type, by the list and
// by opening; what can is not.
func TestRounded(t *testing.T) {
	le := binary.LittleEndian
	u32, u64 := func(x uint32) []byte { return le.AppendUint32(nil, x) }, func(x uint64) []byte { return le.AppendUint64(nil, x) }
	float := func(x float64) []byte { return u64(math.Float64bits(x)) }
	minus := -(1<<24 + 1)
	tests := []struct {
		name     string
		datatype int
		stored   []byte
		want     string // type told, "" for none
	}{
		{"the last whole number", typeInt32, u32(1 << 24), ""},
		{"one more", typeInt32, u32(1<<24 + 1), "int32"},
		{"one less", typeInt32, u32(uint32(int32(minus))), "int32"},
		{"large and even", typeUint32, u32(1 << 31), ""},
		{"large and odd", typeUint32, u32(1<<31 + 1), "uint32"},
		{"int64", typeInt64, u64(1<<40 + 1), "int64"},
		{"more than a double holds", typeInt64, u64(1<<53 + 1), "int64"},
		{"uint64", typeUint64, u64(math.MaxUint64), "uint64"},
		{"float64", typeFloat64, float(123456789.125), "float64"},
		{"beyond float32", typeFloat64, float(1e300), "float64"},
		{"digits of a small number", typeFloat64, float(0.1), ""},
		{"infinite", typeFloat64, float(math.Inf(1)), ""},
		{"not a number", typeFloat64, float(math.NaN()), ""},
	}
	for _, tt := range tests {
		s, err := Open(put(t, "v.nii", sampleFile(le, volume.Size{1, 1, 2}, tt.datatype, slices.Concat(tt.stored, tt.stored), nil)))
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.Load(context.Background(), app.LoadHooks{})
		if err != nil {
			t.Fatal(err)
		}
		for where, doubts := range map[string][]volume.Warning{"list": s.Info().Warnings, "volume": v.Warnings} {
			got := ""
			for _, w := range doubts {
				if w.Kind == volume.WarnRounded {
					got = w.Message.Args[0].(string)
				}
			}
			if got != tt.want {
				t.Errorf("%s: the %s tells %q, want %q", tt.name, where, got, tt.want)
			}
		}
	}
}
