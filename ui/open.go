package ui

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/study"
)

// jobOpen is the key of scanning and loading: a new attempt ends an older one.
const jobOpen = "open"

func (w *Window) askOpenFile() {
	w.choose.openFile(w.t("ui.open.file"), w.lastFolder(), func(path string) { w.open([]string{path}) })
}

func (w *Window) askOpenFolder() {
	w.choose.openFolder(w.t("ui.open.folder"), w.lastFolder(), func(path string) { w.open([]string{path}) })
}

func (w *Window) dropped(uris []fyne.URI) {
	var paths []string
	for _, u := range uris {
		if u.Scheme() == "file" {
			paths = append(paths, u.Path())
		}
	}
	if len(paths) > 0 && len(w.modals) == 0 {
		w.open(paths)
	}
}

// jobLook is the key of looking whether a path is a study.
const jobLook = "open.look"

// open looks for what can be opened under paths. What is open stays until
// something else is really there.
func (w *Window) open(paths []string) {
	folder := studyNamed(paths[0])
	if len(paths) > 1 || folder == "" {
		w.scan(paths)
		return
	}
	attempt := w.asked
	w.status.start(jobLook, w.t("ui.study.opening", filepath.Base(folder)), func() { w.jobs.Cancel(jobLook) })
	job.Run(w.jobs, jobLook, func(ctx context.Context, _ func(job.Progress)) (bool, error) {
		return study.Is(folder), ctx.Err()
	}, nil, func(is bool, err error) {
		w.status.end(jobLook)
		switch {
		case err != nil || attempt != w.asked: // given up
		case is:
			w.openStudy(folder)
		default:
			w.scan(paths)
		}
	})
}

// scan looks for images under paths, beside the window.
func (w *Window) scan(paths []string) {
	w.closeList()
	if w.opts.Opener == nil {
		return
	}
	w.inspector.model.thresholds.letGo()
	w.whenThresholdKept(func() { w.scanNow(paths) })
}

// scanNow looks what is under paths; while the sample is being made it may be a mask
// for that.
func (w *Window) scanNow(paths []string) {
	key := jobOpen
	if w.makesSample() {
		key = jobBeside
	} else {
		w.abandonRead()
		w.asked++
	}
	attempt := w.asked
	w.status.start(key, w.t("ui.open.scanning", filepath.Base(paths[0])), func() { w.jobs.Cancel(key) })
	job.Run(w.jobs, key, func(ctx context.Context, report func(job.Progress)) (app.Scan, error) {
		return w.opts.Opener.Scan(ctx, paths, report)
	}, func(p job.Progress) { w.status.progress(key, p) }, func(found app.Scan, err error) {
		w.status.end(key)
		switch {
		case key == jobBeside && attempt != w.asked: // something else was asked for
			return
		case err != nil && !w.forOpen(found):
			w.openFailed(paths, err)
			return
		}
		w.bands.clearFailures()
		w.bands.unread(found.Failed)
		w.offer(paths, found)
	})
}

// forOpen reports whether what was found are masks for what is open, and no images.
func (w *Window) forOpen(found app.Scan) bool {
	return len(found.Masks) > 0 && w.opts.ReadMask != nil && (w.complete() || w.makesSample())
}

// jobBeside is the key of scanning while the sample is being made.
const jobBeside = "open.beside"

// openFailed tells why nothing was opened; a path where there is nothing any more
// is proposed no more.
func (w *Window) openFailed(paths []string, err error) {
	w.bands.failAbout("open", err)
	job.Run(w.jobs, "open.missing", func(context.Context, func(job.Progress)) (bool, error) {
		_, missing := os.Stat(paths[0])
		return os.IsNotExist(missing), nil
	}, nil, func(missing bool, _ error) {
		if missing {
			w.prefs.dropRecent(paths[0])
			w.recentChanged()
		}
	})
}

// offer decides what to do with what was found: one series opens, several are
// listed, a label map goes on top of the study that is open or that comes with it.
func (w *Window) offer(paths []string, found app.Scan) {
	pictures, b := w.sort(paths, found)
	switch {
	case len(pictures) > 1:
		w.showList(pictures, paths[0], b)
		return
	case len(pictures) == 1:
		w.load(pictures[0], paths[0], b)
	case len(b.masks) > 0 && w.makesSample():
		w.onSample = func() { w.openMask(b.masks[0]) }
		w.status.note(w.t("ui.mask.after_sample", filepath.Base(b.masks[0])))
	case len(b.masks) > 0 && w.complete():
		w.openMask(b.masks[0])
	case len(found.Series) > 0: // a label map alone: shown as the picture it is
		w.load(found.Series[0], paths[0], beside{leftOut: b.leftOut})
	}
	w.sayLeftOut(b.leftOut)
}

// skipped tells how many files were left aside, why, and which.
func (w *Window) skipped(found app.Scan) string {
	n, why, skipped := 0, "", found.Skipped
	for _, key := range slices.Sorted(maps.Keys(skipped)) {
		n += skipped[key]
		if why != "" {
			why += "; "
		}
		why += w.t("ui.open.skipped_why", skipped[key], w.t(key))
	}
	if n == 0 {
		return ""
	}
	said := w.t("ui.open.skipped", n, why)
	var names []string
	for _, path := range found.Aside {
		names = append(names, filepath.Base(path))
	}
	switch {
	case len(names) == 0:
	case len(names) < n:
		said = w.t("ui.open.skipped_some", said, strings.Join(names, ", "))
	default:
		said = w.t("ui.open.skipped_named", said, strings.Join(names, ", "))
	}
	return said
}

func (w *Window) sayLeftOut(sentence string) {
	if sentence != "" {
		w.status.said = sentence
		w.status.refresh()
	}
}
