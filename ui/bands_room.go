package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// bandsShare is the part of the window's height that bands may take: the pictures keep
// the rest, and the window stays as high as it is.
const bandsShare = 0.25

// bandsRoom gives bands the height they need, up to that share; the rest is scrolled to.
type bandsRoom struct {
	w    *Window
	rows *fyne.Container
}

func (w *Window) roomFor(rows *fyne.Container) *fyne.Container {
	return container.New(bandsRoom{w, rows}, container.NewVScroll(rows))
}

// MinSize implements fyne.Layout.
func (r bandsRoom) MinSize([]fyne.CanvasObject) fyne.Size {
	size := r.rows.MinSize()
	if window := r.w.win.Canvas().Size().Height; window > 0 {
		size.Height = min(size.Height, bandsShare*window)
	}
	return size
}

// Layout implements fyne.Layout.
func (r bandsRoom) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(size)
	r.rows.Resize(fyne.NewSize(size.Width, max(size.Height, r.rows.MinSize().Height))) // also where the share stays what it was
}
