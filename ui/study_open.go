package ui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/study"
	"opacity/app/volume"
	"opacity/app/worklist"
)

// resumed is a study that was opened and is not yet the window's.
type resumed struct {
	study   *study.Study
	found   study.Recovered
	origins map[int]app.Origin
	series  app.Series // the image it was made from, where that was looked for
}

// openResumed opens a study beside the window, after those that are being closed.
// The window owns it from then on: see loose. Where ctx is cancelled, it is closed.
func (w *Window) openResumed(ctx context.Context, folder string) (*resumed, error) {
	return w.openResumedBy(ctx, study.Open, folder)
}

// opener opens a study: study.Open, or study.OpenReadOnly.
type opener func(ctx context.Context, folder string) (*study.Study, study.Recovered, error)

func (w *Window) openResumedBy(ctx context.Context, open opener, folder string) (*resumed, error) {
	w.closing.Wait()
	s, found, err := open(ctx, folder)
	if err != nil {
		return nil, err
	}
	w.loose.put(s)
	r := &resumed{study: s, found: found}
	if r.origins, err = s.Origins(ctx); err == nil {
		err = ctx.Err() // the window may have let go of all by now: see abandonRead
	}
	if err != nil {
		w.loose.close(s)
		return nil, err
	}
	return r, nil
}

// studyNamed returns the folder of the study that a path is named as; "" for none.
// Whether there is one it does not say.
func studyNamed(path string) string {
	if filepath.Base(path) == "study.json" {
		path = filepath.Dir(path)
	}
	if strings.EqualFold(filepath.Ext(path), study.Extension) {
		return absolute(path)
	}
	return ""
}

func (w *Window) askOpenStudy() {
	w.choose.openFolder(w.t("ui.study.open"), w.studiesFolder(), w.openStudy)
}

// openStudy opens a study with the image that it was made from.
func (w *Window) openStudy(folder string) {
	w.closeList()
	if w.opts.Opener == nil {
		return
	}
	folder = absolute(folder)
	if err := w.mayOpen(folder); err != nil {
		w.bands.failAbout("open", err)
		return
	}
	if s := w.study(); s != nil && s.Folder() == folder {
		w.status.say(w.t("ui.study.open_already", filepath.Base(folder)))
		return
	}
	w.leave(func() { w.findStudy(study.Open, folder, "") })
}

// lookAt opens a study that cannot be edited to look at, as far as it is there.
func (w *Window) lookAt(folder string) {
	w.closeList()
	w.leave(func() { w.findStudy(study.OpenReadOnly, folder, "") })
}

// unopened tells why a study could not be opened, with a way to look at it where
// there is one.
func (w *Window) unopened(about, folder string, err error) {
	w.bands.failAbout(about, err)
	var told *app.Error
	if !errors.As(err, &told) || told.Message.Key != "study.half_copied" {
		return
	}
	for n, f := range w.bands.failures {
		if f.about == about {
			w.bands.failures[n].look = folder
		}
	}
	w.bands.refresh()
}

// findStudy opens a study and looks for its image: at a path that the user has
// shown, or with "" where it was.
func (w *Window) findStudy(open opener, folder, at string) {
	before := w.passOn(func() { w.openStudy(folder) })
	w.status.start(jobOpen, w.t("ui.study.opening", filepath.Base(folder)), func() { w.jobs.Cancel(jobOpen) })
	job.Run(w.jobs, jobOpen, func(ctx context.Context, _ func(job.Progress)) (*resumed, error) {
		r, err := w.openResumedBy(ctx, open, folder)
		if err != nil {
			return nil, err
		}
		if at == "" {
			r.series, err = r.study.Source(ctx, w.opts.Opener)
		} else {
			r.series, err = r.study.Relocate(ctx, w.opts.Opener, at)
		}
		if err != nil {
			w.loose.close(r.study)
			return nil, err
		}
		return r, nil
	}, nil, func(r *resumed, err error) {
		w.status.end(jobOpen)
		if w.behind != before { // something else was asked for
			w.letGo(r)
			return
		}
		if err != nil {
			w.abandonRead()
		}
		var moved *study.MovedError
		switch {
		case errors.As(err, &moved) && len(w.modals) == 0:
			w.askMoved(open, folder, moved)
		case err != nil:
			w.forgetLeft(folder)
			w.openFailed([]string{folder}, err)
			w.unopened("open", folder, err)
		default:
			w.bands.settled("open")
			w.bands.settled("study")
			w.behind = nil // or the study that was found would be let go
			w.read(r.series, folder, beside{studies: filepath.Dir(folder), resume: r})
		}
	})
}

// askMoved asks where the image of a study is now.
func (w *Window) askMoved(open opener, folder string, moved *study.MovedError) {
	_, why := app.Explain(moved)
	again := func(path string) { w.leave(func() { w.findStudy(open, folder, path) }) }
	w.question("moved", w.t("ui.study.moved"), w.texts.Format(why)+" "+w.t("ui.study.moved_known"),
		answer{id: "file", label: "ui.study.moved_file", run: func() { w.choose.openFile(w.t("ui.study.moved"), w.lastFolder(), again) }},
		answer{id: "folder", label: "ui.study.moved_folder", run: func() { w.choose.openFolder(w.t("ui.study.moved"), w.lastFolder(), again) }},
		answer{id: "cancel", label: "ui.cancel"})
}

// openCase opens an image with its study in a folder of studies, where it is made
// at the first step. Which of the series under a path is meant worklist.Pick says.
func (w *Window) openCase(path, series, folder string) {
	w.closeList()
	if w.opts.Opener == nil {
		return
	}
	w.inspector.model.thresholds.letGo()
	w.whenThresholdKept(func() { w.openCaseNow(path, series, folder) })
}

func (w *Window) openCaseNow(path, series, folder string) {
	w.abandonRead()
	w.asked++
	w.status.start(jobOpen, w.t("ui.open.scanning", filepath.Base(path)), func() { w.jobs.Cancel(jobOpen) })
	job.Run(w.jobs, jobOpen, func(ctx context.Context, report func(job.Progress)) (app.Scan, error) {
		return w.opts.Opener.Scan(ctx, []string{path}, report)
	}, func(p job.Progress) { w.status.progress(jobOpen, p) }, func(found app.Scan, err error) {
		w.status.end(jobOpen)
		if err != nil {
			w.openFailed([]string{path}, err)
			return
		}
		one, ok := worklist.Pick(found.Series, path, series)
		if !ok {
			w.bands.failAbout("open", app.Refuse(nil, "ui.study.no_series", filepath.Base(path)))
			return
		}
		w.bands.clearFailures()
		w.load(one, path, beside{studies: folder})
	})
}

// readSeries is what becomes of reading an image: it, its hash and its study.
type readSeries struct {
	volume *volume.Volume
	sha    string
	resume *resumed
	found  study.Looked
	failed error // of looking for its study: the image is there all the same
}

// lookup finds the studies of an image.
type lookup func(app.SeriesInfo, string) study.Looked

// lookup finds studies of an image with some hash where it can have any, a folder
// of studies first. It may be called beside the window.
func (w *Window) lookup(first string) lookup {
	places, may, reader := w.studyPlaces(first), w.mayFind(), w.reader()
	return func(info app.SeriesInfo, sha string) study.Looked {
		source := study.Source{Path: absolute(info.Path), SHA256: sha, SeriesUID: info.Identity.SeriesUID}
		return lookFor(reader, places(), source, study.FolderName(info), may)
	}
}

// readWithStudy reads an image and, meanwhile, works out by its hash whether
// there is a study of it.
func (w *Window) readWithStudy(ctx context.Context, series app.Series, hooks app.LoadHooks, b beside, look lookup, was *keeping) (readSeries, error) {
	r := readSeries{resume: b.resume}
	dir := b.studies
	sums := make(chan error, 1)
	hashing, stop := context.WithCancel(ctx)
	defer stop()
	if dir != "" {
		go func() {
			sum, err := series.SHA256(hashing)
			r.sha = sum
			sums <- err
		}()
	}
	var err error
	if r.volume, err = series.Load(ctx, hooks); err != nil {
		stop()
	}
	if dir != "" {
		r.failed = <-sums
	}
	if err != nil || dir == "" || r.failed != nil || r.resume != nil {
		return r, err
	}
	r.found = look(series.Info(), r.sha)
	folder := r.found.Folder
	switch {
	case ctx.Err() != nil:
		return r, ctx.Err()
	case folder == "":
		return r, nil
	case was.study != nil && was.study.Folder() == folder:
		_ = was.study.Close()                                            // all of it is on disk: see leave
		r.resume, r.failed = w.openResumed(context.Background(), folder) // there is no way back
		w.dispatch(func() {
			if w.behind == nil || w.behind.was != was { // something else was asked for
				w.letGo(r.resume)
			}
		})
		return r, nil
	}
	r.resume, r.failed = w.openResumed(ctx, folder)
	return r, ctx.Err()
}

// letGo closes a study that the window does not take.
func (w *Window) letGo(r *resumed) {
	if r != nil {
		w.closing.Go(func() { w.loose.close(r.study) })
	}
}

// letGoAll closes all studies that the window has not taken: of an attempt to open that
// another has put an end to, nothing is heard any more.
func (w *Window) letGoAll() {
	for _, s := range w.loose.takeAll() {
		w.closing.Go(func() { _ = s.Close() }) // nothing was done to it
	}
}

// resume goes on with the study that was found for the image just opened.
func (w *Window) resume(r *resumed) {
	k, s := w.keeping, r.study
	w.loose.take(s)
	if err := s.Fits(w.session.Volume().Geometry); err != nil {
		w.bands.failAbout("study", err)
		w.release(s)
		return
	}
	k.labels = s.Mask().Labels()
	k.found = recovered{Recovered: r.found}
	w.forgetLeft(s.Folder())
	if s.ReadOnly() != nil {
		k.looking = s
	} else {
		w.take(k, s)
	}
	if err := w.session.Restore(s.History(), r.origins); err != nil {
		w.bands.failAbout("study", err)
		return
	}
	w.readTouched()
	k.moved = s.Info().MovedTo != ""
	k.anothers = w.anothers(s)
	w.showView(s.Info().View)
	w.sayResumed(r)
	w.bands.refresh()
	w.studyChanged.Emit(struct{}{})
}

// sayResumed says what the case goes on with.
func (w *Window) sayResumed(r *resumed) {
	if r.study.ReadOnly() != nil {
		return
	}
	begun := ""
	if by := w.keeping.begunBy; by != "" {
		begun = w.t("ui.study.begun_by", by, w.reader()) + " "
		w.status.say(begun)
	}
	if steps, applied := w.session.History(); len(steps) > 0 {
		done := w.t("ui.study.steps", applied)
		if applied < len(steps) {
			done = w.t("ui.study.steps_of", applied, len(steps))
		}
		last := steps[len(steps)-1].Time.Local().Format("2006-01-02 15:04")
		if dir := filepath.Dir(r.study.Folder()); dir != w.keeping.dir {
			w.status.say(begun + w.t("ui.study.goes_on_in", dir, done, last))
			return
		}
		w.status.say(begun + w.t("ui.study.goes_on", done, last))
	}
}

// startAnew opens the image again without its study, which stays where it is.
func (w *Window) startAnew() {
	if !w.canStartAnew() {
		return
	}
	w.leave(func() {
		was, info, v, sha := w.keeping, w.session.Info(), w.session.Volume(), w.sha
		w.cancelSegment()
		look := w.keepLook()
		w.drop(was)
		w.opened(info, v, sha, beside{studies: was.dir}, readSeries{sha: was.source.SHA256})
		look()
		w.status.say(w.t("ui.study.anew"))
	})
}

func (w *Window) canStartAnew() bool {
	return w.complete() && !w.segmenting && (w.keeping.study != nil || w.keeping.looking != nil)
}

// keepFrom remembers what a study of the image just opened is made of.
func (w *Window) keepFrom(dir, sha string) {
	info, m := w.session.Info(), w.session.Mask()
	k := &keeping{dir: dir, name: study.FolderName(info), begin: mask.New(m.Size(), m.Labels())}
	k.source = study.Source{Path: absolute(info.Path), SHA256: sha, SeriesUID: info.Identity.SeriesUID}
	k.draft.State = ""
	if w.keeping != nil && w.keeping.wanted && w.keeping.study == nil && w.keeping.looking == nil && w.keeping.begin == nil {
		k.draft, k.wanted = w.keeping.draft, true // said while the image was being read
	}
	w.keeping = k
}
