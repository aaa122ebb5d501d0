package ui

import (
	"math"

	"fyne.io/fyne/v2"
)

// flowLayout puts objects beside one another, and in further rows what there is no
// room for. The height follows from the width, which is known late: changed is
// called where another height is needed than was given.
type flowLayout struct {
	gap     float32
	changed func()
	// second, where it is not 0, is the object that begins the second row where one
	// is needed at all. The height then stays while the width does: what is below
	// must not jump with every tool.
	second int

	width, height float32
	rows          int // that this width needed so far
}

// flowRow is some objects beside one another.
type flowRow struct {
	objects []fyne.CanvasObject
	height  float32
}

func (l *flowLayout) split(objects []fyne.CanvasObject) []flowRow {
	rows := l.fill(objects)
	if l.second == 0 || l.second >= len(objects) {
		return rows
	}
	if len(rows) > 1 || l.rows > 1 {
		rows = append(l.fill(objects[:l.second]), l.fill(objects[l.second:])...)
	}
	l.rows = max(l.rows, len(rows))
	return rows
}

// fill puts into each row what fits.
func (l *flowLayout) fill(objects []fyne.CanvasObject) []flowRow {
	var rows []flowRow
	room := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		need := o.MinSize()
		if rows == nil || l.width > 0 && need.Width > room {
			rows, room = append(rows, flowRow{}), l.width
		}
		r := &rows[len(rows)-1]
		r.objects, r.height = append(r.objects, o), max(r.height, need.Height)
		room -= need.Width + l.gap
	}
	return rows
}

// rowGap is between the rows.
const rowGap = 2

// MinSize implements fyne.Layout.
func (l *flowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.Size{}
	for n, r := range l.split(objects) {
		if n > 0 {
			size.Height += rowGap
		}
		size.Height += r.height
		for _, o := range r.objects {
			size.Width = max(size.Width, o.MinSize().Width)
		}
	}
	if l.second != 0 {
		l.height = max(l.height, size.Height)
		size.Height = l.height
	}
	return size
}

// Layout implements fyne.Layout.
func (l *flowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if l.width != size.Width {
		l.width, l.height, l.rows = size.Width, 0, 0
	}
	y := float32(0)
	for _, r := range l.split(objects) {
		x := float32(0)
		for _, o := range r.objects {
			width := o.MinSize().Width
			o.Move(fyne.NewPos(x, y))
			o.Resize(fyne.NewSize(width, r.height))
			x += width + l.gap
		}
		y += r.height + rowGap
	}
	if need := l.MinSize(objects).Height; math.Abs(float64(need-size.Height)) > 0.5 {
		l.changed()
	}
}

// otherStrips makes room for the strips over the pictures, which became taller or
// shorter.
func (w *Window) otherStrips() {
	if w.pictures != nil { // the window is still being made
		w.soon("strips", w.pictures.Refresh)
	}
}
