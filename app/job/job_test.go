package job

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// loop is a Dispatcher whose calls run when the test drains it, as a window's
// event loop would.
type loop chan func()

func (l loop) dispatch(f func()) { l <- f }

// until runs dispatched calls until done says so.
func (l loop) until(t *testing.T, done func() bool) {
	t.Helper()
	limit := time.After(5 * time.Second)
	for !done() {
		select {
		case f := <-l:
			f()
		case <-limit:
			t.Fatal("nothing more was dispatched")
		}
	}
}

func TestRun_DeliversTheResultOnTheOwner(t *testing.T) {
	l := make(loop, 64)
	r := NewRunner(l.dispatch)
	var got int
	Run(r, "load", func(context.Context, func(Progress)) (int, error) { return 7, nil }, nil,
		func(n int, err error) { got = n })
	if !r.Running("load") {
		t.Error("not running right after Run")
	}
	l.until(t, func() bool { return got == 7 })
	if r.Running("load") {
		t.Error("still running after its result arrived")
	}
}

func TestRun_LatestWins(t *testing.T) {
	l := make(loop, 64)
	r := NewRunner(l.dispatch)
	var results []string
	first := make(chan struct{})
	Run(r, "open", func(ctx context.Context, _ func(Progress)) (string, error) {
		<-ctx.Done() // cancelled by the second
		defer close(first)
		return "old", nil
	}, nil, func(s string, _ error) { results = append(results, s) })
	Run(r, "open", func(context.Context, func(Progress)) (string, error) {
		<-first
		return "new", nil
	}, nil, func(s string, _ error) { results = append(results, s) })
	l.until(t, func() bool { return len(results) > 0 && !r.Running("open") })
	if len(results) != 1 || results[0] != "new" {
		t.Errorf("results %q, want only the newest", results)
	}
}

func TestCancel_StillCallsDone(t *testing.T) {
	l := make(loop, 64)
	r := NewRunner(l.dispatch)
	var got error
	Run(r, "segment", func(ctx context.Context, _ func(Progress)) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}, nil, func(_ int, err error) { got = err })
	r.Cancel("segment")
	l.until(t, func() bool { return got != nil })
	if !errors.Is(got, context.Canceled) {
		t.Errorf("done got %v", got)
	}
}

func TestFinish_WaitsAndDeliversOnce(t *testing.T) {
	l := make(loop, 64)
	r := NewRunner(l.dispatch)
	var got []string
	work := func(what string) func(context.Context, func(Progress)) (string, error) {
		return func(ctx context.Context, _ func(Progress)) (string, error) {
			time.Sleep(5 * time.Millisecond)
			return what, ctx.Err()
		}
	}
	take := func(s string, _ error) { got = append(got, s) }
	Run(r, "edit", work("edited"), nil, func(s string, err error) {
		take(s, err)
		Run(r, "make", work("made"), nil, take) // one begins another
	})
	Run(r, "open", func(ctx context.Context, _ func(Progress)) (string, error) {
		<-ctx.Done()
		return "opened", ctx.Err()
	}, nil, take)
	r.Finish(time.Minute, func(key string) bool { return key != "open" })
	if !slices.Equal(got, []string{"edited", "made"}) || r.Running("edit") || !r.Running("open") {
		t.Errorf("finished: %q", got)
	}
	start := time.Now()
	r.Finish(10*time.Millisecond, func(string) bool { return true })
	if !r.Running("open") || time.Since(start) < 10*time.Millisecond {
		t.Error("it had no patience, or took what was not over")
	}
	r.CancelAll()
	l.until(t, func() bool { return !r.Running("open") })
	if !slices.Equal(got, []string{"edited", "made", "opened"}) {
		t.Errorf("delivered: %q", got)
	}
}

// A burst of progress must not flood the owner, and its last value must arrive.
func TestProgress_IsCoalescedAndEndsWithTheNewest(t *testing.T) {
	l := make(loop, 4096)
	r := NewRunner(l.dispatch)
	var seen []int
	release := make(chan struct{})
	Run(r, "load", func(_ context.Context, report func(Progress)) (int, error) {
		for i := range 1000 {
			report(Progress{Done: i + 1, Total: 1000})
		}
		<-release
		return 0, nil
	}, func(p Progress) { seen = append(seen, p.Done) }, func(int, error) {})
	l.until(t, func() bool { return len(seen) > 0 && seen[len(seen)-1] == 1000 })
	close(release)
	l.until(t, func() bool { return !r.Running("load") })
	if len(seen) > 20 {
		t.Errorf("1000 reports reached the owner %d times", len(seen))
	}
}
