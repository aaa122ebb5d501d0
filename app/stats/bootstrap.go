package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Bootstrap draws cases with replacement. The same seed gives the same interval on
// every machine.
type Bootstrap struct {
	Resamples int     // 0 is 2000
	Level     float64 // 0 is 0.95
	Seed      uint64
}

// Interval is the bias-corrected and accelerated interval (Efron 1987) of a statistic
// of n cases, given by their numbers, 0 to n-1, some of them repeatedly. Cases are what
// is independent of one another: patients, never slices or voxels. A statistic that is
// NaN for some draw leaves that draw out. The slice is used again.
func (b Bootstrap) Interval(n int, statistic func(cases []int) float64) (Interval, Why) {
	if n < 2 {
		return none(), TooFew
	}
	b = b.filled()
	cases := make([]int, n)
	for i := range cases {
		cases[i] = i
	}
	estimate := statistic(cases)
	draws := b.draws(n, statistic)
	if math.IsNaN(estimate) || len(draws) == 0 {
		return none(), TooFew
	}
	if draws[0] == draws[len(draws)-1] {
		return none(), Constant
	}
	normal := distuv.UnitNormal
	bias := normal.Quantile(shareBelow(draws, estimate))
	acceleration := acceleration(n, statistic)
	at := func(p float64) float64 {
		z := bias + normal.Quantile(p)
		return Quantile(draws, normal.CDF(bias+z/(1-acceleration*z)))
	}
	return Interval{at((1 - b.Level) / 2), at((1 + b.Level) / 2)}, ""
}

// Band is the interval of a curve at each of its points by itself: the quantiles of the
// draws, not corrected, since a curve's ends hardly vary. A curve that is nil for some
// draw leaves that draw out. cases is as for Interval; all curves are as long as one
// another.
func (b Bootstrap) Band(n int, curve func(cases []int) []float64) (lo, hi []float64, why Why) {
	if n < 2 {
		return nil, nil, TooFew
	}
	b = b.filled()
	var at [][]float64 // by point, draw by draw
	b.each(n, func(cases []int) {
		for i, y := range curve(cases) {
			if i == len(at) {
				at = append(at, nil)
			}
			at[i] = append(at[i], y)
		}
	})
	if len(at) == 0 {
		return nil, nil, TooFew
	}
	for _, draws := range at {
		slices.Sort(draws)
		lo, hi = append(lo, Quantile(draws, (1-b.Level)/2)), append(hi, Quantile(draws, (1+b.Level)/2))
	}
	return lo, hi, ""
}

// filled has the numbers that were left at 0.
func (b Bootstrap) filled() Bootstrap {
	if b.Resamples == 0 {
		b.Resamples = 2000
	}
	if b.Level == 0 {
		b.Level = 0.95
	}
	return b
}

// each draws n cases of n, again and again; the slice is used anew.
func (b Bootstrap) each(n int, draw func(cases []int)) {
	r := rand.New(rand.NewPCG(b.Seed, 0x5eed))
	cases := make([]int, n)
	for range b.Resamples {
		for i := range cases {
			cases[i] = r.IntN(n)
		}
		draw(cases)
	}
}

// draws returns the statistic of each draw, ascending.
func (b Bootstrap) draws(n int, statistic func([]int) float64) []float64 {
	out := make([]float64, 0, b.Resamples)
	b.each(n, func(cases []int) {
		if x := statistic(cases); !math.IsNaN(x) {
			out = append(out, x)
		}
	})
	slices.Sort(out)
	return out
}

// shareBelow is the share of draws below x, those at x counted half, and never 0 or 1:
// draws that are all on one side still have a quantile.
func shareBelow(draws []float64, x float64) float64 {
	below, _ := slices.BinarySearch(draws, x)
	to := below
	for to < len(draws) && draws[to] == x {
		to++
	}
	n := float64(len(draws))
	return min(max((float64(below)+float64(to))/(2*n), 0.5/n), 1-0.5/n)
}

// acceleration is a sixth of the skewness of the statistic with each case left out.
func acceleration(n int, statistic func([]int) float64) float64 {
	left := make([]int, 0, n-1)
	out := make([]float64, 0, n)
	sum := 0.0
	for i := range n {
		left = left[:0]
		for j := range n {
			if j != i {
				left = append(left, j)
			}
		}
		if x := statistic(left); !math.IsNaN(x) {
			out = append(out, x)
			sum += x
		}
	}
	mean := sum / float64(len(out))
	squares, cubes := 0.0, 0.0
	for _, x := range out {
		d := mean - x
		squares += d * d
		cubes += d * d * d
	}
	if squares == 0 {
		return 0
	}
	return cubes / (6 * math.Pow(squares, 1.5))
}
