package surface

import (
	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// Connectivity is which voxels are neighbours: those that share a face, a face or an
// edge, or a corner too.
type Connectivity int

// The connectivities, as SciPy and medpy number them.
const (
	Faces   Connectivity = 1 // 6 neighbours
	Edges   Connectivity = 2 // 18
	Corners Connectivity = 3 // 26
)

// Boundary returns the voxels of a mask that have a neighbour which is not of it. What
// lies outside the grid is not of it, so that the mask ends at the picture's edge. A grid
// of one slice is a picture: there, neighbours are those in its plane.
func Boundary(b *mask.Bits, c Connectivity) *mask.Bits {
	size, box := b.Size(), b.Bounds()
	out := mask.NewBits(size)
	parallel.Ranges(box.Max[2]-box.Min[2], 1, func(from, to int) {
		inner := make([]uint64, (size[0]+63)/64)
		for k := box.Min[2] + from; k < box.Min[2]+to; k++ {
			for j := box.Min[1]; j < box.Max[1]; j++ {
				erodeRow(inner, b, size, j, k, c)
				dst := out.Row(j, k)
				for i, w := range b.Row(j, k) {
					dst[i] = w &^ inner[i]
				}
			}
		}
	})
	return out
}

// erodeRow keeps of row (j, k) the voxels whose neighbours are all of the mask.
func erodeRow(dst []uint64, b *mask.Bits, size volume.Size, j, k int, c Connectivity) {
	copy(dst, b.Row(j, k))
	for dk := -1; dk <= 1; dk++ {
		for dj := -1; dj <= 1; dj++ {
			away := Connectivity(dk*dk + dj*dj)
			if away > c || dk != 0 && size[2] == 1 {
				continue
			}
			if k+dk < 0 || k+dk >= size[2] || j+dj < 0 || j+dj >= size[1] {
				clear(dst)
				return
			}
			row := b.Row(j+dj, k+dk)
			if away < c { // its neighbours along i are within reach too
				andWithNeighbours(dst, row)
			} else {
				for i, w := range row {
					dst[i] &= w
				}
			}
		}
	}
}

// andWithNeighbours keeps the bits that row has with both of its neighbours.
func andWithNeighbours(dst, row []uint64) {
	for i, w := range row {
		before, after := w<<1, w>>1
		if i > 0 {
			before |= row[i-1] >> 63
		}
		if i+1 < len(row) {
			after |= row[i+1] << 63
		}
		dst[i] &= w & before & after
	}
}
