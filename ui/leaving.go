package ui

import (
	"slices"
	"strings"
)

// writingJobs are the jobs whose files would be missing or cut short if the
// program ended meanwhile.
func writingJobs() []string {
	return []string{jobVacant, "save", "picture", "export", "audit", "labels.export", "study.copy", jobCasesExport, jobCasesCopy, jobCasesSegment}
}

// handOver gives to what keeps the case all that is only on screen yet, before
// the case or the window goes.
func (w *Window) handOver() {
	w.endStroke()
	w.finishDrawing()
	w.inspector.model.thresholds.letGo()
	w.inspector.labels.takeName()
	w.inspector.review.keepNote()
	w.cases.takeNote()
}

// leaving names what would be cut short if the window closed now, each as the
// status bar says it.
func (w *Window) leaving() []string {
	var names []string
	for _, t := range w.status.tasks {
		if slices.Contains(writingJobs(), t.key) {
			names = append(names, w.status.describe(t))
		}
	}
	return names
}

// unlessWriting goes on at once where nothing would be cut short, else asks.
func (w *Window) unlessWriting(then func()) {
	names := w.leaving()
	if len(names) == 0 {
		then()
		return
	}
	w.question("leaving", w.t("ui.leaving.title"), w.t("ui.leaving.text", strings.Join(names, "; ")),
		answer{id: "wait", label: "ui.leaving.wait", run: w.closeWhenWritten},
		answer{id: "stop", label: "ui.leaving.stop", danger: true, run: then},
		answer{id: "cancel", label: "ui.cancel"})
}

// closeWhenWritten closes the window as soon as all is written, unless that fails.
func (w *Window) closeWhenWritten() {
	w.closesLater, w.failedBefore = true, slices.Clone(w.bands.failures)
	w.status.note(w.t("ui.leaving.waiting"))
	w.written()
}

// written closes a window that has only waited for its files.
func (w *Window) written() {
	if !w.closesLater || len(w.leaving()) > 0 {
		return
	}
	w.closesLater = false
	if len(w.modals) > 0 || slices.ContainsFunc(w.bands.failures, func(f failure) bool { return !slices.Contains(w.failedBefore, f) }) {
		return // the user must see that
	}
	w.tryClose()
}
