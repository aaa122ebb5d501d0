package controls

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/ui/look"
)

// Line is one line of text without padding, in a colour of the theme. Where it
// has a reason, that shows while the pointer rests on it.
type Line struct {
	widget.BaseWidget
	Text   string
	Color  fyne.ThemeColorName
	size   fyne.ThemeSizeName
	Align  fyne.TextAlign
	Bold   bool
	clip   bool // may be cut short; then its width is not asked for
	cut    bool // may be cut short, though it asks for its width
	fold   bool // takes two small lines before it is cut short
	tips   *Tips
	Reason string
}

// NewLine makes a line of text.
func NewLine(s string, c fyne.ThemeColorName) *Line {
	l := &Line{Text: s, Color: c, size: theme.SizeNameText}
	l.ExtendBaseWidget(l)
	return l
}

// Right lets it end at the right edge.
func (l *Line) Right() *Line { l.Align = fyne.TextAlignTrailing; return l }

// Strong makes it bold.
func (l *Line) Strong() *Line {
	l.Bold = true
	return l
}

// Sized gives it another size.
func (l *Line) Sized(n fyne.ThemeSizeName) *Line { l.size = n; return l }

// Yielding lets it be cut short, though it asks for its width.
func (l *Line) Yielding() *Line { l.cut = true; return l }

// Clipped lets it be cut short.
func (l *Line) Clipped() *Line { l.clip = true; return l }

// Folding lets it be cut short, though not before it has taken two small lines.
func (l *Line) Folding() *Line { l.clip, l.fold = true, true; return l }

// Why gives it a reason, shown by t.
func (l *Line) Why(t *Tips, reason string) *Line {
	l.tips, l.Reason = t, reason
	return l
}

// Ink gives the text another colour.
func (l *Line) Ink(c fyne.ThemeColorName) *Line {
	if l.Color != c {
		l.Color = c
		l.Refresh()
	}
	return l
}

// Set gives it another text.
func (l *Line) Set(s string) {
	if l.Text != s {
		l.Text = s
		l.Refresh()
	}
}

// MouseIn implements desktop.Hoverable.
func (l *Line) MouseIn(*desktop.MouseEvent) {
	if l.tips != nil && l.Reason != "" {
		l.tips.Show(l, l.Reason)
	}
}

// MouseMoved implements desktop.Hoverable.
func (l *Line) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (l *Line) MouseOut() {
	if l.tips != nil {
		l.tips.Hide(l)
	}
}

// CreateRenderer implements fyne.Widget.
func (l *Line) CreateRenderer() fyne.WidgetRenderer {
	r := &lineRenderer{l: l, t: canvas.NewText("", color.White), second: canvas.NewText("", color.White)}
	r.apply()
	return r
}

type lineRenderer struct {
	l         *Line
	t, second *canvas.Text // second is empty where one is enough
}

func (r *lineRenderer) apply() {
	for _, t := range []*canvas.Text{r.t, r.second} {
		t.Text, t.Color = "", look.Paint(r.l.Color)
		t.TextSize = theme.Size(r.l.size)
		t.Alignment = r.l.Align
		t.TextStyle = fyne.TextStyle{Bold: r.l.Bold}
	}
	r.t.Text = r.l.Text
	width := r.l.Size().Width
	if !r.l.clip && !r.l.cut || width <= 0 || r.t.MinSize().Width <= width {
		return
	}
	if !r.l.fold {
		r.t.Text = Ellipsis(r.l.Text, width, r.t.TextSize, r.t.TextStyle)
		return
	}
	r.t.TextSize, r.second.TextSize = theme.CaptionTextSize(), theme.CaptionTextSize()
	lines := Wrapped(r.l.Text, width, r.t.TextSize)
	r.t.Text, r.second.Text = lines[0], Ellipsis(strings.Join(lines[1:], " "), width, r.t.TextSize, r.t.TextStyle)
}

func (r *lineRenderer) Layout(size fyne.Size) {
	r.apply()
	h, all := r.t.MinSize().Height, r.t.MinSize().Height
	if r.second.Text != "" {
		all *= 2
	}
	for n, t := range []*canvas.Text{r.t, r.second} {
		t.Resize(fyne.NewSize(size.Width, h))
		t.Move(fyne.NewPos(0, (size.Height-all)/2+float32(n)*h))
	}
}

func (r *lineRenderer) MinSize() fyne.Size {
	m := fyne.MeasureText(r.l.Text, theme.Size(r.l.size), fyne.TextStyle{Bold: r.l.Bold})
	if r.l.clip {
		m.Width = 24
	}
	return m
}

func (r *lineRenderer) Refresh() {
	r.apply()
	r.Layout(r.l.Size())
	r.t.Refresh()
	r.second.Refresh()
}
func (r *lineRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.t, r.second} }
func (r *lineRenderer) Destroy()                     {}

// Ellipsis cuts s so that it fits the width.
func Ellipsis(s string, width, size float32, style fyne.TextStyle) string {
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
