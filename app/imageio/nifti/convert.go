package nifti

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// stored is the types a file may hold its voxels in.
type stored interface {
	~uint8 | ~int8 | ~uint16 | ~int16 | ~uint32 | ~int32 | ~uint64 | ~int64 | ~float32 | ~float64
}

// kept is the types a volume holds its voxels in.
type kept interface{ int16 | float32 }

// aligned returns n bytes that may be looked at as any scalar type.
func aligned(n int) []byte {
	if n == 0 {
		return nil
	}
	words := make([]uint64, (n+7)/8)
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), n)
}

// bytesOf looks at scalars as bytes, in this machine's order.
func bytesOf[T stored](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(v[0])))
}

// scalars looks at aligned bytes as scalars, in this machine's order.
func scalars[S stored](raw []byte) []S {
	if len(raw) == 0 {
		return nil
	}
	var s S
	return unsafe.Slice((*S)(unsafe.Pointer(&raw[0])), len(raw)/int(unsafe.Sizeof(s)))
}

// native brings scalars of width bytes from the file's byte order to this machine's.
func native(raw []byte, width int, order binary.ByteOrder) {
	if width == 1 || order.Uint16([]byte{1, 0}) == binary.NativeEndian.Uint16([]byte{1, 0}) {
		return
	}
	switch width {
	case 2:
		for o := 0; o+1 < len(raw); o += 2 {
			raw[o], raw[o+1] = raw[o+1], raw[o]
		}
	case 4:
		for o := 0; o+3 < len(raw); o += 4 {
			raw[o], raw[o+1], raw[o+2], raw[o+3] = raw[o+3], raw[o+2], raw[o+1], raw[o]
		}
	case 8:
		for o := 0; o+7 < len(raw); o += 8 {
			for a, b := o, o+7; a < b; a, b = a+1, b-1 {
				raw[a], raw[b] = raw[b], raw[a]
			}
		}
	}
}

// fit says how well values can be kept; the worse, the greater.
type fit int

const (
	fitsInt16   fit = iota // every value is a whole number in the range of int16
	fitsFloat32            // to the seven digits that a float32 has
	rounded                // some are so large, beyond 2^24, that whole numbers change too
)

// scalarType is a type that a file may hold its voxels in.
type scalarType struct {
	name      string
	bytes     int
	toInt16   func(dst []int16, raw []byte, slope, inter float64) fit
	toFloat32 func(dst []float32, raw []byte, slope, inter float64) fit
}

func typeOf[S stored](name string) scalarType {
	var s S
	return scalarType{name, int(unsafe.Sizeof(s)), rescaleAs[int16, S], rescaleAs[float32, S]}
}

// scalarTypes are those that can be read, by the header's code.
var scalarTypes = map[int]scalarType{
	typeUint8: typeOf[uint8]("uint8"), typeUint16: typeOf[uint16]("uint16"),
	typeUint32: typeOf[uint32]("uint32"), typeUint64: typeOf[uint64]("uint64"),
	typeInt8: typeOf[int8]("int8"), typeInt16: typeOf[int16]("int16"),
	typeInt32: typeOf[int32]("int32"), typeInt64: typeOf[int64]("int64"),
	typeFloat32: typeOf[float32]("float32"), typeFloat64: typeOf[float64]("float64"),
}

// rescale writes slope*stored+inter of native scalars into dst and tells how
// well they fit. Where T is int16 and they do not fit that, dst holds nothing of
// use.
func rescale[T kept](dst []T, raw []byte, t scalarType, slope, inter float64) fit {
	if narrow, ok := any(dst).([]int16); ok {
		return t.toInt16(narrow, raw, slope, inter)
	}
	return t.toFloat32(any(dst).([]float32), raw, slope, inter)
}

func rescaleAs[T kept, S stored](dst []T, raw []byte, slope, inter float64) fit {
	if bytes, ok := any(scalars[S](raw)).([]uint8); ok {
		return lookUp(dst, bytes, slope, inter)
	}
	return scale(dst, scalars[S](raw), slope, inter)
}

func scale[T kept, S stored](dst []T, src []S, slope, inter float64) fit {
	narrow, worst := isNarrow[T](), fitsInt16
	for o, s := range src {
		x := float64(s)*slope + inter
		if !isInt16(x) {
			worst = max(worst, fitsFloat32)
			if narrow {
				return worst
			}
			if isRounded(x) {
				worst = rounded
			}
		}
		dst[o] = T(x)
	}
	return worst
}

func isNarrow[T kept]() bool {
	var zero T
	_, narrow := any(zero).(int16)
	return narrow
}

// isRounded reports whether float32 changes a value that is too large for it to
// hold every whole number. From 2^53 on x may have been changed already.
func isRounded(x float64) bool {
	a := math.Abs(x)
	return a > 1<<24 && !math.IsInf(x, 0) && (a >= 1<<53 || float64(float32(x)) != x)
}

// lookUp is scale for bytes, by a table: masks are bytes, and large.
func lookUp[T kept](dst []T, src []uint8, slope, inter float64) fit {
	var steps [256]uint8
	for n := range steps {
		steps[n] = uint8(n)
	}
	var table [256]T
	if scale(table[:], steps[:], slope, inter) != fitsInt16 {
		return scale(dst, src, slope, inter) // not for every byte: see which occur
	}
	for o, s := range src {
		dst[o] = table[s]
	}
	return fitsInt16
}

func isInt16(x float64) bool {
	return x >= math.MinInt16 && x <= math.MaxInt16 && x == math.Trunc(x)
}

// extent keeps the range of finite values.
type extent struct{ lo, hi float64 }

func noExtent() extent { return extent{math.Inf(1), math.Inf(-1)} }

func widen[T kept](e *extent, values []T) {
	if len(values) == 0 {
		return
	}
	if isNarrow[T]() {
		lo, hi := values[0], values[0]
		for _, v := range values {
			lo, hi = min(lo, v), max(hi, v)
		}
		e.lo, e.hi = min(e.lo, float64(lo)), max(e.hi, float64(hi))
		return
	}
	for _, v := range values {
		if f := float64(v); f-f == 0 { // finite
			e.lo, e.hi = min(e.lo, f), max(e.hi, f)
		}
	}
}
