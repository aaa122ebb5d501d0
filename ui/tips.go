package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// tipDelay is how long the pointer rests before the hint shows beside it. In the
// status bar it shows at once.
const tipDelay = 500 * time.Millisecond

// tips shows hints in a layer over the window that takes no pointer events.
type tips struct {
	w     *Window
	layer *fyne.Container
	owner fyne.CanvasObject
	stop  func()
}

func newTips(w *Window) *tips { return &tips{w: w, layer: container.NewWithoutLayout()} }

func (t *tips) show(owner fyne.CanvasObject, hint string) {
	t.clear()
	t.owner = owner
	t.w.status.hint(hint)
	t.stop = t.w.after(tipDelay, func() { t.place(owner, hint) })
}

func (t *tips) hide(owner fyne.CanvasObject) {
	if t.owner == owner {
		t.clear()
		t.w.status.hint("")
	}
}

func (t *tips) clear() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	t.owner = nil
	if len(t.layer.Objects) > 0 {
		t.layer.Objects = nil
		t.layer.Refresh()
	}
}

// place puts the hint under its owner, or above it where there is no room.
func (t *tips) place(owner fyne.CanvasObject, hint string) {
	if t.owner != owner || len(t.w.modals) > 0 {
		return
	}
	d := t.w.app.Driver()
	origin := d.AbsolutePositionForObject(t.layer)
	at := d.AbsolutePositionForObject(owner).Subtract(origin)
	box := hintBox(hint)
	size := box.Size()
	room := t.layer.Size()
	x, y := at.X+8, at.Y+owner.Size().Height+4
	if at.X+owner.Size().Width <= t.w.toolbar.width() { // beside the toolbar rather than over it
		x, y = t.w.toolbar.width()+4, at.Y
	}
	if y+size.Height > room.Height-4 {
		y = min(at.Y, room.Height) - size.Height - 4
	}
	box.Move(fyne.NewPos(max(min(x, room.Width-size.Width-6), 4), max(y, 4)))
	t.layer.Objects = []fyne.CanvasObject{box}
	t.layer.Refresh()
}

// hintBox is a hint on its ground, as wide and high as its words need: Fyne's own
// labels know the height of text that wraps only after they were drawn.
func hintBox(hint string) *fyne.Container {
	const widest, padX, padY, lineGap = 340, 10, 7, 2
	ground := canvas.NewRectangle(paint(colorTooltip))
	ground.CornerRadius = 4
	box := container.NewWithoutLayout(ground)
	var width, y float32 = 0, padY
	for _, s := range wrapped(hint, widest-2*padX, theme.TextSize()) {
		line := canvas.NewText(s, paint(theme.ColorNameForeground))
		line.TextSize = theme.TextSize()
		size := line.MinSize()
		line.Resize(size)
		line.Move(fyne.NewPos(padX, y))
		width, y = max(width, size.Width), y+size.Height+lineGap
		box.Add(line)
	}
	box.Resize(fyne.NewSize(width+2*padX, y-lineGap+padY))
	ground.Resize(box.Size())
	return box
}

// wrapped breaks s between words into lines of a width, and words that are wider
// anywhere.
func wrapped(s string, width, size float32) []string {
	wide := func(s string) bool { return fyne.MeasureText(s, size, fyne.TextStyle{}).Width > width }
	var lines []string
	for _, paragraph := range strings.Split(s, "\n") {
		line := ""
		for _, word := range strings.FieldsFunc(paragraph, func(r rune) bool { return r == ' ' }) { // a thin one keeps a unit with its number
			if line != "" && !wide(line+" "+word) {
				line += " " + word
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			line = word
			for runes := []rune(line); len(runes) > 1 && wide(line); runes = []rune(line) {
				n := len(runes) - 1
				for n > 1 && wide(string(runes[:n])) {
					n--
				}
				lines, line = append(lines, string(runes[:n])), string(runes[n:])
			}
		}
		lines = append(lines, line)
	}
	return lines
}
