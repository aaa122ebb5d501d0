// Package controls is Fyne's controls with what a workstation needs besides: Enter
// presses, the focus is seen, a hint shows on hover, and keys that a control has no use
// for go on to the window. A Kit makes them for one window, its Host; lines, paragraphs
// and surfaces need none.
package controls

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// Host is the window that controls stand in, as they see it.
type Host interface {
	// TypedKey and TypedRune take keys that a control has no use for.
	TypedKey(e *fyne.KeyEvent)
	TypedRune(r rune)
	// KeyDown and KeyUp tell of every key that is held while a control has the focus.
	KeyDown(e *fyne.KeyEvent)
	KeyUp(e *fyne.KeyEvent)
	// BringIn scrolls to what has got the focus.
	BringIn(o fyne.CanvasObject)
	// Unfocus leaves no control with the focus.
	Unfocus()
	// Active tells that somebody works here: a text is typed.
	Active()
	// Hint shows a hint in the status bar; "" takes it away.
	Hint(text string)
	// Covered reports whether a question stands over the window.
	Covered() bool
	// Rail returns the width of the toolbar at the left edge, beside which hints go.
	Rail() float32
	// After calls f on the window's goroutine after d, unless it is stopped before.
	After(d time.Duration, f func()) (stop func())
}

// Kit makes the controls of one window.
type Kit struct {
	host Host
	Tips *Tips
}

// New makes the kit of a window; the layer of its tips belongs over all else.
func New(h Host) *Kit { return &Kit{h, newTips(h)} }

// Held is the part of a control that lets keys held with the mouse through, and
// takes its hint away when it is pressed.
type Held struct{ kit *Kit }

// MouseDown implements desktop.Mouseable.
func (h Held) MouseDown(*desktop.MouseEvent) { h.kit.Tips.Clear() }

// MouseUp implements desktop.Mouseable.
func (h Held) MouseUp(*desktop.MouseEvent) {}

// Held is for a control that is made by other means than the kit's own.
func (k *Kit) Held() Held { return Held{k} }

// KeyDown hands a key that is held on, whichever control has the focus:
// it may be held there for a drag that has yet to begin.
func (h Held) KeyDown(e *fyne.KeyEvent) { h.kit.host.KeyDown(e) }

// KeyUp hands on that a key was let go.
func (h Held) KeyUp(e *fyne.KeyEvent) { h.kit.host.KeyUp(e) }

// Visible shows or hides an object, where it is not so already.
func Visible(o fyne.CanvasObject, on bool) {
	if o.Visible() != on {
		if on {
			o.Show()
		} else {
			o.Hide()
		}
	}
}

// Enable lets a control be used or not, where it is not so already.
func Enable(o fyne.Disableable, on bool) {
	if o.Disabled() == on {
		if on {
			o.Enable()
		} else {
			o.Disable()
		}
	}
}
