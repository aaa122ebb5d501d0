package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// surface is a filled ground in a colour of the theme, under some content.
type surface struct {
	widget.BaseWidget
	fill    fyne.ThemeColorName
	content fyne.CanvasObject
	radius  float32
	onSize  func(fyne.Size)
}

func newSurface(fill fyne.ThemeColorName, content fyne.CanvasObject) *surface {
	s := &surface{fill: fill, content: content}
	s.ExtendBaseWidget(s)
	return s
}

// Resize also tells who asked how large the surface is now.
func (s *surface) Resize(size fyne.Size) {
	s.BaseWidget.Resize(size)
	if s.onSize != nil {
		s.onSize(size)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *surface) CreateRenderer() fyne.WidgetRenderer {
	ground := canvas.NewRectangle(paint(s.fill))
	ground.CornerRadius = s.radius
	return &surfaceRenderer{s, ground}
}

type surfaceRenderer struct {
	s      *surface
	ground *canvas.Rectangle
}

func (r *surfaceRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.s.content.Resize(size)
}
func (r *surfaceRenderer) MinSize() fyne.Size { return r.s.content.MinSize() }
func (r *surfaceRenderer) Refresh() {
	r.ground.FillColor = paint(r.s.fill)
	r.ground.Refresh()
	r.s.content.Refresh()
}

func (r *surfaceRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.s.content}
}
func (r *surfaceRenderer) Destroy() {}

// line is one line of text without padding, in a colour of the theme. Where it
// has a reason, that shows while the pointer rests on it.
type line struct {
	widget.BaseWidget
	text   string
	color  fyne.ThemeColorName
	size   fyne.ThemeSizeName
	align  fyne.TextAlign
	bold   bool
	clip   bool // may be cut short; then its width is not asked for
	tips   *tips
	reason string
}

func newLine(s string, c fyne.ThemeColorName) *line {
	l := &line{text: s, color: c, size: theme.SizeNameText}
	l.ExtendBaseWidget(l)
	return l
}

func (l *line) right() *line { l.align = fyne.TextAlignTrailing; return l }
func (l *line) strong() *line {
	l.bold = true
	return l
}
func (l *line) sized(n fyne.ThemeSizeName) *line { l.size = n; return l }
func (l *line) clipped() *line                   { l.clip = true; return l }
func (l *line) why(t *tips, reason string) *line {
	l.tips, l.reason = t, reason
	return l
}

func (l *line) set(s string) {
	if l.text != s {
		l.text = s
		l.Refresh()
	}
}

// MouseIn implements desktop.Hoverable.
func (l *line) MouseIn(*desktop.MouseEvent) {
	if l.tips != nil && l.reason != "" {
		l.tips.show(l, l.reason)
	}
}

// MouseMoved implements desktop.Hoverable.
func (l *line) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (l *line) MouseOut() {
	if l.tips != nil {
		l.tips.hide(l)
	}
}

// CreateRenderer implements fyne.Widget.
func (l *line) CreateRenderer() fyne.WidgetRenderer {
	r := &lineRenderer{l: l, t: canvas.NewText("", color.White)}
	r.apply()
	return r
}

type lineRenderer struct {
	l *line
	t *canvas.Text
}

func (r *lineRenderer) apply() {
	r.t.Text, r.t.Color = r.l.text, paint(r.l.color)
	r.t.TextSize = theme.Size(r.l.size)
	r.t.Alignment = r.l.align
	r.t.TextStyle = fyne.TextStyle{Bold: r.l.bold}
	if r.l.clip && r.l.Size().Width > 0 {
		r.t.Text = ellipsis(r.l.text, r.l.Size().Width, r.t.TextSize, r.t.TextStyle)
	}
}

func (r *lineRenderer) Layout(size fyne.Size) {
	r.apply()
	h := r.t.MinSize().Height
	r.t.Resize(fyne.NewSize(size.Width, h))
	r.t.Move(fyne.NewPos(0, (size.Height-h)/2))
}

func (r *lineRenderer) MinSize() fyne.Size {
	m := fyne.MeasureText(r.l.text, theme.Size(r.l.size), fyne.TextStyle{Bold: r.l.bold})
	if r.l.clip {
		m.Width = 24
	}
	return m
}

func (r *lineRenderer) Refresh() {
	r.apply()
	r.Layout(r.l.Size())
	r.t.Refresh()
}
func (r *lineRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.t} }
func (r *lineRenderer) Destroy()                     {}

// ellipsis cuts s so that it fits the width.
func ellipsis(s string, width, size float32, style fyne.TextStyle) string {
	if fyne.MeasureText(s, size, style).Width <= width {
		return s
	}
	runes := []rune(s)
	lo, hi := 0, len(runes)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if fyne.MeasureText(string(runes[:mid])+"…", size, style).Width <= width {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return string(runes[:lo]) + "…"
}

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

func (t *tile) press() {
	if !t.disabled && t.tapped != nil {
		t.w.tips.hide(t)
		t.tapped()
	}
}

// TypedKey implements fyne.Focusable.
func (t *tile) TypedKey(e *fyne.KeyEvent) {
	if isPress(e) {
		t.press()
		return
	}
	t.w.typedKey(e)
}

// TypedRune implements fyne.Focusable.
func (t *tile) TypedRune(r rune) { t.w.typedRune(r) }

// FocusGained implements fyne.Focusable.
func (t *tile) FocusGained() {
	t.focused = true
	t.Refresh()
	t.w.inspector.bringIn(t)
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

// isPress reports whether a key presses what has the focus.
func isPress(e *fyne.KeyEvent) bool {
	return e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter
}
