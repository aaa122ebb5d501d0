package ui

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"opacity/app/job"
	"opacity/app/study"
	"opacity/ui/controls"
	"opacity/ui/look"
)

// leftStudy is a study that was not closed when the program or the computer stopped.
type leftStudy struct {
	folder, name string
	image        string // path of what it was made from; "" where that cannot be read
	at           string // when it was worked on last
	changed      time.Time
}

// leftOnEmpty is how many of them the empty window lists.
const leftOnEmpty = 3

// lookForLeft finds the studies that were not closed, to offer them: wherever
// there are any that the reader may come by.
func (w *Window) lookForLeft() {
	if w.studiesFolder() == "" && w.prefs.Working == "" && len(w.prefs.Places) == 0 {
		return
	}
	places, may, working := w.studyPlaces(w.readersFolder(w.studiesFolder())), w.mayFind(), w.prefs.Working
	job.Run(w.jobs, "study.left", func(context.Context, func(job.Progress)) ([]leftStudy, error) {
		var folders []string
		for _, dir := range places() {
			if dir != "" {
				found, _ := study.In(dir) // what cannot be listed offers nothing
				folders = append(folders, found...)
			}
		}
		if working != "" && !slices.Contains(folders, working) {
			folders = append(folders, working)
		}
		var left []leftStudy
		for _, folder := range folders {
			if _, is := study.LeftOpen(folder); is && may(folder) {
				at := study.Changed(folder)
				l := leftStudy{folder: folder, name: studyTitle(folder), at: at.Local().Format("2006-01-02 15:04"), changed: at}
				if info, err := study.Peek(folder); err == nil && len(info.Sources) > 0 {
					l.image = info.Sources[0].Path
				}
				left = append(left, l)
			}
		}
		slices.SortStableFunc(left, func(a, b leftStudy) int { return b.changed.Compare(a.changed) })
		return left, nil
	}, nil, func(left []leftStudy, _ error) {
		w.left = slices.DeleteFunc(left, func(l leftStudy) bool { return w.keeping.has(l.folder) })
		w.leftChanged()
	})
}

// has reports whether a folder is that of the study that is open.
func (k *keeping) has(folder string) bool {
	return k.study != nil && k.study.Folder() == folder || k.looking != nil && k.looking.Folder() == folder
}

// studyTitle is what a study's folder is called to the user.
func studyTitle(folder string) string {
	return strings.TrimSuffix(filepath.Base(folder), study.Extension)
}

// forgetLeft offers a study no more.
func (w *Window) forgetLeft(folder string) {
	before := len(w.left)
	w.left = slices.DeleteFunc(w.left, func(l leftStudy) bool { return l.folder == folder })
	if len(w.left) < before {
		w.leftChanged()
	}
}

func (w *Window) leftChanged() {
	w.bands.refresh()
	if !w.hasStudy() && !w.choosing() {
		w.show(w.emptyView())
	}
}

// leftImage is where the image of a study lies that was not closed: the name of its
// folder says of no patient whose it is, so this tells them apart, unless who the
// patient is is not to be shown.
func (w *Window) leftImage(l leftStudy) string {
	if w.viewer.Identity() {
		return l.image
	}
	return ""
}

// leftSentence says that a study was not closed.
func (w *Window) leftSentence(l leftStudy) string {
	if image := w.leftImage(l); image != "" {
		return w.t("ui.study.left_of", l.name, image, l.at)
	}
	return w.t("ui.study.left", l.name, l.at)
}

// leftRows are the studies that were not closed, for the empty window.
func (w *Window) leftRows() []fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, l := range w.left[:min(len(w.left), leftOnEmpty)] {
		name := controls.NewLine(l.name, theme.ColorNameForeground)
		said := w.t("ui.study.left_at", l.at)
		if image := w.leftImage(l); image != "" {
			said = w.t("ui.study.left_at_of", l.at, image)
		}
		when := controls.NewLine(said, look.Dim).Clipped()
		t := w.make.Tile(container.NewBorder(nil, nil, container.NewHBox(name, space(8)), nil, when), w.leftSentence(l), func() { w.openStudy(l.folder) })
		w.name("left."+l.name, t)
		rows = append(rows, t)
	}
	return rows
}
