package tool

import (
	"opacity/app/text"
	"opacity/viewer"
)

// Click is where a tool that works at a click was used, and with what.
type Click struct {
	Voxel    [3]int
	Plane    viewer.Plane
	Label    uint8 // the active one
	Erase    bool
	Settings Settings
}

// click hands the voxel that was clicked to whoever carries the tool out.
type click struct {
	kit  *Kit
	name Name
}

func (t *click) Press(e Event) {
	f := t.kit.Fill
	if t.name == Island {
		f = t.kit.Island
	}
	s := t.kit.viewer.Session()
	at, inside := viewer.Nearest(s.Volume().Geometry, e.Voxel)
	why := t.kit.refusal()
	switch {
	case !inside || f == nil:
	case !why.IsZero():
		t.kit.Refused.Emit(why)
	case t.name == Island && !t.onLabel(at):
		t.kit.Refused.Emit(text.M("tool.refused.no_island"))
	default:
		f(Click{at, e.Plane, t.kit.viewer.ActiveLabel(), e.Button == Right || e.Mods&Ctrl != 0, t.kit.settings})
	}
}

// onLabel reports whether a voxel carries the active label.
func (t *click) onLabel(at [3]int) bool {
	m := t.kit.viewer.Session().Mask()
	label, ok := m.Label(t.kit.viewer.ActiveLabel())
	return ok && m.At(label.Layer, at[0], at[1], at[2]) == label.Value
}

func (t *click) Move(Event)    {}
func (t *click) Release(Event) {}
func (t *click) Abort()        {}

// marks shows nothing: the pointer is mark enough.
func (t *click) marks(Event) Marks { return Marks{} }
