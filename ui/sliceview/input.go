package sliceview

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"opacity/viewer"
	"opacity/viewer/tool"
)

var (
	_ desktop.Mouseable  = (*Grid)(nil)
	_ desktop.Hoverable  = (*Grid)(nil)
	_ desktop.Cursorable = (*Grid)(nil)
	_ fyne.Draggable     = (*Grid)(nil)
	_ fyne.Scrollable    = (*Grid)(nil)
)

// grip is what a pressed button holds: a gesture of the machine, a splitter, or
// a slice slider. Fyne ends a drag by a release, by DragEnd, by a move without a
// button, by leaving or by losing the focus, often by several of them: ending
// nothing does nothing.
type grip struct {
	kind   gripKind
	button desktop.MouseButton
	index  int // of the splitter or the pane
}

type gripKind int

const (
	gripNone gripKind = iota
	gripGesture
	gripSplitter
	gripSlider
)

// clicks counts presses in quick succession.
type clicks struct {
	count  int
	at     fyne.Position
	when   time.Time
	button desktop.MouseButton
}

const (
	doubleClick   = 400 * time.Millisecond
	doubleClickPx = 5
)

func (c *clicks) press(e *desktop.MouseEvent, now time.Time) int {
	near := abs(e.Position.X-c.at.X) <= doubleClickPx && abs(e.Position.Y-c.at.Y) <= doubleClickPx
	if c.count == 1 && e.Button == c.button && near && now.Sub(c.when) <= doubleClick {
		c.count = 2
	} else {
		c.count = 1
	}
	c.at, c.when, c.button = e.Position, now, e.Button
	return c.count
}

func abs(x float32) float32 { return max(x, -x) }

// MouseDown begins what the button holds.
func (g *Grid) MouseDown(e *desktop.MouseEvent) {
	g.takeFocus()
	g.point(e.Position)
	count := g.clicks.press(e, g.opts.Now())
	if g.grip.kind == gripNone {
		g.grip = g.gripAt(e.Position, e.Button)
	}
	switch g.grip.kind {
	case gripGesture:
		ev := g.event(tool.Press, e.Position, e.Button)
		ev.Mods |= mods(e.Modifier)
		ev.Clicks = count
		g.machine.Handle(ev)
	case gripSlider, gripSplitter:
		g.pull(e.Position)
	}
}

// gripAt is what a press at a position would hold.
func (g *Grid) gripAt(pos fyne.Position, button desktop.MouseButton) grip {
	primary := button == desktop.MouseButtonPrimary
	for i, r := range g.areas.splitters {
		if primary && !r.Empty() && r.Contains(pos) {
			return grip{gripSplitter, button, i}
		}
	}
	p, ok := g.PaneAt(pos)
	switch {
	case !ok || g.volume() == nil:
		return grip{}
	case primary && slider(g.areas.panes[p]).Contains(pos):
		return grip{gripSlider, button, int(p)}
	}
	return grip{gripGesture, button, int(p)}
}

// pull moves what is held to a position.
func (g *Grid) pull(pos fyne.Position) {
	switch g.grip.kind {
	case gripGesture:
		g.machine.Handle(g.event(tool.Move, pos, g.grip.button))
	case gripSlider:
		g.viewer.SetActive(viewer.Plane(g.grip.index))
		g.panes[g.grip.index].slideTo(pos.X)
	case gripSplitter:
		share := float64(pos.X / g.Size().Width)
		if g.grip.index == 1 {
			share = float64(pos.Y / g.Size().Height)
		}
		g.splits[g.grip.index] = min(max(share, minSplit), 1-minSplit)
		g.layout(g.Size())
	}
}

// letGo ends what is held.
func (g *Grid) letGo() {
	held := g.grip
	g.grip = grip{}
	switch held.kind {
	case gripGesture:
		g.machine.Handle(g.event(tool.Release, g.pointer, held.button))
		g.all((*pane).readOut)
	case gripSplitter:
		if g.opts.OnSplits != nil {
			g.opts.OnSplits(g.splits)
		}
	}
}

// MouseUp ends what that button held.
func (g *Grid) MouseUp(e *desktop.MouseEvent) {
	if e.Button == g.grip.button {
		g.letGo()
	}
}

// Dragged moves what is held; Fyne sends it for the left and middle buttons,
// wherever the pointer is.
func (g *Grid) Dragged(e *fyne.DragEvent) {
	g.point(e.Position)
	g.pull(e.Position)
}

// DragEnd ends what is held.
func (g *Grid) DragEnd() { g.letGo() }

// MouseIn takes the focus where nobody else has it, so that keys held with the
// mouse arrive.
func (g *Grid) MouseIn(e *desktop.MouseEvent) {
	if c := g.canvas(); c != nil && c.Focused() == nil {
		c.Focus(g)
	}
	g.MouseMoved(e)
}

// MouseMoved moves what the right button holds, and says what lies under the pointer.
func (g *Grid) MouseMoved(e *desktop.MouseEvent) {
	g.hovered = true
	g.point(e.Position)
	switch {
	case g.grip.kind == gripNone:
		g.hover(e.Position)
		g.hoverStrip(e.Position, true)
	case e.Button&g.grip.button == 0:
		g.letGo() // the button came up where the grid could not see it
	default:
		g.pull(e.Position)
	}
}

// MouseOut ends a drag of the right button, which is not captured.
func (g *Grid) MouseOut() {
	if g.grip.button == desktop.MouseButtonSecondary {
		g.letGo()
	}
	g.hovered = false
	g.leave()
	g.hoverStrip(g.pointer, false)
	g.all((*pane).readOut)
}

// point remembers where the pointer is.
func (g *Grid) point(pos fyne.Position) {
	g.pointer = pos
	if k := g.opts.Kit; k == nil || !k.Follows() {
		g.all((*pane).readOut)
	}
}

// notch is what Fyne reports for one notch of a wheel.
const notch = 25

// Scrolled turns pages or zooms.
func (g *Grid) Scrolled(e *fyne.ScrollEvent) {
	if _, ok := g.PaneAt(e.Position); !ok {
		return
	}
	g.pointer = e.Position
	ev := g.event(tool.Wheel, e.Position, 0)
	ev.Notches = float64(e.Scrolled.DY) / notch
	if e.Scrolled.DY == 0 { // Shift turns the wheel sideways; without it two fingers drift
		if ev.Mods&tool.Shift == 0 {
			return
		}
		ev.Notches = float64(e.Scrolled.DX) / notch
	}
	g.machine.Handle(ev)
}

// event describes the pointer at a position: of the pane it is over, or of the
// pane that the gesture under way began in.
func (g *Grid) event(k tool.Kind, pos fyne.Position, b desktop.MouseButton) tool.Event {
	plane, busy := g.machine.Busy()
	if !busy {
		plane, _ = g.PaneAt(pos)
	}
	e := tool.Event{Kind: k, Plane: plane, Button: button(b), Mods: mods(g.modifiers()), WindowKey: g.heldW}
	p := g.panes[plane]
	if !p.shown() {
		return e
	}
	r := p.pictureRect()
	at := r.within(pos)
	e.Pane = [2]float64{float64(at.X), float64(at.Y)}
	e.Size = [2]float64{float64(r.Size.Width), float64(r.Size.Height)}
	e.Voxel = p.transform().Voxel(e.Pane[0], e.Pane[1], g.viewer.SliceOf(plane))
	return e
}

// Pointer is where the pointer was seen last, in the grid.
func (g *Grid) Pointer() fyne.Position { return g.pointer }

// hoveredVoxel is the voxel of a plane under the pointer.
func (g *Grid) hoveredVoxel(plane viewer.Plane) (index [3]int, ok bool) {
	p := g.panes[plane]
	r := p.pictureRect()
	if !g.hovered || !p.shown() || !r.Contains(g.pointer) {
		return index, false
	}
	at, vol := r.within(g.pointer), g.volume()
	index, ok = viewer.Nearest(vol.Geometry, p.transform().Voxel(float64(at.X), float64(at.Y), g.viewer.SliceOf(plane)))
	if loaded := g.viewer.Session().Loaded(); ok && loaded != nil && !loaded[index[2]] {
		return index, false
	}
	return index, ok
}

// Cursor is the pointer's shape: what a press would hold.
func (g *Grid) Cursor() desktop.Cursor {
	held := g.grip
	if held.kind == gripNone {
		held = g.gripAt(g.pointer, desktop.MouseButtonPrimary)
	}
	switch {
	case held.kind == gripSplitter && held.index == 0:
		return desktop.HResizeCursor
	case held.kind == gripSplitter:
		return desktop.VResizeCursor
	case held.kind == gripSlider:
		return desktop.PointerCursor
	case held.kind == gripGesture:
		return desktop.CrosshairCursor
	}
	return desktop.DefaultCursor
}

func button(b desktop.MouseButton) tool.Button {
	switch {
	case b&desktop.MouseButtonPrimary != 0:
		return tool.Left
	case b&desktop.MouseButtonTertiary != 0:
		return tool.Middle
	case b&desktop.MouseButtonSecondary != 0:
		return tool.Right
	}
	return tool.NoButton
}

func mods(m fyne.KeyModifier) tool.Mods {
	var out tool.Mods
	if m&fyne.KeyModifierShift != 0 {
		out |= tool.Shift
	}
	if m&fyne.KeyModifierShortcutDefault != 0 {
		out |= tool.Ctrl
	}
	if m&fyne.KeyModifierAlt != 0 {
		out |= tool.Alt
	}
	return out
}
