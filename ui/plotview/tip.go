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

// show puts words beside a point of a view of some size, and nowhere else; "" takes
// them away.
func (t *tip) show(said string, at fyne.Position, room fyne.Size) {
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
	size := t.box.Size()
	y := at.Y + apart
	if y+size.Height > room.Height {
		y = at.Y - apart - size.Height
	}
	t.box.Move(fyne.NewPos(max(min(at.X+apart, room.Width-size.Width-2), 2), max(y, 2)))
}
