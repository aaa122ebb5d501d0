package render

import (
	"slices"
	"testing"
	"time"
)

// quantiles collects single times, for aims that speak of the 95th percentile.
type quantiles []time.Duration

func (q *quantiles) time(f func()) {
	start := time.Now()
	f()
	*q = append(*q, time.Since(start))
}

func (q quantiles) report(b *testing.B) {
	slices.Sort(q)
	b.ReportMetric(float64(q[len(q)*95/100])/1e6, "p95-ms")
}
