package dicom

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"opacity/app/volume"
)

// sequence writes items of known length.
func (e *encoder) sequence(t tag, items ...[]byte) {
	var b bytes.Buffer
	for _, item := range items {
		b.Write([]byte{0xFE, 0xFF, 0x00, 0xE0})
		_ = binary.Write(&b, binary.LittleEndian, uint32(len(item)))
		b.Write(item)
	}
	e.put(t, "SQ", b.Bytes())
}

func item(fill func(*encoder)) []byte {
	var e encoder
	fill(&e)
	return e.Bytes()
}

// framesAt is an enhanced image whose frames lie at heights z. What frame n holds is
// n everywhere, and its numbers are 10 n of it less 1000.
func framesAt(z ...float64) fixture {
	f := axial(1, 0)
	f.class, f.frames = "1.2.840.10008.5.1.4.1.1.2.1", len(z)
	f.position, f.orientation, f.noSpacing, f.slope, f.thickness = nil, nil, true, 0, 0
	for n := range z {
		for range f.rows * f.cols {
			f.pixels = append(f.pixels, cells16(n)...)
		}
	}
	f.extra = func(e *encoder) {
		e.sequence(tagShared, item(func(e *encoder) {
			e.sequence(0x00209116, item(func(e *encoder) { e.decimals(tagOrientation, 1, 0, 0, 0, 1, 0) }))
			e.sequence(0x00289110, item(func(e *encoder) {
				e.decimals(tagSliceThickness, 2)
				e.decimals(tagPixelSpacing, 0.8, 0.7)
			}))
			e.sequence(0x00289132, item(func(e *encoder) {
				e.decimals(tagWindowCenter, -600)
				e.decimals(tagWindowWidth, 1500)
			}))
		}))
		var perFrame [][]byte
		for n, at := range z {
			perFrame = append(perFrame, item(func(e *encoder) {
				e.sequence(0x00209113, item(func(e *encoder) { e.decimals(tagPosition, -10, -20, at) }))
				e.sequence(0x00289145, item(func(e *encoder) {
					e.decimals(tagIntercept, -1000)
					e.decimals(tagSlope, float64(10*max(n, 1)))
					e.text(tagRescaleType, "LO", "HU")
				}))
				if n == 0 {
					e.sequence(0x00289132, item(func(e *encoder) {
						e.decimals(tagWindowCenter, 40)
						e.decimals(tagWindowWidth, 400)
					}))
				}
			}))
		}
		e.sequence(tagPerFrame, perFrame...)
	}
	return f
}

// The frames of an enhanced image lie where their positions say, in whatever order
// they come, with numbers of their own; what is not said of one is said of all.
func TestEnhanced(t *testing.T) {
	v := load(t, only(t, save(t, framesAt(4, 0, 2))))
	if spacing := v.SpacingMM(); v.Size != (volume.Size{4, 3, 3}) || spacing != [3]float64{0.7, 0.8, 2} || v.Unit != volume.HU {
		t.Errorf("size %v, spacing %v, unit %v", v.Size, spacing, v.Unit)
	}
	if at := v.ToPatient(volume.Vec{}); at != (volume.Vec{-10, -20, 0}) {
		t.Errorf("the first voxel lies at %v", at)
	}
	for k, want := range []float64{-990, -960, -1000} {
		if got := v.At(1, 1, k); got != want {
			t.Errorf("slice %d is %v, want %v", k, got, want)
		}
	}
	if v.Window != (volume.Window{Center: -600, Width: 1500}) {
		t.Errorf("the window is %v, want that of the lowest slice", v.Window)
	}
	if v := load(t, only(t, save(t, framesAt(0, 2, 4)))); v.Window != (volume.Window{Center: 40, Width: 400}) {
		t.Errorf("the window is %v, want the frame's own", v.Window)
	}
}

// Frames that nothing is said of are refused, not laid on one another.
func TestEnhancedLacksAFrame(t *testing.T) {
	f := framesAt(0, 2, 4)
	f.frames = 2
	found := scanDir(t, save(t, f))
	if len(found.Failed) != 1 || !strings.Contains(found.Failed[0].Error(), "frames") {
		t.Errorf("%d series, failed %v", len(found.Series), found.Failed)
	}
}
