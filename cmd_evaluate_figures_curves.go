package main

import (
	"context"
	"math"

	"opacity/app/cohort"
	"opacity/app/metrics"
	"opacity/app/metrics/catalogue"
	"opacity/app/metrics/score"
	"opacity/app/text"
	"opacity/export/figures"
	"opacity/export/plot"
)

// thinnest is how far a drawn curve may be from the true one: less than a dot of print, where
// a corner is enlarged too.
const thinnest = 1e-4

// eachLabel draws a figure for every label that has probabilities, the models together.
func (e *easel) eachLabel(draw func(about plot.About, curves []cohort.Curve) error) (text.Message, error) {
	done := map[string]bool{}
	for _, first := range e.r.Curves {
		if done[first.Label] {
			continue
		}
		done[first.Label] = true
		var curves []cohort.Curve
		for _, c := range e.r.Curves {
			if c.Label == first.Label {
				curves = append(curves, c)
			}
		}
		about := e.about(first.Cases)
		about.Region = e.table.Format(first.Region.Sentence())
		if err := draw(about, curves); err != nil {
			return text.Message{}, err
		}
	}
	if len(done) == 0 {
		return text.M("drawn.no_probabilities"), nil
	}
	return text.Message{}, nil
}

// mostWithCases is how many models may have their cases drawn before nobody sees anything.
const mostWithCases = 2

func (e *easel) roc() (text.Message, error) {
	return e.eachLabel(func(about plot.About, curves []cohort.Curve) error {
		about.Notes = append([]string{e.table.T("drawn.pooled_auc")}, about.Notes...)
		d := plot.ROCData{About: about}
		for _, c := range curves {
			m := plot.Rated{Name: titled(c.Model, c.Label), Curve: rates(c), Band: band(e.ctx, c)}
			m.Area = plot.Estimate{X: float64(c.AUC), Low: float64(c.CI[0]), High: float64(c.CI[1])}
			if n := e.pooled(c); n.Sensitivity().Defined() && n.Specificity().Defined() {
				m.Operating = &plot.Threshold{Threshold: math.NaN(), X: 1 - n.Specificity().X, Y: n.Sensitivity().X}
			}
			if len(curves) <= mostWithCases && len(c.Pool.Cases) > 1 {
				m.Cases, m.CaseNames = ofCases(c), e.whose(c)
			}
			d.Models = append(d.Models, m)
		}
		return e.figure(plot.ROC(d), curves[0].Label)
	})
}

func (e *easel) precisionRecall() (text.Message, error) {
	return e.eachLabel(func(about plot.About, curves []cohort.Curve) error {
		about.Notes = append([]string{e.table.T("drawn.pooled_ap")}, about.Notes...)
		d := plot.PRData{ROCData: plot.ROCData{About: about}}
		for _, c := range curves {
			m := plot.Rated{Name: titled(c.Model, c.Label), Area: plot.Exactly(float64(c.AveragePrecision)), Curve: precisions(c)}
			if ci, why := score.AveragePrecisionInterval(e.ctx, c.Pool.Cases, c.Bootstrap); why == "" {
				m.Area.Low, m.Area.High = ci.Lo, ci.Hi
			}
			if len(curves) <= mostWithCases && len(c.Pool.Cases) > 1 {
				m.Cases, m.CaseNames = precisionsOfCases(c), e.whose(c)
			}
			if n := e.pooled(c); n.Sensitivity().Defined() && n.Precision().Defined() {
				m.Operating = &plot.Threshold{Threshold: math.NaN(), X: n.Sensitivity().X, Y: n.Precision().X}
			}
			positive, negative := c.Pool.All.Totals()
			d.Prevalence = float64(positive) / float64(positive+negative)
			d.Models = append(d.Models, m)
		}
		return e.figure(plot.PR(d), curves[0].Label)
	})
}

// pooled are the counts of the masks themselves, of all cases of a curve: those with probabilities.
func (e *easel) pooled(c cohort.Curve) (n metrics.Counts) {
	for _, row := range e.rows(c.Model, c.Label) {
		if _, scored := row.Values["auc"]; scored { // the curve is of these alone
			n = n.Add(row.InRegion)
		}
	}
	return n
}

func (e *easel) calibration() (text.Message, error) {
	return e.eachLabel(func(about plot.About, curves []cohort.Curve) error {
		about.Notes = append([]string{e.table.T("drawn.bins", catalogue.CalibrationBins)}, about.Notes...)
		d := plot.CalibrationData{About: about, Bins: catalogue.CalibrationBins}
		for _, c := range curves {
			d.Models = append(d.Models, figures.Calibrated(titled(c.Model, c.Label), c.Pool.All))
		}
		return e.figure(plot.Calibration(d), curves[0].Label)
	})
}

func rates(c cohort.Curve) (out []plot.Threshold) {
	points, _ := c.Pool.All.ROC()
	for _, p := range score.Thin(points, thinnest) {
		out = append(out, plot.Threshold{Threshold: p.Threshold, X: p.FPR, Y: p.TPR})
	}
	return out
}

// whose are the cases of a curve as tables name them.
func (e *easel) whose(c cohort.Curve) (out []string) {
	for _, name := range c.Pool.Names {
		out = append(out, e.who(name))
	}
	return out
}

// ofCases are the curves of single cases at 201 rates of false alarms, close together
// where a curve is steep.
func ofCases(c cohort.Curve) (out [][]plot.Threshold) {
	fpr := make([]float64, 201)
	for n := range fpr {
		x := float64(n) / 200
		fpr[n] = x * x
	}
	for _, d := range c.Pool.Cases {
		var line []plot.Threshold
		for n, y := range d.ROC(fpr) {
			line = append(line, plot.Threshold{Threshold: math.NaN(), X: fpr[n], Y: y})
		}
		out = append(out, line)
	}
	return out
}

func precisions(c cohort.Curve) (out []plot.Threshold) {
	points, _ := c.Pool.All.PR()
	last := plot.Threshold{X: math.Inf(-1)}
	for n, p := range points {
		at := plot.Threshold{Threshold: p.Threshold, X: p.TPR, Y: p.Precision()}
		if n == len(points)-1 || math.Abs(at.X-last.X) > thinnest || math.Abs(at.Y-last.Y) > thinnest {
			out, last = append(out, at), at
		}
	}
	return out
}

// precisionsOfCases are the curves of precision of single cases, by the steps of their
// digests; corners that no eye would miss are left out.
func precisionsOfCases(c cohort.Curve) (out [][]plot.Threshold) {
	for _, d := range c.Pool.Cases {
		recall, precision := d.PR()
		var line []plot.Threshold
		for n, x := range recall {
			at := plot.Threshold{Threshold: math.NaN(), X: x, Y: precision[n]}
			if last := len(line) - 1; n == 0 || n == len(recall)-1 || math.Hypot(at.X-line[last].X, at.Y-line[last].Y) > 1e-3 {
				line = append(line, at)
			}
		}
		out = append(out, line)
	}
	return out
}

// band is the interval of sensitivity at 101 rates of false alarms, close together where a
// curve is steep, cases drawn.
func band(ctx context.Context, c cohort.Curve) (out []plot.Band) {
	fpr := make([]float64, 101)
	for n := range fpr {
		x := float64(n) / 100
		fpr[n] = x * x
	}
	lo, hi, why := score.Band(ctx, c.Pool.Cases, fpr, c.Bootstrap)
	if why != "" {
		return nil
	}
	for n, x := range fpr {
		out = append(out, plot.Band{X: x, Low: lo[n], High: hi[n]})
	}
	return out
}
