package render

import (
	"encoding/binary"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
	"opacity/viewer"
)

// labelPlane is the labels of one plane of one layer in reading order: row v
// after row v, u fastest.
type labelPlane struct {
	mask  *mask.Mask
	plane viewer.Plane
	index int
	valid bool

	width  int     // labels in a row
	values []uint8 // the plane: the mask's own memory where it lies in one piece, else own
	own    []uint8
	some   []bool // per row v: whether it may have labels; others are not filled in

	// For the sagittal plane: the neighbouring columns, and per slice k the rows j that
	// have labels at all.
	block     block[uint8]
	rows      []span
	rowsKnown []bool
}

// span is the half-open range from..to.
type span struct{ from, to int }

func (s span) empty() bool { return s.from >= s.to }

// row returns the labels of row v, nil for none.
func (l *labelPlane) row(v int) []uint8 {
	if !l.some[v] {
		return nil
	}
	return l.values[v*l.width : (v+1)*l.width]
}

// forget drops what was gathered of slices k that a box touches.
func (l *labelPlane) forget(box volume.Box) {
	l.valid = false
	for k := max(box.Min[2], 0); k < min(box.Max[2], len(l.rowsKnown)); k++ {
		l.rowsKnown[k] = false
		if l.block.have != nil {
			l.block.have[k] = false
		}
	}
}

// gather reads a plane of labels.
func (l *labelPlane) gather(m *mask.Mask, layer mask.Layer, p viewer.Plane, index int) {
	if l.valid && l.mask == m && l.plane == p && l.index == index {
		return
	}
	if l.mask != m || l.plane != p {
		l.rowsKnown, l.block = nil, block[uint8]{}
	}
	leap := l.mask != m || jumped(l.index, index)
	l.mask, l.plane, l.index, l.valid = m, p, index, true
	size := m.Size()
	nx, ny, nz := size[0], size[1], size[2]
	switch p {
	case viewer.Axial:
		l.width, l.values, l.some = nx, m.Slice(layer, index), resized(l.some, ny)
		fill(l.some, l.values != nil)
	case viewer.Coronal:
		l.width, l.own, l.some = nx, resized(l.own, nx*nz), resized(l.some, nz)
		l.values = l.own
		parallel.Ranges(nz, sliceStretch, func(from, to int) {
			for k := from; k < to; k++ {
				s := m.Slice(layer, k)
				l.some[k] = s != nil
				if s != nil {
					copy(l.own[k*nx:(k+1)*nx], s[index*nx:])
				}
			}
		})
	case viewer.Sagittal:
		l.width, l.some = ny, resized(l.some, nz)
		if len(l.rowsKnown) != nz {
			l.rows, l.rowsKnown = make([]span, nz), make([]bool, nz)
		}
		l.sagittal(m, layer, leap && !l.block.holds(index))
	}
}

// sagittal reads through the block of columns that the plane lies in, or after a
// leap elsewhere the plane alone, as for voxels.
func (l *labelPlane) sagittal(m *mask.Mask, layer mask.Layer, alone bool) {
	size := m.Size()
	nx, ny, nz := size[0], size[1], size[2]
	l.own = resized(l.own, ny*nz)
	l.values = l.own
	if !alone && !l.block.holds(l.index) {
		l.block.reset(l.index, size)
	}
	parallel.Ranges(nz, sliceStretch, func(from, to int) {
		for k := from; k < to; k++ {
			rows := l.labelled(m, layer, k)
			l.some[k] = !rows.empty()
			if rows.empty() {
				continue
			}
			s, out := m.Slice(layer, k), l.own[k*ny:(k+1)*ny]
			clear(out[:rows.from])
			clear(out[rows.to:])
			if alone {
				for j := rows.from; j < rows.to; j++ {
					out[j] = s[j*nx+l.index]
				}
				continue
			}
			l.block.read(s, size, k, rows)
			l.block.row(out, size, k, l.index, rows)
		}
	})
}

// labelled returns the rows of slice k that have labels.
func (l *labelPlane) labelled(m *mask.Mask, layer mask.Layer, k int) span {
	if !l.rowsKnown[k] {
		l.rows[k], l.rowsKnown[k] = span{}, true
		if s := m.Slice(layer, k); s != nil {
			l.rows[k] = rowsOf(s, m.Size()[0])
		}
	}
	return l.rows[k]
}

// spanOf returns where a row's labels begin and end, 32 at a time.
func spanOf(row []uint8) span {
	from, to := 0, len(row)
	for to-from >= 32 && none((*[32]uint8)(row[from:])) {
		from += 32
	}
	for from < to && row[from] == 0 {
		from++
	}
	for to-from >= 32 && none((*[32]uint8)(row[to-32:])) {
		to -= 32
	}
	for to > from && row[to-1] == 0 {
		to--
	}
	return span{from, to}
}

func none(b *[32]uint8) bool {
	word := binary.LittleEndian.Uint64
	return word(b[:])|word(b[8:])|word(b[16:])|word(b[24:]) == 0
}

// rowsOf returns which rows of a slice have labels.
func rowsOf(slice []uint8, nx int) span {
	s := spanOf(slice)
	if s.empty() {
		return s
	}
	return span{s.from / nx, (s.to-1)/nx + 1}
}
