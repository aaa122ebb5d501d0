package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// components is a one-way analysis of variance of unequally large groups.
type components struct {
	n, total        float64 // groups, values
	mean            float64 // of all values
	between, within float64 // mean squares
	size            float64 // of a group in effect: Bland and Altman's m0
	squares         float64 // sum of squared group sizes
}

// ofGroups analyses values by group; ok is false where there are fewer than two groups
// or no group with two values.
func ofGroups(values []float64, group []int) (c components, ok bool) {
	sum, count := map[int]float64{}, map[int]float64{}
	for i, v := range values {
		sum[group[i]] += v
		count[group[i]]++
		c.mean += v
	}
	c.n, c.total = float64(len(count)), float64(len(values))
	if c.n < 2 || c.total <= c.n {
		return c, false
	}
	c.mean /= c.total
	counted := map[int]bool{}
	for i, v := range values {
		g := group[i]
		of := sum[g] / count[g]
		c.within += (v - of) * (v - of)
		if !counted[g] {
			counted[g] = true
			c.between += count[g] * (of - c.mean) * (of - c.mean)
			c.squares += count[g] * count[g]
		}
	}
	c.between /= c.n - 1
	c.within /= c.total - c.n
	c.size = (c.total*c.total - c.squares) / ((c.n - 1) * c.total)
	return c, true
}

// BlandAltmanRepeated is the analysis of several pairs of a subject whose true value
// may differ between them, as slices of a patient do: components of variance (Bland and
// Altman 2007, J Biopharm Stat 17:571). subject[i] is whose pair i is. The bias is the
// mean of all pairs. Intervals of the limits follow Zou (2013, Stat Methods Med Res
// 22:630), which are approximate and exact for no number of subjects. The slope has
// neither interval nor P.
func BlandAltmanRepeated(reference, prediction []float64, subject []int, form Form) Agreement {
	a := Agreement{Form: form, Repeated: true}
	a.Points, a.BothZero, a.Why = points(reference, prediction, form)
	var d []float64
	var of []int
	for _, p := range a.Points {
		d, of = append(d, p.scaled(form)), append(of, subject[p.Index])
	}
	a.N = len(d)
	c, ok := ofGroups(d, of)
	a.Subjects = int(c.n)
	if a.Why == "" && !ok {
		a.Why = TooFew
	}
	if a.Why != "" {
		return a.undefined()
	}
	subjects := max(0, (c.between-c.within)/c.size)
	variance := subjects + c.within
	a.SD = math.Sqrt(variance)
	se := math.Sqrt(subjects*c.squares/(c.total*c.total) + c.within/c.total)
	half := distuv.StudentsT{Sigma: 1, Nu: c.n - 1}.Quantile(0.975) * se
	a.Bias = Limit{c.mean, Interval{c.mean - half, c.mean + half}}
	near, far := c.zou(variance, half)
	a.Upper = Limit{c.mean + limitZ*a.SD, Interval{c.mean + limitZ*a.SD - near, c.mean + limitZ*a.SD + far}}
	a.Lower = Limit{c.mean - limitZ*a.SD, Interval{c.mean - limitZ*a.SD - far, c.mean - limitZ*a.SD + near}}
	a.Slope = slope(reference, prediction, a.Points, form)
	a.Slope.Slope.CI, a.Slope.P = none(), math.NaN() // which would take pairs of one subject for independent
	return a.back()
}

// zou is how far the interval of a limit reaches towards the bias and away from it:
// the intervals of the bias and of the two mean squares, put together by the method of
// variance estimates recovery.
func (c components) zou(variance, half float64) (near, far float64) {
	a, b := c.between/c.size, (1-1/c.size)*c.within
	lowA, highA := chiBounds(c.n - 1)
	lowB, highB := chiBounds(c.total - c.n)
	least := max(0, variance-math.Hypot(a*(1-lowA), b*(1-lowB)))
	most := variance + math.Hypot(a*(highA-1), b*(highB-1))
	sd := math.Sqrt(variance)
	return math.Hypot(half, limitZ*(sd-math.Sqrt(least))), math.Hypot(half, limitZ*(math.Sqrt(most)-sd))
}

// chiBounds is the 95 % interval of a variance with df degrees of freedom, as factors
// of its estimate.
func chiBounds(df float64) (lo, hi float64) {
	chi := distuv.ChiSquared{K: df}
	return df / chi.Quantile(0.975), df / chi.Quantile(0.025)
}

// Repeatability is how far two measurements of one subject by one reader may differ.
type Repeatability struct {
	N, Subjects int
	WithinSD    Limit
	Coefficient Limit // 1.96 sqrt(2) times the SD within subjects (Bland and Altman 1986)
	Why         Why
}

// Repeat works the repeatability coefficient out of values by subject; NaN is left out.
func Repeat(values []float64, subject []int) Repeatability {
	var x []float64
	var of []int
	for i, v := range values {
		if !math.IsNaN(v) {
			x, of = append(x, v), append(of, subject[i])
		}
	}
	c, ok := ofGroups(x, of)
	r := Repeatability{N: len(x), Subjects: int(c.n)}
	if !ok {
		r.Why = TooFew
		r.WithinSD = Limit{math.NaN(), none()}
		r.Coefficient = r.WithinSD
		return r
	}
	sd := math.Sqrt(c.within)
	lo, hi := chiBounds(c.total - c.n)
	r.WithinSD = Limit{sd, Interval{sd * math.Sqrt(lo), sd * math.Sqrt(hi)}}
	factor := limitZ * math.Sqrt2
	r.Coefficient = Limit{factor * sd, mapped(r.WithinSD.CI, func(sd float64) float64 { return factor * sd })}
	return r
}
