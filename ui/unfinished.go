package ui

import (
	"slices"
	"strings"
	"time"

	"opacity/app"
)

// finishDrawing fills an outline that is not closed yet, before its case goes. Nothing
// is drawn into what is only shown: an operation is worked out anew after it, and a
// boundary that was let go of becomes a step first, or it would be of another mask.
func (w *Window) finishDrawing() {
	if w.session.Volume() == nil || w.kit.Open() == nil {
		return
	}
	w.amount.hide()
	if w.kit.Finish() {
		w.tellUnfinished(w.t("ui.leaving.filled", w.caseShown()))
	} else {
		w.amount.again(false)
	}
}

// tellUnfinished says what became of something unfinished, now and once the next
// case is there.
func (w *Window) tellUnfinished(said string) {
	if !slices.Contains(w.unfinished, said) {
		w.unfinished = append(w.unfinished, said)
	}
	w.status.note(said)
}

func (w *Window) sayUnfinished() {
	if w.unfinished != nil {
		w.status.say(strings.Join(w.unfinished, " "))
		w.unfinished = nil
	}
}

// unlessPreviewed goes on at once where no operation is only shown, or another
// question will say so; else asks.
func (w *Window) unlessPreviewed(then func()) {
	if w.amount.op == nil || w.unsaved() {
		then()
		return
	}
	name := w.t("ui.op.name." + w.amount.op.id)
	w.question("preview", w.t("ui.leaving.preview_title", name), w.t("ui.leaving.preview_text", name),
		answer{id: "discard", label: "ui.leaving.preview_close", danger: true, run: then},
		answer{id: "cancel", label: "ui.cancel"})
}

// dropPreview closes an operation that is only shown, as its case goes, and says so.
func (w *Window) dropPreview() {
	if op := w.amount.op; op != nil {
		w.amount.drop()
		w.tellUnfinished(w.t("ui.leaving.unapplied", w.t("ui.op.name."+op.id), w.caseShown()))
	}
}

// thresholdPolls is how often it is asked whether a boundary has become a step.
const thresholdPolls = 20 * time.Millisecond

// whenThresholdKept goes on once a boundary that was let go of is a step, or was
// given back.
func (w *Window) whenThresholdKept(then func()) {
	if m := w.inspector.model.thresholds.moving; m == nil || !m.keeping {
		then()
		return
	}
	w.after(thresholdPolls, func() { w.whenThresholdKept(then) })
}

// letGo keeps a boundary where it was moved to, as letting go of it does; the
// pointer that still holds it moves nothing any more.
func (s *thresholdSection) letGo() {
	if s.moving == nil {
		return
	}
	for _, r := range s.rows {
		r.slider.deaf = r.slider.dragged
	}
	s.keep()
}

// connectUnfinished says so once more where it can be read: when the next case is there.
func (w *Window) connectUnfinished() {
	w.session.Opened.Connect(func(app.OpenedEvent) {
		if w.unfinished == nil || w.session.Loading() {
			return
		}
		w.soon("unfinished", func() { w.soon("unfinished.said", w.sayUnfinished) }) // after the tool's hint
	})
}

// andPreview is a question about what would be lost, and that an operation is only
// shown where one is: nothing that is saved has it.
func (w *Window) andPreview(question string) string {
	if w.amount.op == nil {
		return question
	}
	return w.t("ui.leaving.preview", question, w.t("ui.op.name."+w.amount.op.id))
}
