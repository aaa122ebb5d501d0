package journal

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"time"

	"opacity/app"
	"opacity/app/safefile"
)

const (
	retryFirst = 100 * time.Millisecond // doubled with each failure
	retryMost  = 5 * time.Second

	// A write that takes longer is told to the user: a share that is gone may
	// answer neither yes nor no.
	stallAfter = 5 * time.Second
)

// run writes what is appended until Close.
func (j *Journal) run() {
	defer close(j.done)
	pause := retryFirst
	for {
		more, again := j.more, (<-chan time.Time)(nil)
		if j.Failed() != nil {
			more, again = nil, time.After(pause)
			pause = min(2*pause, retryMost)
		} else {
			pause = retryFirst
		}
		select {
		case <-more:
		case <-again:
		case <-j.kick:
		case <-j.quit:
			j.try()
			j.fileMu.Lock()
			_ = j.file.Close() // flushed, or told to have failed
			j.file = nil
			j.fileMu.Unlock()
			return
		}
		j.try()
	}
}

// try writes all that is not on disk and keeps what came of it.
func (j *Journal) try() {
	j.mu.Lock()
	records, offset, attempt, broken := j.tail, j.acked, j.attempt, j.failed != nil
	j.mu.Unlock()
	if len(records) == 0 {
		return
	}
	stalled := time.AfterFunc(stallAfter, func() {
		j.mu.Lock()
		if attempt == j.attempt {
			j.fail(app.Fail(ErrStalled, "journal.stalled", j.path))
		}
		j.mu.Unlock()
		j.tell()
	})
	whole, last, err := j.flush(records, offset, broken)
	stalled.Stop()
	if err != nil {
		err = safefile.Explain(j.path, err)
	}
	j.mu.Lock()
	j.attempt++
	if whole > 0 {
		j.last, j.acked = offset+int64(last), offset+int64(whole)
		if j.tail = j.tail[whole:]; len(j.tail) == 0 {
			j.tail = nil // lets go of the buffer
		}
	}
	j.fail(err)
	j.mu.Unlock()
	j.tell()
}

// fail keeps why writing fails, nil where it does not, and wakes all who wait for
// a change; mu is held.
func (j *Journal) fail(err error) {
	j.failed = err
	if err != nil {
		j.failures++
	}
	close(j.changed)
	j.changed = make(chan struct{})
}

// flush brings records, the first of which is at an offset, onto disk. It returns
// how many bytes of whole records surely are, and where in them the last begins.
// After a failure all are written again, since a system that could not flush a
// page may have forgotten it: see "Can Applications Recover from fsync
// Failures?", Rebello et al., USENIX ATC 2020.
func (j *Journal) flush(records []byte, offset int64, broken bool) (whole, last int, err error) {
	if broken {
		if err := j.reopen(); err != nil {
			return 0, 0, err
		}
	}
	if j.file.Gone() {
		return 0, 0, app.Fail(ErrGone, "journal.gone", j.path)
	}
	n, err := j.file.WriteAt(records, offset)
	if err == nil && n < len(records) {
		err = io.ErrShortWrite
	}
	whole, last = wholeBytes(records, offset, n)
	if whole < n {
		// What cannot be taken away is written over next time or cut by Open.
		_ = j.file.Truncate(offset + int64(whole))
	}
	if whole == 0 {
		return 0, 0, err
	}
	if failed := j.file.Sync(); failed != nil {
		return 0, 0, errors.Join(err, failed)
	}
	if whole == len(records) {
		return whole, last, nil // whatever was said of the write
	}
	return whole, last, err
}

// reopen opens the file anew, since a handle may stay broken for ever after an
// error, and makes sure that it is the same.
func (j *Journal) reopen() error {
	f, err := j.fsys.Open(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return app.Fail(ErrGone, "journal.gone", j.path)
	}
	if err != nil {
		return err
	}
	if err := j.recognise(f); err != nil {
		_ = f.Close() // nothing was written through it
		return err
	}
	j.fileMu.Lock()
	old := j.file
	j.file = f
	j.fileMu.Unlock()
	_ = old.Close() // whatever it says, all is written again
	return nil
}

// recognise makes sure that a file holds what is acknowledged: that it begins
// as a journal does and has the last record in its place.
func (j *Journal) recognise(f File) error {
	gone := app.Fail(ErrGone, "journal.gone", j.path)
	head := make([]byte, headerBytes)
	if _, err := f.ReadAt(head, 0); err == io.EOF || err == nil && !bytes.Equal(head, header(version)) {
		return gone
	} else if err != nil {
		return err
	}
	if j.last == 0 {
		return nil
	}
	r, err := readRecord(f, j.last, j.acked)
	if err == nil && j.last+frameBytes+int64(len(r.Payload)) != j.acked {
		return gone
	}
	if err == ErrNoRecord {
		return gone
	}
	return err
}
