package ui

import (
	"slices"
	"testing"
	"time"

	"opacity/app/worklist"
	"opacity/viewer/tool"
)

// readingOf is a reader's own reading of a case.
func (b *bench) readingOf(name, reader string) worklist.Reading {
	e, _ := b.cases.entry(name)
	for _, r := range e.Readings {
		if r.Reviewer == reader {
			return r
		}
	}
	return worklist.Reading{}
}

// Two read one list at one computer, one after the other.
func TestEachReaderHasAVerdictAndMinutesOfTheirOwn(t *testing.T) {
	now := time.Unix(1e9, 0)
	b, _ := newListBench(t, func(o *Options) { o.Now = func() time.Time { return now } })
	work := func(minutes int) {
		for range 3 * minutes {
			now = now.Add(20 * time.Second)
			b.active()
		}
	}
	b.prefs.Reader = "ann"
	b.goToCase("a")
	b.dot(0.5, 0.5)
	work(4)
	b.keys.Do(tool.CaseAccepted)
	b.cases.note.Text = "ann's"
	b.cases.note.OnSubmitted("ann's")
	b.goToCase("b")

	b.setStudies("", "bob")
	b.goToCase("a")
	work(2)
	b.goToCase("b")
	if r := b.readingOf("a", "bob"); r.State != "" && r.State != worklist.New || r.Note != "" || r.Minutes < 1.5 || r.Minutes > 2.1 {
		t.Errorf("who only looked has %+v", r)
	}
	ann := b.readingOf("a", "ann")
	if ann.State != worklist.Accepted || ann.Note != "ann's" || ann.Minutes < 3.5 || ann.Minutes > 4.1 || ann.Changed.IsZero() {
		t.Errorf("who worked has %+v", ann)
	}
	if r, _ := b.cases.row("a"); r.State != worklist.Accepted || r.Reviewer != "ann" {
		t.Errorf("the row is %+v", r)
	}

	b.goToCase("a")
	if b.cases.note.Text != "" {
		t.Errorf("another's note is offered: %q", b.cases.note.Text)
	}
	b.cases.note.Text = "bob's"
	b.cases.note.OnSubmitted("bob's")
	if r := b.readingOf("a", "bob"); r.State == worklist.Accepted || r.Note != "bob's" {
		t.Errorf("a note makes another's verdict one's own: %+v", r)
	}
	if b.stateOf("a") != worklist.Accepted || b.readingOf("a", "ann") != ann {
		t.Errorf("a note takes a verdict back: %+v", b.cases.rows(worklist.ByName))
	}
	b.keys.Do(tool.CaseAccepted)
	if r := b.readingOf("a", "bob"); r.State != worklist.Accepted || r.Changed.IsZero() {
		t.Errorf("who agrees has %+v", r)
	}
}

// A list that knows nothing of a case takes what its study says, as that of whom
// the study names.
func TestANewListTakesTheVerdictOfTheStudy(t *testing.T) {
	b, folder := newListBench(t)
	b.prefs.Reader = "ann"
	b.goToCase("a")
	b.dot(0.5, 0.5)
	b.keys.Do(tool.CaseCorrected)
	b.goToCase("b")
	b.prefs.Reader = "bob"
	e, _ := b.cases.entry("a")
	b.cases.list.Remove("a")
	e.Readings = nil
	b.cases.list.Add([]worklist.Entry{e})
	b.goToCase("a")
	if r := b.readingOf("a", "ann"); r.State != worklist.Corrected {
		t.Errorf("in %s the list says %+v", folder, e.Readings)
	}
	if r := b.readingOf("a", "bob"); r.State != "" && r.State != worklist.New {
		t.Errorf("the one who opens it has %+v", r)
	}
	if !slices.Contains(b.shownCases(), "a") {
		t.Error("it is not shown")
	}
}
