package ui

import (
	"errors"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
)

// bandsShown is how many warnings have a band of their own before the rest fold
// into one line: the picture must keep its room.
const bandsShown = 2

// bands are the lines under the menu: yellow for what is doubtful about the
// data, for as long as it is; red for what went wrong, until dismissed.
type bands struct {
	w        *Window
	object   *fyne.Container
	failures []failure
	unfolded bool
	beside   string // a mask that lies beside the open study and fits it
}

// failure is an error on show.
type failure struct {
	sentence, details string
}

func newBands(w *Window) *bands {
	return &bands{w: w, object: container.NewVBox()}
}

// fail shows an error. What the user stopped is no error.
func (b *bands) fail(err error) {
	kind, message := app.Explain(err)
	if kind == app.Interrupted {
		return
	}
	f := failure{sentence: b.w.texts.Format(message)}
	f.details = f.sentence
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
		f.details += "\n" + cause.Error()
	}
	for _, old := range b.failures {
		if old == f {
			return
		}
	}
	b.failures = append(b.failures, f)
	b.refresh()
}

// offer shows that a mask lies beside the open study; "" takes that away.
func (b *bands) offer(path string) {
	if b.beside != path {
		b.beside = path
		b.refresh()
	}
}

// clearFailures takes the red bands away: what they spoke of is history.
func (b *bands) clearFailures() {
	b.failures, b.unfolded = nil, false
	b.refresh()
}

func (b *bands) refresh() {
	var rows []fyne.CanvasObject
	for i, f := range b.failures {
		details := b.w.newButton(b.w.t("ui.band.details"), nil, "", func() { b.w.showDetails(f) })
		dismiss := b.w.newButton("", theme.CancelIcon(), b.w.t("ui.band.dismiss"), func() {
			b.failures = append(b.failures[:i:i], b.failures[i+1:]...)
			b.refresh()
		})
		b.w.name(fmt.Sprintf("band.error.%d", i), dismiss)
		rows = append(rows, b.band(colorErrorFill, colorErrorText, theme.NewErrorThemedResource(theme.ErrorIcon()), f.sentence, details, dismiss))
	}
	if b.beside != "" && b.w.complete() {
		path := b.beside
		open := b.w.newButton(b.w.t("ui.band.open_mask"), nil, "", func() {
			b.offer("")
			b.w.openMask(path)
		})
		dismiss := b.w.newButton("", theme.CancelIcon(), b.w.t("ui.band.dismiss"), func() { b.offer("") })
		b.w.name("band.mask", open)
		rows = append(rows, b.band(colorTooltip, theme.ColorNameForeground, theme.InfoIcon(), b.w.t("ui.band.mask", baseName(path)), open, dismiss))
	}
	warnings := b.w.session.Warnings()
	for i, warning := range warnings {
		if i >= bandsShown && !b.unfolded && len(warnings) > bandsShown+1 {
			more := b.w.newButton(b.w.t("ui.band.show_all"), nil, "", func() { b.unfolded = true; b.refresh() })
			rows = append(rows, b.band(colorWarnFill, colorWarnText, theme.NewWarningThemedResource(theme.WarningIcon()), b.w.t("ui.band.more", len(warnings)-i), more))
			break
		}
		rows = append(rows, b.band(colorWarnFill, colorWarnText, theme.NewWarningThemedResource(theme.WarningIcon()), b.w.texts.Format(warning.Message)))
	}
	if len(rows) == 0 && len(b.object.Objects) == 0 {
		return
	}
	b.object.Objects = rows
	b.object.Refresh()
	b.w.relayout()
}

func (b *bands) band(fill, ink fyne.ThemeColorName, icon fyne.Resource, sentence string, actions ...fyne.CanvasObject) fyne.CanvasObject {
	words := widget.NewRichText(&widget.TextSegment{Text: sentence, Style: widget.RichTextStyle{ColorName: ink, SizeName: theme.SizeNameText}})
	words.Wrapping = fyne.TextWrapWord
	for _, a := range actions {
		if button, ok := a.(*button); ok {
			button.Importance = widget.LowImportance
		}
	}
	right := container.NewHBox(append([]fyne.CanvasObject{layout.NewSpacer()}, actions...)...)
	image := widget.NewIcon(icon)
	left := container.NewHBox(widget.NewLabel(""), image)
	return newSurface(fill, container.NewBorder(nil, nil, left, right, words))
}

// texts returns what the bands say, for tests that look from outside.
func (b *bands) texts() (failures, warnings []string) {
	for _, f := range b.failures {
		failures = append(failures, f.sentence)
	}
	for _, warning := range b.w.session.Warnings() {
		warnings = append(warnings, b.w.texts.Format(warning.Message))
	}
	return failures, warnings
}
