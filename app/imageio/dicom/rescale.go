package dicom

import (
	"math"

	"opacity/app/volume"
)

// rescale says how a stored pixel cell becomes a value. It is comparable, so
// that slices with the same one share their tables.
type rescale struct {
	slope, intercept        float64
	allocated, stored, high int
	signed, inverted        bool
	padded                  bool
	padLo, padHi            int
	unit                    volume.Unit
}

func (s slice) rescale(unit volume.Unit) rescale {
	p := s.file.pixels
	return rescale{
		slope: s.slope, intercept: s.intercept,
		allocated: p.allocated, stored: p.stored, high: p.high, signed: p.signed,
		// HU are physical: how they would be shown (MONOCHROME1: dark is high)
		// does not change them. Other numbers are only shades and are turned over.
		inverted: p.inverted && unit != volume.HU,
		padded:   p.padded, padLo: p.padLo, padHi: p.padHi,
		unit: unit,
	}
}

// storedValue takes the stored bits out of a cell; what lies above and below
// them (old files keep overlays there) is dropped.
func (r rescale) storedValue(cell uint32) int {
	v := uint64(cell) >> (r.high + 1 - r.stored) & (1<<r.stored - 1)
	if r.signed && v>>(r.stored-1) == 1 {
		return int(int64(v) - 1<<r.stored)
	}
	return int(v)
}

// limits are the smallest and largest stored value that the header allows.
func (r rescale) limits() (lo, hi int) {
	if r.signed {
		return -1 << (r.stored - 1), 1<<(r.stored-1) - 1
	}
	return 0, 1<<r.stored - 1
}

// bounds are the smallest and largest value after rescaling.
func (r rescale) bounds() (lo, hi float64) {
	a, b := r.limits()
	lo, hi = float64(a)*r.slope+r.intercept, float64(b)*r.slope+r.intercept
	return math.Min(lo, hi), math.Max(lo, hi)
}

// isPadding reports whether a cell stands for "outside the picture". Padding may
// lie outside the stored bits (63536 in a 12-bit image), so the whole cell counts too.
func (r rescale) isPadding(cell uint32, stored int) bool {
	if !r.padded {
		return false
	}
	whole := int(cell)
	if r.signed {
		if whole = int(int32(cell)); r.allocated == 16 {
			whole = int(int16(cell))
		} else if r.allocated == 8 {
			whole = int(int8(cell))
		}
	}
	return stored >= r.padLo && stored <= r.padHi || whole >= r.padLo && whole <= r.padHi
}

// value is the number that a cell stands for. Padding is never more than
// volume.FloorHU in HU, so that it cannot look like tissue, and the smallest
// possible value elsewhere.
func (r rescale) value(cell uint32) float64 {
	stored := r.storedValue(cell)
	v := float64(stored)*r.slope + r.intercept
	if r.inverted {
		lo, hi := r.bounds()
		v = lo + hi - v
	}
	if r.isPadding(cell, stored) {
		if r.unit == volume.HU {
			return math.Min(v, volume.FloorHU)
		}
		lo, _ := r.bounds()
		return lo
	}
	return v
}

// whole reports whether every value is a whole number.
func (r rescale) whole() bool {
	return r.slope == math.Trunc(r.slope) && r.intercept == math.Trunc(r.intercept) &&
		math.Abs(r.slope) < 1<<31 && math.Abs(r.intercept) < 1<<31
}

// mayOverflow reports whether a value may exceed int16. HU too low to fit are
// padding of some kind: they are cut off, below FloorHU all are alike.
func (r rescale) mayOverflow() bool {
	lo, hi := r.bounds()
	return hi > math.MaxInt16 || lo < math.MinInt16 && r.unit != volume.HU
}

// tableInt16 holds the value of every cell of up to 16 bits, cut off at the ends
// of int16.
func (r rescale) tableInt16() []int16 {
	t := make([]int16, 1<<r.allocated)
	for c := range t {
		t[c] = clampInt16(r.value(uint32(c)))
	}
	return t
}

func (r rescale) tableFloat32() []float32 {
	t := make([]float32, 1<<r.allocated)
	for c := range t {
		t[c] = float32(r.value(uint32(c)))
	}
	return t
}

func clampInt16(v float64) int16 {
	return int16(math.Max(math.MinInt16, math.Min(math.MaxInt16, v)))
}
