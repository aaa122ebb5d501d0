package sliceview

import (
	"image/color"
	"sort"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

const (
	textPx = 12
	linePx = 16
	edgePx = 6 // from the picture's edge to letters
)

var (
	ink = color.NRGBA{0xe4, 0xe7, 0xec, 0xff}
	// shade is the ground under letters: over white it leaves them a contrast of
	// more than 4.5 to 1. The coloured name of a plane needs a darker one.
	shade  = color.NRGBA{0, 0, 0, 0xa4}
	darker = color.NRGBA{0, 0, 0, 0xd8}
	accent = color.NRGBA{0x4c, 0x9b, 0xe8, 0xff}
	warn   = color.NRGBA{0xe6, 0xb4, 0x50, 0xff}
)

// caption is a line of text over a picture, on a ground that keeps it readable
// on bone as on air.
type caption struct {
	text   *canvas.Text
	ground *canvas.Rectangle
}

// padPx is how far the ground reaches beyond the text on either side. It is a
// line high, so that lines of a block touch and do not overlap.
const padPx = 3

func newCaption(c color.Color) *caption {
	k := &caption{text: canvas.NewText("", c), ground: canvas.NewRectangle(shade)}
	k.text.TextSize = textPx
	return k
}

func (k *caption) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{k.ground, k.text}
}

// set writes s and repaints where it is another text.
func (k *caption) set(s string) {
	if k.text.Text != s {
		k.text.Text = s
		k.text.Refresh()
	}
}

// style sets the colour and weight.
func (k *caption) style(c color.Color, bold bool) {
	if k.text.Color == c && k.text.TextStyle.Bold == bold {
		return
	}
	k.text.Color, k.text.TextStyle.Bold = c, bold
	k.text.Refresh()
}

// width is how wide the text is.
func (k *caption) width() float32 { return k.text.MinSize().Width }

// width is how wide a text is.
func width(s string) float32 { return fyne.MeasureText(s, textPx, fyne.TextStyle{}).Width }

// cut returns a text that is at most room wide, its end replaced by an ellipsis
// where it is longer; nothing where not even a letter fits.
func cut(s string, room float32) string {
	wide := func(s string) bool { return width(s) > room }
	if !wide(s) {
		return s
	}
	letters := []rune(s)
	n := sort.Search(len(letters), func(n int) bool { return wide(string(letters[:n+1]) + "…") })
	if n == 0 {
		return ""
	}
	return string(letters[:n]) + "…"
}

// put places the text's top left corner, or its top right, or top middle one.
func (k *caption) put(x, y float32, align fyne.TextAlign) {
	size := k.text.MinSize()
	switch align {
	case fyne.TextAlignTrailing:
		x -= size.Width
	case fyne.TextAlignCenter:
		x -= size.Width / 2
	}
	k.text.Move(fyne.NewPos(x, y+(linePx-size.Height)/2))
	k.text.Resize(size)
	k.ground.Move(fyne.NewPos(x-padPx, y))
	k.ground.Resize(fyne.NewSize(size.Width+2*padPx, linePx))
}

func (k *caption) show(on bool) {
	show(k.text, on)
	show(k.ground, on)
}

// show shows or hides an object, repainting only where that changes anything.
func show(o fyne.CanvasObject, on bool) {
	if o.Visible() == on {
		return
	}
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}
