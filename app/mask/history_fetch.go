package mask

import "context"

// Fetched is deltas that were read back for a History ahead of time.
type Fetched struct {
	From, To int // how many steps are applied before and after those that it reaches
	deltas   map[int]Delta
}

// Fetch returns what reads the deltas back that going to n steps needs; nil where
// all of them are in memory, or where there is no such step. It waits for the
// archive, may be called on another goroutine, and reads no more at a time than the
// memory budget: To says how far that leads, the error why no farther. What it
// read is for Lend, until a step is made.
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
		f := Fetched{From: from, To: from, deltas: map[int]Delta{}}
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
				f.deltas[i] = d
				bytes += d.Bytes()
			}
			f.To = to
		}
		return f, nil
	}
}

// Lend makes Go and Delta take what was fetched in place of reading it; the zero
// Fetched ends that. The steps must be those that it was fetched for.
func (h *History) Lend(f Fetched) { h.lent = f.deltas }
