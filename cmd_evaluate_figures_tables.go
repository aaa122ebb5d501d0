package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"opacity/app/cohort"
	"opacity/app/stats"
	"opacity/app/text"
	"opacity/export/plot"
)

// foldMetrics are the columns of a table of folds.
var foldMetrics = []struct{ key, short string }{
	{"dice", "Dice"}, {"sensitivity", "sens."}, {"specificity", "spec."}, {"precision", "prec."}, {"nsd", "NSD"},
}

// mostColumns is how many columns of numbers a table of one column of print takes.
const mostColumns = 6

// folds is a table with the median of each fold, as the sources print it.
func (e *easel) folds() (text.Message, error) {
	if len(e.r.Folds) == 0 {
		return text.M("drawn.no_folds"), nil
	}
	for _, model := range e.models() {
		groups := [][]string{e.main()}
		metrics := foldMetrics[:3]
		if 3*len(groups[0]) > mostColumns { // a table a label
			groups, metrics = nil, foldMetrics
			for _, l := range e.main() {
				groups = append(groups, []string{l})
			}
		}
		for _, labels := range groups {
			d := plot.TableData{About: e.aboutLabels(casesIn(cohort.InFolds(e.r.Cases)), model, labels), Name: "folds", Columns: []string{e.table.T("drawn.fold"), "n"}, Shows: e.table.T("drawn.folds")}
			var columns [][]cohort.Fold
			for _, label := range labels {
				for _, m := range metrics {
					if column := e.foldsOf(model, label, m.key); column != nil {
						columns = append(columns, column)
						d.Columns = append(d.Columns, label+"\n"+m.short)
					}
				}
			}
			if len(columns) == 0 {
				continue
			}
			e.fillFolds(&d, columns)
			var of []string
			if len(groups) > 1 {
				of = labels
			}
			if model != "" {
				of = append(of, model)
			}
			if err := e.figure(plot.Table(d), of...); err != nil {
				return text.Message{}, err
			}
		}
	}
	return text.Message{}, nil
}

// foldsOf is a column of the table; nil where no fold has a number.
func (e *easel) foldsOf(model, label, key string) (out []cohort.Fold) {
	defined := false
	for _, f := range e.r.Folds {
		if f.Model == model && f.Label == label && f.Metric == key && f.Fold != cohort.MeanOfFolds {
			out = append(out, f)
			defined = defined || !math.IsNaN(float64(f.Median))
		}
	}
	if !defined {
		return nil
	}
	return out
}

func (e *easel) fillFolds(d *plot.TableData, columns [][]cohort.Fold) {
	number := func(x float64) string {
		if math.IsNaN(x) {
			return "–"
		}
		return fmt.Sprintf("%.3f", x)
	}
	total := 0
	for n, f := range columns[0] {
		line := []string{f.Fold, ""}
		most := 0
		for _, c := range columns {
			line = append(line, number(float64(c[n].Median)))
			most = max(most, c[n].N)
		}
		line[1] = strconv.Itoa(most)
		total += most
		d.Rows = append(d.Rows, line)
	}
	mean, sd := []string{e.table.T("drawn.mean"), strconv.Itoa(total)}, []string{"SD", ""}
	for _, c := range columns {
		var medians []float64
		for _, f := range c {
			medians = append(medians, float64(f.Median))
		}
		s := stats.Describe(medians)
		mean, sd = append(mean, number(s.Mean)), append(sd, number(s.SD))
	}
	d.Foot = [][]string{mean, sd}
}

// mostInTable is how many cases are told one by one in a figure.
const mostInTable = 40

// zonesOf is a table of the six zones of a model, case by case.
func (e *easel) zonesOf(model string) error {
	d := plot.TableData{
		About: e.about(0), Name: "zones", Shows: e.table.T("drawn.zones", e.table.T("region.six_zones")),
		Columns: []string{e.table.T("drawn.case")},
	}
	for _, z := range []string{"right_apex", "right_middle", "right_base", "left_apex", "left_middle", "left_base"} {
		d.Columns = append(d.Columns, e.table.T("drawn.zone."+z))
	}
	d.Columns = append(d.Columns, e.table.T("drawn.zone.all"))
	total := func(z cohort.Zones) string {
		if z.Why != "" {
			return "–"
		}
		return strconv.Itoa(int(z.Score))
	}
	own := true
	for _, s := range e.r.Severity {
		if s.Model != model {
			continue
		}
		d.N++
		own = own && s.PredictionIn == "prediction"
		if d.N > mostInTable {
			continue
		}
		line := []string{e.who(s.Case)}
		for n, z := range s.Reference.Zones {
			line = append(line, fmt.Sprintf("%d / %d", z.Score, s.Prediction.Zones[n].Score))
		}
		d.Rows = append(d.Rows, append(line, total(s.Reference)+" / "+total(s.Prediction)))
	}
	if d.N == 0 {
		return nil
	}
	if d.N > mostInTable {
		d.Notes = append(d.Notes, e.table.T("drawn.first", mostInTable))
	}
	if !own {
		d.Notes = append(d.Notes, e.table.T("drawn.reference_lungs"))
	}
	var of []string
	if model != "" {
		of = []string{model}
	}
	return e.figure(plot.Table(d), of...)
}

// areaSlices draws, for each case, the areas of its labels along the slices.
func (e *easel) areaSlices() (text.Message, error) {
	var done []string
	for _, row := range e.r.Cases {
		id := row.Model + "\x00" + row.Case
		if slices.Contains(done, id) {
			continue
		}
		done = append(done, id)
		if err := e.areaOf(row.Model, row.Case); err != nil {
			return text.Message{}, err
		}
	}
	return text.Message{}, nil
}

func (e *easel) areaOf(model, name string) error {
	var rows []cohort.Row
	first, last := math.MaxInt, 0
	for _, label := range e.main() {
		for _, row := range e.rows(model, label) {
			if row.Case == name && len(row.Slices) > 0 {
				rows = append(rows, row)
				first, last = min(first, row.Slices[0].Number), max(last, row.Slices[len(row.Slices)-1].Number)
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	quantity := cohort.Area(rows)
	d := plot.LinesData{
		About: e.about(1, e.unknown(quantity)...), X: e.table.T("drawn.slice"), Y: e.table.T("drawn.area", e.unit(quantity)), FromZero: true, Whole: true, Slices: true,
		Shows: e.table.T("drawn.areas"),
	}
	for n, row := range rows {
		reference, prediction := make([]plot.XY, last-first+1), make([]plot.XY, last-first+1)
		for n := range reference {
			reference[n].X, prediction[n].X = float64(first+n), float64(first+n)
		}
		for _, s := range row.Slices {
			reference[s.Number-first].Y, prediction[s.Number-first].Y = s.Area(quantity)
		}
		d.Lines = append(d.Lines,
			plot.Line{Name: titled(row.Label, e.table.T("drawn.reference")), Points: reference, Of: n + 1, Solid: true},
			plot.Line{Name: titled(row.Label, e.table.T("drawn.prediction")), Points: prediction, Of: n + 1, Dashes: []float64{3, 1.5}})
	}
	return e.figure(plot.Lines(d), e.place(model, name)...)
}

// place is what the files of a case end in.
func (e *easel) place(model, name string) []string {
	of := []string{e.who(name)}
	if !strings.HasPrefix(strings.ToLower(name), "case") || !e.identity {
		of = []string{"case", e.who(name)}
	}
	if model != "" {
		of = append(of, model)
	}
	return of
}
