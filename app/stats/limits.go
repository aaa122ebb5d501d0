package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Regressed is limits of agreement that change with the size of what is measured: lines
// over the means (Bland and Altman 1999, Stat Methods Med Res 8:135, section 3.2).
type Regressed struct {
	N                  int
	Bias, Lower, Upper Straight
	// SpreadP tests that the spread does not change with the mean; NaN where pairs are
	// not independent.
	SpreadP float64
	Why     Why
}

// Straight is a line over the means.
type Straight struct{ Intercept, Slope float64 }

// At is its height over a mean.
func (s Straight) At(mean float64) float64 { return s.Intercept + s.Slope*mean }

// Regress fits the differences, prediction - reference, on the means, and the sizes of the
// residuals on the means: the limits are 1.96 times the root of pi/2 times the second line
// (2.46 times) from the first, V-shaped where differences grow with the mean. There are
// none where that line falls to 0 or below over some mean. subject is whose each pair is,
// nil where each is its own: lines through several pairs of a subject take every pair as
// it is.
func Regress(reference, prediction []float64, subject []int) Regressed {
	at, _, why := points(reference, prediction, Difference)
	out := Regressed{N: len(at), SpreadP: math.NaN(), Why: why}
	var x, d, one, two []float64
	for _, p := range at {
		x, d = append(x, p.Mean), append(d, p.Difference)
		one, two = append(one, reference[p.Index]), append(two, prediction[p.Index])
	}
	switch {
	case why != "":
	case len(at) < 3:
		out.Why = TooFew
	case same(x) || same(one) || same(two):
		out.Why = Constant
	}
	if out.Why != "" {
		return out.undefined()
	}
	bias := fitted(x, d)
	sizes := make([]float64, len(x))
	for n, mean := range x {
		sizes[n] = math.Abs(d[n] - bias.Intercept - bias.Slope.Value*mean)
	}
	spread := fitted(x, sizes)
	for _, mean := range x {
		if spread.Intercept+spread.Slope.Value*mean < 0 {
			out.Why = NoSpread
			return out.undefined()
		}
	}
	if subject == nil {
		out.SpreadP = spread.P
	}
	factor := limitZ * math.Sqrt(math.Pi/2)
	out.Bias = Straight{bias.Intercept, bias.Slope.Value}
	out.Lower = Straight{bias.Intercept - factor*spread.Intercept, bias.Slope.Value - factor*spread.Slope.Value}
	out.Upper = Straight{bias.Intercept + factor*spread.Intercept, bias.Slope.Value + factor*spread.Slope.Value}
	return out
}

func (r Regressed) undefined() Regressed {
	no := Straight{math.NaN(), math.NaN()}
	r.Bias, r.Lower, r.Upper = no, no, no
	return r
}

// Percentiles are limits of agreement that ask nothing of how differences are distributed:
// the median, the 2.5th and the 97.5th percentile, linear between order statistics (Bland
// and Altman 1999, section 7, count differences beyond limits instead). Intervals are
// between two of the differences by the binomial distribution (Conover 1999, section 3.2);
// the ends have one on both sides only from 146 differences on. subject is whose each pair
// is, nil where each is its own: of several pairs of a subject there are no intervals.
func Percentiles(reference, prediction []float64, subject []int) Agreement {
	a := Agreement{Form: Percentile, Repeated: subject != nil}
	a.Points, _, a.Why = points(reference, prediction, Difference)
	of := map[int]bool{}
	var d []float64
	for _, p := range a.Points {
		d = append(d, p.Difference)
		if subject != nil {
			of[subject[p.Index]] = true
		}
	}
	a.N, a.Subjects = len(d), len(d)
	if subject != nil {
		a.Subjects = len(of)
	}
	if a.Why == "" && a.N < 2 {
		a.Why = TooFew
	}
	if a.Why != "" {
		return a.undefined()
	}
	a = a.undefined()
	d = Sorted(d)
	for _, l := range []struct {
		at *Limit
		p  float64
	}{{&a.Lower, 0.025}, {&a.Bias, 0.5}, {&a.Upper, 0.975}} {
		*l.at = Limit{Quantile(d, l.p), none()}
		if subject == nil {
			l.at.CI = quantileInterval(d, l.p)
		}
	}
	return a
}

// quantileInterval is the 95 % interval of a quantile between two of ascending values; none
// where there are too few for one on both sides.
func quantileInterval(x []float64, p float64) Interval {
	b := distuv.Binomial{N: float64(len(x)), P: p}
	lo, hi := -1, -1
	for i := range x { // x[i] is above the quantile where at most i values are at or below that
		if b.CDF(float64(i)) <= 0.025 {
			lo = i
		}
		if hi < 0 && b.CDF(float64(i)) >= 0.975 {
			hi = i
		}
	}
	if lo < 0 || hi < 0 {
		return none()
	}
	return Interval{x[lo], x[hi]}
}

// fitted is the line of least squares of y on x.
func fitted(x, y []float64) Line {
	n := float64(len(x))
	intercept, b := stat.LinearRegression(x, y, nil, false)
	rest, spread := 0.0, stat.Variance(x, nil)*(n-1)
	for i := range x {
		e := y[i] - intercept - b*x[i]
		rest += e * e
	}
	se := math.Sqrt(rest / (n - 2) / spread)
	student := distuv.StudentsT{Sigma: 1, Nu: n - 2}
	half := student.Quantile(0.975) * se
	l := Line{intercept, Limit{b, Interval{b - half, b + half}}, math.NaN()}
	if se > 0 {
		l.P = 2 * student.CDF(-math.Abs(b/se))
	}
	return l
}
