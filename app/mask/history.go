package mask

import (
	"time"

	"opacity/app/text"
	"opacity/app/volume"
)

// Step is one named change.
type Step struct {
	Name  text.Message
	Time  time.Time
	Delta Delta
	Box   volume.Box // what it touched
}

// History is the named steps that led to a mask. It owns the mask's changes:
// every edit goes through Commit, so that it can be taken back. Not safe for
// concurrent use.
type History struct {
	mask  *Mask
	steps []Step
	next  int // steps[:next] are applied
}

// NewHistory starts an empty history of m.
func NewHistory(m *Mask) *History { return &History{mask: m} }

// Commit applies a delta made on the mask as it is now, as one step, and drops
// the steps that had been undone. An empty delta makes no step; ok says whether
// one was made.
func (h *History) Commit(name text.Message, d Delta) (step Step, ok bool) {
	if d.Empty() {
		return Step{}, false
	}
	h.mask.Apply(d)
	step = Step{Name: name, Time: time.Now(), Delta: d, Box: d.Box(h.mask.size[0])}
	h.steps = append(h.steps[:h.next], step)
	h.next++
	return step, true
}

// Undo takes back the last applied step.
func (h *History) Undo() (Step, bool) {
	if h.next == 0 {
		return Step{}, false
	}
	h.next--
	h.mask.Revert(h.steps[h.next].Delta)
	return h.steps[h.next], true
}

// Redo applies the last undone step again.
func (h *History) Redo() (Step, bool) {
	if h.next == len(h.steps) {
		return Step{}, false
	}
	h.mask.Apply(h.steps[h.next].Delta)
	h.next++
	return h.steps[h.next-1], true
}

// Steps returns all steps, oldest first, and how many of them are applied. The
// slice is the history's own: read only.
func (h *History) Steps() (steps []Step, applied int) { return h.steps, h.next }
