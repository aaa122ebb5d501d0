package sliceview

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

const (
	textPx = 12
	linePx = 16
	edgePx = 6 // from the picture's edge to letters
)

var (
	ink    = color.NRGBA{0xd7, 0xda, 0xe0, 0xff}
	shade  = color.NRGBA{0, 0, 0, 0xd8}
	accent = color.NRGBA{0x4c, 0x9b, 0xe8, 0xff}
	warn   = color.NRGBA{0xe6, 0xb4, 0x50, 0xff}
)

// caption is a line of text over a picture, with a shadow that keeps it
// readable on bone as on air.
type caption struct {
	text    *canvas.Text
	shadows [4]*canvas.Text
}

// shadowAt is where the shadows of a caption fall: a pixel away on most screens.
var shadowAt = [4]fyne.Position{{X: 0.6, Y: 0.6}, {X: -0.6, Y: -0.6}, {X: 0.6, Y: -0.6}, {X: -0.6, Y: 0.6}}

func newCaption(c color.Color) *caption {
	k := &caption{text: canvas.NewText("", c)}
	k.text.TextSize = textPx
	for i := range k.shadows {
		k.shadows[i] = canvas.NewText("", shade)
		k.shadows[i].TextSize = textPx
	}
	return k
}

// texts are the shadows and the text over them.
func (k *caption) texts() [5]*canvas.Text {
	return [5]*canvas.Text{k.shadows[0], k.shadows[1], k.shadows[2], k.shadows[3], k.text}
}

func (k *caption) objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, t := range k.texts() {
		out = append(out, t)
	}
	return out
}

// set writes s and repaints where it is another text.
func (k *caption) set(s string) {
	if k.text.Text == s {
		return
	}
	for _, t := range k.texts() {
		t.Text = s
		t.Refresh()
	}
}

// style sets the colour and weight.
func (k *caption) style(c color.Color, bold bool) {
	if k.text.Color == c && k.text.TextStyle.Bold == bold {
		return
	}
	k.text.Color = c
	for _, t := range k.texts() {
		t.TextStyle.Bold = bold
		t.Refresh()
	}
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
	at := fyne.NewPos(x, y)
	k.text.Move(at)
	k.text.Resize(size)
	for i, s := range k.shadows {
		s.Move(at.Add(shadowAt[i]))
		s.Resize(size)
	}
}

func (k *caption) show(on bool) {
	for _, t := range k.texts() {
		show(t, on)
	}
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
