package tool

import (
	"math"

	"opacity/viewer"
)

// Machine is the gestures of one window. Not safe for concurrent use.
type Machine struct {
	viewer *viewer.Viewer
	// tool is what the left and right buttons do where a painting tool is on;
	// nil for none.
	tool Tool
	// hover, where it is set, hears where the pointer is over the panes, before
	// what a gesture makes of it; resize hears of Shift and the wheel.
	hover  func(Event)
	resize func(notches float64)

	active Tool // of the gesture under way, nil for none
	button Button
	plane  viewer.Plane
	last   Event
	cursor [3]int                 // before the last press
	wheel  [viewer.Planes]float64 // parts of a notch not yet spent
}

// NewMachine returns the gestures that change v.
func NewMachine(v *viewer.Viewer) *Machine { return &Machine{viewer: v} }

// SetTool puts a painting tool on the left and right buttons, nil for none. A
// gesture under way is aborted.
func (m *Machine) SetTool(t Tool) {
	m.abort()
	m.tool = t
}

// Busy reports whether a gesture is under way, and in which pane it began: until
// it ends, its events belong to that pane wherever the pointer is.
func (m *Machine) Busy() (viewer.Plane, bool) { return m.plane, m.active != nil }

// Handle acts on an event.
func (m *Machine) Handle(e Event) {
	if m.viewer.Session().Volume() == nil {
		m.active = nil
		return
	}
	switch e.Kind {
	case Press:
		m.press(e)
	case Move:
		m.move(e)
	case Release:
		if e.Button == NoButton || e.Button == m.button {
			m.release(e)
		}
		if e.Button = NoButton; m.active == nil {
			m.point(e)
		}
	case Wheel:
		m.turn(e)
	case Abort:
		m.abort()
	}
}

func (m *Machine) press(e Event) {
	m.point(e)
	if m.active != nil {
		return // a second button: the gesture keeps the first
	}
	m.viewer.SetActive(e.Plane)
	if e.Clicks == 2 && e.Button == Left && m.tool == nil {
		m.viewer.SetCursor(m.cursor) // the first click was no wish to move it
		m.viewer.ToggleMaximised(e.Plane)
		return
	}
	m.cursor = m.viewer.Cursor()
	t := m.choose(e)
	if t == nil {
		return
	}
	m.active, m.button, m.plane, m.last = t, e.Button, e.Plane, e
	t.Press(e)
}

func (m *Machine) point(e Event) {
	if m.hover != nil {
		m.hover(e)
	}
}

func (m *Machine) move(e Event) {
	m.point(e)
	if m.active == nil {
		return
	}
	if e.Button == NoButton {
		m.release(m.last) // the release went elsewhere
		return
	}
	m.last = e
	m.active.Move(e)
}

func (m *Machine) release(e Event) {
	if t := m.active; t != nil {
		m.active = nil
		t.Release(e)
	}
}

func (m *Machine) abort() {
	if t := m.active; t != nil {
		m.active = nil
		t.Abort()
	}
}

// choose picks what a press begins.
func (m *Machine) choose(e Event) Tool {
	switch {
	case e.Button == Middle, e.Button == Left && e.Mods&Shift != 0:
		return &pan{viewer: m.viewer}
	case e.Button == Left && e.WindowKey:
		return &window{viewer: m.viewer}
	case m.tool != nil && (e.Button == Left || e.Button == Right):
		return m.tool
	case e.Button == Right:
		return &zoom{viewer: m.viewer}
	case e.Button == Left && m.viewer.Profile() == viewer.Reading:
		return &window{viewer: m.viewer, clickMovesCursor: true}
	case e.Button == Left:
		return &crosshair{viewer: m.viewer}
	}
	return nil
}

// zoomPerNotch makes six notches double or halve the picture.
const zoomPerNotch = 1.0 / 6

// turn acts on the wheel: with Ctrl it zooms at the pointer, with Shift it
// changes the size of a painting tool, else it turns pages, a notch a slice.
func (m *Machine) turn(e Event) {
	if e.Mods&Shift != 0 {
		if m.tool != nil && m.resize != nil {
			m.resize(e.Notches)
		}
		return
	}
	if e.Mods&Ctrl != 0 {
		m.viewer.ZoomAt(e.Plane, math.Exp2(e.Notches*zoomPerNotch), e.Pane[0], e.Pane[1], e.Size[0], e.Size[1])
		return
	}
	sum := &m.wheel[e.Plane]
	if *sum*e.Notches < 0 {
		*sum = 0 // turned round: the rest of the other way does not count
	}
	*sum += e.Notches
	whole := math.Trunc(*sum + math.Copysign(1e-6, *sum))
	*sum -= whole
	m.viewer.Step(e.Plane, int(whole))
}
