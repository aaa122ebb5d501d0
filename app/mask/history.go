package mask

import (
	"errors"
	"fmt"

	"opacity/app/volume"
)

// HistoryBudget is how many bytes of deltas a history holds in memory, unless
// told otherwise: more than a thousand ordinary strokes.
const HistoryBudget = 64 << 20

// ErrNoStep says that there is nothing to undo or redo.
var ErrNoStep = errors.New("mask: no such step")

// History is the named steps that led to a mask. It owns the mask's changes:
// every edit goes through it, so that it can be taken back. Deltas beyond the
// memory budget are dropped, the oldest first, and read back from the archive;
// what no archive holds is never dropped. Not safe for concurrent use.
type History struct {
	// Told, where it is set, hears when the archive fails and, with nil, when it
	// has caught up again. A failing archive never stops editing: every step it
	// missed stays in memory and is handed to it at the next change or Retry.
	Told func(err error)
	// Sign, where it is set, fills in who made a step and with what.
	Sign func(*Step)

	mask   *Mask
	steps  []Step
	next   int // steps[:next] are applied
	budget int
	held   int             // bytes of the deltas in memory
	oldest int             // no step before it has its delta in memory
	lent   map[int64]Delta // by the archive's ref: see Lend

	archive Archive
	refs    []int64 // of the steps that the archive has, the first of steps
	at      int     // how many steps the archive thinks are applied
	failure error   // of the archive, nil while it works
}

// NewHistory starts an empty history of m.
func NewHistory(m *Mask) *History { return &History{mask: m, budget: HistoryBudget} }

// Resume goes on with a history that an archive holds. The mask is as it is
// after the first applied steps.
func Resume(m *Mask, past []Kept, applied int, a Archive) (*History, error) {
	if applied < 0 || applied > len(past) {
		return nil, fmt.Errorf("mask: %d of %d steps are applied", applied, len(past))
	}
	h := NewHistory(m)
	h.archive, h.next, h.at = a, applied, applied
	for _, k := range past {
		h.steps, h.refs = append(h.steps, k.Step), append(h.refs, k.Ref)
		h.held += k.Step.Delta.Bytes()
	}
	h.shrink()
	return h, nil
}

// SetBudget says how many bytes of deltas may stay in memory.
func (h *History) SetBudget(bytes int) {
	h.budget = bytes
	h.shrink()
}

// SetArchive makes an empty archive keep every step from now on, those that
// are there already included. Nil goes on in memory alone, which needs every
// delta: where one cannot be read back the archive stays, and the error says why.
func (h *History) SetArchive(a Archive) error {
	for i := range h.steps {
		d, err := h.Delta(i)
		if err != nil {
			return err
		}
		if h.steps[i].away() {
			h.steps[i].Delta = d
			h.held += d.Bytes()
		}
	}
	h.archive, h.refs, h.at, h.oldest = a, nil, 0, 0
	h.Retry()
	return nil
}

// Mask returns the mask that the history is of.
func (h *History) Mask() *Mask { return h.mask }

// Commit applies a step whose Delta was made on the mask as it is now, and drops
// the steps that had been undone. It fills in Box, Change and, where it is zero,
// Time. A step that changes nothing is none; ok says whether it is one.
func (h *History) Commit(s Step) (made Step, ok bool) {
	if s.Delta.Empty() && s.Labels == nil {
		return Step{}, false
	}
	h.mask.Apply(s.Delta)
	return h.Record(s)
}

// Record is Commit for a step whose voxels are in the mask already, as a Stroke
// leaves them; its labels are not.
func (h *History) Record(s Step) (made Step, ok bool) {
	if s.Delta.Empty() && s.Labels == nil {
		return Step{}, false
	}
	s.fill(h.mask.size[0])
	if h.Sign != nil {
		h.Sign(&s)
	}
	if s.Labels != nil {
		labels, _ := s.Labels.Go(h.mask.Labels(), false)
		_ = h.mask.SetLabels(labels) // a list that no mask can have changes nothing
	}
	h.forget()
	h.steps = append(h.steps, s)
	h.next++
	h.held += s.Delta.Bytes()
	h.Retry()
	return s, true
}

// forget drops the steps that are not applied.
func (h *History) forget() {
	for i := h.next; i < len(h.steps); i++ {
		h.held -= h.steps[i].Delta.Bytes()
		h.steps[i] = Step{} // so that nothing keeps its delta
	}
	h.steps = h.steps[:h.next]
	h.refs = h.refs[:min(len(h.refs), h.next)]
	h.oldest = min(h.oldest, h.next)
}

// Undo takes back the last applied step. The error is ErrNoStep, or why its
// delta could not be read back: then nothing has changed.
func (h *History) Undo() (Step, error) {
	if h.next == 0 {
		return Step{}, ErrNoStep
	}
	s := h.steps[h.next-1]
	_, err := h.Go(h.next - 1)
	return s, err
}

// Redo applies the last undone step again. Errors are those of Undo.
func (h *History) Redo() (Step, error) {
	if h.next == len(h.steps) {
		return Step{}, ErrNoStep
	}
	s := h.steps[h.next]
	_, err := h.Go(h.next + 1)
	return s, err
}

// Go undoes or redoes until n steps are applied, and returns the box of what
// changed. Where a delta cannot be read back it stops there, between two steps.
func (h *History) Go(n int) (volume.Box, error) {
	if n < 0 || n > len(h.steps) {
		return volume.Box{}, ErrNoStep
	}
	var box volume.Box
	var err error
	for h.next != n && err == nil {
		err = h.move(n < h.next, &box)
	}
	h.Retry()
	return box, err
}

// move goes one step.
func (h *History) move(back bool, box *volume.Box) error {
	i := h.next
	if back {
		i--
	}
	d, err := h.Delta(i)
	if err != nil {
		return err
	}
	h.mask.write(d, back)
	if c := h.steps[i].Labels; c != nil {
		var labels []Label
		labels, h.steps[i].Labels = c.Go(h.mask.Labels(), back) // an archive may hold the old change
		_ = h.mask.SetLabels(labels)
	}
	*box = box.Union(h.steps[i].Box)
	h.next = i
	if !back {
		h.next++
	}
	return nil
}

// Steps returns all steps, oldest first, and how many of them are applied. The
// slice is the history's own: read only.
func (h *History) Steps() (steps []Step, applied int) { return h.steps, h.next }

// Delta returns the delta of step i, from memory or from the archive.
func (h *History) Delta(i int) (Delta, error) {
	if !h.steps[i].away() {
		return h.steps[i].Delta, nil
	}
	if d, there := h.lent[h.refs[i]]; there {
		return d, nil
	}
	d, err := h.archive.Delta(h.refs[i])
	if err != nil {
		return Delta{}, fmt.Errorf("mask: step %d: %w", i+1, err)
	}
	return d, nil
}

// Held is how many bytes of deltas are in memory.
func (h *History) Held() int { return h.held }

// Retry hands the archive what it lacks. Every change does; it is to be called
// where the archive may work again.
func (h *History) Retry() {
	if h.archive == nil {
		return
	}
	err := h.catchUp()
	if (err == nil) != (h.failure == nil) && h.Told != nil {
		defer h.Told(err)
	}
	h.failure = err
	h.shrink()
}

// catchUp brings the archive's list of steps, and how many are applied, to the
// history's own: step for step, from where the two still agree.
func (h *History) catchUp() error {
	for len(h.refs) < len(h.steps) {
		n := len(h.refs)
		if err := h.archiveAt(n); err != nil {
			return err
		}
		ref, err := h.archive.Keep(h.steps[n])
		if err != nil {
			return err
		}
		h.refs, h.at = append(h.refs, ref), n+1
	}
	return h.archiveAt(h.next)
}

func (h *History) archiveAt(n int) error {
	if h.at == n {
		return nil
	}
	if err := h.archive.Moved(n); err != nil {
		return err
	}
	h.at = n
	return nil
}

// shrink drops the oldest deltas that the archive has, until the budget holds.
func (h *History) shrink() {
	for ; h.held > h.budget && h.oldest < len(h.refs); h.oldest++ {
		h.held -= h.steps[h.oldest].Delta.Bytes()
		h.steps[h.oldest].Delta = Delta{}
	}
}
