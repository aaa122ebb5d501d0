package mask

import (
	"math"

	"opacity/app/volume"
)

// Range is the values from Min to Max, both inside.
type Range struct{ Min, Max float32 }

// Holds reports whether a value is in the range, where padding, what lies below
// volume.FloorHU and what is no number count as volume.FloorHU, as in statistics.
func (r Range) Holds(x float32) bool {
	if !(x >= volume.FloorHU && x <= math.MaxFloat32) {
		x = volume.FloorHU
	}
	return x >= r.Min && x <= r.Max
}

// Over says which labels painting may replace.
type Over uint8

// What painting may replace, besides nothing at all: a voxel without a label.
const (
	OverAll     Over = iota // every label
	OverNothing             // none
	OverVisible             // those that are shown
	OverLabel               // only where Limits.OverLabel is, and not where nothing is
)

// Limits says where a tool may change labels. The zero value limits nothing but
// what locks forbid: a locked label neither gains nor loses a voxel.
type Limits struct {
	// HU, where it is set, leaves only voxels whose value is in it; none where the
	// volume's numbers are not Hounsfield units.
	HU *Range
	// Inside, where it is not 0, leaves only voxels that carry this label, of
	// whichever layer.
	Inside uint8
	// Over is about painting; erasing takes away nothing but the active label.
	// Where OverLabel is a label of another layer, that one lies beneath.
	Over      Over
	OverLabel uint8
}

// rule is limits worked out for one stroke: which labels a voxel may carry, a
// table for each layer that counts, and which values it may have.
type rule struct {
	layers [Layers]*[256]bool // nil where a layer does not count
	values values
}

// newRule returns what a stroke of a label may change; false where that is nothing.
func newRule(m *Mask, v *volume.Volume, label Label, erase bool, lim Limits) (r rule, ok bool) {
	own := new([256]bool)
	r.layers[label.Layer] = own
	if erase {
		own[label.Value] = true
	} else {
		own[0] = true
		for value := 1; value < 256; value++ {
			l, known := m.Label(uint8(value))
			own[value] = lim.Over != OverNothing && !l.Locked && (lim.Over != OverVisible || known && l.Visible)
		}
		own[label.Value] = false // it is there already
		if lim.Over == OverLabel && !r.only(m, lim.OverLabel) {
			return r, false
		}
	}
	if lim.Inside != 0 && !r.only(m, lim.Inside) {
		return r, false
	}
	if lim.HU != nil {
		if v == nil || v.Size != m.size || v.Unit != volume.HU {
			return r, false
		}
		r.values = values{volume: v, Range: *lim.HU}
	}
	return r, !label.Locked
}

// only leaves voxels that carry a label; false where there is no such label.
func (r *rule) only(m *Mask, value uint8) bool {
	l, ok := m.Label(value)
	if !ok {
		return false
	}
	var here [256]bool
	here[value] = r.layers[l.Layer] == nil || r.layers[l.Layer][value]
	r.layers[l.Layer] = &here
	return true
}

// values says which values a voxel may have; all where volume is nil.
type values struct {
	volume *volume.Volume
	Range
}

// hold reports whether the voxel at offset o of the whole volume may change.
func (v *values) hold(o int) bool {
	switch {
	case v.volume == nil:
		return true
	case v.volume.Int16 != nil:
		return v.Holds(float32(v.volume.Int16[o]))
	}
	return v.Holds(v.volume.Float32[o])
}
