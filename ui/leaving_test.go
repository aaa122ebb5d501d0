package ui

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// slowWriter writes a mask once it may.
type slowWriter struct {
	fakeWriter
	may chan error
}

func (s *slowWriter) WriteMask(ctx context.Context, path string, v *volume.Volume, m *mask.Mask, overwrite bool) error {
	select {
	case err := <-s.may:
		if err != nil {
			return err
		}
		return s.fakeWriter.WriteMask(ctx, path, v, m, overwrite)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// saving is a window that is writing a mask, all else being kept.
func saving(t *testing.T) (*bench, *slowWriter) {
	t.Helper()
	slow := &slowWriter{may: make(chan error, 1)}
	b := newBench(t, func(o *Options) { o.StudiesDir, o.Writer = t.TempDir(), slow })
	b.openFile(filepath.Join(t.TempDir(), "ct.nii"))
	b.draw(5)
	b.kept(1)
	b.chooser.path = filepath.Join(t.TempDir(), "m.nii.gz")
	b.saveMask()
	b.until("it is being written", func() bool { return b.jobs.Running("save") })
	return b, slow
}

func TestQuitWaitsForWhatIsBeingWritten(t *testing.T) {
	b, slow := saving(t)
	b.tryClose()
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	if b.closed || !slices.ContainsFunc(b.leaving(), func(s string) bool { return strings.Contains(s, "m.nii.gz") }) {
		t.Fatalf("closed %v, leaving %q", b.closed, b.leaving())
	}
	b.answer("leaving", "wait")
	if b.closed {
		t.Fatal("it is closed before the mask is written")
	}
	slow.may <- nil
	b.until("it is closed", func() bool { return b.closed })
	if _, err := os.Stat(b.chooser.path); err != nil {
		t.Error(err)
	}
}

func TestQuitStopsWhatIsBeingWritten(t *testing.T) {
	b, _ := saving(t)
	b.tryClose()
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.answer("leaving", "stop")
	b.until("it is closed", func() bool { return b.closed })
}

// What could not be written is seen before the window goes.
func TestQuitStaysWhereWritingFails(t *testing.T) {
	b, slow := saving(t)
	b.chooser.path = ""
	b.tryClose()
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.answer("leaving", "wait")
	slow.may <- errors.New("disk full")
	b.until("it failed", func() bool { return len(b.bands.failures) > 0 })
	if b.closed {
		t.Error("it is closed all the same")
	}
}

func TestCloseLetsTheMaskBeWritten(t *testing.T) {
	b, slow := saving(t)
	b.closeStudy()
	b.until("it is closed", func() bool { return b.session.Volume() == nil })
	slow.may <- nil
	b.until("it is written", func() bool { return !b.jobs.Running("save") })
	if _, err := os.Stat(b.chooser.path); err != nil || len(b.bands.failures) > 0 {
		t.Error(err, b.bands.failures)
	}
}

// What is only shown is in no file: the question that closing asks says so.
func TestClosingTellsOfAPreview(t *testing.T) {
	b := dotted(t)
	b.operate(b.operation("margin"))
	b.worked()
	b.tryClose()
	b.settle()
	said := words(b.modals[0].popup.Content)
	if !slices.ContainsFunc(slices.Collect(maps.Keys(said)), func(s string) bool { return strings.Contains(s, "The preview of Grow or shrink is not applied") }) {
		t.Errorf("it says %q", slices.Collect(maps.Keys(said)))
	}
	b.answer("unsaved", "cancel")
	b.amount.commit()
	b.until("it is applied", func() bool { return b.amount.op == nil })
	b.tryClose()
	b.settle()
	for s := range words(b.modals[0].popup.Content) {
		if strings.Contains(s, "preview") {
			t.Errorf("applied, it says %q", s)
		}
	}
}
