package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// tile is something to press that holds any content: it shows hover, focus and
// whether it is the chosen one among its like (by a bar, not by colour alone).
type tile struct {
	widget.BaseWidget
	held
	content  fyne.CanvasObject
	tapped   func()
	tip      string
	fill     fyne.ThemeColorName
	pad      float32
	chosen   bool
	disabled bool
	// menu, where it is set, is asked for by the right button at a place of the
	// window; keys says whether it took a key.
	menu func(at fyne.Position)
	keys func(*fyne.KeyEvent) bool
	// dragged, where it is set, hears of the pointer that was pressed on the tile and
	// moves, at a place of the tile; dropped of its end.
	dragged func(at fyne.Position)
	dropped func()
	last    fyne.Position // of that pointer

	hovered, focused bool
}

func (w *Window) newTile(content fyne.CanvasObject, tip string, tapped func()) *tile {
	t := &tile{held: held{w}, content: content, tapped: tapped, tip: tip, fill: colorTransparent, pad: 6}
	t.ExtendBaseWidget(t)
	return t
}

// Tapped implements fyne.Tappable.
func (t *tile) Tapped(*fyne.PointEvent) {
	t.w.win.Canvas().Unfocus()
	t.press()
}

// TappedSecondary implements fyne.SecondaryTappable.
func (t *tile) TappedSecondary(e *fyne.PointEvent) {
	if t.menu != nil && !t.disabled {
		t.w.tips.hide(t)
		t.menu(e.AbsolutePosition)
	}
}

func (t *tile) press() {
	if !t.disabled && t.tapped != nil {
		t.w.tips.hide(t)
		t.tapped()
	}
}

// Dragged implements fyne.Draggable.
func (t *tile) Dragged(e *fyne.DragEvent) {
	t.last = e.Position
	if t.dragged != nil && !t.disabled {
		t.w.tips.hide(t)
		t.dragged(e.Position)
	}
}

// DragEnd implements fyne.Draggable. A tile that is not to be dragged was pressed
// by a hand that shook.
func (t *tile) DragEnd() {
	size := t.Size()
	switch {
	case t.dropped != nil && !t.disabled:
		t.dropped()
	case t.last.X >= 0 && t.last.Y >= 0 && t.last.X < size.Width && t.last.Y < size.Height:
		t.Tapped(nil)
	}
}

// TypedKey implements fyne.Focusable.
func (t *tile) TypedKey(e *fyne.KeyEvent) {
	if isPress(e) {
		t.press()
		return
	}
	if t.keys == nil || !t.keys(e) {
		t.w.typedKey(e)
	}
}

// TypedRune implements fyne.Focusable.
func (t *tile) TypedRune(r rune) { t.w.typedRune(r) }

// FocusGained implements fyne.Focusable.
func (t *tile) FocusGained() {
	t.focused = true
	t.Refresh()
	t.w.bringIn(t)
}

// FocusLost implements fyne.Focusable.
func (t *tile) FocusLost() { t.focused = false; t.Refresh() }

// MouseIn implements desktop.Hoverable.
func (t *tile) MouseIn(*desktop.MouseEvent) {
	t.hovered = true
	if t.tip != "" {
		t.w.tips.show(t, t.tip)
	}
	t.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (t *tile) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *tile) MouseOut() {
	t.hovered = false
	t.w.tips.hide(t)
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *tile) CreateRenderer() fyne.WidgetRenderer {
	r := &tileRenderer{t: t, ground: canvas.NewRectangle(color.Transparent), bar: canvas.NewRectangle(color.Transparent), ring: canvas.NewRectangle(color.Transparent)}
	r.ground.CornerRadius, r.ring.CornerRadius, r.bar.CornerRadius = 4, 4, 1.5
	r.apply()
	return r
}

type tileRenderer struct {
	t                 *tile
	ground, bar, ring *canvas.Rectangle
}

func (r *tileRenderer) apply() {
	r.ground.FillColor = paint(r.t.fill)
	if r.t.chosen {
		r.ground.FillColor = paint(theme.ColorNameSelection)
	}
	r.ring.FillColor, r.ring.StrokeWidth, r.ring.StrokeColor = color.Transparent, 0, color.Transparent
	if r.t.hovered && !r.t.disabled {
		r.ring.FillColor = paint(theme.ColorNameHover)
	}
	if r.t.focused {
		r.ring.StrokeColor, r.ring.StrokeWidth = paint(theme.ColorNamePrimary), 2
	}
	r.bar.FillColor = color.Transparent
	if r.t.chosen {
		r.bar.FillColor = paint(theme.ColorNamePrimary)
	}
}

func (r *tileRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.ring.Resize(size)
	r.bar.Resize(fyne.NewSize(3, size.Height-6))
	r.bar.Move(fyne.NewPos(0, 3))
	p := r.t.pad
	r.t.content.Move(fyne.NewPos(p, p/2))
	r.t.content.Resize(fyne.NewSize(size.Width-2*p, size.Height-p))
}

func (r *tileRenderer) MinSize() fyne.Size {
	return r.t.content.MinSize().AddWidthHeight(2*r.t.pad, r.t.pad)
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
