package main

import (
	"fmt"
	"math"
	"slices"

	"opacity/app/cohort"
	"opacity/app/stats"
)

// agreementLine tells how far the volumes of a label are off, with the limits of agreement.
func (c *cli) agreementLine(r cohort.Report, model, label string) string {
	n := slices.IndexFunc(r.Agreement, func(a cohort.Agreement) bool {
		return a.Model == model && a.Label == label && (a.Quantity == cohort.VolumeML || a.Quantity == cohort.VolumeVoxels)
	})
	if n < 0 || r.Agreement[n].BlandAltman.Why != "" {
		return ""
	}
	a, key := r.Agreement[n], "cmd.evaluate.tests.bias"
	unit := c.table.T("drawn.unit." + a.Quantity)
	switch r.Form {
	case stats.Regression:
		bias, lower, upper, why := a.Lines()
		if why != "" {
			return c.biasLine(c.table.T("cmd.evaluate.tests.no_limits", r.Form, c.why(why)))
		}
		over := func(l cohort.Line) string {
			return c.table.T("cmd.evaluate.tests.over", l.Intercept, unit, l.Slope)
		}
		return c.biasLine(c.table.T("cmd.evaluate.tests.lines", over(bias), over(lower), over(upper), a.N))
	case stats.Percent:
		unit = c.table.T("cmd.evaluate.tests.percent")
	case stats.Ratio:
		unit = c.table.T("cmd.evaluate.tests.ratio")
	case stats.Percentile:
		key = "cmd.evaluate.tests.median"
	}
	bias, lower, upper, why := a.In(r.Form)
	if why != "" {
		return c.biasLine(c.table.T("cmd.evaluate.tests.no_limits", r.Form, c.why(why)))
	}
	left := a.BothEmpty(r.Form)
	said := c.table.T(key, bias[0], bias[1], bias[2], lower[0], upper[0], unit, a.N-left)
	if left > 0 {
		said += ", " + c.table.T("cmd.evaluate.tests.both_empty", left)
	}
	return c.biasLine(said)
}

// why puts into words why there is no number.
func (c *cli) why(why stats.Why) string { return c.table.T("evaluate.why." + string(why)) }

func (c *cli) biasLine(said string) string { return fmt.Sprintf("  %-12s ", "bias") + said + "\n" }

// testedLines tells the P values of the main metrics of each label and of those asked for,
// two models a line.
func (c *cli) testedLines(r cohort.Report, asked []string) (said string) {
	told := slices.Concat([]string{"dice", "hd95_mm", "hd95_px"}, asked)
	p := func(t cohort.Test) string {
		switch least := math.Pow(0.5, float64(t.N-1)); { // of an exact test by ranks
		case math.IsNaN(float64(t.P)):
			return c.table.T("cmd.evaluate.tests.none", c.why(t.Why))
		case t.Exact && t.N < 2:
			return c.table.T("cmd.evaluate.tests.none", c.why(stats.TooFew))
		case t.Exact && least > 0.05:
			return c.table.T("cmd.evaluate.tests.least", probability(float64(t.P)), probability(float64(t.PHolm)), t.N, least)
		}
		return c.table.T("cmd.evaluate.tests.p", probability(float64(t.P)), probability(float64(t.PHolm)))
	}
	for _, t := range r.Tests {
		if t.Test != "paired_t" || !slices.Contains(told, t.Metric) {
			continue
		}
		n := slices.IndexFunc(r.Tests, func(o cohort.Test) bool {
			return o.Test == "wilcoxon" && o.Metric == t.Metric && o.Label == t.Label && o.A == t.A && o.B == t.B
		})
		if n < 0 {
			continue
		}
		w := r.Tests[n]
		said += c.table.T("cmd.evaluate.tests.line", t.Label, t.Metric, t.A, t.B, p(t), p(w), t.N, w.N) + "\n"
	}
	return said
}

// probability writes a P value to three digits; one that is nearly nothing is never 0.
func probability(p float64) string {
	if p < 0.0001 {
		return "< 0.0001"
	}
	return fmt.Sprintf("%.3g", p)
}
