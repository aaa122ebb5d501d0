package surface

import (
	"math"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// corners returns the corners of voxels around which some voxels are of the mask and
// some are not, on a grid that is one longer each way: corner (i, j, k) is the one
// before voxel (i, j, k). In a picture there are corners of pixels, on one slice.
func corners(b *mask.Bits) *mask.Bits {
	size, box := b.Size(), b.Bounds()
	grid := volume.Size{size[0] + 1, size[1] + 1, size[2] + 1}
	if size[2] == 1 {
		grid[2], box.Max[2] = 1, 0
	}
	out := mask.NewBits(grid)
	parallel.Ranges(box.Max[2]-box.Min[2]+1, 4, func(from, to int) {
		c := newCornerRow(b)
		for k := box.Min[2] + from; k < box.Min[2]+to; k++ {
			for j := box.Min[1]; j <= box.Max[1]; j++ {
				c.write(out.Row(j, k), j, k)
			}
		}
	})
	return out
}

// cornerRow finds the corners of a row.
type cornerRow struct {
	b              *mask.Bits
	some, all, row []uint64 // a word more than a row of voxels may have
}

func newCornerRow(b *mask.Bits) *cornerRow {
	words := (b.Size()[0] + 64) / 64
	return &cornerRow{b, make([]uint64, words), make([]uint64, words), make([]uint64, words)}
}

func (c *cornerRow) write(dst []uint64, j, k int) {
	clear(c.some)
	for i := range c.all {
		c.all[i] = ^uint64(0)
	}
	for _, around := range rowsAround(c.b, j, k) {
		clear(c.row)
		copy(c.row, around)
		for i, w := range c.row {
			before := w << 1
			if i > 0 {
				before |= c.row[i-1] >> 63
			}
			c.some[i] |= w | before
			c.all[i] &= w & before
		}
	}
	for i := range dst {
		dst[i] = c.some[i] &^ c.all[i]
	}
}

// rowsAround returns the rows of voxels around row (j, k) of corners, k slower; nil
// outside the grid. A picture has the last two alone.
func rowsAround(b *mask.Bits, j, k int) [][]uint64 {
	size := b.Size()
	at := func(j, k int) []uint64 {
		if j < 0 || j >= size[1] || k < 0 || k >= size[2] {
			return nil
		}
		return b.Row(j, k)
	}
	if size[2] == 1 {
		return [][]uint64{at(j-1, 0), at(j, 0)}
	}
	return [][]uint64{at(j-1, k-1), at(j, k-1), at(j-1, k), at(j, k)}
}

// areasMM2 is the area of the surface at a corner by its code (see normals).
func areasMM2(spacingMM [3]float64) (areas [256]float64) {
	faces := [3]float64{spacingMM[0] * spacingMM[1], spacingMM[0] * spacingMM[2], spacingMM[1] * spacingMM[2]} // across k, j, i
	for code := range areas {
		for _, n := range normals[min(code, 255-code)] {
			k, j, i := float64(n[0])/8*faces[0], float64(n[1])/8*faces[1], float64(n[2])/8*faces[2]
			areas[code] += math.Sqrt(k*k + j*j + i*i)
		}
	}
	return areas
}

// lengthsMM is the length of the contour at a corner of pixels by its code, which has
// bits for the pixel before it along j and i, the one after it along i, and so on.
func lengthsMM(spacingMM [3]float64) (lengths [256]float64) {
	half := math.Hypot(spacingMM[0], spacingMM[1]) / 2
	for code := 1; code < 15; code++ {
		lengths[code] = half // one pixel, or all but one
	}
	lengths[0b1100], lengths[0b0011] = spacingMM[0], spacingMM[0]
	lengths[0b1010], lengths[0b0101] = spacingMM[1], spacingMM[1]
	lengths[0b1001], lengths[0b0110] = 2*half, 2*half
	return lengths
}

// code tells which of the voxels around corner i of a row are of the mask: see normals.
func code(around [][]uint64, i int) (c uint8) {
	for _, row := range around {
		c <<= 2
		if i>>6 < len(row) {
			c |= uint8(row[i>>6] >> (i & 63) & 1)
		}
		if i > 0 && row != nil {
			c |= uint8(row[(i-1)>>6]>>((i-1)&63)&1) << 1
		}
	}
	return c
}
