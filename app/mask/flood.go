package mask

import (
	"context"

	"opacity/app/volume"
)

// Flood returns the voxels that ways over faces, of open voxels within box, lead
// to from seed: none where the seed itself is not open. open writes which voxels
// of row (j, k) are open into an empty row; it is asked once a row, and only for
// rows that are met. With most above 0 no more voxels than that are taken: all
// that are reached in as many steps as stay below it; whole is false then. The only
// error is why ctx was done.
func Flood(ctx context.Context, size volume.Size, box volume.Box, seed [3]int, most int,
	open func(j, k int, row []uint64),
) (set *Bits, whole bool, err error) {
	for c := range 3 {
		if seed[c] < box.Min[c] || seed[c] >= box.Max[c] {
			return NewBits(size), true, nil
		}
	}
	f := newFlooder(size, box, open)
	if ok, err := f.runs(ctx, seed, most); ok || err != nil {
		return f.set, ok, err
	}
	f = newFlooder(size, box, open)
	err = f.steps(ctx, seed, most)
	return f.set, false, err
}

// flooder takes open voxels into a set, from free, which is made as rows are met.
type flooder struct {
	set, free *Bits
	known     []bool // per row of the grid
	box       volume.Box
	open      func(j, k int, row []uint64)
}

func newFlooder(size volume.Size, box volume.Box, open func(j, k int, row []uint64)) *flooder {
	return &flooder{NewBits(size), NewBits(size), make([]bool, size[1]*size[2]), box, open}
}

// row returns the open voxels of a row that are not in the set yet.
func (f *flooder) row(j, k int) []uint64 {
	row := f.free.Row(j, k)
	if n := j + k*f.set.size[1]; !f.known[n] {
		f.known[n] = true
		f.open(j, k, row)
		clip(row, f.box.Min[0], f.box.Max[0])
	}
	return row
}

// clip clears the bits outside lo..hi-1.
func clip(row []uint64, lo, hi int) {
	for n := range row {
		if d := lo - n*64; d > 0 {
			if d >= 64 {
				row[n] = 0
			} else {
				row[n] &= ^uint64(0) << d
			}
		}
		if d := (n+1)*64 - hi; d > 0 {
			if d >= 64 {
				row[n] = 0
			} else {
				row[n] &= ^uint64(0) >> d
			}
		}
	}
}

// stopEvery is how many runs or voxels are flooded between looks at the context.
const stopEvery = 1 << 12

// faces are the rows that share faces with a row, (dj, dk).
var faces = [4][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}}

// runs floods whole runs of rows, the last met first. It gives up, with ok
// false, where more than most are reached.
func (f *flooder) runs(ctx context.Context, seed [3]int, most int) (ok bool, err error) {
	stack, taken := []run{}, 0
	take := func(i0, i1, j, k int) { // what is free of row (j, k) and meets i0..i1-1
		row := f.row(j, k)
		for i := nextBit(row, i0, i1, 0); i < i1; i = nextBit(row, i, i1, 0) {
			end := nextBit(row, i, f.box.Max[0], ^uint64(0))
			for i > f.box.Min[0] && row[(i-1)>>6]>>((i-1)&63)&1 == 1 {
				i--
			}
			clearRun(row, i, end)
			f.set.SetRun(i, end, j, k)
			stack = append(stack, run{int32(i), int32(end), int32(j), int32(k)})
			taken += end - i
			i = end
		}
	}
	take(seed[0], seed[0]+1, seed[1], seed[2])
	for n := 0; len(stack) > 0; n++ {
		if n%stopEvery == 0 && ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		if most > 0 && taken > most {
			return false, nil
		}
		r := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, d := range faces {
			if j, k := int(r.j)+d[0], int(r.k)+d[1]; f.inside(j, k) {
				take(int(r.i0), int(r.i1), j, k)
			}
		}
	}
	return most <= 0 || taken <= most, nil
}

func (f *flooder) inside(j, k int) bool {
	return j >= f.box.Min[1] && j < f.box.Max[1] && k >= f.box.Min[2] && k < f.box.Max[2]
}

// clearRun clears bits i0..i1-1.
func clearRun(row []uint64, i0, i1 int) {
	for i0 < i1 {
		n := i0 >> 6
		w := ^uint64(0) << (i0 & 63)
		if end := (n + 1) * 64; end > i1 {
			w &= ^uint64(0) >> (end - i1)
		}
		row[n] &^= w
		i0 = (n + 1) * 64
	}
}

// steps floods voxel by voxel in the order of the steps from the seed, and takes
// whole steps as long as they stay within most.
func (f *flooder) steps(ctx context.Context, seed [3]int, most int) error {
	nx, ny := f.set.size[0], f.set.size[1]
	var front, next []int // offsets
	meet := func(i, j, k int) {
		if i < f.box.Min[0] || i >= f.box.Max[0] || !f.inside(j, k) {
			return
		}
		row := f.row(j, k)
		if bit := uint64(1) << (i & 63); row[i>>6]&bit != 0 {
			row[i>>6] &^= bit
			next = append(next, i+nx*(j+ny*k))
		}
	}
	meet(seed[0], seed[1], seed[2])
	for taken := len(next); len(next) > 0 && taken <= most; taken += len(next) {
		front, next = next, front[:0]
		for n, o := range front {
			if n%stopEvery == 0 && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			i, j, k := o%nx, o/nx%ny, o/(nx*ny)
			f.set.Set(i, j, k)
			meet(i-1, j, k)
			meet(i+1, j, k)
			for _, d := range faces {
				meet(i, j+d[0], k+d[1])
			}
		}
	}
	return nil
}
