package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/safefile"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer/render"
)

// plotFormats are those of figures, and their points alone.
var plotFormats = append(slices.Clone(figureFormats), "csv")

const jobPlotExport = "plots.export"

// plotDialog asks in what size and format a figure of the tab is to be written, and shows
// it so.
type plotDialog struct {
	p       *plots
	plot    *Plot
	m       *modal
	choices exportChoices
	pageFields
	notes, named *controls.Check
	fields       *fyne.Container
	preview      *figurePreview
}

// askExport asks it of the figure on screen.
func (p *plots) askExport() {
	w := p.w
	if p.plot == nil || len(w.modals) > 0 {
		return
	}
	if p.stale {
		w.status.refuse(w.t("ui.plots.stale_export"))
		return
	}
	of := p.plot
	if of.Page != nil {
		page := of.Page()
		of = &page
	}
	d := &plotDialog{p: p, plot: of, choices: newExportChoices()}
	d.choices.WidthMM = figureWidths[0]
	if kept := w.prefs.PlotExport; kept != nil {
		d.choices = kept.mended()
		if kept.Format == "csv" {
			d.choices.Format = kept.Format
		}
	}
	c := &d.choices
	d.preview = newFigurePreview(w)
	fields := figureFields{w, "plots.export.", d.preview, func() { d.m.press(0) }, d.changed}
	d.pageFields = newPageFields(c, plotFormats, fields, func() (lo, hi int) { return leastPlotMM*c.DPI*10/254 + 1, mostPx })
	d.notes = w.make.Check(w.t("ui.export.notes"), func(on bool) { c.Notes = on; d.changed() })
	d.notes.Display(c.Notes)
	d.named = w.make.Check(w.t("ui.plots.identity"), func(bool) { d.draw() })
	w.name("plots.export.notes", d.notes)
	w.name("plots.export.named", d.named)
	d.fields = container.New(layout.NewCustomPaddedVBoxLayout(4))
	room := w.win.Canvas().Size()
	d.m = w.ask("plots.export", w.t("ui.plots.export_title"), container.NewBorder(nil, controls.NewLine(w.t("ui.research"), look.Dim).Sized(theme.SizeNameCaptionText),
		container.New(fixedWidth(plotColumn), container.NewBorder(nil, nil, nil, space(10), d.fields)), nil, d.preview.object),
		fyne.NewSize(min(room.Width-40, 960), min(room.Height-40, 620)),
		answer{id: "export", label: "ui.export.do", run: d.run}, answer{id: "cancel", label: "ui.cancel", run: d.preview.stop})
	d.compose()
}

const (
	plotColumn  = 300 // how wide the choices are
	leastPlotMM = 30  // that a figure is wide
)

// changed keeps what was chosen and shows what comes of it.
func (d *plotDialog) changed() {
	if d.m == nil {
		return // it is being made
	}
	kept := d.choices
	d.p.w.prefs.PlotExport = &kept
	d.p.w.savePreferences()
	d.compose()
}

// compose offers what is a choice, and draws the figure.
func (d *plotDialog) compose() {
	var cells []fyne.CanvasObject
	d.cells(func(key string, o fyne.CanvasObject) {
		cells = append(cells, container.New(layout.NewCustomPaddedVBoxLayout(0), controls.NewLine(d.p.w.t("ui.export."+key), look.Dim).Sized(theme.SizeNameCaptionText), o))
	})
	d.px.refresh()
	d.fields.Objects = []fyne.CanvasObject{container.New(layout.NewGridLayoutWithColumns(2), cells...)}
	if d.choices.Format != "csv" {
		d.fields.Add(d.notes)
	}
	if d.p.results != nil {
		d.fields.Add(d.named)
	}
	d.fields.Refresh()
	d.draw()
}

// page is what the figure is written for.
func (d *plotDialog) page() PlotPage {
	c := d.choices
	if c.WidthMM == 0 {
		c.WidthPx, _ = strconv.Atoi(d.px.shown())
	}
	return PlotPage{WidthMM: c.widthMM(), DPI: float64(c.DPI), Dark: c.Dark}
}

// draw shows the figure as it will be written.
func (d *plotDialog) draw() {
	w, plot, page, format, named := d.p.w, d.plot, d.page(), d.choices.Format, d.named.Checked
	d.preview.stop()
	d.preview.put = w.after(previewAfter, func() {
		room, scale := d.preview.picture.Size(), w.win.Canvas().Scale()
		wide, high := max(int(room.Width*scale), 1), max(int(room.Height*scale), 1)
		shown := page
		shown.DPI = min(page.DPI, mostPreviewPx/page.WidthMM*25.4)
		job.Run(w.jobs, jobPreview, func(ctx context.Context, _ func(job.Progress)) (image.Image, error) {
			var b bytes.Buffer
			if err := plot.Write(&b, "png", shown, named); err != nil {
				return nil, err
			}
			m, err := png.Decode(&b)
			return m, errors.Join(err, ctx.Err())
		}, nil, func(m image.Image, err error) {
			if err != nil {
				if kind, why := app.Explain(err); kind != app.Interrupted {
					d.preview.show(nil, "", w.texts.Format(why))
				}
				return
			}
			name := plot.Name + "." + format
			if size := m.Bounds().Size(); format != "csv" {
				drawn := DrawnFigure{WidthMM: page.WidthMM, HeightMM: page.WidthMM * float64(size.Y) / float64(size.X)}
				name = w.t("ui.export.file", name, w.paper(SliceFigure{Format: format, DPI: page.DPI}, drawn))
			}
			d.preview.show(render.Fit(m, wide, high), name, plot.Caption)
			d.preview.drawn++
		})
	})
}

// run asks where it goes.
func (d *plotDialog) run() {
	d.preview.stop()
	e := plotExport{plot: *d.plot, format: d.choices.Format, page: d.page(), identity: d.named.Checked, notes: d.choices.Notes}
	d.p.askPlace(e, filepath.Join(d.p.folder(), e.plot.Name+"."+e.format))
}

// folder is where figures go at first: where results went last, else beside what the
// figures are of.
func (p *plots) folder() string {
	w := p.w
	last := w.resultFolder()
	switch {
	case w.results != "" && w.results == w.prefs.Results:
		return last
	case p.results != nil:
		return p.results.Folder
	case w.hasStudy() && w.session.Info().Path != "":
		return filepath.Dir(absolute(w.session.Info().Path))
	}
	return last
}

// plotExport is a figure that is to be written.
type plotExport struct {
	plot            Plot
	format          string
	page            PlotPage
	identity, notes bool
}

// askPlace asks where a figure goes, and again where that will not do.
func (p *plots) askPlace(e plotExport, suggested string) {
	w := p.w
	w.choose.saveFile(w.t("ui.plots.export_title"), suggested, func(path string) {
		if ext := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), ".")); slices.Contains(plotFormats, ext) {
			e.format = ext // the name says what it is to be
		} else {
			path += "." + e.format
		}
		w.unlessThere(e.paths(path), func(overwrite bool) { p.write(e, path, overwrite) }, func() { p.askPlace(e, path) })
	})
}

// paths are the files of a figure: itself, and beside a picture its caption and the
// points drawn.
func (e plotExport) paths(path string) []string {
	ext := filepath.Ext(path)
	if e.format == "csv" || !e.notes {
		return []string{path}
	}
	base := strings.TrimSuffix(path, ext)
	return []string{path, base + ".txt", base + ".csv"}
}

// write writes a figure, and what belongs to it, beside the window.
func (p *plots) write(e plotExport, path string, overwrite bool) {
	w := p.w
	w.status.start(jobPlotExport, w.t("ui.plots.writing", filepath.Base(path)), func() { w.jobs.Cancel(jobPlotExport) })
	job.Run(w.jobs, jobPlotExport, func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
		for _, path := range e.paths(path) {
			if err := ctx.Err(); err != nil {
				return struct{}{}, err
			}
			err := safefile.Write(path, overwrite, func(out io.Writer) error {
				switch filepath.Ext(path) {
				case ".txt":
					_, err := fmt.Fprintln(out, e.plot.Caption)
					return err
				case ".csv":
					return e.plot.Write(out, "csv", e.page, e.identity)
				}
				return e.plot.Write(out, e.format, e.page, e.identity)
			})
			if err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	}, nil, func(_ struct{}, err error) {
		w.status.end(jobPlotExport)
		if err != nil {
			w.bands.failAbout("save", err)
			return
		}
		w.bands.settled("save")
		w.rememberResults(path)
		w.status.saved(path)
		w.status.said = w.t("ui.plots.written", path)
		w.status.refresh()
	})
}
