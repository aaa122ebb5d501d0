package ui

import (
	"time"

	"fyne.io/fyne/v2"
)

// windowHost is the window as its controls see it.
type windowHost struct{ w *Window }

func (h windowHost) TypedKey(e *fyne.KeyEvent)   { h.w.typedKey(e) }
func (h windowHost) TypedRune(r rune)            { h.w.typedRune(r) }
func (h windowHost) KeyDown(e *fyne.KeyEvent)    { h.w.panes.grid.KeyDown(e) }
func (h windowHost) KeyUp(e *fyne.KeyEvent)      { h.w.panes.grid.KeyUp(e) }
func (h windowHost) BringIn(o fyne.CanvasObject) { h.w.bringIn(o) }
func (h windowHost) Unfocus()                    { h.w.win.Canvas().Unfocus() }
func (h windowHost) Hint(text string)            { h.w.status.hint(text) }
func (h windowHost) Active()                     { h.w.active() }
func (h windowHost) Rail() float32               { return h.w.toolbar.width() }
func (h windowHost) Covered() bool               { return len(h.w.modals) > 0 }

func (h windowHost) After(d time.Duration, f func()) (stop func()) { return h.w.after(d, f) }
