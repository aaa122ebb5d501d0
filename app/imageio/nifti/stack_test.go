package nifti

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"opacity/app"
	"opacity/app/volume"
)

func stackGrid() volume.Geometry {
	return volume.Geometry{Size: volume.Size{5, 4, 3}, Affine: volume.Affine{{0.7, 0, 0, -90}, {0, 0.75, 0, -80}, {0, 0, 2.5, 40}}}
}

func writeStack(t *testing.T, note string) (path string, voxels [][]uint8) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for range 6 {
		s := make([]uint8, 20)
		for i := range s {
			s[i] = uint8(r.IntN(256))
		}
		voxels = append(voxels, s)
	}
	voxels[4] = nil
	path = filepath.Join(t.TempDir(), "stack.nii.gz")
	err := WriteStack(t.Context(), path, stackGrid(), 2, 1, []byte(note), func(v, k int) []uint8 { return voxels[3*v+k] })
	if err != nil {
		t.Fatal(err)
	}
	return path, voxels
}

func TestStack(t *testing.T) {
	for _, note := range []string{"", `{"offset": 17}`, "eight by"} {
		path, voxels := writeStack(t, note)
		s, err := OpenStack(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(s.Note) != note || s.Volumes != 2 || !s.Geometry.SameGrid(stackGrid(), 1e-4) {
			t.Errorf("%q came back as %q, %d volumes on %+v", note, s.Note, s.Volumes, s.Geometry)
		}
		got := make([]uint8, 20)
		for n, want := range voxels {
			if want == nil {
				want = make([]uint8, 20)
			}
			if err := s.Next(got); err != nil || !slices.Equal(got, want) {
				t.Errorf("slice %d: %v, got %v, want %v", n, err, got, want)
			}
		}
		if err := s.Next(got); !errors.Is(err, io.EOF) {
			t.Errorf("after the last: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Whatever byte of the file is wrong or missing, it is refused before the last
// slice is handed out, or reads as it was: some bytes of a header mean nothing.
func TestDamagedStack(t *testing.T) {
	path, _ := writeStack(t, "note")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read := func(b []byte) error {
		t.Helper()
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
		s, err := OpenStack(path)
		if err != nil {
			return err
		}
		defer s.Close()
		for got := make([]uint8, s.Geometry.Size[0]*s.Geometry.Size[1]); err == nil; {
			err = s.Next(got)
		}
		if err == io.EOF {
			return nil
		}
		return err
	}
	for n := range whole {
		if err := read(whole[:n]); !refused(err) {
			t.Errorf("cut at %d of %d: %v", n, len(whole), err)
		}
		b := slices.Clone(whole)
		b[n] ^= 0xFF
		if err := read(b); !refused(err) && (err != nil || n >= 10) {
			t.Errorf("byte %d of %d flipped: %v", n, len(whole), err)
		}
	}
	if _, err := OpenStack(put(t, "a.nii", sampleFile(binary.LittleEndian, volume.Size{2, 2, 2}, typeUint8, make([]byte, 8), nil))); err == nil {
		t.Error("a file without a note was taken for a stack")
	}
}

func refused(err error) bool {
	var e *app.Error
	return errors.As(err, &e) && e.Kind == app.Refused
}

func TestStackStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	path := filepath.Join(t.TempDir(), "stack.nii.gz")
	err := WriteStack(ctx, path, stackGrid(), 2, 1, nil, func(_, k int) []uint8 { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("something was left behind")
	}
}
