package caselist

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// rowHeight is what a case takes.
const rowHeight float32 = 44

// row is one case on screen; as the list scrolls it becomes another's.
type row struct {
	widget.BaseWidget
	l       *List
	data    Row
	chosen  bool
	hovered bool
	width   float32 // that the texts were cut for
}

func newRow(l *List) *row {
	r := &row{l: l}
	r.ExtendBaseWidget(r)
	return r
}

func (r *row) show(data Row) {
	chosen, width := data.Name == r.l.chosen, r.Size().Width
	if r.data == data && r.chosen == chosen && r.width == width {
		return
	}
	r.data, r.chosen, r.width = data, chosen, width
	r.Refresh()
}

// Tapped implements fyne.Tappable.
func (r *row) Tapped(*fyne.PointEvent) { r.l.pressed(r.data.Name) }

// MouseIn implements desktop.Hoverable.
func (r *row) MouseIn(*desktop.MouseEvent) { r.hovered = true; r.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (r *row) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (r *row) MouseOut() { r.hovered = false; r.Refresh() }

// CreateRenderer implements fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer {
	text := func() *canvas.Text { return canvas.NewText("", color.Transparent) }
	v := &rowRenderer{
		r: r, ground: canvas.NewRectangle(color.Transparent), bar: canvas.NewRectangle(color.Transparent),
		icon: widget.NewIcon(nil), name: text(), value: text(), under: text(),
	}
	v.ground.CornerRadius, v.bar.CornerRadius = 4, 1.5
	v.value.Alignment = fyne.TextAlignTrailing
	v.apply()
	return v
}

type rowRenderer struct {
	r                  *row
	ground, bar        *canvas.Rectangle
	icon               *widget.Icon
	name, value, under *canvas.Text
}

const (
	iconSide   float32 = 18
	textLeft   float32 = 8 + iconSide + 6
	rightEdge  float32 = 12 // room for the scroll bar
	nameTop    float32 = 4
	detailsTop float32 = 22
)

// apply writes what the row shows, cut to its width.
func (v *rowRenderer) apply() {
	d, o := v.r.data, v.r.l.opts
	ink, dim := themed(theme.ColorNameForeground), themed(o.Dim)
	v.ground.FillColor, v.bar.FillColor = color.Transparent, color.Transparent
	switch {
	case v.r.chosen:
		v.ground.FillColor = themed(theme.ColorNameSelection)
	case v.r.hovered:
		v.ground.FillColor = themed(theme.ColorNameHover)
	}
	if d.Present {
		v.bar.FillColor = themed(theme.ColorNamePrimary)
	}
	v.name.TextSize, v.value.TextSize, v.under.TextSize = theme.Size(theme.SizeNameText), theme.Size(theme.SizeNameCaptionText), theme.Size(theme.SizeNameCaptionText)
	v.name.TextStyle = fyne.TextStyle{Bold: d.Present}
	v.name.Color, v.value.Color, v.under.Color = ink, dim, dim
	v.value.Text = d.Value
	under := d.State
	if d.Details != "" {
		under += " · " + d.Details
	}
	room := max(0, v.r.Size().Width-textLeft-rightEdge)
	taken := fyne.MeasureText(d.Value, v.value.TextSize, v.value.TextStyle).Width
	v.name.Text = o.Cut(d.Name, max(0, room-taken-8), v.name.TextSize, v.name.TextStyle)
	v.under.Text = o.Cut(under, room, v.under.TextSize, v.under.TextStyle)
	if v.icon.Resource != d.Icon {
		v.icon.SetResource(d.Icon)
	}
}

func (v *rowRenderer) Layout(size fyne.Size) {
	v.apply()
	v.ground.Move(fyne.NewPos(2, 1))
	v.ground.Resize(fyne.NewSize(size.Width-4, size.Height-2))
	v.bar.Move(fyne.NewPos(2, 5))
	v.bar.Resize(fyne.NewSize(3, size.Height-10))
	v.icon.Move(fyne.NewPos(8, (size.Height-iconSide)/2))
	v.icon.Resize(fyne.NewSquareSize(iconSide))
	room := max(0, size.Width-textLeft-rightEdge)
	v.name.Move(fyne.NewPos(textLeft, nameTop))
	v.name.Resize(fyne.NewSize(room, v.name.MinSize().Height))
	v.value.Move(fyne.NewPos(textLeft, nameTop+1))
	v.value.Resize(fyne.NewSize(room, v.value.MinSize().Height))
	v.under.Move(fyne.NewPos(textLeft, detailsTop))
	v.under.Resize(fyne.NewSize(room, v.under.MinSize().Height))
}

func (v *rowRenderer) MinSize() fyne.Size { return fyne.NewSize(100, rowHeight) }

func (v *rowRenderer) Refresh() {
	v.apply()
	for _, o := range v.Objects() {
		o.Refresh()
	}
}

func (v *rowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{v.ground, v.bar, v.icon, v.name, v.value, v.under}
}
func (v *rowRenderer) Destroy() {}
