package main

import "opacity/app/stats"

// test is a test of paired values.
type test struct {
	Statistic number   `json:"statistic"`
	P         number   `json:"p"`
	CI        []number `json:"ci"`
	Why       string   `json:"why,omitempty"`
}

func testOf(t stats.Test) test {
	return test{number(t.Statistic), number(t.P), numbers(t.CI.Lo, t.CI.Hi), string(t.Why)}
}

type correlation struct {
	R   number   `json:"r"`
	P   number   `json:"p"`
	CI  []number `json:"ci"`
	Why string   `json:"why,omitempty"`
}

func correlationOf(c stats.Correlation) correlation {
	return correlation{number(c.R), number(c.P), numbers(c.CI.Lo, c.CI.Hi), string(c.Why)}
}

// agreement is a Bland-Altman analysis: value, lower and upper end of bias and limits.
type agreement struct {
	SD    number   `json:"sd"`
	Bias  []number `json:"bias"`
	Lower []number `json:"lower"`
	Upper []number `json:"upper"`
	Slope []number `json:"slope"` // with its P and its interval
	Why   string   `json:"why,omitempty"`
}

func agreementOf(a stats.Agreement) agreement {
	limit := func(l stats.Limit) []number { return numbers(l.Value, l.CI.Lo, l.CI.Hi) }
	slope := numbers(a.Slope.Slope.Value, a.Slope.P, a.Slope.Slope.CI.Lo, a.Slope.Slope.CI.Hi)
	return agreement{number(a.SD), limit(a.Bias), limit(a.Lower), limit(a.Upper), slope, string(a.Why)}
}

type pairedValues struct {
	T        test              `json:"t"`
	Wilcoxon test              `json:"wilcoxon"`
	Sign     test              `json:"sign"`
	Pearson  correlation       `json:"pearson"`
	Spearman correlation       `json:"spearman"`
	Lin      correlation       `json:"lin"`
	ICC      iccValues         `json:"icc"`
	Altman   agreement         `json:"bland_altman"`
	Percent  agreement         `json:"bland_altman_percent"`
	Ratio    agreement         `json:"bland_altman_ratio"`
	Describe map[string]number `json:"describe"`
}

// iccValues is r, F, P and the ends of the interval, by form.
type iccValues map[string][]number

func iccOf(ratings [][]float64) iccValues {
	out := iccValues{}
	of := stats.Intraclass(ratings)
	if of.Why != "" {
		return out
	}
	for _, f := range of.Forms {
		out[f.Form] = numbers(f.R, f.F, f.P, f.CI.Lo, f.CI.Hi)
	}
	return out
}

func pairedOf(v vectors) pairedValues {
	ratings := make([][]float64, len(v.A))
	for n := range ratings {
		ratings[n] = []float64{v.A[n], v.B[n]}
	}
	s := stats.Describe(v.A)
	return pairedValues{
		T: testOf(stats.PairedT(v.A, v.B)), Wilcoxon: testOf(stats.Wilcoxon(v.A, v.B)), Sign: testOf(stats.SignTest(v.A, v.B)),
		Pearson: correlationOf(stats.Pearson(v.A, v.B)), Spearman: correlationOf(stats.Spearman(v.A, v.B)), Lin: correlationOf(stats.Lin(v.A, v.B)),
		ICC:     iccOf(ratings),
		Altman:  agreementOf(stats.BlandAltman(v.A, v.B, stats.Difference)),
		Percent: agreementOf(stats.BlandAltman(v.A, v.B, stats.Percent)),
		Ratio:   agreementOf(stats.BlandAltman(v.A, v.B, stats.Ratio)),
		Describe: map[string]number{
			"mean": number(s.Mean), "sd": number(s.SD), "min": number(s.Min), "max": number(s.Max),
			"q1": number(s.Q1), "median": number(s.Median), "q3": number(s.Q3),
		},
	}
}

// repeated is what is measured where several pairs belong to a subject.
type repeated struct {
	Altman      agreement `json:"bland_altman"`
	WithinSD    number    `json:"within_sd"` // of the reference
	Coefficient number    `json:"repeatability"`
}

type outcome struct {
	AUC     number `json:"auc"`
	SE      number `json:"se"`
	Compare test   `json:"compare"`
}

// statistics are those of the input's numbers.
func statistics(in input) (out output) {
	for _, v := range in.Paired {
		out.Paired = append(out.Paired, pairedOf(v))
	}
	for _, r := range in.Ratings {
		out.Ratings = append(out.Ratings, iccOf(r))
	}
	for _, s := range in.Repeated {
		r := stats.Repeat(s.A, s.Subject)
		out.Repeated = append(out.Repeated, repeated{
			agreementOf(stats.BlandAltmanRepeated(s.A, s.B, s.Subject, stats.Difference)), number(r.WithinSD.Value), number(r.Coefficient.Value),
		})
	}
	for _, o := range in.Outcomes {
		a := stats.DeLong(o.Score, o.Positive)
		out.Outcomes = append(out.Outcomes, outcome{number(a.Value), number(a.SE), testOf(stats.CompareAUC(o.Score, o.Other, o.Positive))})
	}
	for _, p := range in.PValues {
		out.Holm = append(out.Holm, numbers(stats.Holm(p)...))
	}
	return out
}
