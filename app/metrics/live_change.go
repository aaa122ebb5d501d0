package metrics

import (
	"opacity/app/mask"
	"opacity/app/volume"
)

// LiveChange is what an edit that is not made yet would do to a label.
type LiveChange struct {
	Voxels int // how many more voxels it would have
	Common int // how many more of them the model's mask has too
}

// LiveChanges are those of an edit, per layer by the label's value.
type LiveChanges [mask.Layers]map[uint8]LiveChange

// ChangesOf counts what a delta of the mask as it is would do. It costs the
// voxels of the delta alone.
func (l *Live) ChangesOf(d mask.Delta) LiveChanges {
	var changes LiveChanges
	for i := range changes {
		changes[i] = map[uint8]LiveChange{}
	}
	count := func(layer mask.Layer, value uint8, sign, voxels int, theirs []uint8) {
		c := changes[layer][value]
		c.Voxels += sign * voxels
		for _, x := range theirs {
			if x == value {
				c.Common += sign
			}
		}
		changes[layer][value] = c
	}
	for _, s := range d.Slices {
		var model []uint8
		if l.model != nil {
			model = l.model.Slice(s.Layer, s.K)
		}
		for _, r := range s.Runs {
			var theirs []uint8
			if model != nil {
				theirs = model[r.Offset : r.Offset+r.Length]
			}
			count(s.Layer, r.Old, -1, int(r.Length), theirs)
			count(s.Layer, r.New, +1, int(r.Length), theirs)
		}
	}
	return changes
}

// NumbersAfter are the Numbers as they would be after changes, without the
// involvement.
func (l *Live) NumbersAfter(v *volume.Volume, changes LiveChanges) LiveNumbers {
	l.follow()
	var out LiveNumbers
	for n, label := range l.labels {
		c := changes[label.Layer][label.Value]
		out.Labels = append(out.Labels, l.row(v, label, l.mask.Count(label.Layer, label.Value)+c.Voxels, l.totals[n]+c.Common))
	}
	return out
}
