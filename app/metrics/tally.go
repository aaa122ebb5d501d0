package metrics

import (
	"encoding/binary"
	"math"

	"opacity/app/mask"
	"opacity/app/volume"
)

// The parts a finding is counted in, by the anatomy under it.
const (
	outside = iota // of both lungs
	inLeft
	inRight
	both // anywhere: the total
)

var partSides = [...]mask.Side{outside: Outside, inLeft: mask.Left, inRight: mask.Right}

// row is one line of the report: a label, or a part of it.
type row struct {
	label mask.Label
	part  int
}

func rowsOf(labels []mask.Label) []row {
	var rows []row
	for _, l := range labels {
		rows = append(rows, row{l, both})
		if l.Layer == mask.Findings && l.Side == mask.NoSide {
			rows = append(rows, row{l, inLeft}, row{l, inRight}, row{l, outside})
		}
	}
	return rows
}

// sidesOf gives for each anatomy label the part that it makes a finding lie in.
func sidesOf(labels []mask.Label) (parts [256]uint8) {
	for _, l := range labels {
		if l.Layer == mask.Anatomy {
			parts[l.Value] = sidePart(l.Side)
		}
	}
	return parts
}

func sidePart(s mask.Side) uint8 {
	switch s {
	case mask.Left:
		return inLeft
	case mask.Right:
		return inRight
	}
	return outside
}

// sum is a count with the sums that mean and standard deviation come from. The
// sums of a slice of int16 are exact: 2^18 voxels of 2^30 each are below 2^53.
type sum struct {
	n     int
	x, xx float64
}

func (s *sum) merge(o sum) {
	s.n += o.n
	s.x += o.x
	s.xx += o.xx
}

func (s *sum) add(x float64) {
	s.n++
	s.x += x
	s.xx += x * x
}

// tally is what one slice holds, by label value.
type tally struct {
	anatomy  [256]sum
	findings [256][both]sum
	zero     []uint8
}

// of returns the sums of a row.
func (t *tally) of(r row) sum {
	if r.label.Layer == mask.Anatomy {
		return t.anatomy[r.label.Value]
	}
	parts := &t.findings[r.label.Value]
	if r.part != both {
		return parts[r.part]
	}
	var s sum
	for _, p := range parts {
		s.merge(p)
	}
	return s
}

// slice counts slice k afresh and reports whether it carries any label.
func (t *tally) slice(v *volume.Volume, m *mask.Mask, k int, parts *[256]uint8) bool {
	anatomy, findings := m.Slice(mask.Anatomy, k), m.Slice(mask.Findings, k)
	if anatomy == nil && findings == nil {
		return false
	}
	if t.zero == nil {
		t.zero = make([]uint8, v.Size[0]*v.Size[1])
	}
	if anatomy == nil {
		anatomy = t.zero
	}
	if findings == nil {
		findings = t.zero
	}
	clear(t.anatomy[:])
	clear(t.findings[:])
	if v.Int16 != nil {
		countSlice(t, v.SliceInt16(k), anatomy, findings, parts)
	} else {
		countSlice(t, v.SliceFloat32(k), anatomy, findings, parts)
	}
	return true
}

func countSlice[T int16 | float32](t *tally, values []T, anatomy, findings []uint8, parts *[256]uint8) {
	n := len(values)
	for o := 0; o < n; o++ {
		// Most of a slice carries no label: step over eight voxels at a time.
		for o+8 <= n && binary.LittleEndian.Uint64(anatomy[o:])|binary.LittleEndian.Uint64(findings[o:]) == 0 {
			o += 8
		}
		if o == n {
			return
		}
		a, f := anatomy[o], findings[o]
		if a|f == 0 {
			continue
		}
		x := floorHU(float64(values[o]))
		if a != 0 {
			t.anatomy[a].add(x)
		}
		if f != 0 {
			t.findings[f][parts[a]].add(x)
		}
	}
}

// floorHU gives padding, whatever it was written as, the value it counts as.
func floorHU(x float64) float64 {
	if x >= volume.FloorHU && x <= math.MaxFloat32 {
		return x
	}
	return volume.FloorHU
}
