package ui

import (
	"context"
	"path/filepath"

	"opacity/app/job"
	"opacity/app/study"
)

// askTakeOver asks whether a study that another computer left locked is to be
// edited here.
func (w *Window) askTakeOver() {
	s := w.keeping.looking
	if s == nil || len(w.modals) > 0 {
		return
	}
	o, _ := s.Holder()
	since := o.Since.Local().Format("2006-01-02 15:04")
	w.question("take", w.t("ui.study.take_title"), w.t("ui.study.take_text", o.Who(), filepath.Base(s.Folder()), since),
		answer{id: "take", label: "ui.study.take_yes", danger: true, run: func() { w.takeOver(s.Folder(), o) }},
		answer{id: "cancel", label: "ui.cancel"}).ofCase()
}

// takeOver takes a study's lock from another computer and opens it again.
func (w *Window) takeOver(folder string, from study.Owner) {
	w.leave(func() {
		before := w.passOn(func() { w.openStudy(folder) })
		job.Run(w.jobs, "study.take", func(context.Context, func(job.Progress)) (struct{}, error) {
			return struct{}{}, study.BreakLock(folder, from)
		}, nil, func(_ struct{}, err error) {
			if w.behind != before { // something else was asked for
				return
			}
			if err != nil {
				w.abandonRead()
				w.bands.failAbout("study", err)
				return
			}
			w.findStudy(study.Open, folder, "")
		})
	})
}
