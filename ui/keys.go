package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"opacity/viewer/tool"
)

// connectKeys hands every key that nothing in focus wants to the key table.
func (w *Window) connectKeys() {
	c := w.win.Canvas()
	c.SetOnTypedKey(w.typedKey)
	c.SetOnTypedRune(w.typedRune)
	if d, ok := c.(desktop.Canvas); ok {
		d.SetOnKeyDown(w.panes.grid.KeyDown)
		d.SetOnKeyUp(w.panes.grid.KeyUp)
	}
	for n, top := range w.win.MainMenu().Items {
		letter := fyne.KeyName(strings.ToUpper(top.Label[:1]))
		c.AddShortcut(&desktop.CustomShortcut{KeyName: letter, Modifier: fyne.KeyModifierAlt}, func(fyne.Shortcut) { w.openMenu(n) })
	}
	inMenu := w.menu.shortcuts()
	for _, b := range allBindings() {
		for profile := range b.Keys {
			for _, chord := range b.Keys[profile] {
				if sc := shortcut(chord); sc != nil && !inMenu[sc.ShortcutName()] {
					c.AddShortcut(sc, func(fyne.Shortcut) { w.chord(chord) })
				}
			}
		}
	}
}

// allBindings are the keys of the program and of the painting tools.
func allBindings() []tool.Binding { return append(tool.Bindings(), tool.ToolBindings()...) }

// modifiers are the keys held now; the test driver knows none.
func (w *Window) modifiers() tool.Mods {
	d, ok := w.app.Driver().(desktop.Driver)
	if !ok {
		return 0
	}
	var m tool.Mods
	held := d.CurrentKeyModifiers()
	for _, k := range []struct {
		fyne fyne.KeyModifier
		tool tool.Mods
	}{{fyne.KeyModifierShift, tool.Shift}, {fyne.KeyModifierControl, tool.Ctrl}, {fyne.KeyModifierAlt, tool.Alt}} {
		if held&k.fyne != 0 {
			m |= k.tool
		}
	}
	return m
}

func (w *Window) typedKey(e *fyne.KeyEvent) {
	if len(w.modals) > 0 {
		w.modals[len(w.modals)-1].typedKey(e)
		return
	}
	if w.list != nil && w.list.typedKey(e) {
		return
	}
	w.chord(tool.Chord{Mods: w.modifiers(), Key: string(e.Name)})
}

// typedRune is for keys that are named by what they type, not by where they are.
func (w *Window) typedRune(r rune) {
	if len(w.modals) == 0 && r == '?' {
		w.chord(tool.Chord{Key: "?"})
	}
}

func (w *Window) chord(c tool.Chord) {
	if len(w.modals) == 0 {
		w.keys.Key(c)
	}
}

// shortcut is a chord as Fyne's menus and canvases take it, nil where it has no
// modifier that makes it one.
func shortcut(c tool.Chord) fyne.Shortcut {
	if c.Mods&(tool.Ctrl|tool.Alt) == 0 {
		return nil
	}
	var m fyne.KeyModifier
	if c.Mods&tool.Ctrl != 0 {
		m |= fyne.KeyModifierControl
	}
	if c.Mods&tool.Alt != 0 {
		m |= fyne.KeyModifierAlt
	}
	if c.Mods&tool.Shift != 0 {
		m |= fyne.KeyModifierShift
	}
	switch { // Fyne reports these by names of their own
	case m == fyne.KeyModifierControl && c.Key == "Z":
		return &fyne.ShortcutUndo{}
	case m == fyne.KeyModifierControl && c.Key == "Y":
		return &fyne.ShortcutRedo{}
	}
	return &desktop.CustomShortcut{KeyName: fyne.KeyName(c.Key), Modifier: m}
}

// keyOf returns the first key of an action in the profile in force, and how
// menus and hints write it.
func (w *Window) keyOf(a tool.Action) (tool.Chord, string) {
	for _, b := range allBindings() {
		if b.Action == a && len(b.Keys[w.viewer.Profile()]) > 0 {
			c := b.Keys[w.viewer.Profile()][0]
			return c, c.String()
		}
	}
	return tool.Chord{}, ""
}

// withKey adds an action's key to its name: "Segment (Ctrl+R)".
func (w *Window) withKey(name string, a tool.Action) string {
	if _, k := w.keyOf(a); k != "" {
		return w.t("ui.with_key", name, k)
	}
	return name
}
