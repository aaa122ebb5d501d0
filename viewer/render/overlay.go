package render

import (
	"image"
	"math"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
	"opacity/viewer"
)

// outlinePx is the width of outlines in pixels of a screen at 100 %.
const outlinePx = 1.5

// Overlay draws the labels of one pane at the resolution of the screen.
type Overlay struct {
	layers  [mask.Layers]labelPlane
	before  [mask.Layers]labelPlane // of the mask under a preview
	painted image.Rectangle         // what of the last picture may not be transparent
	dst     *image.RGBA
	palette palette
	cols    []cell
	strips  []strip
}

// palette is the visible labels.
type palette struct {
	shown [256]uint8 // the label itself, 0 where it is not visible
	fills [256]pixel // 0 where a label has no fill
	inner [256]pixel // of findings, where another than fills; else 0
	solid [256]pixel // of the outline
	faint [256]pixel // of the part of its width that is no whole pixel, over the fill
	weave [256]weave // drawn on the fill in the colour of the outline

	changes change // of a preview
}

// Forget says that labels in a box changed, so that the next Draw reads them again.
func (o *Overlay) Forget(box volume.Box) {
	for l := range o.layers {
		o.layers[l].forget(box)
	}
}

// Draw draws the view's labels into dst, which is the size of the pane in
// screen pixels; scale is screen pixels per pixel at 100 %. dst keeps what an
// earlier Draw of the same Overlay left in it, or is transparent.
func (o *Overlay) Draw(dst *image.RGBA, v View, scale float64) {
	o.DrawRect(dst, v, scale, dst.Rect)
}

// DrawRect draws only the part of dst in clip again; the rest must be as the
// last Draw of an equal view left it.
func (o *Overlay) DrawRect(dst *image.RGBA, v View, scale float64, clip image.Rectangle) {
	if dst != o.dst {
		o.dst, o.painted = dst, dst.Rect
	}
	clip = clip.Intersect(dst.Rect)
	before := o.painted
	if clip == dst.Rect {
		o.painted = image.Rectangle{}
	}
	if v.Mask == nil || !v.Overlay.Visible || v.Mask.Size() != v.Volume.Size {
		wipe(dst, clip.Intersect(before))
		return
	}
	index := min(max(v.Index, 0), sliceCount(v)-1)
	for l := range o.layers {
		o.layers[l].gather(v.Mask, mask.Layer(l), v.Plane, index)
	}
	o.palette.set(v.Mask.Labels(), v.Overlay, outlinePx*scale)
	if v.previews() {
		for l := range o.before {
			o.before[l].frozen = true // the preview shares its slices: a change copies them first
			o.before[l].gather(v.Before, mask.Layer(l), v.Plane, index)
		}
		o.palette.change(v.Before.Labels(), v.Mask.Labels(), outlinePx*scale)
	} else {
		o.before = [mask.Layers]labelPlane{}
	}
	if v.Compare {
		v.Overlay.Style = viewer.FilledAndOutlined
		o.palette.compare(outlinePx * scale)
	}
	o.paint(dst, v, scale, clip, before)
}

// stripRows is how many lines of pixels are painted in one piece.
const stripRows = 48

// paint paints strips of the clip, each by itself; before is what of dst is to
// be wiped.
func (o *Overlay) paint(dst *image.RGBA, v View, scale float64, clip, before image.Rectangle) {
	t := v.Transform(float64(dst.Rect.Dx()), float64(dst.Rect.Dy()))
	// Outlines that begin outside the clip may reach into it, and a voxel at its
	// border has a neighbour there.
	reach := int(math.Ceil(outlinePx*scale)) + 1
	shift := round(math.Abs(t.Frame.ShiftMM(0))*t.PxPerMM) + 1 // of the outermost rows
	if t.Frame.ShearMM == 0 {
		shift = 0
	}
	o.cols = colCells(o.cols, t, clip.Min.X-reach-shift, clip.Max.X+reach+shift)
	for need := (clip.Dy() + stripRows - 1) / stripRows; len(o.strips) < need; {
		o.strips = append(o.strips, strip{})
	}
	for n := range o.strips {
		o.strips[n].painted = image.Rectangle{}
	}
	var under *[mask.Layers]labelPlane
	if v.previews() {
		under = &o.before
	}
	parallel.Ranges(clip.Dy(), stripRows, func(from, to int) {
		part := image.Rect(clip.Min.X, clip.Min.Y+from, clip.Max.X, clip.Min.Y+to)
		wipe(dst, part.Intersect(before))
		o.strips[from/stripRows].paint(&strips{
			dst: dst, transform: t, layers: &o.layers, under: under, palette: &o.palette, cols: o.cols,
			style: v.Overlay.Style, outlinePx: outlinePx * scale, reach: reach, unit: max(1, round(scale)),
		}, part)
	})
	for n := range o.strips {
		o.painted = o.painted.Union(o.strips[n].painted)
	}
}

// set works out the colours of the visible labels and of outlines of some width.
func (p *palette) set(labels []mask.Label, o viewer.Overlay, widthPx float64) {
	p.fills, p.inner, p.shown, p.weave = [256]pixel{}, [256]pixel{}, [256]uint8{}, [256]weave{}
	for _, l := range labels {
		if !l.Visible {
			continue
		}
		p.shown[l.Value] = l.Value
		if o.Style != viewer.Outlined {
			p.fills[l.Value] = premultiplied(l.Colour, o.Opacity)
		}
		p.solid[l.Value] = premultiplied(l.Colour, 1)
		p.faint[l.Value] = over(premultiplied(l.Colour, partOf(widthPx)), p.fills[l.Value])
	}
}

// DirtyRect returns the screen pixels that may look different once the labels
// in a box of voxels have changed; empty where the view's slice is not touched.
func DirtyRect(v View, scale float64, widthPx, heightPx int, box volume.Box) image.Rectangle {
	u, w, n, _ := v.Plane.Axes()
	if !box.CrossesSlice(n, v.Index) {
		return image.Rectangle{}
	}
	t := v.Transform(float64(widthPx), float64(heightPx))
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for corner := range 4 {
		var p volume.Vec
		p[u], p[w] = float64(box.Min[u])-1.5, float64(box.Min[w])-1.5
		if corner&1 != 0 {
			p[u] = float64(box.Max[u]) + 0.5
		}
		if corner&2 != 0 {
			p[w] = float64(box.Max[w]) + 0.5
		}
		x, y := t.Pane(p)
		x0, y0, x1, y1 = math.Min(x0, x), math.Min(y0, y), math.Max(x1, x), math.Max(y1, y)
	}
	margin := outlinePx*scale + 2
	r := image.Rect(clampInt(x0-margin, widthPx), clampInt(y0-margin, heightPx), clampInt(x1+margin+1, widthPx), clampInt(y1+margin+1, heightPx))
	return r.Intersect(image.Rect(0, 0, widthPx, heightPx))
}

func clampInt(x float64, limit int) int { return int(math.Min(math.Max(x, 0), float64(limit))) }

func wipe(dst *image.RGBA, r image.Rectangle) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		clear(dst.Pix[y*dst.Stride+4*r.Min.X : y*dst.Stride+4*r.Max.X])
	}
}
