package render

import (
	"math"

	"opacity/app/volume"
)

// LUT maps every int16 value to a grey pixel. It is built once a window and
// shared by the panes. The zero LUT is ready for Set.
type LUT struct {
	window volume.Window
	pixels [1 << 16]pixel // indexed by uint16(value): two's complement, no offset
}

// Set builds the table for a window and reports whether it was another one.
func (l *LUT) Set(w volume.Window) bool {
	if l.window == w {
		return false
	}
	l.window = w
	scale, offset := ramp(w)
	for v := math.MinInt16; v <= math.MaxInt16; v++ {
		l.pixels[uint16(int16(v))] = opaqueGrey(grey(float64(v)*scale + offset))
	}
	return true
}

// ramp gives grey = value*scale + offset, before clamping: the linear VOI LUT
// function of DICOM PS3.3 C.11.2.1.2.1. A width of 1 is a threshold.
func ramp(w volume.Window) (scale, offset float64) {
	width := math.Max(w.Width-1, 1e-3)
	scale = 255 / width
	return scale, 127.5 - (w.Center-0.5)*scale
}

// grey clamps; what is not a number is black.
func grey(x float64) uint8 {
	if !(x > 0) {
		return 0
	}
	if x >= 255 {
		return 255
	}
	return uint8(x + 0.5)
}
