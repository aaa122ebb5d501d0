package app

import "opacity/app/mask"

// Touched returns the voxels that are a person's, layer by layer: that a hand has
// changed, or that a mask file said which was opened. Neither a model nor a threshold
// may change them any more. A stroke under way is not among them. The sets are
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
	d, err := s.own(i)
	if err == nil {
		s.hands.Push(d)
	}
	return err
}

// own is the delta of step i, empty where its voxels are not a person's.
func (s *Session) own(i int) (mask.Delta, error) {
	if steps, _ := s.history.Steps(); !steps[i].Own() {
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
