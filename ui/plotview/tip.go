package plotview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"opacity/ui/controls"
	"opacity/ui/look"
)

// tip is a box of words beside a point.
type tip struct {
	box  *fyne.Container
	said string
}

func newTip() *tip { return &tip{box: container.NewWithoutLayout()} }

// show puts words beside a point of a view of some size, where they cover the fewest of
// its points; "" takes them away.
func (t *tip) show(said string, at fyne.Position, room fyne.Size, points []fyne.Position) {
	controls.Visible(t.box, said != "")
	if said == "" {
		t.said = ""
		return
	}
	const pad, apart = 6, 12
	widest := min(320, room.Width-8)
	if said != t.said {
		t.said = said
		ground := canvas.NewRectangle(look.Paint(look.Tooltip))
		ground.CornerRadius = 4
		t.box.Objects = []fyne.CanvasObject{ground}
		var size fyne.Size
		for _, s := range controls.Wrapped(said, widest-2*pad, theme.CaptionTextSize()) {
			line := canvas.NewText(s, look.Paint(theme.ColorNameForeground))
			line.TextSize = theme.CaptionTextSize()
			line.Resize(line.MinSize())
			line.Move(fyne.NewPos(pad, pad+size.Height))
			size = fyne.NewSize(max(size.Width, line.MinSize().Width), size.Height+line.MinSize().Height)
			t.box.Objects = append(t.box.Objects, line)
		}
		t.box.Resize(size.AddWidthHeight(2*pad, 2*pad))
		ground.Resize(t.box.Size())
	}
	t.box.Move(place(at, t.box.Size(), room, apart, points))
}

// place is where a box of some size lies beside a point: of the places around it the
// first of those that cover the fewest points.
func place(at fyne.Position, size, room fyne.Size, apart float32, points []fyne.Position) fyne.Position {
	right, left, middle := at.X+apart, at.X-apart-size.Width, at.X-size.Width/2
	below, above, level := at.Y+apart, at.Y-apart-size.Height, at.Y-size.Height/2
	best, fewest := fyne.Position{}, -1
	for _, p := range []fyne.Position{
		{X: right, Y: below},
		{X: right, Y: above},
		{X: left, Y: below},
		{X: left, Y: above},
		{X: middle, Y: below},
		{X: middle, Y: above},
		{X: right, Y: level},
		{X: left, Y: level},
	} {
		p = fyne.NewPos(max(min(p.X, room.Width-size.Width-2), 2), max(min(p.Y, room.Height-size.Height-2), 2))
		covered := 0
		if covers(p, size, at) {
			covered = len(points) + 1 // the last resort
		}
		for _, q := range points {
			if covers(p, size, q) {
				covered++
			}
		}
		if fewest < 0 || covered < fewest {
			best, fewest = p, covered
		}
	}
	return best
}

// covers reports whether a box hides the mark of a point.
func covers(box fyne.Position, size fyne.Size, point fyne.Position) bool {
	const mark = 4
	return point.X > box.X-mark && point.X < box.X+size.Width+mark && point.Y > box.Y-mark && point.Y < box.Y+size.Height+mark
}
