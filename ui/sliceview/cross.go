package sliceview

import (
	"image/color"

	"fyne.io/fyne/v2"

	"opacity/app/volume"
	"opacity/viewer"
)

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
