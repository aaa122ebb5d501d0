package review

// Next returns the slice that follows slice k in the queue, leaving out those
// that skip (which may be nil) is true for; ok is false at its end. From a slice
// that is not in the queue, as -1, it is the first.
func (q Queue) Next(k int, skip func(k int) bool) (next int, ok bool) {
	return q.walk(q.place(k), +1, skip)
}

// Previous returns the slice before slice k in the queue; ok is false at its
// beginning.
func (q Queue) Previous(k int, skip func(k int) bool) (previous int, ok bool) {
	return q.walk(q.place(k), -1, skip)
}

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

func (q Queue) place(k int) int {
	for n, i := range q.Items {
		if i.K == k {
			return n
		}
	}
	return -1
}

func (q Queue) walk(from, step int, skip func(int) bool) (int, bool) {
	for n := from + step; n >= 0 && n < len(q.Items); n += step {
		if k := q.Items[n].K; skip == nil || !skip(k) {
			return k, true
		}
	}
	return 0, false
}
