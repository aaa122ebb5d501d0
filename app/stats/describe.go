package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Summary describes the values that are defined. Of none, all but the counts are NaN;
// the SD of one is NaN.
type Summary struct {
	N, Undefined             int
	Mean, SD                 float64
	Min, Q1, Median, Q3, Max float64
}

// IQR is the distance between the quartiles.
func (s Summary) IQR() float64 { return s.Q3 - s.Q1 }

// Describe summarises values; NaN counts as undefined.
func Describe(values []float64) Summary {
	nan := math.NaN()
	s := Summary{Mean: nan, SD: nan, Min: nan, Q1: nan, Median: nan, Q3: nan, Max: nan}
	x := Sorted(values)
	s.N, s.Undefined = len(x), len(values)-len(x)
	if s.N == 0 {
		return s
	}
	s.Mean, s.Min, s.Max = stat.Mean(x, nil), x[0], x[s.N-1]
	s.Q1, s.Median, s.Q3 = Quantile(x, 0.25), Quantile(x, 0.5), Quantile(x, 0.75)
	if s.N > 1 {
		s.SD = stat.StdDev(x, nil)
	}
	return s
}

// Sorted returns the defined values in a new slice, ascending.
func Sorted(values []float64) []float64 {
	x := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	slices.Sort(x)
	return x
}

// Quantile is the p-quantile (0 to 1) of ascending values, linear between the two
// order statistics around (n-1)p: type 7 of Hyndman and Fan (1996), which NumPy and R
// take where nothing else is asked for. NaN of no values, and where p is not from 0 to 1.
func Quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	at := p * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-1)
	j := min(i+1, len(sorted)-1)
	if at == float64(i) || sorted[i] == sorted[j] { // infinite ones have no distance
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[j]-sorted[i])
}
