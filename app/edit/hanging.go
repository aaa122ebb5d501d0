package edit

import (
	"context"
	"math/bits"

	"opacity/app"
	"opacity/app/mask"
)

// Hanging returns a label's probabilities with those of a voxel that a model did not
// give it lowered to the highest threshold at which the voxel hangs together with
// what it did, by its faces and through voxels that reach that threshold too: a
// lower threshold then adds to what was found, and paints no specks far from it.
// found is what the model found of the label; voxels beyond it whose probability
// reaches own, the model's threshold, were overruled: they keep theirs and lead
// nowhere. Probabilities below least, the lowest threshold there is, stay too. What it
// returns shares the slices in which nothing is another.
//
// It is the path of the highest least value from the set found, of all voxels at
// once, by a queue of one bucket a value: each voxel is visited once.
func Hanging(ctx context.Context, probabilities [][]uint8, found *mask.Bits, least, own uint8) ([][]uint8, error) {
	size := found.Size()
	if len(probabilities) != size[2] {
		return nil, app.Misuse("edit.other_grid")
	}
	f := &flow{size: [3]int(size), from: probabilities, least: max(least, 1), own: own, found: found, level: make([][]uint8, size[2])}
	for k, p := range probabilities {
		if len(p) != 0 && len(p) != size[0]*size[1] {
			return nil, app.Misuse("edit.other_grid")
		}
		if len(p) != 0 {
			f.level[k] = make([]uint8, len(p))
		}
	}
	for k := range size[2] {
		if err := stopped(ctx); err != nil {
			return nil, err
		}
		for j := range size[1] {
			f.rim(j, k)
		}
	}
	for x := int(own) - 1; x > 0; x-- {
		if err := stopped(ctx); err != nil {
			return nil, err
		}
		for len(f.bucket[x]) > 0 {
			last := len(f.bucket[x]) - 1
			at := f.bucket[x][last]
			f.bucket[x] = f.bucket[x][:last]
			f.spread(int(at[0]), int(at[1]), int(at[2]), uint8(x))
		}
		f.bucket[x] = nil
	}
	return f.result(), nil
}

// flow is levels on their way from what was found.
type flow struct {
	size   [3]int
	from   [][]uint8
	least  uint8
	own    uint8
	found  *mask.Bits
	level  [][]uint8 // 0 where none has come to yet
	bucket [256][][3]uint16
}

// rim spreads from what was found in a row. Within it nothing is reached from those
// that lie between others of it: their rows are left out, word by word.
func (f *flow) rim(j, k int) {
	row := f.found.Row(j, k)
	for n, w := range row {
		if w == 0 {
			continue
		}
		inner := w << 1 & (w >> 1) // the ends of a word are looked at
		for _, at := range [4][2]int{{j - 1, k}, {j + 1, k}, {j, k - 1}, {j, k + 1}} {
			if at[0] >= 0 && at[0] < f.size[1] && at[1] >= 0 && at[1] < f.size[2] {
				inner &= f.found.Row(at[0], at[1])[n]
			}
		}
		for outer := w &^ inner; outer != 0; outer &= outer - 1 {
			f.spread(64*n+bits.TrailingZeros64(outer), j, k, f.own)
		}
	}
}

// spread lets a level of a voxel come to its neighbours.
func (f *flow) spread(i, j, k int, level uint8) {
	if i > 0 {
		f.reach(i-1, j, k, level)
	}
	if i+1 < f.size[0] {
		f.reach(i+1, j, k, level)
	}
	if j > 0 {
		f.reach(i, j-1, k, level)
	}
	if j+1 < f.size[1] {
		f.reach(i, j+1, k, level)
	}
	if k > 0 {
		f.reach(i, j, k-1, level)
	}
	if k+1 < f.size[2] {
		f.reach(i, j, k+1, level)
	}
}

// reach gives a voxel the level that comes to it first, which is its highest.
func (f *flow) reach(i, j, k int, level uint8) {
	if len(f.from[k]) == 0 {
		return
	}
	o := i + j*f.size[0]
	p := f.from[k][o]
	if p < f.least || p >= f.own || f.level[k][o] != 0 || f.found.At(i, j, k) {
		return
	}
	level = min(level, p)
	f.level[k][o] = level
	f.bucket[level] = append(f.bucket[level], [3]uint16{uint16(i), uint16(j), uint16(k)})
}

// result is the probabilities with the levels in their place.
func (f *flow) result() [][]uint8 {
	out := make([][]uint8, len(f.from))
	for k, p := range f.from {
		out[k] = p
		level, same := f.level[k], true
		for o, x := range p {
			switch {
			case level[o] == x:
			case x < f.least || x >= f.own || f.found.At(o%f.size[0], o/f.size[0], k):
				level[o] = x
			default:
				same = false
			}
		}
		if !same {
			out[k] = level
		}
	}
	return out
}
