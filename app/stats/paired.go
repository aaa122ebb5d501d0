package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Test is a two-sided test of paired values, a against b.
type Test struct {
	N         int      // pairs that it rests on
	Dropped   int      // pairs left out because they do not differ (Wilcoxon, sign)
	Effect    float64  // mean (t) or median (Wilcoxon, sign) of a-b
	CI        Interval // 95 %, of the mean difference (t alone)
	Statistic float64  // t; the smaller sum of ranks; the smaller number of signs
	DF        float64  // t alone
	P         float64
	Exact     bool // P is of the exact distribution
	Why       Why
}

// untested is a test that could not be made.
func untested(t Test, why Why) Test {
	t.Statistic, t.P, t.Why = math.NaN(), math.NaN(), why
	t.CI = none()
	return t
}

// PairedT is Student's t test of the mean of a-b.
func PairedT(a, b []float64) Test {
	d := differences(a, b)
	t := Test{N: len(d), Effect: math.NaN()}
	if t.N > 0 {
		t.Effect = stat.Mean(d, nil)
	}
	switch {
	case t.N < 2:
		return untested(t, TooFew)
	case same(d) && d[0] == 0:
		return untested(t, NoDifference)
	case same(d):
		return untested(t, Constant)
	}
	t.DF = float64(t.N - 1)
	se := stat.StdDev(d, nil) / math.Sqrt(float64(t.N))
	student := distuv.StudentsT{Sigma: 1, Nu: t.DF}
	t.Statistic = t.Effect / se
	t.P = 2 * student.CDF(-math.Abs(t.Statistic))
	half := student.Quantile(0.975) * se
	t.CI = Interval{t.Effect - half, t.Effect + half}
	return t
}

// exactWilcoxon is the number of pairs up to which the distribution of the sum of
// ranks is worked out.
const exactWilcoxon = 200

// Wilcoxon is the signed-rank test of a-b. Pairs that do not differ are left out, as
// Wilcoxon did. Differences that are equal but for rounding (1e-12 of the largest)
// share their ranks. Up to 200 pairs P is exact, given the ranks that there are, ties
// or none; beyond, the normal approximation with the variance corrected for ties. A
// value may be infinite: its differences share the last rank.
func Wilcoxon(a, b []float64) Test {
	all := differences(a, b)
	t := Test{Effect: Quantile(Sorted(all), 0.5)}
	limit := 0.0
	for _, d := range all {
		if !math.IsInf(d, 0) {
			limit = max(limit, math.Abs(d)*1e-12)
		}
	}
	d := slices.DeleteFunc(slices.Clone(all), func(d float64) bool { return math.Abs(d) <= limit })
	t.N, t.Dropped = len(d), len(all)-len(d)
	switch {
	case len(all) == 0:
		return untested(t, TooFew)
	case t.N == 0:
		return untested(t, NoDifference)
	}
	magnitude := make([]float64, len(d))
	for i := range d {
		magnitude[i] = math.Abs(d[i])
	}
	ranks := twiceRanks(magnitude, limit)
	plus, sum := 0, 0
	for i, r := range ranks {
		sum += r
		if d[i] > 0 {
			plus += r
		}
	}
	smaller := min(plus, sum-plus)
	t.Statistic = float64(smaller) / 2
	if t.Exact = t.N <= exactWilcoxon; t.Exact {
		t.P = min(1, 2*chanceOfSum(ranks, sum, smaller))
		return t
	}
	variance := 0.0 // of twice the sum: each rank is added or not
	for _, r := range ranks {
		variance += float64(r) * float64(r) / 4
	}
	t.P = 2 * distuv.UnitNormal.CDF((float64(smaller)-float64(sum)/2)/math.Sqrt(variance))
	return t
}

// chanceOfSum is the chance that the ranks with a positive sign, each by the toss of a
// coin, add up to at most limit; sum is that of all.
func chanceOfSum(ranks []int, sum, limit int) float64 {
	chance := make([]float64, sum+1)
	chance[0] = 1
	top := 0
	for _, r := range ranks {
		top += r
		for s := top; s >= 0; s-- {
			half := chance[s] / 2
			if s >= r {
				half += chance[s-r] / 2
			}
			chance[s] = half
		}
	}
	p := 0.0
	for _, c := range chance[:limit+1] {
		p += c
	}
	return p
}

// twiceRanks returns twice the rank of each value, whole numbers where equal ones
// share the mean of their ranks. Values closer than within to the one before are equal.
func twiceRanks(x []float64, within float64) []int {
	order := ascending(x)
	out := make([]int, len(x))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && (x[order[to]] == x[order[to-1]] || x[order[to]]-x[order[to-1]] <= within) {
			to++
		}
		for _, i := range order[from:to] {
			out[i] = from + 1 + to // (from+1 + to) / 2, twice
		}
		from = to
	}
	return out
}

// SignTest is the exact test of whether a is above b as often as below. Pairs that do
// not differ are left out.
func SignTest(a, b []float64) Test {
	d := differences(a, b)
	t := Test{Effect: Quantile(Sorted(d), 0.5), Exact: true}
	above, below := 0, 0
	for _, v := range d {
		switch {
		case v > 0:
			above++
		case v < 0:
			below++
		}
	}
	t.N = above + below
	t.Dropped = len(d) - t.N
	switch {
	case len(d) == 0:
		return untested(t, TooFew)
	case t.N == 0:
		return untested(t, NoDifference)
	}
	t.Statistic = float64(min(above, below))
	t.P = min(1, 2*distuv.Binomial{N: float64(t.N), P: 0.5}.CDF(t.Statistic))
	return t
}

// Holm corrects P values for being many (Holm 1979): the order of the given ones is
// kept. NaN stays NaN and does not count as a test.
func Holm(p []float64) []float64 {
	order := make([]int, 0, len(p))
	out := slices.Clone(p)
	for i := range p {
		if !math.IsNaN(p[i]) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	largest := 0.0
	for done, i := range order {
		largest = max(largest, min(1, p[i]*float64(len(order)-done)))
		out[i] = largest
	}
	return out
}
