package mask

import "context"

// Fetched is deltas that were read back for a History ahead of time.
type Fetched struct {
	From, To int             // how many steps are applied before and after those that it reaches
	deltas   map[int64]Delta // by the archive's ref
}

// Fetch returns what reads the deltas back that going to n steps needs; nil where
// all of them are in memory, or where there is no such step. It waits for the
// archive, may be called on another goroutine, and reads no more at a time than the
// memory budget: To says how far that leads, the error why no farther. What it
// read is for Lend.
func (h *History) Fetch(n int) func(ctx context.Context) (Fetched, error) {
	if n < 0 || n > len(h.steps) {
		return nil
	}
	refs, away := map[int]int64{}, false
	for i := min(h.next, n); i < max(h.next, n); i++ {
		if h.steps[i].away() {
			refs[i], away = h.refs[i], true
		}
	}
	if !away {
		return nil
	}
	from, archive, budget := h.next, h.archive, h.budget
	return func(ctx context.Context) (Fetched, error) {
		f := Fetched{From: from, To: from, deltas: map[int64]Delta{}}
		for bytes := 0; f.To != n && bytes <= budget; {
			if err := ctx.Err(); err != nil {
				return f, err
			}
			i, to := f.To, f.To+1
			if n < f.To {
				i, to = f.To-1, f.To-1
			}
			if ref, there := refs[i]; there {
				d, err := archive.Delta(ref)
				if err != nil {
					return f, err
				}
				f.deltas[ref] = d
				bytes += d.Bytes()
			}
			f.To = to
		}
		return f, nil
	}
}

// FetchSteps is Fetch for the deltas of some steps, in their order; it goes nowhere.
func (h *History) FetchSteps(of []int) func(ctx context.Context) (Fetched, error) {
	var refs []int64
	for _, i := range of {
		if h.steps[i].away() {
			refs = append(refs, h.refs[i])
		}
	}
	if refs == nil {
		return nil
	}
	archive, budget := h.archive, h.budget
	return func(ctx context.Context) (Fetched, error) {
		f, bytes := Fetched{deltas: map[int64]Delta{}}, 0
		for _, ref := range refs {
			if err := ctx.Err(); err != nil || bytes > budget {
				return f, err
			}
			d, err := archive.Delta(ref)
			if err != nil {
				return f, err
			}
			f.deltas[ref] = d
			bytes += d.Bytes()
		}
		return f, nil
	}
}

// Lend makes Go and Delta take what was fetched in place of reading it; the zero
// Fetched ends that.
func (h *History) Lend(f Fetched) { h.lent = f.deltas }

// Here reports whether the delta of step i is in memory, or lent.
func (h *History) Here(i int) bool {
	if !h.steps[i].away() {
		return true
	}
	_, there := h.lent[h.refs[i]]
	return there
}
