package stats

import "gonum.org/v1/gonum/stat/distuv"

// MedianInterval is the 95 % interval of the median between two of the values, as many
// from each end, by the binomial distribution: it asks nothing of how values are
// distributed, and covers the median at least that often (Conover 1999, Practical
// Nonparametric Statistics, section 3.2). Fewer than six values have none.
func MedianInterval(values []float64) (Interval, Why) {
	x := Sorted(values)
	half := distuv.Binomial{N: float64(len(x)), P: 0.5}
	from := 0 // how many may be left out at each end
	for from < len(x)/2 && half.CDF(float64(from)) <= 0.025 {
		from++
	}
	if from == 0 {
		return none(), TooFew
	}
	return Interval{x[from-1], x[len(x)-from]}, ""
}
