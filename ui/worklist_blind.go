package ui

import (
	"fmt"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"opacity/app"
	"opacity/ui/look"
)

// Blinded reading keeps a reader's work in studies of its own, which no model and
// no other reader ever comes near: what is not there cannot be seen in the
// picture, the history, the report, the queue or the audit.

// blinded reports whether the reader must not see what the model and others made
// of a case: by the reader's own choice or the list's.
func (w *Window) blinded() bool {
	return w.prefs.Blinded || w.cases != nil && w.cases.list != nil && w.cases.list.Blinded
}

// readersFolder is where the studies that the reader may see lie, of a folder of
// studies: where it is read blinded, the reader's own.
func (w *Window) readersFolder(dir string) string {
	if dir == "" || !w.blinded() {
		return dir
	}
	return filepath.Join(dir, w.blindName())
}

// blindName is the name of a reader's folder: any name can be one, and none says
// who it is.
func (w *Window) blindName() string { return blindNameOf(w.reader()) }

func blindNameOf(reader string) string { return fmt.Sprintf("%s%x", blindPrefix, reader) }

// mayOpen refuses studies that a blinded reader must not see.
func (w *Window) mayOpen(folder string) error {
	if w.blinded() && filepath.Base(filepath.Dir(folder)) != w.blindName() {
		return app.Refuse(nil, "ui.blind.study", filepath.Base(folder))
	}
	return nil
}

// toggleBlinded changes it for this reader.
func (w *Window) toggleBlinded() {
	was := w.blinded()
	w.prefs.Blinded = !w.prefs.Blinded
	w.savePreferences()
	w.blindnessIs(was)
}

// toggleBlindedList changes it for all readers of the list.
func (w *Window) toggleBlindedList() {
	if c := w.cases; c.list != nil {
		was := w.blinded()
		c.list.Blinded = !c.list.Blinded
		c.changed()
		w.blindnessIs(was)
	}
}

// endBlinded is the band's button.
func (w *Window) endBlinded() {
	was := w.blinded()
	w.prefs.Blinded = false
	w.savePreferences()
	if c := w.cases; c.list != nil && c.list.Blinded {
		c.list.Blinded = false
		c.changed()
	}
	w.blindnessIs(was)
}

// blindnessIs opens the case again, with the study that may be seen now, where
// that is another.
func (w *Window) blindnessIs(was bool) {
	now := w.blinded()
	if now == was {
		w.refreshActions()
		return
	}
	w.cases.stopSegmenting()
	w.blindnessChanged()
	w.status.note(w.t(map[bool]string{true: "ui.blind.on", false: "ui.blind.off"}[now]))
}

// blindnessChanged brings the window in line. What is open is closed before
// anything else is shown.
func (w *Window) blindnessChanged() {
	w.bands.refresh()
	w.refreshReference()
	w.cases.arrange()
	w.refreshActions()
	w.lookForLeft() // others may be seen now
	then := func() {}
	b := w.behind
	if b != nil { // its study was looked for among those that could be seen before
		w.abandonRead()
		then = b.again
	}
	k, info := w.keeping, w.session.Info()
	if w.session.Volume() == nil || k.dir == w.blindHere(k.dir) {
		then()
		return
	}
	if name := w.cases.present; b == nil && !w.sample {
		then = func() { w.reopen(name, info) }
	}
	w.leave(func() {
		w.closeNow()
		w.cases.present = ""
		then()
	})
}

// reopen opens an image again, as a case of the list where it has a name there.
func (w *Window) reopen(name string, info app.SeriesInfo) {
	if name != "" {
		w.cases.goTo(name)
		return
	}
	w.openCase(info.Path, info.Identity.SeriesUID, "")
}

// blindHere is where the study of the open case would have to lie, of where it does.
func (w *Window) blindHere(dir string) string {
	if strings.HasPrefix(filepath.Base(dir), blindPrefix) {
		dir = filepath.Dir(dir)
	}
	return w.readersFolder(dir)
}

// blindBand says, for as long as it is so, that the reader is blinded.
func (w *Window) blindBand() []fyne.CanvasObject {
	if !w.blinded() {
		return nil
	}
	end := w.make.Button(w.t("ui.blind.end"), nil, "", w.endBlinded)
	w.name("band.blind", end)
	return []fyne.CanvasObject{w.bands.band(look.Tooltip, theme.ColorNameForeground, theme.VisibilityOffIcon(), sentence(w.t("ui.blind.band")), end)}
}
