package app

import (
	"slices"

	"opacity/app/mask"
)

// Undo takes back the last step and returns it. The error is mask.ErrNoStep
// where there is none, or why it could not be read back.
func (s *Session) Undo() (mask.Step, error) { return s.walk(-1) }

// Redo applies the last undone step again and returns it. Errors are those of Undo.
func (s *Session) Redo() (mask.Step, error) { return s.walk(+1) }

func (s *Session) walk(by int) (mask.Step, error) {
	if s.history == nil {
		return mask.Step{}, mask.ErrNoStep
	}
	if err := s.settle(); err != nil {
		return mask.Step{}, err
	}
	steps, applied := s.history.Steps()
	to := applied + by
	if to < 0 || to > len(steps) {
		return mask.Step{}, mask.ErrNoStep
	}
	step := steps[min(applied, to)]
	return step, s.Go(to)
}

// Go undoes or redoes until n steps are applied. Where one cannot be read back
// it stops there, and the error says why.
func (s *Session) Go(n int) error {
	if s.history == nil {
		return mask.ErrNoStep
	}
	if err := s.settle(); err != nil {
		return err
	}
	steps, from := s.history.Steps()
	box, err := s.history.Go(n)
	_, at := s.history.Steps()
	if at == from {
		return err
	}
	s.handsBackTo(min(from, at))
	last := steps[max(at-1, 0)]
	if at < from {
		last = steps[at]
	}
	if slices.ContainsFunc(steps[min(from, at):max(from, at)], func(st mask.Step) bool { return st.Labels != nil }) {
		s.tellLabels()
	}
	s.changed(box)
	s.WarningsChanged.Emit(struct{}{})
	if !last.Box.Empty() {
		s.Moved.Emit(last)
	}
	return err
}

// History returns the steps, oldest first, and how many are applied. Read only.
func (s *Session) History() (steps []mask.Step, applied int) {
	if s.history == nil {
		return nil, 0
	}
	return s.history.Steps()
}

// Delta returns what step i changed, read back where it is not in memory.
func (s *Session) Delta(i int) (mask.Delta, error) {
	if s.history == nil {
		return mask.Delta{}, mask.ErrNoStep
	}
	return s.history.Delta(i)
}

// Restore goes on with a study as it was left: the history of a mask of the open
// volume's size, and where the mask came from. origins[n] holds from n steps on
// until the next; all of it is on disk.
func (s *Session) Restore(h *mask.History, origins map[int]Origin) error {
	if s.volume == nil {
		return Misuse("session.nothing_open")
	}
	if h.Mask().Size() != s.volume.Size {
		return Refuse(nil, "session.other_grid")
	}
	steps, _ := h.Steps()
	next := &study{info: s.info, volume: s.volume, loaded: s.loaded, mask: h.Mask(), history: h}
	var p provenance
	for n := range len(steps) + 1 {
		if o, there := origins[n]; there {
			p = provenance{Origin: o}
		}
		p.saved = true
		next.origins = append(next.origins, p)
	}
	s.open(next)
	s.tellOpened()
	s.tellLabels()
	return nil
}
