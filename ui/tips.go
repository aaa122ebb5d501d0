package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// tipDelay is how long the pointer rests before the hint shows beside it. In the
// status bar it shows at once.
const tipDelay = 500 * time.Millisecond

// tips shows hints in a layer over the window that takes no pointer events.
type tips struct {
	w     *Window
	layer *fyne.Container
	owner fyne.CanvasObject
	stop  func()
}

func newTips(w *Window) *tips { return &tips{w: w, layer: container.NewWithoutLayout()} }

func (t *tips) show(owner fyne.CanvasObject, hint string) {
	t.clear()
	t.owner = owner
	t.w.status.hint(hint)
	t.stop = t.w.after(tipDelay, func() { t.place(owner, hint) })
}

func (t *tips) hide(owner fyne.CanvasObject) {
	if t.owner == owner {
		t.clear()
		t.w.status.hint("")
	}
}

func (t *tips) clear() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	t.owner = nil
	if len(t.layer.Objects) > 0 {
		t.layer.Objects = nil
		t.layer.Refresh()
	}
}

// place puts the hint under its owner, or above it where there is no room.
func (t *tips) place(owner fyne.CanvasObject, hint string) {
	if t.owner != owner || len(t.w.modals) > 0 {
		return
	}
	d := t.w.app.Driver()
	origin := d.AbsolutePositionForObject(t.layer)
	at := d.AbsolutePositionForObject(owner).Subtract(origin)
	label := widget.NewLabel(hint)
	size := label.MinSize()
	if widest := float32(340); size.Width > widest {
		label.Wrapping = fyne.TextWrapWord
		label.Resize(fyne.NewSize(widest, size.Height))
		size = fyne.NewSize(widest, label.MinSize().Height)
	}
	box := newSurface(colorTooltip, label)
	box.radius = 4
	room := t.layer.Size()
	x := min(at.X+8, room.Width-size.Width-6)
	y := at.Y + owner.Size().Height + 4
	if at.X < 50 { // beside the toolbar rather than over it
		x, y = at.X+owner.Size().Width+8, at.Y
	}
	if y+size.Height > room.Height-4 {
		y = at.Y - size.Height - 4
	}
	box.Resize(size)
	box.Move(fyne.NewPos(max(x, 4), max(y, 4)))
	t.layer.Objects = []fyne.CanvasObject{box}
	t.layer.Refresh()
}
