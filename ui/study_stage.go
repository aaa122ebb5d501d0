package ui

import (
	"context"
	"time"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/study"
	"opacity/viewer"
)

const (
	// stageEvery is how often a stroke under way is put into the study.
	stageEvery = 250 * time.Millisecond
	// viewDelay is how long what is looked at may be ahead of the study.
	viewDelay = 3 * time.Second
	jobSync   = "study.sync"
)

// connectStudy ties the study to what is done to the case.
func (w *Window) connectStudy() {
	s := w.session
	s.Sign = w.signStep
	s.GivenUp.Connect(func(n int) {
		before := w.status.said
		w.soon("given up", func() { w.sayGivenUp(n, before) })
	})
	s.HistoryChanged.Connect(func(struct{}) {
		w.keeping.staged = false
		w.soon("kept", w.showKept)
		if steps, _ := s.History(); len(steps) > 0 && !s.Loading() {
			w.active()
			w.goesOnHere()
			w.sayStale()
			w.whenKept(w.syncStudy)
		}
	})
	s.MaskChanged.Connect(func(app.MaskEvent) {
		switch {
		case s.Painting():
			w.active()
			w.whenKept(nil)
			w.stageLater()
		case w.keeping.staged:
			w.unstage()
		}
	})
	s.LabelsChanged.Connect(func(struct{}) { w.soon("study.labels", w.keepLabels) })
	s.Opened.Connect(func(app.OpenedEvent) { w.soon("kept", w.showKept) })
	s.Archived.Connect(func(err error) {
		if w.keeping.looking == nil { // what is looked at keeps nothing, and the band says so
			w.studyFailed(w.keeping, err)
		}
	})
	w.viewer.Changed.Connect(func(c viewer.Change) {
		w.active()
		if c&(viewer.CursorMoved|viewer.WindowMoved|viewer.LabelMoved|viewer.LayoutMoved) != 0 {
			w.viewLater()
		}
	})
	w.kit.Changed.Connect(func(struct{}) { w.active() })
	w.studyChanged.Connect(func(struct{}) { w.soon("kept", w.showKept); w.soon("actions", w.refreshActions) })
}

// goesOnHere takes back that the work went on in a copy of the study, once more is
// done to it.
func (w *Window) goesOnHere() {
	if k := w.keeping; k.moved && k.study != nil {
		k.moved = false
		w.note(func(i *study.Info) { i.MovedTo = "" })
	}
}

// stageLater puts the stroke under way into the study a moment later, and goes on
// with that while it lasts: not in the path of the pointer.
func (w *Window) stageLater() {
	if w.pending["stage"] {
		return
	}
	w.pending["stage"] = true
	w.after(stageEvery, func() {
		delete(w.pending, "stage")
		w.stage()
	})
}

func (w *Window) stage() {
	step, on := w.kit.UnderWay()
	if s := w.study(); s != nil && on && !step.Delta.Empty() {
		w.keeping.staged = s.Stage(step) == nil // a failure of the disk is told by the study
	}
}

// unstage says that the stroke under way was taken back.
func (w *Window) unstage() {
	w.keeping.staged = false
	if s := w.study(); s != nil {
		_ = s.Unstage() // what cannot be said is a stroke recovered: nothing is lost
	}
}

// syncStudy waits, beside the window, until all that was done is on disk.
func (w *Window) syncStudy() {
	k := w.keeping
	if k.study == nil {
		return
	}
	s := k.study
	w.soon("kept", w.showKept)
	job.Run(w.jobs, jobSync, func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
		return struct{}{}, s.Sync(ctx)
	}, nil, func(struct{}, error) { w.showKept() })
}

// viewLater keeps what is looked at, a while after it changed.
func (w *Window) viewLater() {
	if w.keeping.study == nil || w.pending["view"] {
		return
	}
	w.pending["view"] = true
	w.after(viewDelay, func() {
		delete(w.pending, "view")
		w.keepView()
	})
}
