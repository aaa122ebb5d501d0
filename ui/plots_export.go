package ui

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"opacity/app/job"
	"opacity/app/safefile"
	"opacity/ui/controls"
	"opacity/ui/look"
)

// The widths of journals' columns in millimetres, and the formats of figures.
var (
	plotWidthsMM = []float64{85, 114, 174}
	plotFormats  = []string{"png", "svg", "pdf", "csv"}
)

const jobPlotExport = "plots.export"

// askExport asks in what size and format the figure is to be written.
func (p *plots) askExport() {
	w := p.w
	if p.plot == nil || len(w.modals) > 0 {
		return
	}
	var widths, formats []string
	for _, mm := range plotWidthsMM {
		widths = append(widths, w.t("ui.plots.width", whole(mm)))
	}
	for _, f := range plotFormats {
		formats = append(formats, w.t("ui.plots.format."+f))
	}
	width, format, plot := 0, 0, p.plot
	size, kind := w.make.Selector(widths, func(n int) { width = n }), w.make.Selector(formats, func(n int) { format = n })
	size.Display(0)
	kind.Display(0)
	named := w.make.Check(w.t("ui.plots.identity"), func(bool) {})
	body := container.New(layout.NewCustomPaddedVBoxLayout(6),
		controls.NewLine(w.t("ui.plots.width_of"), look.Dim), size, controls.NewLine(w.t("ui.plots.format_of"), look.Dim), kind)
	if p.results != nil {
		body.Add(named)
	}
	body.Add(controls.NewLine(w.t("ui.research"), look.Dim))
	w.name("plots.export.width", size)
	w.name("plots.export.format", kind)
	w.ask("plots.export", w.t("ui.plots.export_title"), body, fyne.NewSize(460, 300),
		answer{id: "export", label: "ui.export.do", run: func() {
			ext := plotFormats[format]
			p.askPlace(*plot, filepath.Join(w.resultFolder(), plot.Name+"."+ext), ext, plotWidthsMM[width], named.Checked)
		}},
		answer{id: "cancel", label: "ui.cancel"})
}

// askPlace asks where a figure goes, and again where that will not do.
func (p *plots) askPlace(plot Plot, suggested, format string, widthMM float64, identity bool) {
	w := p.w
	w.choose.saveFile(w.t("ui.plots.export_title"), suggested, func(path string) {
		if ext := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), ".")); slices.Contains(plotFormats, ext) {
			format = ext // the name says what it is to be
		} else {
			path += "." + format
		}
		w.unlessThere(plotPaths(path), func(overwrite bool) { p.write(plot, path, format, widthMM, identity, overwrite) },
			func() { p.askPlace(plot, path, format, widthMM, identity) })
	})
}

// plotPaths are the files of a figure: itself, and beside a picture its caption and the
// points drawn.
func plotPaths(path string) []string {
	ext := filepath.Ext(path)
	if strings.EqualFold(ext, ".csv") {
		return []string{path}
	}
	base := strings.TrimSuffix(path, ext)
	return []string{path, base + ".txt", base + ".csv"}
}

// write writes a figure, and what belongs to it, beside the window.
func (p *plots) write(plot Plot, path, format string, widthMM float64, identity, overwrite bool) {
	w := p.w
	w.status.start(jobPlotExport, w.t("ui.plots.writing", filepath.Base(path)), func() { w.jobs.Cancel(jobPlotExport) })
	job.Run(w.jobs, jobPlotExport, func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
		for _, path := range plotPaths(path) {
			if err := ctx.Err(); err != nil {
				return struct{}{}, err
			}
			err := safefile.Write(path, overwrite, func(out io.Writer) error {
				switch filepath.Ext(path) {
				case ".txt":
					_, err := fmt.Fprintln(out, plot.Caption)
					return err
				case ".csv":
					return plot.Write(out, "csv", widthMM, identity)
				}
				return plot.Write(out, format, widthMM, identity)
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
