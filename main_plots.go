//go:build !headless

package main

import (
	"context"
	"image"
	"io"
	"math"

	"opacity/app/cohort"
	"opacity/export/figures"
	"opacity/export/plot"
	"opacity/ui"
	"opacity/ui/plotview"
)

// plots are the figures of the window.
func plots() ui.Plots {
	return ui.Plots{OfCase: figures.OfCase(), NeedsReference: figures.NeedsReference, Case: casePlot, Results: results}
}

func casePlot(ctx context.Context, kind string, c ui.PlotCase) (ui.Plot, error) {
	s, err := figures.New(ctx, kind, figures.Case{
		Volume: c.Volume, Mask: c.Mask, Reference: c.Reference, Label: c.Label, Probabilities: c.Probabilities, Both: c.Both,
		Threshold: c.Threshold, SameRun: c.SameRun, About: c.About, Made: []string{"Opacity " + programVersion()},
	})
	return plotOf(s, func() (figures.Shown, error) { return s, nil }), err
}

// plotOf is a figure as the window takes it; nameless makes the same without the names of
// cases.
func plotOf(s figures.Shown, nameless func() (figures.Shown, error)) ui.Plot {
	p := ui.Plot{Name: fileName(s.Name), Caption: s.Caption(), Tip: s.Tip}
	p.Draw = func(width, height int, scale float64, dark bool) (image.Image, []plotview.Spot) {
		m, spots := s.Image(width, height, scale, dark)
		out := make([]plotview.Spot, len(spots))
		for n, at := range spots {
			out[n] = plotview.Spot(at)
		}
		return m, out
	}
	p.Place = func(row int) ui.PlotPlace {
		at := s.Place(row)
		return ui.PlotPlace{Case: at.Case, Slice: at.Slice, Threshold: at.Threshold, IsOne: !math.IsNaN(at.Threshold)}
	}
	if s.Page != nil {
		p.Page = func() ui.Plot { return plotOf(s.Page(), func() (figures.Shown, error) { return s.Page(), nil }) }
	}
	if s.Operated != nil {
		p.Operated = func(threshold float64, counting bool) ui.Plot {
			o := s.Operated(threshold, counting)
			return plotOf(o, func() (figures.Shown, error) { return o, nil })
		}
	}
	p.Write = func(w io.Writer, format string, page ui.PlotPage, identity bool) error {
		of := s
		if !identity {
			var err error
			if of, err = nameless(); err != nil {
				return err
			}
		}
		if format == "csv" {
			return of.WriteCSV(w)
		}
		return of.Write(w, format, plot.Page{WidthMM: page.WidthMM, DPI: page.DPI, Dark: page.Dark})
	}
	return p
}

func results(ctx context.Context, folder string) (*ui.Results, error) {
	report, err := cohort.Read(folder)
	if err != nil {
		return nil, err
	}
	labels := figures.Labels(report)
	r := &ui.Results{Folder: folder, Kinds: figures.OfCohort()}
	for _, l := range labels {
		r.Labels = append(r.Labels, figures.Title(l))
	}
	r.Plot = func(_ context.Context, kind string, label int) (ui.Plot, error) {
		s, err := figures.Cohort(kind, report, labels[label], true)
		if err != nil {
			return ui.Plot{}, err
		}
		return plotOf(s, func() (figures.Shown, error) { return figures.Cohort(kind, report, labels[label], false) }), nil
	}
	r.File = func(name string, label int, role string) string {
		found := ""
		for _, in := range report.Provenance.Inputs {
			if in.Case == name && (found == "" || in.Model == labels[label].Model) {
				found = in.Paths[role]
			}
		}
		return found
	}
	return r, ctx.Err()
}
