package ui

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/study"
	"opacity/app/worklist"
)

// lateChooser is answered by the test, when it likes: the system's own do not block
// the window.
type lateChooser struct{ done func(path string) }

func (l *lateChooser) openFile(_, _ string, done func(string))   { l.done = done }
func (l *lateChooser) openFolder(_, _ string, done func(string)) { l.done = done }
func (l *lateChooser) saveFile(_, _ string, done func(string))   { l.done = done }

// haltedScan looks for images until it may go on.
type haltedScan struct {
	app.Opener
	may chan struct{}
}

func (h haltedScan) Scan(ctx context.Context, paths []string, report func(job.Progress)) (app.Scan, error) {
	<-h.may
	return h.Opener.Scan(ctx, paths, report)
}

// whileScanning asks something of A, of which all is saved, while B is looked for, and
// waits for B.
func whileScanning(t *testing.T, ask func(b *bench)) *bench {
	b := newBench(t, func(o *Options) { o.ReadMask, o.StudiesDir = referenceFile, t.TempDir() })
	b.openFile(filepath.Join(t.TempDir(), "A.nii"))
	b.draw(5)
	b.kept(1)
	halted := haltedScan{b.opener, make(chan struct{})}
	b.opts.Opener = halted
	b.opener.found = app.Scan{Series: []app.Series{other{newSeries("B")}}}
	b.Open("B")
	b.settle()
	ask(b)
	close(halted.may)
	b.until("B is open", func() bool { return b.complete() && b.session.Info().Case == "B" })
	return b
}

func TestDialogsGoWithTheirCase(t *testing.T) {
	for what, ask := range map[string]func(b *bench){
		"export":  func(b *bench) { b.askExportInto(filepath.Join(b.dir, "A_opacity")) },
		"mapping": func(b *bench) { b.openMask("mask_of_A.nii.gz") },
	} {
		b := whileScanning(t, func(b *bench) {
			ask(b)
			b.until("it asks", func() bool { return len(b.modals) == 1 })
		})
		if len(b.modals) != 0 || b.exporting != nil {
			t.Errorf("%s: %d dialogs are open over another case", what, len(b.modals))
		}
	}
}

func TestPlaceAnsweredOverAnotherCaseIsDropped(t *testing.T) {
	for what, ask := range map[string]func(b *bench){
		"save as":       (*bench).saveMaskAs,
		"save study as": func(b *bench) { b.askSaveStudyAs() },
		"audit":         (*bench).askAudit,
		"open mask":     (*bench).askOpenMask,
	} {
		late := &lateChooser{}
		b := whileScanning(t, func(b *bench) {
			b.choose = late
			ask(b)
			b.until("it asks", func() bool { return late.done != nil })
		})
		path := filepath.Join(b.dir, "A_place")
		b.draw(6)
		b.until("kept", func() bool { return b.study() != nil })
		late.done(path)
		b.until("that is told", func() bool { return b.status.text.Text == b.t_("ui.case_gone") })
		there, _ := filepath.Glob(path + "*")
		if len(there) > 0 || b.savedAs != "" || len(b.modals) > 0 || study.Is(path+study.Extension) {
			t.Errorf("%s: B was written to %v, saved as %q", what, there, b.savedAs)
		}
	}
}

func TestPlaceAnsweredOverNoListIsDropped(t *testing.T) {
	b, _ := newListBench(t)
	late := &lateChooser{}
	b.choose = late
	b.goToCase("a")
	b.dot(0.5, 0.5)
	b.kept(1)
	b.cases.say(worklist.Corrected)
	b.settle()
	b.cases.askExport()
	export := late.done
	b.askSaveWorkList()
	save, folder := late.done, t.TempDir()
	b.closeCases()
	b.until("closed", func() bool { return b.cases.list == nil })
	for _, answer := range []func(){func() { export(folder) }, func() { save(filepath.Join(folder, "list.json")) }} {
		b.status.say("")
		answer()
		b.until("that is told", func() bool { return b.status.text.Text == b.t_("ui.cases.gone") })
	}
	if there, _ := os.ReadDir(folder); len(there) > 0 {
		t.Errorf("%v was written", there)
	}
}
