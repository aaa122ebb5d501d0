package ui

import (
	"context"
	"strings"
	"time"

	"opacity/app"
	"opacity/app/job"
)

// closeStudy leaves the window empty.
func (w *Window) closeStudy() {
	w.leave(w.closeNow)
}

// closeNow leaves the window empty, once nothing of the case can be lost.
func (w *Window) closeNow() {
	w.abandonRead()
	w.opening++
	w.asked++
	w.jobs.CancelAll(writingJobs()...) // what is being written is whole without the case
	w.cancelSegment()
	w.savedAs, w.measured, w.leftOut = "", measured{}, ""
	w.drop(w.keeping)
	w.keeping = &keeping{}
	w.bands.forget()
	w.bands.clearFailures()
	w.session.Close()
	w.studyChanged.Emit(struct{}{})
}

// unsaved reports whether work would be lost with the open study.
func (w *Window) unsaved() bool {
	switch k := w.keeping; {
	case w.session.Loading():
		return false
	case w.sample: // what a model finds on it, it finds again
		return w.session.Dirty() && w.drawn()
	case k.study != nil:
		return k.failed != nil
	}
	return w.session.Dirty()
}

// syncPatience is how long leaving a case waits for the disk before it asks.
const syncPatience = 10 * time.Second

// leave goes on once nothing of the present case can be lost: at once where it is
// all kept, else it asks.
func (w *Window) leave(then func()) {
	w.unlessRunning(func() { w.leaveKept(then) })
}

// leaveKept leaves the case whatever a model finds on it meanwhile.
func (w *Window) leaveKept(then func()) {
	w.handOver()
	w.whenThresholdKept(func() {
		w.finishDrawing() // which waits for a threshold
		w.leaveHanded(then)
	})
}

// leaveHanded leaves the case once what keeps it was given all that was on screen.
// An operation that is only shown goes with it.
func (w *Window) leaveHanded(next func()) {
	k := w.keeping
	then := func() {
		w.dropPreview()
		next()
	}
	switch {
	case k.making:
		w.leaveMade(then)
		return
	case k.study == nil || w.session.Loading():
		w.unlessUnsaved(then)
		return
	}
	w.keepView()
	w.keepLabels()
	s, revision := k.study, w.session.Revision()
	job.Run(w.jobs, "study.leave", func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
		ctx, cancel := context.WithTimeout(ctx, syncPatience)
		defer cancel()
		err := s.Sync(ctx)
		if err != nil && s.Failed() != nil {
			err = s.Failed()
		}
		return struct{}{}, err
	}, nil, func(_ struct{}, err error) {
		switch {
		case w.keeping != k: // left another way
		case err != nil:
			w.askUnkept(err, then)
		case w.session.Revision() != revision:
			w.leaveKept(then)
		default:
			then()
		}
	})
}

// leaveMade leaves the case once its study is made; where that takes long, it asks.
func (w *Window) leaveMade(then func()) {
	k, asked, made := w.keeping, false, make(chan struct{})
	k.made = append(k.made, func() {
		close(made)
		if !asked && w.keeping == k {
			w.leaveKept(then)
		}
	})
	w.status.note(w.t("ui.leaving.making", k.dir))
	job.Run(w.jobs, "study.patience", func(context.Context, func(job.Progress)) (struct{}, error) {
		select {
		case <-made:
		case <-time.After(syncPatience):
		}
		return struct{}{}, nil
	}, nil, func(struct{}, error) {
		if w.keeping == k && k.making && len(w.modals) == 0 {
			asked = true
			w.askStalled(then)
		}
	})
}

// askStalled asks what becomes of work that no study is made for in time.
func (w *Window) askStalled(then func()) {
	w.question("unkept", w.t("ui.unkept.title"), w.andPreview(w.t("ui.unkept.stalled", w.caseShown(), w.keeping.dir)),
		answer{id: "again", label: "ui.unkept.again", run: func() { w.leaveKept(then) }},
		answer{id: "discard", label: "ui.unsaved.discard", danger: true, run: then},
		answer{id: "cancel", label: "ui.cancel"}).ofCase()
}

// askUnkept asks what becomes of work that cannot be put on disk.
func (w *Window) askUnkept(err error, then func()) {
	if len(w.modals) > 0 {
		return
	}
	_, why := app.Explain(err)
	w.question("unkept", w.t("ui.unkept.title"), w.andPreview(w.t("ui.unkept.text", w.caseShown(), w.texts.Format(why))),
		answer{id: "again", label: "ui.unkept.again", run: func() { w.leaveKept(then) }},
		answer{id: "copy", label: "ui.unkept.copy", run: func() { w.saveStudyAs(func() { w.leaveKept(then) }) }},
		answer{id: "discard", label: "ui.unsaved.discard", danger: true, run: then},
		answer{id: "cancel", label: "ui.cancel"}).ofCase()
}

// unlessUnsaved goes on at once where nothing would be lost with a case that no
// study keeps, else asks.
func (w *Window) unlessUnsaved(then func()) {
	if !w.unsaved() {
		then()
		return
	}
	name := w.caseShown()
	discard := answer{id: "discard", label: "ui.unsaved.discard", danger: true, run: then}
	if w.canCopy() {
		w.question("unkept", w.t("ui.unkept.title"), w.andPreview(w.t("ui.unkept.memory", name)),
			answer{id: "copy", label: "ui.unkept.copy", run: func() { w.saveStudyAs(func() { w.leaveKept(then) }) }},
			discard, answer{id: "cancel", label: "ui.cancel"}).ofCase()
		return
	}
	text := w.t("ui.unsaved.text", name)
	if w.sample && w.reviewing.said() {
		text = w.t("ui.unsaved.sample", text)
	}
	w.question("unsaved", w.t("ui.unsaved.title"), w.andPreview(text),
		answer{id: "save", label: "ui.unsaved.save", run: func() { w.saveMaskThen(then) }},
		discard, answer{id: "cancel", label: "ui.cancel"}).ofCase()
}

// tryClose closes the window unless work would be lost or cut short.
func (w *Window) tryClose() {
	if len(w.modals) > 0 {
		return
	}
	w.closesLater = false
	w.unlessPreviewed(func() {
		w.leaveKept(func() {
			w.unlessWriting(func() {
				size := w.win.Canvas().Size()
				w.prefs.Width, w.prefs.Height = size.Width, size.Height
				w.cases.settle(w.shut)
			})
		})
	})
}

// shut closes the window for good. Studies are closed before it goes, since the
// program ends with it.
func (w *Window) shut() {
	if w.closed {
		return
	}
	w.handOver()
	w.finishWork()
	w.finishDrawing() // which waits for a threshold
	w.finishWork()
	w.keepView()
	w.cases.close()
	w.drop(w.keeping)
	if b := w.behind; b != nil && b.begun { // what is on screen has none yet
		w.drop(b.was)
	}
	w.closed = true
	w.jobs.CancelAll()
	w.cases.jobs.CancelAll()
	w.awaitClosing()
	w.prefs.save()
	w.prefs.out.wait()
	w.win.Close()
	if w.opts.Closed != nil {
		w.opts.Closed()
	}
}

// finishWork takes what is still worked out of the mask and the studies that are being
// made of the first work, not for ever: a disk may not answer.
func (w *Window) finishWork() {
	w.jobs.Finish(syncPatience, func(key string) bool {
		return key == jobEdit || key == jobAmount && w.amount.wanted || strings.HasPrefix(key, jobMake)
	})
}

// awaitClosing waits for studies to be closed, not for ever: a disk may not answer.
func (w *Window) awaitClosing() {
	done := make(chan struct{})
	go func() {
		w.closing.Wait()
		w.loose.closeAll()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(syncPatience):
	}
}
