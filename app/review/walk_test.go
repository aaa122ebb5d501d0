package review_test

import (
	"slices"
	"testing"

	"opacity/app/review"
)

func queueOf(ks ...int) (q review.Queue) {
	for n, k := range ks {
		q.Items = append(q.Items, review.Item{K: k, Pixels: float64(len(ks) - n)})
	}
	return q
}

func TestWalk(t *testing.T) {
	q := queueOf(3, 2, 4, 0, 1)
	ticked := map[int]bool{}
	skip := func(k int) bool { return ticked[k] }
	var w review.Walk
	next := func(q review.Queue) func() (int, bool) { return func() (int, bool) { return w.Next(q, skip) } }
	back := func() (int, bool) { return w.Previous(skip) }
	steps := []struct {
		name string
		tick int // a slice, before the step; -1 for none
		step func() (int, bool)
		want int
		ok   bool
	}{
		{"back from the beginning", -1, back, 0, false},
		{"to the most doubtful", -1, next(q), 3, true},
		{"back from the first", -1, back, 0, false},
		{"on", -1, next(q), 2, true},
		{"back", -1, back, 3, true},
		{"on again", -1, next(q), 2, true},
		{"over one that is ticked", 4, next(q), 0, true},
		{"where the queue was ranked anew, to the first that was not met", -1, next(queueOf(0, 1, 3, 4, 2)), 1, true},
		{"at the end", -1, next(q), 0, false},
		{"back along the way", -1, back, 0, true},
		{"back over one that is ticked", 2, back, 3, true},
		{"on over it", -1, next(q), 0, true},
	}
	for _, s := range steps {
		if s.tick >= 0 {
			ticked[s.tick] = true
		}
		if k, ok := s.step(); k != s.want || ok != s.ok {
			t.Errorf("%s: %d, %v, want %d, %v", s.name, k, ok, s.want, s.ok)
		}
	}
}

func TestWorst(t *testing.T) {
	q := queueOf(3, 2, 4, 0) // 4, 3, 2 and 1 pixels
	for _, c := range []struct {
		share float64
		want  []int
	}{{0, nil}, {0.4, []int{3}}, {0.5, []int{3, 2}}, {0.75, []int{3, 2, 4}}, {1, []int{3, 2, 4, 0}}} {
		if got := q.Worst(c.share); !slices.Equal(got, c.want) {
			t.Errorf("%g of what is wrong is on %v, want %v", c.share, got, c.want)
		}
	}
	if got := (review.Queue{Items: []review.Item{{K: 0}, {K: 1}}}).Worst(0.5); len(got) > 0 {
		t.Errorf("where nothing is wrong it is on %v", got)
	}
}

// Of a slice the place with most doubt is told, whatever brings it.
func TestPlace(t *testing.T) {
	lung := box{1, 5, 65, 5, 35, 0, 5}
	patch := box{3, 10, 14, 10, 14, 2, 3}
	unsure := certain(drawn(5, lung, patch), "infection")
	for j := 20; j < 24; j++ {
		for i := 40; i < 48; i++ {
			unsure["infection"][1][j*nx+i] = 100
		}
	}
	tests := []struct {
		name string
		in   review.Input
		k    int
		want [2]int
	}{
		{"a finding on one slice alone", review.Input{Mask: drawn(5, lung, patch)}, 2, [2]int{12, 12}},
		{"probabilities that nearly say so", review.Input{Mask: drawn(5, lung, patch), Probabilities: unsure}, 1, [2]int{43, 22}},
		{"a finding outside the lung", review.Input{Mask: drawn(5, lung, box{3, 66, 70, 10, 12, 4, 5})}, 4, [2]int{68, 11}},
	}
	for _, tt := range tests {
		item := rank(t, tt.in).BySlice()[tt.k]
		if near := max(item.At[0]-tt.want[0], tt.want[0]-item.At[0], item.At[1]-tt.want[1], tt.want[1]-item.At[1]) <= 1; !item.Placed || !near {
			t.Errorf("%s: at %v, want %v", tt.name, item.At, tt.want)
		}
	}
	if item := rank(t, review.Input{Mask: drawn(5)}).Items[0]; item.Placed {
		t.Errorf("of an empty mask: %v", item.At)
	}
}
