package ui

import (
	"context"
	"net/url"
	"os"
	"path/filepath"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/safefile"
)

func baseName(path string) string { return filepath.Base(path) }

// resultFolder is where results are proposed to go: where the last ones went,
// else the user's home; never the folder of the data itself.
func (w *Window) resultFolder() string {
	if i, err := os.Stat(w.prefs.Results); err == nil && i.IsDir() {
		return w.prefs.Results
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "."
	}
	return home
}

// rememberResults proposes the folder that holds path for the next results.
func (w *Window) rememberResults(path string) {
	if full, err := filepath.Abs(path); err == nil {
		w.prefs.Results = filepath.Dir(full)
		w.savePreferences()
	}
}

// saveMask saves where it was saved before, and asks where the first time.
func (w *Window) saveMask() { w.saveMaskThen(nil) }

// saveMaskAs always asks where.
func (w *Window) saveMaskAs() {
	if w.hasMask() {
		w.askMaskPlace(nil)
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
	w.askMaskPlace(then)
}

func (w *Window) askMaskPlace(then func()) {
	suggested := filepath.Join(w.resultFolder(), w.session.Info().Case+"_mask.nii.gz")
	w.choose.saveFile(w.t("ui.save.title"), suggested, func(path string) {
		w.unlessThere([]string{path}, func(overwrite bool) { w.writeMask(path, overwrite, then) })
	})
}

// unlessThere goes on at once where nothing is replaced, else asks.
func (w *Window) unlessThere(paths []string, then func(overwrite bool)) {
	for _, path := range paths {
		err := safefile.Vacant(path)
		if err == nil {
			continue
		}
		if kind, _ := app.Explain(err); kind == app.Usage {
			w.question("replace", w.t("ui.replace.title"), w.t("ui.replace.text", filepath.Base(path), filepath.Dir(path)),
				answer{id: "replace", label: "ui.replace.yes", danger: true, run: func() { then(true) }},
				answer{id: "cancel", label: "ui.cancel"})
			return
		}
		w.bands.fail(err)
		return
	}
	then(false)
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
			w.bands.fail(err)
			return
		}
		if attempt == w.opening {
			w.savedAs = path
			w.session.MarkSaved(revision)
		}
		w.rememberResults(path)
		w.status.saved(path)
		if then != nil {
			then()
		}
	})
}

// askPicture saves the active pane as a picture.
func (w *Window) askPicture() {
	if !w.complete() || w.opts.SavePicture == nil {
		return
	}
	p := w.picture(w.viewer.Active())
	name := w.session.Info().Case + "_" + p.Plane.String() + ".png"
	w.choose.saveFile(w.t("ui.picture.title"), filepath.Join(w.resultFolder(), name), func(path string) {
		w.unlessThere([]string{path}, func(overwrite bool) {
			w.status.start("picture", w.t("ui.save.saving", filepath.Base(path)), func() { w.jobs.Cancel("picture") })
			job.Run(w.jobs, "picture", func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
				return struct{}{}, w.opts.SavePicture(ctx, path, p, overwrite)
			}, nil, func(_ struct{}, err error) {
				w.status.end("picture")
				if err != nil {
					w.bands.fail(err)
					return
				}
				w.rememberResults(path)
				w.status.saved(path)
			})
		})
	})
}

// openFolder shows where a file lies in the system's own file manager.
func (w *Window) openFolder(path string) {
	dir := filepath.ToSlash(filepath.Dir(path))
	if err := w.app.OpenURL(&url.URL{Scheme: "file", Path: dir}); err != nil {
		w.bands.fail(app.Fail(err, "ui.show.failed", filepath.Dir(path)))
	}
}
