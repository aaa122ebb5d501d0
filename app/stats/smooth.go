package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Smoothed is a curve through scattered points, by a Gaussian process: values are a
// smooth function about their mean, of which neighbours say something about each other,
// and noise. Length (in x), Signal and Noise (SDs in y) are those that make the points
// most likely.
type Smoothed struct {
	N                     int
	Mean, Lo, Hi          []float64 // of the function, with its 95 % interval; noise is not in it
	Length, Signal, Noise float64
	LogLikelihood         float64
	Why                   Why
}

// Smooth fits the points (x, y) and returns the curve at the given places: Rasmussen and
// Williams 2006, algorithm 2.1, with a squared exponential kernel. Points of one x are
// taken together, exactly; of more than 128 different ones neighbours are.
func Smooth(x, y, at []float64) Smoothed {
	x, y = pairs(x, y)
	s := Smoothed{N: len(x), Length: math.NaN(), Signal: math.NaN(), Noise: math.NaN(), LogLikelihood: math.NaN()}
	for range at {
		s.Mean, s.Lo, s.Hi = append(s.Mean, math.NaN()), append(s.Lo, math.NaN()), append(s.Hi, math.NaN())
	}
	switch {
	case len(x) < 3 || same(x):
		s.Why = TooFew
	case same(y):
		s.Why = Constant
	default:
		p := newProcess(x, y)
		best := p.fit()
		s.Length, s.Signal, s.Noise = math.Exp(best[0]), math.Exp(best[1]), math.Exp(best[2])
		s.LogLikelihood = p.logLikelihood(best)
		p.predict(best, at, &s)
	}
	return s
}

// places is how many different x a process has at most: its cost grows with their cube.
const places = 128

// process is points taken together by x.
type process struct {
	x, y, n   []float64 // place, mean about that of all, how many
	rest      float64   // sum of squares about the means of places
	mean, sd  float64   // of all values
	span, gap float64   // of x, and the least between places
}

func newProcess(x, y []float64) process {
	var p process
	p.mean, p.sd = stat.MeanStdDev(y, nil)
	order := ascending(x)
	lo := x[order[0]]
	p.span = x[order[len(order)-1]] - lo
	place := placer(x, order, lo, p.span)
	for from := 0; from < len(order); {
		to := from
		var sumX, sumY, squares float64
		for ; to < len(order) && place(x[order[to]]) == place(x[order[from]]); to++ {
			v := y[order[to]] - p.mean
			sumX += x[order[to]]
			sumY += v
			squares += v * v
		}
		n := float64(to - from)
		p.x, p.y, p.n = append(p.x, sumX/n), append(p.y, sumY/n), append(p.n, n)
		p.rest += max(0, squares-sumY*sumY/n)
		from = to
	}
	p.gap = p.span
	for i := 1; i < len(p.x); i++ {
		p.gap = min(p.gap, p.x[i]-p.x[i-1])
	}
	return p
}

// placer says which x are taken together: equal ones, or those in one of the stretches.
func placer(x []float64, order []int, lo, span float64) func(float64) float64 {
	different := 1
	for i := 1; i < len(order); i++ {
		if x[order[i]] != x[order[i-1]] {
			different++
		}
	}
	if different <= places {
		return func(x float64) float64 { return x }
	}
	return func(x float64) float64 { return min(places-1, math.Floor((x-lo)/span*places)) }
}

// covariance is that of the values at the places, factorised; ok is false where rounding
// leaves none. by is the logarithms of length, signal and noise.
func (p process) covariance(by []float64) (c mat.Cholesky, ok bool) {
	k := mat.NewSymDense(len(p.x), nil)
	noise := math.Exp(2 * by[2])
	for i, a := range p.x {
		for j := i; j < len(p.x); j++ {
			k.SetSym(i, j, kernel(a-p.x[j], by))
		}
		k.SetSym(i, i, k.At(i, i)+noise/p.n[i])
	}
	ok = c.Factorize(k)
	return c, ok
}

func kernel(d float64, by []float64) float64 {
	d /= math.Exp(by[0])
	return math.Exp(2*by[1] - d*d/2)
}

// logLikelihood is of all points, not only of the means of places: values at one place
// differ by noise alone.
func (p process) logLikelihood(by []float64) float64 {
	c, ok := p.covariance(by)
	if !ok {
		return math.Inf(-1)
	}
	y := mat.NewVecDense(len(p.y), p.y)
	var solved mat.VecDense
	if err := c.SolveVecTo(&solved, y); err != nil {
		return math.Inf(-1)
	}
	out := -mat.Dot(y, &solved)/2 - c.LogDet()/2 - float64(len(p.y))*math.Log(2*math.Pi)/2
	out -= p.rest / 2 * math.Exp(-2*by[2])
	for _, n := range p.n {
		out -= (n-1)/2*(math.Log(2*math.Pi)+2*by[2]) + math.Log(n)/2
	}
	return out
}

// allowed keeps the search where a curve can be told from noise: a length between half the
// gap and ten times the span, SDs from a thousandth to a hundred times that of values.
func (p process) allowed(by []float64) bool {
	inside := func(x, lo, hi float64) bool { return math.Log(lo) <= x && x <= math.Log(hi) }
	return inside(by[0], p.gap/2, 10*p.span) && inside(by[1], p.sd/1000, 100*p.sd) && inside(by[2], p.sd/1000, 100*p.sd)
}

// fit looks for the most likely length, signal and noise: on a grid, then downhill from
// the best of it.
func (p process) fit() []float64 {
	cost := func(by []float64) float64 {
		if !p.allowed(by) {
			return math.Inf(1)
		}
		return -p.logLikelihood(by)
	}
	best, least := []float64{math.Log(p.span), math.Log(p.sd), math.Log(p.sd)}, math.Inf(1)
	for _, length := range []float64{0.02, 0.05, 0.1, 0.2, 0.5, 1} {
		for _, signal := range []float64{0.5, 1, 3} {
			for _, noise := range []float64{0.03, 0.1, 0.3, 1} {
				by := []float64{math.Log(length * p.span), math.Log(signal * p.sd), math.Log(noise * p.sd)}
				if c := cost(by); c < least {
					best, least = by, c
				}
			}
		}
	}
	return descend(cost, best, least)
}

// descend goes downhill from a place, along each axis in turn and on in the direction of
// the last gain, by steps that it halves where none helps (Hooke and Jeeves 1961).
func descend(cost func([]float64) float64, at []float64, least float64) []float64 {
	for step := 0.4; step > 1e-4; {
		next, c := explore(cost, at, least, step)
		if c >= least-1e-9 {
			step /= 2
			continue
		}
		for c < least-1e-9 {
			on := make([]float64, len(at))
			for i := range at {
				on[i] = 2*next[i] - at[i]
			}
			at, least = next, c
			next, c = explore(cost, on, cost(on), step)
		}
	}
	return at
}

// explore tries a step either way along each axis and stays where it is lower.
func explore(cost func([]float64) float64, from []float64, least, step float64) ([]float64, float64) {
	at := slices.Clone(from)
	for i := range at {
		was := at[i]
		for _, x := range []float64{was - step, was + step} {
			try := slices.Clone(at)
			try[i] = x
			if c := cost(try); c < least {
				at, least = try, c
			}
		}
	}
	return at, least
}

// predict writes the curve and its interval.
func (p process) predict(by, at []float64, s *Smoothed) {
	c, ok := p.covariance(by)
	if !ok {
		s.Why = Constant
		return
	}
	y := mat.NewVecDense(len(p.y), p.y)
	row := mat.NewVecDense(len(p.x), nil)
	var solved mat.VecDense
	for i, x := range at {
		for j := range p.x {
			row.SetVec(j, kernel(x-p.x[j], by))
		}
		if err := c.SolveVecTo(&solved, row); err != nil {
			continue
		}
		mean := p.mean + mat.Dot(&solved, y)
		half := limitZ * math.Sqrt(max(0, math.Exp(2*by[1])-mat.Dot(&solved, row)))
		s.Mean[i], s.Lo[i], s.Hi[i] = mean, mean-half, mean+half
	}
}
