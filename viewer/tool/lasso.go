package tool

import (
	"opacity/app/mask"
	"opacity/app/text"
)

// lasso fills what the pointer was drawn round, in the slice it was drawn on;
// the scissors take the active label away there, through the stack. The right
// button or Ctrl does the opposite: takes away, or cuts what lies outside.
type lasso struct {
	kit  *Kit
	name Name

	line   *Outline // nil while nothing is drawn
	invert bool
}

func (t *lasso) Press(e Event) {
	if why := t.kit.refusal(); !why.IsZero() {
		t.kit.Refused.Emit(why)
		return
	}
	t.line = newOutline(e)
	t.invert = e.Button == Right || e.Mods&Ctrl != 0
	t.Move(e)
}

// Move adds a point, once: windows tell of a drag and of a move for each motion.
func (t *lasso) Move(e Event) {
	if t.line == nil {
		return
	}
	to, last := t.line.point(e), len(t.line.Points)-1
	if last >= 0 && t.line.Points[last] == to {
		return
	}
	t.line.Points = append(t.line.Points, to)
	t.kit.tell()
}

func (t *lasso) Release(Event) {
	line := t.line
	t.line = nil
	if line == nil {
		return
	}
	s := t.kit.settings
	if t.name == Lasso {
		t.kit.fill(t.name, line, s.Subtract != t.invert)
	} else {
		t.kit.cut(line, s.CutOutside != t.invert)
	}
	t.kit.tell()
}

func (t *lasso) Abort() {
	t.line = nil
	t.kit.tell()
}

func (t *lasso) marks(last Event) Marks {
	if t.line == nil {
		return Marks{}
	}
	line := *t.line
	line.Erase = t.name == Scissors || t.kit.settings.Subtract != t.invert
	if t.name == Scissors {
		outside := t.kit.settings.CutOutside != t.invert
		line.Cuts, line.Lost = t.kit.cuts(&line, outside), t.kit.lost(&line, outside)
	}
	return Marks{Outline: &line}
}

// newOutline begins a line on the slice that an event is on.
func newOutline(e Event) *Outline {
	_, _, n, _ := e.Plane.Axes()
	return &Outline{Plane: e.Plane, Slice: int(e.Voxel[n]), Held: -1}
}

// point is where an event is on the plane of the line.
func (o *Outline) point(e Event) [2]float64 {
	u, v, _, _ := o.Plane.Axes()
	return [2]float64{e.Voxel[u], e.Voxel[v]}
}

// here reports whether an event is on the slice of the line.
func (o *Outline) here(e Event) bool {
	_, _, n, _ := e.Plane.Axes()
	return e.Plane == o.Plane && int(e.Voxel[n]) == o.Slice
}

// shape is what the line goes round, in the slices that are so far from its own
// on either side.
func (o *Outline) shape(slices int, outside bool) mask.Polygon {
	_, _, n, _ := o.Plane.Axes() // across and down are in the order of the voxel axes
	return mask.Polygon{Axis: n, First: o.Slice - slices, Last: o.Slice + slices, Points: o.Points, Outside: outside}
}

// fill paints what a line goes round, as one step; false where that changed nothing.
func (k *Kit) fill(n Name, line *Outline, erase bool) bool {
	if k.holdsNothing(line) {
		return false
	}
	p := k.begin(n, erase)
	if p == nil {
		return false
	}
	p.paint(line.shape(0, false))
	return k.finish()
}

// holdsNothing reports whether a line goes round no voxel, and says so.
func (k *Kit) holdsNothing(line *Outline) bool {
	nothing := true
	line.shape(0, false).Runs(k.viewer.Session().Volume().Size, func(_, _, _, _ int) { nothing = false })
	if nothing {
		k.Ended.Emit(text.M("tool.unchanged.no_area"))
	}
	return nothing
}

// cut takes the active label away in or outside a line, through the stack, as
// one step. A line that goes round nothing cuts nothing, outside either.
func (k *Kit) cut(line *Outline, outside bool) {
	if k.holdsNothing(line) {
		return
	}
	if p := k.begin(Scissors, true); p != nil {
		shape := line.shape(0, outside)
		shape.First, shape.Last = k.reach(line)
		p.paint(shape)
		k.finish()
	}
}
