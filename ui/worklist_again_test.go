package ui

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"opacity/app"
	"opacity/app/job"
)

// unreadable finds what another opener does, and a file that cannot be read.
type unreadable struct{ app.Opener }

func (u unreadable) Scan(ctx context.Context, paths []string, report func(job.Progress)) (app.Scan, error) {
	found, err := u.Opener.Scan(ctx, paths, report)
	found.Failed = append(found.Failed, &app.PathError{Path: "bad.nii", Case: true, Err: app.Refuse(errors.New("x"), "app.unexpected", "bad.nii")})
	return found, err
}

// The list may go on in another file while its folder is looked through.
func TestLookingAgainWhileTheListIsSavedElsewhere(t *testing.T) {
	b, _ := newListBench(t)
	halted := haltedScan{unreadable{b.opts.Opener}, make(chan struct{})}
	b.opts.Opener = halted
	b.cases.list.Remove("c")
	b.cases.lookAgain()
	b.cases.saveAs(filepath.Join(t.TempDir(), "other.json"), false)
	b.until("it goes on there", func() bool { return !b.cases.jobs.Running(jobCasesCopy) })
	close(halted.may)
	b.until("it has looked", func() bool { return !b.cases.jobs.Running(jobCases) })
	if failures, _ := b.bands.texts(); len(b.cases.list.Entries()) != 3 || len(failures) != 1 {
		t.Errorf("%d cases, told %q", len(b.cases.list.Entries()), failures)
	}
}
