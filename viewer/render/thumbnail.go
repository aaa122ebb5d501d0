package render

import (
	"image"

	"github.com/disintegration/imaging"

	"opacity/app/volume"
	"opacity/viewer"
)

// Thumbnail returns a small picture of a volume's middle axial slice in the
// window it would open in, at most maxPx wide and high.
func Thumbnail(v *volume.Volume, maxPx int) image.Image {
	view := View{Volume: v, Plane: viewer.Axial, Index: v.Size[2] / 2, Window: viewer.FirstWindow(v), Camera: viewer.Camera{Zoom: 1}}
	native := new(Base).Draw(nil, view, new(LUT))
	w, h := FitSize(view, max(native.Rect.Dx(), native.Rect.Dy()))
	return Fit(imaging.Resize(native, w, h, imaging.Linear), maxPx, maxPx)
}

// Fit makes a finished picture smaller, in its proportions, until it is no wider and no
// higher than there is room for.
func Fit(m image.Image, width, height int) image.Image {
	return imaging.Fit(m, width, height, imaging.Lanczos)
}
