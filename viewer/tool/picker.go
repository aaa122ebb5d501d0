package tool

import (
	"math"
	"slices"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// picker takes the HU limits from the picture: a drag draws a ring from its
// middle, and the limits become the values in it, without the outermost that
// noise makes. Then the tool before is on again.
type picker struct {
	kit *Kit

	start  *Event // nil while nothing is drawn
	radius float64
	found  *mask.Range
	voxels int // that found is of
}

// leastPicked is how many voxels limits are taken from, at least: a click without a
// drag is one.
const leastPicked = 5

func (t *picker) Press(e Event) {
	vol := t.kit.viewer.Session().Volume()
	switch {
	case t.kit.viewer.Session().Loading():
		t.kit.Refused.Emit(text.M("tool.refused.loading"))
	case vol.Unit != volume.HU:
		t.kit.Refused.Emit(text.M("tool.refused.not_hu"))
	default:
		t.start = &e
		t.Move(e)
	}
}

func (t *picker) Move(e Event) {
	if t.start == nil || e.Plane != t.start.Plane {
		return
	}
	vol := t.kit.viewer.Session().Volume()
	_, _, n, _ := e.Plane.Axes()
	to := e.Voxel
	to[n] = t.start.Voxel[n]
	t.radius = vol.ToPatient(to).Sub(vol.ToPatient(t.start.Voxel)).Length()
	t.found, t.voxels = pick(vol, mask.Tip{Geometry: vol.Geometry, RadiusMM: t.radius, Axis: n}.At(t.start.Voxel))
	t.kit.tell()
}

func (t *picker) Release(Event) {
	found, enough := t.found, t.voxels >= leastPicked
	t.Abort()
	switch {
	case found == nil:
		return
	case !enough:
		t.kit.Said.Emit(text.M("tool.not_picked"))
		return
	}
	s := t.kit.settings
	s.Limits.HU = found
	t.kit.SetSettings(s)
	if t.kit.before != NoTool {
		t.kit.Swap()
	}
	t.kit.Said.Emit(text.M("tool.picked", found.Min, found.Max))
}

func (t *picker) Abort() {
	t.start, t.found = nil, nil
	t.kit.tell()
}

// tailPercent is what is left out at either end of the values.
const tailPercent = 2

// pick returns the range of the values in a shape, padding included as
// volume.FloorHU, in whole HU, and how many values there are; nil where the shape is
// outside the volume.
func pick(v *volume.Volume, s mask.Shape) (found *mask.Range, voxels int) {
	var values []float64
	s.Runs(v.Size, func(i0, i1, j, k int) {
		for i := i0; i < i1; i++ {
			x := v.At(i, j, k)
			if !(x >= volume.FloorHU && x <= math.MaxFloat32) {
				x = volume.FloorHU
			}
			values = append(values, x)
		}
	})
	if len(values) == 0 {
		return nil, 0
	}
	slices.Sort(values)
	tail := len(values) * tailPercent / 100
	return &mask.Range{Min: float32(math.Floor(values[tail])), Max: float32(math.Ceil(values[len(values)-1-tail]))}, len(values)
}

func (t *picker) marks(Event) Marks {
	if t.start == nil {
		return Marks{}
	}
	r := &Ring{Center: t.start.Voxel}
	for p := range r.RadiusMM {
		r.RadiusMM[p] = -1
	}
	r.RadiusMM[t.start.Plane] = t.radius
	return Marks{Ring: r, Range: t.found}
}
