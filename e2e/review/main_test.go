package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/imageio/nifti"
	"opacity/app/volume"
)

// put writes a stack of 4x4 slices, each of one value.
func put(t *testing.T, path string, values ...int16) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	g, src := volume.Canonical(volume.Size{4, 4, len(values)}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Unit: volume.Arbitrary, Int16: make([]int16, g.Size.Voxels())}
	for o := range v.Int16 {
		v.Int16[o] = values[o/16]
	}
	if err := nifti.WriteVolume(context.Background(), path, v, false); err != nil {
		t.Fatal(err)
	}
}

// Ten slices, one of which is wrong and unsure: the queue finds it first, slice
// order last.
func TestCurve(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "system", "fold-0_case")
	put(t, filepath.Join(dir, "predicted.nii.gz"), 3, 3, 3, 3, 3, 3, 3, 3, 3, 3)
	put(t, filepath.Join(dir, "reference.nii.gz"), 3, 3, 3, 9, 3, 3, 3, 3, 3, 1) // the infection of slice 3 is not known
	put(t, filepath.Join(dir, "prob_infection.nii.gz"), 255, 255, 255, 255, 255, 255, 255, 255, 255, 140)
	put(t, filepath.Join(dir, "prob_lung.nii.gz"), 255, 255, 255, 255, 255, 255, 255, 255, 255, 255)
	s, err := read(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for k, n := range s.wrong("infection and lung") {
		if want := map[int]int{9: 16}[k]; n != want {
			t.Errorf("slice %d: %d wrong, want %d", k, n, want)
		}
	}
	short := filepath.Join(top, "system", "fold-1_short")
	put(t, filepath.Join(short, "predicted.nii.gz"), 3, 3)
	put(t, filepath.Join(short, "reference.nii.gz"), 3, 1)
	put(t, filepath.Join(short, "prob_infection.nii.gz"), 255, 140)
	put(t, filepath.Join(short, "prob_lung.nii.gz"), 255, 255)
	var out strings.Builder
	if err := run(context.Background(), &out, top, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"system: 1 scans of fewer than 10 slices are left out", "system, wrong pixels of infection, 1 scans", "review queue 100.0 100.0 100.0", "slice order 0.0 0.0 0.0", "random order, mean of 200 "} {
		if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
