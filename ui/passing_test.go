package ui

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"opacity/app"
	"opacity/app/edit"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/app/worklist"
	"opacity/viewer/tool"
)

// slowSeries is a series of which nothing comes before it may.
type slowSeries struct {
	*fakeSeries
	may chan struct{}
}

func (s *slowSeries) SHA256(context.Context) (string, error) { return s.info.Case, nil }

func (s *slowSeries) Load(ctx context.Context, h app.LoadHooks) (*volume.Volume, error) {
	select {
	case <-s.may:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return s.fakeSeries.Load(ctx, h)
}

// passesOn begins to read another case, of which nothing has come yet.
func (b *bench) passesOn(name string) *slowSeries {
	b.t.Helper()
	s := &slowSeries{newSeries(name), make(chan struct{})}
	b.opener.found = app.Scan{Series: []app.Series{s}}
	b.Open(name)
	b.until("it is read", func() bool { return b.behind != nil })
	return s
}

// arrives lets that case come.
func (b *bench) arrives(s *slowSeries) {
	b.t.Helper()
	close(s.may)
	b.until("it is open", func() bool { return b.complete() && b.session.Info().Case == s.info.Case })
}

// nothingDone fails unless the open case is as it came.
func (b *bench) nothingDone(name string) {
	b.t.Helper()
	b.idle()
	steps, _ := b.session.History()
	if b.session.Info().Case != name || len(steps) > 0 || !b.session.Mask().Empty() || b.session.ModelShown() || b.study() != nil {
		b.t.Errorf("%s is open with %d steps, painted %v", b.session.Info().Case, len(steps), !b.session.Shown().Empty())
	}
}

// tryAll begins on the case on screen whatever would change it.
func (b *bench) tryAll() {
	b.keys.Do(tool.SegmentRun)
	b.keys.Do(tool.SegmentSlice)
	b.keys.Do(tool.EditUndo)
	b.keys.Do(tool.ReviewAccepted)
	b.use(tool.Brush)
	b.click(0.5, 0.5)
	b.Window.edit(text.M("ui.step.fill", "x"), tool.Fill, dots)
	b.inspector.labels.rename(mask.Infection)
	b.inspector.labels.addLabel("Another", false)
	b.inspector.history.goTo(0)
	b.settle()
}

// dots is an operation that finds something.
func dots(_ context.Context, in edit.Input, _ func(job.Progress)) (mask.Delta, error) {
	to := in.Mask.Snapshot()
	s := make([]uint8, in.Volume.Size[0]*in.Volume.Size[1])
	s[5] = mask.Infection
	to.SetSlice(mask.Findings, 3, s)
	return mask.Diff(in.Mask, to), nil
}

func TestPassing_NothingIsDoneToACaseThatWasLeft(t *testing.T) {
	b := newBench(t)
	b.openOne("A")
	b.draw(3)
	b.session.MarkSaved(b.session.Revision())
	b.settle()
	s := b.passesOn("B")
	b.tryAll()
	if steps, applied := b.session.History(); len(steps) != 1 || applied != 1 || b.segmenting || b.modelRuns() || b.reviewing.said() {
		t.Errorf("A has %d steps, %d applied; a model runs %v", len(steps), applied, b.modelRuns())
	}
	if b.click(0.5, 0.5); b.status.why != b.Window.t("ui.refused.left") {
		t.Errorf("a stroke is answered by %q", b.status.why)
	}
	b.arrives(s)
	b.nothingDone("B")
	b.use(tool.Brush)
	b.click(0.5, 0.5)
	if steps, _ := b.session.History(); len(steps) != 1 {
		t.Error("B cannot be drawn on")
	}
}

func TestPassing_NothingIsDoneWhileTheSampleIsMade(t *testing.T) {
	may := make(chan struct{})
	b := newBench(t, func(o *Options) {
		o.Phantom = func(context.Context, func(job.Progress)) (app.SeriesInfo, *volume.Volume, error) {
			<-may
			s := newSeries("sample")
			return s.info, s.v, nil
		}
	})
	b.openOne("A")
	b.openSample(false)
	b.settle()
	b.segmenter.halted = make(chan struct{})
	b.tryAll()
	close(may)
	b.until("the sample is open", func() bool { return b.sample })
	close(b.segmenter.halted)
	b.until("no model runs", func() bool { return !b.modelRuns() })
	b.nothingDone("sample")
}

func TestPassing_WhatWasBegunBeforeLandsInNeither(t *testing.T) {
	b := newBench(t)
	b.openOne("A")
	fill := make(chan struct{})
	b.Window.edit(text.M("ui.step.fill", "x"), tool.Fill, func(ctx context.Context, in edit.Input, report func(job.Progress)) (mask.Delta, error) {
		<-fill
		return dots(ctx, in, report)
	})
	s := b.passesOn("B")
	b.arrives(s)
	close(fill)
	b.until("it is filled", func() bool { return !b.jobs.Running(jobEdit) })
	b.nothingDone("B")
}

// hold begins a stroke that does not end.
func (b *bench) hold() {
	at := fyne.PointEvent{Position: b.point(0.5, 0.5)}
	b.panes.grid.MouseMoved(&desktop.MouseEvent{PointEvent: at})
	b.panes.grid.MouseDown(&desktop.MouseEvent{PointEvent: at, Button: desktop.MouseButtonPrimary})
}

func TestPassing_NoStrokeIsCarriedOver(t *testing.T) {
	b := studied(t, t.TempDir())
	b.openFile(filepath.Join(t.TempDir(), "A.nii"))
	b.draw(5)
	b.kept(1)
	a := b.study().Folder()
	b.keys.Do(tool.ReviewAccepted)
	b.use(tool.Brush)
	s := b.passesOn("B")
	b.hold()
	b.settle()
	b.arrives(s)
	b.nothingDone("B")
	b.closing.Wait()
	st := b.onDisk(a)
	defer st.Close()
	if steps, _ := st.History().Steps(); len(steps) != 1 {
		t.Errorf("A has %d steps on disk", len(steps))
	}
}

func TestPassing_ACaseGoesOnWhereTheNextDoesNotCome(t *testing.T) {
	b := newBench(t)
	b.openOne("A")
	s := b.passesOn("B")
	b.jobs.Cancel(jobOpen)
	b.until("it is given up", func() bool { return b.behind == nil })
	close(s.may)
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting })
	b.draw(5)
	b.idle()
	if steps, _ := b.session.History(); len(steps) != 2 || b.session.Info().Case != "A" {
		t.Errorf("%s has %d steps", b.session.Info().Case, len(steps))
	}
	b.until("it is measured", b.current)
}

func TestPassing_LookingForAFileLeavesTheModelItsRun(t *testing.T) {
	for _, how := range []string{"nothing is found", "asked, and stayed"} {
		b := newBench(t)
		b.openOne("A")
		b.segmenter.halted = make(chan struct{})
		b.segment()
		b.until("it paints", func() bool { return b.session.Shown().Count(mask.Anatomy, 1) == 4 })
		if how == "nothing is found" {
			b.opener.err = app.Refuse(nil, "app.unexpected", "no image")
			b.Open("rubbish")
			b.until("it is refused", func() bool { return len(b.bands.failures) == 1 })
		} else {
			b.opener.found = app.Scan{Series: []app.Series{newSeries("B")}}
			b.Open("B")
			b.until("it asks", func() bool { return len(b.modals) == 1 })
			b.answer("running", "cancel")
		}
		close(b.segmenter.halted)
		b.until("it is over", func() bool { return !b.segmenting })
		if steps, _ := b.session.History(); len(steps) != 1 || b.session.Mask().Empty() || b.session.ModelShown() {
			t.Errorf("%s: %d steps, its mask is empty %v, the preview is shown %v", how, len(steps), b.session.Mask().Empty(), b.session.ModelShown())
		}
	}
}

func TestPassing_LookingForAFileLeavesAPartAndASave(t *testing.T) {
	b, f := newSureBench(t)
	f.finds, f.gate = 11, make(chan struct{})
	b.keys.Do(tool.SegmentSlice)
	b.settle()
	b.chooser.path = filepath.Join(b.dir, "m.nii.gz")
	b.saveMask()
	b.opener.err = app.Refuse(nil, "app.unexpected", "no image")
	b.Open("rubbish")
	b.until("it is refused", func() bool { return len(b.bands.failures) == 1 })
	close(f.gate)
	b.until("it is over", func() bool { return !b.jobs.Running(jobAgain) })
	if steps, _ := b.session.History(); len(steps) != 2 || len(b.writer.wrote()) != 1 {
		t.Errorf("%d steps, written %v", len(steps), b.writer.wrote())
	}
}

// halt lets a case of the list come to half of its slices.
func (b *bench) halt(name string) (on func()) {
	b.t.Helper()
	halt := make(chan struct{})
	for _, s := range b.opts.Opener.(casesOpener) {
		if s.info.Case == name {
			s.halted = halt
		}
	}
	b.cases.goTo(name)
	b.until(name+" is half there", func() bool { return b.session.Loading() && b.session.Info().Case == name })
	return func() {
		close(halt)
		b.arrived(name)
	}
}

func TestPassing_NothingIsSaidWhileTheNextCaseLoads(t *testing.T) {
	b, _ := newListBench(t)
	b.goToCase("a")
	b.dot(0.5, 0.5)
	b.kept(1)
	goOn := b.halt("b")
	accepted := tool.CaseStates()[3]
	if b.keys.Do(accepted); b.status.why != b.Window.t("ui.refused.loading") {
		t.Errorf("it is answered by %q", b.status.why)
	}
	b.cases.say(worklist.Accepted) // the selector, before it is greyed
	b.settle()
	if !b.cases.casesPanel.state.Disabled() || !b.cases.note.Disabled() {
		t.Error("it can be said of the open case")
	}
	goOn()
	if b.stateOf("a") != worklist.InWork || b.stateOf("b") != worklist.New || b.study() != nil {
		t.Errorf("a is %s, b %s", b.stateOf("a"), b.stateOf("b"))
	}
	if b.keys.Do(accepted); b.stateOf("b") != worklist.Accepted {
		t.Error("b cannot be accepted once it is there")
	}
	b.until("its study is made", func() bool { return b.study() != nil })
}

func TestPassing_ACasePassedByIsNotLocked(t *testing.T) {
	b, _ := newListBench(t)
	b.goToCase("b")
	b.dot(0.5, 0.5)
	b.kept(1)
	b.goToCase("a")
	b.cases.goTo("b")
	held := func() bool {
		b.loose.mu.Lock()
		defer b.loose.mu.Unlock()
		return len(b.loose.open) > 0
	}
	for end := time.Now().Add(10 * time.Second); !held() && time.Now().Before(end); { // but not until the window has heard of it
		if b.behind != nil && b.behind.begun {
			time.Sleep(time.Millisecond)
		} else if f := b.queue.next(); f != nil {
			f()
		}
	}
	b.goToCase("c")
	b.goToCase("b")
	if b.keeping.looking != nil || b.study() == nil {
		t.Errorf("it says %q", b.lookingOnly())
	}
}

func TestPassing_BlindedWhileItLoads(t *testing.T) {
	dir, image, folder := shutStudy(t)
	b := studied(t, dir)
	s := b.found(image)
	s.halted = make(chan struct{})
	b.Open(image)
	b.until("it loads", b.session.Loading)
	close(s.halted)
	b.toggleBlinded()
	b.until("it is open", b.complete)
	if steps, _ := b.session.History(); len(steps) > 0 || b.study() != nil || b.session.Info().Path != image {
		t.Errorf("%s is open with %d steps", b.session.Info().Path, len(steps))
	}
	b.toggleBlinded()
	b.until("its study is back", func() bool { return b.complete() && b.study() != nil && b.study().Folder() == folder })

	b.closeNow()
	b.openStudy(folder)
	b.toggleBlinded()
	b.until("it is refused", func() bool { return len(b.bands.failures) == 1 && !b.jobs.Running(jobOpen) })
	if b.study() != nil || b.session.Volume() != nil {
		t.Error("a study that must not be seen is open")
	}
}

func TestPassing_ARunWhoseStudyIsGivenUpEnds(t *testing.T) {
	b := studied(t, t.TempDir())
	b.openFile(filepath.Join(t.TempDir(), "A.nii"))
	b.segment()
	for !b.keeping.making {
		if f := b.queue.next(); f != nil {
			f()
		}
	}
	b.closeNow() // as "discard" of a folder of studies that does not answer
	b.until("the run is over", func() bool { return !b.segmenting })
	b.arrives(b.passesOn("B"))
	b.nothingDone("B")
	b.segment()
	b.until("the model has run on B", func() bool { return !b.session.Mask().Empty() })
}

func TestPassing_ClosingLeavesNoStudyOpen(t *testing.T) {
	b := studied(t, t.TempDir())
	b.openFile(filepath.Join(t.TempDir(), "A.nii"))
	b.draw(5)
	b.kept(1)
	b.until("it says so", func() bool { return b.status.kept.Text != "" })
	folder := b.study().Folder()
	s := newSeries("B")
	s.halted = make(chan struct{})
	b.opener.found = app.Scan{Series: []app.Series{s}}
	b.Open("B")
	b.until("it loads", b.session.Loading)
	if b.status.kept.Text != "" {
		t.Errorf("of what loads it says %q", b.status.kept.Text)
	}
	b.end()
	if _, err := os.Stat(filepath.Join(folder, "lock")); err == nil || b.prefs.Working != "" {
		t.Errorf("the lock is still there %v, at work %q", err == nil, b.prefs.Working)
	}
}

func TestClosings_MayBeginWhileOthersAreWaitedFor(t *testing.T) {
	var c closings
	var under atomic.Int64
	var waiting sync.WaitGroup
	for range 4 {
		waiting.Go(func() {
			for range 2000 {
				c.Wait()
			}
		})
	}
	for range 2000 {
		under.Add(1)
		c.Go(func() { under.Add(-1) })
	}
	waiting.Wait()
	if c.Wait(); under.Load() != 0 {
		t.Errorf("%d are under way", under.Load())
	}
}
