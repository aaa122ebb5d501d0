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
	// Normal tests the differences (Shapiro and Wilk): the limits and their intervals take
	// them for normal. A large P shows nothing.
	Normal *normality `json:"shapiro_wilk,omitempty"`
	Why    stats.Why  `json:"why,omitempty"`
}

type limits struct {
	Bias  limit     `json:"bias"`
	Lower limit     `json:"lower"`
	Upper limit     `json:"upper"`
	Why   stats.Why `json:"why,omitempty"`
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
		a.BlandAltman.otherForms(reference, prediction)
		out = append(out, a)
		if areas, ok := areasOf(g, mine); ok {
			out = append(out, areas)
		}
	}
	return out
}

// otherForms adds the analyses in other terms, and what is known of the differences'
// distribution.
func (b *blandAltman) otherForms(reference, prediction []float64) {
	in := func(form stats.Form) *limits {
		a := stats.BlandAltman(reference, prediction, form)
		return &limits{limitOf(a.Bias), limitOf(a.Lower), limitOf(a.Upper), a.Why}
	}
	b.Percent, b.Ratio = in(stats.Percent), in(stats.Ratio)
	d := make([]float64, len(reference))
	for n := range d {
		d[n] = prediction[n] - reference[n]
	}
	t := stats.ShapiroWilk(d)
	b.Normal = &normality{t.N, number(t.W), number(t.P), t.Why}
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
	var b stats.Agreement
	if subject != nil {
		b = stats.BlandAltmanRepeated(reference, prediction, subject, stats.Difference)
	} else {
		b = stats.BlandAltman(reference, prediction, stats.Difference)
	}
	out.N, out.Cases = b.N, b.Subjects
	out.BlandAltman = blandAltman{
		Bias: limitOf(b.Bias), SD: number(b.SD), Lower: limitOf(b.Lower), Upper: limitOf(b.Upper),
		Slope: limitOf(b.Slope.Slope), SlopeP: number(b.Slope.P), Why: b.Why,
	}
	if subject != nil {
		none := coefficient{R: number(math.NaN()), CI: [2]number{number(math.NaN()), number(math.NaN())}, P: number(math.NaN())}
		out.CCC, out.Pearson, out.Spearman = none, none, none
		out.CCC.Why, out.Pearson.Why, out.Spearman.Why, out.ICCWhy = notIndependent, notIndependent, notIndependent, notIndependent
		out.ICC = []icc{}
		return out
	}
	out.CCC = coefficientOf(stats.Lin(reference, prediction))
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
