package sliceview

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"opacity/app"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/render"
)

// planeColours are the frames of the panes and the lines of the crosshair.
var planeColours = [viewer.Planes]color.NRGBA{
	viewer.Axial:    {0xe5, 0x48, 0x4d, 0xff},
	viewer.Coronal:  {0x3f, 0xb0, 0x5c, 0xff},
	viewer.Sagittal: {0xe6, 0xc2, 0x29, 0xff},
}

// pane is the canvas objects of one plane and the memory they are drawn from.
type pane struct {
	grid  *Grid
	plane viewer.Plane
	area  Rect // of the whole pane; empty where it is not shown

	root    *fyne.Container
	ground  *canvas.Rectangle
	stack   *fyne.Container // what holds the base picture, clipped
	clip    *container.Clip
	base    *canvas.Raster
	overlay *canvas.Raster
	cross   [4]*canvas.Rectangle // left, right, upper and lower arm
	frame   *canvas.Rectangle
	ring    *canvas.Rectangle // of the focus
	decor   decor

	drawn      render.Base
	drawnOver  render.Overlay
	picture    *image.RGBA
	labels     *image.RGBA
	baseStale  bool
	overStale  bool       // the whole overlay
	dirty      volume.Box // part of it
	shownIndex int
	camera     viewer.Camera
}

func newPane(g *Grid, plane viewer.Plane) *pane {
	p := &pane{grid: g, plane: plane, baseStale: true, overStale: true, shownIndex: -1}
	p.ground = canvas.NewRectangle(color.Black)
	p.base = canvas.NewRaster(p.drawBase)
	p.overlay = canvas.NewRaster(p.drawOverlay)
	p.overlay.ScaleMode = canvas.ImageScalePixels // it has the screen's own pixels
	p.stack = container.NewWithoutLayout(p.base)
	p.clip = container.NewClip(p.stack)
	p.frame = canvas.NewRectangle(color.Transparent)
	p.ring = canvas.NewRectangle(color.Transparent)
	p.ring.StrokeColor, p.ring.StrokeWidth = accent, 2
	objects := []fyne.CanvasObject{p.ground, p.clip, p.overlay}
	for i := range p.cross {
		p.cross[i] = canvas.NewRectangle(color.Transparent)
		objects = append(objects, p.cross[i])
	}
	p.decor = newDecor(plane)
	objects = append(objects, p.decor.objects()...)
	objects = append(objects, p.frame, p.ring)
	p.root = container.NewWithoutLayout(objects...)
	p.root.Hide()
	return p
}

// view is what the pane shows.
func (p *pane) view() render.View { return render.Of(p.grid.viewer, p.plane) }

// picture is where the plane is shown.
func (p *pane) pictureRect() Rect { return picture(p.area) }

// transform maps logical pixels of the picture to voxels.
func (p *pane) transform() viewer.Transform {
	r := p.pictureRect()
	return p.view().Transform(float64(r.Size.Width), float64(r.Size.Height))
}

// shown reports whether there is a picture to paint.
func (p *pane) shown() bool {
	r := p.pictureRect()
	return !r.Empty() && p.grid.volume() != nil
}

// place moves the pane into an area of the grid; an empty one hides it.
func (p *pane) place(area Rect) {
	moved := p.area != area
	p.area = area
	if area.Empty() {
		show(p.root, false)
		return
	}
	r := p.pictureRect()
	p.root.Resize(p.grid.Size())
	p.ground.Move(area.Pos)
	p.ground.Resize(area.Size)
	p.clip.Move(r.Pos)
	p.clip.Resize(r.Size)
	p.overlay.Move(r.Pos)
	p.overlay.Resize(r.Size)
	active := p.grid.viewer.Active() == p.plane
	width, c := float32(1), planeColours[p.plane]
	if active {
		width = framePx
	} else {
		c.A = 0xa0
	}
	p.frame.StrokeColor, p.frame.StrokeWidth = c, width
	p.frame.Move(area.Pos)
	p.frame.Resize(area.Size)
	p.frame.Refresh()
	p.ring.Move(area.Pos.AddXY(framePx, framePx))
	p.ring.Resize(area.inset(framePx).Size)
	show(p.ring, active && p.grid.focused)
	if moved {
		p.overStale = true
	}
	show(p.root, true)
	p.follow(viewer.Everything)
}

// changed brings the pane in line with a change of the viewer.
func (p *pane) changed(c viewer.Change) {
	if !p.area.Empty() {
		p.follow(c)
	}
}

// follow repaints what a change concerns.
func (p *pane) follow(c viewer.Change) {
	on := p.shown()
	show(p.clip, on)
	show(p.overlay, on)
	if !on {
		for _, arm := range p.cross {
			show(arm, false)
		}
		p.decor.show(p, false)
		return
	}
	index, camera := p.grid.viewer.SliceOf(p.plane), p.grid.viewer.Camera(p.plane)
	sliceMoved, cameraMoved := index != p.shownIndex, camera != p.camera
	p.shownIndex, p.camera = index, camera
	if sliceMoved || c&(viewer.WindowMoved) != 0 {
		p.staleBase()
	}
	if sliceMoved || cameraMoved || c&viewer.OverlayMoved != 0 {
		p.staleOverlay()
	}
	if c&(viewer.CameraMoved|viewer.LayoutMoved|viewer.DecorMoved) != 0 {
		p.placeBase()
	}
	p.placeCross()
	p.decorate()
}

// placeBase stretches the base picture to where the camera sees it.
func (p *pane) placeBase() {
	mode := canvas.ImageScaleFastest
	if !p.grid.viewer.Smooth() {
		mode = canvas.ImageScalePixels
	}
	if p.base.ScaleMode != mode {
		p.base.ScaleMode = mode
		p.base.Refresh()
	}
	x0, y0, x1, y1 := p.transform().PictureRect()
	p.base.Move(fyne.NewPos(float32(x0), float32(y0)))
	p.base.Resize(fyne.NewSize(float32(x1-x0), float32(y1-y0)))
}

// The lines of the crosshair stop before the cursor, so that they hide nothing
// there, and before the letters at the edges.
const (
	crossGap    = 9
	crossMargin = 22
)

func (p *pane) placeCross() {
	on := p.grid.viewer.Crosshair()
	r := p.pictureRect()
	c := p.grid.viewer.Cursor()
	x64, y64 := p.transform().Pane(volume.Vec{float64(c[0]), float64(c[1]), float64(c[2])})
	x, y, w, h := float32(x64), float32(y64), r.Size.Width, r.Size.Height
	across, down := crossColours(p.plane)
	const m = crossMargin
	arms := [4]struct {
		x0, y0, x1, y1 float32
		c              color.NRGBA
	}{
		{m, y, min(x-crossGap, w-m), y + 1, across},
		{max(x+crossGap, m), y, w - m, y + 1, across},
		{x, m, x + 1, min(y-crossGap, h-m), down},
		{x, max(y+crossGap, m), x + 1, h - m, down},
	}
	for i, a := range arms {
		visible := on && a.x1 > a.x0 && a.y1 > a.y0 && a.x0 >= 0 && a.y0 >= 0 && a.x1 <= w && a.y1 <= h
		show(p.cross[i], visible)
		if !visible {
			continue
		}
		if p.cross[i].FillColor != a.c {
			p.cross[i].FillColor = a.c
			p.cross[i].Refresh()
		}
		p.cross[i].Move(r.Pos.AddXY(a.x0, a.y0))
		p.cross[i].Resize(fyne.NewSize(a.x1-a.x0, a.y1-a.y0))
	}
}

// crossColours are those of the planes that the lines across and down stand for.
func crossColours(p viewer.Plane) (across, down color.NRGBA) {
	planes := [viewer.Planes][2]viewer.Plane{
		viewer.Axial:    {viewer.Coronal, viewer.Sagittal},
		viewer.Coronal:  {viewer.Axial, viewer.Sagittal},
		viewer.Sagittal: {viewer.Axial, viewer.Coronal},
	}[p]
	across, down = planeColours[planes[0]], planeColours[planes[1]]
	across.A, down.A = 0xb0, 0xb0
	return across, down
}

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
	p.decorate()
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
