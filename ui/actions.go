package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"opacity/app/mask"
	"opacity/viewer/tool"
)

// registerActions tells the key table what the window itself carries out.
func (w *Window) registerActions() {
	k := w.keys
	k.Handle(tool.FileOpen, w.askOpenFile)
	k.Handle(tool.FileOpenFolder, w.askOpenFolder)
	k.Handle(tool.FileSave, w.saveMask)
	k.Handle(tool.FileExport, w.askExport)
	k.Handle(tool.FilePicture, w.askPicture)
	for i, a := range []tool.Action{tool.FileRecent1, tool.FileRecent2, tool.FileRecent3, tool.FileRecent4, tool.FileRecent5} {
		k.Handle(a, func() { w.openRecent(i) })
	}
	k.Handle(tool.EditUndo, w.undo)
	k.Handle(tool.EditRedo, w.redo)
	k.Handle(tool.SegmentRun, w.segment)
	k.Handle(tool.ViewInspector, w.toggleInspector)
	k.Handle(tool.ViewKeys, w.showKeys)
	k.Handle(tool.ViewCancel, w.escape)
}

// escape leaves what is nearest: the control in focus, else the work under way.
func (w *Window) escape() {
	w.tips.clear()
	switch {
	case w.win.Canvas().Focused() != nil && !w.panesFocused():
		w.focusPanes()
	default:
		w.status.cancelTop()
	}
}

// hasStudy, hasMask and idle say which actions make sense now.
func (w *Window) hasStudy() bool { return w.session.Volume() != nil }

func (w *Window) complete() bool { return w.hasStudy() && !w.session.Loading() }

func (w *Window) hasMask() bool {
	return w.complete() && (!w.session.Mask().Empty() || w.session.Dirty())
}

func (w *Window) canSegment() bool {
	return w.complete() && w.opts.Segmenter != nil && !w.segmenting && w.misfit() == ""
}

// undo and redo belong to the text field that has the focus, else to the mask.
func (w *Window) undo() {
	if e := w.focusedEntry(); e != nil {
		e.Undo()
		return
	}
	if len(w.modals) > 0 || w.segmenting {
		return
	}
	if step, ok := w.session.Undo(); ok {
		w.status.say(w.t("ui.status.undone", w.texts.Format(step.Name)))
	}
}

func (w *Window) redo() {
	if e := w.focusedEntry(); e != nil {
		e.Redo()
		return
	}
	if len(w.modals) > 0 || w.segmenting {
		return
	}
	if step, ok := w.session.Redo(); ok {
		w.status.say(w.t("ui.status.redone", w.texts.Format(step.Name)))
	}
}

func (w *Window) focusedEntry() *widget.Entry {
	switch e := w.win.Canvas().Focused().(type) {
	case *entry:
		return &e.Entry
	case *widget.Entry:
		return e
	}
	return nil
}

// steps returns the names of what undo and redo would do, "" for nothing.
func (w *Window) steps() (undo, redo string) {
	steps, applied := w.session.History()
	name := func(s mask.Step) string { return w.texts.Format(s.Name) }
	if applied > 0 {
		undo = name(steps[applied-1])
	}
	if applied < len(steps) {
		redo = name(steps[applied])
	}
	return undo, redo
}

func (w *Window) toggleInspector() {
	w.prefs.Inspector = !w.prefs.Inspector
	w.inspector.setShown(w.prefs.Inspector)
	w.savePreferences()
	w.refreshActions()
}

func (w *Window) setLight(light bool) {
	if w.prefs.Light == light {
		return
	}
	w.prefs.Light = light
	w.look = newLook(light)
	w.app.Settings().SetTheme(w.look)
	w.inspector.refresh()
	w.bands.refresh()
	w.savePreferences()
	w.refreshActions()
	w.measureLater()
}

// refreshActions brings menu, toolbar and buttons in line with what can be done.
func (w *Window) refreshActions() {
	w.menu.refresh()
	w.toolbar.refresh()
	w.inspector.model.refresh()
}

// focusPanes gives the keys to the pictures, where there are any.
func (w *Window) focusPanes() {
	if w.hasStudy() && !w.choosing() {
		w.win.Canvas().Focus(w.panes.grid)
		return
	}
	w.win.Canvas().Unfocus()
}

func (w *Window) panesFocused() bool { return w.win.Canvas().Focused() == fyne.Focusable(w.panes.grid) }
