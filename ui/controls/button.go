package controls

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/ui/look"
)

// Button is Fyne's, with a hint on hover, a focus that is seen, and Enter to press it.
type Button struct {
	widget.Button
	Held
	tip     string
	Deaf    func() bool // true: keys press it not; nil: they always do
	focused bool
}

// Button makes a button; tip is its hint on hover.
func (k *Kit) Button(label string, icon fyne.Resource, tip string, tapped func()) *Button {
	b := &Button{Held: Held{k}, tip: tip}
	b.Text, b.Icon = label, icon
	b.OnTapped = func() {
		k.Tips.Hide(b)
		tapped()
	}
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	if !isPress(e) {
		b.kit.host.TypedKey(e)
	} else if !b.Disabled() && (b.Deaf == nil || !b.Deaf()) {
		b.OnTapped()
	}
}

// TypedRune implements fyne.Focusable.
func (b *Button) TypedRune(r rune) { b.kit.host.TypedRune(r) }

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() {
	b.focused = true
	b.Button.FocusGained()
	b.kit.host.BringIn(b)
}

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() {
	b.focused = false
	b.Button.FocusLost()
}

// CreateRenderer implements fyne.Widget. Fyne shows the focus by a tint, which is
// not to be seen on a button that has that colour: a ring is.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &ringed{b.Button.CreateRenderer(), b, canvas.NewRectangle(color.Transparent)}
	r.ring.StrokeWidth = 2
	r.ring.CornerRadius = theme.Size(theme.SizeNameInputRadius)
	r.apply()
	return r
}

type ringed struct {
	fyne.WidgetRenderer
	b    *Button
	ring *canvas.Rectangle
}

func (r *ringed) apply() {
	r.ring.StrokeColor = look.Paint(theme.ColorNameForeground)
	Visible(r.ring, r.b.focused)
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
func (b *Button) MouseIn(e *desktop.MouseEvent) {
	b.Button.MouseIn(e)
	if b.tip != "" {
		b.kit.Tips.Show(b, b.tip)
	}
}

// MouseOut implements desktop.Hoverable.
func (b *Button) MouseOut() {
	b.Button.MouseOut()
	b.kit.Tips.Hide(b)
}

// SetEnabled lets it be pressed, or not.
func (b *Button) SetEnabled(on bool) {
	Enable(b, on)
}

// Highlight gives it another rank among buttons.
func (b *Button) Highlight(i widget.Importance) {
	if b.Importance != i {
		b.Importance = i
		b.Refresh()
	}
}
