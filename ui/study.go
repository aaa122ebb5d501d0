package ui

import (
	"opacity/app/study"
)

// keeping is what the window knows of the study that keeps the work on the open
// case.
type keeping struct {
	study *study.Study // nil while nothing keeps it
	draft study.Info   // what is to be said of the case, while there is no study to say it
}

// study keeps the work on the case; nil while nothing does: nothing was done yet,
// or the case is open for looking only.
func (w *Window) study() *study.Study { return w.keeping.study }

// studyInfo is what is said of the case beside its mask, by its study or until
// there is one. Its maps and lists are the caller's.
func (w *Window) studyInfo() study.Info {
	if s := w.study(); s != nil {
		return s.Info()
	}
	return w.keeping.draft
}

// reader is who works.
func (w *Window) reader() string { return study.SystemUser() }

// note changes what is said of the case beside its mask.
func (w *Window) note(change func(*study.Info)) {
	if s := w.study(); s != nil {
		if err := s.Update(change); err != nil {
			w.bands.failAbout("study", err)
		}
	} else {
		change(&w.keeping.draft)
	}
	w.studyChanged.Emit(struct{}{})
}

// openCase opens an image with its study in a folder, where it is made at the
// first step. Of an image with several series the one with that number is meant,
// "" for the first.
func (w *Window) openCase(path, _, _ string) { w.open([]string{path}) }

// leave goes on once nothing of the present case can be lost.
func (w *Window) leave(then func()) { w.unlessUnsaved(then) }
