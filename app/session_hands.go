package app

import "opacity/app/mask"

// Touched returns the voxels that a hand has changed, layer by layer, since the file
// that the mask was read from, or from the beginning: what neither a model nor a
// threshold may change any more. A stroke under way is not among them. The sets are
// the session's own: read only, until the next change. The error is that of a step
// that could not be read back.
func (s *Session) Touched() (mask.LayerBits, error) {
	if s.mask == nil {
		return mask.LayerBits{}, Misuse("session.nothing_open")
	}
	if s.hands == nil {
		s.hands = mask.NewTouched(s.mask.Size())
	}
	_, applied := s.history.Steps()
	for i := s.hands.Steps(); i < applied; i++ {
		if err := s.touch(i); err != nil {
			return mask.LayerBits{}, err
		}
	}
	return s.hands.Bits(), nil
}

// touch adds step i.
func (s *Session) touch(i int) error {
	if s.origins[i].file != s.origins[i+1].file {
		s.hands.Reset()
		return nil
	}
	d, err := s.byHand(i)
	if err == nil {
		s.hands.Push(d)
	}
	return err
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
