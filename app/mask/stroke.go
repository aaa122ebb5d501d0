package mask

import "opacity/app/volume"

// Stroke is a change to one label that is under way: what it paints is in the
// mask at once, and can be told as one Delta or taken back. Until it has ended
// nothing else may change the mask. Not safe for concurrent use.
type Stroke struct {
	mask   *Mask
	before *Mask // as the mask was at Begin
	layer  Layer
	value  uint8 // what is written
	rule   rule
	idle   bool      // nothing may change
	rows   []rowSpan // per slice k, the rows j that changed
	box    volume.Box
}

// rowSpan is rows from..to-1; empty where to is 0.
type rowSpan struct{ from, to int }

// Begin starts a stroke that paints a label, or takes it away. v is the volume
// the mask lies on; it may be nil, then HU limits leave nothing. A stroke of a
// label that is locked, or that the mask does not have, changes nothing.
func (m *Mask) Begin(v *volume.Volume, label uint8, erase bool, lim Limits) *Stroke {
	s := &Stroke{mask: m, before: m.Snapshot(), rows: make([]rowSpan, m.size[2])}
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

// PaintBits is Paint for a set of voxels on the mask's grid; a set on another
// grid changes nothing.
func (s *Stroke) PaintBits(b *Bits) volume.Box {
	s.box = volume.Box{}
	if s.idle || b.size != s.mask.size {
		return s.box
	}
	for k := range b.size[2] {
		for j := range b.size[1] {
			eachRun(b.Row(j, k), 0, b.size[0], func(i0, i1 int) { s.run(i0, i1, j, k) })
		}
	}
	return s.box
}

// run changes what may change of voxels i0..i1-1 of row (j, k), and copies the
// slice, where others hold it too, only when something does.
func (s *Stroke) run(i0, i1, j, k int) {
	nx, plane := s.mask.size[0], s.mask.size[0]*s.mask.size[1]
	ly := &s.mask.layers[s.layer]
	row := s.row(s.layer, j, k)
	var others [Layers][]uint8 // rows of other layers that count
	for l, may := range s.rule.layers {
		if may != nil && Layer(l) != s.layer {
			others[l] = s.row(Layer(l), j, k)
		}
	}
	first, last := -1, -1
	for i := i0; i < i1; i++ {
		old := uint8(0)
		if row != nil {
			old = row[i]
		}
		if !s.rule.layers[s.layer][old] || !s.allows(&others, i) || !s.rule.values.hold(k*plane+j*nx+i) {
			continue
		}
		if first < 0 {
			ly.writable(k, plane)
			first, row = i, s.row(s.layer, j, k)
		}
		last = i
		row[i] = s.value
		ly.counts[old]--
		ly.counts[s.value]++
	}
	if first >= 0 {
		s.rows[k].add(j)
		s.box = s.box.Union(volume.Box{Min: [3]int{first, j, k}, Max: [3]int{last + 1, j + 1, k + 1}})
	}
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

func (r *rowSpan) add(j int) {
	if r.to == 0 {
		*r = rowSpan{j, j + 1}
	}
	r.from, r.to = min(r.from, j), max(r.to, j+1)
}

// Delta returns what the stroke has changed so far, against the mask at Begin.
// It reads only the rows that were touched.
func (s *Stroke) Delta() Delta {
	var d Delta
	nx := s.mask.size[0]
	var zero []uint8
	for k, r := range s.rows {
		if r.to == 0 {
			continue
		}
		old, now := s.before.layers[s.layer].slices[k], s.mask.layers[s.layer].slices[k]
		if old == nil {
			if zero == nil {
				zero = make([]uint8, nx*s.mask.size[1])
			}
			old = zero
		}
		runs := diffRuns(old[r.from*nx:r.to*nx], now[r.from*nx:r.to*nx])
		if runs == nil {
			continue
		}
		for n := range runs {
			runs[n].Offset += int32(r.from * nx)
		}
		d.Slices = append(d.Slices, SliceDelta{s.layer, k, runs})
	}
	return d
}

// Abort puts the mask back as it was at Begin, and returns the box of what that
// changed. The stroke can go on from there.
func (s *Stroke) Abort() volume.Box {
	d := s.Delta()
	s.mask.Revert(d)
	clear(s.rows)
	return d.Box(s.mask.size[0])
}
