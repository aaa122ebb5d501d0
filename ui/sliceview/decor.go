package sliceview

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"opacity/viewer"
)

const identityLines = 5

// TopLines is how high the lines are at the top of a pane that say which plane it is,
// where it looks from, and window and zoom.
const TopLines = edgePx + 3*linePx

// decor is what is written over a pane: names and numbers in the corners,
// letters at the edges, the scale bar, and the slice slider under the picture.
type decor struct {
	title    *caption
	identity [identityLines]*caption
	window   *caption
	zoom     *caption
	value    *caption // under the pointer
	place    *caption
	slice    *caption
	research *caption
	edges    [4]*caption // left, right, top, bottom
	scale    *caption
	bar      [3]*canvas.Rectangle // the bar and its two ends
	barBack  *canvas.Rectangle    // the ground under them

	track *canvas.Rectangle
	thumb *canvas.Rectangle
}

func newDecor(plane viewer.Plane) decor {
	d := decor{
		title: newCaption(planeColours[plane]), window: newCaption(ink), zoom: newCaption(ink), value: newCaption(ink), place: newCaption(ink),
		slice: newCaption(ink), research: newCaption(warn), scale: newCaption(ink),
		barBack: canvas.NewRectangle(shade), track: canvas.NewRectangle(color.NRGBA{0x3a, 0x40, 0x4b, 0xff}), thumb: canvas.NewRectangle(ink),
	}
	d.title.ground.FillColor, d.research.ground.FillColor = darker, darker
	d.track.CornerRadius, d.thumb.CornerRadius = 1.5, 3
	for i := range d.identity {
		d.identity[i] = newCaption(ink)
	}
	for i := range d.edges {
		d.edges[i] = newCaption(ink)
	}
	for i := range d.bar {
		d.bar[i] = canvas.NewRectangle(ink)
	}
	return d
}

func (d *decor) captions() []*caption {
	return append(append([]*caption{d.title, d.window, d.zoom, d.value, d.place, d.slice, d.research, d.scale}, d.identity[:]...), d.edges[:]...)
}

func (d *decor) objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{d.barBack}
	for _, b := range d.bar {
		out = append(out, b)
	}
	for _, k := range d.captions() {
		out = append(out, k.objects()...)
	}
	return append(out, d.track, d.thumb)
}

// show shows or hides everything; the plane's name stays.
func (d *decor) show(p *pane, on bool) {
	for _, k := range d.captions() {
		k.show(on)
	}
	for i := range d.bar {
		show(d.bar[i], on)
	}
	show(d.barBack, on)
	show(d.track, on)
	show(d.thumb, on)
	if !on {
		d.name(p)
	}
}

func (d *decor) name(p *pane) {
	r := p.pictureRect()
	d.title.style(planeColours[p.plane], p.grid.viewer.Active() == p.plane)
	d.title.set(p.grid.opts.Text.T("viewer." + p.plane.String()))
	d.title.put(r.Pos.X+edgePx, r.Pos.Y+edgePx-2, fyne.TextAlignLeading)
	d.title.show(true)
}

// decorate writes what there is to say about the pane as it is now.
func (p *pane) decorate() {
	if p.area.Empty() || !p.shown() {
		return
	}
	d, g, t := &p.decor, p.grid, p.grid.opts.Text
	vol, r := g.volume(), p.pictureRect()
	left, top := r.Pos.X+edgePx, r.Pos.Y+edgePx-2
	right, bottom := r.Pos.X+r.Size.Width-edgePx, r.Pos.Y+r.Size.Height-edgePx-linePx+2
	on := g.viewer.Annotations()

	d.name(p)
	beside := p.besideLetter()
	window, y := viewer.WindowCaption(t, g.viewer.Window()), top
	if width(window) > g.narrowest() {
		y += linePx // under the letter there is the whole width
	}
	writeIn(d.window, on, window, right-left, right, y, fyne.TextAlignTrailing)
	write(d.zoom, on, viewer.ZoomCaption(t, g.viewer.Camera(p.plane)), right, y+linePx, fyne.TextAlignTrailing)
	d.writeIdentity(p, left, right, top+linePx, on)
	slice := viewer.SliceCaption(t, vol, p.plane, g.viewer.SliceOf(p.plane))
	if width(slice) > beside {
		slice = viewer.SliceNumberCaption(t, vol, p.plane, g.viewer.SliceOf(p.plane))
	}
	writeIn(d.slice, on, slice, beside, right, bottom, fyne.TextAlignTrailing)
	p.writeResearch(right, bottom-linePx)
	e := viewer.EdgeCaption(vol, p.plane)
	midX, midY := r.Pos.X+r.Size.Width/2, r.Pos.Y+r.Size.Height/2-linePx/2
	write(d.edges[0], on, e[0], left, midY, fyne.TextAlignLeading)
	write(d.edges[1], on, e[1], right, midY, fyne.TextAlignTrailing)
	write(d.edges[2], on, e[2], midX, top, fyne.TextAlignCenter)
	write(d.edges[3], on, e[3], midX, bottom, fyne.TextAlignCenter)
	foot := bottom - 2*linePx
	d.placeBar(p, on, left, foot)
	if d.research.text.Visible() && covers(d.research.ground, d.barBack) {
		foot -= linePx
		d.placeBar(p, on, left, foot)
	}
	if letter := d.edges[0]; letter.text.Visible() && d.scale.text.Visible() && (covers(letter.ground, d.scale.ground) || covers(letter.ground, d.barBack)) {
		d.placeBar(p, on, left+letterPx+2*padPx, foot)
	}
	p.readOut()
	p.placeSlider()
}

// covers reports whether two objects share a place.
func covers(a, b fyne.CanvasObject) bool {
	p, q := a.Position(), b.Position()
	return p.X < q.X+b.Size().Width && q.X < p.X+a.Size().Width && p.Y < q.Y+b.Size().Height && q.Y < p.Y+a.Size().Height
}

func write(k *caption, on bool, s string, x, y float32, align fyne.TextAlign) {
	k.show(on)
	if on {
		k.set(s)
		k.put(x, y, align)
	}
}

// writeIn writes what fits into a width: the letters at the edges stay, and what
// would run into them gives way.
func writeIn(k *caption, on bool, s string, room, x, y float32, align fyne.TextAlign) {
	s = cut(s, room)
	write(k, on && s != "", s, x, y, align)
}

// besideLetter is the room on either side of the letter in the middle of the top
// and of the bottom edge.
func (p *pane) besideLetter() float32 { return besideLetter(p.pictureRect()) }

func besideLetter(r Rect) float32 { return r.Size.Width/2 - edgePx - letterPx }

// narrowest is that room in the narrowest pane that is shown: the same stands at the
// same height in all.
func (g *Grid) narrowest() float32 {
	least := float32(math.MaxFloat32)
	for _, area := range g.areas.panes {
		if r := picture(area); !r.Empty() {
			least = min(least, besideLetter(r))
		}
	}
	return least
}

// letterPx is what a letter at an edge keeps free on either side of its middle,
// a question mark behind it included.
const letterPx = 14

// showsModel reports whether what is drawn came from a model.
func (p *pane) showsModel() bool {
	s := p.grid.viewer.Session()
	return s.Result() != nil || s.ModelShown()
}

// writeResearch says what a model's result is for, a line above where it would
// come too close to the letter at the bottom.
func (p *pane) writeResearch(right, y float32) {
	d, r := &p.decor, p.pictureRect()
	d.research.set(p.grid.opts.Text.T("viewer.research"))
	if right-d.research.width() < r.Pos.X+r.Size.Width/2+linePx {
		y -= linePx
	}
	write(d.research, p.showsModel(), d.research.text.Text, right, y, fyne.TextAlignTrailing)
}

// writeIdentity names patient and study on the largest pane, unless hidden for
// a demonstration. Its lines leave window and zoom beside them, where those are
// shown, their place.
func (d *decor) writeIdentity(p *pane, x, right, y float32, on bool) {
	g := p.grid
	main := p.plane == viewer.Axial || g.viewer.Arrangement() == viewer.OnePane
	var lines []string
	if main && g.viewer.Identity() {
		lines = viewer.IdentityCaption(g.opts.Text, g.volume().Identity)
	}
	for i, k := range d.identity {
		s, room := "", right-x
		lineY, lineX := y+float32(i)*linePx, x
		for _, at := range []*caption{d.window, d.zoom} {
			if on && at.ground.Position().Y == lineY {
				room -= at.width() + 4*padPx
			}
		}
		if middle := p.pictureRect().Pos.Y + p.pictureRect().Size.Height/2; on && lineY < middle+linePx/2 && lineY+linePx > middle-linePx/2 {
			lineX += letterPx + 2*padPx // beside the letters at the left and right edges
			room -= 2 * (letterPx + 2*padPx)
		}
		if i < len(lines) {
			s = cut(lines[i], room)
		}
		write(k, s != "", s, lineX, lineY, fyne.TextAlignLeading)
	}
}

// placeBar draws the scale bar with its foot at y.
func (d *decor) placeBar(p *pane, on bool, x, y float32) {
	r := p.pictureRect()
	px, name, ok := viewer.ScaleBar(p.grid.opts.Text, p.grid.volume(), p.plane, p.transform().PxPerMM, float64(r.Size.Width)/4)
	on = on && ok && r.Size.Height > 9*linePx
	length := float32(px)
	for i, b := range [3]Rect{rect(x, y, length, 2), rect(x, y-4, 1, 4), rect(x+length-1, y-4, 1, 4)} {
		show(d.bar[i], on)
		d.bar[i].Move(b.Pos)
		d.bar[i].Resize(b.Size)
	}
	show(d.barBack, on)
	d.barBack.Move(fyne.NewPos(x-padPx, y-4))
	d.barBack.Resize(fyne.NewSize(length+2*padPx, 8))
	write(d.scale, on, name, x, y-linePx-4, fyne.TextAlignLeading)
}

// readOut says what lies under the pointer, in the pane that it is over.
func (p *pane) readOut() {
	if p.area.Empty() || !p.shown() {
		return
	}
	d, g, r := &p.decor, p.grid, p.pictureRect()
	value, place := "", ""
	if at, ok := g.hoveredVoxel(p.plane); ok && g.viewer.Annotations() {
		value, place = viewer.ValueCaption(g.opts.Text, g.volume(), at)
	}
	y := r.Pos.Y + r.Size.Height - edgePx - linePx + 2
	writeIn(d.place, place != "", place, p.besideLetter(), r.Pos.X+edgePx, y, fyne.TextAlignLeading)
	room := r.Size.Width - 2*edgePx
	if at := d.research.text; at.Visible() && at.Position().Y < y && at.Position().Y >= y-linePx {
		room -= d.research.width() + 4*padPx
	}
	writeIn(d.value, value != "", value, room, r.Pos.X+edgePx, y-linePx, fyne.TextAlignLeading)
}

// thumbPx is the size of a slider's handle.
var thumbPx = fyne.NewSize(8, 12)

func (p *pane) placeSlider() {
	r := slider(p.area)
	d, vol := &p.decor, p.grid.volume()
	_, _, n, _ := p.plane.Axes()
	number, total := p.plane.SliceNumber(vol.Geometry, p.grid.viewer.SliceOf(p.plane)), vol.Size[n]
	travel := r.Size.Width - 2*edgePx - thumbPx.Width
	share := float32(0)
	if total > 1 {
		share = float32(number-1) / float32(total-1)
	}
	mid := r.Pos.Y + r.Size.Height/2
	show(d.thumb, true)
	p.placeStrip(r)
	d.track.Move(fyne.NewPos(r.Pos.X+edgePx, mid-1.5))
	d.track.Resize(fyne.NewSize(r.Size.Width-2*edgePx, 3))
	height := d.thumb.Size().Height
	d.thumb.Move(fyne.NewPos(r.Pos.X+edgePx+travel*share, mid-height/2))
}

// slideTo shows the slice that a position on the slider stands for.
func (p *pane) slideTo(x float32) {
	if k := p.slideIndex(x); k >= 0 {
		p.grid.viewer.SetSlice(p.plane, k)
	}
}

// slideIndex is the slice that stands at a place of the slider, -1 where none does.
func (p *pane) slideIndex(x float32) int {
	r, vol := slider(p.area), p.grid.volume()
	travel := r.Size.Width - 2*edgePx - thumbPx.Width
	if vol == nil || travel <= 0 {
		return -1
	}
	_, _, n, _ := p.plane.Axes()
	share := min(max((x-r.Pos.X-edgePx-thumbPx.Width/2)/travel, 0), 1)
	number := 1 + int(share*float32(vol.Size[n]-1)+0.5)
	return p.plane.SliceIndex(vol.Geometry, number)
}
