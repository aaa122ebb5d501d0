package cohort

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"opacity/app/csvfile"
	"opacity/app/stats"
)

// WriteTests writes tests.csv: a row for each label, metric, pair of models and test. A
// number that there is not is empty, and the last column says why.
func (r Report) WriteTests(w io.Writer) error {
	rows := [][]string{{
		"label", "metric", "test", "a", "b", "n", "n_undefined", "n_missed", "n_false_alarm", "n_equal", "effect", "effect_ci95_low", "effect_ci95_high",
		"statistic", "p", "p_holm", "holm_family", "exact", "why",
	}}
	for _, t := range r.Tests {
		line := []string{t.Label, t.Metric, t.Test, t.A, t.B, strconv.Itoa(t.N), strconv.Itoa(t.Unpaired), strconv.Itoa(t.Missed), strconv.Itoa(t.FalseAlarm), strconv.Itoa(t.Dropped)}
		for _, x := range []number{t.Effect, t.CI[0], t.CI[1], t.Statistic, t.P, t.PHolm} {
			line = append(line, cell(float64(x)))
		}
		rows = append(rows, append(line, strconv.Itoa(t.HolmFamily), strconv.FormatBool(t.Exact), string(t.Why)))
	}
	return csvfile.Write(w, rows)
}

// iccForms are the columns of the intraclass correlations.
var iccForms = []string{"ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"}

// WriteAgreement writes agreement.csv: a row for each model, label and quantity, each
// number with its 95 % interval. One that there is not is empty, and the last column says
// why, as KEY=reason.
func (r Report) WriteAgreement(w io.Writer) error {
	head := []string{"model", "label", "quantity", "repeated", "n", "cases", "sd"}
	for _, key := range []string{"bias", "lower", "upper", "slope"} {
		head = append(head, withInterval(key)...)
	}
	head = append(head, "slope_p")
	for _, form := range []string{"percent", "ratio"} {
		head = append(head, form+"_n")
		for _, key := range []string{"_bias", "_lower", "_upper"} {
			head = append(head, withInterval(form+key)...)
		}
	}
	for _, key := range []string{"median", "percentile_2.5", "percentile_97.5"} {
		head = append(head, withInterval(key)...)
	}
	for _, key := range []string{"bias", "lower", "upper"} {
		head = append(head, "regression_"+key+"_intercept", "regression_"+key+"_slope")
	}
	head = append(head, "regression_spread_p")
	for _, key := range []string{"ccc", "ccc_n_minus_1", "pearson", "spearman"} {
		head = append(head, withInterval(key)...)
	}
	head = append(head, "pearson_p", "spearman_p")
	for _, form := range iccForms {
		head = append(head, withInterval(iccKey(form))...)
		head = append(head, iccKey(form)+"_p")
	}
	rows := [][]string{append(head, "why")}
	for _, a := range r.Agreement {
		rows = append(rows, a.row())
	}
	return csvfile.Write(w, rows)
}

func withInterval(key string) []string { return []string{key, key + "_ci95_low", key + "_ci95_high"} }

// iccKey is icc_2_1 for ICC(2,1).
func iccKey(form string) string {
	return strings.ToLower(strings.NewReplacer("(", "_", ",", "_", ")", "").Replace(form))
}

func noLimit() limit { return limit{undefined, [2]number{undefined, undefined}} }

func (a Agreement) row() []string {
	b := a.BlandAltman
	line := []string{a.Model, a.Label, a.Quantity, strconv.FormatBool(a.Repeated), strconv.Itoa(a.N), strconv.Itoa(a.Cases)}
	add := func(xs ...number) {
		for _, x := range xs {
			line = append(line, cell(float64(x)))
		}
	}
	add(b.SD)
	for _, l := range []limit{b.Bias, b.Lower, b.Upper, b.Slope} {
		add(l.Value, l.CI[0], l.CI[1])
	}
	add(b.SlopeP)
	var forms [3]limits
	for n, l := range []*limits{b.Percent, b.Ratio, b.Percentile} {
		forms[n] = limits{Bias: noLimit(), Lower: noLimit(), Upper: noLimit()}
		if l != nil {
			forms[n] = *l
		}
		if n < 2 { // percent and ratio, which leave pairs out
			line = append(line, strconv.Itoa(forms[n].N))
		}
		for _, x := range []limit{forms[n].Bias, forms[n].Lower, forms[n].Upper} {
			add(x.Value, x.CI[0], x.CI[1])
		}
	}
	lines := regressed{Line{undefined, undefined}, Line{undefined, undefined}, Line{undefined, undefined}, undefined, ""}
	if b.Regression != nil {
		lines = *b.Regression
	}
	for _, l := range []Line{lines.Bias, lines.Lower, lines.Upper} {
		add(l.Intercept, l.Slope)
	}
	add(lines.SpreadP)
	for _, c := range []coefficient{a.CCC, a.CCCSample, a.Pearson, a.Spearman} {
		add(c.R, c.CI[0], c.CI[1])
	}
	add(a.Pearson.P, a.Spearman.P)
	for _, form := range iccForms {
		n := slices.IndexFunc(a.ICC, func(i icc) bool { return i.Form == form })
		if n < 0 {
			line = append(line, "", "", "", "")
			continue
		}
		i := a.ICC[n]
		add(i.R, i.CI[0], i.CI[1], i.P)
	}
	var why reasons
	for _, w := range []struct {
		key string
		why stats.Why
	}{{"bland_altman", b.Why}, {"percent", forms[0].Why}, {"ratio", forms[1].Why}, {"percentile", forms[2].Why}, {"regression", lines.Why}, {"ccc", a.CCC.Why}, {"pearson", a.Pearson.Why}, {"spearman", a.Spearman.Why}, {"icc", a.ICCWhy}} {
		if w.why != "" {
			why = append(why, w.key+"="+string(w.why))
		}
	}
	return append(line, why.String())
}
