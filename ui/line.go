package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

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
	cut    bool // may be cut short, though it asks for its width
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
func (l *line) yielding() *line                  { l.cut = true; return l }
func (l *line) clipped() *line                   { l.clip = true; return l }
func (l *line) why(t *tips, reason string) *line {
	l.tips, l.reason = t, reason
	return l
}

// ink gives the text another colour.
func (l *line) ink(c fyne.ThemeColorName) *line {
	if l.color != c {
		l.color = c
		l.Refresh()
	}
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
	if (r.l.clip || r.l.cut) && r.l.Size().Width > 0 {
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
