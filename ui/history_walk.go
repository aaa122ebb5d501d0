package ui

import (
	"context"
	"errors"

	"opacity/app/job"
	"opacity/app/mask"
)

const (
	jobWalk    = "history.walk"
	jobTouched = "history.touched"
)

// walk is a way through the history whose steps are being read back beside the
// window: the disk that they are on may be slow, or not answer.
type walk struct {
	on       bool
	wishes   []wish // the first is what is read for, the others came meanwhile
	attempt  int
	revision int
}

// wish is to undo or redo until so many steps are applied.
type wish struct {
	to   int
	said func(err error) // is told of its end
}

// headed is how many steps are applied once what was asked for is done.
func (w *Window) headed() (steps []mask.Step, applied int) {
	steps, applied = w.session.History()
	if k := &w.walk; k.on && w.walkStands() {
		applied = k.wishes[len(k.wishes)-1].to
	}
	return steps, applied
}

// walkTo undoes or redoes until n steps are applied, at once where what it needs is
// in memory, and after what was asked for before.
func (w *Window) walkTo(n int, said func(err error)) {
	k := &w.walk
	if k.on && w.walkStands() {
		k.wishes = append(k.wishes, wish{n, said})
		w.walkMoved()
		return
	}
	k.wishes = []wish{{n, said}}
	w.walkOn()
}

// walkOn goes where memory leads, and has read what it lacks.
func (w *Window) walkOn() {
	k := &w.walk
	for len(k.wishes) > 0 {
		if read := w.session.Fetch(k.wishes[0].to); read != nil {
			w.readSteps(read)
			return
		}
		w.fulfilled(w.session.Go(k.wishes[0].to))
	}
}

func (w *Window) readSteps(read func(context.Context) (mask.Fetched, error)) {
	k := &w.walk
	if !k.on {
		w.status.start(jobWalk, w.t("ui.history.reading"), func() { w.jobs.Cancel(jobWalk) })
	}
	k.on, k.attempt, k.revision = true, w.opening, w.session.Revision()
	w.walkMoved()
	job.Run(w.jobs, jobWalk, func(ctx context.Context, _ func(job.Progress)) (mask.Fetched, error) {
		return read(ctx)
	}, nil, w.walked)
}

// walked goes on with what was read, as far as that leads.
func (w *Window) walked(f mask.Fetched, err error) {
	k := &w.walk
	if stands := w.walkStands(); !stands || errors.Is(err, context.Canceled) {
		w.walkEnds()
		if !stands && k.attempt == w.opening {
			w.status.note(w.t("ui.history.overtaken"))
		}
		return
	}
	low, high := min(f.From, f.To), max(f.From, f.To)
	for len(k.wishes) > 0 {
		to := k.wishes[0].to
		if to >= low && to <= high {
			w.fulfilled(w.session.GoFetched(to, f))
			continue
		}
		if failed := w.session.GoFetched(min(max(to, low), high), f); failed != nil {
			err = failed
		}
		if err == nil {
			break
		}
		w.fulfilled(err)
	}
	w.walkOn()
}

// fulfilled tells the first wish of its end. Where that is an error, those that came
// after it are given up.
func (w *Window) fulfilled(err error) {
	k := &w.walk
	first := k.wishes[0]
	k.wishes = k.wishes[1:]
	if err != nil {
		k.wishes = nil
	}
	if len(k.wishes) == 0 {
		w.walkEnds()
	}
	first.said(err)
}

func (w *Window) walkEnds() {
	k := &w.walk
	k.wishes = nil
	if k.on {
		k.on = false
		w.status.end(jobWalk)
	}
	w.walkMoved()
}

// walkStands reports whether the steps are still those that are read.
func (w *Window) walkStands() bool {
	k := &w.walk
	return k.attempt == w.opening && k.revision == w.session.Revision() && !w.session.Painting() && !w.segmenting
}

func (w *Window) walkMoved() {
	w.soon("history", w.inspector.history.refresh)
	w.soon("actions", w.refreshActions)
}

// readTouched works out beside the window which voxels a hand has touched in a study
// that was opened: models and thresholds spare them.
func (w *Window) readTouched() {
	read, attempt := w.session.FetchTouched(), w.opening
	if read == nil || w.jobs.Running(jobTouched) {
		return
	}
	job.Run(w.jobs, jobTouched, func(ctx context.Context, _ func(job.Progress)) (mask.Fetched, error) {
		return read(ctx)
	}, nil, func(f mask.Fetched, err error) {
		if err != nil || attempt != w.opening {
			return // it is told where it is needed
		}
		w.session.TakeTouched(f)
		w.readTouched()
	})
}
