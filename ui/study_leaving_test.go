package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"opacity/app"
	"opacity/app/study"
	"opacity/viewer/tool"
)

// A mask saved before the last strokes is said to be older than they are.
func TestAStaleFileIsTold(t *testing.T) {
	b := studied(t, t.TempDir())
	b.openFile(filepath.Join(t.TempDir(), "ct.nii"))
	b.draw(5)
	b.status.say("What a stroke did")
	b.kept(1)
	b.settle()
	if said := b.status.text.Text; !strings.HasPrefix(said, "What a stroke did. ") || !strings.Contains(said, "kept by itself, in the study") {
		t.Errorf("first it says %q", b.status.text.Text)
	}
	b.chooser.path = filepath.Join(b.dir, "m7.nii.gz")
	b.saveMask()
	b.until("it is saved", func() bool { return b.status.place == b.chooser.path })
	b.draw(6)
	b.kept(2)
	b.settle()
	if b.status.place != "" || !strings.Contains(b.status.text.Text, "m7.nii.gz has not") {
		t.Errorf("it says %q, Show leads to %q", b.status.text.Text, b.status.place)
	}
	b.end()
}

// A folder for studies that does not answer keeps nobody in the window unasked.
func TestLeavingWhileTheStudyIsMade(t *testing.T) {
	b := studied(t, t.TempDir())
	b.openFile(filepath.Join(t.TempDir(), "ct.nii"))
	k := b.keeping
	k.making = true // and it never ends
	b.draw(5)
	b.closeStudy()
	b.settle()
	if !strings.Contains(b.status.text.Text, "Waiting for the disk") || b.session.Volume() == nil {
		t.Fatalf("it says %q", b.status.text.Text)
	}
	b.askStalled(b.closeNow)
	b.answer("unkept", "discard")
	if b.session.Volume() != nil {
		t.Error("the case is still open")
	}
	b.end()
}

// The study of a case that was left while another was being opened, and a third
// was opened instead, is let go.
func TestAnOpeningInsteadOfAnother(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	b := studied(t, dir)
	b.openFile(image)
	b.draw(5)
	b.kept(1)
	folder := b.study().Folder()
	slow := newSeries("slow")
	slow.halted = make(chan struct{})
	b.opener.found = app.Scan{Series: []app.Series{other{slow}}}
	b.Open("slow")
	b.until("slow is being read", func() bool { return b.session.Loading() })
	third := newSeries("third")
	b.opener.found = app.Scan{Series: []app.Series{other{third}}}
	b.Open("third")
	b.until("third is open", func() bool { return b.complete() && b.session.Info().Case == "third" })
	close(slow.halted)
	b.settle()
	b.until("the lock is gone", func() bool { _, err := os.Stat(filepath.Join(folder, "lock")); return err != nil })
	b.openFile(image)
	if b.study() == nil || b.infection() == 0 {
		t.Error("its study cannot be edited any more")
	}
	b.end()
}

// A copy is waited for like any study: the disk may not take all of it.
func TestCaseIsLeftOnceItsCopyIsOnDisk(t *testing.T) {
	none := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(none, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, func(o *Options) {
		at := o.After
		o.StudiesDir, o.After = none, func(d time.Duration, f func()) func() {
			if d == retryMake {
				return func() {}
			}
			return at(d, f)
		}
	})
	b.openFile(filepath.Join(t.TempDir(), "A.nii"))
	b.draw(5)
	b.until("it says that nothing is kept", func() bool { return b.failing() != "" })
	b.opener.found = app.Scan{Series: []app.Series{other{newSeries("B")}}}
	b.Open("B")
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.chooser.path = filepath.Join(t.TempDir(), "copy")
	waits := false
	b.keeping.made = append(b.keeping.made, func() {
		b.queue.dispatch(func() { waits = b.jobs.Running("study.leave") })
	})
	b.answer("unkept", "copy")
	b.until("B is open", func() bool { return b.complete() && b.session.Info().Case == "B" })
	if !waits {
		t.Error("the next case is read while the copy is on its way to the disk")
	}
}

// A program that is told to end while the study of the first stroke is still being made
// keeps that stroke, and leaves nobody's lock behind.
func TestToldToEndWhileTheStudyIsMade(t *testing.T) {
	for name, test := range map[string]struct {
		do    func(b *bench)
		steps int
	}{
		"a stroke":             {func(b *bench) { b.draw(5) }, 1},
		"two":                  {func(b *bench) { b.draw(5); b.draw(6) }, 2},
		"one that is not over": {func(b *bench) { b.use(tool.Brush); b.hold() }, 1},
		"what is said":         {func(b *bench) { b.keys.Do(tool.ReviewAccepted) }, 0},
		"a fill at work": {func(b *bench) {
			b.use(tool.Fill)
			b.click(0.5, 0.5)
		}, 1},
		"an operation to be applied when it is ready": {func(b *bench) {
			b.draw(5)
			b.operate(b.operation("margin"))
			b.amount.commit()
		}, 2},
		"a case given up": {func(b *bench) { b.draw(5); b.closeNow() }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := studied(t, t.TempDir())
			b.openFile(filepath.Join(t.TempDir(), "ct.nii"))
			dir := b.keeping.dir
			test.do(b)
			b.shut()
			folders, err := study.In(dir)
			if err != nil || len(folders) != 1 {
				t.Fatal(folders, err)
			}
			s := b.onDisk(folders[0])
			defer s.Close()
			if steps, _ := s.History().Steps(); len(steps) != test.steps {
				t.Errorf("it keeps %d steps", len(steps))
			}
			if _, left := study.LeftOpen(folders[0]); left {
				t.Error("it was not closed")
			}
		})
	}
}
