package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Correlation is a coefficient between -1 and 1.
type Correlation struct {
	N   int
	R   float64
	CI  Interval // 95 %
	P   float64  // of no correlation, two-sided; NaN for Lin's
	Why Why
}

// uncorrelated is a coefficient that could not be worked out.
func uncorrelated(n int, why Why) Correlation {
	return Correlation{N: n, R: math.NaN(), CI: none(), P: math.NaN(), Why: why}
}

// Pearson is the product-moment correlation. It is no agreement: y = 10 x has 1.
func Pearson(a, b []float64) Correlation {
	x, y := pairs(a, b)
	switch {
	case len(x) < 3:
		return uncorrelated(len(x), TooFew)
	case same(x) || same(y):
		return uncorrelated(len(x), Constant)
	}
	r := max(-1, min(1, stat.Correlation(x, y, nil)))
	n := float64(len(x))
	c := Correlation{N: len(x), R: r, CI: none()}
	t := r * math.Sqrt((n-2)/(1-r*r))
	c.P = 2 * distuv.StudentsT{Sigma: 1, Nu: n - 2}.CDF(-math.Abs(t))
	if len(x) > 3 {
		c.CI = fisher(r, 1/math.Sqrt(n-3))
	}
	return c
}

// Spearman is Pearson's correlation of the ranks, equal values sharing theirs. P and
// the interval are those of Pearson's, an approximation.
func Spearman(a, b []float64) Correlation {
	x, y := pairs(a, b)
	return Pearson(ranks(x), ranks(y))
}

// ranks returns the rank of each value.
func ranks(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, r := range twiceRanks(x, 0) {
		out[i] = float64(r) / 2
	}
	return out
}

// Lin is the concordance correlation coefficient (Lin 1989): moments divide by n. Its
// interval is Lin's, by Fisher's z, with the correction of 2000. Where one of the two is
// constant it would be 0 however near they are, and is not told.
func Lin(a, b []float64) Correlation { return concordance(a, b, 0) }

// LinSample is the same with moments that divide by n-1, as some programs have it.
func LinSample(a, b []float64) Correlation { return concordance(a, b, 1) }

// concordance has moments that divide by n less a number.
func concordance(a, b []float64, less float64) Correlation {
	x, y := pairs(a, b)
	n := float64(len(x))
	switch {
	case len(x) < 3:
		return uncorrelated(len(x), TooFew)
	case same(x) || same(y):
		return uncorrelated(len(x), Constant)
	}
	rate := (n - 1) / (n - less)
	mx, vx := stat.MeanVariance(x, nil)
	my, vy := stat.MeanVariance(y, nil)
	both := stat.Covariance(x, y, nil) * rate
	vx, vy = vx*rate, vy*rate
	shift := mx - my
	c := 2 * both / (vx + vy + shift*shift)
	out := Correlation{N: len(x), R: c, CI: none(), P: math.NaN()}
	r := both / math.Sqrt(vx*vy)
	if math.IsNaN(r) || r == 0 || c*c >= 1 {
		return out
	}
	u2 := shift * shift / math.Sqrt(vx*vy)
	variance := ((1-r*r)*c*c*(1-c*c)/(r*r) + 2*c*c*c*(1-c)*u2/r - c*c*c*c*u2*u2/(2*r*r)) / (n - 2)
	out.CI = fisher(c, math.Sqrt(variance)/(1-c*c))
	return out
}

// fisher is the 95 % interval of a coefficient whose Fisher z has that standard error.
func fisher(r, se float64) Interval {
	half := distuv.UnitNormal.Quantile(0.975) * se
	return Interval{math.Tanh(math.Atanh(r) - half), math.Tanh(math.Atanh(r) + half)}
}
