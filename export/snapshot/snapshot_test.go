package snapshot

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/render"
)

// stack is a volume twice as wide as high on the axial plane, brighter upwards.
func stack() *volume.Volume {
	v := &volume.Volume{Geometry: volume.Geometry{Size: volume.Size{40, 20, 10}}, Unit: volume.HU, Window: volume.Window{Center: 50, Width: 100}}
	for c := range 3 {
		v.Affine[c][c] = 1
	}
	for k := range 10 {
		for range 40 * 20 {
			v.Int16 = append(v.Int16, int16(10*k))
		}
	}
	return v
}

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWrite_IsThePictureOfTheWindow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.png")
	v := stack()
	if err := Write(context.Background(), path, Options{Volume: v, Index: 7}, false); err != nil {
		t.Fatal(err)
	}
	got := decode(t, path)
	want := render.Picture(render.View{Volume: v, Index: 7, Window: v.Window, Camera: viewer.Camera{Zoom: 1}, Smooth: true}, render.Decor{}, 1024, 512)
	for y := range 512 {
		for x := range 1024 {
			r, g, b, _ := got.At(x, y).RGBA()
			wr, wg, wb, _ := want.At(x, y).RGBA()
			if r != wr || g != wg || b != wb {
				t.Fatalf("(%d,%d) differs", x, y)
			}
		}
	}
}

func TestOptions_Size(t *testing.T) {
	v := stack()
	for _, c := range []struct {
		name string
		o    Options
		want image.Point
	}{
		{"axial", Options{}, image.Pt(1024, 512)},
		{"coronal", Options{Plane: viewer.Coronal}, image.Pt(1024, 256)},
		{"sagittal", Options{Plane: viewer.Sagittal}, image.Pt(1024, 512)},
	} {
		c.o.Volume = v
		m, err := Draw(c.o)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if got := m.Rect.Size(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWrite_Refusals(t *testing.T) {
	v := stack()
	there := filepath.Join(t.TempDir(), "there.png")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		path string
		o    Options
	}{
		{"no volume", "x.png", Options{}},
		{"no such slice", "x.png", Options{Volume: v, Index: 10}},
		{"another mask", "x.png", Options{Volume: v, Mask: mask.New(volume.Size{1, 1, 1}, nil)}},
		{"a file that is there", there, Options{Volume: v}},
	} {
		path := c.path
		if path == "x.png" {
			path = filepath.Join(t.TempDir(), path)
		}
		var e *app.Error
		if err := Write(context.Background(), path, c.o, false); !errors.As(err, &e) || e.Kind != app.Usage {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if b, _ := os.ReadFile(there); string(b) != "mine" {
		t.Error("a file was replaced without being asked")
	}
	if err := Write(context.Background(), there, Options{Volume: v, Index: Middle}, true); err != nil {
		t.Error(err)
	}
}

func TestWrite_Cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	path := filepath.Join(t.TempDir(), "p.png")
	if err := Write(ctx, path, Options{Volume: stack()}, false); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := Sheet(ctx, path, Options{Volume: stack()}, 4, false); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a cancelled picture left a file")
	}
}

func TestSheet_FromTheHeadDown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sheet.png")
	o := Options{Volume: stack()}
	if err := Sheet(context.Background(), path, o, 6, false); err != nil {
		t.Fatal(err)
	}
	m := decode(t, path)
	const columns, rows, w, h = 2, 3, 640, 320 // of pictures twice as wide as high
	size := m.Bounds().Size()
	if size != image.Pt(columns*w+2, rows*h+4) {
		t.Fatalf("sheet is %v", size)
	}
	last := uint32(1 << 16)
	for i := range 6 {
		g, _, _, _ := m.At(i%columns*(w+2)+w/2, i/columns*(h+2)+h/2).RGBA()
		if g >= last {
			t.Errorf("picture %d is not below the one before it", i)
		}
		last = g
	}
}

func TestSheet_Sizes(t *testing.T) {
	for _, c := range []struct {
		count int
		shape float64 // of one picture
		want  int     // columns
	}{{1, 1, 1}, {12, 1, 4}, {20, 1, 5}, {24, 1, 6}, {6, 2, 2}, {8, 0.5, 4}} {
		if got := columnsOf(c.count, c.shape); got != c.want {
			t.Errorf("%d of shape %g stand in %d columns, want %d", c.count, c.shape, got, c.want)
		}
	}
	for _, count := range []int{0, -1, MostOnSheet + 1} {
		var e *app.Error
		err := Sheet(context.Background(), filepath.Join(t.TempDir(), "s.png"), Options{Volume: stack()}, count, false)
		if !errors.As(err, &e) || e.Kind != app.Usage {
			t.Errorf("a sheet of %d: %v", count, err)
		}
	}
}
