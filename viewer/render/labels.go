package render

import (
	"encoding/binary"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// labelBlock counts the neighbouring sagittal planes of labels read at a time:
// a cache line of bytes.
const labelBlock = 64

// labelPlane is the labels of one plane of one layer in reading order: row v
// after row v, u fastest.
type labelPlane struct {
	mask  *mask.Mask
	plane viewer.Plane
	index int
	valid bool

	values []uint8 // the plane: the mask's own memory where it lies in one piece, else own
	own    []uint8
	spans  []span // per row v: where labels are, empty for none

	// For the sagittal plane: the neighbouring columns, labelBlock values for
	// each (k, j), and per slice k the rows j that have labels at all.
	block      []uint8
	blockFirst int
	blockHave  []bool
	rows       []span
	rowsKnown  []bool
}

// span is the half-open range from..to.
type span struct{ from, to int }

func (s span) empty() bool { return s.from >= s.to }

// forget drops what was gathered of slices k that a box touches.
func (l *labelPlane) forget(box volume.Box) {
	l.valid = false
	for k := max(box.Min[2], 0); k < min(box.Max[2], len(l.rowsKnown)); k++ {
		l.rowsKnown[k], l.blockHave[k] = false, false
	}
}

// gather reads a plane of labels.
func (l *labelPlane) gather(m *mask.Mask, layer mask.Layer, p viewer.Plane, index int) {
	if l.valid && l.mask == m && l.plane == p && l.index == index {
		return
	}
	if l.mask != m || l.plane != p {
		l.rowsKnown, l.blockHave, l.block = nil, nil, nil
	}
	leap := l.mask != m || jumped(l.index, index)
	l.mask, l.plane, l.index, l.valid = m, p, index, true
	size := m.Size()
	nx, ny, nz := size[0], size[1], size[2]
	switch p {
	case viewer.Axial:
		l.values, l.spans = m.Slice(layer, index), resized(l.spans, ny)
		if l.values == nil {
			clear(l.spans)
			return
		}
		for j := range ny {
			l.spans[j] = spanOf(l.values[j*nx : (j+1)*nx])
		}
	case viewer.Coronal:
		l.own, l.spans = resized(l.own, nx*nz), resized(l.spans, nz)
		l.values = l.own
		for k := range nz {
			s := m.Slice(layer, k)
			if s == nil {
				l.spans[k] = span{}
				continue
			}
			row := s[index*nx : (index+1)*nx]
			l.spans[k] = spanOf(row)
			copy(l.values[k*nx:(k+1)*nx], row)
		}
	case viewer.Sagittal:
		l.own, l.spans = resized(l.own, ny*nz), resized(l.spans, nz)
		l.values = l.own
		l.sagittal(m, layer, size, leap)
	}
}

// sagittal reads through the block of columns that the plane lies in, or after a
// leap elsewhere the plane alone, as for voxels.
func (l *labelPlane) sagittal(m *mask.Mask, layer mask.Layer, size volume.Size, leap bool) {
	nx, ny, nz := size[0], size[1], size[2]
	first := l.index / labelBlock * labelBlock
	width := min(labelBlock, nx-first)
	if len(l.rowsKnown) != nz {
		l.rows, l.rowsKnown = make([]span, nz), make([]bool, nz)
		l.blockHave = make([]bool, nz)
	}
	known := l.block != nil && l.blockFirst == first
	alone := leap && !known
	if !known && !alone {
		l.block, l.blockFirst = resized(l.block, labelBlock*ny*nz), first
		fill(l.blockHave, false)
	}
	inParallel(nz, func(from, to int) {
		for k := from; k < to; k++ {
			l.spans[k] = span{}
			s := m.Slice(layer, k)
			if s == nil {
				continue
			}
			if !l.rowsKnown[k] {
				l.rows[k], l.rowsKnown[k] = rowsOf(s, nx), true
			}
			rows := l.rows[k]
			if rows.empty() {
				continue
			}
			out := l.values[k*ny : (k+1)*ny]
			clear(out)
			if alone {
				for j := rows.from; j < rows.to; j++ {
					out[j] = s[j*nx+l.index]
				}
				l.spans[k] = spanOf(out)
				continue
			}
			block := l.block[k*ny*labelBlock : (k+1)*ny*labelBlock]
			if !l.blockHave[k] {
				for j := rows.from; j < rows.to; j++ {
					from, to := s[j*nx+first:], block[j*labelBlock:]
					if len(from) >= labelBlock {
						*(*[labelBlock]uint8)(to) = *(*[labelBlock]uint8)(from)
					} else {
						copy(to[:width], from)
					}
				}
				l.blockHave[k] = true
			}
			c := l.index - first
			for j := rows.from; j < rows.to; j++ {
				out[j] = block[j*labelBlock+c]
			}
			l.spans[k] = spanOf(out)
		}
	})
}

// spanOf returns where a row's labels begin and end, eight at a time.
func spanOf(row []uint8) span {
	from := 0
	for from+8 <= len(row) && binary.LittleEndian.Uint64(row[from:]) == 0 {
		from += 8
	}
	for from < len(row) && row[from] == 0 {
		from++
	}
	to := len(row)
	for to-8 >= from && binary.LittleEndian.Uint64(row[to-8:]) == 0 {
		to -= 8
	}
	for to > from && row[to-1] == 0 {
		to--
	}
	if from == to {
		return span{}
	}
	return span{from, to}
}

// rowsOf returns which rows of a slice have labels.
func rowsOf(slice []uint8, nx int) span {
	s := spanOf(slice)
	if s.empty() {
		return s
	}
	return span{s.from / nx, (s.to-1)/nx + 1}
}
