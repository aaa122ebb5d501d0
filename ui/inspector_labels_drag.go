package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"opacity/ui/controls"
	"opacity/ui/look"
)

// labelDrag is a row of the list on its way to another place in it.
type labelDrag struct {
	s      *labelSection
	value  uint8 // of the label, 0 while no row is dragged
	gap    int   // it would come before the row that is there, or after the last
	deaf   bool  // until the button is let go: the drag was taken back
	marker *canvas.Rectangle
	layer  *fyne.Container
}

// markerPx is how thick the line is that shows where a row would come.
const markerPx = 3

func newLabelDrag(s *labelSection) *labelDrag {
	d := &labelDrag{s: s, marker: canvas.NewRectangle(color.Transparent)}
	d.marker.CornerRadius = markerPx / 2.0
	d.marker.Hide()
	d.layer = &fyne.Container{Objects: []fyne.CanvasObject{d.marker}} // where follow puts it
	return d
}

// follow shows where a row would come that is dragged to a height y of its tile.
func (d *labelDrag) follow(r *labelRow, y float32) {
	s := d.s
	if d.deaf || !s.canChange() {
		return
	}
	at := s.w.app.Driver().AbsolutePositionForObject
	top := at(s.list).Y
	y += at(r.tile).Y - top
	d.value, d.gap = r.label.Value, 0
	line := float32(0)
	for _, o := range s.list.Objects {
		if y < o.Position().Y+o.Size().Height/2 {
			break
		}
		d.gap++
		line = o.Position().Y + o.Size().Height
	}
	d.marker.FillColor = look.Paint(theme.ColorNamePrimary)
	d.marker.Resize(fyne.NewSize(s.list.Size().Width, markerPx))
	d.marker.Move(fyne.NewPos(0, line+1-markerPx/2.0))
	controls.Visible(d.marker, true)
	d.marker.Refresh()
	s.w.status.hint(s.w.t("ui.label.dragged", r.label.Name))
}

// end lists the row where it was let go.
func (d *labelDrag) end(r *labelRow) {
	value, gap, taken := d.value, d.gap, d.deaf
	d.giveBack()
	d.deaf = false
	if value == 0 || taken {
		return
	}
	from := d.s.place(value)
	if gap > from {
		gap-- // its own place is free then
	}
	if gap == from {
		r.tile.Press() // a hand that shook
		return
	}
	d.s.moveTo(value, gap)
}

// giveBack drops what is dragged; false where nothing is.
func (d *labelDrag) giveBack() bool {
	if d.value == 0 {
		return false
	}
	d.value, d.deaf = 0, true
	controls.Visible(d.marker, false)
	d.s.w.status.hint("")
	return true
}

// place is where a label is listed, -1 for nowhere.
func (s *labelSection) place(value uint8) int {
	for n, l := range s.labels() {
		if l.Value == value {
			return n
		}
	}
	return -1
}

// moveTo lists a label at another place, counted from 0.
func (s *labelSection) moveTo(value uint8, to int) {
	if at := s.place(value); at < 0 || to < 0 || to >= len(s.labels()) || to == at || !s.canChange() {
		return
	}
	s.done(s.w.session.MoveLabel(value, to))
	s.refresh()
}
