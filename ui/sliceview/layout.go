package sliceview

import (
	"fyne.io/fyne/v2"

	"opacity/viewer"
)

// Rect is a place in the grid, in logical pixels from its top left corner.
type Rect struct {
	Pos  fyne.Position
	Size fyne.Size
}

// Contains reports whether a position lies in the rectangle.
func (r Rect) Contains(p fyne.Position) bool {
	return p.X >= r.Pos.X && p.Y >= r.Pos.Y && p.X < r.Pos.X+r.Size.Width && p.Y < r.Pos.Y+r.Size.Height
}

// Empty reports whether nothing is there.
func (r Rect) Empty() bool { return r.Size.Width <= 0 || r.Size.Height <= 0 }

// within moves a position to one from the rectangle's corner.
func (r Rect) within(p fyne.Position) fyne.Position { return p.Subtract(r.Pos) }

func (r Rect) inset(d float32) Rect {
	return Rect{r.Pos.AddXY(d, d), fyne.NewSize(max(r.Size.Width-2*d, 0), max(r.Size.Height-2*d, 0))}
}

func rect(x, y, w, h float32) Rect { return Rect{fyne.NewPos(x, y), fyne.NewSize(w, h)} }

const (
	gapPx    = 4   // between panes
	framePx  = 3   // of the active pane; the others keep the room
	sliderPx = 16  // height of a slice slider
	gripPx   = 10  // width in which a splitter is caught
	minSplit = 0.2 // of the room, for either side of a splitter
)

// areas is where everything is. Panes not shown are empty.
type areas struct {
	panes [viewer.Planes]Rect
	// fourth is the place beside the three planes; splitters the strips between
	// panes that a hand can move: upright, then lying.
	fourth    Rect
	splitters [2]Rect
}

// arrange shares a grid of the given size between the panes.
func arrange(a viewer.Arrangement, active viewer.Plane, splits [2]float64, size fyne.Size) areas {
	var out areas
	w, h := size.Width, size.Height
	switch a {
	case viewer.OnePane:
		out.panes[active] = rect(0, 0, w, h)
	case viewer.FourEqual:
		left, top := floor((w-gapPx)/2), floor((h-gapPx)/2)
		right, bottom := w-gapPx-left, h-gapPx-top
		out.panes[viewer.Axial] = rect(0, 0, left, top)
		out.panes[viewer.Sagittal] = rect(left+gapPx, 0, right, top)
		out.panes[viewer.Coronal] = rect(left+gapPx, top+gapPx, right, bottom)
		out.fourth = rect(0, top+gapPx, left, bottom)
	default:
		left, top := floor((w-gapPx)*float32(splits[0])), floor((h-gapPx)*float32(splits[1]))
		right, bottom := w-gapPx-left, h-gapPx-top
		out.panes[viewer.Axial] = rect(0, 0, left, h)
		out.panes[viewer.Sagittal] = rect(left+gapPx, 0, right, top)
		out.panes[viewer.Coronal] = rect(left+gapPx, top+gapPx, right, bottom)
		const wider = (gripPx - gapPx) / 2
		out.splitters[0] = rect(left-wider, 0, gripPx, h)
		out.splitters[1] = rect(left+gapPx+wider, top-wider, right, gripPx)
	}
	return out
}

func floor(x float32) float32 { return float32(int(x)) }

// picture is the part of a pane that shows the plane, and slider the strip under it.
func picture(pane Rect) Rect {
	if pane.Empty() {
		return Rect{}
	}
	r := pane.inset(framePx)
	r.Size.Height = max(r.Size.Height-sliderPx, 0)
	return r
}

func slider(pane Rect) Rect {
	p := picture(pane)
	return rect(p.Pos.X, p.Pos.Y+p.Size.Height, p.Size.Width, sliderPx)
}

// layout puts everything in its place for a size of the grid.
func (g *Grid) layout(size fyne.Size) {
	g.areas = arrange(g.viewer.Arrangement(), g.viewer.Active(), g.splits, size)
	for p, r := range g.areas.panes {
		g.panes[p].place(r)
	}
	if f := g.opts.Fourth; f != nil {
		if g.areas.fourth.Empty() {
			f.Hide()
			return
		}
		f.Move(g.areas.fourth.Pos)
		f.Resize(g.areas.fourth.Size)
		f.Show()
	}
}

// PaneRect returns where a plane's pane is; false where it is not shown.
func (g *Grid) PaneRect(p viewer.Plane) (Rect, bool) {
	r := g.areas.panes[p]
	return r, !r.Empty()
}

// PictureRect returns where in the grid a plane's picture is.
func (g *Grid) PictureRect(p viewer.Plane) (Rect, bool) {
	r := picture(g.areas.panes[p])
	return r, !r.Empty()
}

// SliderRect returns where a plane's slice slider is.
func (g *Grid) SliderRect(p viewer.Plane) (Rect, bool) {
	r := slider(g.areas.panes[p])
	return r, !g.areas.panes[p].Empty()
}

// PaneAt returns the plane whose pane is at a position.
func (g *Grid) PaneAt(pos fyne.Position) (viewer.Plane, bool) {
	for p, r := range g.areas.panes {
		if !r.Empty() && r.Contains(pos) {
			return viewer.Plane(p), true
		}
	}
	return 0, false
}

// Rects names everything a hand can reach, for tests that drive the window from
// outside: pane.axial, picture.axial, slider.axial, splitter.0 ...
func (g *Grid) Rects() map[string]Rect {
	out := map[string]Rect{}
	for p := range viewer.Plane(viewer.Planes) {
		if r, ok := g.PaneRect(p); ok {
			out["pane."+p.String()] = r
			out["picture."+p.String()] = picture(r)
			out["slider."+p.String()] = slider(r)
		}
	}
	for i, name := range [...]string{"splitter.upright", "splitter.lying"} {
		if r := g.areas.splitters[i]; !r.Empty() {
			out[name] = r
		}
	}
	if !g.areas.fourth.Empty() {
		out["pane.fourth"] = g.areas.fourth
	}
	return out
}
