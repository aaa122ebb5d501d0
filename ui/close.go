package ui

// closeStudy leaves the window empty.
func (w *Window) closeStudy() {
	w.unlessUnsaved(func() {
		w.opening++
		w.jobs.CancelAll()
		w.cancelSegment()
		w.savedAs, w.measured, w.leftOut = "", measured{}, ""
		w.bands.forget()
		w.bands.clearFailures()
		w.session.Close()
	})
}

// unsaved reports whether work would be lost with the open study.
func (w *Window) unsaved() bool { return w.session.Dirty() && !w.sample }

// unlessUnsaved goes on at once where nothing would be lost, else asks.
func (w *Window) unlessUnsaved(then func()) {
	if !w.unsaved() {
		then()
		return
	}
	w.question("unsaved", w.t("ui.unsaved.title"), w.t("ui.unsaved.text", w.session.Info().Case),
		answer{id: "save", label: "ui.unsaved.save", run: func() { w.saveMaskThen(then) }},
		answer{id: "discard", label: "ui.unsaved.discard", danger: true, run: then},
		answer{id: "cancel", label: "ui.cancel"})
}

// tryClose closes the window unless work would be lost.
func (w *Window) tryClose() {
	if len(w.modals) > 0 {
		return
	}
	w.unlessUnsaved(func() {
		size := w.win.Canvas().Size()
		w.prefs.Width, w.prefs.Height = size.Width, size.Height
		w.prefs.save()
		w.shut()
	})
}

// shut closes the window for good.
func (w *Window) shut() {
	w.closed = true
	w.jobs.CancelAll()
	w.win.Close()
	if w.opts.Closed != nil {
		w.opts.Closed()
	}
}
