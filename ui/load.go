package ui

import (
	"cmp"
	"context"
	"sync"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/volume"
)

// load opens a series, after asking what becomes of unsaved work.
func (w *Window) load(s app.Series, path string, b beside) {
	w.leave(func() {
		w.read(s, path, b)
	})
}

// openSample opens the synthetic thorax.
func (w *Window) openSample(segment bool) {
	if w.opts.Phantom == nil {
		return
	}
	w.closeList()
	w.leave(func() {
		before := w.passOn(func() { w.openSample(segment) })
		before.sample, w.onSample = true, nil
		w.status.start(jobOpen, w.t("ui.open.sample"), func() { w.jobs.Cancel(jobOpen) })
		type sample struct {
			info app.SeriesInfo
			v    *volume.Volume
		}
		job.Run(w.jobs, jobOpen, func(ctx context.Context, report func(job.Progress)) (sample, error) {
			info, v, err := w.opts.Phantom(ctx, report)
			return sample{info, v}, err
		}, func(p job.Progress) { w.status.progress(jobOpen, p) }, func(s sample, err error) {
			w.status.end(jobOpen)
			if w.behind != before { // something else was asked for
				return
			}
			if err != nil {
				w.abandonRead()
				w.bands.failAbout("open", err)
				return
			}
			w.bands.settled("open")
			w.behind = nil
			w.drop(before.was)
			w.keeping = &keeping{}
			w.opened(s.info, s.v, nil, beside{}, readSeries{})
			w.sample = true
			if then := w.onSample; then != nil {
				then()
			} else if segment {
				w.segment()
			}
		})
	})
}

// makesSample reports whether the sample is being made.
func (w *Window) makesSample() bool { return w.behind != nil && w.behind.sample }

// behind is what was open before what is being opened, until that is all there. It was
// left, so nothing is done to it any more: see passOn.
type behind struct {
	was           *keeping
	restore, look func()
	begun         bool   // the screen shows the new one already
	sample        bool   // the new one is the sample
	again         func() // asks for the new one anew
}

// passOn ends the work on the case on screen, which was left, until another takes its
// place or abandonRead gives that up: nobody would ask about what was done meanwhile.
func (w *Window) passOn(again func()) *behind {
	w.abandonRead()
	w.endStroke()
	w.inspector.labels.takeName()
	w.inspector.model.thresholds.giveBack()
	w.cancelRun()
	w.session.EndPreview()
	w.opening++
	w.asked++
	b := &behind{was: w.keeping, again: again}
	w.behind = b
	w.mayChange()
	return b
}

// mayChange shows what can be done to the case on screen, once that has changed.
func (w *Window) mayChange() {
	w.soon("actions", w.refreshActions)
	w.soon("labels", w.inspector.labels.refresh)
	w.soon("history", w.inspector.history.refresh)
	w.soon("review", w.inspector.review.refresh)
	w.soon("cases.this", w.cases.refresh)
	w.status.overcome() // why nothing could be done before
	w.reviewing.later()
	w.measureLater()
}

// abandonRead goes back to what was open before, where something else is being opened.
func (w *Window) abandonRead() {
	b := w.behind
	if b == nil {
		return
	}
	w.behind = nil
	w.jobs.Cancel(jobOpen)
	w.letGoAll()
	w.mayChange()
	if !b.begun {
		return
	}
	w.opening++
	if s := b.was.study; s != nil && s.Closed() { // it was to be opened anew: see readWithStudy
		w.release(s)
		w.keeping = &keeping{}
		w.session.Close()
	} else {
		w.keeping = b.was
		b.restore()
		b.look()
	}
}

// read loads voxels and shows slices as they come. Failing or cancelled, the
// study that was open before is back as it was.
func (w *Window) read(series app.Series, path string, b beside) {
	info := caseOf(series.Info(), b.resume)
	before := w.passOn(func() {
		if b.resume != nil {
			w.openStudy(b.resume.study.Folder())
			return
		}
		name := w.cases.wanted
		if e, _ := w.cases.entry(name); e.Path != absolute(info.Path) {
			name = ""
		}
		w.reopen(name, info)
	})
	before.restore, before.look = w.session.Keep(), w.keepLook()
	if b.studies == "" {
		b.studies = w.studiesFolder()
	}
	if b.resume == nil {
		b.studies = w.readersFolder(b.studies)
	}
	lookup := w.lookup(b.studies)
	slicesIn := w.sliceFeed(before, func(first, last int) { w.session.SlicesIn(first, last) })
	hooks := app.LoadHooks{Slices: slicesIn}
	hooks.Begin = func(v *volume.Volume) {
		w.dispatch(func() {
			if w.behind == before {
				before.begun = true
				w.opening++
				w.keeping = &keeping{}
				w.session.Begin(info, v)
			}
		})
	}
	w.status.start(jobOpen, w.t("ui.open.loading", w.shownName(info)), func() { w.jobs.Cancel(jobOpen) })
	job.Run(w.jobs, jobOpen, func(ctx context.Context, report func(job.Progress)) (readSeries, error) {
		hooks.Progress = report
		return w.readWithStudy(ctx, series, hooks, b, lookup, before.was)
	}, func(p job.Progress) { w.status.progress(jobOpen, p) }, func(r readSeries, err error) {
		w.status.end(jobOpen)
		if w.behind != before { // something else was asked for
			w.letGo(r.resume)
			return
		}
		if err != nil {
			w.letGo(r.resume)
			w.abandonRead()
			if kind, _ := app.Explain(err); kind == app.Interrupted {
				w.status.say(w.t("ui.open.stopped"))
			}
			w.bands.failAbout("open", err)
			return
		}
		w.prefs.addRecent(path)
		w.recentChanged()
		w.behind = nil
		w.drop(before.was)
		w.opened(info, r.volume, series.SHA256, b, r)
	})
}

// opened shows a study that is all there.
func (w *Window) opened(info app.SeriesInfo, v *volume.Volume, sha func(context.Context) (string, error), b beside, r readSeries) {
	w.opening++
	w.sha, w.savedAs, w.measured, w.leftOut, w.sample = sha, "", measured{}, b.leftOut, false
	w.bands.forget()
	w.session.Complete(caseOf(info, r.resume), v)
	w.keepFrom(b.studies, r.sha)
	w.keeping.hints = w.hints(r.found)
	w.showStudy()
	w.sayLeftOut(b.leftOut)
	if r.failed != nil {
		w.unopened("study", r.found.Folder, r.failed)
	}
	if r.resume != nil {
		w.resume(r.resume)
	} else if w.keeping.wanted {
		w.whenKept(nil)
	}
	w.studyChanged.Emit(struct{}{})
	w.takeMask(b)
}

// caseOf is what is known of an image, by the name that the case had when its study was
// made, wherever the image is now.
func caseOf(info app.SeriesInfo, r *resumed) app.SeriesInfo {
	if r != nil {
		info.Case = cmp.Or(r.study.Info().Case, info.Case)
	}
	return info
}

// keepLook returns how to bring the viewer back to what it shows now.
func (w *Window) keepLook() (back func()) {
	v := w.viewer
	cursor, window := v.Cursor(), v.Window()
	cameras := [3]func(){}
	for p := range cameras {
		c := v.Camera(planeOf(p))
		cameras[p] = func() { v.SetCamera(planeOf(p), c) }
	}
	reviewed, compared := w.reviewing.keep(), w.keepReference()
	return func() {
		v.SetCursor(cursor)
		v.SetWindow(window)
		for _, c := range cameras {
			c()
		}
		reviewed()
		compared()
	}
}

// sliceFeed collects ranges of slices from a reader's goroutine and hands them
// over in one go, as often as the window's goroutine is free.
func (w *Window) sliceFeed(of *behind, in func(first, last int)) func(first, last int) {
	var mu sync.Mutex
	var waiting []app.SliceRange
	return func(first, last int) {
		mu.Lock()
		defer mu.Unlock()
		waiting = append(waiting, app.SliceRange{First: first, Last: last})
		if len(waiting) > 1 {
			return
		}
		w.dispatch(func() {
			mu.Lock()
			ranges := waiting
			waiting = nil
			mu.Unlock()
			if w.behind != of {
				return
			}
			for _, r := range ranges {
				in(r.First, r.Last)
			}
		})
	}
}
