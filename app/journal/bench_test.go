package journal_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"opacity/app/journal"
)

// BenchmarkAppendSync: an ordinary stroke's record, on disk.
func BenchmarkAppendSync(b *testing.B) {
	j, _, _ := open(b, journal.Disk{}, filepath.Join(b.TempDir(), "journal"))
	defer closeNow(b, j)
	payload := make([]byte, 2000)
	var took []time.Duration
	for b.Loop() {
		from := time.Now()
		if _, err := j.Append(1, payload); err != nil {
			b.Fatal(err)
		}
		syncNow(b, j)
		took = append(took, time.Since(from))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}

// BenchmarkAppend: what the pointer's path pays.
func BenchmarkAppend(b *testing.B) {
	j, _, _ := open(b, journal.Disk{}, filepath.Join(b.TempDir(), "journal"))
	defer closeNow(b, j)
	payload := make([]byte, 2000)
	for b.Loop() {
		if _, err := j.Append(1, payload); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen10000 opens 10,000 records of 2,000 bytes.
func BenchmarkOpen10000(b *testing.B) {
	path := filepath.Join(b.TempDir(), "journal")
	j, _, _ := open(b, journal.Disk{}, path)
	payload := make([]byte, 2000)
	for range 10_000 {
		if _, err := j.Append(1, payload); err != nil {
			b.Fatal(err)
		}
	}
	closeNow(b, j)
	for b.Loop() {
		n := 0
		j, _, err := journal.Open(journal.Disk{}, path, func(journal.Record) error { n++; return nil })
		if err != nil || n != 10_000 {
			b.Fatal(n, err)
		}
		closeNow(b, j)
	}
}
