package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Form is what a Bland-Altman analysis calls a difference.
type Form string

// The forms.
const (
	Difference Form = "difference" // prediction - reference, in their unit
	Percent    Form = "percent"    // of the mean of the two
	Ratio      Form = "ratio"      // prediction / reference: logarithms, transformed back
	Regression Form = "regression" // differences, limits that change with the mean: see Regress
	Percentile Form = "percentile" // differences, limits that ask nothing of their distribution: see Percentiles
)

// limitZ is how many SDs the limits of agreement are from the bias.
const limitZ = 1.96

// Limit is a number with its 95 % interval.
type Limit struct {
	Value float64
	CI    Interval
}

// Point is a pair as the plot shows it: the mean of the two (of Ratio the geometric
// one) and the difference in the form's terms. Index is that of the pair in what was
// given.
type Point struct {
	Mean, Difference float64
	Index            int
}

// Agreement is a Bland-Altman analysis: how far a prediction may be from the reference.
type Agreement struct {
	Form               Form
	N, Subjects        int  // pairs, and what they belong to; the same in the plain form
	BothZero           int  // pairs of 0 and 0, of which Percent and Ratio say nothing: left out
	Repeated           bool // several pairs of a subject, by components of variance
	Points             []Point
	SD                 float64 // of differences; of Ratio, of their logarithms
	Bias, Lower, Upper Limit
	Slope              Line // of the differences on the means: a bias that grows
	Why                Why
}

// Line is a least-squares slope.
type Line struct {
	Intercept float64
	Slope     Limit
	P         float64 // of no slope
}

// BlandAltman is the analysis of one pair a subject, of a difference, percent or ratio. The limits are bias +- 1.96 SD;
// their intervals are exact where differences are normal (Carkeet 2015), the bias's is
// Student's.
func BlandAltman(reference, prediction []float64, form Form) Agreement {
	a := Agreement{Form: form}
	var d []float64
	a.Points, a.BothZero, a.Why = points(reference, prediction, form)
	for _, p := range a.Points {
		d = append(d, p.scaled(form))
	}
	a.N, a.Subjects = len(d), len(d)
	if a.Why == "" && a.N < 2 {
		a.Why = TooFew
	}
	if a.Why != "" {
		return a.undefined()
	}
	mean, sd := stat.MeanStdDev(d, nil)
	if same(d) {
		sd = 0
	}
	a.SD = sd
	n := float64(a.N)
	half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) * sd / math.Sqrt(n)
	a.Bias = Limit{mean, Interval{mean - half, mean + half}}
	near, far := carkeet(a.N)
	a.Lower = Limit{mean - limitZ*sd, Interval{mean - far*sd, mean - near*sd}}
	a.Upper = Limit{mean + limitZ*sd, Interval{mean + near*sd, mean + far*sd}}
	a.Slope = slope(reference, prediction, a.Points, form)
	return a.back()
}

// carkeet returns how many SDs from the bias the 95 % interval of the upper limit
// begins and ends: a normal quantile's tolerance bounds, by the non-central t
// distribution (Carkeet 2015, Optometry and Vision Science 92:e71).
func carkeet(n int) (near, far float64) {
	root := math.Sqrt(float64(n))
	t := newNoncentralT(float64(n-1), limitZ*root)
	return t.quantile(0.025) / root, t.quantile(0.975) / root
}

// points returns the pairs that are defined, in the form's terms, and how many of 0 and 0
// are not. One of 0 and something has no ratio, which makes those of the others not all.
func points(reference, prediction []float64, form Form) (out []Point, bothZero int, why Why) {
	for i, r := range reference {
		p := prediction[i]
		if math.IsNaN(r) || math.IsNaN(p) {
			continue
		}
		if r == 0 && p == 0 && (form == Percent || form == Ratio) {
			bothZero++
			continue
		}
		at := Point{(r + p) / 2, p - r, i}
		switch form {
		case Percent:
			if at.Mean <= 0 {
				return nil, 0, NotPositive
			}
			at.Difference *= 100 / at.Mean
		case Ratio:
			if r <= 0 || p <= 0 {
				return nil, 0, NotPositive
			}
			at.Mean, at.Difference = math.Sqrt(r*p), p/r
		}
		out = append(out, at)
	}
	return out, bothZero, ""
}

// scaled is the difference on the scale on which it is averaged.
func (p Point) scaled(form Form) float64 {
	if form == Ratio {
		return math.Log(p.Difference)
	}
	return p.Difference
}

// back takes the logarithms of a ratio back; the SD and the slope stay logarithms.
func (a Agreement) back() Agreement {
	if a.Form != Ratio {
		return a
	}
	for _, l := range []*Limit{&a.Bias, &a.Lower, &a.Upper} {
		*l = Limit{math.Exp(l.Value), mapped(l.CI, math.Exp)}
	}
	return a
}

func (a Agreement) undefined() Agreement {
	no := Limit{math.NaN(), none()}
	a.SD, a.Bias, a.Lower, a.Upper = math.NaN(), no, no, no
	a.Slope = Line{math.NaN(), no, math.NaN()}
	return a
}

// slope fits the differences on the means. There is none where one of the two is the same
// in all pairs: differences then are a function of the means, of slope 2, whatever they are.
func slope(reference, prediction []float64, at []Point, form Form) Line {
	no := Line{math.NaN(), Limit{math.NaN(), none()}, math.NaN()}
	var x, y, one, two []float64
	for _, p := range at {
		x, y = append(x, p.Mean), append(y, p.scaled(form))
		one, two = append(one, reference[p.Index]), append(two, prediction[p.Index])
	}
	if len(at) < 3 || same(x) || same(one) || same(two) {
		return no
	}
	return fitted(x, y)
}
