package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"opacity/app/mask"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// registerActions tells the key table what the window itself carries out.
func (w *Window) registerActions() {
	k := w.keys
	k.Allow = func(a tool.Action) bool {
		w.active() // a key, too, is a sign of life
		return w.allow(a)
	}
	k.Handle(tool.FileOpen, w.askOpenFile)
	k.Handle(tool.FileOpenFolder, w.askOpenFolder)
	k.Handle(tool.FileOpenCases, w.askOpenCases)
	k.Handle(tool.FileSave, w.saveMask)
	k.Handle(tool.FileSaveAs, w.saveMaskAs)
	k.Handle(tool.FileClose, w.closeStudy)
	k.Handle(tool.FileQuit, w.tryClose)
	k.Handle(tool.FileExport, w.askExport)
	k.Handle(tool.FilePicture, w.askPicture)
	for i, a := range []tool.Action{tool.FileRecent1, tool.FileRecent2, tool.FileRecent3, tool.FileRecent4, tool.FileRecent5} {
		k.Handle(a, func() { w.openRecent(i) })
	}
	k.Handle(tool.EditUndo, w.undo)
	k.Handle(tool.EditRedo, w.redo)
	k.Handle(tool.SegmentRun, w.segment)
	k.Handle(tool.SegmentSlice, w.segmentSlice)
	k.Handle(tool.SegmentBox, w.segmentBox)
	k.Handle(tool.ViewCompare, w.toggleCompare)
	k.Handle(tool.ViewReference, w.toggleReference)
	w.reviewing.register(k)
	k.Handle(tool.ViewInspector, w.toggleInspector)
	k.Handle(tool.ViewProfile, w.switchProfile)
	k.Handle(tool.ViewPlots, w.plots.toggle)
	k.Handle(tool.ViewReport, func() { w.goToSection("report") })
	k.Handle(tool.ViewHistory, func() { w.goToSection("history") })
	k.Handle(tool.ViewMenu, func() { w.openMenu(0) })
	k.Handle(tool.ViewKeys, w.showKeys)
	k.Handle(tool.ViewCancel, w.escape)
	w.cases.register()
	w.registerOperations()
	w.kit.Connect(k)
	w.aim()
}

// escape leaves what is nearest: the control in focus, else the work under way.
// A model's run is not thrown away by it.
func (w *Window) escape() {
	w.make.Tips.Clear()
	switch {
	case w.amount.op != nil:
		w.amount.close()
	case w.inspector.labels.drag.giveBack():
	case w.inspector.model.thresholds.giveBack():
	case w.win.Canvas().Focused() != nil && !w.panesFocused():
		w.focusPanes()
	case w.inspector.model.again.putAway():
	case w.jobs.Running(jobEdit):
		w.jobs.Cancel(jobEdit)
	case w.kit.Escape():
	case w.modelRuns():
		w.status.note(w.t("ui.segment.no_escape"))
	case w.cases.jobs.Running(jobCasesSegment):
		w.status.note(w.t("ui.cases.no_escape"))
	default:
		w.status.cancelTop()
	}
}

// hasStudy, complete and hasMask say which actions make sense now. While several
// series are offered, the study behind their list is nobody's to act on.
func (w *Window) hasStudy() bool { return w.session.Volume() != nil && !w.choosing() }

// complete reports whether all of a study is on screen, and not left for another.
func (w *Window) complete() bool { return w.hasStudy() && !w.session.Loading() && w.behind == nil }

func (w *Window) hasMask() bool {
	return w.complete() && (!w.session.Mask().Empty() || w.session.Dirty())
}

func (w *Window) canSegment() bool {
	return w.complete() && w.opts.Segmenter != nil && !w.segmenting && !w.jobs.Running(jobAgain) && !w.blinded() && w.misfit() == ""
}

// refused says why an action cannot be carried out now, "" where it can.
func (w *Window) refused(a tool.Action) string {
	if why := w.cases.refused(a); why != "" {
		return why
	}
	if w.keeping.looking != nil && says(a) {
		return w.t("ui.study.looking_note")
	}
	needs, known := needsOf[a]
	if isTool(a) {
		needs, known = aStudy, true
	}
	if w.isOperation(a) {
		needs, known = aRestingMask, true
	}
	undo, redo := w.steps()
	switch {
	case w.choosing() && !overTheList[a]:
		return w.t("ui.refused.choosing")
	case !known:
		return ""
	case !w.hasStudy():
		return w.t("ui.refused.no_study")
	case w.session.Loading() && needs != aStudy:
		return w.t("ui.refused.loading")
	case w.behind != nil && needs != aStudy:
		return w.t("ui.refused.left")
	case w.segmenting && needs == aRestingMask:
		return w.t("ui.refused.segmenting")
	case a == tool.ViewCompare && !w.viewer.Comparing() && w.compareRefused() != "":
		return w.compareRefused()
	case a == tool.ViewReference && w.blinded():
		return w.t("ui.reference.blinded")
	case segments(a) && w.jobs.Running(jobAgain):
		return w.t("ui.refused.again")
	case w.blinded() && segments(a):
		return w.t("ui.refused.blinded")
	case w.segmenting && segments(a):
		return w.t("ui.refused.running")
	case w.amount.op != nil && takesTheMask(a): // not what is on screen
		return w.t("ui.amount.refused", w.t("ui.op.name."+w.amount.op.id))
	case needs == aRestingMask && (a == tool.FileSave || a == tool.FileSaveAs) && !w.hasMask():
		return w.t("ui.refused.no_mask")
	case a == tool.EditUndo && undo == "":
		return w.t("ui.refused.no_undo")
	case a == tool.EditRedo && redo == "":
		return w.t("ui.refused.no_redo")
	}
	return ""
}

// segments reports whether an action runs a model.
func segments(a tool.Action) bool {
	return a == tool.SegmentRun || a == tool.SegmentSlice || a == tool.SegmentBox
}

// says reports whether an action says something of the case or of a slice.
func says(a tool.Action) bool {
	switch a {
	case tool.CaseNote, tool.ReviewAccepted, tool.ReviewCorrected, tool.ReviewProblem, tool.ReviewUntick:
		return true
	}
	return slices.Contains(tool.CaseStates(), a)
}

// takesTheMask reports whether an action writes the mask, or a picture of it, to a
// file.
func takesTheMask(a tool.Action) bool {
	return a == tool.FileSave || a == tool.FileSaveAs || a == tool.FileExport || a == tool.FilePicture
}

// need is what an action needs to be there.
type need int

const (
	aStudy       need = iota // which may still load
	aWholeStudy              // with all its slices
	aRestingMask             // that no model is about to change
)

// needsOf are the actions of the window that need something; the viewer's own
// are harmless with nothing open.
var needsOf = map[tool.Action]need{
	tool.FileClose: aStudy, tool.FilePicture: aWholeStudy, tool.SegmentRun: aWholeStudy,
	tool.SegmentSlice: aWholeStudy, tool.SegmentBox: aWholeStudy, tool.ViewCompare: aWholeStudy, tool.ViewReference: aWholeStudy,
	tool.FileSave: aRestingMask, tool.FileSaveAs: aRestingMask, tool.FileExport: aRestingMask,
	tool.EditUndo: aRestingMask, tool.EditRedo: aRestingMask,
	tool.ReviewNext: aWholeStudy, tool.ReviewPrevious: aWholeStudy,
	tool.ReviewAccepted: aWholeStudy, tool.ReviewCorrected: aWholeStudy, tool.ReviewProblem: aWholeStudy, tool.ReviewUntick: aWholeStudy,
}

// overTheList are the actions that go on while several series are offered.
var overTheList = func() map[tool.Action]bool {
	on := map[tool.Action]bool{}
	for _, a := range append(tool.Recent(), tool.FileOpen, tool.FileOpenFolder, tool.FileOpenCases, tool.FileQuit,
		tool.ViewIdentity, tool.ViewInspector, tool.ViewPlots, tool.ViewProfile, tool.ViewKeys, tool.ViewMenu, tool.ViewCancel, tool.ViewCases, tool.CaseNext, tool.CasePrevious) {
		on[a] = true
	}
	return on
}()

// allow reports whether an action can be carried out now, and where not, says why.
func (w *Window) allow(a tool.Action) bool {
	if len(w.modals) > 0 { // the dialog is asked first
		return false
	}
	why := w.refused(a)
	if why != "" {
		w.status.refuse(why)
	}
	return why == ""
}

// undo and redo belong to the text field that has the focus, else to the mask.
func (w *Window) undo() {
	if e := w.focusedEntry(); e != nil {
		e.Undo()
		return
	}
	if len(w.modals) == 0 && (w.kit.Back() || w.kit.Restore()) { // an outline is newer than any step
		return
	}
	if !w.allow(tool.EditUndo) {
		return
	}
	w.endStroke()
	if steps, applied := w.headed(); applied > 0 {
		w.walkTo(applied-1, func(err error) { w.stepped("ui.status.undone", steps[applied-1], err) })
	}
}

func (w *Window) redo() {
	if e := w.focusedEntry(); e != nil {
		e.Redo()
		return
	}
	if !w.allow(tool.EditRedo) {
		return
	}
	w.endStroke()
	if steps, applied := w.headed(); applied < len(steps) {
		w.walkTo(applied+1, func(err error) { w.stepped("ui.status.redone", steps[applied], err) })
	}
}

// stepped tells of a step that was undone or redone, or why it was not.
func (w *Window) stepped(key string, step mask.Step, err error) {
	if err != nil {
		w.bands.fail(err)
		return
	}
	w.status.say(w.t(key, w.texts.Format(step.Name)))
}

// endStroke makes a step of a stroke under way.
func (w *Window) endStroke() {
	if w.session.Painting() {
		w.session.Interrupted.Emit(struct{}{})
	}
}

func (w *Window) focusedEntry() *widget.Entry {
	switch e := w.win.Canvas().Focused().(type) {
	case *controls.Entry:
		return &e.Entry
	case *widget.Entry:
		return e
	}
	return nil
}

// steps returns the names of what undo and redo would do, "" for nothing.
func (w *Window) steps() (undo, redo string) {
	if w.choosing() {
		return "", ""
	}
	steps, applied := w.headed()
	name := func(s mask.Step) string { return w.texts.Format(s.Name) }
	if applied > 0 {
		undo = name(steps[applied-1])
	}
	if w.kit.Drawing() {
		undo = w.t("ui.undo.point")
	} else if w.kit.Restorable() {
		undo = w.t("ui.undo.outline")
	}
	if applied < len(steps) {
		redo = name(steps[applied])
	}
	return undo, redo
}

func (w *Window) toggleInspector() {
	if w.plots.front {
		w.prefs.Inspector = true
		w.plots.showTab(false)
		w.savePreferences()
		return
	}
	if w.prefs.Inspector && !w.inspector.object.Visible() { // the work list has its place
		w.showCases(false)
		return
	}
	w.prefs.Inspector = !w.prefs.Inspector
	w.arrangeSides()
	w.savePreferences()
	w.refreshActions()
}

// switchProfile gives the left button its other meaning, and says which.
func (w *Window) switchProfile() { w.setProfile(1 - w.viewer.Profile()) }

func (w *Window) setProfile(p viewer.Profile) {
	w.viewer.SetProfile(p)
	w.status.note(w.t(map[viewer.Profile]string{viewer.Annotate: "ui.profile.annotate", viewer.Reading: "ui.profile.reading"}[p]))
	w.status.showProfile()
}

// goToSection brings a section of the inspector into view, unfolded.
func (w *Window) goToSection(id string) {
	w.plots.yield()
	if !w.prefs.Inspector {
		w.toggleInspector()
	}
	w.inspector.unfold(id)
	w.soon("reveal", func() { w.inspector.reveal(id) })
}

func (w *Window) setLight(light bool) {
	if w.prefs.Light == light {
		return
	}
	w.prefs.Light = light
	w.look = look.New(light)
	w.app.Settings().SetTheme(w.look)
	w.inspector.refresh()
	w.bands.refresh()
	w.plots.draw()
	w.savePreferences()
	w.refreshActions()
	w.measureLater()
}

// refreshActions brings menu, toolbar and buttons in line with what can be done.
func (w *Window) refreshActions() {
	w.menu.refresh()
	w.toolbar.refresh()
	w.amount.stay()
	w.inspector.model.refresh()
}

// focusPanes gives the keys to the pictures, where there are any.
func (w *Window) focusPanes() {
	if w.hasStudy() {
		w.win.Canvas().Focus(w.panes.grid)
		return
	}
	w.win.Canvas().Unfocus()
}

func (w *Window) panesFocused() bool { return w.win.Canvas().Focused() == fyne.Focusable(w.panes.grid) }
