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
	"opacity/ui/controls"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// wideSheet is how wide the window must be for three columns of keys.
const wideSheet = 1380

// showKeys is the keys sheet, made from the table that binds the keys.
func (w *Window) showKeys() {
	blocks := w.keyBlocks()
	n, size := 2, fyne.NewSize(960, 780)
	if w.win.Canvas().Size().Width >= wideSheet {
		n, size = 3, fyne.NewSize(1360, 740)
	}
	var columns []fyne.CanvasObject
	for _, c := range balanced(blocks, n) {
		columns = append(columns, container.New(layout.NewCustomPaddedVBoxLayout(2), c...))
	}
	profile := "viewer.profile.annotate"
	if w.viewer.Profile() == viewer.Reading {
		profile = "viewer.profile.reading"
	}
	sheet := container.NewGridWithColumns(n, columns...)
	w.ask("keys", w.t("ui.keys.title", w.t(profile)), container.NewVScroll(sheet), size, answer{id: "close", label: "ui.close"})
}

// keyBlocks are the lines of the sheet, a block a category.
func (w *Window) keyBlocks() (blocks [][]fyne.CanvasObject) {
	row := func(keys, what string) {
		last := &blocks[len(blocks)-1]
		*last = append(*last, container.NewBorder(nil, nil, container.New(fixedWidth(178), controls.NewLine(keys, theme.ColorNamePrimary)), nil, controls.NewLine(what, theme.ColorNameForeground)))
	}
	heading := func(key string) {
		blocks = append(blocks, []fyne.CanvasObject{space(4), controls.NewLine(w.t(key), theme.ColorNameForeground).Strong()})
	}
	category := ""
	for _, b := range allBindings() {
		if b.Category != category {
			category = b.Category
			heading(category)
		}
		row(keyNames(b.Keys[w.viewer.Profile()]), w.t(b.Text))
	}
	heading("keys.category.mouse")
	for _, g := range append(tool.Gestures(w.viewer.Profile()), tool.ToolGestures()...) {
		row(w.t(g.Gesture), w.t(g.Text))
	}
	return blocks
}

// balanced puts blocks into n columns in their order, the longest of them as
// short as can be.
func balanced(blocks [][]fyne.CanvasObject, n int) [][]fyne.CanvasObject {
	for room := 0; ; room++ {
		columns := make([][]fyne.CanvasObject, 1, n)
		fits := true
		for _, b := range blocks {
			last := len(columns) - 1
			if len(columns[last])+len(b) > room && len(columns[last]) > 0 {
				columns, last = append(columns, nil), last+1
			}
			columns[last] = append(columns[last], b...)
			fits = fits && len(columns[last]) <= room
		}
		if fits && len(columns) <= n {
			return columns
		}
	}
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
