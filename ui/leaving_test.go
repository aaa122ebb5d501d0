package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/tool"
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

// Closing while a model runs asks first, and a run that is waited for is kept. Nobody is
// asked of the sample.
func TestQuitAsksOfARunningModel(t *testing.T) {
	for answer, found := range map[string]int{"wait": 8, "stop": 0, "cancel": 8} {
		dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
		b := studied(t, dir)
		b.openFile(image)
		b.segmenter.halted = make(chan struct{})
		b.segment()
		b.until("it paints", func() bool { return b.session.Shown().Count(mask.Anatomy, 1) == 4 })
		b.tryClose()
		b.until("it asks", func() bool { return len(b.modals) == 1 })
		if b.closed || !saysIn(b.modals[0], "what the model found so far is lost") || !saysIn(b.modals[0], "The model is still running") {
			t.Fatalf("closed %v, it says %v", b.closed, words(b.modals[0].popup.Content))
		}
		b.answer("leaving", answer)
		if b.closed != (answer == "stop") {
			t.Fatalf("after %s it is closed: %v", answer, b.closed)
		}
		close(b.segmenter.halted)
		if answer == "cancel" {
			b.until("the model has run", func() bool { return !b.segmenting })
			b.tryClose()
		}
		b.until("it is closed", func() bool { return b.closed })
		b = studied(t, dir)
		b.openFile(image)
		if n := b.session.Mask().Count(mask.Findings, mask.Infection); n != found {
			t.Errorf("after %s %d voxels are kept, want %d", answer, n, found)
		}
		b.end()
	}
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

// The question tells how far the writing is, and is put away once there is nothing
// to ask any more: whoever wants to close is asked only that.
func TestTheQuestionOfLeavingFollows(t *testing.T) {
	b, slow := saving(t)
	b.tryClose()
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.status.progress("save", job.Progress{Done: 3, Total: 8})
	b.settle()
	if !saysIn(b.modals[0], "3 of 8") {
		t.Errorf("it says %v", words(b.modals[0].popup.Content))
	}
	slow.may <- nil
	b.until("it is written", func() bool { return len(b.leaving()) == 0 })
	b.settle()
	if b.closed || len(b.modals) != 1 || b.modals[0].id != "left" {
		t.Fatalf("closed %v, it asks %v", b.closed, b.modals)
	}
	b.answer("left", "cancel")
	b.settle()
	if b.closed || len(b.modals) != 0 {
		t.Fatal("it closes")
	}
	b.tryClose()
	b.until("it is closed", func() bool { return b.closed })
}

// Where the writing fails while it asks, the question gives way to what went wrong.
func TestTheQuestionOfLeavingGivesWay(t *testing.T) {
	b, slow := saving(t)
	b.chooser.path = ""
	b.tryClose()
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	slow.may <- errors.New("disk full")
	b.until("it failed", func() bool { return len(b.bands.failures) > 0 })
	b.settle()
	if b.closed || len(b.modals) != 0 {
		t.Errorf("closed %v, %d questions", b.closed, len(b.modals))
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
	if !saysIn(b.modals[0], "The preview of Grow or shrink is not applied") {
		t.Errorf("it says %v", words(b.modals[0].popup.Content))
	}
	b.answer("unsaved", "cancel")
	b.amount.commit()
	b.until("it is applied", func() bool { return b.amount.op == nil })
	b.tryClose()
	b.settle()
	if saysIn(b.modals[0], "preview") {
		t.Errorf("applied, it says %v", words(b.modals[0].popup.Content))
	}
}

// waysOut are the ways to leave case a of a list.
var waysOut = map[string]func(b *bench){
	"next case": func(b *bench) { b.keys.Do(tool.CaseNext); b.arrived("b") },
	"close": func(b *bench) {
		b.closeStudy()
		b.until("it is closed", func() bool { return b.session.Volume() == nil })
	},
	"quit":          func(b *bench) { b.tryClose(); b.until("it is closed", func() bool { return b.closed }) },
	"told to end":   func(b *bench) { b.shut() },
	"another image": func(b *bench) { b.cases.goTo("c"); b.arrived("c") },
}

// What is being written of a slice, or as a label's name, is kept whichever way the
// case is left.
func TestWhatIsBeingTypedIsKept(t *testing.T) {
	for name, leave := range waysOut {
		t.Run(name, func(t *testing.T) {
			b, _ := newListBench(t)
			b.goToCase("a")
			b.dot(0.5, 0.5)
			b.until("it is kept", func() bool { return b.study().Durable() == 1 })
			dir, k := b.study().Folder(), b.viewer.SliceOf(viewer.Axial)
			labels := b.inspector.labels
			labels.rename(mask.Infection)
			b.settle()
			for _, r := range labels.rows {
				if r.label.Value == mask.Infection {
					r.field.Text = "Consolidation X"
				}
			}
			b.inspector.review.note.Text = "second words"
			b.inspector.review.written = b.session.Volume() // as while the second runs
			leave(b)
			s := b.onDisk(dir)
			defer s.Close()
			l, _ := s.Mask().Label(mask.Infection)
			if got := s.Info().Slices[k].Note; got != "second words" || l.Name != "Consolidation X" {
				t.Errorf("the note is %q, the label %q", got, l.Name)
			}
		})
	}
}

// A preview is not applied with its case; that is said where it can be read, and the
// strip is closed.
func TestLeavingTellsOfAPreview(t *testing.T) {
	b, _ := newListBench(t)
	show := func() {
		b.dot(0.5, 0.5)
		b.until("it is kept", func() bool { return b.study() != nil && b.study().Durable() == 1 })
		b.operate(b.operation("margin"))
		b.worked()
	}
	b.goToCase("a")
	show()
	b.keys.Do(tool.CaseNext)
	b.arrived("b")
	if said := b.status.text.Text; said != "Grow or shrink was not applied in a." || b.amount.op != nil || b.amount.object.Visible() {
		t.Errorf("the next case: it says %q, the strip is open: %v", said, b.amount.op != nil)
	}
	show()
	b.closeStudy()
	b.until("it is closed", func() bool { return b.session.Volume() == nil })
	if said := b.status.text.Text; said != "Grow or shrink was not applied in b." || b.amount.op != nil {
		t.Errorf("closed: it says %q", said)
	}
	b.goToCase("c")
	show()
	b.tryClose()
	b.settle()
	if b.closed || len(b.modals) != 1 {
		t.Fatal("it closes without a word")
	}
	b.answer("preview", "cancel")
	if b.amount.op == nil {
		t.Fatal("the preview is gone, though it goes on")
	}
	b.tryClose()
	b.answer("preview", "discard")
	b.until("it is closed", func() bool { return b.closed })
}

// A boundary that the pointer holds is kept as if it had let go, and an open outline after it.
func TestLeavingKeepsAHeldThreshold(t *testing.T) {
	for name, leave := range waysOut {
		t.Run(name, func(t *testing.T) {
			b := newRunBench(t)
			dir := b.study().Folder()
			b.polygonOf([2]float32{0.7, 0.3}, [2]float32{0.95, 0.3}, [2]float32{0.8, 0.8}) // outside what the model finds
			b.slide(mask.Infection, 38, false)
			leave(b)
			s := b.onDisk(dir)
			defer s.Close()
			if steps, applied := s.History().Steps(); applied != 3 || steps[1].Tool != "threshold" || steps[2].Tool != "polygon" {
				t.Errorf("%d steps", applied)
			}
		})
	}
}

// unsavedLeft is a case that no study keeps, whose mask is being written before B is opened.
func unsavedLeft(t *testing.T) (*bench, *slowWriter) {
	t.Helper()
	slow := &slowWriter{may: make(chan error, 1)}
	b := newBench(t, func(o *Options) { o.Writer = slow })
	b.openOne("A")
	b.draw(5)
	b.settle()
	b.chooser.path = filepath.Join(t.TempDir(), "m.nii.gz")
	b.opener.found = app.Scan{Series: []app.Series{newSeries("B")}}
	b.Open("B")
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.answer("unsaved", "save")
	b.until("it is being written", func() bool { return b.jobs.Running("save") })
	return b, slow
}

func TestWhatIsDrawnWhileItIsSavedIsAskedFor(t *testing.T) {
	b, slow := unsavedLeft(t)
	b.draw(6)
	b.settle()
	slow.may <- nil
	b.until("it asks for that, or is gone", func() bool { return len(b.modals) == 1 || b.session.Info().Case != "A" })
	if b.session.Info().Case != "A" {
		t.Fatal("what was drawn meanwhile is lost without a word")
	}
	b.answer("unsaved", "discard")
	b.until("B is open", func() bool { return b.complete() && b.session.Info().Case == "B" })
}

func TestSavedLateDoesNotReplaceAThirdCase(t *testing.T) {
	b, slow := unsavedLeft(t)
	b.opener.found = app.Scan{Series: []app.Series{newSeries("C")}}
	b.Open("C")
	b.until("it asks again", func() bool { return len(b.modals) == 1 })
	b.answer("unsaved", "discard")
	b.until("C is open", func() bool { return b.complete() && b.session.Info().Case == "C" })
	slow.may <- nil
	b.until("it is written", func() bool { return !b.jobs.Running("save") && !b.jobs.Running(jobOpen) })
	if b.session.Info().Case != "C" {
		t.Errorf("%s took the place of C", b.session.Info().Case)
	}
}
