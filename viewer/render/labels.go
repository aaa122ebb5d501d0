package render

import (
	"encoding/binary"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
	"opacity/viewer"
)

// labelPlane is the labels of one plane of one layer, in rows as for voxels.
type labelPlane struct {
	mask  *mask.Mask
	layer mask.Layer
	plane viewer.Plane
	index int
	valid bool

	// For the sagittal plane: its labels, row k after row k; the rows that may have
	// any, others are not filled in; the neighbouring columns; and per slice k the
	// rows j that have labels at all.
	own       []uint8
	some      []bool
	block     block[uint8]
	rows      []span
	rowsKnown []bool
}

// span is the half-open range from..to.
type span struct{ from, to int }

func (s span) empty() bool { return s.from >= s.to }

// row returns the labels of row v, nil for none.
func (l *labelPlane) row(v int) []uint8 {
	size := l.mask.Size()
	along, slice, j := size[0], l.index, v
	switch l.plane {
	case viewer.Sagittal:
		if !l.some[v] {
			return nil
		}
		return l.own[v*size[1] : (v+1)*size[1]]
	case viewer.Coronal:
		slice, j = v, l.index
	}
	if s := l.mask.Slice(l.layer, slice); s != nil {
		return s[j*along : (j+1)*along]
	}
	return nil
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

// gather makes the rows of a plane of labels ready.
func (l *labelPlane) gather(m *mask.Mask, layer mask.Layer, p viewer.Plane, index int) {
	if l.valid && l.mask == m && l.plane == p && l.index == index {
		return
	}
	if l.mask != m || l.plane != p {
		l.rowsKnown, l.block = nil, block[uint8]{}
	}
	leap := l.mask != m || jumped(l.index, index)
	l.mask, l.layer, l.plane, l.index, l.valid = m, layer, p, index, true
	if p == viewer.Sagittal {
		l.sagittal(leap && !l.block.holds(index))
	}
}

// sagittal reads through the block of columns that the plane lies in, or after a
// leap elsewhere the plane alone, as for voxels.
func (l *labelPlane) sagittal(alone bool) {
	size := l.mask.Size()
	nx, ny, nz := size[0], size[1], size[2]
	l.own, l.some = resized(l.own, ny*nz), resized(l.some, nz)
	if len(l.rowsKnown) != nz {
		l.rows, l.rowsKnown = make([]span, nz), make([]bool, nz)
	}
	if !alone && !l.block.holds(l.index) {
		l.block.reset(l.index, size)
	}
	parallel.Ranges(nz, sliceStretch, func(from, to int) {
		for k := from; k < to; k++ {
			rows := l.labelled(k)
			l.some[k] = !rows.empty()
			if rows.empty() {
				continue
			}
			s, out := l.mask.Slice(l.layer, k), l.own[k*ny:(k+1)*ny]
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
func (l *labelPlane) labelled(k int) span {
	if !l.rowsKnown[k] {
		l.rows[k], l.rowsKnown[k] = span{}, true
		if s := l.mask.Slice(l.layer, k); s != nil {
			l.rows[k] = rowsOf(s, l.mask.Size()[0])
		}
	}
	return l.rows[k]
}

// spanOf returns where a row's labels begin and end, 32 at a time.
func spanOf(row []uint8) span {
	word := binary.LittleEndian.Uint64
	from, to := 0, len(row)
	for to-from >= 32 {
		b := (*[32]uint8)(row[from:])
		if word(b[:])|word(b[8:])|word(b[16:])|word(b[24:]) != 0 {
			break
		}
		from += 32
	}
	for from < to && row[from] == 0 {
		from++
	}
	for to-from >= 32 {
		b := (*[32]uint8)(row[to-32:])
		if word(b[:])|word(b[8:])|word(b[16:])|word(b[24:]) != 0 {
			break
		}
		to -= 32
	}
	for to > from && row[to-1] == 0 {
		to--
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
