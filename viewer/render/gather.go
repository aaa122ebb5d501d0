package render

import (
	"runtime"
	"sync"
	"time"

	"opacity/app/volume"
	"opacity/viewer"
)

// number is what a voxel can be.
type number interface{ int16 | float32 }

// column counts the neighbouring sagittal planes read at a time: int16 values
// in a cache line, which memory hands over whole whether one is asked for or all.
const column = 32

// gathered is one plane's voxels, out of the volume in reading order: row v
// after row v, u fastest, so that a window drag need not go to the volume again.
// Volumes are immutable, so what was gathered stays true.
type gathered[T number] struct {
	volume *volume.Volume
	plane  viewer.Plane
	index  int
	values []T    // the plane: the volume's own memory where it lies in one piece, else own
	own    []T    // memory for planes that do not
	have   []bool // rows that are in values

	block  block[T] // for the sagittal plane
	ahead  block[T] // the block a drag will reach next
	reader *reader  // of ahead, nil where nobody reads
	before int      // index of the plane gathered before this one
}

// reader is a goroutine that fills a block until it is told to stop.
type reader struct{ stop, done chan struct{} }

// block is neighbouring columns of a volume: column values for each (k, j), k
// slowest, from index first on.
type block[T number] struct {
	values []T
	first  int
	have   []bool // per k
}

// reset makes b an empty block of the columns from first on.
func (b *block[T]) reset(first int, size volume.Size) {
	b.values, b.have, b.first = resized(b.values, column*size[1]*size[2]), resized(b.have, size[2]), first
	fill(b.have, false)
}

// read reads the columns of slice k, once.
func (b *block[T]) read(voxels []T, size volume.Size, k int) {
	if b.have[k] {
		return
	}
	nx, ny := size[0], size[1]
	readColumns(b.values[k*ny*column:(k+1)*ny*column], voxels[k*nx*ny+b.first:(k+1)*nx*ny], nx, min(column, nx-b.first))
	b.have[k] = true
}

// planeOf returns the voxels of a plane and which of its rows are there; voxels
// is the volume's memory. The result is valid until the next call.
func (g *gathered[T]) planeOf(vol *volume.Volume, voxels []T, loaded []bool, p viewer.Plane, index int) (values []T, have []bool) {
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
		g.values = voxels[index*nx*ny : (index+1)*nx*ny]
		g.have = resized(g.have, ny)
		fill(g.have, in(index))
	case viewer.Coronal:
		g.reset(fresh, nx*nz, nz)
		for k := range nz {
			if !g.have[k] && in(k) {
				copy(g.values[k*nx:(k+1)*nx], voxels[(k*ny+index)*nx:])
				g.have[k] = true
			}
		}
	case viewer.Sagittal:
		g.reset(fresh, ny*nz, nz)
		g.sagittal(voxels, vol.Size, in)
		if loaded == nil {
			g.lookAhead(voxels, vol.Size)
		}
	}
	return g.values, g.have
}

// reset makes room for a plane and forgets the one before.
func (g *gathered[T]) reset(fresh bool, values, rows int) {
	if !fresh && len(g.have) == rows {
		return
	}
	g.own, g.have = resized(g.own, values), resized(g.have, rows)
	g.values = g.own
	fill(g.have, false)
}

// sagittal reads through the block of columns that the plane lies in, a new one
// where it lies in another. After a jump it reads the plane alone: storing its
// neighbours costs as much again, and the next jump will go elsewhere.
func (g *gathered[T]) sagittal(voxels []T, size volume.Size, in func(k int) bool) {
	nx, ny := size[0], size[1]
	first := g.index / column * column
	known := g.block.values != nil && g.block.first == first
	if !known && jumped(g.before, g.index) {
		inParallel(size[2], func(from, to int) {
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
		return
	}
	if !known {
		g.settle()
		g.block, g.ahead = g.ahead, g.block
		if g.block.values == nil || g.block.first != first {
			g.block.reset(first, size)
		}
	}
	inParallel(size[2], func(from, to int) {
		for k := from; k < to; k++ {
			if g.have[k] || !in(k) {
				continue
			}
			g.block.read(voxels, size, k)
			columns := g.block.values[k*ny*column : (k+1)*ny*column]
			out, c := g.values[k*ny:(k+1)*ny], g.index-first
			for j := range out {
				out[j] = columns[j*column+c]
			}
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
	if jumped(g.before, g.index) || g.block.values == nil || next == g.block.first || next < 0 || next >= size[0] || g.ahead.values != nil && g.ahead.first == next {
		return
	}
	g.settle()
	g.ahead.reset(next, size)
	r := &reader{stop: make(chan struct{}), done: make(chan struct{})}
	g.reader = r
	go func(b *block[T]) {
		defer close(r.done)
		for k := range size[2] {
			b.read(voxels, size, k)
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

// readColumns copies the first width values of each row of a slice nx wide into
// rows of column values. A copy of fixed length keeps many reads under way at
// once: most of the time goes into waiting for memory.
func readColumns[T number](block, slice []T, nx, width int) {
	for j := 0; j*nx < len(slice); j++ {
		from, to := slice[j*nx:], block[j*column:]
		if len(from) >= column {
			*(*[column]T)(to) = *(*[column]T)(from)
		} else {
			copy(to[:width], from)
		}
	}
}

// inParallel splits 0..n-1 over a few goroutines: a gather waits for memory
// most of the time, and two that wait are done in half of it.
func inParallel(n int, work func(from, to int)) {
	workers := min(runtime.GOMAXPROCS(0), 4, max(n/32, 1))
	if workers == 1 {
		work(0, n)
		return
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { work(w*n/workers, (w+1)*n/workers) })
	}
	wg.Wait()
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
