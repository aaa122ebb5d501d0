package ui

import (
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
	"opacity/app/study"
)

// maxPlaces is how many folders of studies are remembered.
const maxPlaces = 30

// blindPrefix begins the names of folders of blinded work.
const blindPrefix = "blinded-"

// remindPlace remembers the folder that a study lies in, so that the study is
// found from wherever its image is opened.
func (w *Window) remindPlace(folder string) {
	dir := filepath.Dir(folder)
	if strings.HasPrefix(filepath.Base(dir), blindPrefix) {
		dir = filepath.Dir(dir)
	}
	places := slices.DeleteFunc(slices.Clone(w.prefs.Places), func(p string) bool { return p == dir })
	places = slices.Insert(places, 0, dir)
	w.prefs.Places = places[:min(len(places), maxPlaces)]
}

// studyPlaces are the folders that may hold the study of an image, that of the
// work at hand first: the general one, those of lists, and where studies were
// before. For a blinded reader they are that reader's own in each, for all others
// none of those. Beside the window, as it looks at the disk.
func (w *Window) studyPlaces(first string) func() []string {
	roots, blind := w.studyRoots(), ""
	if w.blinded() {
		blind = w.blindName()
	}
	return func() []string {
		places := []string{first}
		for _, dir := range roots() {
			if dir = filepath.Join(dir, blind); !slices.Contains(places, dir) {
				places = append(places, dir)
			}
		}
		return places
	}
}

// studyRoots are the folders that studies are in, or the folders of those who read
// blinded. Beside the window, as it looks at the disk.
func (w *Window) studyRoots() func() []string {
	roots := []string{w.studiesFolder(), w.opts.StudiesDir}
	roots = append(roots, w.prefs.Places...)
	if c := w.cases; c != nil && c.list != nil {
		roots = append(roots, c.list.Studies)
	}
	lists := w.listsFolder()
	return func() []string {
		roots := slices.Clone(roots)
		if lists != "" {
			roots = append(roots, safefile.Glob(lists, "*_studies")...)
		}
		return slices.DeleteFunc(roots, func(dir string) bool { return dir == "" })
	}
}

// mayFind returns which studies the reader may come by without asking for them.
func (w *Window) mayFind() func(folder string) bool {
	blind := ""
	if w.blinded() {
		blind = w.blindName()
	}
	return func(folder string) bool {
		dir := filepath.Base(filepath.Dir(folder))
		if blind != "" {
			return dir == blind
		}
		return !strings.HasPrefix(dir, blindPrefix)
	}
}

// hints say what was found beside the study of the open image: studies that may
// be of it too, and those of what was there before.
func (w *Window) hints(found study.Looked) []string {
	var lines []string
	for _, u := range found.Unread {
		_, why := app.Explain(u.Err)
		lines = append(lines, w.t("ui.study.hint_unread", studyTitle(u.Folder), w.texts.Format(why)))
	}
	for _, folder := range found.Copies {
		lines = append(lines, w.t("ui.study.hint_copy", folder))
	}
	if found.Folder == "" {
		for _, folder := range found.Changed {
			lines = append(lines, w.t("ui.study.hint_changed", studyTitle(folder), folder))
		}
	}
	return lines
}
