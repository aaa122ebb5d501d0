package ui

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/ui/look"
)

// bandsShown is how many warnings, and how many errors, have a band of their own before
// the rest fold into one line: the picture must keep its room.
const bandsShown = 2

// bands are the lines under the menu: yellow for what is doubtful about the
// data, for as long as it is; red for what went wrong, until dismissed.
type bands struct {
	w        *Window
	object   *fyne.Container
	over     *fyne.Container // the red ones while a study is open: over the pictures, which stay where they are
	room     *fyne.Container // of object
	overRoom *fyne.Container // of over
	failures []failure
	fold     folding
	beside   string // a mask that lies beside the open study and fits it
}

// folding is how many lines the warnings take. None of them ever goes.
type folding int

const (
	foldedRest folding = iota // the first few in full, the rest in one line
	foldedAll                 // one line
	unfolded
)

// failure is an error on show.
type failure struct {
	sentence, details string
	about             string // what failed; a later try of the same takes its place, or it away
	look              string // the study that can be looked at all the same; "" for none
}

func newBands(w *Window) *bands {
	b := &bands{w: w, object: container.NewVBox(), over: container.NewVBox()}
	b.room, b.overRoom = w.roomFor(b.object), w.roomFor(b.over)
	return b
}

// fail shows an error. What the user stopped is no error.
func (b *bands) fail(err error) { b.failAbout("", err) }

// settled takes away what went wrong before with what has now gone right.
func (b *bands) settled(about string) {
	left := slices.DeleteFunc(slices.Clone(b.failures), func(f failure) bool { return f.about == about })
	if len(left) < len(b.failures) {
		b.failures = left
		b.refresh()
	}
}

// failAbout shows an error in place of an older one about the same thing.
func (b *bands) failAbout(about string, err error) {
	kind, message := app.Explain(err)
	if kind == app.Interrupted {
		return
	}
	f := failure{sentence: b.w.texts.Format(message), about: about}
	f.details = f.sentence
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
		f.details += "\n" + cause.Error()
	}
	if about != "" {
		b.failures = slices.DeleteFunc(b.failures, func(old failure) bool { return old.about == about })
	}
	if slices.Contains(b.failures, f) {
		return
	}
	b.failures = append(b.failures, f)
	b.refresh()
}

// unread shows which files could not be read: one in its own words, several in one band.
func (b *bands) unread(failed []error) {
	if len(failed) == 1 {
		b.fail(failed[0])
	}
	if len(failed) <= 1 {
		return
	}
	var names, details []string
	for _, err := range failed {
		names = append(names, fileOf(err, ""))
		_, why := app.Explain(err)
		details = append(details, b.w.texts.Format(why))
	}
	b.tell(aboutUnread, b.w.t("ui.open.unread", len(failed), someOf(names)), strings.Join(details, "\n"))
}

// fileOf names the file that an error is about, or what it lies in where the error does
// not say.
func fileOf(err error, in string) string {
	var of *app.PathError
	if errors.As(err, &of) {
		in = of.Path
	}
	return filepath.Base(in)
}

// aboutUnread is what the band of files is about that could not be read.
const aboutUnread = "open.unread"

// tell shows a sentence, with details to copy, in place of an older one about the
// same thing.
func (b *bands) tell(about, sentence, details string) {
	b.failures = slices.DeleteFunc(b.failures, func(old failure) bool { return old.about == about })
	b.failures = append(b.failures, failure{sentence: sentence, details: details, about: about})
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
	b.failures = nil
	b.refresh()
}

// forget drops what belonged to the study that was open.
func (b *bands) forget() {
	b.beside, b.fold = "", foldedRest
	b.refresh()
}

func (b *bands) refresh() {
	rows := b.errors()
	over := rows
	if b.w.overPictures() {
		rows = nil
	} else {
		over = nil
	}
	if len(over)+len(b.over.Objects) > 0 {
		b.over.Objects = over
		b.overRoom.Refresh()
		b.w.pictures.Refresh()
	}
	if b.beside != "" && b.w.complete() {
		path := b.beside
		open := b.w.make.Button(b.w.t("ui.band.open_mask"), nil, "", func() {
			b.offer("")
			b.w.openMask(path)
		})
		dismiss := b.w.make.Button("", theme.CancelIcon(), b.w.t("ui.band.dismiss"), func() { b.offer("") })
		b.w.name("band.mask", open)
		rows = append(rows, b.band(look.Tooltip, theme.ColorNameForeground, theme.InfoIcon(), sentence(b.w.t("ui.band.mask", baseName(path))), open, dismiss))
	}
	rows = append(rows, b.w.studyBands()...)
	rows = append(rows, b.w.blindBand()...)
	rows = append(rows, b.warnings()...)
	if len(rows) == 0 && len(b.object.Objects) == 0 {
		return
	}
	b.object.Objects = rows
	b.room.Refresh()
	b.w.relayout()
}

// errors are the red bands: the newest in full, those before them in one line.
func (b *bands) errors() []fyne.CanvasObject {
	var rows []fyne.CanvasObject
	first := 0
	if len(b.failures) > bandsShown+1 {
		first = len(b.failures) - bandsShown
	}
	for i, f := range b.failures[first:] {
		actions := b.errorActions(fmt.Sprintf("band.error.%d", i), f, first+i, first+i+1)
		if f.look != "" {
			look := b.w.make.Button(b.w.t("ui.study.look"), nil, b.w.t("ui.study.look_tip"), func() { b.w.lookAt(f.look) })
			b.w.name("band.look", look)
			actions = append([]fyne.CanvasObject{look}, actions...)
		}
		rows = append(rows, b.error(f.sentence, actions))
	}
	if first > 0 {
		var all failure
		for _, f := range b.failures[:first] {
			all.details += f.details + "\n"
		}
		rows = append(rows, b.error(b.w.t("ui.band.errors_more", first), b.errorActions("band.errors", all, 0, first)))
	}
	return rows
}

// errorActions are Details of a failure, and what dismisses those from one to before another.
func (b *bands) errorActions(name string, f failure, from, to int) []fyne.CanvasObject {
	details := b.w.make.Button(b.w.t("ui.band.details"), nil, "", func() { b.w.showDetails(f) })
	dismiss := b.w.make.Button("", theme.CancelIcon(), b.w.t("ui.band.dismiss"), func() {
		b.failures = slices.Delete(slices.Clone(b.failures), from, to)
		b.refresh()
	})
	b.w.name(name+".details", details)
	b.w.name(name, dismiss)
	return []fyne.CanvasObject{details, dismiss}
}

func (b *bands) error(what string, actions []fyne.CanvasObject) fyne.CanvasObject {
	return b.band(look.ErrorFill, look.ErrorText, theme.NewErrorThemedResource(theme.ErrorIcon()), sentence(what), actions...)
}

// warnings are the yellow bands.
func (b *bands) warnings() []fyne.CanvasObject {
	warnings := b.w.session.Warnings()
	if len(warnings) == 0 {
		return nil
	}
	if b.fold == foldedAll {
		return []fyne.CanvasObject{b.warning(b.summary(warnings), b.folder("ui.band.show_all", theme.MenuExpandIcon(), unfolded))}
	}
	var rows []fyne.CanvasObject
	for i, warning := range warnings {
		if i >= bandsShown && b.fold == foldedRest && len(warnings) > bandsShown+1 {
			return append(rows, b.warning(sentence(b.w.t("ui.band.more", len(warnings)-i)), b.folder("ui.band.show_all", theme.MenuExpandIcon(), unfolded)))
		}
		var actions []fyne.CanvasObject
		if at := warning.Slice; at != nil {
			show := b.w.make.Button(b.w.t("ui.band.go"), nil, b.w.t("ui.band.go_tip"), func() { b.w.showSlice(*at) })
			b.w.name(fmt.Sprintf("band.go.%d", i), show)
			actions = append(actions, show)
		}
		if i == 0 {
			actions = append(actions, b.folder("", theme.MenuDropDownIcon(), foldedAll))
		}
		rows = append(rows, b.warning(sentence(b.w.texts.Format(warning.Message)), actions...))
	}
	return rows
}

// summary is all warnings in one line, cut where the line ends.
func (b *bands) summary(warnings []volume.Warning) said {
	first := b.w.texts.Format(warnings[0].Message)
	if len(warnings) > 1 {
		first = b.w.t("ui.band.count", len(warnings), first)
	}
	return said{first, true}
}

// folder is the button that folds or unfolds the warnings.
func (b *bands) folder(label string, icon fyne.Resource, to folding) fyne.CanvasObject {
	tip := "ui.band.fold"
	if label != "" {
		label, tip = b.w.t(label), "ui.band.show_all"
	}
	button := b.w.make.Button(label, icon, b.w.t(tip), func() {
		b.fold = to
		b.refresh()
		b.w.win.Canvas().Focus(b.w.named["band.fold"].(fyne.Focusable)) // the keys stay where they were
	})
	b.w.name("band.fold", button)
	return button
}

func (b *bands) warning(what said, actions ...fyne.CanvasObject) fyne.CanvasObject {
	return b.band(look.WarnFill, look.WarnText, theme.NewWarningThemedResource(theme.WarningIcon()), what, actions...)
}

// said is what a band says: in as many lines as it takes, or in one.
type said struct {
	text    string
	oneLine bool
}

func sentence(text string) said { return said{text: text} }

func (b *bands) band(fill, ink fyne.ThemeColorName, icon fyne.Resource, what said, actions ...fyne.CanvasObject) fyne.CanvasObject {
	var middle fyne.CanvasObject
	if what.oneLine {
		middle = controls.NewLine(what.text, ink).Clipped().Why(b.w.make.Tips, what.text)
	} else {
		rich := widget.NewRichText(&widget.TextSegment{Text: what.text, Style: widget.RichTextStyle{ColorName: ink, SizeName: theme.SizeNameText}})
		rich.Wrapping = fyne.TextWrapWord
		middle = rich
	}
	for _, a := range actions {
		if button, ok := a.(*controls.Button); ok {
			button.Importance = widget.LowImportance
		}
	}
	right := container.NewHBox(append([]fyne.CanvasObject{layout.NewSpacer()}, actions...)...)
	image := widget.NewIcon(icon)
	left := container.NewHBox(widget.NewLabel(""), image)
	return controls.NewSurface(fill, container.NewBorder(nil, nil, left, right, middle))
}

// texts returns what the bands say, for tests that look from outside.
func (b *bands) texts() (failures, warnings []string) {
	for _, f := range b.failures {
		failures = append(failures, f.sentence)
	}
	if why := b.w.failing(); why != "" {
		failures = append(failures, why)
	}
	if who := b.w.lookingOnly(); who != "" {
		warnings = append(warnings, who)
	}
	warnings = append(warnings, b.w.keeping.hints...)
	for _, warning := range b.w.session.Warnings() {
		warnings = append(warnings, b.w.texts.Format(warning.Message))
	}
	return failures, warnings
}
