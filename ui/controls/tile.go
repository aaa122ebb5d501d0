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

// Tile is something to press that holds any content: it shows hover, focus and
// whether it is the chosen one among its like (by a bar, not by colour alone).
type Tile struct {
	widget.BaseWidget
	Held
	content  fyne.CanvasObject
	tapped   func()
	tip      string
	Fill     fyne.ThemeColorName
	Pad      float32
	Chosen   bool
	Disabled bool
	// Menu, where it is set, is asked for by the right button at a place of the
	// window; Keys says whether it took a key.
	Menu func(at fyne.Position)
	Keys func(*fyne.KeyEvent) bool
	// OnDrag, where it is set, hears of the pointer that was pressed on the tile and
	// moves, at a place of the tile; OnDrop of its end.
	OnDrag func(at fyne.Position)
	OnDrop func()
	last   fyne.Position // of that pointer

	hovered, focused bool
}

// Tile makes a tile around some content; tapped nil for one that only shows.
func (k *Kit) Tile(content fyne.CanvasObject, tip string, tapped func()) *Tile {
	t := &Tile{Held: Held{k}, content: content, tapped: tapped, tip: tip, Fill: look.Transparent, Pad: 6}
	t.ExtendBaseWidget(t)
	return t
}

// Tapped implements fyne.Tappable.
func (t *Tile) Tapped(*fyne.PointEvent) {
	t.kit.host.Unfocus()
	t.Press()
}

// TappedSecondary implements fyne.SecondaryTappable.
func (t *Tile) TappedSecondary(e *fyne.PointEvent) {
	if t.Menu != nil && !t.Disabled {
		t.kit.Tips.Hide(t)
		t.Menu(e.AbsolutePosition)
	}
}

// Press does what pressing it does.
func (t *Tile) Press() {
	if !t.Disabled && t.tapped != nil {
		t.kit.Tips.Hide(t)
		t.tapped()
	}
}

// Dragged implements fyne.Draggable.
func (t *Tile) Dragged(e *fyne.DragEvent) {
	t.last = e.Position
	if t.OnDrag != nil && !t.Disabled {
		t.kit.Tips.Hide(t)
		t.OnDrag(e.Position)
	}
}

// DragEnd implements fyne.Draggable. A tile that is not to be dragged was pressed
// by a hand that shook.
func (t *Tile) DragEnd() {
	size := t.Size()
	switch {
	case t.OnDrop != nil && !t.Disabled:
		t.OnDrop()
	case t.last.X >= 0 && t.last.Y >= 0 && t.last.X < size.Width && t.last.Y < size.Height:
		t.Tapped(nil)
	}
}

// TypedKey implements fyne.Focusable.
func (t *Tile) TypedKey(e *fyne.KeyEvent) {
	if isPress(e) {
		t.Press()
		return
	}
	if t.Keys == nil || !t.Keys(e) {
		t.kit.host.TypedKey(e)
	}
}

// TypedRune implements fyne.Focusable.
func (t *Tile) TypedRune(r rune) { t.kit.host.TypedRune(r) }

// FocusGained implements fyne.Focusable.
func (t *Tile) FocusGained() {
	t.focused = true
	t.Refresh()
	t.kit.host.BringIn(t)
}

// FocusLost implements fyne.Focusable.
func (t *Tile) FocusLost() { t.focused = false; t.Refresh() }

// MouseIn implements desktop.Hoverable.
func (t *Tile) MouseIn(*desktop.MouseEvent) {
	t.hovered = true
	if t.tip != "" {
		t.kit.Tips.Show(t, t.tip)
	}
	t.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (t *Tile) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *Tile) MouseOut() {
	t.hovered = false
	t.kit.Tips.Hide(t)
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *Tile) CreateRenderer() fyne.WidgetRenderer {
	r := &tileRenderer{t: t, ground: canvas.NewRectangle(color.Transparent), bar: canvas.NewRectangle(color.Transparent), ring: canvas.NewRectangle(color.Transparent)}
	r.ground.CornerRadius, r.ring.CornerRadius, r.bar.CornerRadius = 4, 4, 1.5
	r.apply()
	return r
}

type tileRenderer struct {
	t                 *Tile
	ground, bar, ring *canvas.Rectangle
}

func (r *tileRenderer) apply() {
	r.ground.FillColor = look.Paint(r.t.Fill)
	if r.t.Chosen {
		r.ground.FillColor = look.Paint(theme.ColorNameSelection)
	}
	r.ring.FillColor, r.ring.StrokeWidth, r.ring.StrokeColor = color.Transparent, 0, color.Transparent
	if r.t.hovered && !r.t.Disabled {
		r.ring.FillColor = look.Paint(theme.ColorNameHover)
	}
	if r.t.focused {
		r.ring.StrokeColor, r.ring.StrokeWidth = look.Paint(theme.ColorNamePrimary), 2
	}
	r.bar.FillColor = color.Transparent
	if r.t.Chosen {
		r.bar.FillColor = look.Paint(theme.ColorNamePrimary)
	}
}

func (r *tileRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.ring.Resize(size)
	r.bar.Resize(fyne.NewSize(3, size.Height-6))
	r.bar.Move(fyne.NewPos(0, 3))
	p := r.t.Pad
	r.t.content.Move(fyne.NewPos(p, p/2))
	r.t.content.Resize(fyne.NewSize(size.Width-2*p, size.Height-p))
}

func (r *tileRenderer) MinSize() fyne.Size {
	return r.t.content.MinSize().AddWidthHeight(2*r.t.Pad, r.t.Pad)
}

func (r *tileRenderer) Refresh() {
	r.apply()
	r.ground.Refresh()
	r.ring.Refresh()
	r.bar.Refresh()
	r.t.content.Refresh()
}

func (r *tileRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.bar, r.t.content, r.ring}
}
func (r *tileRenderer) Destroy() {}
