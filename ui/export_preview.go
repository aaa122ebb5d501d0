package ui

import (
	"context"
	"errors"
	"image"
	"io"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"opacity/app"
	"opacity/app/job"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer/render"
)

// jobPreview is the key of drawing the figure of the dialog.
const jobPreview = "export.preview"

// previewAfter is how long choices must rest before the figure is drawn again.
const previewAfter = 120 * time.Millisecond

// figurePreview shows a figure as it will be written: what writes the file draws it.
type figurePreview struct {
	w       *Window
	object  fyne.CanvasObject
	picture *canvas.Image
	name    *controls.Line  // of the file, and its size
	words   *controls.Prose // the caption, or why there is no picture
	put     func()          // gives up what was put off; nil for nothing
	drawn   int             // how many were shown
}

func newFigurePreview(w *Window) *figurePreview {
	p := &figurePreview{w: w, picture: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleSmooth}}
	p.name = controls.NewLine("", theme.ColorNameForeground).Clipped()
	p.words = controls.Paragraph("", look.Dim)
	w.name("export.preview", p.picture)
	w.name("export.name", p.name)
	p.object = container.NewBorder(nil, container.New(layout.NewCustomPaddedVBoxLayout(4), space(1), p.name, p.words), nil, nil,
		controls.NewSurface(theme.ColorNameBackground, container.NewPadded(p.picture)))
	return p
}

// tell says why the picture is not what is written in the fields.
func (p *figurePreview) tell(why string) { p.words.Set(why) }

// draw shows a figure, or why there is none; written is whether it will be exported.
func (p *figurePreview) draw(f SliceFigure, why string, written bool) {
	p.stop()
	if p.w.opts.DrawFigure == nil {
		return
	}
	if why != "" {
		p.show(nil, "", why)
		return
	}
	if p.picture.Image == nil { // its place is empty, but not without a word
		drawing := p.w.t("ui.export.drawing")
		if !written {
			drawing = p.w.t("ui.export.not_ticked", drawing)
		}
		p.name.Set(drawing)
		p.words.Set("")
	}
	p.put = p.w.after(previewAfter, func() { p.run(f, written) })
}

// stop gives up what is being drawn.
func (p *figurePreview) stop() {
	if p.put != nil {
		p.put()
		p.put = nil
	}
	p.w.jobs.Cancel(jobPreview)
}

// mostPreviewPx is how wide a figure is drawn at most to be shown: wide enough that
// nothing in it is bounded by a least size, so that all is in proportion.
const mostPreviewPx = 1600

// run draws it beside the window as it is written, and makes it as large as there is
// room for.
func (p *figurePreview) run(f SliceFigure, written bool) {
	w := p.w
	room := p.picture.Size()
	scale := w.win.Canvas().Scale()
	wide, high := max(int(room.Width*scale), 1), max(int(room.Height*scale), 1)
	shown := f
	shown.Format = ""
	if f.Kind != FigureAnimation {
		shown.DPI = min(f.DPI, mostPreviewPx/f.WidthMM*25.4)
	}
	type made struct {
		figure DrawnFigure
		image  image.Image
	}
	job.Run(w.jobs, jobPreview, func(ctx context.Context, _ func(job.Progress)) (made, error) {
		d, err := w.opts.DrawFigure(ctx, shown, io.Discard, func(float64) {})
		if err != nil || ctx.Err() != nil {
			return made{}, errors.Join(err, ctx.Err())
		}
		return made{d, render.Fit(d.Picture, wide, high)}, nil
	}, nil, func(m made, err error) {
		if err != nil {
			if kind, why := app.Explain(err); kind != app.Interrupted {
				p.show(nil, "", w.texts.Format(why))
			}
			return
		}
		name := w.t("ui.export.file", f.name()+"."+f.Format, w.paper(f, m.figure))
		if !written {
			name = w.t("ui.export.not_ticked", name)
		}
		p.show(m.image, name, m.figure.Caption)
		p.drawn++
	})
}

func (p *figurePreview) show(m image.Image, name, words string) {
	p.picture.Image = m
	p.picture.Refresh()
	p.name.Set(name)
	p.words.Set(words)
}
