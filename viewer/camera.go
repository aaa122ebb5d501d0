package viewer

import (
	"math"

	"opacity/app/volume"
)

// The limits of Camera.Zoom.
const (
	MinZoom = 0.2
	MaxZoom = 40.0
)

// ZoomAt makes plane p larger by a factor, with the point at pixel (x, y) of a
// pane of the given size staying where it is.
func (v *Viewer) ZoomAt(p Plane, factor, x, y, widthPx, heightPx float64) {
	vol := v.session.Volume()
	if vol == nil || !(factor > 0) {
		return
	}
	c := v.cameras[p]
	xMM, yMM := PaneTransform(p, vol.Geometry, c, widthPx, heightPx).PointMM(x, y)
	c.Zoom = math.Min(math.Max(c.Zoom*factor, MinZoom), MaxZoom)
	scale := PaneTransform(p, vol.Geometry, c, widthPx, heightPx).PxPerMM
	c.CenterMM = [2]float64{xMM - (x-widthPx/2)/scale, yMM - (y-heightPx/2)/scale}
	v.SetCamera(p, v.kept(p, c))
}

// Pan moves the picture of plane p by (dx, dy) pixels of a pane of the given size.
func (v *Viewer) Pan(p Plane, dx, dy, widthPx, heightPx float64) {
	vol := v.session.Volume()
	if vol == nil {
		return
	}
	c := v.cameras[p]
	scale := PaneTransform(p, vol.Geometry, c, widthPx, heightPx).PxPerMM
	c.CenterMM[0] -= dx / scale
	c.CenterMM[1] -= dy / scale
	v.SetCamera(p, v.kept(p, c))
}

// kept holds the middle of the pane on the plane, so that no picture gets lost.
func (v *Viewer) kept(p Plane, c Camera) Camera {
	w, h := NewFrame(p, v.session.Volume().Geometry).ExtentMM()
	c.CenterMM[0] = math.Min(math.Max(c.CenterMM[0], -w/2), w/2)
	c.CenterMM[1] = math.Min(math.Max(c.CenterMM[1], -h/2), h/2)
	return c
}

// CenterOnCursor brings the cursor to the middle of every pane.
func (v *Viewer) CenterOnCursor() {
	vol := v.session.Volume()
	if vol == nil {
		return
	}
	for p := range Plane(Planes) {
		v.centerOnCursor(p, vol.Geometry)
	}
}

func (v *Viewer) centerOnCursor(p Plane, g volume.Geometry) {
	u, w, _, _ := p.Axes()
	x, y := NewFrame(p, g).Point(float64(v.cursor[u]), float64(v.cursor[w]))
	v.SetCamera(p, Camera{CenterMM: [2]float64{x, y}, Zoom: v.cameras[p].Zoom})
}

// Fit shows every plane whole.
func (v *Viewer) Fit() {
	for p := range Plane(Planes) {
		v.SetCamera(p, Camera{Zoom: 1})
	}
}

// ToggleMaximised shows pane p alone, or all panes again as they were.
func (v *Viewer) ToggleMaximised(p Plane) {
	if v.arrangement == OnePane {
		v.SetArrangement(v.restore)
		return
	}
	v.restore = v.arrangement
	v.SetActive(p)
	v.SetArrangement(OnePane)
}

// SliceOf returns the index of the slice that plane p shows.
func (v *Viewer) SliceOf(p Plane) int {
	_, _, n, _ := p.Axes()
	return v.cursor[n]
}

// SetSlice shows the slice with the given index on plane p.
func (v *Viewer) SetSlice(p Plane, index int) {
	_, _, n, _ := p.Axes()
	c := v.cursor
	c[n] = index
	v.SetCursor(c)
}
