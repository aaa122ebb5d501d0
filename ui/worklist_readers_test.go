package ui

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"opacity/app/mask"
	"opacity/app/study"
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

// A note that is still being written belongs to its case, whichever way that is left.
func TestATypedNoteIsKept(t *testing.T) {
	for name, go_ := range map[string]func(b *bench, folder string){
		"next case":     func(b *bench, _ string) { b.keys.Do(tool.CaseNext); b.arrived("b") },
		"close":         func(b *bench, _ string) { b.closeStudy() },
		"close list":    func(b *bench, _ string) { b.closeCases() },
		"quit":          func(b *bench, _ string) { b.tryClose() },
		"told to end":   func(b *bench, _ string) { b.shut() },
		"another image": func(b *bench, folder string) { b.Open(filepath.Join(folder, "c.nii")) },
		"another list":  func(b *bench, folder string) { b.openCases(folder) },
	} {
		t.Run(name, func(t *testing.T) {
			b, folder := newListBench(t)
			b.goToCase("a")
			b.dot(0.5, 0.5)
			b.until("it is kept", func() bool { return b.study().Durable() == 1 })
			dir := b.study().Folder()
			b.writeNoteText("apex")
			go_(b, folder)
			b.until("it is written", func() bool {
				i, err := study.Peek(dir)
				l, other := worklist.Open(b.listFile(folder))
				if err != nil || other != nil {
					return false
				}
				r, _ := l.Reading("a", b.reader())
				return i.Note == "apex" && r.Note == "apex"
			})
		})
	}
}

// writeNoteText types a note without ending it.
func (b *bench) writeNoteText(note string) {
	b.cases.writeNote()
	b.cases.note.Text = note
}

// An outline that nobody has closed is filled, not thrown away.
func TestAnUnfinishedOutlineIsKept(t *testing.T) {
	draw := func(b *bench) {
		b.use(tool.Polygon)
		for _, p := range [][2]float32{{0.3, 0.3}, {0.7, 0.3}, {0.7, 0.7}} {
			b.click(p[0], p[1])
		}
		if b.infection() != 0 {
			b.t.Fatal("it is filled at once")
		}
	}
	b, _ := newListBench(t)
	b.goToCase("a")
	draw(b)
	b.keys.Do(tool.CaseNext)
	b.arrived("b")
	if b.infection() != 0 || !strings.Contains(b.status.text.Text, "outline in a was filled") {
		t.Errorf("%d voxels in b, and it says %q", b.infection(), b.status.text.Text)
	}
	b.goToCase("a")
	if steps, _ := b.session.History(); b.infection() == 0 || len(steps) != 1 {
		t.Errorf("%d voxels in a after %d steps", b.infection(), len(steps))
	}
	b.undo()
	b.until("undo takes it back", func() bool { return b.infection() == 0 })
	draw(b)
	b.closeStudy()
	b.until("it is closed", func() bool { return b.session.Volume() == nil })
	b.goToCase("a")
	if b.infection() == 0 {
		t.Error("closing threw it away")
	}
	b.goToCase("b")
	draw(b)
	dir := b.cases.list.Studies
	b.tryClose()
	b.until("it is closed", func() bool { return b.closed })
	found, _ := study.In(dir)
	s := b.onDisk(found[len(found)-1])
	defer s.Close()
	if s.Mask().Count(mask.Findings, mask.Infection) == 0 {
		t.Errorf("quitting threw it away: %s", found)
	}
}

// Each line of the audit names who was at work then.
func TestTheAuditNamesWhoWasAtWork(t *testing.T) {
	b, _ := newListBench(t)
	b.prefs.Reader = "ann"
	b.goToCase("a")
	b.dot(0.5, 0.5)
	b.goToCase("b")
	b.prefs.Reader = "bob"
	b.goToCase("a")
	b.dot(0.3, 0.3)
	rows := b.study().Audit()
	if len(rows) < 2 || rows[0].Who != "ann" || rows[len(rows)-1].Who != "bob" {
		t.Errorf("%+v", rows)
	}
	if r := b.readingOf("a", "ann"); r.State != worklist.InWork {
		t.Errorf("ann has %+v", r)
	}
	if r := b.readingOf("a", "bob"); r.State != "" && r.State != worklist.New {
		t.Errorf("bob has %+v", r)
	}
}
