// Package stats holds the statistics of a comparison: summaries, intervals, paired
// tests, correlation and agreement.
//
// Conventions that bind every function: numbers come as plain slices, one value a
// case; NaN is a value that is not defined, and it, or its whole pair or row, is left
// out and counted. An infinite value is one that no number says, but that is beyond all
// numbers: tests by ranks take it. What cannot be worked out is NaN with a Why beside it, never 0.
// Intervals are two-sided. SDs divide by n-1 where nothing else is said.
package stats

import (
	"cmp"
	"math"
	"slices"
)

// Why says why a number could not be worked out; empty where it could.
type Why string

// Why there is no number.
const (
	TooFew       Why = "too_few"       // fewer values than it takes
	Constant     Why = "constant"      // all values, or all differences, are the same
	NoDifference Why = "no_difference" // no pair differs
	NotPositive  Why = "not_positive"  // a ratio of something that is not above zero
	OneClass     Why = "one_class"     // every outcome is the same
	NoSpread     Why = "no_spread"     // a spread that is fitted falls below 0
	Perfect      Why = "perfect"       // no score of one class is beyond one of the other: no spread to estimate
)

// Interval is a confidence interval.
type Interval struct{ Lo, Hi float64 }

// none is an interval that could not be worked out.
func none() Interval { return Interval{math.NaN(), math.NaN()} }

// pairs returns the pairs of which both values are defined. The slices are as long
// as each other.
func pairs(a, b []float64) (x, y []float64) {
	for i := range a {
		if !math.IsNaN(a[i]) && !math.IsNaN(b[i]) {
			x, y = append(x, a[i]), append(y, b[i])
		}
	}
	return x, y
}

// differences returns a-b of the pairs of which both are defined.
func differences(a, b []float64) []float64 {
	x, y := pairs(a, b)
	for i := range x {
		if x[i] == y[i] {
			x[i] = 0 // of two infinite ones too
		} else {
			x[i] -= y[i]
		}
	}
	return x
}

// same reports whether all values are one but for rounding: within 1e-12 of the
// largest magnitude.
func same(x []float64) bool {
	lo, hi := slices.Min(x), slices.Max(x)
	return hi-lo <= 1e-12*max(math.Abs(lo), math.Abs(hi))
}

// ascending returns the indices of values in the order of these.
func ascending(x []float64) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	return order
}
