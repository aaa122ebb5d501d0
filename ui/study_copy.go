package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/study"
)

// canCopy reports whether the case can be kept as a study elsewhere.
func (w *Window) canCopy() bool {
	return w.complete() && !w.sample && !w.segmenting && w.keeping.source.SHA256 != "" && !w.keeping.making
}

func (w *Window) askSaveStudyAs() { w.saveStudyAs(nil) }

// saveStudyAs keeps the case in another study from now on, with all that was done
// to it. then is called once it does; it may be nil.
func (w *Window) saveStudyAs(then func()) {
	if !w.canCopy() {
		return
	}
	dir, k := w.studiesFolder(), w.keeping
	if dir == "" {
		dir = w.resultFolder()
	}
	// Beside the window: the disk that the studies are on may be what does not answer.
	job.Run(w.jobs, "study.suggest", func(context.Context, func(job.Progress)) (string, error) {
		_ = os.MkdirAll(dir, 0o700) // or the chooser shows another
		return study.Unused(dir, k.name), nil
	}, nil, func(suggested string, _ error) {
		if w.keeping != k || len(w.modals) > 0 {
			return
		}
		w.choose.saveFile(w.t("ui.study.save_as"), suggested, ofThisCase(w, func(path string) {
			if !strings.EqualFold(filepath.Ext(path), study.Extension) {
				path += study.Extension
			}
			w.copyStudy(path, then)
		}))
	})
}

func (w *Window) copyStudy(path string, then func()) {
	k := w.keeping
	from := k.study
	if from == nil {
		from = k.looking
	}
	if from == nil { // there is none yet: it is made there
		k.dir, k.name = filepath.Dir(path), filepath.Base(path)
		w.whenKept(func() {
			if k.study != nil {
				w.status.saved(k.study.Folder())
				if then != nil {
					then()
				}
			}
		})
		return
	}
	w.keepView()
	attempt, revision := w.opening, w.session.Revision()
	w.status.start("study.copy", w.t("ui.save.saving", filepath.Base(path)), func() { w.jobs.Cancel("study.copy") })
	job.Run(w.jobs, "study.copy", func(ctx context.Context, _ func(job.Progress)) (*resumed, error) {
		if err := from.Copy(ctx, path); err != nil {
			return nil, err
		}
		return w.openResumed(ctx, path)
	}, nil, func(r *resumed, err error) {
		w.status.end("study.copy")
		switch {
		case err != nil:
			w.bands.failAbout("study.copy", err)
			return
		case attempt != w.opening:
			w.letGo(r)
			return
		case k.study != nil && revision != w.session.Revision(): // more was done meanwhile
			w.letGo(r)
			w.bands.failAbout("study.copy", errStale(path))
			return
		}
		w.bands.settled("study.copy")
		w.moveInto(r)
		w.status.saved(path)
		if then != nil {
			then()
		}
	})
}

// moveInto makes a copy of the study the one that keeps the case. Steps that the
// study could not keep, since it was open for looking only, come after its own.
func (w *Window) moveInto(r *resumed) {
	k, s := w.keeping, r.study
	w.loose.take(s)
	look := w.keepLook()
	if err := w.carry(s.History()); err != nil {
		w.bands.failAbout("study", err)
		w.release(s)
		return
	}
	labels := w.session.Mask().Labels()
	old := k.study
	if old == nil {
		old = k.looking
	}
	if k.study != nil {
		_ = k.study.Update(func(i *study.Info) { i.MovedTo = s.Folder() }) // else the old one is found as before
	}
	w.release(old)
	w.take(k, s)
	if err := w.session.Restore(s.History(), r.origins); err != nil {
		w.bands.failAbout("study", err)
		return
	}
	k.moved = s.Info().MovedTo != ""
	w.goesOnHere()
	for _, l := range labels {
		w.session.SetVisible(l.Value, l.Visible)
		w.session.SetLocked(l.Value, l.Locked)
	}
	look()
	w.bands.refresh()
	w.syncStudy()
	w.studyChanged.Emit(struct{}{})
}

// carry brings a copy's history to the session's: what they do not share is
// forgotten there and made again.
func (w *Window) carry(h *mask.History) error {
	mine, applied := w.session.History()
	theirs, at := h.Steps()
	shared := 0
	for shared < min(len(mine), len(theirs)) && mine[shared].Time.Equal(theirs[shared].Time) {
		shared++
	}
	if shared < len(mine) {
		if _, err := h.Go(shared); err != nil {
			return err
		}
		for n := shared; n < len(mine); n++ {
			step := mine[n]
			var err error
			if step.Delta, err = w.session.Delta(n); err != nil {
				return err
			}
			h.Commit(step)
		}
		at = len(mine)
	}
	if at == applied {
		return nil
	}
	_, err := h.Go(applied)
	return err
}
