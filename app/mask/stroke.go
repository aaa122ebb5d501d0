package mask

import (
	"bytes"

	"opacity/app/volume"
)

// Stroke is a change to one label that is under way: what it paints is in the
// mask at once, and can be told as one Delta or taken back. Until it has ended
// nothing else may change the mask. Not safe for concurrent use.
type Stroke struct {
	mask  *Mask
	layer Layer
	value uint8 // what is written: the label, or 0
	label uint8
	rule  rule
	idle  bool        // nothing may change
	held  bool        // something was to change that may not
	old   [][][]uint8 // per slice k and row j, the row as it was at Begin; nil where nothing changed
	spare []uint8     // room for such rows
	box   volume.Box  // of what is being painted
}

// Begin starts a stroke that paints a label, or takes it away. v is the volume
// the mask lies on; it may be nil, then HU limits leave nothing. A stroke of a
// label that is locked, or that the mask does not have, changes nothing.
func (m *Mask) Begin(v *volume.Volume, label uint8, erase bool, lim Limits) *Stroke {
	s := &Stroke{mask: m, label: label, old: make([][][]uint8, m.size[2])}
	l, ok := m.Label(label)
	if ok {
		s.rule, ok = newRule(m, v, l, erase, lim)
	}
	s.layer, s.idle = l.Layer, !ok
	if !erase {
		s.value = label
	}
	return s
}

// Paint changes the voxels of a shape that may change, and returns the box of
// those that did.
func (s *Stroke) Paint(shape Shape) volume.Box {
	s.box = volume.Box{}
	if !s.idle {
		shape.Runs(s.mask.size, s.run)
	}
	return s.box
}

// Held reports whether limits or locks kept anything painted so far from changing.
func (s *Stroke) Held() bool { return s.held || s.idle }

// run changes what may change of voxels i0..i1-1 of row (j, k), and copies the
// slice, where others hold it too, only when something does.
func (s *Stroke) run(i0, i1, j, k int) {
	nx, plane := s.mask.size[0], s.mask.size[0]*s.mask.size[1]
	ly := &s.mask.layers[s.layer]
	row, own := s.row(s.layer, j, k), s.rule.layers[s.layer]
	if row == nil && !own[0] {
		s.held = s.held || s.value != 0
		return // all 0, and there is nothing to take away
	}
	if s.value == 0 { // only the label itself goes: most rows have none, or little
		n := bytes.IndexByte(row[i0:i1], s.label)
		if n < 0 {
			return
		}
		i0, i1 = i0+n, i0+1+bytes.LastIndexByte(row[i0:i1], s.label)
	}
	others, beside := s.others(j, k)
	first, last := -1, -1
	for i := i0; i < i1; i++ {
		old := uint8(0)
		if row != nil {
			old = row[i]
		}
		if !own[old] || beside && !s.allows(&others, i) || !s.rule.values.hold(k*plane+j*nx+i) {
			s.held = s.held || old != s.value && (s.value != 0 || old == s.label)
			continue
		}
		if first < 0 {
			first, row = i, s.writable(j, k)
		}
		last = i
		row[i] = s.value
		ly.counts[old]--
		ly.counts[s.value]++
	}
	if first >= 0 {
		s.box = s.box.Union(volume.Box{Min: [3]int{first, j, k}, Max: [3]int{last + 1, j + 1, k + 1}})
	}
}

// writable returns row (j, k) ready to be written, and keeps it as it was at Begin.
func (s *Stroke) writable(j, k int) []uint8 {
	nx, ny := s.mask.size[0], s.mask.size[1]
	s.mask.layers[s.layer].writable(k, nx*ny)
	row := s.row(s.layer, j, k)
	if s.old[k] == nil {
		s.old[k] = make([][]uint8, ny)
	}
	if s.old[k][j] == nil {
		if len(s.spare) < nx {
			s.spare = make([]uint8, max(nx, 1<<15))
		}
		s.old[k][j], s.spare = s.spare[:nx:nx], s.spare[nx:]
		copy(s.old[k][j], row)
	}
	return row
}

// others returns row (j, k) of the other layers that count, and whether any does.
func (s *Stroke) others(j, k int) (rows [Layers][]uint8, any bool) {
	for l, may := range s.rule.layers {
		if may != nil && Layer(l) != s.layer {
			rows[l], any = s.row(Layer(l), j, k), true
		}
	}
	return rows, any
}

// allows reports whether the other layers let voxel i of their rows change.
func (s *Stroke) allows(others *[Layers][]uint8, i int) bool {
	for l, may := range s.rule.layers {
		if may == nil || Layer(l) == s.layer {
			continue
		}
		at := uint8(0)
		if others[l] != nil {
			at = others[l][i]
		}
		if !may[at] {
			return false
		}
	}
	return true
}

// row returns row (j, k) of a layer, nil where the slice is all 0.
func (s *Stroke) row(l Layer, j, k int) []uint8 {
	slice := s.mask.layers[l].slices[k]
	if slice == nil {
		return nil
	}
	nx := s.mask.size[0]
	return slice[j*nx : (j+1)*nx]
}

// Delta returns what the stroke has changed so far, against the mask at Begin.
// It reads only the rows that were touched.
func (s *Stroke) Delta() Delta {
	var d Delta
	nx := s.mask.size[0]
	for k, rows := range s.old {
		var runs []Run
		for j, old := range rows {
			if old == nil {
				continue
			}
			for _, r := range diffRuns(old, s.row(s.layer, j, k), &[256]bool{}) {
				r.Offset += int32(j * nx)
				runs = append(runs, r)
			}
		}
		if runs != nil {
			d.Slices = append(d.Slices, SliceDelta{s.layer, k, runs})
		}
	}
	return d
}

// Abort puts the mask back as it was at Begin, and returns the box of what that
// changed. The stroke can go on from there.
func (s *Stroke) Abort() volume.Box {
	d := s.Delta()
	s.mask.Revert(d)
	clear(s.old)
	return d.Box(s.mask.size[0])
}
