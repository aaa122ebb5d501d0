package ui

import (
	"fmt"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"opacity/app"
	"opacity/ui/look"
)

// studyFailed says that what is done to a case does not come onto disk, and with
// nil that it does again: for as long as it is so.
func (w *Window) studyFailed(k *keeping, err error) {
	if w.keeping != k {
		return
	}
	before := k.failed
	if k.failed = err; before == nil && err == nil {
		return
	}
	if before != nil && err == nil {
		w.status.say(w.t("ui.study.kept_again"))
	}
	w.bands.refresh()
	w.showTitle()
	w.showKept()
}

// failing is why work is not on disk, in a sentence; "" while it is.
func (w *Window) failing() string {
	if w.keeping.failed == nil {
		return ""
	}
	_, why := app.Explain(w.keeping.failed)
	return w.t("ui.study.failing", w.texts.Format(why))
}

// lookingOnly says who keeps the case from being edited here, "" where nobody does.
func (w *Window) lookingOnly() string {
	s := w.keeping.looking
	if s == nil {
		return ""
	}
	name := filepath.Base(s.Folder())
	if o, held := s.Holder(); held {
		return w.t("ui.study.looking_held", name, o.Who(), o.Since.Local().Format("2006-01-02 15:04"))
	}
	_, why := app.Explain(s.ReadOnly())
	return w.t("ui.study.looking", w.texts.Format(why))
}

// studyBands say what the user must know of how the work is kept.
func (w *Window) studyBands() []fyne.CanvasObject {
	b := w.bands
	var rows []fyne.CanvasObject
	red := func(id, what string, actions ...fyne.CanvasObject) {
		for i, a := range actions {
			w.name(fmt.Sprintf("%s.%d", id, i), a)
		}
		rows = append(rows, b.band(look.ErrorFill, look.ErrorText, theme.NewErrorThemedResource(theme.ErrorIcon()), sentence(what), actions...))
	}
	copied := func() fyne.CanvasObject {
		return w.make.Button(w.t("ui.study.copy"), nil, w.t("ui.study.copy_tip"), w.askSaveStudyAs)
	}
	if why := w.failing(); why != "" {
		red("band.unkept", why, copied())
	}
	if who := w.lookingOnly(); who != "" {
		c := copied()
		w.name("band.looking", c)
		actions := []fyne.CanvasObject{c}
		if o, held := w.keeping.looking.Holder(); held && o.Away() {
			take := w.make.Button(w.t("ui.study.take"), nil, w.t("ui.study.take_tip", o.Host), w.askTakeOver)
			w.name("band.take", take)
			actions = append(actions, take)
		}
		if w.keeping.anothers != "" {
			actions = append(actions, w.beginButton())
		}
		rows = append(rows, b.warning(sentence(who), actions...))
	}
	if by := w.keeping.anothers; by != "" && w.keeping.study != nil {
		dismiss := w.make.Button("", theme.CancelIcon(), w.t("ui.band.dismiss"), func() {
			w.keeping.anothers = ""
			b.refresh()
		})
		rows = append(rows, b.band(look.Tooltip, theme.ColorNameForeground, theme.InfoIcon(), sentence(w.t("ui.study.anothers", by)), w.beginButton(), dismiss))
	}
	for n, hint := range w.keeping.hints {
		dismiss := w.make.Button("", theme.CancelIcon(), w.t("ui.band.dismiss"), func() {
			w.keeping.hints = slices.DeleteFunc(slices.Clone(w.keeping.hints), func(h string) bool { return h == hint })
			b.refresh()
		})
		w.name(fmt.Sprintf("band.hint.%d", n), dismiss)
		rows = append(rows, b.warning(sentence(hint), dismiss))
	}
	if words := w.recovered(); words != "" {
		dismiss := w.make.Button("", theme.CancelIcon(), w.t("ui.band.dismiss"), func() {
			w.keeping.found.seen = true
			b.refresh()
		})
		w.name("band.recovered", dismiss)
		rows = append(rows, b.band(look.Tooltip, theme.ColorNameForeground, theme.InfoIcon(), sentence(words), dismiss))
	}
	if len(w.left) > 0 && !w.session.Loading() {
		first := w.left[0]
		open := w.make.Button(w.t("ui.study.go_on"), nil, "", func() { w.openStudy(first.folder) })
		dismiss := w.make.Button("", theme.CancelIcon(), w.t("ui.band.dismiss"), func() { w.forgetLeft(first.folder) })
		w.name("band.left", open)
		rows = append(rows, b.band(look.Tooltip, theme.ColorNameForeground, theme.InfoIcon(), sentence(w.leftSentence(first)), open, dismiss))
	}
	return rows
}

// recovered is what was wrong with the study that is open, and is seen to.
func (w *Window) recovered() string {
	if w.keeping.found.seen {
		return ""
	}
	words := ""
	for _, m := range w.keeping.found.Messages() {
		if words != "" {
			words += " "
		}
		words += w.texts.Format(m)
	}
	return words
}
