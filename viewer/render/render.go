// Package render turns a plane of a volume and its labels into pixels. The
// window and saved pictures are drawn by the same code.
//
// Conventions: pictures are tight premultiplied *image.RGBA with Min at (0, 0),
// owned by the caller and reused from frame to frame. The base picture of a
// plane has the volume's own resolution and is stretched to the pane by whoever
// shows it; the overlay is drawn at the resolution of the screen, so that its
// outlines are crisp. Nothing here is safe for concurrent use; a pane owns its
// Base and its Overlay.
package render

import (
	"encoding/binary"
	"image"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// View is what a pane shows.
type View struct {
	Volume *volume.Volume
	// Loaded tells, while loading, which slices k may be read; nil for all.
	Loaded []bool
	Mask   *mask.Mask // nil for none
	// Before, where it is not nil, is the mask that Mask is a preview of a change of:
	// what differs is told apart by pattern.
	Before  *mask.Mask
	Compare bool // Mask is a viewer's Difference: its labels are told apart by pattern too
	Plane   viewer.Plane
	Index   int // of the slice, along the plane's normal
	Window  volume.Window
	Overlay viewer.Overlay
	Camera  viewer.Camera
	Smooth  bool
}

// Of returns what plane p of a viewer shows; Volume is nil where nothing is open.
func Of(v *viewer.Viewer, p viewer.Plane) View {
	s := v.Session()
	view := View{
		Volume: s.Volume(), Loaded: s.Loaded(), Mask: s.Shown(), Plane: p, Index: v.SliceOf(p),
		Window: v.Window(), Overlay: v.Overlay(), Camera: v.Camera(p), Smooth: v.Smooth(),
	}
	if d := v.Difference(); d != nil {
		view.Mask, view.Compare = d, true
	} else if s.Shown() != s.Mask() && !s.ModelShown() {
		view.Before = s.Mask()
	}
	return view
}

// previews reports whether what is drawn is a preview of a change.
func (v View) previews() bool {
	return v.Before != nil && v.Mask != nil && v.Before.Size() == v.Mask.Size() && !v.Compare
}

// Transform returns how the view lies in a pane of the given size in pixels.
func (v View) Transform(widthPx, heightPx float64) viewer.Transform {
	return viewer.PaneTransform(v.Plane, v.Volume.Geometry, v.Camera, widthPx, heightPx)
}

// Resize returns dst where it is a tight picture of that size already, else a
// new one, transparent.
func Resize(dst *image.RGBA, width, height int) *image.RGBA {
	if dst != nil && dst.Rect == image.Rect(0, 0, width, height) && dst.Stride == 4*width {
		return dst
	}
	return image.NewRGBA(image.Rect(0, 0, width, height))
}

// pixel is a premultiplied RGBA pixel as four bytes in memory order.
type pixel = uint32

func setPixel(row []byte, x int, p pixel) { binary.LittleEndian.PutUint32(row[4*x:], p) }

func opaqueGrey(g uint8) pixel { return uint32(g)*0x010101 | 0xff000000 }

// premultiplied makes a pixel of a colour and an alpha of 0..1.
func premultiplied(c mask.RGB, alpha float64) pixel {
	channel := func(v uint8) pixel { return pixel(float64(v)*alpha + 0.5) }
	return channel(c[0]) | channel(c[1])<<8 | channel(c[2])<<16 | channel(255)<<24
}
