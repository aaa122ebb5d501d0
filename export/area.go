package export

import (
	"image"
	"image/color"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/export/plot"
)

// dashes tell the curves apart where colours do not, in points of ink and gap:
// a label's place in the list picks its own.
var dashes = [][]float64{nil, {7, 2}, {2, 2}, {7, 2, 2, 2}, {4, 4}, {10, 3}}

// AreaChart draws the area of each label on each axial slice, slice 1 at the
// feet, into a picture of width by height pixels: in mm², or in pixels where
// millimetres are unknown. Scale enlarges text and lines, dark suits a dark
// window.
func AreaChart(m metrics.Measurements, width, height int, scale float64, dark bool) image.Image {
	img, _ := areaFigure(m, text.Message{}).Image(width, height, scale, dark)
	return img
}

func areaFigure(m metrics.Measurements, foot text.Message) plot.Figure {
	t := text.English()
	d := plot.LinesData{
		About: plot.About{Title: t.T("export.area.title"), Foot: t.Format(foot)},
		Name:  "area", X: t.T("export.area.slice"), Y: t.T("export.area.mm2"),
		FromZero: true, Whole: true, Aspect: 0.42,
	}
	if m.AreaMM2 == nil {
		d.Y = t.T("export.area.pixels")
	}
	for r, s := range m.Labels {
		if !s.Whole() {
			continue
		}
		pattern := dashes[len(d.Lines)%len(dashes)]
		d.Lines = append(d.Lines, plot.Line{
			Name:   s.Label.Name,
			Colour: opaque(s.Label.Colour),
			Dashes: pattern, Solid: pattern == nil,
			Points: plot.ByNumber(areaOf(m, r)),
		})
	}
	return plot.Lines(d)
}

func areaOf(m metrics.Measurements, row int) []float64 {
	if m.AreaMM2 != nil {
		return m.AreaMM2[row]
	}
	values := make([]float64, len(m.AreaVoxels[row]))
	for k, n := range m.AreaVoxels[row] {
		values[k] = float64(n)
	}
	return values
}

func opaque(c mask.RGB) color.Color { return color.RGBA{c[0], c[1], c[2], 0xFF} }
