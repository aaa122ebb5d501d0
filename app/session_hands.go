package app

import "opacity/app/mask"

// Touched returns the voxels that a hand has changed since the model, or the
// file, that the mask goes back to: what neither a model nor a threshold may
// change any more. A stroke under way is not among them. The set is the
// session's own: read only, until the next change. The error is that of a step
// that could not be read back.
func (s *Session) Touched() (*mask.Bits, error) {
	if s.mask == nil {
		return nil, Misuse("session.nothing_open")
	}
	if s.hands == nil {
		s.hands = mask.NewTouched(s.mask.Size())
	}
	_, applied := s.history.Steps()
	for i := s.hands.Steps(); i < applied; i++ {
		if err := s.touch(i); err != nil {
			return nil, err
		}
	}
	return s.hands.Bits(), nil
}

// touch adds step i.
func (s *Session) touch(i int) error {
	from, to := s.origins[i], s.origins[i+1]
	if from.run == to.run {
		d, err := s.byHand(i)
		if err == nil {
			s.hands.Push(d)
		}
		return err
	}
	var since []mask.Delta
	for n := to.since; n <= i; n++ {
		d, err := s.byHand(n)
		if err != nil {
			return err
		}
		since = append(since, d)
	}
	s.hands.Reset(since...)
	return nil
}

// byHand is the delta of step i, empty where it was not made by a hand.
func (s *Session) byHand(i int) (mask.Delta, error) {
	if steps, _ := s.history.Steps(); !steps[i].Hand {
		return mask.Delta{}, nil
	}
	return s.history.Delta(i)
}

// handsBackTo forgets what hands touched after the first n steps.
func (s *Session) handsBackTo(n int) {
	for s.hands != nil && s.hands.Steps() > n {
		s.hands.Pop()
	}
}
