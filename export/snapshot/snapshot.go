// Package snapshot writes pictures of a study, drawn by the code that draws the
// window.
package snapshot

import (
	"context"
	"image"
	"io"

	"github.com/disintegration/imaging"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/safefile"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/render"
)

// Options says what is on a picture. Volume is needed; the zero values of the
// rest show the middle axial slice in the window the volume opens in, without
// labels or letters.
type Options struct {
	Volume *volume.Volume
	Mask   *mask.Mask // nil for none
	Plane  viewer.Plane
	// Index is the slice along the plane's normal, Middle for the one in the middle.
	Index int
	// Indices are the slices on a sheet, in their order; nil for slices evenly through the
	// stack.
	Indices []int
	Window  volume.Window // zero for the one the volume opens in
	Overlay viewer.Overlay
	Camera  viewer.Camera // zero for the whole plane
	// Compare says that Mask is of viewer.DifferenceLabels, told apart by pattern too.
	Compare bool
	Px      int     // of the longer side; 0 for DefaultPx
	Letters float64 // how much larger letters are than on screen; 0 for 1
	PaperMM float64 // how wide a sheet is in print, where its letters have 6 points at least; 0 for no print
	Pixels  bool    // visible voxels instead of a smooth picture
	// Annotations adds edge letters, scale bar, slice and window.
	Annotations bool
	// WithoutBar and WithoutWindow leave these of the annotations out.
	WithoutBar, WithoutWindow bool
	// Identity names patient and study on the picture. Leave it out of anything
	// that goes to others.
	Identity bool
	// Research says that the labels are a model's result, for research use only.
	Research bool
	Text     text.Table // nil for English
}

// DefaultPx is the longer side of a picture, and
// Middle the index of the slice in the middle.
const (
	DefaultPx = 1024
	Middle    = -1
)

// Write draws a picture and writes it to path as PNG. A file that is there is
// replaced only with overwrite.
func Write(ctx context.Context, path string, o Options, overwrite bool) error {
	picture, err := Draw(o)
	if err != nil {
		return err
	}
	return write(ctx, path, picture, overwrite)
}

// Draw draws a picture.
func Draw(o Options) (*image.RGBA, error) {
	view, w, h, err := o.view()
	if err != nil {
		return nil, err
	}
	return render.Picture(view, o.decor(w), w, h), nil
}

// view checks the options and fills in what was left open.
func (o Options) view() (v render.View, widthPx, heightPx int, err error) {
	if o.Volume == nil {
		return v, 0, 0, app.Misuse("snapshot.no_volume")
	}
	v = render.View{
		Volume: o.Volume, Mask: o.Mask, Plane: o.Plane, Index: o.Index, Window: o.Window,
		Overlay: o.Overlay, Camera: o.Camera, Smooth: !o.Pixels, Compare: o.Compare,
	}
	_, _, n, _ := o.Plane.Axes()
	total := o.Volume.Size[n]
	if v.Index == Middle {
		v.Index = total / 2
	}
	if v.Index < 0 || v.Index >= total {
		return v, 0, 0, app.Misuse("snapshot.slice", o.Plane.String(), total)
	}
	if v.Window.Width <= 0 {
		v.Window = viewer.FirstWindow(o.Volume)
	}
	if v.Camera.Zoom <= 0 {
		v.Camera.Zoom = 1
	}
	if o.Mask != nil && o.Mask.Size() != o.Volume.Size {
		return v, 0, 0, app.Misuse("snapshot.mask_size", o.Mask.Size().String(), o.Volume.Size.String())
	}
	px := o.Px
	if px <= 0 {
		px = DefaultPx
	}
	widthPx, heightPx = render.FitSize(v, min(px, maxPx))
	return v, widthPx, heightPx, nil
}

// leastScale keeps outlines and the letters of a screen seen on small pictures.
const leastScale = 0.75

// decor keeps the letters of large pictures as large as they look on screen. Letters
// that are larger, for print, are in proportion on small pictures too: on paper they
// are of one size whatever the resolution.
func (o Options) decor(widthPx int) render.Decor {
	inProportion := float64(widthPx) / 700
	scale := max(inProportion, leastScale)
	letters := o.Letters
	if letters > 1 {
		letters = max(letters*inProportion/scale, 1)
	}
	return render.Decor{
		Text: o.Text, Annotations: o.Annotations, WithoutBar: o.WithoutBar, WithoutWindow: o.WithoutWindow, Identity: o.Identity, Research: o.Research,
		Scale: scale, Letters: letters,
	}
}

func write(ctx context.Context, path string, m image.Image, overwrite bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return safefile.Write(path, overwrite, func(w io.Writer) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return imaging.Encode(w, m, imaging.PNG)
	})
}
