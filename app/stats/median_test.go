package stats

import (
	"math"
	"testing"
)

// The ranks of the tables of the binomial distribution.
func TestMedianInterval(t *testing.T) {
	for _, tt := range []struct{ n, from, to int }{{6, 1, 6}, {8, 1, 8}, {9, 2, 8}, {10, 2, 9}, {20, 6, 15}, {50, 18, 33}, {100, 40, 61}} {
		values := []float64{math.NaN()}
		for i := range tt.n {
			values = append(values, float64(tt.n-i))
		}
		got, why := MedianInterval(values)
		if why != "" || got != (Interval{float64(tt.from), float64(tt.to)}) {
			t.Errorf("%d values: %+v %s", tt.n, got, why)
		}
	}
	if got, why := MedianInterval([]float64{1, 2, 3, 4, 5}); why != TooFew || !math.IsNaN(got.Lo) {
		t.Errorf("five values: %+v %s", got, why)
	}
}

// A value that is worse than any number has the last rank, whatever the other one is.
func TestInfiniteValuesAreRankedLast(t *testing.T) {
	inf := math.Inf(1)
	a, b := []float64{3, inf, inf, 5, 9, inf}, []float64{2, 7, 1, 6, 4, inf}
	// differences 1, inf, inf, -1, 5 and one that is none
	far, farther := []float64{3, 1007, 1001, 5, 9, 1}, []float64{2, 7, 1, 6, 4, 1}
	got, want := Wilcoxon(a, b), Wilcoxon(far, farther)
	if got.N != 5 || got.Dropped != 1 || got.P != want.P || got.Statistic != want.Statistic {
		t.Errorf("%+v, not as %+v", got, want)
	}
	if s := SignTest(a, b); s.N != 5 || s.Statistic != 1 || s.Why != "" {
		t.Errorf("%+v", s)
	}
	if m := Quantile([]float64{1, 2, inf}, 0.5); m != 2 {
		t.Errorf("median %v", m)
	}
}

// A score that never changes is no score to be tested against.
func TestConstantScore(t *testing.T) {
	positive := []bool{true, true, true, false, false}
	constant, score := []float64{3, 3, 3, 3, 3}, []float64{5, 4, 1, 2, 1}
	if a := DeLong(constant, positive); a.Why != Constant || a.Value != 0.5 || !math.IsNaN(a.SE) {
		t.Errorf("%+v", a)
	}
	for _, test := range []Test{CompareAUC(constant, score, positive), CompareAUC(score, constant, positive)} {
		if test.Why != Constant || !math.IsNaN(test.P) {
			t.Errorf("%+v", test)
		}
	}
}
