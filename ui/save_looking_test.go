package ui

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
)

// Whether a file is replaced is looked up beside the window: a share may not answer.
func TestFilesAreLookedForBesideTheWindow(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.draw(5)
	b.chooser.path = filepath.Join(b.dir, "mask.nii.gz")
	b.saveMaskAs()
	if !b.jobs.Running(jobVacant) || len(b.writer.wrote()) > 0 {
		t.Error("saved before it was looked for")
	}
	if names := b.leaving(); len(names) != 1 {
		t.Errorf("closing now would cut short %v", names)
	}
	b.until("it is saved", func() bool { return len(b.writer.wrote()) == 1 })

	b.saveMaskAs()
	if len(b.modals) > 0 {
		t.Error("asked before it was looked for")
	}
	b.escape()
	b.settle()
	if said := b.status.text.Text; len(b.modals) > 0 || said != b.Window.t("ui.save.stopped") {
		t.Errorf("stopped: %d questions, the status bar says %q", len(b.modals), said)
	}
}

// What is asked for of one case is not done to the next.
func TestSavingIsOfTheCaseThatWasOpen(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.draw(5)
	b.chooser.path = filepath.Join(b.dir, "mask.nii.gz")
	b.saveMaskAs()
	b.opening++ // another case is open by now
	b.settle()
	if n := len(b.writer.wrote()); n != 0 {
		t.Errorf("the mask of another case was saved: %d files", n)
	}
}

// So is whether a path is a study; one that only looks like it is scanned.
func TestStudiesAreLookedForBesideTheWindow(t *testing.T) {
	dir, _, folder := shutStudy(t)
	b := studied(t, dir)
	b.found(filepath.Join(dir, "elsewhere.nii"))
	b.Open(folder)
	if !b.jobs.Running(jobLook) || b.jobs.Running(jobOpen) {
		t.Error("it is opened before it was looked at")
	}
	b.until("it is looked at", func() bool { return !b.jobs.Running(jobLook) })
	b.until("it is opened", func() bool { return !b.jobs.Running(jobOpen) })

	image := filepath.Join(t.TempDir(), "ct.opacity")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b.found(image)
	b.dropped([]fyne.URI{storage.NewFileURI(image)})
	b.until("it is scanned", func() bool { return b.complete() && b.session.Info().Path == image })
}

// Where results are proposed to go is known before it is asked for: a share that
// does not answer holds no dialog up.
func TestResultsOnADeadShare(t *testing.T) {
	b := newBench(t)
	home, share, answers := t.TempDir(), t.TempDir(), make(chan struct{})
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	b.prefs.Results = share
	b.isFolder = func(path string) bool { <-answers; return isFolder(path) }
	if got := b.resultFolder(); got != home {
		t.Errorf("nobody knows whether it is there, and %s is proposed", got)
	}
	close(answers)
	b.until("it is known", func() bool { return !b.jobs.Running(jobResults) })
	if got := b.resultFolder(); got != share {
		t.Errorf("it is there, and %s is proposed", got)
	}
	b.settle()
	if err := os.Remove(share); err != nil {
		t.Fatal(err)
	}
	_ = b.resultFolder()
	b.until("it is known", func() bool { return !b.jobs.Running(jobResults) })
	if got := b.resultFolder(); got != home {
		t.Errorf("it is gone, and %s is proposed", got)
	}
}

// Preferences are written beside the window, the last of them last.
func TestPreferencesAreWrittenBesideTheWindow(t *testing.T) {
	p := loadPreferences(t.TempDir())
	answers := make(chan struct{})
	var mu sync.Mutex
	var readers []string
	p.out.write = func(file string, data []byte) {
		<-answers
		var got preferences
		if err := json.Unmarshal(data, &got); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		readers = append(readers, got.Reader)
		writePreferences(file, data)
	}
	for _, name := range []string{"a", "b", "c"} {
		p.Reader = name
		p.save() // the disk does not answer
	}
	close(answers)
	p.out.wait()
	mu.Lock()
	defer mu.Unlock()
	if n := len(readers); n == 0 || readers[n-1] != "c" || loadPreferences(filepath.Dir(p.file)).Reader != "c" {
		t.Errorf("written %q", readers)
	}
}
