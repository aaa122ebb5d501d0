package review

import "slices"

// Order returns the slices as the queue has them.
func (q Queue) Order() []int {
	order := make([]int, len(q.Items))
	for n, i := range q.Items {
		order[n] = i.K
	}
	return order
}

// BySlice returns the items in the order of the slices, for a strip along a slider.
func (q Queue) BySlice() []Item {
	out := make([]Item, len(q.Items))
	for _, i := range q.Items {
		out[i.K] = i
	}
	return out
}

// Worst returns the first slices of the queue, as few as hold a share 0..1 of all
// that is wrong, estimated; none where nothing is in doubt.
func (q Queue) Worst(share float64) []int {
	all, sum := 0.0, 0.0
	for _, i := range q.Items {
		all += i.Pixels
	}
	var worst []int
	for _, i := range q.Items {
		if sum >= share*all {
			break
		}
		sum += i.Pixels
		worst = append(worst, i.K)
	}
	return worst
}

// Walk is a way through a queue that may be ranked anew on the way, as slices are
// corrected: on it goes to the most doubtful slice where it has not been, and
// back to where it came from. The zero Walk is at the beginning.
type Walk struct {
	trail []int // slices, in the order they were come to
	at    int   // how many of them lie behind, the one it is at included
}

// Next goes to the slice that follows, leaving out those that skip (which may be
// nil) is true for; ok is false, and nothing moves, where there is none.
func (w *Walk) Next(q Queue, skip func(k int) bool) (k int, ok bool) {
	for n := w.at; n < len(w.trail); n++ {
		if skip == nil || !skip(w.trail[n]) {
			w.at = n + 1
			return w.trail[n], true
		}
	}
	for _, i := range q.Items {
		if !slices.Contains(w.trail, i.K) && (skip == nil || !skip(i.K)) {
			w.trail = append(w.trail, i.K)
			w.at = len(w.trail)
			return i.K, true
		}
	}
	return 0, false
}

// Previous goes back to the slice before, leaving out those that skip is true
// for; ok is false, and nothing moves, at the beginning.
func (w *Walk) Previous(skip func(k int) bool) (k int, ok bool) {
	for n := w.at - 2; n >= 0; n-- {
		if skip == nil || !skip(w.trail[n]) {
			w.at = n + 1
			return w.trail[n], true
		}
	}
	return 0, false
}
