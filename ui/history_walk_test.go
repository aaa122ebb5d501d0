package ui

import (
	"errors"
	"fmt"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
)

// slowShelf is an archive whose disk may not answer.
type slowShelf struct {
	deltas  []mask.Delta
	answers chan struct{} // closed: it does
	broken  error
}

func (s *slowShelf) Keep(step mask.Step) (int64, error) {
	s.deltas = append(s.deltas, step.Delta)
	return int64(len(s.deltas) - 1), nil
}
func (s *slowShelf) Moved(int) error { return nil }
func (s *slowShelf) Delta(ref int64) (mask.Delta, error) {
	<-s.answers
	return s.deltas[ref], s.broken
}

// shelved is a case with five strokes that are all in an archive alone.
func shelved(t *testing.T) (*bench, *slowShelf) {
	t.Helper()
	b := newBench(t)
	b.openOne("case")
	for n := range 5 {
		b.draw(n)
	}
	steps, applied := b.session.History()
	var kept []mask.Kept
	a := &slowShelf{answers: make(chan struct{})}
	for n, step := range steps {
		a.deltas = append(a.deltas, step.Delta)
		step.Name, step.Delta = text.M("ui.step.fill", fmt.Sprint(n+1)), mask.Delta{}
		kept = append(kept, mask.Kept{Step: step, Ref: int64(n)})
	}
	h, err := mask.Resume(b.session.Mask().Snapshot(), kept, applied, a)
	if err == nil {
		err = b.session.Restore(h, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	return b, a
}

func (b *bench) applied() int {
	_, applied := b.session.History()
	return applied
}

// Steps that are not in memory are read beside the window, and keys pressed
// meanwhile are carried out in their order.
func TestOldStepsAreReadBesideTheWindow(t *testing.T) {
	b, a := shelved(t)
	for range 3 {
		b.undo()
	}
	b.redo()
	b.settle()
	if b.applied() != 5 || !b.jobs.Running(jobWalk) {
		t.Fatalf("the disk does not answer, and %d steps are applied", b.applied())
	}
	if undo, redo := b.steps(); undo != b.stepNamed(3) || redo != b.stepNamed(4) {
		t.Errorf("undo would take back %q, redo %q", undo, redo)
	}
	close(a.answers)
	b.until("two are undone", func() bool { return b.applied() == 3 && !b.jobs.Running(jobWalk) })
	if b.infection() != 3 {
		t.Errorf("%d voxels are left", b.infection())
	}
	b.redo()
	b.redo()
	b.until("they are done again", func() bool { return b.applied() == 5 })
	if b.infection() != 5 {
		t.Errorf("%d voxels", b.infection())
	}
	b.inspector.history.goTo(0)
	b.until("it is at the start", func() bool { return b.applied() == 0 })
	if said := b.status.text.Text; said != "Went back 5 steps, to: As opened" {
		t.Errorf("the status bar says %q", said)
	}
}

func (b *bench) stepNamed(n int) string {
	steps, _ := b.session.History()
	return b.texts.Format(steps[n-1].Name)
}

// Who goes on drawing meanwhile is not taken anything back.
func TestOldStepsAreOvertaken(t *testing.T) {
	b, a := shelved(t)
	b.undo()
	b.draw(9)
	close(a.answers)
	b.until("nothing is read", func() bool { return !b.jobs.Running(jobWalk) })
	if b.applied() != 6 || b.infection() != 6 {
		t.Errorf("%d steps, %d voxels", b.applied(), b.infection())
	}
	if said := b.status.text.Text; said != b.Window.t("ui.history.overtaken") {
		t.Errorf("the status bar says %q", said)
	}
	b.undo()
	b.settle()
	if b.applied() != 5 {
		t.Error("the step in memory is not undone")
	}
}

// What cannot be read is told, and nothing changes; what is given up is not told.
func TestOldStepsThatAreNotRead(t *testing.T) {
	b, a := shelved(t)
	b.undo()
	b.escape()
	a.broken = errors.New("torn")
	close(a.answers)
	b.until("nothing is read", func() bool { return !b.jobs.Running(jobWalk) })
	if n := len(b.bands.failures); b.applied() != 5 || n != 0 {
		t.Errorf("given up: %d steps, %d bands", b.applied(), n)
	}
	b.undo()
	b.until("it is told", func() bool { return len(b.bands.failures) == 1 })
	if b.applied() != 5 || b.infection() != 5 {
		t.Errorf("%d steps, %d voxels", b.applied(), b.infection())
	}
	a.broken = nil
	b.undo()
	b.until("it is undone", func() bool { return b.applied() == 4 })
}

// What hands have touched in a study is read beside the window too.
func TestTouchedIsReadBesideTheWindow(t *testing.T) {
	b, a := shelved(t)
	b.readTouched()
	b.settle()
	if !b.jobs.Running(jobTouched) {
		t.Fatal("nothing is read")
	}
	close(a.answers)
	b.until("it is read", func() bool { return b.session.FetchTouched() == nil })
	a.broken = errors.New("torn")
	if touched, err := b.session.Touched(); err != nil || touched.Count() != 5 {
		t.Errorf("%d voxels are touched, %v", touched.Count(), err)
	}
}
