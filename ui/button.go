package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// button is Fyne's, with a hint on hover, a focus that is seen, and Enter to press it.
type button struct {
	widget.Button
	held
	tip     string
	deaf    func() bool // true: keys press it not; nil: they always do
	focused bool
}

func (w *Window) newButton(label string, icon fyne.Resource, tip string, tapped func()) *button {
	b := &button{held: held{w}, tip: tip}
	b.Text, b.Icon = label, icon
	b.OnTapped = func() {
		w.tips.hide(b)
		tapped()
	}
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *button) TypedKey(e *fyne.KeyEvent) {
	if !isPress(e) {
		b.w.typedKey(e)
	} else if !b.Disabled() && (b.deaf == nil || !b.deaf()) {
		b.OnTapped()
	}
}

// TypedRune implements fyne.Focusable.
func (b *button) TypedRune(r rune) { b.w.typedRune(r) }

// FocusGained implements fyne.Focusable.
func (b *button) FocusGained() {
	b.focused = true
	b.Button.FocusGained()
	b.w.bringIn(b)
}

// FocusLost implements fyne.Focusable.
func (b *button) FocusLost() {
	b.focused = false
	b.Button.FocusLost()
}

// CreateRenderer implements fyne.Widget. Fyne shows the focus by a tint, which is
// not to be seen on a button that has that colour: a ring is.
func (b *button) CreateRenderer() fyne.WidgetRenderer {
	r := &ringed{b.Button.CreateRenderer(), b, canvas.NewRectangle(color.Transparent)}
	r.ring.StrokeWidth = 2
	r.ring.CornerRadius = theme.Size(theme.SizeNameInputRadius)
	r.apply()
	return r
}

type ringed struct {
	fyne.WidgetRenderer
	b    *button
	ring *canvas.Rectangle
}

func (r *ringed) apply() {
	r.ring.StrokeColor = paint(theme.ColorNameForeground)
	visible(r.ring, r.b.focused)
}

func (r *ringed) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.ring.Resize(size)
}

func (r *ringed) Refresh() {
	r.WidgetRenderer.Refresh()
	r.apply()
	r.ring.Refresh()
}

func (r *ringed) Objects() []fyne.CanvasObject { return append(r.WidgetRenderer.Objects(), r.ring) }

// MouseIn implements desktop.Hoverable.
func (b *button) MouseIn(e *desktop.MouseEvent) {
	b.Button.MouseIn(e)
	if b.tip != "" {
		b.w.tips.show(b, b.tip)
	}
}

// MouseOut implements desktop.Hoverable.
func (b *button) MouseOut() {
	b.Button.MouseOut()
	b.w.tips.hide(b)
}

func (b *button) enable(on bool) {
	if on == b.Disabled() {
		if on {
			b.Enable()
		} else {
			b.Disable()
		}
	}
}

func (b *button) highlight(i widget.Importance) {
	if b.Importance != i {
		b.Importance = i
		b.Refresh()
	}
}
