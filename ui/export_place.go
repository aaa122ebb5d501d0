package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"opacity/app/job"
	"opacity/app/pipeline"
)

// jobExported is the key of looking whether the folder of the last export can be written.
const jobExported = "exported"

// ownSuffix ends the name of a folder that is of one case.
const ownSuffix = "_opacity"

// exportFolder is where an export is proposed to go: where the last one went, as far
// as it is known that this can be written; a folder of one case gives way to that of
// the case at hand beside it.
func (w *Window) exportFolder() string {
	own := w.caseShown() + ownSuffix
	last := w.prefs.Exported
	switch {
	case last == "" || last != w.exported:
		return filepath.Join(w.resultFolder(), own)
	case strings.HasSuffix(filepath.Base(last), ownSuffix):
		return filepath.Join(filepath.Dir(last), own)
	}
	return last
}

// findExported looks beside the window whether the folder of the last export can be
// written, and calls then where that changed what is proposed.
func (w *Window) findExported(then func()) {
	folder := w.prefs.Exported
	if folder == "" || w.jobs.Running(jobExported) {
		return
	}
	into := folder
	if strings.HasSuffix(filepath.Base(folder), ownSuffix) {
		into = filepath.Dir(folder) // the next is made there
	}
	job.Run(w.jobs, jobExported, func(context.Context, func(job.Progress)) (bool, error) {
		return canWrite(into), nil
	}, nil, func(can bool, err error) {
		if err != nil || folder != w.prefs.Exported {
			return
		}
		was := w.exported
		if w.exported = ""; can {
			w.exported = folder
		}
		if w.exported != was {
			then()
		}
	})
}

// canWrite reports whether a file can be made in a folder, by making one.
func canWrite(folder string) bool {
	f, err := os.CreateTemp(folder, ".opacity-*")
	if err != nil {
		return false
	}
	closed := f.Close()
	return os.Remove(f.Name()) == nil && closed == nil
}

// rememberExported proposes a folder for the next export.
func (w *Window) rememberExported(folder string) {
	if full, err := filepath.Abs(folder); err == nil {
		w.prefs.Exported, w.exported = full, full // something was just written there
		w.savePreferences()
	}
}

// exportedThere returns what says, beside the window, that the report in a folder is of
// another image; "" where it is of this one, or there is none.
func (w *Window) exportedThere(folder string) func() string {
	info, sha, shown := w.session.Info(), w.keeping.source.SHA256, w.caseShown()
	return func() string {
		there, ok := pipeline.Reported(folder)
		if !ok {
			return ""
		}
		other := there.Name != info.Case
		if sha != "" && there.SHA256 != "" {
			other = there.SHA256 != sha
		}
		if !other {
			return ""
		}
		return w.t("ui.replace.another", there.Name, shown)
	}
}
