package viewer

import (
	"math"

	"opacity/app/volume"
)

// Transform maps between the pixels of a pane and the voxels of the volume.
// Pixel x covers [x, x+1), so the middle of the first pixel is 0.5.
type Transform struct {
	Frame   Frame
	PxPerMM float64
	// OriginPx is the pixel that the middle of the plane falls on.
	OriginPx [2]float64
}

// PaneTransform returns how plane p of a volume lies in a pane of the given
// size in pixels, whatever pixels the caller counts in. Millimetres across and
// down are equally long.
func PaneTransform(p Plane, g volume.Geometry, c Camera, widthPx, heightPx float64) Transform {
	t := Transform{Frame: NewFrame(p, g)}
	w, h := t.Frame.ExtentMM()
	t.PxPerMM = c.Zoom * math.Min(widthPx/w, heightPx/h)
	t.OriginPx = [2]float64{widthPx/2 - c.CenterMM[0]*t.PxPerMM, heightPx/2 - c.CenterMM[1]*t.PxPerMM}
	return t
}

// Pane returns the pixel position that a (fractional) voxel falls on.
func (t Transform) Pane(voxel volume.Vec) (x, y float64) {
	u, v, _, _ := t.Frame.Plane.Axes()
	xMM, yMM := t.Frame.Point(voxel[u], voxel[v])
	return t.OriginPx[0] + xMM*t.PxPerMM, t.OriginPx[1] + yMM*t.PxPerMM
}

// Voxel returns the fractional voxel at a pixel position on the slice with the
// given index; it may lie outside the volume.
func (t Transform) Voxel(x, y float64, index int) volume.Vec {
	u, v, n, _ := t.Frame.Plane.Axes()
	var voxel volume.Vec
	voxel[u], voxel[v] = t.Frame.Index(t.PointMM(x, y))
	voxel[n] = float64(index)
	return voxel
}

// PointMM returns the millimetres from the plane's middle of a pixel position.
func (t Transform) PointMM(x, y float64) (xMM, yMM float64) {
	return (x - t.OriginPx[0]) / t.PxPerMM, (y - t.OriginPx[1]) / t.PxPerMM
}

// PictureRect returns the edges, in pixels, of the picture that Frame.Picture
// gives the size of.
func (t Transform) PictureRect() (x0, y0, x1, y1 float64) {
	w, h, mm := t.Frame.Picture()
	halfW, halfH := float64(w)*mm[0]*t.PxPerMM/2, float64(h)*mm[1]*t.PxPerMM/2
	return t.OriginPx[0] - halfW, t.OriginPx[1] - halfH, t.OriginPx[0] + halfW, t.OriginPx[1] + halfH
}

// Nearest returns the voxel a fractional one lies in, and whether it is in the volume.
func Nearest(g volume.Geometry, voxel volume.Vec) (index [3]int, inside bool) {
	inside = true
	for c := range 3 {
		index[c] = int(math.Floor(voxel[c] + 0.5))
		inside = inside && index[c] >= 0 && index[c] < g.Size[c]
	}
	return index, inside
}
