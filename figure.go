//go:build !headless

package main

import (
	"context"
	"io"
	"math"

	"opacity/app"
	"opacity/app/text"
	"opacity/export/picture"
	"opacity/export/plot"
	"opacity/ui"
	"opacity/viewer"
)

// whats are what a figure shows of a slice, by the window's names.
var whats = map[string]picture.What{
	ui.ShowMask: picture.Prediction, ui.ShowCT: picture.CT, ui.ShowReference: picture.Reference, ui.ShowErrors: picture.Errors,
}

// drawFigure draws a figure of slices as the window has it chosen.
func drawFigure(ctx context.Context, f ui.SliceFigure, out io.Writer, report func(float64)) (ui.DrawnFigure, error) {
	c := picture.Case{
		Volume: f.Volume, Reference: f.Reference, Prediction: f.Mask, Plane: f.Plane, Window: f.Window, Labels: f.Labels, ReferenceIs: f.ReferenceIs, AtHand: true,
		Overlay: f.Overlay, WithoutBar: !f.Bar, WithoutWindow: !f.Level, Identity: f.Identity, Research: f.Model && f.Mask != nil,
		About: plot.About{Made: []string{"Opacity " + f.Version}},
	}
	if c.Research {
		c.About.Notes = []string{text.English().T("viewer.research") + "."}
	}
	if f.Kind == ui.FigureAnimation {
		return animate(ctx, f, c, out, report)
	}
	page := plot.Page{WidthMM: f.WidthMM, DPI: f.DPI, Dark: f.Dark}
	c.Letters = lettersMM / (f.WidthMM / float64(panesOf(f)))
	c.Px = pxOf(f, f.WidthMM/25.4*f.DPI/float64(panesOf(f)))
	var fig plot.Figure
	var err error
	switch f.Kind {
	case ui.FigureTriptych:
		fig, err = c.Triptych(f.Index)
	case ui.FigureErrorMap:
		fig, err = c.ErrorMap(f.Index)
	case ui.FigureMontage:
		fig, err = c.Montage(ctx, whats[f.Show], f.Count)
	default:
		fig, err = c.Single(whats[f.Show], f.Index)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return ui.DrawnFigure{}, err
	}
	d := ui.DrawnFigure{Caption: fig.Caption(), Points: fig.Points()}
	d.WidthMM, d.HeightMM = fig.SizeMM(page)
	if f.Format == "" {
		d.Picture = fig.Raster(page)
		return d, nil
	}
	return d, fig.Write(out, f.Format, page)
}

// lettersMM is how wide a picture is on paper whose letters are as large as on screen,
// in proportion: some 6 points.
const lettersMM = 121

func panesOf(f ui.SliceFigure) int {
	return map[string]int{ui.FigureTriptych: 3, ui.FigureErrorMap: 2}[f.Kind] + map[string]int{ui.FigureSlice: 1, ui.FigureMontage: 1}[f.Kind]
}

// pxOf is the longer side of a slice that is so many pixels wide; more than its
// voxels need nobody sees.
func pxOf(f ui.SliceFigure, wide float64) int {
	if f.Volume == nil {
		return 0
	}
	w, h := viewer.NewFrame(f.Plane, f.Volume.Geometry).ExtentMM()
	return int(math.Min(math.Max(math.Ceil(wide*math.Max(w, h)/w), 64), 2400))
}

// animate writes an animation, or draws its frame at the index.
func animate(ctx context.Context, f ui.SliceFigure, c picture.Case, out io.Writer, report func(float64)) (ui.DrawnFigure, error) {
	g := picture.GIF{Frames: f.Frames, Show: []picture.What{whats[f.Show]}}
	if f.Show == ui.ShowBeside {
		g.Show = []picture.What{picture.CT, picture.Prediction}
		if f.Reference != nil {
			g.Show = nil // all three
		}
	}
	beside := max(len(g.Show), 1)
	if g.Show == nil {
		beside = 3
	}
	g.Px = pxOf(f, float64(f.WidthPx)/float64(beside)-4)
	frame, err := c.Frame(g, f.Index)
	if err != nil {
		return ui.DrawnFigure{}, err
	}
	_, _, n, _ := f.Plane.Axes()
	d := ui.DrawnFigure{WidthPx: frame.Rect.Dx(), HeightPx: frame.Rect.Dy(), Frames: min(f.Frames, f.Volume.Size[n])}
	d.Caption, d.Points = c.GIFCaption(g), c.GIFPoints(g)
	switch f.Format {
	case "":
		d.Picture = frame
		return d, nil
	case "gif":
		return d, c.WriteGIF(ctx, out, g, report)
	}
	return d, app.Misuse("cmd.figure.format", f.Format)
}
