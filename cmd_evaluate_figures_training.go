package main

import (
	"math"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app/stats"
	"opacity/app/text"
	"opacity/app/traininglog"
	"opacity/export/plot"
)

// loss says that a curve is one of what training brings down; others are scores.
func loss(name string) bool { return strings.Contains(name, "loss") }

// learning draws losses and scores over the steps: the mean of the folds and, as a band,
// their range.
func (e *easel) learning() (text.Message, error) {
	if len(e.logs) == 0 {
		return text.M("drawn.no_log"), nil
	}
	for _, part := range []struct {
		name string
		take func(string) bool
	}{{"loss", loss}, {"score", func(n string) bool { return !loss(n) }}} {
		d := plot.LinesData{About: e.about(0), Y: e.table.T("drawn." + part.name), Log: part.name == "loss"}
		folds, values := 1, 0
		for _, name := range e.quantities() {
			if !part.take(name) {
				continue
			}
			line, n := meanOfFolds(e.curvesOf(name))
			line.Name = strings.ReplaceAll(name, "_", " ")
			d.Lines = append(d.Lines, line)
			folds = max(folds, n)
			for _, c := range e.curvesOf(name) {
				values += len(c.Points)
				// A loss that is less the better, as one of minus Dice, has no logarithm.
				d.Log = d.Log && !slices.ContainsFunc(c.Points, func(p traininglog.Point) bool { return p.Y <= 0 })
			}
		}
		if len(d.Lines) == 0 {
			continue
		}
		d.X, d.Shows = e.logs[0].X, e.table.T("drawn.learning")
		d.Notes = append([]string{e.table.T("drawn.of_log", e.logNames(), values)}, d.Notes...)
		if d.Log {
			d.Shows += " " + e.table.T("drawn.log_axis")
		}
		if folds > 1 {
			d.Shows += " " + e.table.T("drawn.of_folds", folds)
		}
		if err := e.figure(plot.Lines(d), part.name); err != nil {
			return text.Message{}, err
		}
	}
	return text.Message{}, nil
}

// logNames are the logs that were given, without their folders.
func (e *easel) logNames() string {
	var names []string
	for _, path := range e.figureFlags.logs {
		names = append(names, filepath.Base(path))
	}
	return strings.Join(names, ", ")
}

// quantities are the names of the curves, each once.
func (e *easel) quantities() (out []string) {
	for _, c := range e.logs {
		if !slices.Contains(out, c.Name) {
			out = append(out, c.Name)
		}
	}
	return out
}

func (e *easel) curvesOf(name string) (out []traininglog.Curve) {
	for _, c := range e.logs {
		if c.Name == name {
			out = append(out, c)
		}
	}
	return out
}

// meanOfFolds is the mean at the steps that any fold has, with the range where there are
// several.
func meanOfFolds(folds []traininglog.Curve) (plot.Line, int) {
	at := map[float64][]float64{}
	var xs []float64
	for _, f := range folds {
		for _, p := range f.Points {
			if at[p.X] == nil {
				xs = append(xs, p.X)
			}
			at[p.X] = append(at[p.X], p.Y)
		}
	}
	slices.Sort(xs)
	var line plot.Line
	for _, x := range xs {
		s := stats.Describe(at[x])
		line.Points = append(line.Points, plot.XY{X: x, Y: s.Mean})
		if len(folds) > 1 {
			line.Band = append(line.Band, plot.Band{X: x, Low: s.Min, High: s.Max})
		}
	}
	return line, len(folds)
}

// fittingCurve is all folds' points of a quantity with a smooth through them.
func (e *easel) fittingCurve() (text.Message, error) {
	if len(e.logs) == 0 {
		return text.M("drawn.no_log"), nil
	}
	for _, name := range e.quantities() {
		curves := e.curvesOf(name)
		d := plot.FitData{About: e.about(0), X: e.logs[0].X, Y: strings.ReplaceAll(name, "_", " ")}
		var x, y []float64
		low, high := math.Inf(1), math.Inf(-1)
		for n, c := range curves {
			g := plot.Pairs{Name: e.table.T("drawn.points")}
			if c.Fold != "" {
				g.Name = e.table.T("drawn.fold_n", c.Fold)
			}
			for _, p := range c.Points {
				g.Points = append(g.Points, plot.Measured{Case: curves[n].Fold, Reference: p.X, Prediction: p.Y})
				x, y = append(x, p.X), append(y, p.Y)
				low, high = min(low, p.X), max(high, p.X)
			}
			d.Groups = append(d.Groups, g)
		}
		from := e.table.T("drawn.points_of", len(x), len(curves), e.logNames())
		if len(curves) == 1 {
			from = e.table.T("drawn.points_of.one_curve", len(x), e.logNames())
		}
		d.Notes = append([]string{from}, d.Notes...)
		const places = 121
		at := make([]float64, places)
		for n := range at {
			at[n] = low + (high-low)*float64(n)/(places-1)
		}
		if s := stats.Smooth(x, y, at); s.Why == "" {
			for n := range at {
				d.Smooth = append(d.Smooth, plot.Band{X: at[n], Y: s.Mean[n], Low: s.Lo[n], High: s.Hi[n]})
			}
			d.Method = e.table.T("drawn.gaussian_process")
		}
		if err := e.figure(plot.Fit(d), name); err != nil {
			return text.Message{}, err
		}
	}
	return text.Message{}, nil
}
