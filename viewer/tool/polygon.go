package tool

import (
	"math"
	"slices"

	"opacity/app/text"
	"opacity/viewer"
)

// polygon draws an outline point by point: a press sets one, or takes hold of
// one to move it; a double click or Enter fills it, Backspace drops the last
// point, Escape all of them. Ctrl with the double click takes away.
type polygon struct {
	kit *Kit

	line   *Outline     // nil while nothing is drawn
	before [][2]float64 // the points before the gesture under way
}

// grabPx is how near to a point, in pixels at 100 %, a press takes hold of it.
const grabPx = 7

func (t *polygon) Press(e Event) {
	t.before = nil
	switch {
	case e.Button != Left:
		return
	case t.line != nil && !t.line.here(e):
		t.kit.Refused.Emit(text.M("tool.refused.outline_elsewhere"))
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
		t.line = newOutline(e)
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

func (t *polygon) commit() { t.fill(false) }

// fill ends the outline; fewer than three points stay as they are, to go on with.
func (t *polygon) fill(invert bool) {
	line := t.line
	if line == nil || len(line.Points) < 3 {
		return
	}
	t.drop()
	t.kit.fill(Polygon, line, t.kit.settings.Subtract != invert)
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
	was := t.line
	t.line, t.before = nil, nil
	return was != nil
}

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
