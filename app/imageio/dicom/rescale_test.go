package dicom

import (
	"testing"

	"opacity/app/volume"
)

func TestPixelFormats(t *testing.T) {
	row := func(f func(*fixture)) fixture {
		x := axial(1, 0)
		x.rows, x.cols = 1, 4
		f(&x)
		return x
	}
	bits := func(x *fixture, allocated, stored, high int, signed bool) {
		x.allocated, x.stored, x.high, x.signed = allocated, stored, high, signed
	}
	tests := []struct {
		name  string
		in    fixture
		want  []float64
		unit  volume.Unit
		int16 bool
	}{
		{"signed 16", row(func(x *fixture) { x.pixels = cells16(-2000, 0, 1, 1024) }), []float64{-3024, -1024, -1023, 0}, volume.HU, true},
		{"unsigned 16", row(func(x *fixture) {
			bits(x, 16, 16, 15, false)
			x.pixels = cells16(0, 24, 1024, 4000)
		}), []float64{-1024, -1000, 0, 2976}, volume.HU, true},
		{"unsigned 16 beyond int16", row(func(x *fixture) {
			bits(x, 16, 16, 15, false)
			x.pixels = cells16(0, 24, 1024, 60000)
		}), []float64{-1024, -1000, 0, 58976}, volume.HU, false},
		{"12 of 16, with an overlay in the high bits", row(func(x *fixture) {
			bits(x, 16, 12, 11, false)
			x.pixels = cells16(0xF000, 0x1018, 0x8400, 0x0FFF)
		}), []float64{-1024, -1000, 0, 3071}, volume.HU, true},
		{"signed 12 of 16", row(func(x *fixture) {
			bits(x, 16, 12, 11, true)
			x.intercept = 0
			x.pixels = cells16(0x0FFF, 0x0800, 0x07FF, 0xF800)
		}), []float64{-1, -2048, 2047, -2048}, volume.HU, true},
		{"12 bits at the top", row(func(x *fixture) {
			bits(x, 16, 12, 15, false)
			x.pixels = cells16(0x0000, 24<<4, 1024<<4|7, 0xFFFF)
		}), []float64{-1024, -1000, 0, 3071}, volume.HU, true},
		{"8 bits rescaled to HU", row(func(x *fixture) {
			bits(x, 8, 8, 7, false)
			x.slope, x.pixels = 16, []byte{0, 1, 64, 255}
		}), []float64{-1024, -1008, 0, 3056}, volume.HU, true},
		{"8-bit export", row(func(x *fixture) {
			bits(x, 8, 8, 7, false)
			x.intercept, x.pixels = 0, []byte{0, 1, 64, 255}
		}), []float64{0, 1, 64, 255}, volume.Arbitrary, true},
		{"12 bits that no air can be in", row(func(x *fixture) {
			bits(x, 16, 12, 11, false)
			x.intercept, x.pixels = 0, cells16(24, 1024, 1064, 4095)
		}), []float64{24, 1024, 1064, 4095}, volume.Arbitrary, true},
		{"numbers called HU that no air can be in", row(func(x *fixture) {
			bits(x, 16, 16, 15, false)
			x.unit, x.intercept, x.pixels = "HU", 0, cells16(24, 1024, 1064, 4095)
		}), []float64{24, 1024, 1064, 4095}, volume.Arbitrary, true},
		{"numbers that fall as they are stored", row(func(x *fixture) {
			bits(x, 16, 12, 11, false)
			x.slope, x.intercept, x.pixels = -1, 3071, cells16(4095, 3071, 0, 1)
		}), []float64{-1024, 0, 3071, 3070}, volume.HU, true},
		{"32 bits", row(func(x *fixture) {
			bits(x, 32, 32, 31, true)
			x.pixels = []byte{0, 0, 0, 0, 24, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 4, 0, 0}
		}), []float64{-1024, -1000, -1025, 0}, volume.HU, true},
		{"fractional slope", row(func(x *fixture) {
			x.slope, x.pixels = 0.5, cells16(0, 1, 2048, 4096)
		}), []float64{-1024, -1023.5, 0, 1024}, volume.HU, false},
		{"no rescale", row(func(x *fixture) {
			x.slope, x.pixels = 0, cells16(0, 1, 2, -3)
		}), []float64{0, 1, 2, -3}, volume.Arbitrary, true},
		{"another unit", row(func(x *fixture) {
			x.unit, x.intercept, x.pixels = "US", 0, cells16(0, 1, 2, -3)
		}), []float64{0, 1, 2, -3}, volume.Arbitrary, true},
		{"MONOCHROME1 in HU stays", row(func(x *fixture) {
			x.photometric, x.pixels = "MONOCHROME1", cells16(0, 24, 1024, 2000)
		}), []float64{-1024, -1000, 0, 976}, volume.HU, true},
		{"MONOCHROME1 in shades is turned over", row(func(x *fixture) {
			bits(x, 8, 8, 7, false)
			x.intercept, x.photometric, x.pixels = 0, "MONOCHROME1", []byte{0, 1, 64, 255}
		}), []float64{255, 254, 191, 0}, volume.Arbitrary, true},
		{"padding below the floor stays", row(func(x *fixture) {
			x.padding, x.pixels = cells16(-2000), cells16(-2000, 0, 1, 1024)
		}), []float64{-3024, -1024, -1023, 0}, volume.HU, true},
		{"padding of 0 cannot look like water", row(func(x *fixture) {
			x.padding, x.intercept, x.pixels = cells16(0), 0, cells16(0, -1000, 40, 1)
		}), []float64{-1024, -1000, 40, 1}, volume.HU, true},
		{"padding outside the stored bits", row(func(x *fixture) {
			bits(x, 16, 12, 11, false)
			x.padding, x.pixels = cells16(63536), cells16(63536, 0, 1024, 2096)
		}), []float64{-1024, -1024, 0, 1072}, volume.HU, true},
		{"a range of padding", row(func(x *fixture) {
			x.padding, x.paddingLimit, x.pixels = cells16(2000), cells16(2010), cells16(1999, 2000, 2010, 2011)
		}), []float64{975, -1024, -1024, 987}, volume.HU, true},
		{"padding in shades", row(func(x *fixture) {
			bits(x, 8, 8, 7, false)
			x.padding, x.intercept, x.pixels = cells16(200), 0, []byte{200, 1, 64, 255}
		}), []float64{0, 1, 64, 255}, volume.Arbitrary, true},
	}
	turnedOver := row(func(x *fixture) {
		bits(x, 8, 8, 7, false)
		x.intercept, x.photometric, x.pixels = 0, "MONOCHROME1", []byte{150, 200, 250, 255}
		x.extra = func(e *encoder) {
			e.text(tagWindowCenter, "DS", "200")
			e.text(tagWindowWidth, "DS", "100")
		}
	})
	if v := load(t, only(t, save(t, turnedOver))); v.Window != (volume.Window{Center: 55, Width: 100}) || v.At(1, 0, 0) != 55 {
		t.Errorf("shades are turned over and their window is %v", v.Window)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := load(t, only(t, save(t, tt.in)))
			if v.Unit != tt.unit || (v.Int16 != nil) != tt.int16 {
				t.Errorf("unit %v, int16 %v; want %v, %v", v.Unit, v.Int16 != nil, tt.unit, tt.int16)
			}
			for i, want := range tt.want {
				if got := v.At(i, 0, 0); got != want {
					t.Errorf("voxel %d is %v, want %v", i, got, want)
				}
			}
			if hasWarning(v.Warnings, volume.WarnNotHU) != (tt.unit != volume.HU) {
				t.Errorf("warnings %v", v.Warnings)
			}
		})
	}
}

func TestRescalePerSlice(t *testing.T) {
	all := stackOf(0, 1, 2)
	for i := range all {
		all[i].slope, all[i].intercept = float64(i+1), float64(-1000*i)
		all[i].pixels = cells16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
	}
	v := load(t, only(t, save(t, all...)))
	for k := range 3 {
		if got, want := v.At(3, 1, k), float64(7*(k+1)-1000*k); got != want {
			t.Errorf("slice %d: %v, want %v", k, got, want)
		}
	}
}
