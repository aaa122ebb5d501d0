package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"opacity/app/study"
	"opacity/ui/controls"
	"opacity/ui/look"
)

// askStudies shows where studies are kept and under whose name, to change both.
func (w *Window) askStudies() {
	dir := w.prefs.Studies
	where := controls.NewLine("", theme.ColorNameForeground).Clipped()
	show := func(to string) {
		dir = to
		if to == "" {
			to = w.opts.StudiesDir
		}
		where.Why(w.make.Tips, to).Set(to)
	}
	show(dir)
	var m *modal
	name := w.make.Entry(w.prefs.Reader, func(string) { m.press(0) })
	name.SetPlaceHolder(study.SystemUser())
	w.name("studies.reader", name)
	w.name("studies.folder", where)
	change := w.make.Button(w.t("ui.studies.change"), nil, "", func() {
		w.choose.openFolder(w.t("ui.studies.folder"), w.studiesFolder(), show)
	})
	usual := w.make.Button(w.t("ui.studies.usual"), nil, "", func() { show("") })
	rows := []fyne.CanvasObject{
		controls.NewLine(w.t("ui.studies.reader"), look.Dim), name,
		controls.NewLine(w.t("ui.studies.reader_why"), look.Dim).Sized(theme.SizeNameCaptionText).Clipped(), space(4),
		controls.NewLine(w.t("ui.studies.folder"), look.Dim),
		container.NewBorder(nil, nil, nil, container.NewHBox(change, usual), where),
		controls.NewLine(w.t("ui.studies.folder_why"), look.Dim).Sized(theme.SizeNameCaptionText).Clipped(),
	}
	if w.session.Volume() != nil && !w.sample {
		rows = append(rows, space(4), controls.NewLine(w.t("ui.studies.time", w.minutes(w.readingTime())), theme.ColorNameForeground))
	}
	m = w.ask("studies", w.t("ui.studies.title"), container.New(layout.NewCustomPaddedVBoxLayout(6), rows...), fyne.NewSize(620, 330),
		answer{id: "ok", label: "ui.studies.ok", run: func() { w.changeReader(dir, strings.TrimSpace(name.Text)) }},
		answer{id: "cancel", label: "ui.cancel"})
	w.win.Canvas().Focus(name)
}

// setStudies keeps studies in a folder from the next case on, "" for the usual
// one, and the work from now on under a name, "" for that of the system's user.
func (w *Window) setStudies(dir, reader string) {
	was := w.readersFolder(w.studiesFolder())
	w.prefs.Studies, w.prefs.Reader = dir, reader
	w.savePreferences()
	if s := w.study(); s != nil {
		w.note(func(i *study.Info) { i.Reviewer = w.reader() })
	} else if k := w.keeping; k.looking == nil && k.dir == was { // not in that of a list
		k.dir = w.readersFolder(w.studiesFolder())
	}
	w.showKept()
}
