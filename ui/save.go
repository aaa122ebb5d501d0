package ui

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/safefile"
)

func baseName(path string) string { return filepath.Base(path) }

// resultFolder is where results are proposed to go: where the last ones went, as
// far as is known, else the user's home; never the folder of the data itself.
func (w *Window) resultFolder() string {
	w.findResults()
	if w.results != "" && w.results == w.prefs.Results {
		return w.results
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "."
	}
	return home
}

// findResults looks beside the window whether the folder is there that results went
// to last: the share that it is on may not answer.
func (w *Window) findResults() {
	folder := w.prefs.Results
	if folder == "" || w.jobs.Running(jobResults) {
		return
	}
	job.Run(w.jobs, jobResults, func(context.Context, func(job.Progress)) (bool, error) {
		return w.isFolder(folder), nil
	}, nil, func(there bool, err error) {
		switch {
		case err != nil: // given up
		case there:
			w.results = folder
		case w.results == folder:
			w.results = ""
		}
	})
}

const jobResults = "results"

func isFolder(path string) bool {
	i, err := os.Stat(path)
	return err == nil && i.IsDir()
}

// rememberResults proposes the folder that holds path for the next results.
func (w *Window) rememberResults(path string) {
	if full, err := filepath.Abs(path); err == nil {
		w.prefs.Results = filepath.Dir(full)
		w.results = w.prefs.Results // something was just written there
		w.savePreferences()
	}
}

// saveMask saves where it was saved before, and asks where the first time.
func (w *Window) saveMask() { w.saveMaskThen(nil) }

// saveMaskAs always asks where.
func (w *Window) saveMaskAs() {
	if w.opts.Writer != nil {
		w.askMaskPlace(w.suggestedMask(), nil)
	}
}

func (w *Window) saveMaskThen(then func()) {
	if w.segmenting || w.opts.Writer == nil || !w.complete() || len(w.modals) > 0 {
		return
	}
	if w.savedAs != "" {
		w.writeMask(w.savedAs, true, then)
		return
	}
	w.askMaskPlace(w.suggestedMask(), then)
}

func (w *Window) suggestedMask() string {
	return filepath.Join(w.resultFolder(), w.caseShown()+"_mask.nii.gz")
}

// askMaskPlace asks where the mask goes, and again with the same name where that
// will not do.
func (w *Window) askMaskPlace(suggested string, then func()) {
	again := ofThisCase(w, func(path string) { w.askMaskPlace(path, then) })
	w.choose.saveFile(w.t("ui.save.title"), suggested, ofThisCase(w, func(chosen string) {
		path := maskName(chosen)
		w.unlessThere([]string{path}, ofThisCase(w, func(overwrite bool) { w.writeMask(path, overwrite, then) }), func() { again(path) })
	}))
}

// maskName is the name a mask is saved by: masks are NIfTI, whatever was typed.
// Dialogs of the system propose to replace a name up to its last dot, which leaves
// half of an extension.
func maskName(path string) string {
	lower := strings.ToLower(path)
	switch {
	case strings.HasSuffix(lower, ".nii"), strings.HasSuffix(lower, ".nii.gz"):
		return path
	case strings.HasSuffix(lower, ".gz"):
		path = path[:len(path)-len(".gz")]
	}
	return strings.TrimSuffix(path, ".") + ".nii.gz"
}

// replaceListed is how many files the question names before it only counts.
const replaceListed = 12

// jobVacant is the key of looking whether files are there.
const jobVacant = "vacant"

// unlessThere goes on where nothing is replaced, else asks. It looks beside the
// window: the disk may not answer. instead is called where it is not to be, and may
// be nil.
func (w *Window) unlessThere(paths []string, then func(overwrite bool), instead func()) {
	w.unlessTaken(paths, nil, then, instead)
}

// unlessTaken is unlessThere, where whose, which may be nil, says beside the window
// what the files are of where that matters.
func (w *Window) unlessTaken(paths []string, whose func() string, then func(overwrite bool), instead func()) {
	stopped := false // also where it was found out just before
	w.status.start(jobVacant, w.t("ui.save.looking", filepath.Dir(paths[0])), func() {
		stopped = true
		w.jobs.Cancel(jobVacant)
	})
	type found struct {
		there []string
		whose string
	}
	job.Run(w.jobs, jobVacant, func(ctx context.Context, _ func(job.Progress)) (f found, err error) {
		if f.there, err = taken(ctx, paths); err == nil && len(f.there) > 0 && whose != nil {
			f.whose = whose()
		}
		return f, err
	}, nil, func(f found, err error) {
		w.status.end(jobVacant)
		switch {
		case stopped || errors.Is(err, context.Canceled):
			w.status.say(w.t("ui.save.stopped"))
		case err != nil:
			w.bands.failAbout("save", err)
			if instead != nil {
				instead()
			}
		default:
			w.unlessReplaced(f.there, f.whose, then, instead)
		}
	})
}

// ofThisCase is what is done with an answer only while the case stays open that is open
// now, else says that it is not done. It is taken when something is asked: the system's
// choosers do not block the window.
func ofThisCase[T any](w *Window, do func(T)) func(T) {
	attempt := w.opening
	return func(answer T) {
		if attempt != w.opening {
			w.status.note(w.t("ui.case_gone"))
			return
		}
		do(answer)
	}
}

// taken are those of some paths where something is.
func taken(ctx context.Context, paths []string) (there []string, err error) {
	for _, path := range paths {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		err := safefile.Vacant(path)
		if err == nil {
			continue
		}
		if kind, _ := app.Explain(err); kind != app.Usage {
			return nil, err
		}
		there = append(there, path)
	}
	return there, nil
}

// unlessReplaced goes on at once where nothing is replaced, else asks, and says whose
// that is where it is somebody else's.
func (w *Window) unlessReplaced(there []string, whose string, then func(overwrite bool), instead func()) {
	if len(there) == 0 {
		then(false)
		return
	}
	title, what := w.t("ui.replace.title"), w.t("ui.replace.text", filepath.Base(there[0]), filepath.Dir(there[0]))
	if len(there) > 1 {
		var names []string
		for _, path := range there[:min(len(there), replaceListed)] {
			names = append(names, filepath.Base(path))
		}
		list := strings.Join(names, ", ")
		if len(there) > len(names) {
			list += ", …"
		}
		title, what = w.t("ui.replace.title_many", len(there)), w.t("ui.replace.text_many", len(there), filepath.Dir(there[0]), list)
	}
	w.question("replace", title, strings.TrimSpace(whose+" "+what),
		answer{id: "replace", label: "ui.replace.yes", danger: true, run: func() { then(true) }},
		answer{id: "cancel", label: "ui.cancel", run: instead})
}

func (w *Window) writeMask(path string, overwrite bool, then func()) {
	v, m, revision := w.session.Volume(), w.session.Mask().Snapshot(), w.session.Revision()
	attempt := w.opening
	w.status.start("save", w.t("ui.save.saving", filepath.Base(path)), func() { w.jobs.Cancel("save") })
	job.Run(w.jobs, "save", func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
		return struct{}{}, w.opts.Writer.WriteMask(ctx, path, v, m, overwrite)
	}, nil, func(_ struct{}, err error) {
		w.status.end("save")
		if err != nil {
			w.bands.failAbout("save", err)
			if kind, _ := app.Explain(err); kind != app.Interrupted && attempt == w.opening && len(w.modals) == 0 {
				w.askMaskPlace(path, then)
			}
			return
		}
		w.bands.settled("save")
		if attempt == w.opening {
			w.savedAs = path
			w.session.MarkSaved(revision)
		}
		w.rememberResults(path)
		w.status.saved(path)
		if then != nil && attempt == w.opening {
			w.leaveKept(then) // more may have been drawn meanwhile
		}
	})
}

// sayStale says that the file saved last has not what was done since, in place of
// that it was saved.
func (w *Window) sayStale() {
	if w.stale() && w.status.place == w.savedAs {
		w.status.say(w.t("ui.save.stale", baseName(w.savedAs)))
	}
}

// stale reports whether more was done since the mask was saved to a file.
func (w *Window) stale() bool { return w.savedAs != "" && w.session.Dirty() }

// askPicture saves the active pane as a picture.
func (w *Window) askPicture() {
	if !w.complete() || w.opts.SavePicture == nil {
		return
	}
	p := w.picture(w.viewer.Active())
	name := w.caseShown() + "_" + p.Plane.String() + ".png"
	w.askPicturePlace(p, filepath.Join(w.resultFolder(), name))
}

func (w *Window) askPicturePlace(p Picture, suggested string) {
	w.choose.saveFile(w.t("ui.picture.title"), suggested, func(path string) {
		if filepath.Ext(path) == "" {
			path += ".png"
		}
		w.unlessThere([]string{path}, func(overwrite bool) { w.writePicture(p, path, overwrite) }, func() { w.askPicturePlace(p, path) })
	})
}

func (w *Window) writePicture(p Picture, path string, overwrite bool) {
	w.writeFile("picture", path, func() { w.jobs.Cancel("picture") }, func(ctx context.Context) error {
		return w.opts.SavePicture(ctx, path, p, overwrite)
	})
}

// writeFile writes a file beside the window, as the job of a key, and says what came
// of it; stop is what its Cancel does, nil for none.
func (w *Window) writeFile(key, path string, stop func(), write func(ctx context.Context) error) {
	w.status.start(key, w.t("ui.save.saving", filepath.Base(path)), stop)
	job.Run(w.jobs, key, func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
		return struct{}{}, write(ctx)
	}, nil, func(_ struct{}, err error) {
		w.status.end(key)
		if err != nil {
			w.bands.failAbout("save", err)
			return
		}
		w.bands.settled("save")
		w.rememberResults(path)
		w.status.saved(path)
	})
}

// openFolder shows where a file lies in the system's own file manager.
func (w *Window) openFolder(path string) {
	dir := filepath.ToSlash(filepath.Dir(path))
	if err := w.app.OpenURL(&url.URL{Scheme: "file", Path: dir}); err != nil {
		w.bands.fail(app.Fail(err, "ui.show.failed", filepath.Dir(path)))
	}
}
