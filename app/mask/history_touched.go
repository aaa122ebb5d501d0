package mask

import (
	"encoding/binary"
	"math/bits"

	"opacity/app/volume"
)

// LayerBits is a set of voxels for each layer of a mask, nil for an empty one.
type LayerBits [Layers]*Bits

// Count returns how many voxels are in the sets, those of each layer for themselves.
func (b LayerBits) Count() int {
	n := 0
	for _, layer := range b {
		if layer != nil {
			n += layer.Count()
		}
	}
	return n
}

// Clone returns a copy.
func (b LayerBits) Clone() LayerBits {
	for l, layer := range b {
		if layer != nil {
			b[l] = layer.Clone()
		}
	}
	return b
}

// At reports whether voxel (i, j, k) is in the set of a layer.
func (b LayerBits) At(l Layer, i, j, k int) bool { return b[l] != nil && b[l].At(i, j, k) }

// Touched is the set of voxels that a run of steps has changed, layer by layer, and
// how to take them out again as the steps are taken back: a stack with an entry for
// every step. What a step was the first to touch is kept as runs of some bytes each,
// so a thousand strokes take about a megabyte. Not safe for concurrent use.
type Touched struct {
	size  volume.Size
	bits  LayerBits
	steps [][]byte // what each added: gap and length, as varints, in the order of Bits, layer by layer
}

// NewTouched returns the empty stack of a grid.
func NewTouched(size volume.Size) *Touched { return &Touched{size: size} }

// Steps is how many steps are on the stack.
func (t *Touched) Steps() int { return len(t.steps) }

// Bits returns the set as it is now. It is the stack's own: read only, and only
// until the next step.
func (t *Touched) Bits() LayerBits { return t.bits }

// Push adds a step that changed, or claimed, the voxels of d, which lie on the grid; an empty
// delta is a step that touched none.
func (t *Touched) Push(d Delta) {
	var s []byte
	if !d.Empty() {
		s = t.add(d)
	}
	t.steps = append(t.steps, s)
}

// Pop takes the last step back.
func (t *Touched) Pop() {
	s := t.steps[len(t.steps)-1]
	t.steps = t.steps[:len(t.steps)-1]
	at, b := 0, s
	for len(b) > 0 {
		gap, n := binary.Uvarint(b)
		length, m := binary.Uvarint(b[n:])
		b = b[n+m:]
		at += int(gap)
		t.clear(at, int(length))
		at += int(length)
	}
}

// layerBits is how many bits the set of a layer has.
func (t *Touched) layerBits() int { return (t.size[0] + 63) / 64 * 64 * t.size[1] * t.size[2] }

// clear takes bits out that lie in one word after another, none past its row.
func (t *Touched) clear(from, length int) {
	l, from := from/t.layerBits(), from%t.layerBits()
	for end := from + length; from < end; {
		n := min(64-from&63, end-from)
		t.bits[l].data[from>>6] &^= ^uint64(0) >> (64 - n) << (from & 63)
		from += n
	}
}

// add puts the voxels of a delta in, and returns those that are new as runs over
// all bits of the set. Slices of another layer may lead back to earlier bits: a
// gap is then negative, and wraps round.
func (t *Touched) add(d Delta) []byte {
	var runs []byte
	at := 0
	for _, s := range d.Slices {
		if t.bits[s.Layer] == nil {
			t.bits[s.Layer] = NewBits(t.size)
		}
		set, first := t.bits[s.Layer], int(s.Layer)*t.layerBits()
		for _, r := range s.Runs {
			set.rows(s.K, r, func(word int, mask uint64) {
				fresh := mask &^ set.data[word]
				set.data[word] |= mask
				for fresh != 0 {
					lo := bits.TrailingZeros64(fresh)
					n := bits.TrailingZeros64(^(fresh >> lo))
					fresh &^= ^uint64(0) >> (64 - n) << lo
					from := first + word*64 + lo
					runs = binary.AppendUvarint(runs, uint64(from-at))
					runs = binary.AppendUvarint(runs, uint64(n))
					at = from + n
				}
			})
		}
	}
	return runs
}

// rows calls visit for every word that a run of slice k lies in, with its bits.
func (b *Bits) rows(k int, r Run, visit func(word int, mask uint64)) {
	nx, words := b.size[0], b.words
	for o, end := int(r.Offset), int(r.Offset+r.Length); o < end; {
		i, j := o%nx, o/nx
		n := min(64-i&63, nx-i, end-o)
		visit((k*b.size[1]+j)*words+i>>6, ^uint64(0)>>(64-n)<<(i&63))
		o += n
	}
}

// Sparing returns the delta without the voxels of its layers' sets on the same grid.
func (d Delta) Sparing(sets LayerBits) Delta {
	return d.parted(sets, eachGap, true)
}

// Within returns what Sparing leaves out.
func (d Delta) Within(sets LayerBits) Delta {
	return d.parted(sets, eachRun, false)
}

// parted returns the stretches of the delta's rows that part finds in a set; empty
// says whether an empty one leaves all of them.
func (d Delta) parted(sets LayerBits, part func(row []uint64, lo, hi int, visit func(i0, i1 int)), empty bool) Delta {
	var out Delta
	for _, s := range d.Slices {
		b := sets[s.Layer]
		if b == nil {
			if empty {
				out.Slices = append(out.Slices, s)
			}
			continue
		}
		nx := b.size[0]
		var runs []Run
		for _, r := range s.Runs {
			for o, end := int(r.Offset), int(r.Offset+r.Length); o < end; {
				i, j := o%nx, o/nx
				i1 := min(nx, i+end-o)
				part(b.Row(j, s.K), i, i1, func(i0, i1 int) {
					runs = appendRun(runs, Run{int32(i0 + nx*j), int32(i1 - i0), r.Old, r.New})
				})
				o += i1 - i
			}
		}
		if runs != nil {
			out.Slices = append(out.Slices, SliceDelta{s.Layer, s.K, runs})
		}
	}
	return out
}

// eachGap calls visit for every stretch of unset bits within lo..hi-1.
func eachGap(row []uint64, lo, hi int, visit func(i0, i1 int)) {
	for i := lo; i < hi; {
		i0 := nextBit(row, i, hi, ^uint64(0))
		if i0 >= hi {
			return
		}
		i = nextBit(row, i0, hi, 0)
		visit(i0, i)
	}
}

// appendRun joins a run to the one before it where it goes on with it.
func appendRun(runs []Run, r Run) []Run {
	if n := len(runs) - 1; n >= 0 {
		if l := &runs[n]; l.Offset+l.Length == r.Offset && l.Old == r.Old && l.New == r.New {
			l.Length += r.Length
			return runs
		}
	}
	return append(runs, r)
}
