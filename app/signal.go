package app

// Signal is a typed event source. Emit calls the listeners at once, on the
// calling goroutine, in the order they connected. Not safe for concurrent use.
type Signal[T any] struct {
	listeners []*func(T)
}

// Connect adds a listener and returns how to take it away again.
func (s *Signal[T]) Connect(f func(T)) (disconnect func()) {
	p := &f
	s.listeners = append(s.listeners, p)
	return func() {
		for i, l := range s.listeners {
			if l == p {
				s.listeners = append(s.listeners[:i:i], s.listeners[i+1:]...)
				return
			}
		}
	}
}

// Emit tells every listener.
func (s *Signal[T]) Emit(v T) {
	for _, l := range s.listeners {
		(*l)(v)
	}
}
