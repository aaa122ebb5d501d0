package mask

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"opacity/app/parallel"
	"opacity/app/volume"
)

// Bits is a set of voxels of a grid, one bit each: 512x512x300 voxels take 10
// MB, and whole rows are joined, cut and grown 64 voxels at a time. Index order
// is i fastest, k slowest; each row (j, k) starts on a word. Not safe for
// concurrent use while it changes.
type Bits struct {
	size  volume.Size
	words int // per row
	data  []uint64
}

// NewBits returns an empty set on a grid.
func NewBits(size volume.Size) *Bits {
	w := (size[0] + 63) / 64
	return &Bits{size: size, words: w, data: make([]uint64, w*size[1]*size[2])}
}

// Size returns the voxels of the grid along i, j and k.
func (b *Bits) Size() volume.Size { return b.size }

// Row returns the words of row (j, k), voxel i in bit i%64 of word i/64. Bits
// past the end of the row must stay 0.
func (b *Bits) Row(j, k int) []uint64 {
	o := (k*b.size[1] + j) * b.words
	return b.data[o : o+b.words : o+b.words]
}

// At reports whether voxel (i, j, k) is in the set.
func (b *Bits) At(i, j, k int) bool { return b.Row(j, k)[i>>6]>>(i&63)&1 == 1 }

// Set puts voxel (i, j, k) into the set.
func (b *Bits) Set(i, j, k int) { b.Row(j, k)[i>>6] |= 1 << (i & 63) }

// SetRun puts voxels i0..i1-1 of row (j, k) into the set.
func (b *Bits) SetRun(i0, i1, j, k int) { fillRun(b.Row(j, k), i0, i1) }

// Count returns how many voxels are in the set.
func (b *Bits) Count() int {
	n := 0
	for _, w := range b.data {
		n += bits.OnesCount64(w)
	}
	return n
}

// Empty reports whether no voxel is in the set.
func (b *Bits) Empty() bool {
	for _, w := range b.data {
		if w != 0 {
			return false
		}
	}
	return true
}

// Clone returns a copy.
func (b *Bits) Clone() *Bits {
	return &Bits{size: b.size, words: b.words, data: slices.Clone(b.data)}
}

// Or takes the voxels of o, a set on the same grid, into b.
func (b *Bits) Or(o *Bits) {
	for n, w := range o.data {
		b.data[n] |= w
	}
}

// And leaves the voxels that o, a set on the same grid, holds too.
func (b *Bits) And(o *Bits) {
	for n, w := range o.data {
		b.data[n] &= w
	}
}

// AndNot takes the voxels of o, a set on the same grid, out of b.
func (b *Bits) AndNot(o *Bits) {
	for n, w := range o.data {
		b.data[n] &^= w
	}
}

// Paint writes value into dst, the nx*ny labels of slice k, at every voxel of
// the set, and reports whether there was one.
func (b *Bits) Paint(k int, dst []uint8, value uint8) bool {
	any := false
	for j := range b.size[1] {
		eachRun(b.Row(j, k), 0, b.size[0], func(i0, i1 int) {
			any = true
			row := dst[j*b.size[0]:]
			for i := i0; i < i1; i++ {
				row[i] = value
			}
		})
	}
	return any
}

// Runs calls visit for every stretch i0..i1-1 of row (j, k) in the set, in order.
func (b *Bits) Runs(j, k int, visit func(i0, i1 int)) { eachRun(b.Row(j, k), 0, b.size[0], visit) }

// BitsOf returns the voxels of a layer that carry a label.
func BitsOf(m *Mask, l Layer, value uint8) *Bits {
	b := NewBits(m.size)
	parallel.Ranges(m.size[2], 8, func(from, to int) {
		for k := from; k < to; k++ {
			s := m.Slice(l, k)
			if s == nil && value != 0 {
				continue
			}
			for j := range m.size[1] {
				if s == nil {
					b.SetRun(0, m.size[0], j, k)
				} else {
					equalBits(b.Row(j, k), s[j*m.size[0]:(j+1)*m.size[0]], value)
				}
			}
		}
	})
	return b
}

// Lungs returns the voxels of every lung of a mask, whatever its side; nil where it has
// none.
func Lungs(m *Mask) *Bits {
	var all *Bits
	for _, l := range m.Labels() {
		if l.Layer != Anatomy || l.Side == NoSide || m.Count(l.Layer, l.Value) == 0 {
			continue
		}
		one := BitsOf(m, l.Layer, l.Value)
		if all == nil {
			all = one
		} else {
			all.Or(one)
		}
	}
	return all
}

// equalBits sets the bits of the bytes that are value, eight at a time: a byte
// of x is 0 where the sum below leaves its high bit, and the multiplication
// gathers the high bits.
func equalBits(row []uint64, from []uint8, value uint8) {
	const ones, low = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f
	i := 0
	for ; i+8 <= len(from); i += 8 {
		x := binary.LittleEndian.Uint64(from[i:]) ^ ones*uint64(value)
		if high := ^((x&low + low) | x | low); high != 0 {
			row[i>>6] |= high >> 7 * 0x0102040810204080 >> 56 << (i & 63)
		}
	}
	for ; i < len(from); i++ {
		if from[i] == value {
			row[i>>6] |= 1 << (i & 63)
		}
	}
}

// Bounds returns the smallest box that holds the set.
func (b *Bits) Bounds() volume.Box {
	var box volume.Box
	for k := range b.size[2] {
		for j := range b.size[1] {
			if lo, hi, ok := rowBounds(b.Row(j, k)); ok {
				box = box.Union(volume.Box{Min: [3]int{lo, j, k}, Max: [3]int{hi, j + 1, k + 1}})
			}
		}
	}
	return box
}

// rowBounds returns the first set bit and one past the last.
func rowBounds(row []uint64) (lo, hi int, ok bool) {
	for n, w := range row {
		if w == 0 {
			continue
		}
		if !ok {
			lo, ok = n*64+bits.TrailingZeros64(w), true
		}
		hi = n*64 + 64 - bits.LeadingZeros64(w)
	}
	return lo, hi, ok
}

// fillRun sets bits i0..i1-1.
func fillRun(row []uint64, i0, i1 int) {
	for i0 < i1 {
		n := i0 >> 6
		w := ^uint64(0) << (i0 & 63)
		if end := (n + 1) * 64; end > i1 {
			w &= ^uint64(0) >> (end - i1)
		}
		row[n] |= w
		i0 = (n + 1) * 64
	}
}

// eachRun calls visit for every stretch i0..i1-1 of set bits within lo..hi-1.
func eachRun(row []uint64, lo, hi int, visit func(i0, i1 int)) {
	for i := lo; i < hi; {
		i0 := nextBit(row, i, hi, 0)
		if i0 >= hi {
			return
		}
		i = nextBit(row, i0, hi, ^uint64(0))
		visit(i0, i)
	}
}

// nextBit returns the first position in i..hi-1 whose bit is set, or with flip
// all ones the first whose bit is not; hi where there is none.
func nextBit(row []uint64, i, hi int, flip uint64) int {
	for i < hi {
		if w := (row[i>>6] ^ flip) >> (i & 63); w != 0 {
			return min(i+bits.TrailingZeros64(w), hi)
		}
		i = (i>>6 + 1) * 64
	}
	return hi
}

// RowBounds returns the first voxel of row (j, k) in the set and one past the
// last; ok is false where there is none.
func (b *Bits) RowBounds(j, k int) (lo, hi int, ok bool) { return rowBounds(b.Row(j, k)) }

// DistanceMM returns how far the voxel (i, j, k) given as at is from the nearest
// of the set, centre to centre, with the distances of voxel centres along i, j
// and k; infinite for an empty set. Rows are searched outward and no further than the
// best found.
func (b *Bits) DistanceMM(at [3]int, spacingMM [3]float64) float64 {
	best := math.Inf(1)
	for dk := 0; dk < b.size[2]; dk++ {
		z := float64(dk) * spacingMM[2]
		if z*z >= best {
			break
		}
		for _, k := range [2]int{at[2] - dk, at[2] + dk} {
			if k < 0 || k >= b.size[2] {
				continue
			}
			for dj := 0; dj < b.size[1]; dj++ {
				y := float64(dj) * spacingMM[1]
				if z*z+y*y >= best {
					break
				}
				for _, j := range [2]int{at[1] - dj, at[1] + dj} {
					if j < 0 || j >= b.size[1] {
						continue
					}
					if steps, ok := nearestBit(b.Row(j, k), at[0]); ok {
						x := float64(steps) * spacingMM[0]
						best = min(best, x*x+y*y+z*z)
					}
				}
			}
		}
	}
	return math.Sqrt(best)
}

// nearestBit is how far the nearest set bit of a row lies from position i.
func nearestBit(row []uint64, i int) (steps int, ok bool) {
	steps = math.MaxInt
	for w := i >> 6; w < len(row); w++ {
		v := row[w]
		if w == i>>6 {
			v &= ^uint64(0) << (i & 63)
		}
		if v != 0 {
			steps, ok = w<<6+bits.TrailingZeros64(v)-i, true
			break
		}
	}
	for w := i >> 6; w >= 0; w-- {
		v := row[w]
		if w == i>>6 {
			v &= ^uint64(0) >> (63 - i&63)
		}
		if v != 0 {
			steps, ok = min(steps, i-(w<<6+63-bits.LeadingZeros64(v))), true
			break
		}
	}
	return steps, ok
}
