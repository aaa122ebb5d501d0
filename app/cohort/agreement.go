package cohort

import (
	"math"

	"opacity/app/stats"
)

// Agreement is how far a model's volumes are from the reference's, one pair a case.
type Agreement struct {
	Model       string      `json:"model,omitempty"`
	Label       string      `json:"label"`
	Quantity    string      `json:"quantity"` // volume_ml, or area_mm2 of the slices; volume_voxels and area_px where spacing is unknown
	Repeated    bool        `json:"repeated"` // several slices of a case, by components of variance
	N           int         `json:"n"`
	Cases       int         `json:"cases"`
	BlandAltman blandAltman `json:"bland_altman"`
	CCC         coefficient `json:"ccc"`
	CCCSample   coefficient `json:"ccc_n_minus_1"` // of moments that divide by n-1
	Pearson     coefficient `json:"pearson"`
	Spearman    coefficient `json:"spearman"`
	ICC         []icc       `json:"icc"`
	ICCWhy      stats.Why   `json:"icc_why,omitempty"`
}

type blandAltman struct {
	Bias    limit   `json:"bias"` // prediction - reference
	SD      number  `json:"sd"`
	Lower   limit   `json:"lower"`
	Upper   limit   `json:"upper"`
	Slope   limit   `json:"slope"` // of the differences on the means
	SlopeP  number  `json:"slope_p"`
	Percent *limits `json:"percent,omitempty"` // of the mean of the two
	Ratio   *limits `json:"ratio,omitempty"`   // prediction / reference, by logarithms
	// Percentile has the median and the 2.5th and 97.5th percentile of the differences,
	// Regression the lines that differences and their spread follow over the mean.
	Percentile *limits    `json:"percentile,omitempty"`
	Regression *regressed `json:"regression,omitempty"`
	// Normal tests the differences (Shapiro and Wilk): the limits and their intervals take
	// them for normal. A large P shows nothing.
	Normal *normality `json:"shapiro_wilk,omitempty"`
	Why    stats.Why  `json:"why,omitempty"`
}

type limits struct {
	N     int       `json:"n"`
	Left  int       `json:"n_both_empty,omitempty"` // pairs of 0 and 0, which have neither percent nor ratio
	Bias  limit     `json:"bias"`
	Lower limit     `json:"lower"`
	Upper limit     `json:"upper"`
	Why   stats.Why `json:"why,omitempty"`
}

type regressed struct {
	Bias    Line      `json:"bias"`
	Lower   Line      `json:"lower"`
	Upper   Line      `json:"upper"`
	SpreadP number    `json:"spread_p"` // of a spread that does not change with the mean
	Why     stats.Why `json:"why,omitempty"`
}

// Line is one over the mean of the two measurements.
type Line struct {
	Intercept number `json:"intercept"`
	Slope     number `json:"slope"`
}

type normality struct {
	N   int       `json:"n"`
	W   number    `json:"w"`
	P   number    `json:"p"`
	Why stats.Why `json:"why,omitempty"`
}

type limit struct {
	Value number    `json:"value"`
	CI    [2]number `json:"ci95"`
}

type coefficient struct {
	R   number    `json:"r"`
	CI  [2]number `json:"ci95"`
	P   number    `json:"p"`
	Why stats.Why `json:"why,omitempty"`
}

type icc struct {
	Form  string    `json:"form"`
	Model string    `json:"model"`
	R     number    `json:"r"`
	CI    [2]number `json:"ci95"`
	P     number    `json:"p"`
}

func limitOf(l stats.Limit) limit { return limit{number(l.Value), intervalOf(l.CI)} }

func intervalOf(i stats.Interval) [2]number { return [2]number{number(i.Lo), number(i.Hi)} }

func coefficientOf(c stats.Correlation) coefficient {
	return coefficient{number(c.R), intervalOf(c.CI), number(c.P), c.Why}
}

// Agree compares the volumes of each label, and the areas of its slices.
func Agree(rows []Row) []Agreement {
	var out []Agreement
	for _, g := range groups(rows) {
		mine := of(rows, g)
		quantity, reference, prediction := Volumes(mine)
		a := agreement(g, quantity, reference, prediction, nil)
		a.BlandAltman.normality(reference, prediction)
		out = append(out, a)
		if areas, ok := areasOf(g, mine); ok {
			out = append(out, areas)
		}
	}
	return out
}

// otherForms adds the analyses in other terms; subject is whose each pair is, nil where
// each is its own.
func (b *blandAltman) otherForms(reference, prediction []float64, subject []int) {
	in := func(a stats.Agreement) *limits {
		return &limits{a.N, a.BothZero, limitOf(a.Bias), limitOf(a.Lower), limitOf(a.Upper), a.Why}
	}
	b.Percent = in(blandAltmanOf(reference, prediction, subject, stats.Percent))
	b.Ratio = in(blandAltmanOf(reference, prediction, subject, stats.Ratio))
	b.Percentile = in(stats.Percentiles(reference, prediction, subject))
	r := stats.Regress(reference, prediction, subject)
	line := func(s stats.Straight) Line { return Line{number(s.Intercept), number(s.Slope)} }
	b.Regression = &regressed{line(r.Bias), line(r.Lower), line(r.Upper), number(r.SpreadP), r.Why}
}

func blandAltmanOf(reference, prediction []float64, subject []int, form stats.Form) stats.Agreement {
	if subject != nil {
		return stats.BlandAltmanRepeated(reference, prediction, subject, form)
	}
	return stats.BlandAltman(reference, prediction, form)
}

// normality adds what is known of the differences' distribution.
func (b *blandAltman) normality(reference, prediction []float64) {
	d := make([]float64, len(reference))
	for n := range d {
		d[n] = prediction[n] - reference[n]
	}
	t := stats.ShapiroWilk(d)
	b.Normal = &normality{t.N, number(t.W), number(t.P), t.Why}
}

// In are the bias and the limits in the terms of a form: the number and the ends of its
// interval, NaN where there is none. why says why there are none. Those by regression have
// Lines instead.
func (a Agreement) In(form stats.Form) (bias, lower, upper [3]float64, why stats.Why) {
	b := a.BlandAltman
	l := &limits{Bias: b.Bias, Lower: b.Lower, Upper: b.Upper, Why: b.Why}
	if form != stats.Difference {
		l = b.in(form)
	}
	return l.Bias.Estimate(), l.Lower.Estimate(), l.Upper.Estimate(), l.Why
}

// BothEmpty is how many pairs are left out of a form because both are 0.
func (a Agreement) BothEmpty(form stats.Form) int { return a.BlandAltman.in(form).Left }

// in are the limits of a form that has its own.
func (b blandAltman) in(form stats.Form) *limits {
	l := map[stats.Form]*limits{stats.Percent: b.Percent, stats.Ratio: b.Ratio, stats.Percentile: b.Percentile}[form]
	if l == nil { // another form, or results of an earlier version
		return &limits{Why: stats.TooFew}
	}
	return l
}

// Lines are the bias and the limits by regression: intercept and slope.
func (a Agreement) Lines() (bias, lower, upper Line, why stats.Why) {
	r := a.BlandAltman.Regression
	if r == nil {
		return Line{}, Line{}, Line{}, stats.TooFew
	}
	return r.Bias, r.Lower, r.Upper, r.Why
}

// areasOf compares areas slice by slice. Slices of a patient are no patients: limits are
// those of repeated measures, and what takes independent pairs is left out.
func areasOf(g Group, rows []Row) (Agreement, bool) {
	var reference, prediction []float64
	var subject []int
	quantity := Area(rows)
	for n, r := range rows {
		for _, s := range r.Slices {
			a, b := s.Area(quantity)
			reference, prediction, subject = append(reference, a), append(prediction, b), append(subject, n)
		}
	}
	if len(rows) < 2 || len(reference) == 0 {
		return Agreement{}, false
	}
	return agreement(g, quantity, reference, prediction, subject), true
}

// agreement works one quantity out; subject is whose each pair is, nil where each is its
// own.
func agreement(g Group, quantity string, reference, prediction []float64, subject []int) Agreement {
	out := Agreement{Model: g.Model, Label: g.Label, Quantity: quantity, Repeated: subject != nil}
	b := blandAltmanOf(reference, prediction, subject, stats.Difference)
	out.N, out.Cases = b.N, b.Subjects
	out.BlandAltman = blandAltman{
		Bias: limitOf(b.Bias), SD: number(b.SD), Lower: limitOf(b.Lower), Upper: limitOf(b.Upper),
		Slope: limitOf(b.Slope.Slope), SlopeP: number(b.Slope.P), Why: b.Why,
	}
	out.BlandAltman.otherForms(reference, prediction, subject)
	if subject != nil {
		none := coefficient{R: number(math.NaN()), CI: [2]number{number(math.NaN()), number(math.NaN())}, P: number(math.NaN())}
		out.CCC, out.CCCSample, out.Pearson, out.Spearman = none, none, none, none
		out.CCC.Why, out.CCCSample.Why, out.Pearson.Why, out.Spearman.Why, out.ICCWhy = notIndependent, notIndependent, notIndependent, notIndependent, notIndependent
		out.ICC = []icc{}
		return out
	}
	out.CCC, out.CCCSample = coefficientOf(stats.Lin(reference, prediction)), coefficientOf(stats.LinSample(reference, prediction))
	out.Pearson = coefficientOf(stats.Pearson(reference, prediction))
	out.Spearman = coefficientOf(stats.Spearman(reference, prediction))
	ratings := make([][]float64, len(reference))
	for n := range reference {
		ratings[n] = []float64{reference[n], prediction[n]}
	}
	all := stats.Intraclass(ratings)
	out.ICC, out.ICCWhy = []icc{}, all.Why
	if all.Why == "" {
		for _, f := range all.Forms {
			out.ICC = append(out.ICC, icc{f.Form, f.Model, number(f.R), intervalOf(f.CI), number(f.P)})
		}
	}
	return out
}

// notIndependent is why there is no coefficient of several pairs of a case.
const notIndependent stats.Why = "not_independent"
