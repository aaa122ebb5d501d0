package app

import (
	"context"

	"opacity/app/mask"
)

// Fetch returns what reads back, beside the window, what Go to n steps needs and is
// not in memory; nil where it is: see mask.History.
func (s *Session) Fetch(n int) func(context.Context) (mask.Fetched, error) {
	if s.history == nil {
		return nil
	}
	return s.history.Fetch(n)
}

// GoFetched is Go with what was fetched for it, while no other change was made. It
// reads nothing as long as n lies between the ends of what was fetched.
func (s *Session) GoFetched(n int, f mask.Fetched) error {
	if s.history == nil {
		return mask.ErrNoStep
	}
	h := s.history
	h.Lend(f)
	defer h.Lend(mask.Fetched{})
	return s.Go(n)
}

// FetchTouched returns what reads back, beside the window, the steps that Touched needs
// and memory has not; nil where Touched waits for no disk.
func (s *Session) FetchTouched() func(context.Context) (mask.Fetched, error) {
	if s.mask == nil {
		return nil
	}
	done := 0
	if s.hands != nil {
		done = s.hands.Steps()
	}
	var of []int
	steps, applied := s.history.Steps()
	for i := done; i < applied; i++ {
		if steps[i].Own() {
			of = append(of, i)
		}
	}
	return s.history.FetchSteps(of)
}

// TakeTouched works Touched out as far as memory and what was fetched lead.
func (s *Session) TakeTouched(f mask.Fetched) {
	if s.mask == nil {
		return
	}
	if s.hands == nil {
		s.hands = mask.NewTouched(s.mask.Size())
	}
	s.history.Lend(f)
	defer s.history.Lend(mask.Fetched{})
	steps, applied := s.history.Steps()
	for i := s.hands.Steps(); i < applied && (!steps[i].Own() || s.history.Here(i)); i++ {
		if s.touch(i) != nil {
			return
		}
	}
}
