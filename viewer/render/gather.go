package render

import (
	"runtime"
	"sync"

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

	// block holds, for the sagittal plane, the neighbouring columns of the last
	// gather: column values for each (k, j), k slowest.
	block      []T
	blockFirst int
	blockHave  []bool // per k
}

// planeOf returns the voxels of a plane and which of its rows are there; voxels
// is the volume's memory. The result is valid until the next call.
func (g *gathered[T]) planeOf(vol *volume.Volume, voxels []T, loaded []bool, p viewer.Plane, index int) (values []T, have []bool) {
	nx, ny, nz := vol.Size[0], vol.Size[1], vol.Size[2]
	fresh := g.volume != vol || g.plane != p || g.index != index || g.values == nil
	if g.volume != vol || g.plane != p {
		g.block, g.blockHave = nil, nil
	}
	g.volume, g.plane, g.index = vol, p, index
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
// where it lies in another.
func (g *gathered[T]) sagittal(voxels []T, size volume.Size, in func(k int) bool) {
	nx, ny, nz := size[0], size[1], size[2]
	first := g.index / column * column
	width := min(column, nx-first)
	if g.block == nil || g.blockFirst != first {
		g.block, g.blockHave, g.blockFirst = resized(g.block, column*ny*nz), resized(g.blockHave, nz), first
		fill(g.blockHave, false)
	}
	inParallel(nz, func(from, to int) {
		for k := from; k < to; k++ {
			if g.have[k] || !in(k) {
				continue
			}
			block := g.block[k*ny*column : (k+1)*ny*column]
			if !g.blockHave[k] {
				readColumns(block, voxels[k*nx*ny+first:(k+1)*nx*ny], nx, width)
				g.blockHave[k] = true
			}
			out, c := g.values[k*ny:(k+1)*ny], g.index-first
			for j := range out {
				out[j] = block[j*column+c]
			}
			g.have[k] = true
		}
	})
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
