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
