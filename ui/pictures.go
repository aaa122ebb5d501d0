package ui

import (
	"fyne.io/fyne/v2"

	"opacity/ui/sliceview"
)

// picturesLayout puts the panes under the strips, and red bands over the panes, below
// what is written at their top: what comes and goes while the hand works moves no
// picture and hides neither the plane nor its letters and window. The strip of an operation
// that needs more room than the strip of the tools lies over the panes for as long
// as it asks.
type picturesLayout struct{ w *Window }

// MinSize implements fyne.Layout; the objects are panes, bands and strips.
func (l picturesLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	panes, strips := o[0].MinSize(), o[2].MinSize()
	return fyne.NewSize(max(panes.Width, strips.Width), panes.Height+l.top(strips.Height))
}

// top is where the panes begin under strips of a height.
func (l picturesLayout) top(strips float32) float32 {
	if l.w.amount.object.Visible() {
		strips += min(0, l.w.strip.object.MinSize().Height-l.w.amount.object.MinSize().Height)
	}
	return strips
}

// Layout implements fyne.Layout.
func (l picturesLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	panes, bands, strips := o[0], o[1], o[2]
	for range 2 { // text that wraps knows its height once it has its width
		strips.Resize(fyne.NewSize(size.Width, strips.MinSize().Height))
		bands.Resize(fyne.NewSize(size.Width, bands.MinSize().Height))
	}
	strips.Move(fyne.NewPos(0, 0))
	top := l.top(strips.MinSize().Height)
	panes.Move(fyne.NewPos(0, top))
	panes.Resize(fyne.NewSize(size.Width, max(0, size.Height-top)))
	bands.Move(fyne.NewPos(0, strips.MinSize().Height+sliceview.TopLines))
}

// overPictures reports whether the pictures are shown.
func (w *Window) overPictures() bool {
	return w.centre != nil && len(w.centre.Objects) == 1 && w.centre.Objects[0] == w.pictures
}
