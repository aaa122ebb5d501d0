package nifti

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
)

// BenchmarkLoad reports, of a phantom of 512x512x300, the time to the first
// slice and to all of them.
func BenchmarkLoad(b *testing.B) {
	v, m := phantom.New(phantom.Options{})
	dir := b.TempDir()
	ctx := context.Background()
	for _, name := range []string{"ct.nii.gz", "ct.nii"} {
		path := filepath.Join(dir, name)
		if err := WriteVolume(ctx, path, v, true); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			var first time.Duration
			for b.Loop() {
				start := time.Now()
				s, err := Open(path)
				if err != nil {
					b.Fatal(err)
				}
				seen := false
				if _, err := s.Load(ctx, app.LoadHooks{Slices: func(int, int) {
					if !seen {
						seen = true
						first += time.Since(start)
					}
				}}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(first.Seconds()*1000/float64(b.N), "ms-first")
		})
	}
	for name, write := range map[string]func(string) error{
		"mask.nii.gz": func(p string) error { return WriteMask(ctx, p, v, m, true) },
		"ct.nii.gz":   func(p string) error { return WriteVolume(ctx, p, v, true) },
	} {
		b.Run("write "+name, func(b *testing.B) {
			for b.Loop() {
				if err := write(filepath.Join(dir, "out-"+name)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("read mask", func(b *testing.B) {
		for b.Loop() {
			if _, err := ReadMask(ctx, filepath.Join(dir, "out-mask.nii.gz")); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTurned writes and reads 512x512x300 voxels stored in sagittal planes.
func BenchmarkTurned(b *testing.B) {
	g, src := volume.Canonical(volume.Size{512, 300, 512}, volume.Affine{{0, 0, 0.7}, {0.7, 0, 0}, {0, -1, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Int16: make([]int16, g.Size.Voxels())}
	m := mask.New(g.Size, mask.DefaultLabels())
	ctx, path := context.Background(), filepath.Join(b.TempDir(), "v.nii")
	b.Run("write mask", func(b *testing.B) {
		for b.Loop() {
			if err := WriteMask(ctx, path, v, m, true); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			if err := WriteVolume(ctx, path, v, true); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			s, err := Open(path)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Load(ctx, app.LoadHooks{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
