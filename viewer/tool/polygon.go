package tool

import (
	"math"
	"slices"

	"opacity/app/text"
	"opacity/viewer"
)

// polygon draws an outline point by point: a press sets one, or takes hold of
// one to move it; a double click or Enter fills it, Backspace drops the last
// point, Escape all of them. Ctrl with the double click takes away. It stays while
// other tools are on.
type polygon struct {
	kit *Kit

	line    *Outline     // nil while nothing is drawn
	before  [][2]float64 // the points before the gesture under way
	dropped *Outline     // by Escape, to be had back; nil for none
	since   int          // the revision of the session at that time
}

// grabPx is how near to a point, in pixels at 100 %, a press takes hold of it.
const grabPx = 7

func (t *polygon) Press(e Event) {
	t.before = nil
	switch {
	case e.Button != Left:
		return
	case t.line != nil && !t.line.here(e):
		t.kit.Refused.Emit(text.M("tool.refused.outline_elsewhere", t.kit.Place(t.line)))
		return
	case e.Clicks == 2 && t.line != nil:
		t.fill(e.Mods&Ctrl != 0)
		return
	}
	if t.line == nil {
		if why := t.kit.refusal(); !why.IsZero() {
			t.kit.Refused.Emit(why)
			return
		}
		t.line, t.dropped = newOutline(e), nil
		t.line.Handles = true
	}
	t.before = slices.Clone(t.line.Points)
	t.line.Held = t.at(e)
	if t.line.Held < 0 {
		t.line.Points = append(t.line.Points, t.line.point(e))
		t.line.Held = len(t.line.Points) - 1
	}
	t.kit.tell()
}

// at finds the point an event takes hold of, the nearest, -1 for none.
func (t *polygon) at(e Event) int {
	v := t.kit.viewer
	pane := viewer.PaneTransform(e.Plane, v.Session().Volume().Geometry, v.Camera(e.Plane), e.Size[0], e.Size[1])
	u, w, _, _ := e.Plane.Axes()
	best, found := float64(grabPx), -1
	for i, p := range t.line.Points {
		voxel := e.Voxel
		voxel[u], voxel[w] = p[0], p[1]
		x, y := pane.Pane(voxel)
		if d := math.Hypot(x-e.Pane[0], y-e.Pane[1]); d <= best {
			best, found = d, i
		}
	}
	return found
}

func (t *polygon) Move(e Event) {
	if t.line != nil && t.line.Held >= 0 && t.line.here(e) {
		t.line.Points[t.line.Held] = t.line.point(e)
		t.kit.tell()
	}
}

func (t *polygon) Release(Event) { t.letGo() }

// Abort takes back what the gesture did: a point that was set or moved.
func (t *polygon) Abort() {
	if t.line != nil && t.line.Held >= 0 {
		t.line.Points = t.before
		t.emptied()
	}
	t.letGo()
	t.kit.tell()
}

func (t *polygon) letGo() {
	t.before = nil
	if t.line != nil {
		t.line.Held = -1
	}
}

// commit fills the outline where it is seen; else it is shown first.
func (t *polygon) commit() {
	v := t.kit.viewer
	if t.line == nil || t.kit.Seen(t.line) {
		t.fill(false)
		return
	}
	v.SetActive(t.line.Plane)
	v.SetSlice(t.line.Plane, t.line.Slice)
	t.kit.Said.Emit(text.M("tool.outline.here"))
}

// fill ends the outline. One that goes round fewer than three points, or changes
// nothing, stays as it is, to go on with.
func (t *polygon) fill(invert bool) {
	line := t.line
	if line == nil || len(line.Points) < 3 {
		return
	}
	line.Held, t.before = -1, nil
	if t.kit.fill(Polygon, line, t.kit.settings.Subtract != invert) {
		t.line = nil
	}
	t.kit.tell()
}

func (t *polygon) drawing() bool { return t.line != nil }

func (t *polygon) back() {
	t.line.Held = -1
	t.line.Points = t.line.Points[:max(len(t.line.Points)-1, 0)]
	t.emptied()
}

// emptied forgets a line without points, so that the next may be elsewhere.
func (t *polygon) emptied() {
	if len(t.line.Points) == 0 {
		t.line = nil
	}
}

func (t *polygon) drop() bool {
	if t.line == nil {
		return false
	}
	t.dropped, t.since = t.line, t.kit.viewer.Session().Revision()
	t.dropped.Held = -1
	t.line, t.before = nil, nil
	t.kit.Said.Emit(text.M("tool.outline.dropped"))
	return true
}

func (t *polygon) restorable() bool {
	return t.line == nil && t.dropped != nil && t.since == t.kit.viewer.Session().Revision()
}

func (t *polygon) restore() { t.line, t.dropped = t.dropped, nil }

func (t *polygon) forget() { t.line, t.before, t.dropped = nil, nil, nil }

func (t *polygon) marks(last Event) Marks {
	if t.line == nil {
		return Marks{}
	}
	line := *t.line
	line.Erase = t.kit.settings.Subtract
	if last.Plane >= 0 && line.Held < 0 && line.here(last) {
		next := line.point(last)
		line.Next = &next
	}
	return Marks{Outline: &line}
}
