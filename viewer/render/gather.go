package render

import (
	"time"

	"opacity/app/parallel"
	"opacity/app/volume"
	"opacity/viewer"
)

// number is what a voxel can be.
type number interface{ int16 | float32 }

// gathered is one plane's voxels: in the volume's own memory where its rows lie
// there in one piece, else out of it, so that a window drag need not go to the
// volume again. Volumes are immutable, so what was gathered stays true.
type gathered[T number] struct {
	volume *volume.Volume
	plane  viewer.Plane
	index  int
	values []T // row v begins at v*stride, u fastest
	stride int
	own    []T    // memory for the sagittal plane, whose rows are scattered
	have   []bool // rows that are in values

	block  block[T] // for the sagittal plane
	ahead  block[T] // the block a drag will reach next
	reader *reader  // of ahead, nil where nobody reads
	before int      // index of the plane gathered before this one
}

// sliceStretch counts the slices that are gathered in one piece: enough work to
// be worth a processor's waking up.
const sliceStretch = 32

// reader is a goroutine that fills a block until it is told to stop.
type reader struct{ stop, done chan struct{} }

// row returns the voxels of row v of the plane, n of them.
func (g *gathered[T]) row(v, n int) []T { return g.values[v*g.stride:][:n] }

// gather makes a plane's rows ready, and have which of them are there; voxels is
// the volume's memory.
func (g *gathered[T]) gather(vol *volume.Volume, voxels []T, loaded []bool, p viewer.Plane, index int) {
	nx, ny, nz := vol.Size[0], vol.Size[1], vol.Size[2]
	fresh := g.volume != vol || g.plane != p || g.index != index || g.values == nil
	if g.volume != vol || g.plane != p {
		g.settle()
		g.block, g.ahead = block[T]{}, block[T]{}
	}
	g.before, g.volume, g.plane, g.index = g.index, vol, p, index
	in := func(k int) bool { return loaded == nil || loaded[k] }
	switch p {
	case viewer.Axial:
		g.values, g.stride, g.have = voxels[index*nx*ny:(index+1)*nx*ny], nx, resized(g.have, ny)
		fill(g.have, in(index))
	case viewer.Coronal:
		g.values, g.stride, g.have = voxels[index*nx:], nx*ny, resized(g.have, nz)
		for k := range nz {
			g.have[k] = in(k)
		}
	case viewer.Sagittal:
		if fresh {
			g.own, g.have = resized(g.own, ny*nz), resized(g.have, nz)
			g.values, g.stride = g.own, ny
			fill(g.have, false)
		}
		if g.block.holds(index) || fresh && !jumped(g.before, index) {
			g.among(voxels, vol.Size, in)
		} else {
			g.alone(voxels, vol.Size, in)
		}
		if loaded == nil {
			g.lookAhead(voxels, vol.Size)
		}
	}
}

// alone reads a sagittal plane without its neighbours, after a jump: storing
// them costs as much again, and the next jump will go elsewhere.
func (g *gathered[T]) alone(voxels []T, size volume.Size, in func(k int) bool) {
	nx, ny := size[0], size[1]
	parallel.Ranges(size[2], sliceStretch, func(from, to int) {
		for k := from; k < to; k++ {
			if g.have[k] || !in(k) {
				continue
			}
			out, slice := g.values[k*ny:(k+1)*ny], voxels[k*nx*ny:(k+1)*nx*ny]
			for j := range out {
				out[j] = slice[j*nx+g.index]
			}
			g.have[k] = true
		}
	})
}

// among takes a sagittal plane out of the block it lies in, a new one where it
// lies in another.
func (g *gathered[T]) among(voxels []T, size volume.Size, in func(k int) bool) {
	if !g.block.holds(g.index) {
		g.settle()
		g.block, g.ahead = g.ahead, g.block
		if !g.block.holds(g.index) {
			g.block.reset(g.index, size)
		}
	}
	nx, ny := size[0], size[1]
	parallel.Ranges(size[2], sliceStretch, func(from, to int) {
		for k := from; k < to; k++ {
			if g.have[k] || !in(k) {
				continue
			}
			g.block.read(voxels[k*nx*ny:(k+1)*nx*ny], size, k, span{0, ny})
			g.block.row(g.values[k*ny:(k+1)*ny], size, k, g.index, span{0, ny})
			g.have[k] = true
		}
	})
}

// nearEdge is how many columns before the end of a block the next one is read;
// the one behind is still there.
const nearEdge = column / 2

// Reading ahead goes in small steps with pauses: a block is there in 25 ms, two
// frames of a drag, and no frame waits for it.
const (
	aheadSlices = 16
	aheadPause  = time.Millisecond
)

// jumped tells a jump from a drag.
func jumped(before, now int) bool { return now-before > nearEdge || before-now > nearEdge }

// lookAhead reads the block that a drag is about to reach, beside the drag: the
// volume is immutable, and nobody else touches ahead until settle.
func (g *gathered[T]) lookAhead(voxels []T, size volume.Size) {
	next := g.block.first
	switch c := g.index - g.block.first; {
	case c >= column-nearEdge:
		next += column
	case c < nearEdge:
		next -= column
	}
	if jumped(g.before, g.index) || !g.block.holds(g.index) || next == g.block.first || next < 0 || next >= size[0] || g.ahead.holds(next) {
		return
	}
	g.settle()
	g.ahead.reset(next, size)
	r := &reader{stop: make(chan struct{}), done: make(chan struct{})}
	g.reader = r
	go func(b *block[T]) {
		defer close(r.done)
		nx, ny := size[0], size[1]
		for k := range size[2] {
			b.read(voxels[k*nx*ny:(k+1)*nx*ny], size, k, span{0, ny})
			if k%aheadSlices != aheadSlices-1 {
				continue
			}
			select { // leave memory to the drag itself
			case <-r.stop:
				return
			case <-time.After(aheadPause):
			}
		}
	}(&g.ahead)
}

// settle stops whoever reads into ahead; what was not read will be when it is needed.
func (g *gathered[T]) settle() {
	if g.reader != nil {
		close(g.reader.stop)
		<-g.reader.done
		g.reader = nil
	}
}

// resized returns a slice of n values, s itself where it is large enough.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

func fill(s []bool, v bool) {
	for i := range s {
		s[i] = v
	}
}
