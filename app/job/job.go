// Package job runs slow work beside the goroutine that owns the study. The work
// is a plain function that knows no window: it takes a context, reports
// progress, and is the same function the command line calls.
package job

import (
	"context"
	"slices"
	"sync"
	"time"

	"opacity/app/text"
)

// Progress says how far a piece of work is.
type Progress struct {
	Stage       text.Message
	Done, Total int
	Share       bool // Total is 100: Done counts per cent, not things
	// Left is the time still needed, 0 while unknown.
	Left time.Duration
}

// Dispatcher runs f on the goroutine that owns the study: the window's event
// loop, a direct call on the command line, a drained queue in tests.
type Dispatcher func(f func())

// Runner runs at most one job per key. Not safe for concurrent use: its methods
// are called on the owner goroutine, where the callbacks arrive too.
type Runner struct {
	dispatch Dispatcher
	running  map[string]*handle
}

type handle struct {
	cancel  context.CancelFunc
	over    chan struct{} // closed when the work is done
	deliver func()        // hands over its result, once; on the owner goroutine, after over
}

// NewRunner returns a Runner whose callbacks go through d.
func NewRunner(d Dispatcher) *Runner {
	return &Runner{dispatch: d, running: map[string]*handle{}}
}

// Running reports whether a job with the key is under way.
func (r *Runner) Running(key string) bool { return r.running[key] != nil }

// Cancel asks the job with the key to stop. Its done callback still arrives,
// with context.Canceled or with the result it had.
func (r *Runner) Cancel(key string) {
	if h := r.running[key]; h != nil {
		h.cancel()
	}
}

// CancelAll asks every job to stop but those with the given keys.
func (r *Runner) CancelAll(but ...string) {
	for key, h := range r.running {
		if !slices.Contains(but, key) {
			h.cancel()
		}
	}
}

// progressEvery bounds how often progress reaches the owner: the newest value
// wins, the ones between are dropped.
const progressEvery = 50 * time.Millisecond

// Run starts work under a key. A job already running under that key is
// cancelled and neither its progress nor its result arrives any more: the
// latest wins. onProgress may be nil; done is called exactly once otherwise.
func Run[T any](r *Runner, key string, work func(ctx context.Context, report func(Progress)) (T, error),
	onProgress func(Progress), done func(T, error),
) {
	r.Cancel(key)
	ctx, cancel := context.WithCancel(context.Background())
	h := &handle{cancel: cancel, over: make(chan struct{})}
	var result T
	var err error
	h.deliver = func() {
		cancel()
		if r.running[key] != h {
			return
		}
		delete(r.running, key)
		done(result, err)
	}
	r.running[key] = h
	report := func(Progress) {}
	if onProgress != nil {
		report = coalesce(r.dispatch, func(p Progress) {
			if r.running[key] == h {
				onProgress(p)
			}
		})
	}
	go func() {
		result, err = work(ctx, report)
		close(h.over)
		r.dispatch(h.deliver)
	}()
}

// Finish waits for the jobs with a key that is wanted, those included that they begin,
// and hands over what they found there and then, for an owner that is about to go. It
// gives up after patience, and on nothing else: work that waits for the owner keeps it
// waiting.
func (r *Runner) Finish(patience time.Duration, wanted func(key string) bool) {
	late := time.After(patience)
	for {
		var h *handle
		for key, running := range r.running {
			if wanted(key) {
				h = running
			}
		}
		if h == nil {
			return
		}
		select {
		case <-h.over:
			h.deliver()
		case <-late:
			return
		}
	}
}

// coalesce returns a report function, safe for concurrent use, that hands on at
// most one value at a time and none sooner than progressEvery after the last,
// always ending with the newest.
func coalesce(dispatch Dispatcher, deliver func(Progress)) func(Progress) {
	var mu sync.Mutex
	var latest Progress
	var waiting bool
	var last time.Time
	return func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		latest = p
		if waiting {
			return
		}
		waiting = true
		time.AfterFunc(progressEvery-time.Since(last), func() {
			dispatch(func() {
				mu.Lock()
				p := latest
				waiting, last = false, time.Now()
				mu.Unlock()
				deliver(p)
			})
		})
	}
}
