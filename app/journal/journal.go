// Package journal keeps a file of checksummed records to which is only ever
// added, so that what was once said to be on disk is there after a kill, a loss
// of power or a full disk. It knows nothing of what the records mean.
//
// Records are handed to a goroutine that writes and flushes them, all that wait
// in one go. Where that fails they stay in memory, and it is tried again until it
// works.
package journal

import (
	"context"
	"errors"
	"sync"

	"opacity/app"
)

// What an error of this package may wrap, for errors.Is.
var (
	ErrForeign  = errors.New("not a journal, or its beginning is damaged")
	ErrDamaged  = errors.New("journal is damaged before its end")
	ErrNewer    = errors.New("journal of a newer version")
	ErrClosed   = errors.New("journal is closed")
	ErrReadOnly = errors.New("journal is open for reading only")
	ErrNoRecord = errors.New("no record there")
	ErrTooLong  = errors.New("record is too long")
	ErrGone     = errors.New("journal was moved, deleted or replaced")
	ErrStalled  = errors.New("the disk does not answer")
)

// Record is one entry.
type Record struct {
	Offset  int64 // of its first byte in the file
	Kind    uint8 // what the owner of the journal made of it
	Payload []byte
}

// Journal is an open journal. Its methods may be called from any goroutine.
type Journal struct {
	fsys     FS
	path     string
	readOnly bool

	mu       sync.Mutex
	tail     []byte // the records from acked on; bytes once in it never change
	acked    int64  // where what is surely on disk ends
	last     int64  // where the last record before acked begins; 0 where there is none
	failed   error  // why writing fails now
	failures int    // how often it has failed
	attempt  int    // the number of the attempt to write that is under way or next
	changed  chan struct{}
	closed   bool

	fileMu sync.RWMutex // held for reading while file is used by other than the writer
	file   File         // changed by the writer alone; nil after Close

	tellMu sync.Mutex // held while notify is called
	notify func(error)
	told   error

	more, kick chan struct{}
	quit, done chan struct{}
}

// Append adds a record after all others and returns its offset. It does not wait
// for the disk and keeps no hold of payload. Errors: ErrTooLong, ErrReadOnly,
// ErrClosed; never one about the disk, which Sync and Failed tell.
func (j *Journal) Append(kind uint8, payload []byte) (offset int64, err error) {
	switch {
	case j.readOnly:
		return 0, app.Fail(ErrReadOnly, "journal.read_only", j.path)
	case len(payload) > MaxPayload:
		return 0, app.Fail(ErrTooLong, "journal.too_long", j.path)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return 0, j.closedError()
	}
	offset = j.acked + int64(len(j.tail))
	j.tail = appendRecord(j.tail, offset, kind, payload)
	wake(j.more)
	return offset, nil
}

// Sync returns when all that was appended before is on disk, or with the error
// when an attempt to write it fails; the records are kept then and tried again
// by themselves. Where writing fails already, Sync tries at once.
func (j *Journal) Sync(ctx context.Context) error {
	j.mu.Lock()
	end, failures := j.acked+int64(len(j.tail)), j.failures
	if j.failed != nil {
		wake(j.kick)
	}
	for {
		acked, failed, failedSince, changed := j.acked, j.failed, j.failures != failures, j.changed
		j.mu.Unlock()
		if acked >= end {
			return nil
		}
		if failed != nil && failedSince {
			return failed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-j.done:
			j.mu.Lock()
			defer j.mu.Unlock()
			if j.acked >= end {
				return nil
			}
			return j.closedError()
		}
		j.mu.Lock()
	}
}

// Acknowledged is the offset at which ends what is surely on disk.
func (j *Journal) Acknowledged() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.acked
}

// End is the offset that the next record will have.
func (j *Journal) End() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.acked + int64(len(j.tail))
}

// Failed says why records are not on disk though it was tried: nil while all is
// well. It has the sentence for the user.
func (j *Journal) Failed() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.failed
}

// Notify makes f be called, on a goroutine of the journal, with the error when
// writing begins to fail or fails in another way, and with nil when it works
// again. f must not wait for the journal.
func (j *Journal) Notify(f func(error)) {
	j.tellMu.Lock()
	j.notify = f
	j.tellMu.Unlock()
	j.tell()
}

// tell hands on what has changed since it was last told.
func (j *Journal) tell() {
	j.tellMu.Lock()
	defer j.tellMu.Unlock()
	if failed := j.Failed(); j.notify != nil && !same(failed, j.told) {
		j.told = failed
		j.notify(failed)
	}
}

// same reports whether the user would read the same of both.
func same(a, b error) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Error() == b.Error()
}

// Close tries once more to write what is not on disk and ends the writer. The
// error says that records are not on disk, and why; they are lost with it, so
// that one asks the user after an error of Sync, before Close.
func (j *Journal) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	j.mu.Unlock()
	close(j.quit)
	for !j.ended() {
		j.mu.Lock()
		failed, changed := j.failed, j.changed
		j.mu.Unlock()
		if errors.Is(failed, ErrStalled) {
			return failed // the writer ends by itself when the disk answers
		}
		select {
		case <-j.done:
		case <-changed:
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.tail) > 0 {
		return j.failed
	}
	return nil
}

// Ended is closed once nothing is written any more: after Close, but where the disk
// does not answer then, only when it does.
func (j *Journal) Ended() <-chan struct{} { return j.done }

func (j *Journal) ended() bool {
	select {
	case <-j.done:
		return true
	default:
		return false
	}
}

func (j *Journal) closedError() error { return app.Fail(ErrClosed, "journal.closed", j.path) }

// wake makes the receiver of c look, now or when it next can.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
