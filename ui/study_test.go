package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/study"
	"opacity/app/text"
)

// studied is a window that keeps studies, and the image file that they are of.
func studied(t *testing.T, dir string) *bench {
	t.Helper()
	return newBench(t, func(o *Options) { o.StudiesDir = dir })
}

// shutStudy is a folder of studies with one of an image, closed, in which there are
// two strokes.
func shutStudy(t *testing.T) (dir, image, folder string) {
	t.Helper()
	dir, image = t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	b := studied(t, dir)
	b.openFile(image)
	b.draw(5)
	b.draw(6)
	b.kept(2)
	folder = b.study().Folder()
	b.end()
	return dir, image, folder
}

// openFile opens a fake series that has a file.
func (b *bench) openFile(path string) {
	b.t.Helper()
	if err := os.WriteFile(path, []byte("image"), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.found(path)
	b.Open(path)
	b.until("it is open", func() bool { return b.complete() && b.session.Info().Path == path })
}

func (b *bench) found(path string) *fakeSeries {
	s := newSeries("case")
	s.info.Path = path
	b.opener.found = app.Scan{Series: []app.Series{s}}
	return s
}

// draw makes a step that draws infection on a voxel more.
func (b *bench) draw(offset int) {
	b.t.Helper()
	m := b.session.Mask()
	to := m.Snapshot()
	s := make([]uint8, m.Size()[0]*m.Size()[1])
	copy(s, to.Slice(mask.Findings, 3))
	s[offset] = mask.Infection
	to.SetSlice(mask.Findings, 3, s)
	if err := b.session.Edit(mask.Step{Name: text.M("ui.step.holes", "x"), Tool: "brush", Label: mask.Infection, Hand: true, Delta: mask.Diff(m, to)}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) kept(steps int) {
	b.t.Helper()
	b.until("it is kept", func() bool { return b.study() != nil && b.study().Durable() == steps })
}

// end closes the window as Ctrl+Q does.
func (b *bench) end() {
	b.t.Helper()
	b.tryClose()
	b.until("it is closed", func() bool { return b.closed })
}

func TestStudyIsMadeAndGoneOnWith(t *testing.T) {
	dir, image := filepath.Join(t.TempDir(), "studies"), filepath.Join(t.TempDir(), "ct.nii")
	b := studied(t, dir)
	b.openFile(image)
	if _, err := os.Stat(dir); err == nil {
		t.Error("a study is made of what was only looked at")
	}
	b.draw(5)
	b.draw(6)
	b.kept(2)
	b.session.SetLocked(mask.LeftLung, true)
	b.note(func(i *study.Info) { i.Note = "seen" })
	if _, err := b.session.Undo(); err != nil {
		t.Fatal(err)
	}
	b.viewer.SetCursor([3]int{1, 2, 3})
	b.settle()
	if b.unsaved() || strings.Contains(b.win.Title(), "•") || b.status.kept.Text != "● Kept" {
		t.Errorf("title %q, status %q", b.win.Title(), b.status.kept.Text)
	}
	folder := b.study().Folder()
	b.end() // asks nothing

	b = studied(t, dir)
	b.openFile(image)
	steps, applied := b.session.History()
	l, _ := b.session.Mask().Label(mask.LeftLung)
	if len(steps) != 2 || applied != 1 || !l.Locked || b.viewer.Cursor() != [3]int{1, 2, 3} || b.studyInfo().Note != "seen" {
		t.Fatalf("%d of %d steps, %+v, at %v, %+v", applied, len(steps), l, b.viewer.Cursor(), b.studyInfo())
	}
	if b.study().Folder() != folder || !strings.Contains(b.status.text.Text, "Goes on where the case was left: steps 1 of 2, the rest undone, last change ") {
		t.Errorf("%s, and it says %q", b.study().Folder(), b.status.text.Text)
	}
	if _, err := b.session.Redo(); err != nil || b.session.Mask().Count(mask.Findings, mask.Infection) != 2 {
		t.Errorf("not done again: %v", err)
	}
	b.startAnew()
	b.until("it starts anew", func() bool { return b.study() == nil && b.complete() })
	b.draw(9)
	b.kept(1)
	if b.study().Folder() == folder {
		t.Error("the old study goes on")
	}
	b.end()
}

func TestModelsProposalIsKept(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	b := studied(t, dir)
	b.openFile(image)
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting })
	b.kept(1)
	s := b.study()
	models := s.Info().Models
	if len(models) != 1 || models[0].ID != "m" {
		t.Fatalf("models %+v", models)
	}
	if p, err := s.Proposal(t.Context(), models[0]); err != nil || !p.Mask.Equal(b.session.Mask()) {
		t.Errorf("what it proposed: %v", err)
	}
	b.end()
	b = studied(t, dir)
	b.openFile(image)
	if r := b.session.Result(); r == nil || r.Model.Title != "Fake model" || !b.session.ModelMask().Equal(b.session.Mask()) {
		t.Errorf("the model's run is gone: %+v", r)
	}
	b.end()
}

func TestSourceThatMovedOrChanged(t *testing.T) {
	dir, image, folder := shutStudy(t)

	moved := filepath.Join(t.TempDir(), "moved.nii")
	if err := os.Rename(image, moved); err != nil {
		t.Fatal(err)
	}
	b := studied(t, dir)
	b.found(moved)
	b.Open(folder)
	b.until("it asks", func() bool { return len(b.modals) > 0 })
	b.opener.found = app.Scan{Series: []app.Series{other{newSeries("case")}}}
	b.chooser.path = filepath.Join(dir, "wrong.nii")
	b.answer("moved", "file")
	b.until("it asks again", func() bool { return len(b.modals) > 0 && !b.jobs.Running(jobOpen) })
	if !saysIn(b.modals[0], "wrong.nii is another image") || len(b.bands.failures) > 0 {
		t.Errorf("it says %v", words(b.modals[0].popup.Content))
	}
	b.found(moved)
	b.chooser.path = moved
	b.answer("moved", "file")
	b.until("it is open", func() bool { return b.complete() && b.study() != nil })
	if got := b.study().Info().Sources[0].Path; got != moved {
		t.Errorf("it is known to be at %s", got)
	}
	b.end()

	b = studied(t, dir)
	b.opener.found = app.Scan{Series: []app.Series{other{newSeries("case")}}}
	b.Open(folder)
	b.until("it asks", func() bool { return len(b.modals) > 0 })
	if b.session.Volume() != nil || !saysIn(b.modals[0], "its content has changed. Show where that image is") {
		t.Errorf("it says %v", words(b.modals[0].popup.Content))
	}
	b.answer("moved", "cancel")
	b.end()
}

// saysIn reports whether a dialog says something.
func saysIn(m *modal, what string) bool {
	for said := range words(m.popup.Content) {
		if strings.Contains(said, what) {
			return true
		}
	}
	return false
}

// other is a series of other content.
type other struct{ *fakeSeries }

func (other) SHA256(context.Context) (string, error) { return "other", nil }

func TestSomebodyElseHasTheStudy(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	first := studied(t, dir)
	first.openFile(image)
	first.draw(5)
	first.kept(1)

	b := studied(t, dir)
	b.openFile(image)
	if b.study() != nil || b.lookingOnly() == "" || b.status.kept.Text != "Looking only" {
		t.Fatalf("it can be edited twice; %q", b.status.kept.Text)
	}
	b.draw(6)
	b.settle()
	if !b.unsaved() || b.failing() != "" {
		t.Errorf("unsaved %v, %q", b.unsaved(), b.failing())
	}
	b.note(func(i *study.Info) { i.Note = "no" })
	b.tryClose()
	b.settle()
	b.chooser.path = filepath.Join(t.TempDir(), "copy")
	b.answer("unkept", "copy")
	b.until("it is copied and closed", func() bool { return b.closed })
	first.end()

	s, _, err := study.Open(t.Context(), b.chooser.path+study.Extension)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if steps, applied := s.History().Steps(); len(steps) != 2 || applied != 2 || s.Mask().Count(mask.Findings, mask.Infection) != 2 {
		t.Errorf("%d of %d steps in the copy", applied, len(steps))
	}
}

// Where no study can be made the work stays in memory, which is said and asked about.
func TestNoPlaceForStudies(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var later []func()
	b := newBench(t, func(o *Options) {
		o.StudiesDir = dir
		o.After = func(d time.Duration, f func()) func() {
			if d == retryMake {
				later = append(later, f)
			}
			return func() {}
		}
	})
	b.openFile(filepath.Join(t.TempDir(), "ct.nii"))
	b.draw(5)
	b.until("it says so", func() bool { return b.failing() != "" })
	if !b.unsaved() || b.status.kept.Text != "● Not on disk" || len(later) != 1 {
		t.Errorf("unsaved %v, status %q, %d tries", b.unsaved(), b.status.kept.Text, len(later))
	}
	b.tryClose()
	b.settle()
	if len(b.modals) != 1 || b.modals[0].id != "unkept" {
		t.Fatal("closing does not ask")
	}
	b.answer("unkept", "cancel")
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	later[0]()
	b.kept(1)
	if b.failing() != "" || b.unsaved() {
		t.Errorf("still: %q", b.failing())
	}
	b.end()
}

func TestFailureAndRecoveryAreTold(t *testing.T) {
	b := studied(t, t.TempDir())
	b.openFile(filepath.Join(t.TempDir(), "ct.nii"))
	b.draw(5)
	b.kept(1)
	b.studyFailed(b.keeping, app.Fail(errors.New("x"), "safefile.disk_full", "journal"))
	b.settle()
	failures, _ := b.bands.texts()
	if len(failures) != 1 || !b.unsaved() {
		t.Errorf("bands %v", failures)
	}
	b.studyFailed(b.keeping, nil)
	b.settle()
	if failures, _ = b.bands.texts(); len(failures) != 0 || b.status.text.Text != "All changes are on disk again." {
		t.Errorf("bands %v, status %q", failures, b.status.text.Text)
	}
	b.end()
}

func TestAuditIsExported(t *testing.T) {
	b := studied(t, t.TempDir())
	b.openFile(filepath.Join(t.TempDir(), "ct.nii"))
	b.setStudies("", "Dr Reader")
	b.draw(5)
	b.kept(1)
	for _, tt := range []struct{ name, start string }{{"a.csv", "case,study_id,time,who,event"}, {"a.json", "{\n"}} {
		t.Run(tt.name, func(t *testing.T) {
			b.chooser.path = filepath.Join(b.dir, tt.name)
			b.askAudit()
			b.until("it is written", func() bool { return b.status.place == b.chooser.path })
			out, err := os.ReadFile(b.chooser.path)
			if err != nil || !strings.HasPrefix(string(out), tt.start) || !strings.Contains(string(out), "Dr Reader") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	b.end()
}

func TestReadingClock(t *testing.T) {
	tests := []struct {
		name  string
		signs []float64 // seconds
		want  float64
	}{
		{"nothing", nil, 0},
		{"one sign", []float64{5}, 0},
		{"steady work", []float64{0, 10, 30, 80}, 80},
		{"a pause", []float64{0, 10, 500, 520}, 30},
		{"a clock set back", []float64{100, 40, 50}, 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c readingClock
			for _, s := range tt.signs {
				c.touch(time.Unix(1000, 0).Add(time.Duration(s * float64(time.Second))))
			}
			if c.sum.Seconds() != tt.want {
				t.Errorf("%v s, want %v", c.sum.Seconds(), tt.want)
			}
		})
	}
}

func TestReadingTimeIsKept(t *testing.T) {
	now := time.Unix(1e9, 0)
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	b := newBench(t, func(o *Options) { o.StudiesDir, o.Now = dir, func() time.Time { return now } })
	b.openFile(image)
	for n := range 4 {
		now = now.Add(20 * time.Second)
		b.viewer.SetCursor([3]int{n, 0, 0})
	}
	b.draw(5)
	b.kept(1)
	b.end()
	b = studied(t, dir)
	b.openFile(image)
	if got := b.studyInfo().ReadingSeconds; got < 60 || got > 80 {
		t.Errorf("%v s of reading", got)
	}
	b.end()
}
