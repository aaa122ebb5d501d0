package ui

import "opacity/app"

// connectPainting lets nobody paint what is not seen, and takes back why a tool
// did nothing once it may be so no more.
func (w *Window) connectPainting() {
	w.session.MaskChanged.Connect(func(app.MaskEvent) {
		if w.session.Painting() {
			w.uncover(w.viewer.ActiveLabel())
		}
	})
	w.session.HistoryChanged.Connect(func(struct{}) {
		if w.drawn() {
			w.bands.offer("") // a mask of the folder would take the place of what was drawn
		}
	})
	over := func(struct{}) { w.status.overcome() }
	w.session.HistoryChanged.Connect(over)
	w.session.LabelsChanged.Connect(over)
}

// uncover shows a label that a hand changes, where it is hidden, and says so.
func (w *Window) uncover(value uint8) {
	if w.session.Mask() == nil {
		return
	}
	l, there := w.session.Mask().Label(value)
	if !there {
		return
	}
	o := w.viewer.Overlay()
	switch {
	case !l.Visible:
		w.session.SetVisible(value, true)
	case o.Visible:
		return
	}
	o.Visible = true
	w.viewer.SetOverlay(o)
	w.status.note(w.t("ui.label.uncovered", l.Name))
}
