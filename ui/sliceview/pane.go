package sliceview

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/render"
	"opacity/viewer/tool"
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
	strip   *canvas.Raster    // of the axial slider
	decor   decor
	marks   marks

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
	p.strip = canvas.NewRaster(p.drawStripe)
	p.strip.ScaleMode = canvas.ImageScalePixels
	p.strip.Hide()
	objects = append(objects, p.strip)
	p.decor = newDecor(plane)
	p.marks = newMarks()
	objects = append(objects, p.marks.clip)
	objects = append(objects, p.decor.objects()...)
	objects = append(objects, p.marks.limits.objects()...)
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
	p.marks.clip.Move(r.Pos)
	p.marks.clip.Resize(r.Size)
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
		show(p.strip, false)
		p.placeMarks(tool.Marks{})
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
	p.placeRegion()
	p.decorate()
	if k := p.grid.opts.Kit; k != nil {
		p.placeMarks(k.Marks())
	}
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
