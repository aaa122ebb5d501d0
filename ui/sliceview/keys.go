package sliceview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"opacity/viewer/tool"
)

var (
	_ fyne.Focusable  = (*Grid)(nil)
	_ desktop.Keyable = (*Grid)(nil)
)

// FocusGained shows the ring round the active pane.
func (g *Grid) FocusGained() {
	g.focused = true
	g.showFocus()
}

// FocusLost ends what is held: its release may never come.
func (g *Grid) FocusLost() {
	g.focused, g.heldW, g.heldMods = false, false, 0
	g.letGo()
	g.showFocus()
}

func (g *Grid) showFocus() {
	for p, pane := range g.panes {
		show(pane.ring, g.focused && int(g.viewer.Active()) == p)
	}
}

// TypedKey carries out what the key is bound to. Escape first ends a gesture,
// taking back what it did.
func (g *Grid) TypedKey(e *fyne.KeyEvent) {
	if _, busy := g.machine.Busy(); busy && e.Name == fyne.KeyEscape {
		g.grip = grip{}
		g.machine.Handle(tool.Event{Kind: tool.Abort})
		return
	}
	g.opts.Keys.Key(tool.Chord{Mods: mods(g.modifiers()), Key: string(e.Name)})
}

// TypedRune carries out keys that are named by what they type.
func (g *Grid) TypedRune(r rune) {
	if r == '?' {
		g.opts.Keys.Key(tool.Chord{Key: "?"})
	}
}

// KeyDown keeps W and the modifiers.
func (g *Grid) KeyDown(e *fyne.KeyEvent) { g.hold(e.Name, true) }

// KeyUp lets go of W and the modifiers.
func (g *Grid) KeyUp(e *fyne.KeyEvent) { g.hold(e.Name, false) }

func (g *Grid) hold(k fyne.KeyName, down bool) {
	var m fyne.KeyModifier
	switch k {
	case fyne.KeyW:
		g.heldW = down
	case desktop.KeyShiftLeft, desktop.KeyShiftRight:
		m = fyne.KeyModifierShift
	case desktop.KeyControlLeft, desktop.KeyControlRight:
		m = fyne.KeyModifierControl
	case desktop.KeyAltLeft, desktop.KeyAltRight:
		m = fyne.KeyModifierAlt
	}
	if down {
		g.heldMods |= m
	} else {
		g.heldMods &^= m
	}
}

// modifiers are the keys held now: as the window says, as the driver says, or,
// where that does not know, as the grid's own key events told.
func (g *Grid) modifiers() fyne.KeyModifier {
	if g.opts.Modifiers != nil {
		return g.opts.Modifiers()
	}
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return d.CurrentKeyModifiers()
	}
	return g.heldMods
}

func (g *Grid) canvas() fyne.Canvas {
	if a := fyne.CurrentApp(); a != nil {
		return a.Driver().CanvasForObject(g)
	}
	return nil
}

func (g *Grid) takeFocus() {
	if c := g.canvas(); c != nil && c.Focused() != g {
		c.Focus(g)
	}
}
