package ui

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/safefile"
	"opacity/app/study"
)

// changeReader lets somebody else work from now on, "" for the system's user, or
// the same under another name; which of them decides what becomes of work that is
// kept blinded, and is asked where there is any.
func (w *Window) changeReader(dir, name string) {
	from, to := w.reader(), name
	if to == "" {
		to = study.SystemUser()
	}
	if from == to {
		w.setStudies(dir, name)
		return
	}
	roots := w.studyRoots()
	job.Run(w.jobs, "reader", func(context.Context, func(job.Progress)) ([2][]string, error) {
		dirs := roots()
		return [2][]string{foldersIn(dirs, blindNameOf(from)), foldersIn(dirs, blindNameOf(to))}, nil
	}, nil, func(has [2][]string, _ error) {
		other := func() { w.become(dir, name, nil) }
		same := func() { w.become(dir, name, has[0]) }
		cancel := answer{id: "cancel", label: "ui.cancel"}
		switch {
		case len(has[1]) > 0:
			w.question("reader", w.t("ui.blind.reader"), w.t("ui.blind.reader_taken", to),
				answer{id: "mine", label: "ui.blind.mine", run: other}, cancel)
		case len(has[0]) > 0:
			w.question("reader", w.t("ui.blind.reader"), w.t("ui.blind.reader_has", from, to),
				answer{id: "same", label: "ui.blind.same", run: same}, answer{id: "other", label: "ui.blind.other", run: other}, cancel)
		default:
			other()
		}
	})
}

// foldersIn are the folders of a name in some folders.
func foldersIn(dirs []string, name string) (found []string) {
	for _, dir := range dirs {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.IsDir() && !slices.Contains(found, path) {
			found = append(found, path)
		}
	}
	return found
}

// become changes who reads. The folders of blinded work that are the same
// reader's come along. What is open blinded is put aside meanwhile.
func (w *Window) become(dir, name string, along []string) {
	if !w.blinded() || w.session.Volume() == nil || w.sample {
		w.moveBlinded(along, func() { w.setStudies(dir, name) }, nil)
		return
	}
	info, listed := w.session.Info(), w.cases.present
	w.leave(func() {
		w.closeNow()
		w.cases.present = ""
		w.moveBlinded(along, func() { w.setStudies(dir, name) }, func() { w.reopen(listed, info) })
	})
}

// moveBlinded gives folders of blinded work the name of who reads once change was
// called, and then goes on. A folder that cannot be moved, and all else, stays as
// it is.
func (w *Window) moveBlinded(folders []string, change, then func()) {
	from, prefs := w.blindName(), *w.prefs
	change()
	to := w.blindName()
	job.Run(w.jobs, "reader", func(context.Context, func(job.Progress)) (struct{}, error) {
		w.closing.Wait()
		for n, path := range folders {
			if err := os.Rename(path, filepath.Join(filepath.Dir(path), to)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				for _, moved := range folders[:n] {
					_ = os.Rename(filepath.Join(filepath.Dir(moved), to), filepath.Join(filepath.Dir(moved), from)) // it went the other way just now
				}
				return struct{}{}, app.Fail(err, "ui.blind.not_moved", path, safefile.Reason(err))
			}
		}
		return struct{}{}, nil
	}, nil, func(_ struct{}, err error) {
		if err != nil {
			w.setStudies(prefs.Studies, prefs.Reader)
			w.bands.failAbout("reader", err)
		}
		w.cases.arrange()
		if then != nil {
			then()
		}
	})
}
