package stats

import (
	"math"
	"testing"
)

// What agrees without fault, or tells no subject from another, has no infinite numbers
// in it but F.
func TestIntraclassAtItsEnds(t *testing.T) {
	for _, tt := range []struct {
		name    string
		ratings [][]float64
		why     Why
		r       [6]float64
	}{
		{"agreeing", [][]float64{{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}}, "", [6]float64{1, 1, 1, 1, 1, 1}},
		// pingouin's, one rater above the other by 1.
		{"consistent", [][]float64{{1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}}, "", [6]float64{9. / 11, 5. / 6, 1, 0.9, 10. / 11, 1}},
		{"subjects alike", [][]float64{{1, 2}, {1, 2}, {1, 2}}, Constant, [6]float64{}},
		{"means alike", [][]float64{{1, 2}, {2, 1}, {1.5, 1.5}}, Constant, [6]float64{}},
	} {
		got := Intraclass(tt.ratings)
		if got.Why != tt.why {
			t.Errorf("%s: %q", tt.name, got.Why)
		}
		for i, f := range got.Forms {
			if !(math.Abs(f.R-tt.r[i]) < 1e-12) || math.IsNaN(f.P) {
				t.Errorf("%s, %s: %v with P %v, want %v", tt.name, f.Form, f.R, f.P, tt.r[i])
			}
		}
	}
}

func TestQuantileOfNoShare(t *testing.T) {
	for _, p := range []float64{math.NaN(), -0.1, 1.1} {
		if got := Quantile([]float64{1, 2}, p); !math.IsNaN(got) {
			t.Errorf("%v: %v", p, got)
		}
	}
}

// The slope over several pairs of a subject is told, not tested.
func TestRepeatedSlopeIsNotTested(t *testing.T) {
	reference, prediction := []float64{10, 20, 40, 80, 30, 50}, []float64{11, 22, 44, 88, 33, 56}
	line := BlandAltmanRepeated(reference, prediction, []int{1, 1, 2, 2, 3, 3}, Difference).Slope
	if math.IsNaN(line.Slope.Value) || !math.IsNaN(line.P) || !math.IsNaN(line.Slope.CI.Lo) {
		t.Errorf("%+v", line)
	}
}

// Where one of the two is the same in every case, what is left of the other makes a line
// of slope 2 and a correlation of 0, whatever it is: nothing is told of it.
func TestOneThatIsConstantAgreesWithNothing(t *testing.T) {
	same, other := []float64{50, 50, 50, 50, 50, 50}, []float64{48, 53, 61, 44, 50.5, 57}
	ratings := make([][]float64, len(same))
	subject := make([]int, len(same))
	for i := range same {
		ratings[i], subject[i] = []float64{same[i], other[i]}, i/2
	}
	for n, pair := range [][2][]float64{{same, other}, {other, same}} {
		for _, form := range []Form{Difference, Percent, Ratio} {
			for _, a := range []Agreement{BlandAltman(pair[0], pair[1], form), BlandAltmanRepeated(pair[0], pair[1], subject, form)} {
				if l := a.Slope; a.Why != "" || !math.IsNaN(l.Slope.Value) || !math.IsNaN(l.P) || !math.IsNaN(l.Intercept) {
					t.Errorf("%d, %s: a trend %+v", n, form, l)
				}
			}
		}
		if c := Lin(pair[0], pair[1]); c.Why != Constant || !math.IsNaN(c.R) {
			t.Errorf("%d: CCC %+v", n, c)
		}
	}
	if i := Intraclass(ratings); i.Why != Constant {
		t.Errorf("ICC %+v", i)
	}
	three := [][]float64{{1, 5, 1.1}, {2, 5, 2.2}, {3, 5, 2.9}} // of three, two still agree
	if i := Intraclass(three); i.Why != "" {
		t.Errorf("three raters: %+v", i)
	}
}
