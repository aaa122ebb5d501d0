package ui

import (
	"os"
	"testing"
	"time"

	"opacity/app/worklist"
	"opacity/viewer/tool"
)

// A list that could not be saved is tried again by itself, and asked about before
// it goes.
func TestAListThatCannotBeSaved(t *testing.T) {
	var later []func()
	b, folder := newListBench(t, func(o *Options) {
		now := o.After
		o.After = func(d time.Duration, f func()) func() {
			switch d {
			case saveAgain:
				later = append(later, f)
				return func() {}
			case retryMake: // of the case's study
				return func() {}
			}
			return now(d, f)
		}
	})
	dir := b.listsFolder()
	b.goToCase("a")
	b.until("it is saved", func() bool { return !b.cases.unsaved() })
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b.keys.Do(tool.CaseAccepted)
	b.until("it is told", func() bool { return len(later) == 1 })
	if !b.cases.dirty || len(b.bands.failures) == 0 {
		t.Errorf("dirty %v, bands %v", b.cases.dirty, b.bands.failures)
	}
	for _, leave := range []func(){b.closeCases, b.tryClose, func() { b.openCases(folder) }} {
		leave()
		b.until("it asks", func() bool { return len(b.modals) == 1 })
		b.answer("unsaved.list", "cancel")
		if b.cases.list == nil || b.closed {
			t.Fatal("it is gone all the same")
		}
	}
	b.closeCases()
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	b.answer("unsaved.list", "cancel")
	later[len(later)-1]()
	b.until("it is saved", func() bool { return !b.cases.unsaved() })
	l, err := worklist.Open(b.listFile(folder))
	if err != nil {
		t.Fatal(err)
	}
	if r, _ := l.Reading("a", b.reader()); r.State != worklist.Accepted || len(b.bands.failures) > 0 {
		t.Errorf("the file says %+v, bands %v", r, b.bands.failures)
	}
	b.closeCases()
	b.until("it is closed", func() bool { return b.cases.list == nil })
	if len(b.modals) > 0 {
		t.Error("it asks though all is saved")
	}
}

// A change that is being saved when the program is told to end is in the list's file.
func TestToldToEndWhileTheListIsSaved(t *testing.T) {
	b, _ := newListBench(t)
	b.goToCase("a")
	b.dot(0.5, 0.5)
	b.kept(1)
	b.until("the list is saved", func() bool { return !b.cases.unsaved() })
	file := b.cases.file
	b.cases.say(worklist.Accepted)
	for !b.cases.jobs.Running(jobCasesSave) {
		if f := b.queue.next(); f != nil {
			f()
		}
	}
	b.shut()
	l, err := worklist.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if r, _ := l.Reading("a", b.reader()); r.State != worklist.Accepted {
		t.Errorf("on disk it is %q", r.State)
	}
}
