package ui

import "opacity/app"

// finishDrawing fills an outline that is not closed yet, before its case goes.
func (w *Window) finishDrawing() {
	if w.session.Volume() != nil && w.kit.Finish() {
		w.filled = w.session.Info().Case
		w.status.note(w.t("ui.leaving.filled", w.filled))
	}
}

// connectUnfinished says so once more where it can be read: when the next case is there.
func (w *Window) connectUnfinished() {
	w.session.Opened.Connect(func(app.OpenedEvent) {
		if w.filled == "" || w.session.Loading() {
			return
		}
		w.soon("unfinished", func() {
			if w.filled != "" {
				w.status.say(w.t("ui.leaving.filled", w.filled))
				w.filled = ""
			}
		})
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
