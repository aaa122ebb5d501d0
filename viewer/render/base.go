package render

import (
	"encoding/binary"
	"image"
	"math"

	"opacity/app/parallel"
	"opacity/viewer"
)

// Base draws the base pictures of one pane and remembers the voxels of the
// last, so that another window costs no second reading of the volume.
type Base struct {
	ints   gathered[int16]
	floats gathered[float32]
}

// What is not picture: slices still to come, and what was never scanned.
const (
	pending  = pixel(0xff1a1410) // a dark blue-grey no window makes
	outside  = pixel(0xff000000)
	hatchInk = pixel(0xff4a4640)
	hatch    = 6 // pixels between the lines that mark a gap
)

// Draw draws the view's plane at the volume's own resolution into dst, resized
// as Frame.Picture says, and returns it. lut serves int16 volumes and is set to
// the view's window.
func (b *Base) Draw(dst *image.RGBA, v View, lut *LUT) *image.RGBA {
	frame := viewer.NewFrame(v.Plane, v.Volume.Geometry)
	width, height, _ := frame.Picture()
	dst = Resize(dst, width, height)
	index := min(max(v.Index, 0), sliceCount(v)-1)
	if v.Volume.Int16 != nil {
		lut.Set(v.Window)
		b.ints.gather(v.Volume, v.Volume.Int16, v.Loaded, v.Plane, index)
		rows(dst, frame, b.ints.have, func(greys []byte, row int) {
			shadeInts(greys, b.ints.row(row, len(greys)), lut)
		}, func(out []byte, row int) {
			paintInts(out, b.ints.row(row, frame.Size[0]), lut)
		})
		return dst
	}
	scale, offset := ramp(v.Window)
	b.floats.gather(v.Volume, v.Volume.Float32, v.Loaded, v.Plane, index)
	rows(dst, frame, b.floats.have, func(greys []byte, row int) {
		for u, x := range b.floats.row(row, len(greys)) {
			greys[u] = grey(float64(x)*scale + offset)
		}
	}, func(out []byte, row int) {
		for u, x := range b.floats.row(row, frame.Size[0]) {
			setPixel(out, u, opaqueGrey(grey(float64(x)*scale+offset)))
		}
	})
	return dst
}

func sliceCount(v View) int {
	_, _, n, _ := v.Plane.Axes()
	return v.Volume.Size[n]
}

// paintedRows is how many rows of a picture are painted in one piece.
const paintedRows = 64

// rows fills the picture row by row: shade gives a row's greys, paint writes
// its pixels straight.
func rows(dst *image.RGBA, f viewer.Frame, have []bool, shade, paint func(out []byte, row int)) {
	_, _, pixelMM := f.Picture()
	width, height := dst.Rect.Dx(), dst.Rect.Dy()
	parallel.Ranges(height, paintedRows, func(from, to int) {
		var greys []byte // of a row, where rows are shifted
		for y := from; y < to; y++ {
			out := dst.Pix[y*dst.Stride : (y+1)*dst.Stride]
			row, ok := f.RowAt((float64(y) + 0.5 - float64(height)/2) * pixelMM[1])
			switch {
			case !ok:
				hatchRow(out, width, y)
			case !have[row]:
				fillRow(out, 0, width, pending)
			case width == f.Size[0]:
				paint(out, row)
			default:
				greys = resized(greys, f.Size[0])
				shade(greys, row)
				left := float64(width-f.Size[0])/2 + f.ShiftMM(row)/pixelMM[0]
				shifted(out, width, greys, left)
			}
		}
	})
}

func shadeInts(greys []byte, values []int16, lut *LUT) {
	for u, x := range values {
		greys[u] = uint8(lut.pixels[uint16(x)])
	}
}

// paintInts writes a row of pixels, two at a time and eight without a look at
// where the row ends.
func paintInts(out []byte, values []int16, lut *LUT) {
	pair := func(a, b int16) uint64 {
		return uint64(lut.pixels[uint16(a)]) | uint64(lut.pixels[uint16(b)])<<32
	}
	for len(values) >= 8 && len(out) >= 32 {
		v, o := (*[8]int16)(values), (*[32]byte)(out)
		binary.LittleEndian.PutUint64(o[0:], pair(v[0], v[1]))
		binary.LittleEndian.PutUint64(o[8:], pair(v[2], v[3]))
		binary.LittleEndian.PutUint64(o[16:], pair(v[4], v[5]))
		binary.LittleEndian.PutUint64(o[24:], pair(v[6], v[7]))
		values, out = values[8:], out[32:]
	}
	for u, x := range values {
		setPixel(out, u, lut.pixels[uint16(x)])
	}
}

// shifted writes a row of greys whose first pixel begins at left, between
// pixels where left is no whole number.
func shifted(out []byte, width int, greys []byte, left float64) {
	whole := int(math.Floor(left))
	part := int((left-float64(whole))*256 + 0.5)
	for x := range width {
		u := x - whole
		if u < 0 || u > len(greys) || u == len(greys) && part == 0 {
			setPixel(out, x, outside)
			continue
		}
		a, c := 0, 0
		if u > 0 {
			a = int(greys[u-1])
		}
		if u < len(greys) {
			c = int(greys[u])
		}
		setPixel(out, x, opaqueGrey(uint8((a*part+c*(256-part)+128)>>8)))
	}
}

func fillRow(out []byte, from, to int, p pixel) {
	pair := uint64(p) | uint64(p)<<32
	x := from
	for ; x+2 <= to; x += 2 {
		binary.LittleEndian.PutUint64(out[4*x:], pair)
	}
	if x < to {
		setPixel(out, x, p)
	}
}

// hatchRow marks what was never scanned with slanting lines.
func hatchRow(out []byte, width, y int) {
	for x := range width {
		p := outside
		if (x+y)%hatch == 0 {
			p = hatchInk
		}
		setPixel(out, x, p)
	}
}
