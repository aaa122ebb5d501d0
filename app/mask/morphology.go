package mask

import (
	"context"
	"math"

	"opacity/app/parallel"
	"opacity/app/volume"
)

// Reshaping is a change of a set's shape by a ball: what it takes in or leaves
// out is decided by the exact distance of voxel centres in millimetres.
type Reshaping int

// The ways to reshape. Outside the grid nothing is in a set, but for Shrink.
const (
	// Dilation takes in the voxels whose centre lies no further than the radius
	// from the centre of a voxel of the set.
	Dilation Reshaping = iota
	// Erosion leaves the voxels that have everything within the radius in the set.
	Erosion
	// Shrink is an erosion for which the set goes on outside the grid, as a lung
	// that the scan cuts off does. It never takes what Dilation's input held.
	Shrink
	// Closing dilates and then erodes: gaps and notches narrower than twice the
	// radius are taken in, nothing of the set is lost, at the edge of the grid neither.
	Closing
	// Opening erodes and then dilates: what is narrower than twice the radius goes.
	Opening
)

// Reshape returns the set reshaped by a ball of radiusMM. spacingMM is the
// distance of voxel centres along i, j and k. The only error is why ctx was done.
func (b *Bits) Reshape(ctx context.Context, how Reshaping, radiusMM float64, spacingMM [3]float64) (*Bits, error) {
	if how == Shrink {
		return b.shrunk(ctx, radiusMM, spacingMM)
	}
	margin := radiusMM
	if how == Closing {
		margin = 2 * radiusMM
	}
	w := b.window(b.Bounds(), margin, spacingMM)
	switch how {
	case Erosion:
		w = w.eroded(ctx, radiusMM, spacingMM)
	case Closing:
		w = w.dilated(ctx, radiusMM, spacingMM).eroded(ctx, radiusMM, spacingMM)
	case Opening:
		w = w.eroded(ctx, radiusMM, spacingMM).dilated(ctx, radiusMM, spacingMM)
	default:
		w = w.dilated(ctx, radiusMM, spacingMM)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	out := NewBits(b.size)
	w.into(out)
	return out, nil
}

// shrunk takes off the set what the rest of the grid reaches. The rest is looked
// at in the set's box and one voxel around it: no voxel of it further out is
// nearer to the set than the one that stands before it there.
func (b *Bits) shrunk(ctx context.Context, radiusMM float64, spacingMM [3]float64) (*Bits, error) {
	box := b.Bounds()
	for c := range 3 {
		box.Min[c], box.Max[c] = max(0, box.Min[c]-1), min(b.size[c], box.Max[c]+1)
	}
	rest := NewBits(b.size)
	for k := box.Min[2]; k < box.Max[2]; k++ {
		for j := box.Min[1]; j < box.Max[1]; j++ {
			to := rest.Row(j, k)
			fillRun(to, box.Min[0], box.Max[0])
			for n, w := range b.Row(j, k) {
				to[n] &^= w
			}
		}
	}
	reached, err := rest.Reshape(ctx, Dilation, radiusMM, spacingMM)
	if err != nil {
		return nil, err
	}
	out := b.Clone()
	out.AndNot(reached)
	return out, nil
}

// reshaped is Reshape for those who wait until it is done.
func (b *Bits) reshaped(how Reshaping, radiusMM float64, spacingMM [3]float64) *Bits {
	out, _ := b.Reshape(context.Background(), how, radiusMM, spacingMM) // nothing else can fail
	return out
}

// Dilate returns Reshape's Dilation.
func (b *Bits) Dilate(radiusMM float64, spacingMM [3]float64) *Bits {
	return b.reshaped(Dilation, radiusMM, spacingMM)
}

// Erode returns Reshape's Erosion.
func (b *Bits) Erode(radiusMM float64, spacingMM [3]float64) *Bits {
	return b.reshaped(Erosion, radiusMM, spacingMM)
}

// Close returns Reshape's Closing.
func (b *Bits) Close(radiusMM float64, spacingMM [3]float64) *Bits {
	return b.reshaped(Closing, radiusMM, spacingMM)
}

// Open returns Reshape's Opening.
func (b *Bits) Open(radiusMM float64, spacingMM [3]float64) *Bits {
	return b.reshaped(Opening, radiusMM, spacingMM)
}

// window is a piece of a grid with a margin around it, so that growing and
// shrinking need not mind the edges. Its i axis starts on a word of the grid.
type window struct {
	Bits
	word, j, k int // where row 0 of the piece lies in the grid; may be negative
}

// window copies the set within box into a piece with a margin of radiusMM.
func (b *Bits) window(box volume.Box, radiusMM float64, spacingMM [3]float64) *window {
	var pad [3]int
	for c := range 3 {
		pad[c] = int(radiusMM/spacingMM[c]) + 1
	}
	padWords := (pad[0] + 63) / 64
	w := &window{word: box.Min[0]/64 - padWords, j: box.Min[1] - pad[1], k: box.Min[2] - pad[2]}
	words := (box.Max[0]+63)/64 + padWords - w.word
	w.Bits = *NewBits(volume.Size{words * 64, box.Max[1] + pad[1] - w.j, box.Max[2] + pad[2] - w.k})
	for k := box.Min[2]; k < box.Max[2]; k++ {
		for j := box.Min[1]; j < box.Max[1]; j++ {
			copy(w.Row(j-w.j, k-w.k)[padWords:], b.Row(j, k)[box.Min[0]/64:(box.Max[0]+63)/64])
		}
	}
	return w
}

// into copies what of the piece lies on the grid into an empty set.
func (w *window) into(b *Bits) {
	last := ^uint64(0)
	if over := b.words*64 - b.size[0]; over > 0 {
		last >>= over
	}
	for k := max(0, w.k); k < min(b.size[2], w.k+w.size[2]); k++ {
		for j := max(0, w.j); j < min(b.size[1], w.j+w.size[1]); j++ {
			to, from := b.Row(j, k), w.Row(j-w.j, k-w.k)
			for n := range to {
				if m := n - w.word; m >= 0 && m < len(from) {
					to[n] = from[m]
				}
			}
			to[len(to)-1] &= last
		}
	}
}

// offset is a row of a ball: at (dj, dk) it reaches half voxels to either side.
type offset struct{ dj, dk, half int }

// ball lists the rows of a ball, those of one half width together.
func ball(radiusMM float64, spacingMM [3]float64) map[int][]offset {
	const slack = 1e-9 // so that a radius of exactly n voxels reaches n
	rows := map[int][]offset{}
	nj, nk := int(radiusMM/spacingMM[1]+slack), int(radiusMM/spacingMM[2]+slack)
	for dk := -nk; dk <= nk; dk++ {
		for dj := -nj; dj <= nj; dj++ {
			y, z := float64(dj)*spacingMM[1], float64(dk)*spacingMM[2]
			if rest := radiusMM*radiusMM - y*y - z*z; rest >= -slack {
				half := int(math.Sqrt(max(rest, 0))/spacingMM[0] + slack)
				rows[half] = append(rows[half], offset{dj, dk, half})
			}
		}
	}
	return rows
}

// dilated grows the set by a ball, on all processors, each making its own slices
// of the result. Where ctx is done it stops halfway; the caller looks.
func (w *window) dilated(ctx context.Context, radiusMM float64, spacingMM [3]float64) *window {
	out := &window{Bits: *NewBits(w.size), word: w.word, j: w.j, k: w.k}
	rows := ball(radiusMM, spacingMM)
	reach := 0
	for _, offsets := range rows {
		for _, o := range offsets {
			reach = max(reach, o.dk)
		}
	}
	parallel.Ranges(w.size[2], parallel.Share(w.size[2], 8), func(k0, k1 int) { w.dilateInto(ctx, out, rows, reach, k0, k1) })
	return out
}

// dilateInto makes slices k0..k1-1 of a dilation: every row within reach is
// widened once per half width and then joined, 64 voxels at a time, into the
// rows that it reaches.
func (w *window) dilateInto(ctx context.Context, out *window, rows map[int][]offset, reach, k0, k1 int) {
	wide, spare := make([]uint64, w.words), make([]uint64, w.words)
	for k := max(0, k0-reach); k < min(w.size[2], k1+reach) && ctx.Err() == nil; k++ {
		for j := range w.size[1] {
			row := w.Row(j, k)
			if _, _, any := rowBounds(row); !any {
				continue
			}
			for half, offsets := range rows {
				widen(wide, spare, row, half)
				for _, o := range offsets {
					tj, tk := j+o.dj, k+o.dk
					if tj < 0 || tj >= w.size[1] || tk < k0 || tk >= k1 {
						continue
					}
					to := out.Row(tj, tk)
					for n, v := range wide {
						to[n] |= v
					}
				}
			}
		}
	}
}

// eroded shrinks the set: what is left is out of the ball's reach of the rest.
func (w *window) eroded(ctx context.Context, radiusMM float64, spacingMM [3]float64) *window {
	rest := &window{Bits: *w.Clone(), word: w.word, j: w.j, k: w.k}
	for n := range rest.data {
		rest.data[n] = ^rest.data[n]
	}
	out := rest.dilated(ctx, radiusMM, spacingMM)
	for n := range out.data {
		out.data[n] = w.data[n] &^ out.data[n]
	}
	return out
}

// widen writes row grown by half bits to either side into dst.
func widen(dst, spare, row []uint64, half int) {
	copy(dst, row)
	for width := 1; width < 2*half+1; { // dst covers width bits from each set bit on
		step := min(width, 2*half+1-width)
		shiftUp(spare, dst, step)
		for n, v := range spare {
			dst[n] |= v
		}
		width += step
	}
	if half > 0 {
		shiftDown(spare, dst, half)
		copy(dst, spare)
	}
}

// shiftUp writes src moved by n bits towards higher i into dst.
func shiftUp(dst, src []uint64, n int) {
	words, r := n>>6, uint(n&63)
	for d := len(dst) - 1; d >= 0; d-- {
		var v uint64
		if s := d - words; s >= 0 {
			v = src[s] << r
			if s > 0 && r > 0 {
				v |= src[s-1] >> (64 - r)
			}
		}
		dst[d] = v
	}
}

// shiftDown writes src moved by n bits towards lower i into dst.
func shiftDown(dst, src []uint64, n int) {
	words, r := n>>6, uint(n&63)
	for d := range dst {
		var v uint64
		if s := d + words; s < len(src) {
			v = src[s] >> r
			if s+1 < len(src) && r > 0 {
				v |= src[s+1] << (64 - r)
			}
		}
		dst[d] = v
	}
}
