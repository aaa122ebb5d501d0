package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/review"
	"opacity/app/study"
	"opacity/app/worklist"
	"opacity/viewer/tool"
)

// Who only looks is told of each thing that it is not kept, and nothing says that
// it was: not the slice, not the case, not the list.
func TestWhoOnlyLooksSaysNothing(t *testing.T) {
	b, _ := newListBench(t)
	b.setStudies("", "ann")
	b.goToCase("a")
	b.dot(0.5, 0.5)
	folder := b.study().Folder()
	b.goToCase("b")
	b.closing.Wait()
	other, _, err := study.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	b.cases.list.Remove("a")
	b.cases.lookAgain()
	b.until("it is there again", func() bool { _, ok := b.cases.entry("a"); return ok && !b.cases.jobs.Running(jobCases) })
	b.setStudies("", "bob")
	b.goToCase("a")
	if r := b.readingOf("a", "ann"); r.State != worklist.InWork || r.Changed.IsZero() {
		t.Errorf("the list does not say what the study does: %+v", r)
	}
	sentence := b.Window.t("ui.study.looking_note")
	for _, a := range append(tool.CaseStates(), tool.CaseNote, tool.ReviewAccepted, tool.ReviewCorrected, tool.ReviewProblem, tool.ReviewUntick) {
		b.status.say("")
		b.keys.Do(a)
		b.settle()
		if said := b.status.text.Text; said != sentence {
			t.Errorf("%s: %q", a, said)
		}
	}
	b.status.say("")
	b.cases.casesPanel.state.SetSelectedIndex(3)
	b.settle()
	if said := b.status.text.Text; said != sentence && !b.cases.casesPanel.state.Disabled() {
		t.Errorf("the selector: %q", said)
	}
	b.cases.note.Text = "bob's"
	b.cases.note.OnSubmitted("bob's")
	b.settle()
	if !b.cases.note.Disabled() || !b.inspector.review.note.Disabled() || b.cases.note.Text != "" {
		t.Errorf("a note can be written: %q", b.cases.note.Text)
	}
	b.use(tool.Brush)
	b.click(0.3, 0.3)
	b.settle()
	if strings.Contains(b.status.text.Text, "looking only") {
		t.Errorf("a stroke says %q", b.status.text.Text)
	}
	for k := range b.reviewing.marks {
		if b.reviewing.marks.State(k) == review.Accepted {
			t.Errorf("slice %d counts as accepted", k)
		}
	}
	if r := b.readingOf("a", "bob"); r.State != "" && r.State != worklist.New || r.Note != "" {
		t.Errorf("the list has %+v", r)
	}
	if b.stateOf("a") != other.Info().State {
		t.Errorf("the list says %s, the study %s", b.stateOf("a"), other.Info().State)
	}
}

// A case that was put into work says since when, so that it outdoes what was said before.
func TestInWorkHasItsDate(t *testing.T) {
	b, _ := newListBench(t)
	b.setStudies("", "ann")
	b.cases.list.Say("a", "bob", worklist.Accepted, "", b.now().Add(-1e12))
	b.goToCase("a")
	b.dot(0.5, 0.5)
	b.settle()
	r := b.readingOf("a", "ann")
	if age := b.now().Sub(r.Changed); r.State != worklist.InWork || age < 0 || age > 6e10 {
		t.Errorf("the reading is %+v", r)
	}
	if row, _ := b.cases.row("a"); row.Reviewer != "ann" || row.State != worklist.InWork {
		t.Errorf("the row is %+v", row)
	}
}

// failingOpener has files beside the cases that cannot be read.
type failingOpener struct {
	casesOpener
	failed []error
}

func (o failingOpener) Scan(ctx context.Context, paths []string, report func(job.Progress)) (app.Scan, error) {
	found, err := o.casesOpener.Scan(ctx, paths, report)
	found.Failed = o.failed
	return found, err
}

// What a folder of cases has that cannot be used is named.
func TestItemsThatCannotBeUsedAreNamed(t *testing.T) {
	for n, want := range map[int]string{1: "1 item in the folder cannot be used: x0.dcm.", 2: "2 items in the folder cannot be used: x0.dcm, x1.dcm."} {
		var o failingOpener
		b := newBench(t, func(opts *Options) { opts.Opener, opts.StudiesDir = &o, t.TempDir() })
		folder := t.TempDir()
		s := listed{newSeries("a")}
		s.info.Path = filepath.Join(folder, "a.nii")
		o.casesOpener = casesOpener{s}
		for i := range n {
			path := filepath.Join(folder, fmt.Sprintf("x%d.dcm", i))
			o.failed = append(o.failed, &app.PathError{Path: path, Case: true, Err: app.Refuse(nil, "dicom.truncated", path)})
		}
		b.openCases(folder)
		b.until("the list is open", func() bool { return b.cases.list != nil })
		if len(b.bands.failures) != 1 || b.bands.failures[0].sentence != want {
			t.Errorf("of %d it says %+v", n, b.bands.failures)
		}
	}
}
