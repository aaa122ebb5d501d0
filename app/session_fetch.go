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
