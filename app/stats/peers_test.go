package stats

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"opacity/app/testdata"
)

// peers is testdata/peers.json, which testdata/peers.py makes with SciPy, pingouin,
// statsmodels and scikit-learn.
type peers struct {
	Paired []struct {
		A, B              []float64
		T                 peerTest
		Wilcoxon          *peerTest
		Sign              peerTest
		Pearson, Spearman peerTest
		Describe          map[string]float64
		ICC               []peerICC
		Slope             struct{ Slope, P, StdErr float64 }
	}
	Raters []struct {
		Ratings [][]float64
		ICC     []peerICC
	}
	Carkeet []struct {
		N         int
		Near, Far float64
	}
	AUC []struct {
		Score    []float64
		Positive []bool
		AUC      float64
	}
	BCA []struct {
		X  []float64
		CI [2]float64
	}
	Holm struct{ P, Corrected []float64 }
}

type peerTest struct {
	Statistic, P, DF, R float64
	CI                  [2]float64
}

type peerICC struct {
	Form    string
	R, F, P float64
	CI      [2]float64
}

func readPeers(t *testing.T) peers {
	t.Helper()
	var p peers
	testdata.JSON(t, "peers.json", &p)
	return p
}

// near fails where a number is further from the peer's than 1e-6 of it.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	within(t, what, got, want, 1e-6*max(1e-3, math.Abs(want)))
}

func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, the peer says %v", what, got, want)
	}
}

func nearInterval(t *testing.T, what string, got Interval, want [2]float64) {
	t.Helper()
	near(t, what+", lower", got.Lo, want[0])
	near(t, what+", upper", got.Hi, want[1])
}

func TestPairedAsPeers(t *testing.T) {
	for i, p := range readPeers(t).Paired {
		t.Run(fmt.Sprint(i, " of ", len(p.A)), func(t *testing.T) {
			got := PairedT(p.A, p.B)
			near(t, "t", got.Statistic, p.T.Statistic)
			near(t, "P of t", got.P, p.T.P)
			nearInterval(t, "mean difference", got.CI, p.T.CI)
			if p.Wilcoxon != nil {
				got := Wilcoxon(p.A, p.B)
				near(t, "W", got.Statistic, p.Wilcoxon.Statistic)
				near(t, "P of W", got.P, p.Wilcoxon.P)
			}
			near(t, "P of signs", SignTest(p.A, p.B).P, p.Sign.P)
		})
	}
}

func TestCorrelationAsPeers(t *testing.T) {
	for i, p := range readPeers(t).Paired {
		t.Run(fmt.Sprint(i, " of ", len(p.A)), func(t *testing.T) {
			r := Pearson(p.A, p.B)
			near(t, "r", r.R, p.Pearson.R)
			near(t, "P of r", r.P, p.Pearson.P)
			nearInterval(t, "r", r.CI, p.Pearson.CI)
			rank := Spearman(p.A, p.B)
			near(t, "rho", rank.R, p.Spearman.R)
			if math.Abs(rank.R) < 1 {
				near(t, "P of rho", rank.P, p.Spearman.P)
			}
			line := BlandAltman(p.A, p.B, Difference).Slope
			near(t, "slope", line.Slope.Value, p.Slope.Slope)
			near(t, "P of the slope", line.P, p.Slope.P)
			sameForms(t, pairedRatings(p.A, p.B), p.ICC)
		})
	}
}

func pairedRatings(a, b []float64) [][]float64 {
	var rows [][]float64
	for i := range a {
		rows = append(rows, []float64{a[i], b[i]})
	}
	return rows
}

// sameForms compares the six forms; pingouin rounds intervals to hundredths.
func sameForms(t *testing.T, ratings [][]float64, want []peerICC) {
	t.Helper()
	names := strings.NewReplacer("ICC(A,", "ICC(2,", "ICC(C,", "ICC(3,")
	got := Intraclass(ratings)
	for _, w := range want {
		n := slices.IndexFunc(got.Forms[:], func(g ICC) bool { return g.Form == names.Replace(w.Form) })
		if n < 0 {
			t.Fatalf("no form %s", w.Form)
		}
		g := got.Forms[n]
		near(t, g.Form, g.R, w.R)
		near(t, "F of "+g.Form, g.F, w.F)
		near(t, "P of "+g.Form, g.P, w.P)
		within(t, "lower of "+g.Form, g.CI.Lo, w.CI[0], 0.00501)
		within(t, "upper of "+g.Form, g.CI.Hi, w.CI[1], 0.00501)
	}
}

func TestIntraclassAsPeers(t *testing.T) {
	for i, p := range readPeers(t).Raters {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			if len(p.ICC) != 6 {
				t.Fatalf("%d forms of the peer", len(p.ICC))
			}
			sameForms(t, p.Ratings, p.ICC)
		})
	}
}

func TestDescribeAsPeers(t *testing.T) {
	for _, p := range readPeers(t).Paired {
		s := Describe(append([]float64{math.NaN()}, p.A...))
		if s.N != len(p.A) || s.Undefined != 1 {
			t.Errorf("%d values, %d undefined", s.N, s.Undefined)
		}
		got := map[string]float64{"mean": s.Mean, "sd": s.SD, "min": s.Min, "max": s.Max, "q1": s.Q1, "median": s.Median, "q3": s.Q3}
		for what, want := range p.Describe {
			near(t, what, got[what], want)
		}
	}
}

func TestCarkeetAsPeers(t *testing.T) {
	for _, p := range readPeers(t).Carkeet {
		low, high := carkeet(p.N)
		near(t, fmt.Sprint("nearer bound, n = ", p.N), low, p.Near)
		near(t, fmt.Sprint("further bound, n = ", p.N), high, p.Far)
	}
}

func TestAUCAsPeers(t *testing.T) {
	for _, p := range readPeers(t).AUC {
		near(t, "AUC", DeLong(p.Score, p.Positive).Value, p.AUC)
	}
}

// Two bootstraps draw differently: their ends differ by as much as the draws leave open.
func TestBootstrapAsPeers(t *testing.T) {
	for _, p := range readPeers(t).BCA {
		got, why := Bootstrap{Resamples: 100000, Seed: 1}.Interval(len(p.X), func(cases []int) float64 {
			sum := 0.0
			for _, i := range cases {
				sum += p.X[i]
			}
			return sum / float64(len(cases))
		})
		width := p.CI[1] - p.CI[0]
		if why != "" {
			t.Fatal(why)
		}
		within(t, "lower", got.Lo, p.CI[0], 0.02*width)
		within(t, "upper", got.Hi, p.CI[1], 0.02*width)
	}
}

func TestHolmAsPeers(t *testing.T) {
	p := readPeers(t).Holm
	for i, got := range Holm(p.P) {
		near(t, "corrected", got, p.Corrected[i])
	}
}
