package ui

import (
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/worklist"
	"opacity/viewer/tool"
)

// What was said of a case was said of its mask as it was: painted on, an accepted
// case is in work again, until that is undone; a corrected one stays corrected
// unless a model has changed it.
func TestACaseIsChangedAfterItWasAccepted(t *testing.T) {
	b, _ := newListBench(t)
	b.setStudies("", "ann")
	b.goToCase("a")
	b.dot(0.5, 0.5)
	b.keys.Do(tool.CaseAccepted)
	is := func(what, state string) {
		t.Helper()
		b.settle()
		if got := b.studyInfo(); b.stateOf("a") != state || got.State != state || got.SaidBy != "ann" {
			t.Errorf("%s: the list says %s, the study %s by %s", what, b.stateOf("a"), got.State, got.SaidBy)
		}
	}
	b.keys.Do(tool.ReviewAccepted)
	is("accepted", worklist.Accepted)
	b.click(0.3, 0.3)
	is("painted on", worklist.InWork)
	if said := b.status.text.Text; !strings.Contains(said, "a was accepted before this change: it is in work again") || !strings.Contains(said, "now it counts as corrected") {
		t.Errorf("it says %q", said)
	}
	b.undo()
	is("undone", worklist.Accepted)
	if said := b.status.text.Text; !strings.Contains(said, "a counts as accepted again") {
		t.Errorf("undone, it says %q", said)
	}
	b.redo()
	is("done again", worklist.InWork)
	b.keys.Do(tool.CaseCorrected)
	b.click(0.4, 0.6)
	is("corrected further", worklist.Corrected)
	to := b.session.Mask().Snapshot()
	to.SetSlice(mask.Anatomy, 2, append(make([]uint8, 16*12-1), mask.LeftLung))
	if err := b.session.Edit(mask.Step{Name: text.M("ui.step.segment", "x"), Delta: mask.Diff(b.session.Mask(), to)}); err != nil {
		t.Fatal(err)
	}
	is("changed by no hand", worklist.InWork)
	b.keys.Do(tool.CaseAccepted)
	b.undo()
	is("undone further than it was accepted", worklist.InWork)
	b.click(0.3, 0.7)
	is("and painted on", worklist.InWork)
}

// What another has accepted is theirs to say again.
func TestACaseThatAnotherHasAcceptedIsChanged(t *testing.T) {
	b, _ := newListBench(t)
	b.setStudies("", "ann")
	b.goToCase("a")
	b.dot(0.5, 0.5)
	b.keys.Do(tool.CaseAccepted)
	b.goToCase("b")
	b.setStudies("", "bob")
	b.goToCase("a")
	b.dot(0.3, 0.3)
	b.settle()
	if r, _ := b.cases.row("a"); r.State != worklist.InWork || r.Reviewer != "bob" || b.readingOf("a", "ann").State != worklist.Accepted {
		t.Errorf("the row is %+v", r)
	}
	b.undo()
	b.settle()
	if r, _ := b.cases.row("a"); r.State != worklist.InWork || b.studyInfo().SaidBy != "bob" {
		t.Errorf("undone: %+v, said by %s", r, b.studyInfo().SaidBy)
	}
}
