package sliceview

import (
	"image"

	"fyne.io/fyne/v2/canvas"

	"opacity/app"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/render"
)

// staleBase says that the base picture must be drawn again.
func (p *pane) staleBase() {
	p.baseStale = true
	p.base.Refresh()
}

// staleOverlay says that the labels must be drawn again.
func (p *pane) staleOverlay() {
	p.overStale = true
	p.overlay.Refresh()
}

// maskChanged says that labels in a box changed.
func (p *pane) maskChanged(box volume.Box) {
	p.drawnOver.Forget(box)
	_, _, n, _ := p.plane.Axes()
	if !box.CrossesSlice(n, p.grid.viewer.SliceOf(p.plane)) {
		return
	}
	p.dirty = p.dirty.Union(box)
	p.overlay.Refresh()
	if p.showsModel() != p.decor.research.text.Visible() {
		p.decorate()
	}
}

// arrived says that slices were loaded.
func (p *pane) arrived(r app.SliceRange) {
	if k := p.grid.viewer.SliceOf(p.plane); p.plane == viewer.Axial && (k < r.First || k > r.Last) {
		return
	}
	p.staleBase()
}

// reopen forgets what was drawn: there is another volume.
func (p *pane) reopen() {
	p.drawn, p.drawnOver = render.Base{}, render.Overlay{}
	p.baseStale, p.overStale, p.shownIndex, p.dirty = true, true, -1, volume.Box{}
	p.changed(viewer.Everything)
}

// refresh repaints everything.
func (p *pane) refresh() {
	if p.area.Empty() {
		return
	}
	p.baseStale, p.overStale = true, true
	p.follow(viewer.Everything)
	canvas.Refresh(p.root)
}

// nothing is what is painted where there is nothing to show.
var nothing = image.NewRGBA(image.Rect(0, 0, 1, 1))

// drawBase gives Fyne the base picture. It draws at most once a frame, however
// often the pane went stale.
func (p *pane) drawBase(int, int) image.Image {
	if !p.shown() {
		return nothing
	}
	if p.baseStale || p.picture == nil {
		p.picture = p.drawn.Draw(p.picture, p.view(), &p.grid.lut)
		p.baseStale = false
	}
	return p.picture
}

// drawOverlay gives Fyne the labels, in pixels of the screen.
func (p *pane) drawOverlay(w, h int) image.Image {
	if !p.shown() || w < 1 || h < 1 {
		return nothing
	}
	resized := render.Resize(p.labels, w, h)
	whole := p.overStale || resized != p.labels
	p.labels = resized
	v := p.view()
	scale := float64(w) / float64(p.overlay.Size().Width)
	switch {
	case whole:
		p.drawnOver.Draw(p.labels, v, scale)
	case !p.dirty.Empty():
		p.drawnOver.DrawRect(p.labels, v, scale, render.DirtyRect(v, scale, w, h, p.dirty))
	}
	p.overStale, p.dirty = false, volume.Box{}
	return p.labels
}
