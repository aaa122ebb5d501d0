package main

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"opacity/app/cohort"
	"opacity/app/metrics/catalogue"
	"opacity/app/stats"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/export/plot"
)

// shortNames stand on axes.
var shortNames = map[string]string{
	"dice": "Dice", "jaccard": "Jaccard", "nsd": "NSD", "hd95_mm": "HD95", "assd_mm": "ASSD", "hd95_px": "HD95", "assd_px": "ASSD",
	"sensitivity": "sensitivity", "specificity": "specificity", "precision": "precision",
}

// titled is what a label is called in figures and names of files.
func titled(model, label string) string {
	if model == "" {
		return label
	}
	return model + ", " + label
}

// models are those of the report, "" where there is one without a name.
func (e *easel) models() []string { return cohort.Models(e.r.Cases) }

// labels are what is compared, in the order of the rows.
func (e *easel) labels() (out []string) {
	for _, row := range e.r.Cases {
		if !slices.Contains(out, row.Label) {
			out = append(out, row.Label)
		}
	}
	return out
}

// main are the labels without the single lungs, where there are both together.
func (e *easel) main() []string {
	all := e.labels()
	if !slices.Contains(all, "lungs") {
		return all
	}
	return slices.DeleteFunc(all, func(l string) bool { return l == "left lung" || l == "right lung" })
}

func (e *easel) rows(model, label string) (out []cohort.Row) {
	for _, row := range e.r.Cases {
		if row.Model == model && row.Label == label {
			out = append(out, row)
		}
	}
	return out
}

// whole says how many different cases there are.
func (e *easel) whole() int { return casesIn(e.r.Cases) }

func casesIn(rows []cohort.Row) int {
	seen := map[string]bool{}
	for _, row := range rows {
		seen[row.Case] = true
	}
	return len(seen)
}

func few() text.Message { return text.M("drawn.one_case") }

func (e *easel) boxes(violin bool) (text.Message, error) {
	if e.whole() < 2 {
		return few(), nil
	}
	least := 2
	if violin {
		least = 3
	}
	drawn := false
	for _, m := range []struct {
		key, unit string
		high      float64
	}{{"dice", "", 1}, {"nsd", "", 1}, {"sensitivity", "", 1}, {"precision", "", 1}, {"hd95_mm", "mm", 0}, {"assd_mm", "mm", 0}, {"hd95_px", "voxels", 0}, {"assd_px", "voxels", 0}} {
		entry, _ := catalogue.Find(m.key)
		d := plot.BoxesData{About: e.about(0, e.table.Format(entry.Definition)), Quantity: shortNames[m.key], Unit: m.unit, High: cmp.Or(m.high, math.Inf(1)), Violin: violin}
		cases, defined := map[string]bool{}, 0
		for _, model := range e.models() {
			for _, label := range e.labels() {
				g := plot.Group{Name: titled(model, label), Place: label, Series: model}
				for _, row := range e.rows(model, label) {
					if _, ok := row.Values[m.key]; ok {
						x := row.Value(m.key)
						g.Values = append(g.Values, plot.CaseValue{Case: e.who(row.Case), X: x})
						cases[row.Case] = true
						if !math.IsNaN(x) {
							defined++
						}
					}
				}
				if len(g.Values) > 0 {
					d.Groups = append(d.Groups, g)
				}
			}
		}
		d.N = len(cases)
		d.Notes = slices.Concat(d.Notes[:1], e.unfound(m.key), d.Notes[1:])
		if m.key == "nsd" {
			d.Notes = append([]string{d.Notes[0], e.tolerances(e.labels())}, d.Notes[1:]...)
		}
		if defined < least {
			continue
		}
		drawn = true
		if err := e.wideFigure(plot.Boxes(d), len(d.Groups) > mostOnColumn, m.key); err != nil {
			return text.Message{}, err
		}
	}
	if !drawn {
		return text.M("drawn.nothing_defined"), nil
	}
	return text.Message{}, nil
}

// unfound says of which groups misses and false alarms have no value, which flatters them.
func (e *easel) unfound(key string) (said []string) {
	for _, s := range e.r.Summary {
		if s.Metric == key && s.NMissed+s.NFalseAlarm > 0 {
			said = append(said, e.table.T("drawn.none_found", titled(s.Model, s.Label), strings.TrimPrefix(e.lost(s), ", ")))
		}
	}
	return said
}

// agreement is what the report says of a quantity; ok is false where there are no limits.
func (e *easel) agreement(model, label string, quantities ...string) (cohort.Agreement, bool) {
	n := slices.IndexFunc(e.r.Agreement, func(a cohort.Agreement) bool {
		return a.Model == model && a.Label == label && slices.Contains(quantities, a.Quantity)
	})
	if n < 0 || e.r.Agreement[n].BlandAltman.Why != "" {
		return cohort.Agreement{}, false
	}
	return e.r.Agreement[n], true
}

func (e *easel) unit(quantity string) string { return e.table.T("drawn.unit." + quantity) }

// unknown is a sentence where a quantity is not in millimetres.
func (e *easel) unknown(quantity string) []string {
	if quantity == cohort.AreaPixels || quantity == cohort.VolumeVoxels {
		return []string{e.table.T("drawn.no_spacing")}
	}
	return nil
}

func (e *easel) volumes() (text.Message, error) {
	drawn := false
	for _, model := range e.models() {
		for _, label := range e.labels() {
			a, ok := e.agreement(model, label, cohort.VolumeML, cohort.VolumeVoxels)
			if !ok || a.N < 2 {
				continue
			}
			drawn = true
			d := plot.BlandAltmanData{About: e.about(a.Cases, e.unknown(a.Quantity)...), Quantity: e.table.T("cmd.evaluate.volume_of", label), Unit: e.unit(a.Quantity), Names: e.two(model)}
			d.Points = e.measured(model, label)
			if why := e.limits(&d, a); why != "" {
				e.unlimited(titled(model, label), why)
				continue
			}
			if left := a.BothEmpty(e.r.Form); left > 0 {
				d.N -= left
				d.Points = slices.DeleteFunc(d.Points, func(m plot.Measured) bool { return m.Reference == 0 && m.Prediction == 0 })
				d.Notes = append([]string{e.table.T("drawn.both_empty", left)}, d.Notes...)
			}
			if slope := a.BlandAltman.Slope.Estimate()[0]; e.r.Form == stats.Difference && !math.IsNaN(slope) {
				d.Slope = &plot.Straight{Intercept: d.Bias.X - slope*meanOf(d.Points), Slope: slope}
				d.Notes = append([]string{e.table.T("drawn.trend", slope, float64(a.BlandAltman.SlopeP))}, d.Notes...)
			}
			if d.By == plot.BySD {
				d.Notes = append([]string{e.table.T("drawn.carkeet")}, d.Notes...)
			}
			if err := e.figure(plot.BlandAltman(d), titled(model, label)); err != nil {
				return text.Message{}, err
			}
		}
	}
	if !drawn {
		return few(), nil
	}
	return text.Message{}, nil
}

// meanOf is the mean of all measurements that are pairs, which a line of least squares
// goes through.
func meanOf(points []plot.Measured) float64 {
	var means []float64
	for _, p := range points {
		means = append(means, (p.Reference+p.Prediction)/2)
	}
	return stats.Describe(means).Mean
}

// measured are the volumes of a label, case by case.
func (e *easel) measured(model, label string) (out []plot.Measured) {
	rows := e.rows(model, label)
	_, reference, prediction := cohort.Volumes(rows)
	for n, row := range rows {
		out = append(out, plot.Measured{Case: e.who(row.Case), Reference: reference[n], Prediction: prediction[n]})
	}
	return out
}

// two are what the two measurements are called: the prediction by the name of its model.
func (e *easel) two(model string) [2]string {
	if model == "" {
		model = e.table.T("drawn.prediction")
	}
	return [2]string{e.table.T("drawn.reference"), model}
}

// limits puts bias and limits into a plot, in the form that was asked for, or says why
// there are none.
func (e *easel) limits(d *plot.BlandAltmanData, a cohort.Agreement) stats.Why {
	if e.r.Form == stats.Regression {
		bias, lower, upper, why := a.Lines()
		of := func(l cohort.Line) plot.Straight {
			return plot.Straight{Intercept: float64(l.Intercept), Slope: float64(l.Slope)}
		}
		none := plot.Exactly(math.NaN())
		d.By, d.Lines, d.Bias, d.Lower, d.Upper = plot.ByRegression, [3]plot.Straight{of(bias), of(lower), of(upper)}, none, none, none
		return why
	}
	bias, lower, upper, why := a.In(e.r.Form)
	of := func(x [3]float64) plot.Estimate { return plot.Estimate{X: x[0], Low: x[1], High: x[2]} }
	d.Bias, d.Lower, d.Upper = of(bias), of(lower), of(upper)
	switch e.r.Form {
	case stats.Percent:
		d.Form = plot.Percent
	case stats.Ratio:
		d.Form = plot.Ratio
	case stats.Percentile:
		d.By = plot.ByPercentile
	}
	return why
}

// unlimited tells of what there is no plot of agreement in the form that was asked for.
func (e *easel) unlimited(of string, why stats.Why) {
	said := text.M("drawn.no_limits", of, e.r.Form, e.why(why))
	e.index = append(e.index, []string{"", e.kind, e.table.Format(said)})
	e.bar.note(text.M("drawn.not", e.kind, said))
}

// areas are those of the slices: of each patient several, so that limits are those of
// repeated measures unless the plain ones are asked for.
func (e *easel) areas(plain bool) (text.Message, error) {
	drawn := false
	for _, model := range e.models() {
		for _, label := range e.labels() {
			a, ok := e.agreement(model, label, cohort.AreaMM2, cohort.AreaPixels)
			if !ok {
				continue
			}
			drawn = true
			rows := e.rows(model, label)
			d := plot.BlandAltmanData{
				About: e.about(a.Cases, e.unknown(a.Quantity)...), Quantity: e.table.T("drawn.area_of", label), Unit: e.unit(a.Quantity), Repeated: !plain, Names: e.two(model),
			}
			d.Notes = append([]string{e.table.T("drawn.areas_met")}, d.Notes...)
			for _, row := range rows {
				for _, s := range row.Slices {
					x, y := s.Area(a.Quantity)
					d.Points = append(d.Points, plot.Measured{Case: e.who(row.Case), Slice: s.Number, Reference: x, Prediction: y})
				}
			}
			if plain {
				a = cohort.PlainAreas(rows)
			}
			if why := e.limits(&d, a); why != "" {
				e.unlimited(titled(model, label), why)
				continue
			}
			if err := e.figure(plot.BlandAltman(d), titled(model, label)); err != nil {
				return text.Message{}, err
			}
		}
	}
	if !drawn {
		return few(), nil
	}
	return text.Message{}, nil
}

func (e *easel) scatter() (text.Message, error) {
	drawn := false
	for _, label := range e.labels() {
		d := plot.ScatterData{About: e.about(0), X: e.table.T("drawn.reference_volume"), Y: e.table.T("drawn.predicted_volume"), Equal: true}
		quantity := ""
		var none []string
		for _, model := range e.models() {
			a, ok := e.agreement(model, label, cohort.VolumeML, cohort.VolumeVoxels)
			if !ok {
				continue
			}
			quantity = a.Quantity
			d.N = max(d.N, a.Cases)
			ccc := a.CCC.Estimate()
			d.Groups = append(d.Groups, plot.Pairs{Name: titled(model, label), Points: e.measured(model, label), CCC: plot.Estimate{X: ccc[0], Low: ccc[1], High: ccc[2]}})
			if a.CCC.Why != "" {
				none = append(none, e.table.T("drawn.ccc_constant", titled(model, label), e.why(a.CCC.Why)))
			}
		}
		if len(d.Groups) == 0 {
			continue
		}
		drawn = true
		d.Unit, d.Notes = e.unit(quantity), slices.Concat(e.unknown(quantity), none, d.Notes)
		if err := e.figure(plot.Scatter(d), label); err != nil {
			return text.Message{}, err
		}
	}
	if !drawn {
		return few(), nil
	}
	return text.Message{}, nil
}

func (e *easel) confusion() (text.Message, error) {
	if len(e.r.Confusion) == 0 {
		return text.M("drawn.no_labels"), nil
	}
	for n, c := range e.r.Confusion {
		d := plot.ConfusionData{About: e.about(c.Cases, e.table.T("drawn.confusion")), Labels: c.Labels, Counts: c.Voxels, What: e.table.T("drawn.voxels")}
		var of []string
		if c.Model != "" {
			of = append(of, c.Model)
		}
		if slices.ContainsFunc(e.r.Confusion[:n], func(o cohort.Confusion) bool { return o.Model == c.Model }) {
			of = append(of, c.Labels[1:]...) // cases with other labels
		}
		if err := e.figure(plot.Confusion(d), of...); err != nil {
			return text.Message{}, err
		}
	}
	return text.Message{}, nil
}

func (e *easel) scoreGrid() (text.Message, error) {
	if e.whole() < 2 {
		return few(), nil
	}
	for _, model := range e.models() {
		d := plot.GridData{About: e.aboutLabels(e.whole(), model, e.main()), Rows: e.main()}
		for _, key := range []string{"dice", "sensitivity", "specificity"} {
			d.Columns = append(d.Columns, shortNames[key])
		}
		for _, label := range d.Rows {
			var line [][]float64
			for _, key := range []string{"dice", "sensitivity", "specificity"} {
				var scores []float64
				for _, row := range e.rows(model, label) {
					scores = append(scores, row.Value(key))
				}
				line = append(line, scores)
			}
			d.Values = append(d.Values, line)
		}
		var of []string
		if model != "" {
			of = []string{model}
		}
		if err := e.figure(plot.ScoreGrid(d), of...); err != nil {
			return text.Message{}, err
		}
	}
	return text.Message{}, nil
}

// ablation is a bar for each of several models.
func (e *easel) ablation() (text.Message, error) {
	models := e.models()
	if len(models) < 2 {
		return text.M("drawn.one_model"), nil
	}
	for _, key := range []string{"dice", "sensitivity", "precision"} {
		d := plot.BarsData{About: e.about(e.whole(), e.table.T("drawn.mean_ci")), Quantity: e.table.T("drawn.mean_of", shortNames[key]), Groups: e.main()}
		for _, model := range models {
			b := plot.Bars{Name: model}
			for _, label := range d.Groups {
				x := plot.Exactly(math.NaN())
				for _, s := range e.r.Summary {
					if s.Model == model && s.Label == label && s.Metric == key {
						x = plot.Estimate{X: float64(s.Mean), Low: float64(s.MeanCI[0]), High: float64(s.MeanCI[1])}
					}
				}
				b.Values = append(b.Values, x)
			}
			d.Series = append(d.Series, b)
		}
		if err := e.figure(plot.BarChart(d), key); err != nil {
			return text.Message{}, err
		}
	}
	return text.Message{}, nil
}

// huHistogram has the HU of each label in the reference and in each model's prediction.
func (e *easel) huHistogram() (text.Message, error) {
	drawn := false
	for _, label := range e.labels() {
		d := plot.HistogramData{X: e.table.T("drawn.attenuation"), Y: e.table.T("drawn.share"), Zones: e.densities()}
		seen := map[string]bool{} // cases
		d.Spread = []plot.Spread{{Name: titled(e.table.T("drawn.reference"), label), Of: 2, Reference: len(e.models()) > 1, Low: volume.FloorHU, Width: cohort.HistogramHU}}
		for n, model := range e.models() {
			var prediction []float64
			count := 0
			for _, row := range e.rows(model, label) {
				if row.HU == nil || row.HU.Reference.Voxels+row.HU.Prediction.Voxels == 0 {
					continue
				}
				prediction = added(prediction, row.HU.Prediction.Histogram)
				count++
				if !seen[row.Case] {
					d.Spread[0].Counts = added(d.Spread[0].Counts, row.HU.Reference.Histogram)
					seen[row.Case] = true
				}
			}
			if count == 0 {
				continue
			}
			name := e.table.T("drawn.prediction")
			if model != "" {
				name = model
			}
			d.Spread = append(d.Spread, plot.Spread{Name: titled(name, label), Of: n + 1, Low: volume.FloorHU, Width: cohort.HistogramHU, Counts: prediction})
		}
		if len(seen) == 0 {
			continue
		}
		drawn = true
		d.About = e.about(len(seen), e.table.T("drawn.hu_bins", cohort.HistogramHU, volume.FloorHU), e.table.T("drawn.densities"))
		if err := e.figure(plot.Histogram(d), label); err != nil {
			return text.Message{}, err
		}
	}
	if !drawn {
		return text.M("drawn.no_hu"), nil
	}
	return text.Message{}, nil
}

// densities are the classes of lung density, as stretches of an axis.
func (e *easel) densities() (out []plot.Zone) {
	for _, row := range e.r.Cases {
		if row.HU != nil {
			for _, c := range row.HU.Reference.Density {
				out = append(out, plot.Zone{Name: e.table.T("drawn.density." + c.Class), From: float64(c.FromHU), To: float64(c.ToHU)})
			}
			return out
		}
	}
	return nil
}

func added(sum []float64, bins []int64) []float64 {
	for len(sum) < len(bins) {
		sum = append(sum, 0)
	}
	for n, x := range bins {
		sum[n] += float64(x)
	}
	return sum
}

// zones is a table of the severity by six zones.
func (e *easel) zones() (text.Message, error) {
	if len(e.r.Severity) == 0 {
		return e.r.WhyNoSeverity(), nil
	}
	for _, model := range e.models() {
		if err := e.zonesOf(model); err != nil {
			return text.Message{}, err
		}
	}
	return text.Message{}, nil
}
