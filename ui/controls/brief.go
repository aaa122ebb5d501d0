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

// briefLines is how many lines a Brief takes, whatever it says: nothing moves when
// it says something else.
const briefLines = 2

// Brief is text in as many lines as it always has; what does not fit shows while
// the pointer rests on it.
type Brief struct {
	widget.BaseWidget
	Text string
	tips *Tips
	cut  bool
}

// Brief makes one without a text.
func (k *Kit) Brief() *Brief {
	b := &Brief{tips: k.Tips}
	b.ExtendBaseWidget(b)
	return b
}

// Set says something else.
func (b *Brief) Set(s string) {
	if b.Text != s {
		b.Text = s
		b.Refresh()
	}
}

// MouseIn implements desktop.Hoverable.
func (b *Brief) MouseIn(*desktop.MouseEvent) {
	if b.cut {
		b.tips.Show(b, b.Text)
	}
}

// MouseMoved implements desktop.Hoverable.
func (b *Brief) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *Brief) MouseOut() { b.tips.Hide(b) }

// CreateRenderer implements fyne.Widget.
func (b *Brief) CreateRenderer() fyne.WidgetRenderer {
	r := &briefRenderer{b: b}
	for i := range r.lines {
		r.lines[i] = canvas.NewText("", color.Transparent)
	}
	return r
}

type briefRenderer struct {
	b     *Brief
	lines [briefLines]*canvas.Text
}

func (r *briefRenderer) Layout(size fyne.Size) {
	letters := theme.Size(theme.SizeNameCaptionText)
	said := Wrapped(r.b.Text, size.Width, letters)
	if r.b.cut = len(said) > briefLines; r.b.cut {
		last := Ellipsis(strings.Join(said[briefLines-1:], " "), size.Width, letters, fyne.TextStyle{})
		said = append(said[:briefLines-1:briefLines-1], last)
	}
	high := r.lineHeight()
	y := (size.Height - float32(len(said))*high) / 2
	for i, t := range r.lines {
		t.Text = ""
		if i < len(said) {
			t.Text = said[i]
		}
		t.TextSize, t.Color = letters, look.Paint(theme.ColorNameForeground)
		t.Move(fyne.NewPos(0, y+float32(i)*high))
		t.Resize(fyne.NewSize(size.Width, high))
	}
}

func (r *briefRenderer) lineHeight() float32 {
	return fyne.MeasureText("M", theme.Size(theme.SizeNameCaptionText), fyne.TextStyle{}).Height
}

func (r *briefRenderer) MinSize() fyne.Size { return fyne.NewSize(40, briefLines*r.lineHeight()) }

func (r *briefRenderer) Refresh() {
	r.Layout(r.b.Size())
	for _, t := range r.lines {
		t.Refresh()
	}
}

func (r *briefRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.lines[0], r.lines[1]}
}
func (r *briefRenderer) Destroy() {}
