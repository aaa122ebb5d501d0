package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"opacity/viewer/tool"
)

// Blinded work goes along with its reader's name, and opens to nobody else's in silence.
func TestBlindedWorkFollowsItsReader(t *testing.T) {
	b, _ := newListBench(t)
	b.prefs.Reader = "ann"
	b.toggleBlinded()
	b.goToCase("a")
	b.dot(0.5, 0.5)
	mine := b.infection()
	ann := filepath.Dir(b.study().Folder())

	b.changeReader("", "anna")
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.answer("reader", "cancel")
	if b.reader() != "ann" {
		t.Fatalf("cancelled, %s reads", b.reader())
	}
	b.changeReader("", "anna")
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.answer("reader", "same")
	b.until("the case is back", func() bool { return b.reader() == "anna" && b.complete() && b.cases.present == "a" && b.study() != nil })
	if _, err := os.Stat(ann); err == nil || b.infection() != mine || b.reader() != "anna" {
		t.Errorf("%d voxels, not %d, for %s", b.infection(), mine, b.reader())
	}
	anna := filepath.Dir(b.study().Folder())

	b.changeReader("", "bob")
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.answer("reader", "other")
	b.until("the case is open for another", func() bool {
		return b.reader() == "bob" && b.complete() && b.cases.present == "a" && b.infection() == 0
	})
	b.dot(0.3, 0.3)
	if bobs := filepath.Dir(b.study().Folder()); bobs == anna || filepath.Dir(bobs) != filepath.Dir(anna) {
		t.Errorf("bob's work is in %s", bobs)
	}
	b.changeReader("", "anna")
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	if b.reader() != "bob" {
		t.Error("anna's work opens in silence")
	}
	b.answer("reader", "mine")
	b.until("anna's is back", func() bool {
		return b.reader() == "anna" && b.complete() && b.cases.present == "a" && b.infection() == mine
	})
}

// Where nothing is kept blinded a name is just a name.
func TestAnotherNameAsksNothing(t *testing.T) {
	b, _ := newListBench(t)
	b.goToCase("a")
	b.changeReader("", "bob")
	b.until("bob reads", func() bool { return b.reader() == "bob" })
	if len(b.modals) > 0 || b.cases.present != "a" {
		t.Errorf("%d questions, at %q", len(b.modals), b.cases.present)
	}
}

// What a folder is called may say who the patients are.
func TestTheListsNameHidesWithTheIdentity(t *testing.T) {
	b, folder := newListBench(t)
	name := filepath.Base(folder)
	b.viewer.SetIdentity(true)
	b.settle()
	if got := b.cases.title.Text; !strings.Contains(got, name) {
		t.Errorf("the title is %q", got)
	}
	b.viewer.SetIdentity(false)
	b.settle()
	if got := b.cases.title.Text; strings.Contains(got, name) {
		t.Errorf("hidden, the title is %q", got)
	}
	if got := b.lookingIn(folder); strings.Contains(got, name) {
		t.Errorf("it says %q", got)
	}
}

// Two cases of one image share their study, which is said.
func TestCasesOfOneImage(t *testing.T) {
	b, folder := newListBench(t)
	twin := listed{newSeries("a")}
	twin.info.Path = filepath.Join(folder, "twin.nii")
	b.opts.Opener = append(b.opts.Opener.(casesOpener), twin)
	b.openCases(folder)
	b.until("the list is read", func() bool { return len(b.shownCases()) == 4 })
	b.cases.goTo("a")
	b.arrived("a")
	b.dot(0.5, 0.5)
	other := ""
	for _, name := range b.shownCases() {
		if e, _ := b.cases.entry(name); e.Path == twin.info.Path {
			other = name
		}
	}
	b.goToCase(other)
	if b.infection() == 0 || len(b.keeping.hints) != 1 || !strings.Contains(b.keeping.hints[0], "same image as a") {
		t.Errorf("%d voxels in %s; it says %q", b.infection(), other, b.keeping.hints)
	}
}

// Who reads with keys alone, or writes a note, is at work.
func TestKeysAreASignOfLife(t *testing.T) {
	now := time.Unix(1e9, 0)
	b, _ := newListBench(t, func(o *Options) { o.Now = func() time.Time { return now } })
	b.goToCase("a")
	for name, press := range map[string]func(){
		"a key that changes nothing": func() { b.panes.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyC}) },
		"a key that steps":           func() { b.panes.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome}) },
		"a note":                     func() { b.cases.note.TypedRune('x') },
		"a verdict":                  func() { b.keys.Do(tool.CaseProblem) },
	} {
		press()
		before := b.readingTime()
		now = now.Add(20 * time.Second)
		press()
		if got := (b.readingTime() - before).Seconds(); got < 19.9 {
			t.Errorf("%s: %v s", name, got)
		}
	}
	b.until("the study is made", func() bool { return b.study() != nil }) // in a folder that goes with the test
}

// A blinded reader is not sent to a model, or to somebody's mask.
func TestBlindedReviewAsksForNoModel(t *testing.T) {
	b, _ := newListBench(t)
	b.toggleBlinded()
	b.goToCase("a")
	b.press(fyne.KeyN)
	for _, said := range []string{b.status.text.Text, b.inspector.review.why.Rich.String()} {
		if strings.Contains(said, "model") || !strings.Contains(said, "Draw a mask") {
			t.Errorf("it says %q", said)
		}
	}
}
