package tool

import (
	"math"

	"opacity/app/volume"
	"opacity/viewer"
)

// crosshair moves the linked cursor with the pointer.
type crosshair struct {
	viewer *viewer.Viewer
	before [3]int
}

func (t *crosshair) Press(e Event) {
	t.before = t.viewer.Cursor()
	t.Move(e)
}

func (t *crosshair) Move(e Event) {
	c := t.viewer.Cursor()
	u, v, _, _ := e.Plane.Axes()
	for _, axis := range [2]int{u, v} {
		c[axis] = int(math.Floor(e.Voxel[axis] + 0.5))
	}
	t.viewer.SetCursor(c)
}

func (t *crosshair) Release(Event) {}

func (t *crosshair) Abort() { t.viewer.SetCursor(t.before) }

// pan moves the picture with the pointer.
type pan struct {
	viewer *viewer.Viewer
	before viewer.Camera
	last   Event
}

func (t *pan) Press(e Event) { t.before, t.last = t.viewer.Camera(e.Plane), e }

func (t *pan) Move(e Event) {
	t.viewer.Pan(t.last.Plane, e.Pane[0]-t.last.Pane[0], e.Pane[1]-t.last.Pane[1], e.Size[0], e.Size[1])
	t.last = e
}

func (t *pan) Release(Event) {}

func (t *pan) Abort() { t.viewer.SetCamera(t.last.Plane, t.before) }

// zoomPxPerDouble is how far up a drag makes the picture twice as large.
const zoomPxPerDouble = 150

// zoom makes the picture larger as the pointer goes up, about the point where
// it was pressed.
type zoom struct {
	viewer *viewer.Viewer
	before viewer.Camera
	start  Event
	lastY  float64
}

func (t *zoom) Press(e Event) {
	t.before, t.start, t.lastY = t.viewer.Camera(e.Plane), e, e.Pane[1]
}

func (t *zoom) Move(e Event) {
	factor := math.Exp2((t.lastY - e.Pane[1]) / zoomPxPerDouble)
	t.viewer.ZoomAt(t.start.Plane, factor, t.start.Pane[0], t.start.Pane[1], e.Size[0], e.Size[1])
	t.lastY = e.Pane[1]
}

func (t *zoom) Release(Event) {}

func (t *zoom) Abort() { t.viewer.SetCamera(t.start.Plane, t.before) }

// Speed of the window drag: at a width of 1000 a pixel is 2 HU, and narrower
// windows move in proportion finer, wider ones coarser.
const (
	windowPerPx = 2.0 / 1000
	minPerPx    = 0.1
	maxPerPx    = 10
	clickPx     = 3 // a press that moved less is a click
)

// window drags the window: right is wider, up is brighter.
type window struct {
	viewer           *viewer.Viewer
	clickMovesCursor bool
	before           volume.Window
	start            Event
	dragged          bool
}

func (t *window) Press(e Event) { t.before, t.start = t.viewer.Window(), e }

func (t *window) Move(e Event) {
	dx, dy := e.Pane[0]-t.start.Pane[0], e.Pane[1]-t.start.Pane[1]
	if !t.dragged && math.Hypot(dx, dy) < clickPx {
		return
	}
	t.dragged = true
	if t.viewer.InvertLevel() {
		dy = -dy
	}
	perPx := math.Min(math.Max(t.before.Width*windowPerPx, minPerPx), maxPerPx)
	w := volume.Window{
		Center: math.Round(10*(t.before.Center+dy*perPx)) / 10,
		Width:  math.Round(10*(t.before.Width+dx*perPx)) / 10,
	}
	if perPx >= 0.5 {
		w.Center, w.Width = math.Round(w.Center), math.Round(w.Width)
	}
	t.viewer.SetWindow(w)
}

func (t *window) Release(Event) {
	if t.clickMovesCursor && !t.dragged {
		(&crosshair{viewer: t.viewer}).Press(t.start)
	}
}

func (t *window) Abort() { t.viewer.SetWindow(t.before) }
