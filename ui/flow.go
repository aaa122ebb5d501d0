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
	// rows, where it is set, is how many rows there are at least in a width: what is
	// below must not jump with every tool.
	rows func(width float32) int
	// second, where it is not 0, is the object that begins the second of them.
	second int
	// rest, where it is not 0, is the width that the last object needs; it takes what
	// is left of its row.
	rest float32

	width, height float32
	asked         fyne.Size // the height needed and that given, last
}

// flowRow is some objects beside one another.
type flowRow struct {
	objects []fyne.CanvasObject
	height  float32
}

// rowHigh is the least height of a row, that of a button; rowGap is between rows.
const (
	rowHigh = 30
	rowGap  = 2
)

func (l *flowLayout) split(objects []fyne.CanvasObject) []flowRow {
	least := 1
	if l.rows != nil && l.width > 0 {
		least = l.rows(l.width)
	}
	last := len(objects) - 1
	switch rows := l.fill(objects); {
	case least > 1 && l.second > 0 && l.second < len(objects):
		return append(l.fill(objects[:l.second]), l.fill(objects[l.second:])...)
	case len(rows) < least && l.rest > 0 && last > 0:
		return append(l.fill(objects[:last]), l.fill(objects[last:])...)
	default:
		return rows
	}
}

// need is the width of an object, the last of all or not.
func (l *flowLayout) need(o fyne.CanvasObject, last bool) float32 {
	if last && l.rest > 0 {
		return min(l.rest, max(l.width, 1))
	}
	return o.MinSize().Width
}

// fill puts into each row what fits.
func (l *flowLayout) fill(objects []fyne.CanvasObject) []flowRow {
	var rows []flowRow
	room := float32(0)
	for n, o := range objects {
		if !o.Visible() {
			continue
		}
		need := l.need(o, n == len(objects)-1)
		if rows == nil || l.width > 0 && need > room {
			rows, room = append(rows, flowRow{height: rowHigh}), l.width
		}
		r := &rows[len(rows)-1]
		r.objects, r.height = append(r.objects, o), max(r.height, o.MinSize().Height)
		room -= need + l.gap
	}
	return rows
}

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
	if l.second != 0 { // of a window too narrow for two rows, the most that any tool needed
		l.height = max(l.height, size.Height)
		size.Height = l.height
	}
	return size
}

// Layout implements fyne.Layout.
func (l *flowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if l.width != size.Width {
		l.width, l.height = size.Width, 0
	}
	y := float32(0)
	for _, r := range l.split(objects) {
		x := float32(0)
		for _, o := range r.objects {
			width := o.MinSize().Width
			if l.rest > 0 && o == objects[len(objects)-1] {
				width = max(width, size.Width-x)
			}
			o.Move(fyne.NewPos(x, y))
			o.Resize(fyne.NewSize(width, r.height))
			x += width + l.gap
		}
		y += r.height + rowGap
	}
	need := l.MinSize(objects).Height
	asked := l.asked
	l.asked = fyne.NewSize(need, size.Height)
	if math.Abs(float64(need-size.Height)) > 0.5 && l.asked != asked { // one that cannot be had is asked for once
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
