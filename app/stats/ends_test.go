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
