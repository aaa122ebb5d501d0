package render

import "opacity/app/volume"

// column counts the neighbouring sagittal planes that are read at a time: the
// int16 values in a cache line, and half the labels in one. Memory hands a line
// over whole whether one value is asked for or all.
const column = 32

// block is neighbouring sagittal planes of a volume or a mask: column values for
// each (k, j), k slowest, from index first on.
type block[T number | uint8] struct {
	values []T
	first  int
	have   []bool // per k
}

// holds reports whether plane i belongs to the block.
func (b *block[T]) holds(i int) bool { return b.values != nil && i >= b.first && i < b.first+column }

// reset makes b the empty block that plane i lies in.
func (b *block[T]) reset(i int, size volume.Size) {
	b.values, b.have = resized(b.values, column*size[1]*size[2]), resized(b.have, size[2])
	b.first = i / column * column
	fill(b.have, false)
}

// read reads rows j within the span of slice k, once. A copy of fixed length
// keeps many reads under way at once: most of the time goes into waiting for
// memory.
func (b *block[T]) read(slice []T, size volume.Size, k int, rows span) {
	if b.have[k] {
		return
	}
	nx, ny := size[0], size[1]
	for j := rows.from; j < rows.to; j++ {
		from, to := slice[j*nx+b.first:(j+1)*nx], b.values[(k*ny+j)*column:]
		if len(from) >= column {
			*(*[column]T)(to) = *(*[column]T)(from)
		} else {
			copy(to[:column], from)
		}
	}
	b.have[k] = true
}

// reread reads again what of a box of slice k lies in the block.
func (b *block[T]) reread(slice []T, size volume.Size, k int, box volume.Box) {
	from, to := max(box.Min[0], b.first), min(box.Max[0], b.first+column)
	if to-from == 1 { // as where one plane is drawn on
		for j := box.Min[1]; j < box.Max[1]; j++ {
			b.values[(k*size[1]+j)*column+from-b.first] = slice[j*size[0]+from]
		}
		return
	}
	for j := box.Min[1]; j < box.Max[1] && from < to; j++ {
		copy(b.values[(k*size[1]+j)*column+from-b.first:], slice[j*size[0]+from:j*size[0]+to])
	}
}

// row writes rows j within the span of slice k of plane i into out[j].
func (b *block[T]) row(out []T, size volume.Size, k, i int, rows span) {
	columns, c := b.values[k*size[1]*column:(k+1)*size[1]*column], i-b.first
	for j := rows.from; j < rows.to; j++ {
		out[j] = columns[j*column+c]
	}
}
