package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"opacity/app/study"
)

// lookFor looks for the studies of an image. Of several the reader's own goes before
// that of another who worked later: two who read one case share no study unawares.
func lookFor(reader string, folders []string, image study.Source, name string, may func(folder string) bool) study.Looked {
	found := study.Look(folders, image, name, may)
	if found.Folder == "" || ofReader(found.Folder, reader) {
		return found
	}
	own := study.Look(folders, image, name, func(folder string) bool { return may(folder) && ofReader(folder, reader) })
	if own.Folder != "" {
		found.Folder, found.Copies = own.Folder, own.Copies
	}
	return found
}

func ofReader(folder, reader string) bool {
	info, err := study.Peek(folder)
	return err == nil && info.Reviewer == reader
}

// anothers is who began a study that the reader has not worked in, "" where the reader
// has or began it.
func (w *Window) anothers(s *study.Study) string {
	by, reader := s.BegunBy(), w.reader()
	steps, _ := w.session.History()
	for _, step := range steps {
		if step.Who == reader {
			return ""
		}
	}
	if by == reader || len(steps) == 0 {
		return ""
	}
	return by
}

// beginButton starts a study of the reader's own.
func (w *Window) beginButton() fyne.CanvasObject {
	own := w.make.Button(w.t("ui.study.begin_own"), nil, w.t("ui.study.begin_own_tip"), w.beginOwn)
	w.name("band.own", own)
	return own
}

// beginOwn starts the case anew in a study of the reader's own. Another's that the
// reader did nothing in is the other's again.
func (w *Window) beginOwn() {
	if !w.canStartAnew() {
		return
	}
	if s, reader := w.keeping.study, w.reader(); s != nil {
		by := s.BegunBy()
		steps, _ := w.session.History()
		for _, step := range slices.Backward(steps) { // who worked in it last
			if step.Who != "" {
				by = step.Who
				break
			}
		}
		if by != reader {
			if err := s.Update(func(i *study.Info) { i.Reviewer = by }); err != nil {
				w.bands.failAbout("study", err)
			}
		}
	}
	w.startAnew()
}
