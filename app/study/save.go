package study

import (
	"context"
	"io"
	"time"

	"opacity/app/safefile"
)

const (
	// infoDelay is how long study.json may lag behind the journal, which has all
	// that it says.
	infoDelay = 2 * time.Second
	// checkpointBytes is how much the journal may grow before the next checkpoint:
	// as much as is read and applied in a tenth of a second.
	checkpointBytes = 8 << 20
)

// tend writes what derives from the journal, a little after it has changed.
func (s *Study) tend() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-s.quit
		cancel()
	}()
	for {
		select {
		case <-s.wake:
		case <-s.quit:
			return
		}
		select {
		case <-time.After(infoDelay):
		case <-s.quit:
			return
		}
		_ = s.save(ctx, false) // nothing is lost by it: the journal has all, and tells its own failures
	}
}

// save brings study.json, and with all set or where it lags far behind also the
// checkpoint and the audit, to where the journal is.
func (s *Study) save(ctx context.Context, all bool) error {
	s.saving.Lock()
	defer s.saving.Unlock()
	s.mu.Lock()
	end, sum, refs, stale := s.journal.End(), s.sum, s.refs(), s.stale
	doc, err := s.document()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if err := s.journal.Sync(ctx); err != nil {
		return err
	}
	due := end-s.cache.offset > checkpointBytes || all && end != s.cache.offset
	if stale || due {
		if err := writeInfo(s.path(infoName), doc, end); err != nil {
			return err
		}
		s.mu.Lock()
		s.stale = s.stale && s.journal.End() != end
		s.mu.Unlock()
	}
	if !due {
		return nil
	}
	if err := s.saveCheckpoint(ctx, refs, note{s.id, end, sum}); err != nil {
		return err
	}
	if all {
		if err := s.saveTouched(ctx); err != nil {
			return err
		}
	}
	return safefile.Write(s.path(auditName), true, func(w io.Writer) error { return s.Trail("").WriteCSV(w) })
}

// document is study.json as it should be now, in memory of its own; mu is held.
func (s *Study) document() (document, error) {
	labels, err := toDocument(Info{Labels: labelsOf(s.labels)})
	if err != nil {
		return nil, err
	}
	s.doc.merge(document{"labels": labels["labels"]})
	return toDocument(s.doc)
}

// Save brings all files of the study to where the journal is, as Close does, for
// other programs that read them.
func (s *Study) Save(ctx context.Context) error {
	if s.why != nil {
		return s.why
	}
	return s.save(ctx, true)
}

// Closed reports whether Close was called.
func (s *Study) Closed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Close writes what is not on disk yet and gives the study up. The error says
// that changes are not on disk, which are lost then: so call Sync before, and ask
// the user where it fails. It may take a second.
func (s *Study) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	close(s.quit)
	s.tended.Wait()
	if s.lock == nil {
		return s.journal.Close()
	}
	s.signOut()
	failed := s.journal.Sync(context.Background())
	if failed == nil {
		_ = s.save(context.Background(), true) // all of it derives from the journal
	}
	err := s.journal.Close()
	select {
	case <-s.journal.Ended():
		s.lock.release(s.path(lockName))
	default: // the disk does not answer, and may still take what was given to it
		go func() {
			<-s.journal.Ended()
			s.lock.release(s.path(lockName))
		}()
	}
	return err
}
