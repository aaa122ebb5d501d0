package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
	"opacity/app/job"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// showKeys is the keys sheet, made from the table that binds the keys.
func (w *Window) showKeys() {
	var columns [2][]fyne.CanvasObject
	add := func(c int, o fyne.CanvasObject) { columns[c] = append(columns[c], o) }
	row := func(c int, keys, what string) {
		add(c, container.NewBorder(nil, nil, container.New(fixedWidth(178), newLine(keys, theme.ColorNamePrimary)), nil, newLine(what, theme.ColorNameForeground)))
	}
	heading := func(c int, key string) {
		add(c, space(4))
		add(c, newLine(w.t(key), theme.ColorNameForeground).strong())
	}
	category, column := "", 0
	for _, b := range tool.Bindings() {
		if b.Category != category {
			category = b.Category
			if category == "keys.category.view" {
				column = 1
			}
			heading(column, category)
		}
		row(column, keyNames(b.Keys[w.viewer.Profile()]), w.t(b.Text))
	}
	heading(0, "keys.category.mouse")
	for _, g := range tool.Gestures(w.viewer.Profile()) {
		row(0, w.t(g.Gesture), w.t(g.Text))
	}
	profile := "viewer.profile.annotate"
	if w.viewer.Profile() == viewer.Reading {
		profile = "viewer.profile.reading"
	}
	sheet := container.NewGridWithColumns(2, container.New(layout.NewCustomPaddedVBoxLayout(2), columns[0]...), container.New(layout.NewCustomPaddedVBoxLayout(2), columns[1]...))
	w.ask("keys", w.t("ui.keys.title", w.t(profile)), container.NewVScroll(sheet), fyne.NewSize(960, 780), answer{id: "close", label: "ui.close"})
}

func keyNames(chords []tool.Chord) string {
	var names []string
	for _, c := range chords {
		names = append(names, c.String())
	}
	return strings.Join(names, ", ")
}

// fixedWidth is a layout of a set width.
type fixedWidth float32

func (f fixedWidth) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(float32(f), o[0].MinSize().Height)
}
func (f fixedWidth) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

// showAbout says what this is, what it is not, and under what terms.
func (w *Window) showAbout() {
	version := w.opts.Version
	if version == "" {
		version = w.t("ui.about.no_version")
	}
	text := w.t("ui.about.text", version)
	if m := w.model(); m.Problem != nil {
		_, why := app.Explain(m.Problem)
		text += "\n\n" + w.texts.Format(why)
	} else if m.ID != "" {
		text += "\n\n" + w.t("ui.about.model", m.Title, m.Version, m.Source, m.Licence)
		if m.Card != "" {
			text += "\n\n---\n\n" + m.Card
		}
	}
	if w.opts.Licences != "" {
		text += "\n\n---\n\n" + w.t("ui.about.licences") + "\n\n" + w.opts.Licences
	}
	rich := widget.NewRichTextFromMarkdown(text)
	rich.Wrapping = fyne.TextWrapWord
	w.ask("about", w.t("ui.about.title"), container.NewVScroll(rich), fyne.NewSize(680, 560), answer{id: "close", label: "ui.close"})
}

// showDoctor says what runs on this machine.
func (w *Window) showDoctor() {
	w.status.start("doctor", w.t("ui.doctor.running"), func() { w.jobs.Cancel("doctor") })
	job.Run(w.jobs, "doctor", func(ctx context.Context, _ func(job.Progress)) (string, error) {
		return w.opts.Doctor(ctx), nil
	}, nil, func(lines string, _ error) {
		w.status.end("doctor")
		w.showText("doctor", w.t("ui.doctor.title"), lines)
	})
}

// showDetails shows an error with its causes, to copy.
func (w *Window) showDetails(f failure) { w.showText("details", w.t("ui.details.title"), f.details) }

func (w *Window) showText(id, title, lines string) {
	words := widget.NewLabel(lines)
	words.Wrapping, words.TextStyle, words.Selectable = fyne.TextWrapWord, fyne.TextStyle{Monospace: true}, true
	w.ask(id, title, container.NewVScroll(words), fyne.NewSize(720, 420),
		answer{id: "copy", label: "ui.copy", run: func() { w.app.Clipboard().SetContent(lines); w.status.say(w.t("ui.copied")) }},
		answer{id: "close", label: "ui.close"},
	)
}
