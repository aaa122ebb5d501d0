package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/study"
	"opacity/app/volume"
)

// patientModel is a doubter that waits until it may end.
type patientModel struct {
	*doubter
	may chan bool
}

func (p *patientModel) Segment(ctx context.Context, v *volume.Volume, req app.SegmentRequest, h app.SegmentHooks) (*app.SegmentResult, error) {
	select {
	case <-p.may:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return p.doubter.Segment(ctx, v, req, h)
}

func newPatientBench(t *testing.T) (*bench, *patientModel) {
	t.Helper()
	model := &patientModel{&doubter{fakeSegmenter: &fakeSegmenter{}}, make(chan bool, 3)}
	b, _ := newListBench(t, func(o *Options) { o.Segmenter = model })
	return b, model
}

func (b *bench) allSegmented() {
	b.t.Helper()
	b.until("all are segmented", func() bool { return !b.cases.jobs.Running(jobCasesSegment) && len(b.status.tasks) == 0 })
}

// What is found for a case while it is being left is in its study.
func TestResultForACaseThatIsBeingLeft(t *testing.T) {
	for range 5 {
		b, model := newPatientBench(t)
		b.goToCase("a")
		b.dot(0.5, 0.5)
		byHand := b.infection()
		b.cases.segmentAll()
		b.cases.goTo("b")
		model.may <- true
		model.may <- true
		model.may <- true
		b.allSegmented()
		said := b.status.text.Text
		b.arrived("b")
		b.goToCase("a")
		if got := b.infection(); got <= byHand || b.session.Result() == nil || len(b.studyInfo().Models) != 1 {
			t.Fatalf("%d voxels, %d by hand, %d models, %q, %q", got, byHand, len(b.studyInfo().Models), b.status.text.Text, said)
		}
	}
}

// What was found for a case is not given to the one that is open by the time the window
// gets to it.
func TestResultComesToAnotherCase(t *testing.T) {
	b, _ := newPatientBench(t)
	b.goToCase("b")
	k := &keeper{c: b.cases, list: b.cases.list, folder: b.cases.list.Studies}
	found, err := (&doubter{fakeSegmenter: &fakeSegmenter{}}).Segment(t.Context(), b.session.Volume(), app.SegmentRequest{}, app.SegmentHooks{
		Started: func(app.ModelInfo, app.Device) {}, Progress: func(job.Progress) {}, Slice: func(volume.Slice, [mask.Layers][]uint8) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	type answer struct {
		done bool
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		done, err := k.adopt(t.Context(), "a", &offer{result: found})
		answers <- answer{done, err}
	}()
	b.until("it is answered", func() bool { return len(answers) == 1 })
	if got := <-answers; got.done || got.err != nil || b.session.Result() != nil || b.infection() != 0 {
		t.Errorf("kept for a: %v (%v); b has a result: %v", got.done, got.err, b.session.Result() != nil)
	}
}

// A case that somebody else works on gets no result, and is not said to have one.
func TestResultForACaseLookedAt(t *testing.T) {
	b, model := newPatientBench(t)
	b.goToCase("a")
	b.dot(0.5, 0.5)
	byHand, folder := b.infection(), b.study().Folder()
	b.goToCase("b")
	b.closing.Wait()
	other, _, err := study.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	b.goToCase("a")
	b.cases.segmentAll()
	model.may <- true
	model.may <- true
	model.may <- true
	b.allSegmented()
	if e, _ := b.cases.entry("a"); e.Model != "" || b.infection() != byHand || !strings.Contains(b.status.text.Text, "1 failed: a") {
		t.Errorf("model %q, %d voxels, %d before; it says %q", e.Model, b.infection(), byHand, b.status.text.Text)
	}
}

// Who waits for a case and then opens another stays there.
func TestWaitingForACaseIsGivenUp(t *testing.T) {
	b, _ := newPatientBench(t)
	b.cases.writing = "a"
	b.cases.goTo("a")
	b.goToCase("b")
	b.cases.written(b.cases.list, "a")
	b.settle()
	b.arrived("b")
	if b.session.Info().Case != "b" {
		t.Errorf("it is at %s", b.session.Info().Case)
	}
	b.cases.writing = "c"
	b.cases.goTo("c")
	b.cases.written(b.cases.list, "c")
	b.arrived("c")
}

// What was asked for and not begun when the asker stopped is never done.
func TestAskAfterTheEnd(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var q queue
	stop()
	done := false
	if _, err := ask(ctx, q.dispatch, func() bool { done = true; return true }); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	q.next()()
	if done {
		t.Error("it is done all the same")
	}
}
