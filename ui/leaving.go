package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// writingJobs are the jobs whose files would be missing or cut short if the
// program ended meanwhile.
func writingJobs() []string {
	return []string{jobVacant, "save", "picture", "export", "audit", "labels.export", jobPlotExport, "study.copy", jobCasesExport, jobCasesCopy, jobCasesSegment}
}

// handOver gives to what keeps the case all that is only on screen yet, before
// the case or the window goes.
func (w *Window) handOver() {
	w.endStroke()
	w.inspector.model.thresholds.letGo()
	w.finishDrawing()
	w.inspector.labels.takeName()
	w.inspector.review.keepNote()
	w.cases.takeNote()
}

// leaving names what would be cut short if the window closed now, each as the
// status bar says it.
func (w *Window) leaving() []string {
	var names []string
	for _, t := range w.status.tasks {
		if slices.Contains(writingJobs(), t.key) || w.losesRun(t.key) {
			names = append(names, w.status.describe(t))
		}
	}
	return names
}

// losesRun reports whether a job is a model's run on somebody's case, of which nothing is
// kept before its end.
func (w *Window) losesRun(key string) bool {
	return !w.sample && (key == jobSegment || key == jobAgain)
}

// unlessRunning goes on at once where no run would be lost with the case, else asks.
func (w *Window) unlessRunning(then func()) {
	run := w.runAtStake()
	if run == nil {
		then()
		return
	}
	w.question("running", w.t("ui.leaving.title_model"), w.t("ui.leaving.run", w.status.describe(run)),
		answer{id: "stop", label: "ui.leaving.stop_model", danger: true, run: func() { w.cancelSegment(); then() }},
		answer{id: "cancel", label: "ui.cancel"}).ofCase()
}

// leavingAsks is the question whether to wait for what is being written.
type leavingAsks struct {
	m     *modal
	words *widget.Label
	then  func() // leaves
}

// runAtStake is the run that losesRun tells of; nil where there is none.
func (w *Window) runAtStake() *task {
	for _, t := range w.status.tasks {
		if w.losesRun(t.key) {
			return t
		}
	}
	return nil
}

// unlessWriting goes on at once where nothing would be cut short, else asks.
func (w *Window) unlessWriting(then func()) {
	if len(w.leaving()) == 0 {
		then()
		return
	}
	q := &leavingAsks{words: widget.NewLabel(w.leavingText()), then: then}
	q.words.Wrapping = fyne.TextWrapWord
	w.failedBefore = slices.Clone(w.bands.failures)
	q.m = w.ask("leaving", w.t(w.leavingKey("title")), q.words, questionSize,
		answer{id: "wait", label: "ui.leaving.wait", run: w.closeWhenWritten},
		answer{id: "stop", label: "ui.leaving.stop", danger: true, run: func() { w.cancelSegment(); then() }},
		answer{id: "cancel", label: "ui.cancel"})
	w.leavingAsks = q
}

func (w *Window) leavingText() string {
	return w.t(w.leavingKey("text"), strings.Join(w.leaving(), "; "))
}

// leavingKey is what is said of the question: another thing where a model runs.
func (w *Window) leavingKey(what string) string {
	if w.runAtStake() != nil {
		what += "_model"
	}
	return "ui.leaving." + what
}

// asksToLeave reports whether that question is on screen.
func (w *Window) asksToLeave() bool {
	return w.leavingAsks != nil && slices.Contains(w.modals, w.leavingAsks.m)
}

// retellLeaving has the question tell how far the writing is now, or puts it away
// where nothing is being written any more.
func (w *Window) retellLeaving() {
	if !w.asksToLeave() {
		return
	}
	q := w.leavingAsks
	if len(w.leaving()) > 0 {
		q.words.SetText(w.leavingText())
		return
	}
	q.m.close()
	w.leavingAsks = nil
	if w.failedSince() {
		return // the user must see that
	}
	w.question("left", w.t("ui.leaving.done"), w.t("ui.leaving.done_text"),
		answer{id: "close", label: "ui.leaving.close", run: q.then},
		answer{id: "cancel", label: "ui.leaving.stay"})
}

// failedSince reports whether anything failed since it was asked.
func (w *Window) failedSince() bool {
	return slices.ContainsFunc(w.bands.failures, func(f failure) bool { return !slices.Contains(w.failedBefore, f) })
}

// closeWhenWritten closes the window as soon as all is written, unless that fails.
func (w *Window) closeWhenWritten() {
	w.closesLater, w.failedBefore = true, slices.Clone(w.bands.failures)
	w.status.note(w.t("ui.leaving.waiting"))
	w.written()
}

// written closes a window that has only waited for its files.
func (w *Window) written() {
	w.retellLeaving()
	if !w.closesLater || len(w.leaving()) > 0 {
		return
	}
	w.closesLater = false
	if len(w.modals) > 0 || w.failedSince() {
		return // the user must see that
	}
	w.tryClose()
}
