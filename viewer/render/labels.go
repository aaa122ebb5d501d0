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
	changed   []volume.Box // since, and not read again yet
	// Of a mask that is not written to where it is, what was read of each slice k.
	frozen bool
	seen   [][]uint8
}

// mostChanges bounds the boxes that are read again one by one.
const mostChanges = 8

// span is the half-open range from..to.
type span struct{ from, to int }

func (s span) empty() bool { return s.from >= s.to }

// with returns the span with j in it.
func (s span) with(j int) span {
	if s.empty() {
		return span{j, j + 1}
	}
	return span{min(s.from, j), max(s.to, j+1)}
}

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

// forget says that what was gathered of a box is to be read again.
func (l *labelPlane) forget(box volume.Box) {
	l.valid = false
	if len(l.rowsKnown) == 0 {
		return
	}
	size := l.mask.Size()
	box = box.Intersect(volume.Whole(size))
	if area := (box.Max[0] - box.Min[0]) * (box.Max[1] - box.Min[1]); 8*area < size[0]*size[1] && len(l.changed) < mostChanges {
		l.changed = append(l.changed, box) // less to read than all of the slices
		return
	}
	for k := box.Min[2]; k < box.Max[2]; k++ {
		l.forgetSlice(k)
	}
}

func (l *labelPlane) forgetSlice(k int) {
	l.rowsKnown[k] = false
	if l.block.have != nil {
		l.block.have[k] = false
	}
}

// reread brings what was gathered of slice k up to date with the boxes that changed.
func (l *labelPlane) reread(k int) {
	s, size := l.mask.Slice(l.layer, k), l.mask.Size()
	for _, box := range l.changed {
		if k < box.Min[2] || k >= box.Max[2] || !l.rowsKnown[k] {
			continue
		}
		if s == nil {
			l.forgetSlice(k)
			continue
		}
		had := l.rows[k]
		for _, part := range [2]span{{box.Min[1], min(box.Max[1], had.from)}, {max(box.Min[1], had.to), box.Max[1]}} {
			for j := part.from; j < part.to; j++ {
				if o := j * size[0]; hasLabel(s[o+box.Min[0] : o+box.Max[0]]) {
					l.rows[k] = l.rows[k].with(j)
				}
			}
		}
		switch {
		case l.rows[k] != had: // rows that were not read lie between
			if l.block.have != nil {
				l.block.have[k] = false
			}
		case l.block.have != nil && l.block.have[k]:
			box.Min[1], box.Max[1] = max(box.Min[1], had.from), min(box.Max[1], had.to)
			l.block.reread(s, size, k, box)
		}
	}
}

// hasLabel reports whether some of a row are not 0.
func hasLabel(row []uint8) bool {
	if len(row) > 8 {
		return !spanOf(row).empty()
	}
	for _, x := range row {
		if x != 0 {
			return true
		}
	}
	return false
}

// thaw drops what was gathered of slices that are others now.
func (l *labelPlane) thaw(m *mask.Mask, layer mask.Layer) {
	if len(l.seen) != m.Size()[2] {
		l.seen = make([][]uint8, m.Size()[2])
		l.valid = false
	}
	for k := range l.seen {
		was, is := l.seen[k], m.Slice(layer, k)
		if len(was) == len(is) && (len(is) == 0 || &was[0] == &is[0]) {
			continue
		}
		l.seen[k], l.valid = is, false
		if len(l.rowsKnown) == len(l.seen) {
			l.forgetSlice(k)
		}
	}
}

// gather makes the rows of a plane of labels ready.
func (l *labelPlane) gather(m *mask.Mask, layer mask.Layer, p viewer.Plane, index int) {
	if l.frozen {
		l.thaw(m, layer)
	}
	if l.valid && l.mask == m && l.plane == p && l.index == index {
		return
	}
	if l.mask != m || l.plane != p {
		l.rowsKnown, l.changed, l.block = nil, nil, block[uint8]{}
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
			l.reread(k)
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
	l.changed = l.changed[:0]
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
