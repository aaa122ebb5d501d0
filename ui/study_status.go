package ui

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"opacity/app/mask"
	"opacity/ui/look"
)

// kept says how the work on the open case is kept, in a word, and in what colour.
func (w *Window) kept() (word string, ink fyne.ThemeColorName) {
	k := w.keeping
	steps, _ := w.session.History()
	switch {
	case w.session.Volume() == nil || w.session.Loading():
		return "", look.Dim
	case w.sample && w.unsaved():
		return w.t("ui.kept.sample"), theme.ColorNameWarning
	case w.sample:
		return "", look.Dim
	case k.looking != nil:
		return w.t("ui.kept.looking"), theme.ColorNameWarning
	case k.failed != nil:
		return w.t("ui.kept.not"), theme.ColorNameError
	case k.making, k.study != nil && k.study.Durable() < len(steps):
		return w.t("ui.kept.soon"), look.Dim
	case k.study != nil:
		return w.t("ui.kept.yes"), theme.ColorNameSuccess
	case w.session.Dirty():
		return w.t("ui.kept.memory"), theme.ColorNameWarning
	}
	return "", look.Dim
}

// drawn reports whether a hand has changed the mask.
func (w *Window) drawn() bool {
	steps, applied := w.session.History()
	return slices.ContainsFunc(steps[:applied], func(s mask.Step) bool { return s.Hand })
}

// showKept shows it in the status bar; where it is kept, and for how long it was
// worked on, while the pointer rests there.
func (w *Window) showKept() {
	word, ink := w.kept()
	l := w.status.kept
	tip := ""
	if s := w.keeping.study; w.sample && word != "" {
		tip = w.t("ui.kept.sample_tip")
	} else if s != nil {
		tip = w.t("ui.kept.where", s.Folder(), w.reader(), w.minutes(w.readingTime()))
	}
	if tip != "" && w.stale() {
		tip += " " + w.t("ui.save.stale", baseName(w.savedAs))
	}
	l.Why(w.make.Tips, tip)
	if l.Text != word || l.Color != ink {
		l.Text, l.Color = word, ink
		l.Refresh()
		w.status.row.Refresh() // lays it out anew
	}
	w.soon("title", w.showTitle)
}

// minutes writes how long somebody has worked.
func (w *Window) minutes(d time.Duration) string {
	if d < time.Minute {
		return w.t("ui.seconds", int(d.Seconds()))
	}
	return w.t("ui.minutes", int(d.Minutes()))
}
