package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Raters who give every subject the same tell no subject from another, whatever rounding
// leaves of the sums.
func TestRatersWhoTellNoSubjectApart(t *testing.T) {
	for _, c := range []struct {
		name string
		row  []float64
		want Why
	}{
		{"two", []float64{0.1, 0.1}, Constant},
		{"three", []float64{23.976, 23.976, 23.976}, Constant},
		{"three that differ", []float64{23.976, 24.1, 23.3}, Constant},
		{"of large values", []float64{1e6 + 0.1, 1e6 + 0.1, 1e6 + 0.1, 1e6 + 0.1}, Constant},
	} {
		var ratings [][]float64
		for range 7 {
			ratings = append(ratings, c.row)
		}
		if all := Intraclass(ratings); all.Why != c.want || all.Forms[0].R != 0 {
			t.Errorf("%s: %q, %+v", c.name, all.Why, all.Forms)
		}
	}
	alike := [][]float64{{1, 1, 1}, {2, 2, 2}, {4, 4, 4}}
	if all := Intraclass(alike); all.Why != "" || all.Forms[1].R != 1 {
		t.Errorf("raters who agree: %+v", all)
	}
}

// Of few subjects an interval of ICC(2,1) may reach so low that the mean of raters has no
// lower bound; where there is one, the value lies above it.
func TestBoundsOfTheMeanOfRaters(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	unbounded := 0
	for range 300 {
		var ratings [][]float64
		for range 5 {
			subject := r.NormFloat64()
			ratings = append(ratings, []float64{subject + r.NormFloat64(), subject + r.NormFloat64()})
		}
		for _, f := range Intraclass(ratings).Forms {
			if math.IsNaN(f.CI.Lo) && f.Form == "ICC(2,k)" {
				unbounded++
			} else if !(f.CI.Lo <= f.R && f.R <= f.CI.Hi) {
				t.Errorf("%s is %g, from %g to %g", f.Form, f.R, f.CI.Lo, f.CI.Hi)
			}
		}
	}
	if unbounded == 0 {
		t.Error("none was without a lower bound")
	}
}
