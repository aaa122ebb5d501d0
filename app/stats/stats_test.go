package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

var nan = math.NaN()

// What cannot be worked out is NaN and says why.
func TestUndefined(t *testing.T) {
	few, flat := []float64{1}, []float64{2, 2, 2, 2}
	shifted := []float64{3, 3, 3, 3}
	rising := []float64{1, 2, 3, 4}
	for _, tt := range []struct {
		name string
		got  float64
		why  Why
		want Why
	}{
		{"t of one", PairedT(few, few).P, PairedT(few, few).Why, TooFew},
		{"t of none defined", PairedT([]float64{nan, 1}, []float64{1, nan}).P, PairedT([]float64{nan}, few).Why, TooFew},
		{"t of the same", PairedT(rising, rising).P, PairedT(rising, rising).Why, NoDifference},
		{"t of a shift", PairedT(flat, shifted).P, PairedT(flat, shifted).Why, Constant},
		{"Wilcoxon of the same", Wilcoxon(rising, rising).P, Wilcoxon(rising, rising).Why, NoDifference},
		{"Wilcoxon of none", Wilcoxon(nil, nil).P, Wilcoxon(nil, nil).Why, TooFew},
		{"signs of the same", SignTest(flat, flat).P, SignTest(flat, flat).Why, NoDifference},
		{"r of a constant", Pearson(flat, rising).R, Pearson(flat, rising).Why, Constant},
		{"rho of a constant", Spearman(rising, flat).R, Spearman(rising, flat).Why, Constant},
		{"r of two", Pearson(rising[:2], rising[:2]).R, Pearson(rising[:2], rising[:2]).Why, TooFew},
		{"Lin of constants", Lin(flat, shifted).R, Lin(flat, shifted).Why, Constant},
		{"limits of one", BlandAltman(few, few, Difference).SD, BlandAltman(few, few, Difference).Why, TooFew},
		{"ratio to nothing", BlandAltman([]float64{0, 1}, rising[:2], Ratio).SD, BlandAltman([]float64{0, 1}, rising[:2], Ratio).Why, NotPositive},
		{"limits of one subject", BlandAltmanRepeated(rising, flat, []int{1, 1, 1, 1}, Difference).SD, BlandAltmanRepeated(rising, flat, []int{1, 1, 1, 1}, Difference).Why, TooFew},
		{"no repeats", Repeat(rising, []int{0, 1, 2, 3}).WithinSD.Value, Repeat(rising, []int{0, 1, 2, 3}).Why, TooFew},
		{"AUC of one class", DeLong(rising, []bool{true, true, true, true}).Value, DeLong(rising, []bool{true, true, true, true}).Why, OneClass},
	} {
		if !math.IsNaN(tt.got) || tt.why != tt.want {
			t.Errorf("%s: %v because %q, want NaN because %q", tt.name, tt.got, tt.why, tt.want)
		}
	}
	if got := Intraclass([][]float64{{1, nan}, {2, 3}}); got.Why != TooFew || got.Dropped != 1 {
		t.Errorf("one whole row: %+v", got)
	}
	if _, why := (Bootstrap{}).Interval(4, func([]int) float64 { return 1 }); why != Constant {
		t.Errorf("a statistic that never changes: %q", why)
	}
}

// With four pairs no two-sided P of Wilcoxon is below 1/8.
func TestWilcoxonOfFour(t *testing.T) {
	if got := Wilcoxon([]float64{2, 4, 6, 8}, []float64{1, 2, 3, 4}); got.P != 0.125 || !got.Exact {
		t.Errorf("%+v", got)
	}
}

// Differences that rounding alone tells apart share their rank.
func TestWilcoxonTiesOfRounding(t *testing.T) {
	a, b := []float64{0.3, 0.4, 0.9, 0.2}, []float64{0.2, 0.3, 0.8, 0.3} // all differ by 0.1
	if got := Wilcoxon(a, b); got.Statistic != 2.5 {
		t.Errorf("W = %v, want 2.5: three ranks against one, all of them 2.5", got.Statistic)
	}
}

// Beyond what is exact the normal approximation goes on from it.
func TestWilcoxonApproximation(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var a, b []float64
	for range exactWilcoxon + 1 {
		a, b = append(a, r.NormFloat64()+0.1), append(b, r.NormFloat64())
	}
	exact, approximate := Wilcoxon(a[1:], b[1:]), Wilcoxon(a, b)
	if approximate.Exact || !exact.Exact || math.Abs(exact.P-approximate.P) > 0.05 {
		t.Errorf("exact %v, approximate %v", exact, approximate)
	}
}

// Lin's example of the definition: 2 s_xy / (s_x^2 + s_y^2 + (mean x - mean y)^2).
func TestLin(t *testing.T) {
	x, y := []float64{1, 2, 3, 4, 5}, []float64{1.5, 2, 3.5, 4, 6}
	// Moments over n: s_x^2 = 2, s_y^2 = 2.54, s_xy = 2.2, means 3 and 3.4.
	if got, want := Lin(x, y).R, 2*2.2/(2+2.54+0.16); math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, want %v", got, want)
	}
	if got := Lin(x, x); got.R != 1 {
		t.Errorf("of itself: %v", got.R)
	}
	if got := Lin(x, y); !(got.CI.Lo < got.R && got.R < got.CI.Hi && got.CI.Hi < 1) {
		t.Errorf("interval %v of %v", got.CI, got.R)
	}
}

// The areas' standard error is that of the definition, pair by pair.
func TestDeLongByPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var a, b []float64
	var positive []bool
	for i := range 60 {
		p := i%3 == 0
		v := 0.0
		if p {
			v = 1
		}
		a = append(a, math.Round(10*(r.NormFloat64()+v))/10)
		b = append(b, math.Round(10*(r.NormFloat64()+0.5*v))/10)
		positive = append(positive, p)
	}
	got := DeLong(a, positive)
	value, se := byPairs(a, positive)
	if math.Abs(got.Value-value) > 1e-12 || math.Abs(got.SE-se) > 1e-12 {
		t.Errorf("%v +- %v, by pairs %v +- %v", got.Value, got.SE, value, se)
	}
	c := CompareAUC(a, b, positive)
	if math.Abs(c.Effect-(got.Value-DeLong(b, positive).Value)) > 1e-12 || !(c.P > 0 && c.P < 1) {
		t.Errorf("%+v", c)
	}
	if c := CompareAUC(a, a, positive); c.Why != NoDifference {
		t.Errorf("a score against itself: %+v", c)
	}
}

// byPairs is the area and its standard error as DeLong, DeLong and Clarke-Pearson write
// them: every positive against every negative.
func byPairs(score []float64, positive []bool) (area, se float64) {
	ofX, ofY := map[int]float64{}, map[int]float64{}
	m, n := 0.0, 0.0
	for _, p := range positive {
		if p {
			m++
		} else {
			n++
		}
	}
	for i, x := range score {
		for j, y := range score {
			if !positive[i] || positive[j] {
				continue
			}
			psi := 0.0
			if x > y {
				psi = 1
			} else if x == y {
				psi = 0.5
			}
			ofX[i] += psi / n
			ofY[j] += psi / m
			area += psi / (m * n)
		}
	}
	vx, vy := 0.0, 0.0
	for _, v := range ofX {
		vx += (v - area) * (v - area) / (m - 1)
	}
	for _, v := range ofY {
		vy += (v - area) * (v - area) / (n - 1)
	}
	return area, math.Sqrt(vx/m + vy/n)
}

// Of 95 % intervals 95 % hold the limit they are of.
func TestLimitsCover(t *testing.T) {
	const runs = 500
	r := rand.New(rand.NewPCG(4, 4))
	truth := 2 + limitZ*3
	plain, repeated := 0, 0
	between, inside := 2.4, 1.8 // SDs that make 3
	for range runs {
		var d, e []float64
		var of []int
		for i := range 12 {
			d = append(d, 2+3*r.NormFloat64())
			own := between * r.NormFloat64()
			for range 2 + i%4 {
				e, of = append(e, 2+own+inside*r.NormFloat64()), append(of, i)
			}
		}
		if l := BlandAltman(make([]float64, len(d)), d, Difference).Upper.CI; l.Lo <= truth && truth <= l.Hi {
			plain++
		}
		if l := BlandAltmanRepeated(make([]float64, len(e)), e, of, Difference).Upper.CI; l.Lo <= truth && truth <= l.Hi {
			repeated++
		}
	}
	se := math.Sqrt(0.95 * 0.05 / runs)
	if got := float64(plain) / runs; math.Abs(got-0.95) > 4*se {
		t.Errorf("exact intervals hold the limit in %.3f of the runs", got)
	}
	if got := float64(repeated) / runs; got < 0.92 || got > 0.98 {
		t.Errorf("intervals of repeated pairs hold the limit in %.3f of the runs", got)
	}
}

// With groups of one size the components are those of the balanced analysis.
func TestRepeatedByHand(t *testing.T) {
	// Three subjects, two pairs each: means 2, 5, 5; about them 1, 1; 1, 1; 3, 3.
	d := []float64{1, 3, 4, 6, 2, 8}
	got := BlandAltmanRepeated(make([]float64, 6), d, []int{7, 7, 1, 1, 4, 4}, Difference)
	within := 22.0 / 3               // (1+1+1+1+9+9) / (6-3)
	between := 2 * (4.0 + 1 + 1) / 2 // 2 ((2-4)^2 + (5-4)^2 + (5-4)^2) / (3-1)
	sd := math.Sqrt(within + max(0, (between-within)/2))
	if math.Abs(got.SD-sd) > 1e-12 || got.Bias.Value != 4 || got.Subjects != 3 || got.N != 6 {
		t.Errorf("SD %v, bias %v, of %d subjects; want %v, 4, of 3", got.SD, got.Bias.Value, got.Subjects, sd)
	}
	if rc := Repeat(d, []int{7, 7, 1, 1, 4, 4}); math.Abs(rc.Coefficient.Value-1.96*math.Sqrt(2*within)) > 1e-12 {
		t.Errorf("repeatability coefficient %v", rc.Coefficient.Value)
	}
}

// The forms of one and the same pair of vectors.
func TestForms(t *testing.T) {
	reference, prediction := []float64{10, 20, 40, 80}, []float64{11, 22, 44, 88}
	if a := BlandAltman(reference, prediction, Ratio); math.Abs(a.Bias.Value-1.1) > 1e-12 || math.Abs(a.Upper.Value-1.1) > 1e-9 {
		t.Errorf("ratio: bias %v, upper limit %v, want 1.1 and 1.1", a.Bias.Value, a.Upper.Value)
	}
	if a := BlandAltman(reference, prediction, Percent); math.Abs(a.Bias.Value-100.0/10.5) > 1e-9 {
		t.Errorf("percent: bias %v", a.Bias.Value)
	}
	if a := BlandAltman(reference, prediction, Difference); a.Bias.Value != 3.75 || math.Abs(a.Slope.Slope.Value-1/10.5) > 1e-12 {
		t.Errorf("difference: bias %v, slope %v", a.Bias.Value, a.Slope.Slope.Value)
	}
}

// Without a shift it is Student's distribution.
func TestNoncentralT(t *testing.T) {
	for _, nu := range []float64{1, 3, 30} {
		for _, x := range []float64{-2, 0, 0.5, 4} {
			got, want := newNoncentralT(nu, 0).cdf(x), distuv.StudentsT{Sigma: 1, Nu: nu}.CDF(x)
			if math.Abs(got-want) > 1e-9 {
				t.Errorf("nu %v at %v: %v, want %v", nu, x, got, want)
			}
		}
	}
}

// A score that parts the cases without an error, or with nothing but errors, has an area
// and no interval: DeLong's would be nothing wide.
func TestDeLongOfScoresThatPartTheCases(t *testing.T) {
	positive := []bool{true, true, true, false, false, false}
	for _, tt := range []struct {
		score []float64
		want  float64
	}{{[]float64{9, 8, 7, 3, 2, 1}, 1}, {[]float64{1, 2, 3, 7, 8, 9}, 0}} {
		a := DeLong(tt.score, positive)
		if a.Value != tt.want || a.Why != Perfect || !math.IsNaN(a.SE) || !math.IsNaN(a.CI.Lo) || !math.IsNaN(a.CI.Hi) {
			t.Errorf("%+v", a)
		}
	}
	other := []float64{9, 2, 7, 3, 8, 1}
	if c := CompareAUC([]float64{9, 8, 7, 3, 2, 1}, other, positive); c.Why != "" || !(c.P > 0 && c.P < 1) {
		t.Errorf("beside another: %+v", c)
	}
	if c := CompareAUC([]float64{9, 8, 7, 3, 2, 1}, []float64{6, 5, 4, 3, 2, 1}, positive); c.Why != NoDifference {
		t.Errorf("beside another that does: %+v", c)
	}
}

// The corners of a curve are at every score, ties grouped.
func TestROCOfScores(t *testing.T) {
	got := ROC([]float64{3, 2, 2, 1, math.NaN()}, []bool{true, true, false, false, true})
	want := []ROCPoint{{math.Inf(1), 0, 0}, {3, 0, 0.5}, {2, 0.5, 1}, {1, 1, 1}}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if got = ROC([]float64{1, 2}, []bool{true, true}); got != nil {
		t.Errorf("of one class: %v", got)
	}
}
