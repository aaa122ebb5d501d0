// Package parallel spreads loops over the processors.
package parallel

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Ranges calls work with stretches from..to-1 that together are 0..n-1, each
// size long but for the last, and returns when all are done. The caller works
// too, and whoever is free takes the next stretch: where the other processors
// are busy or slow to wake, it simply does more of them itself.
func Ranges(n, size int, work func(from, to int)) {
	stretches := (n + size - 1) / size
	workers := min(runtime.GOMAXPROCS(0), stretches)
	if workers <= 1 {
		if n > 0 {
			work(0, n)
		}
		return
	}
	var next atomic.Int64
	take := func() {
		for i := int(next.Add(1)) - 1; i < stretches; i = int(next.Add(1)) - 1 {
			work(i*size, min((i+1)*size, n))
		}
	}
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(take)
	}
	take()
	wg.Wait()
}

// Share is the length of stretches that give each processor one, and no fewer
// than least indices: for work that costs as much again at a stretch's ends.
func Share(n, least int) int {
	workers := runtime.GOMAXPROCS(0)
	return max((n+workers-1)/workers, least, 1)
}

// Each calls f for 0..n-1 in that order, on as many goroutines as there are
// processors, until one fails or ctx is done. It returns the first error, or
// the reason why ctx was done.
func Each(ctx context.Context, n int, f func(i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	Ranges(n, 1, func(from, to int) {
		for i := from; i < to && ctx.Err() == nil; i++ {
			if err := f(i); err != nil {
				cancel(err)
			}
		}
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
