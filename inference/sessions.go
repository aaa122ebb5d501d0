package inference

import (
	"fmt"
	"sync"
)

// sessions keeps the network used last open for the next run, so that only the
// first of several runs waits for a model to load. It is one network, not one a
// model: what an open network holds (weights, and memory for one picture) stays
// bounded however many models are tried. Safe for concurrent use.
type sessions struct {
	mu     sync.Mutex
	key    string
	idle   Opened // Network nil where none is kept
	closed bool
}

// sessionKey tells networks apart that may not stand in for one another.
func sessionKey(l *loaded, spec NetworkSpec) string {
	return fmt.Sprint(l.info.SHA256, spec.Device, spec.Threads, spec.Input, spec.Output)
}

// take hands out the kept network if it is the one asked for. Another one is
// closed before the caller opens its own.
func (s *sessions) take(key string) (o Opened, ok bool) {
	s.mu.Lock()
	o, ok = s.idle, s.idle.Network != nil && s.key == key
	s.idle = Opened{}
	s.mu.Unlock()
	if !ok && o.Network != nil {
		o.Network.Close()
		o = Opened{}
	}
	return o, ok
}

// give keeps a network that nobody runs any more, in place of the one before.
func (s *sessions) give(key string, o Opened) {
	o.Network.Forget()
	s.mu.Lock()
	before := s.idle
	if s.closed {
		before = o
	} else {
		s.key, s.idle = key, o
	}
	s.mu.Unlock()
	if before.Network != nil {
		before.Network.Close()
	}
}

// close closes the kept network and from now on keeps none.
func (s *sessions) close() {
	s.mu.Lock()
	o := s.idle
	s.idle, s.closed = Opened{}, true
	s.mu.Unlock()
	if o.Network != nil {
		o.Network.Close()
	}
}
