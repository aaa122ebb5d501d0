package controls

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"opacity/ui/look"
)

// tipDelay is how long the pointer rests before the hint shows beside it. In the
// status bar it shows at once.
const tipDelay = 500 * time.Millisecond

// Tips shows hints in a layer over the window that takes no pointer events.
type Tips struct {
	host  Host
	Layer *fyne.Container
	owner fyne.CanvasObject
	stop  func()
}

func newTips(h Host) *Tips { return &Tips{host: h, Layer: container.NewWithoutLayout()} }

// Show shows a hint beside its owner soon.
func (t *Tips) Show(owner fyne.CanvasObject, hint string) {
	t.Clear()
	t.owner = owner
	t.host.Hint(hint)
	t.stop = t.host.After(tipDelay, func() { t.place(owner, hint) })
}

// Hide takes away the hint of an owner.
func (t *Tips) Hide(owner fyne.CanvasObject) {
	if t.owner == owner {
		t.gone()
	}
}

// gone takes the hint away from beside its owner and from the status bar.
func (t *Tips) gone() {
	t.Clear()
	t.owner = nil
	t.host.Hint("")
}

// Scrolled takes away the hint of what is scrolled from under the pointer: that it
// has left is told only with its next move.
func (t *Tips) Scrolled(fyne.Position) {
	if t.owner != nil {
		t.gone()
	}
}

// Clear takes away whatever shows. In the status bar it stays until its owner is left
// or does what it was pressed for: see Hide.
func (t *Tips) Clear() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	if len(t.Layer.Objects) > 0 {
		t.Layer.Objects = nil
		t.Layer.Refresh()
	}
}

// place puts the hint under its owner, or above it where there is no room.
func (t *Tips) place(owner fyne.CanvasObject, hint string) {
	if t.owner != owner || t.host.Covered() {
		return
	}
	d := fyne.CurrentApp().Driver()
	origin := d.AbsolutePositionForObject(t.Layer)
	at := d.AbsolutePositionForObject(owner).Subtract(origin)
	box := hintBox(hint)
	size := box.Size()
	room := t.Layer.Size()
	x, y := at.X+8, at.Y+owner.Size().Height+4
	if at.X+owner.Size().Width <= t.host.Rail() { // beside the toolbar rather than over it
		x, y = t.host.Rail()+4, at.Y
	}
	if y+size.Height > room.Height-4 {
		y = min(at.Y, room.Height) - size.Height - 4
	}
	box.Move(fyne.NewPos(max(min(x, room.Width-size.Width-6), 4), max(y, 4)))
	t.Layer.Objects = []fyne.CanvasObject{box}
	t.Layer.Refresh()
}

// hintBox is a hint on its ground, as wide and high as its words need: Fyne's own
// labels know the height of text that wraps only after they were drawn.
func hintBox(hint string) *fyne.Container {
	const widest, padX, padY, lineGap = 340, 10, 7, 2
	ground := canvas.NewRectangle(look.Paint(look.Tooltip))
	ground.CornerRadius = 4
	box := container.NewWithoutLayout(ground)
	var width, y float32 = 0, padY
	for _, s := range Wrapped(hint, widest-2*padX, theme.TextSize()) {
		line := canvas.NewText(s, look.Paint(theme.ColorNameForeground))
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

// Wrapped breaks s between words into lines of a width, and words that are wider
// anywhere.
func Wrapped(s string, width, size float32) []string {
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
