package viewer

import (
	"math"
	"testing"

	"opacity/app"
	"opacity/app/volume"
)

// filled is a volume of no HU whose middle slice has the values that at gives.
func filled(at func(o int) float32) *volume.Volume {
	g, src := volume.Canonical(volume.Size{200, 200, 3}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Float32: make([]float32, 3*40000), Unit: volume.Arbitrary}
	for o := range v.SliceFloat32(1) {
		v.SliceFloat32(1)[o] = at(o)
	}
	return v
}

// Numbers that are no HU open in a window that shows them, whatever their scale.
func TestFirstWindow(t *testing.T) {
	for _, tt := range []struct {
		name         string
		at           func(o int) float32
		black, white float64 // the values drawn so; by DICOM's ramp
	}{
		{"0 to 1", func(o int) float32 { return float32(o%201) / 200 }, 0, 1},
		{"z scores", func(o int) float32 { return float32(o%51)/10 - 2 }, -2, 3},
		{"16 bits", func(o int) float32 { return float32(o%301)*100 - 600 }, -600, 29400},
		{"a mask", func(o int) float32 { return float32(o * 4 / 40000) }, 0, 3},
		{"bytes", func(o int) float32 { return float32(o % 200) }, 0.5, 254.5},
		{"burnt in", func(o int) float32 {
			if o < 40 {
				return 30000
			}
			return float32(o % 501)
		}, 0, 498},
		{"not a number", func(int) float32 { return float32(math.NaN()) }, 0.5, 254.5},
	} {
		w := FirstWindow(filled(tt.at))
		black, white := w.Center-0.5-(w.Width-1)/2, w.Center-0.5+(w.Width-1)/2
		if tt.white > 200 && tt.white < 255 {
			black, white = black+0.5, white+0.5
		}
		if math.Abs(black-tt.black) > 0.01 || math.Abs(white-tt.white) > 0.01 {
			t.Errorf("%s: %+v, black %g white %g, want %g %g", tt.name, w, black, white, tt.black, tt.white)
		}
	}
	v := filled(func(int) float32 { return 0 })
	v.Float32[0] = 3
	if w := FirstWindow(v); w.Width != 4 {
		t.Errorf("where the middle slice shows nothing: %+v", w)
	}
	v.Unit = volume.HU
	if w := FirstWindow(v); w != Presets[1].Window {
		t.Errorf("HU open in %+v", w)
	}
	v.Window = volume.Window{Center: 1, Width: 9}
	if w := FirstWindow(v); w != v.Window {
		t.Errorf("the header's own is not taken: %+v", w)
	}
}

// While slices come in, the window is taken from the middle one as soon as that is
// there, and no voxel is looked at before; a window that the user chose stays.
func TestViewer_FirstWindowWhileLoading(t *testing.T) {
	for _, chosen := range []bool{false, true} {
		s := app.NewSession()
		v := New(s)
		vol := filled(func(o int) float32 { return float32(o%201) / 200 })
		want := FirstWindow(vol)
		s.Begin(app.SeriesInfo{}, vol)
		s.SlicesIn(0, 0)
		if v.Window() != byteWindow {
			t.Errorf("before its slice came: %+v", v.Window())
		}
		if chosen {
			v.SetWindow(volume.Window{Center: 7, Width: 9})
		}
		s.SlicesIn(1, 2)
		if v.FirstWindow() != want || !chosen && v.Window() != want {
			t.Errorf("the middle slice is there: %+v, as opened %+v", v.Window(), v.FirstWindow())
		}
		s.Complete(app.SeriesInfo{}, vol)
		if stays := v.Window() == (volume.Window{Center: 7, Width: 9}); stays != chosen {
			t.Errorf("chosen %v: loaded with %+v", chosen, v.Window())
		}
		v.ResetWindow()
		if v.Window() != want {
			t.Errorf("reset to %+v", v.Window())
		}
	}
}
