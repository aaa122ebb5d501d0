package stats

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
)

// noncentralT is the distribution of (Z+delta)/S, Z standard normal, S the square root
// of a chi-square over its degrees of freedom, here by the nodes and weights of an
// integral over its density.
type noncentralT struct {
	delta     float64
	s, weight []float64
}

// newNoncentralT has nu degrees of freedom. Twelve SDs of S from 1 there is as good as
// nothing.
func newNoncentralT(nu, delta float64) noncentralT {
	const nodes = 400
	t := noncentralT{delta, make([]float64, nodes), make([]float64, nodes)}
	width := 12 / math.Sqrt(2*nu)
	quad.Legendre{}.FixedLocations(t.s, t.weight, max(0, 1-width), 1+width)
	chi := distuv.ChiSquared{K: nu}
	for i, s := range t.s {
		t.weight[i] *= 2 * nu * s * chi.Prob(nu*s*s)
	}
	return t
}

// cdf adds up the chances given S.
func (t noncentralT) cdf(x float64) float64 {
	sum := 0.0
	for i, s := range t.s {
		sum += t.weight[i] * distuv.UnitNormal.CDF(x*s-t.delta)
	}
	return sum
}

// quantile halves an interval that holds it until it is as narrow as a float64 tells.
func (t noncentralT) quantile(p float64) float64 {
	lo, hi := t.delta-1, t.delta+1
	for step := 1.0; t.cdf(lo) > p; step *= 2 {
		lo -= step
	}
	for step := 1.0; t.cdf(hi) < p; step *= 2 {
		hi += step
	}
	for range 100 {
		middle := lo + (hi-lo)/2
		if middle == lo || middle == hi {
			break
		}
		if t.cdf(middle) < p {
			lo = middle
		} else {
			hi = middle
		}
	}
	return lo
}
