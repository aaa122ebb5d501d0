package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// ICC is one form of the intraclass correlation.
type ICC struct {
	Form  string // "ICC(1,1)" ... "ICC(3,k)", after Shrout and Fleiss
	Model string // what it is, after McGraw and Wong, as a key of the translation table
	R     float64
	CI    Interval // 95 %
	F     float64  // of no reliability, with its degrees of freedom and P
	DF    [2]float64
	P     float64
}

// ICCs is all six forms with what they rest on.
type ICCs struct {
	Subjects, Raters, Dropped int // a subject that lacks a rating is left out
	Forms                     [6]ICC
	Why                       Why
}

// Intraclass works the six forms out (Shrout and Fleiss 1979; intervals after McGraw
// and Wong 1996). ratings[i] is what every rater gave subject i, in the same order.
func Intraclass(ratings [][]float64) ICCs {
	rows := complete(ratings)
	out := ICCs{Subjects: len(rows), Dropped: len(ratings) - len(rows)}
	if len(rows) > 0 {
		out.Raters = len(rows[0])
	}
	if out.Subjects < 2 || out.Raters < 2 {
		out.Why = TooFew
		return out
	}
	v := analyse(rows)
	if v.subjects <= 1e-24*v.total || constant(rows) {
		out.Why = Constant
		return out
	}
	out.Forms = v.forms()
	return out
}

// constant says that ratings tell no subject from another: all are rated alike, but for
// rounding, or one of two raters gave all the same, and consistency and agreement are 0
// but for rounding.
func constant(rows [][]float64) bool {
	varying := 0
	for j := range rows[0] {
		var of []float64
		for _, row := range rows {
			of = append(of, row[j])
		}
		if !same(of) {
			varying++
		}
	}
	return varying == 0 || varying == 1 && len(rows[0]) == 2
}

// complete returns the rows without a NaN.
func complete(ratings [][]float64) [][]float64 {
	var rows [][]float64
next:
	for _, row := range ratings {
		for _, x := range row {
			if math.IsNaN(x) {
				continue next
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// variances is a two-way analysis of variance without replication: mean squares of
// subjects, of raters, of what is left, and within subjects.
type variances struct {
	n, k                           float64
	subjects, raters, rest, within float64
	total                          float64 // sum of squares
}

func analyse(rows [][]float64) variances {
	n, k := float64(len(rows)), float64(len(rows[0]))
	v := variances{n: n, k: k}
	mean := 0.0
	for _, row := range rows {
		for _, x := range row {
			mean += x / (n * k)
		}
	}
	ofRater := make([]float64, len(rows[0]))
	subjects, raters := 0.0, 0.0
	for _, row := range rows {
		of := 0.0
		for j, x := range row {
			of += x / k
			ofRater[j] += x / n
			v.total += (x - mean) * (x - mean)
		}
		subjects += k * (of - mean) * (of - mean)
	}
	for _, of := range ofRater {
		raters += n * (of - mean) * (of - mean)
	}
	v.subjects, v.raters = subjects/(n-1), raters/(k-1)
	v.rest = max(0, v.total-subjects-raters) / ((n - 1) * (k - 1))
	v.within = max(0, v.total-subjects) / (n * (k - 1))
	return v
}

// forms works out the six. b, j, e and w are the mean squares as Shrout and Fleiss call
// them.
func (v variances) forms() [6]ICC {
	n, k, b, j, e, w := v.n, v.k, v.subjects, v.raters, v.rest, v.within
	df, dfWithin, dfRest := n-1, n*(k-1), (n-1)*(k-1)
	two := (b - e) / (b + (k-1)*e + k*(j-e)/n)
	oneF, threeF := b/w, b/e
	one := bounds(oneF, df, dfWithin)
	three := bounds(threeF, df, dfRest)
	single := func(f float64) float64 { return 1 - k/(f+k-1) } // 1 where f is infinite: raters who agree
	mean := func(f float64) float64 { return 1 - 1/f }
	average := func(r float64) float64 {
		if 1+r*(k-1) <= 0 { // the mean of raters has no bound below where one may lie so low
			return math.NaN()
		}
		return r * k / (1 + r*(k-1))
	}
	twoCI := v.absolute(two)
	out := [6]ICC{
		{Form: "ICC(1,1)", Model: "one_way", R: single(oneF), CI: mapped(one, single)},
		{Form: "ICC(2,1)", Model: "absolute", R: two, CI: twoCI},
		{Form: "ICC(3,1)", Model: "consistency", R: single(threeF), CI: mapped(three, single)},
		{Form: "ICC(1,k)", Model: "one_way_mean", R: mean(oneF), CI: mapped(one, mean)},
		{Form: "ICC(2,k)", Model: "absolute_mean", R: (b - e) / (b + (j-e)/n), CI: mapped(twoCI, average)},
		{Form: "ICC(3,k)", Model: "consistency_mean", R: mean(threeF), CI: mapped(three, mean)},
	}
	for i := range out {
		out[i].F, out[i].DF = threeF, [2]float64{df, dfRest}
		if i%3 == 0 {
			out[i].F, out[i].DF = oneF, [2]float64{df, dfWithin}
		}
		if !math.IsInf(out[i].F, 1) {
			// The other tail of the other way round: 1 - CDF would lose the digits of a tiny P.
			out[i].P = distuv.F{D1: out[i].DF[1], D2: out[i].DF[0]}.CDF(1 / out[i].F)
		}
	}
	return out
}

// bounds is the interval of a ratio of mean squares.
func bounds(f, df1, df2 float64) Interval {
	return Interval{f / fQuantile(df1, df2), f * fQuantile(df2, df1)}
}

// fQuantile is the 0.975 quantile of the F distribution.
func fQuantile(df1, df2 float64) float64 { return distuv.F{D1: df1, D2: df2}.Quantile(0.975) }

// mapped is an interval on another scale, of a function that grows.
func mapped(i Interval, f func(float64) float64) Interval { return Interval{f(i.Lo), f(i.Hi)} }

// absolute is the interval of ICC(2,1), with Satterthwaite's degrees of freedom.
func (v variances) absolute(r float64) Interval {
	n, k, b, j, e := v.n, v.k, v.subjects, v.raters, v.rest
	if e == 0 {
		return none()
	}
	f := j / e
	half := n*(1+(k-1)*r) - k*r
	nu := (n - 1) * (k - 1) * math.Pow(k*r*f+half, 2) / ((n-1)*k*k*r*r*f*f + half*half)
	up, down := fQuantile(n-1, nu), fQuantile(nu, n-1)
	rest := k*j + (k*n-k-n)*e
	return Interval{n * (b - up*e) / (up*rest + n*b), n * (down*b - e) / (rest + n*down*b)}
}
