package cohort

import (
	"math"
	"slices"

	"opacity/app/metrics/catalogue"
	"opacity/app/stats"
)

// Test compares two models on the same cases, a metric of a label at a time.
type Test struct {
	Label    string `json:"label"`
	Metric   string `json:"metric"`
	A        string `json:"a"`
	B        string `json:"b"`
	Test     string `json:"test"` // paired_t, wilcoxon, sign
	N        int    `json:"n"`
	Unpaired int    `json:"n_undefined"` // cases left out because one of them has no value
	// Missed and FalseAlarm are pairs in which a distance of either is not there, since the
	// prediction is empty or the reference is: the worst of ranks. Of the t test they are
	// left out, unless there is a penalty.
	Missed     int       `json:"n_missed"`
	FalseAlarm int       `json:"n_false_alarm"`
	Dropped    int       `json:"n_equal"`     // pairs left out because they do not differ
	Effect     number    `json:"effect"`      // mean (t) or median of a - b
	CI         [2]number `json:"effect_ci95"` // t alone
	Statistic  number    `json:"statistic"`
	P          number    `json:"p"`
	PHolm      number    `json:"p_holm"`
	HolmFamily int       `json:"holm_family"` // how many tests of the kind it was corrected for
	Exact      bool      `json:"exact"`
	Why        stats.Why `json:"why,omitempty"`
}

// tested are the metrics that models are compared by: not those that say the same in
// other words, so that the correction for many tests is not one for repetition.
var tested = []string{"dice", "sensitivity", "precision", "hd95_mm", "assd_mm", "nsd", "avd_ml", "auc"}

// toTest are those and the ones that were asked for, but for what only describes.
func toTest(asked []string) []string {
	out := slices.Clone(tested)
	for _, key := range asked {
		if e, ok := catalogue.Find(key); ok && e.Better != catalogue.Neither && !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

// Compare tests each two models against one another on the cases that both have. P
// values are corrected after Holm, each kind of test by itself over all labels, metrics
// and pairs of models. Of the tests by ranks a distance to a mask that is empty is worse
// than any other, so that no model gains by missing what it might have got wrong. asked
// are keys of metrics to test besides the usual ones.
func Compare(rows []Row, rules Rules, asked ...string) []Test {
	all := groups(rows)
	var kinds [3][]Test
	for n, a := range all {
		for _, b := range all[n+1:] {
			if a.Label != b.Label {
				continue
			}
			x, y := paired(of(rows, a), of(rows, b))
			for _, key := range toTest(asked) {
				if !slices.ContainsFunc(x, func(r Row) bool { return has(r, key) }) {
					continue
				}
				values, byRank, missed, falseAlarm := rules.both(x, y, key)
				ofRanks := byRank.undefined()
				for kind, t := range []stats.Test{values.test(stats.PairedT), byRank.test(stats.Wilcoxon), byRank.test(stats.SignTest)} {
					undefined := ofRanks
					if kind == 0 {
						undefined = values.undefined()
					}
					kinds[kind] = append(kinds[kind], Test{
						Label: a.Label, Metric: key, A: a.Model, B: b.Model, Test: []string{"paired_t", "wilcoxon", "sign"}[kind],
						N: t.N, Unpaired: undefined, Missed: missed, FalseAlarm: falseAlarm, Dropped: t.Dropped, Effect: number(t.Effect), CI: testCI(kind, t), Statistic: number(t.Statistic),
						P: number(t.P), Exact: t.Exact, Why: t.Why,
					})
				}
			}
		}
	}
	var out []Test
	for _, k := range kinds {
		out = append(out, holm(k)...)
	}
	return out
}

// pairs are values of one metric of two models, case by case.
type pairs struct{ a, b []float64 }

func (p pairs) test(of func(a, b []float64) stats.Test) stats.Test { return of(p.a, p.b) }

// undefined is how many cases a test leaves out.
func (p pairs) undefined() int {
	n := 0
	for i := range p.a {
		if math.IsNaN(p.a[i]) || math.IsNaN(p.b[i]) {
			n++
		}
	}
	return n
}

// both are the values of two models as tests of means and those by ranks take them, and
// how many pairs that are ranked lack a distance because a mask is empty.
func (r Rules) both(x, y []Row, key string) (values, byRank pairs, missed, falseAlarm int) {
	for i := range x {
		u, _ := r.value(x[i], key)
		v, _ := r.value(y[i], key)
		values.a, values.b = append(values.a, u), append(values.b, v)
		u, one := r.ranked(x[i], key)
		v, other := r.ranked(y[i], key)
		byRank.a, byRank.b = append(byRank.a, u), append(byRank.b, v)
		switch {
		case !one && !other || math.IsNaN(u) || math.IsNaN(v): // the other has no rank
		case one && x[i].falseAlarm() || other && y[i].falseAlarm():
			falseAlarm++
		default:
			missed++
		}
	}
	return values, byRank, missed, falseAlarm
}

func has(r Row, key string) bool { _, ok := r.Values[key]; return ok }

// testCI is the interval of the mean difference, which the t test alone has.
func testCI(kind int, t stats.Test) [2]number {
	if kind == 0 {
		return intervalOf(t.CI)
	}
	return [2]number{number(math.NaN()), number(math.NaN())}
}

func holm(tests []Test) []Test {
	p, family := make([]float64, len(tests)), 0
	for n, t := range tests {
		p[n] = float64(t.P)
		if !math.IsNaN(p[n]) {
			family++
		}
	}
	for n, q := range stats.Holm(p) {
		tests[n].PHolm, tests[n].HolmFamily = number(q), family
	}
	return tests
}

// paired keeps the cases that both have, in the same order.
func paired(a, b []Row) (x, y []Row) {
	for _, r := range a {
		if n := slices.IndexFunc(b, func(o Row) bool { return o.Case == r.Case }); n >= 0 {
			x, y = append(x, r), append(y, b[n])
		}
	}
	return x, y
}
