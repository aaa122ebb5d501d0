package stats

import "testing"

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
