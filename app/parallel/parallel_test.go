package parallel

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
)

func TestRanges_EachIndexOnce(t *testing.T) {
	for _, c := range []struct{ n, size int }{{0, 4}, {1, 4}, {4, 4}, {5, 4}, {1000, 7}, {3, 1}} {
		seen := make([]atomic.Int32, c.n)
		Ranges(c.n, c.size, func(from, to int) {
			for i := from; i < to; i++ {
				seen[i].Add(1)
			}
		})
		for i := range seen {
			if n := seen[i].Load(); n != 1 {
				t.Errorf("%d in stretches of %d: %d was visited %d times", c.n, c.size, i, n)
			}
		}
	}
}

func TestShare(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, c := range []struct{ n, least, want int }{{100, 8, 25}, {101, 8, 26}, {20, 8, 8}, {0, 0, 1}} {
		if got := Share(c.n, c.least); got != c.want {
			t.Errorf("of %d, at least %d: %d, want %d", c.n, c.least, got, c.want)
		}
	}
}

func TestEach_StopsAtTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	var calls atomic.Int32
	err := Each(context.Background(), 1<<20, func(i int) error {
		calls.Add(1)
		if i == 3 {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) {
		t.Errorf("returned %v", err)
	}
	if calls.Load() == 1<<20 {
		t.Error("went on to the end")
	}
}

func TestEach_OnOneProcessor(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var calls atomic.Int32
	if err := Each(context.Background(), 9, func(int) error { calls.Add(1); return nil }); err != nil || calls.Load() != 9 {
		t.Errorf("%d calls of 9, %v", calls.Load(), err)
	}
}

func TestEach_Cancelled(t *testing.T) {
	why := errors.New("why")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	if err := Each(ctx, 5, func(int) error { t.Error("called"); return nil }); !errors.Is(err, why) {
		t.Errorf("returned %v", err)
	}
}
