package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Normality is a test of whether values may come from a normal distribution.
type Normality struct {
	N    int
	W, P float64
	Why  Why
}

// ShapiroWilk is the test of Shapiro and Wilk (1965) with the weights and P of Royston
// (1995, Applied Statistics 44:547, algorithm AS R94), meant for 3 to 5,000 values. A
// large P shows no normality: of few values it is large whatever they come from.
func ShapiroWilk(values []float64) Normality {
	x := Sorted(values)
	t := Normality{N: len(x), W: math.NaN(), P: math.NaN()}
	switch {
	case t.N < 3:
		t.Why = TooFew
		return t
	case same(x):
		t.Why = Constant
		return t
	}
	sum := 0.0
	for i, a := range royston(t.N) {
		sum += a * (x[t.N-1-i] - x[i])
	}
	t.W = min(1, sum*sum/(stat.Variance(x, nil)*float64(t.N-1)))
	t.P = roystonP(t.W, float64(t.N))
	return t
}

// royston returns the weights of the differences between the largest and the smallest
// value, the next ones, and so on to the middle.
func royston(n int) []float64 {
	if n == 3 {
		return []float64{math.Sqrt(0.5)}
	}
	a := make([]float64, n/2)
	squares := 0.0
	for i := range a {
		a[i] = -distuv.UnitNormal.Quantile((float64(i+1) - 0.375) / (float64(n) + 0.25))
		squares += 2 * a[i] * a[i]
	}
	root := 1 / math.Sqrt(float64(n))
	ends := []float64{a[0]/math.Sqrt(squares) + polynomial(root, 0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056)}
	if n > 5 {
		ends = append(ends, a[1]/math.Sqrt(squares)+polynomial(root, 0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633))
	}
	of, left := squares, 1.0
	for i, e := range ends {
		of -= 2 * a[i] * a[i]
		left -= 2 * e * e
	}
	for i := range a {
		a[i] /= math.Sqrt(of / left)
	}
	copy(a, ends)
	return a
}

// roystonP is the chance of a W as small: exact of three values, else by a
// transformation to a normal deviate.
func roystonP(w, n float64) float64 {
	if n == 3 {
		return max(0, 6/math.Pi*(math.Asin(math.Sqrt(w))-math.Asin(math.Sqrt(0.75))))
	}
	y, mean, sd := math.Log(1-w), 0.0, 0.0
	if n <= 11 {
		most := polynomial(n, -2.273, 0.459)
		if y >= most {
			return 0
		}
		y = -math.Log(most - y)
		mean = polynomial(n, 0.544, -0.39978, 0.025054, -6.714e-4)
		sd = math.Exp(polynomial(n, 1.3822, -0.77857, 0.062767, -0.0020322))
	} else {
		mean = polynomial(math.Log(n), -1.5861, -0.31082, -0.083751, 0.0038915)
		sd = math.Exp(polynomial(math.Log(n), -0.4803, -0.082676, 0.0030302))
	}
	return distuv.UnitNormal.Survival((y - mean) / sd)
}

// polynomial has coefficients of rising powers.
func polynomial(x float64, coefficients ...float64) float64 {
	sum := 0.0
	for i := len(coefficients) - 1; i >= 0; i-- {
		sum = sum*x + coefficients[i]
	}
	return sum
}
