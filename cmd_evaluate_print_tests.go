package main

import (
	"fmt"
	"math"
	"slices"

	"opacity/app/cohort"
)

// agreementLine tells how far the volumes of a label are off, with the limits of agreement.
func (c *cli) agreementLine(r cohort.Report, model, label string) string {
	n := slices.IndexFunc(r.Agreement, func(a cohort.Agreement) bool {
		return a.Model == model && a.Label == label && (a.Quantity == cohort.VolumeML || a.Quantity == cohort.VolumeVoxels)
	})
	if n < 0 || r.Agreement[n].BlandAltman.Why != "" {
		return ""
	}
	a := r.Agreement[n]
	bias, lower, upper := a.BlandAltman.Bias.Estimate(), a.BlandAltman.Lower.Estimate(), a.BlandAltman.Upper.Estimate()
	return fmt.Sprintf("  %-12s ", "bias") + c.table.T("cmd.evaluate.tests.bias", bias[0], bias[1], bias[2], lower[0], upper[0], c.table.T("drawn.unit."+a.Quantity), a.N) + "\n"
}

// testedLines tells the P values of the main metrics of each label and of those asked for,
// two models a line.
func (c *cli) testedLines(r cohort.Report, asked []string) (said string) {
	told := slices.Concat([]string{"dice", "hd95_mm", "hd95_px"}, asked)
	p := func(t cohort.Test) string {
		if math.IsNaN(float64(t.P)) {
			return "-"
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
