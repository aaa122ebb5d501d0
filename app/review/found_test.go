package review_test

import (
	"math"
	"testing"

	"opacity/app/review"
)

func TestFound(t *testing.T) {
	wrong := []int{0, 1, 4, 0, 3, 2, 0, 0, 0, 0} // 10 in all
	tests := []struct {
		name  string
		order []int
		wrong []int
		want  []float64 // after 10, 20, 30 and 100 %
	}{
		{"the best order", []int{2, 4, 5, 1, 0, 3, 6, 7, 8, 9}, wrong, []float64{0.4, 0.7, 0.9, 1}},
		{"slice order", []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, wrong, []float64{0, 0.1, 0.5, 1}},
		{"the worst order", []int{9, 8, 7, 6, 0, 3, 1, 5, 4, 2}, wrong, []float64{0, 0, 0, 1}},
		{"shares of few slices round up", []int{2, 1, 0}, []int{0, 1, 3}, []float64{0.75, 0.75, 0.75, 1}},
		{"an order that ends early", []int{2}, wrong, []float64{0.4, 0.4, 0.4, 0.4}},
		{"twice and not there", []int{2, 2, 77, -1, 4}, wrong, []float64{0.4, 0.4, 0.4, 0.7}},
		{"nothing is wrong", []int{0, 1}, []int{0, 0}, nil},
		{"no slices", nil, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { alike(t, review.Found(tt.order, tt.wrong, 0.1, 0.2, 0.3, 1), tt.want, 1e-12) })
	}
}

// In random order a share of the slices finds that share of what is wrong.
func TestFoundAtRandom(t *testing.T) {
	wrong := make([]int, 100)
	for k := range wrong {
		wrong[k] = k % 7
	}
	got := review.FoundAtRandom(500, wrong, 0.1, 0.2, 0.3, 1)
	alike(t, got, []float64{0.1, 0.2, 0.3, 1}, 0.01)
	alike(t, review.FoundAtRandom(500, wrong, 0.1, 0.2, 0.3, 1), got, 0)
	if review.FoundAtRandom(3, []int{0}, 0.1) != nil {
		t.Error("something was found where nothing is wrong")
	}
}

func alike(t *testing.T, got, want []float64, tolerance float64) {
	t.Helper()
	same := len(got) == len(want)
	for n := range want {
		same = same && math.Abs(got[n]-want[n]) <= tolerance
	}
	if !same {
		t.Errorf("found %v, want %v", got, want)
	}
}
