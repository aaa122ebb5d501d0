package stats

import (
	"cmp"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// AUC is the area under the ROC curve of one score a case.
type AUC struct {
	Positive, Negative int
	Value, SE          float64
	CI                 Interval // 95 %, normal, within 0 and 1
	Why                Why
	ofPositive         []float64 // DeLong's components
	ofNegative         []float64
}

// DeLong is the area with its standard error (DeLong, DeLong and Clarke-Pearson 1988;
// by ranks, Sun and Xu 2014). Scores must be of independent cases, one each: it is not
// for voxels or slices. NaN scores are left out. Where every positive is above every
// negative, or every one below, the SE would be 0, which says nothing of how sure that is:
// there is neither SE nor interval (Perfect). A score that is the same in all cases tells
// nothing: its area is a half, with neither (Constant).
func DeLong(score []float64, positive []bool) AUC {
	a := delong(score, positive)
	if a.Why == "" && (a.Value == 1 || a.Value == 0) {
		a.SE, a.CI, a.Why = math.NaN(), none(), Perfect
	}
	return a
}

// delong is DeLong with an SE of 0 where the cases are parted, as differences take it.
func delong(score []float64, positive []bool) AUC {
	var x, y []float64
	for i, s := range score {
		switch {
		case math.IsNaN(s):
		case positive[i]:
			x = append(x, s)
		default:
			y = append(y, s)
		}
	}
	a := AUC{Positive: len(x), Negative: len(y), Value: math.NaN(), SE: math.NaN(), CI: none()}
	if len(x) == 0 || len(y) == 0 {
		a.Why = OneClass
		return a
	}
	m, n := float64(len(x)), float64(len(y))
	all := ranks(append(append([]float64{}, x...), y...))
	among, amongst := ranks(x), ranks(y)
	for i := range x {
		a.ofPositive = append(a.ofPositive, (all[i]-among[i])/n)
	}
	for j := range y {
		a.ofNegative = append(a.ofNegative, 1-(all[len(x)+j]-amongst[j])/m)
	}
	a.Value = stat.Mean(a.ofPositive, nil)
	if same(append(append([]float64{}, x...), y...)) {
		a.Why = Constant
		return a
	}
	if len(x) < 2 || len(y) < 2 {
		a.Why = TooFew
		return a
	}
	a.SE = math.Sqrt(stat.Variance(a.ofPositive, nil)/m + stat.Variance(a.ofNegative, nil)/n)
	half := distuv.UnitNormal.Quantile(0.975) * a.SE
	a.CI = Interval{max(0, a.Value-half), min(1, a.Value+half)}
	return a
}

// CompareAUC tests two scores of the same cases against the same outcome: the
// difference of the areas, a - b, its interval, z and P. Cases that lack either score
// are left out.
func CompareAUC(a, b []float64, positive []bool) Test {
	var x, y []float64
	var outcome []bool
	for i := range a {
		if !math.IsNaN(a[i]) && !math.IsNaN(b[i]) {
			x, y, outcome = append(x, a[i]), append(y, b[i]), append(outcome, positive[i])
		}
	}
	of, with := delong(x, outcome), delong(y, outcome)
	t := Test{N: len(x), Effect: of.Value - with.Value}
	if why := cmp.Or(of.Why, with.Why); why != "" {
		return untested(t, why)
	}
	m, n := float64(of.Positive), float64(of.Negative)
	both := stat.Covariance(of.ofPositive, with.ofPositive, nil)/m + stat.Covariance(of.ofNegative, with.ofNegative, nil)/n
	se := math.Sqrt(max(0, of.SE*of.SE+with.SE*with.SE-2*both))
	if se <= 1e-7*max(of.SE, with.SE) { // what rounding leaves of two variances that cancel
		return untested(t, NoDifference)
	}
	t.Statistic = t.Effect / se
	t.P = 2 * distuv.UnitNormal.CDF(-math.Abs(t.Statistic))
	half := distuv.UnitNormal.Quantile(0.975) * se
	t.CI = Interval{t.Effect - half, t.Effect + half}
	return t
}
