package inference

import (
	"strings"

	"opacity/app/volume"
)

// axis is a volume axis (0 i, 1 j, 2 k) and whether it is read backwards.
type axis struct {
	index int
	flip  bool
}

// parseOrientation reads a word such as LPS: each letter is the side that an
// axis grows towards, column first. The volume's own grid grows to L, P and S.
func parseOrientation(word string) (axes [3]axis, ok bool) {
	const letters = "LRPASI"
	if len(word) != 3 {
		return axes, false
	}
	seen := [3]bool{}
	for n := range 3 {
		at := strings.IndexByte(letters, word[n])
		if at < 0 || seen[at/2] {
			return axes, false
		}
		axes[n] = axis{index: at / 2, flip: at%2 == 1}
		seen[at/2] = true
	}
	return axes, true
}

// view leads from pictures to voxels: picture s of slices, row r, column c is
// the voxel at offset base + s*stepSlice + r*stepRow + c*stepCol.
type view struct {
	size                        volume.Size
	cols, rows, slices          int
	col, row, slice             axis
	base                        int
	stepCol, stepRow, stepSlice int
}

// newView cuts a grid into pictures along the slice axis; the other two letters
// of the orientation, in their order, are column and row.
func newView(size volume.Size, orientation, sliceAxis string) view {
	axes, _ := parseOrientation(orientation)
	across := map[string]int{"sagittal": 0, "coronal": 1, "axial": 2}[sliceAxis]
	v := view{size: size}
	var plane []axis
	for _, a := range axes {
		if a.index == across {
			v.slice = a
		} else {
			plane = append(plane, a)
		}
	}
	v.col, v.row = plane[0], plane[1]
	v.cols, v.rows, v.slices = size[v.col.index], size[v.row.index], size[v.slice.index]
	strides := [3]int{1, size[0], size[0] * size[1]}
	step := func(a axis) int {
		if a.flip {
			v.base += (size[a.index] - 1) * strides[a.index]
			return -strides[a.index]
		}
		return strides[a.index]
	}
	v.stepCol, v.stepRow, v.stepSlice = step(v.col), step(v.row), step(v.slice)
	return v
}

// voxel returns the index (i, j, k) of a picture's pixel.
func (w view) voxel(s, r, c int) (ijk [3]int) {
	for _, p := range [3]struct {
		axis
		n int
	}{{w.col, c}, {w.row, r}, {w.slice, s}} {
		ijk[p.index] = p.n
		if p.flip {
			ijk[p.index] = w.size[p.index] - 1 - p.n
		}
	}
	return ijk
}

// load writes picture s into dst, rows*cols values. What is not a number counts
// as padding, which in HU, and all below it, is volume.FloorHU.
func (w view) load(v *volume.Volume, s int, dst []float32) {
	for r := range w.rows {
		o := w.base + s*w.stepSlice + r*w.stepRow
		to := dst[r*w.cols : (r+1)*w.cols]
		switch {
		case v.Int16 != nil && w.stepCol == 1:
			for c, x := range v.Int16[o : o+w.cols] {
				to[c] = float32(x)
			}
		case v.Int16 != nil:
			for c := range to {
				to[c] = float32(v.Int16[o])
				o += w.stepCol
			}
		default:
			for c := range to {
				x := v.Float32[o]
				if x != x || x-x != 0 { // NaN or infinite
					x = volume.FloorHU
				}
				to[c] = x
				o += w.stepCol
			}
		}
		if v.Unit == volume.HU {
			for c, x := range to {
				to[c] = max(x, volume.FloorHU)
			}
		}
	}
}
