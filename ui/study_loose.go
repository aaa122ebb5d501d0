package ui

import (
	"slices"
	"sync"

	"opacity/app/study"
)

// closings are the closings of studies that are under way beside the window. More may
// begin while somebody waits for their end, which a sync.WaitGroup forbids.
type closings struct {
	mu   sync.Mutex
	n    int
	over chan struct{} // closed with the last of them
}

// Go closes a study beside the window.
func (c *closings) Go(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == 0 {
		c.over = make(chan struct{})
	}
	c.n++
	go func() {
		defer c.done()
		f()
	}()
}

func (c *closings) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n--; c.n == 0 {
		close(c.over)
	}
}

// Wait returns once none is under way.
func (c *closings) Wait() {
	c.mu.Lock()
	n, over := c.n, c.over
	c.mu.Unlock()
	if n > 0 {
		<-over
	}
}

// loose are the studies that work beside the window has opened and the window
// has not taken: where the user thought better of it, they are closed.
type loose struct {
	mu   sync.Mutex
	open []*study.Study
}

func (l *loose) put(s *study.Study) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = append(l.open, s)
}

// take reports whether a study is still open, which is the caller's then.
func (l *loose) take(s *study.Study) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := slices.Index(l.open, s)
	if n >= 0 {
		l.open = slices.Delete(l.open, n, n+1)
	}
	return n >= 0
}

func (l *loose) close(s *study.Study) {
	if l.take(s) {
		_ = s.Close() // nothing was done to it
	}
}

// takeAll takes all of them.
func (l *loose) takeAll() []*study.Study {
	l.mu.Lock()
	defer l.mu.Unlock()
	open := l.open
	l.open = nil
	return open
}

func (l *loose) closeAll() {
	for _, s := range l.takeAll() {
		_ = s.Close() // nothing was done to it
	}
}
