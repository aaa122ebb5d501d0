package ui

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"fyne.io/fyne/v2"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/volume"
)

// jobOpen is the key of scanning and loading: a new attempt ends an older one.
const jobOpen = "open"

func (w *Window) askOpenFile() {
	w.choose.openFile(w.t("ui.open.file"), w.lastFolder(), func(path string) { w.open([]string{path}) })
}

func (w *Window) askOpenFolder() {
	w.choose.openFolder(w.t("ui.open.folder"), w.lastFolder(), func(path string) { w.open([]string{path}) })
}

// lastFolder is where the study opened last lies.
func (w *Window) lastFolder() string {
	if len(w.prefs.Recent) > 0 {
		return filepath.Dir(w.prefs.Recent[0])
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return home
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

func (w *Window) openRecent(n int) {
	if n < len(w.prefs.Recent) && len(w.modals) == 0 {
		w.open([]string{w.prefs.Recent[n]})
	}
}

func (w *Window) clearRecent() {
	w.prefs.Recent = nil
	w.recentChanged()
}

func (w *Window) toggleRecent() {
	w.prefs.NoRecent = !w.prefs.NoRecent
	if w.prefs.NoRecent {
		w.prefs.Recent = nil
	}
	w.recentChanged()
}

func (w *Window) recentChanged() {
	w.savePreferences()
	w.refreshActions()
	if !w.hasStudy() && !w.choosing() {
		w.show(w.emptyView())
	}
}

// open looks for what can be opened under paths. What is open stays until
// something else is really there.
func (w *Window) open(paths []string) {
	w.closeList()
	if w.opts.Opener == nil {
		return
	}
	w.opening++
	w.status.start(jobOpen, w.t("ui.open.scanning", filepath.Base(paths[0])), func() { w.jobs.Cancel(jobOpen) })
	job.Run(w.jobs, jobOpen, func(ctx context.Context, report func(job.Progress)) (app.Scan, error) {
		return w.opts.Opener.Scan(ctx, paths, report)
	}, func(p job.Progress) { w.status.progress(jobOpen, p) }, func(found app.Scan, err error) {
		w.status.end(jobOpen)
		if err != nil {
			w.openFailed(paths, err)
			return
		}
		w.bands.clearFailures()
		for _, failed := range found.Failed {
			w.bands.fail(failed)
		}
		w.offer(paths, found)
	})
}

func (w *Window) openFailed(paths []string, err error) {
	w.bands.fail(err)
	if _, missing := os.Stat(paths[0]); os.IsNotExist(missing) {
		w.prefs.dropRecent(paths[0])
		w.recentChanged()
	}
}

// offer decides what to do with what was found: one series opens, several are
// listed, a label map goes on top of the study that is open or that comes with it.
func (w *Window) offer(paths []string, found app.Scan) {
	var pictures []app.Series
	var masks []string
	for _, s := range found.Series {
		if s.Info().LabelMap {
			masks = append(masks, s.Info().Path)
		} else {
			pictures = append(pictures, s)
		}
	}
	left := w.skipped(found.Skipped)
	canMask := w.opts.ReadMask != nil && len(masks) > 0
	switch {
	case len(pictures) == 0 && canMask && w.complete():
		w.openMask(masks[0])
	case len(pictures) == 0 && len(found.Series) > 0: // a label map alone: shown as the picture it is
		w.load(found.Series[0], paths[0], beside{leftOut: left})
	case len(pictures) == 1:
		b := beside{leftOut: left}
		if canMask {
			b.mask, b.named = masks[0], slices.Contains(paths, masks[0])
		}
		w.load(pictures[0], paths[0], b)
	case len(pictures) > 1:
		w.showList(pictures, paths[0], left)
		return
	}
	w.sayLeftOut(left)
}

// beside is what was found together with a series.
type beside struct {
	mask    string // a label map, "" for none
	named   bool   // the user named the label map, not just its folder
	leftOut string // what was not used, in words; "" for nothing
}

// skipped tells how many files were left aside, and why.
func (w *Window) skipped(skipped map[string]int) string {
	n, why := 0, ""
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
	return w.t("ui.open.skipped", n, why)
}

func (w *Window) sayLeftOut(sentence string) {
	if sentence != "" {
		w.status.said = sentence
		w.status.refresh()
	}
}

// load opens a series, after asking what becomes of unsaved work.
func (w *Window) load(s app.Series, path string, b beside) {
	w.unlessUnsaved(func() {
		w.read(s, path, b)
	})
}

// openSample opens the synthetic thorax.
func (w *Window) openSample(segment bool) {
	if w.opts.Phantom == nil {
		return
	}
	w.closeList()
	w.unlessUnsaved(func() {
		w.opening++
		w.cancelSegment()
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
			if err != nil {
				w.bands.fail(err)
				return
			}
			w.opened(s.info, s.v, nil, beside{})
			if segment {
				w.segment()
			}
		})
	})
}

// read loads voxels and shows slices as they come. Failing or cancelled, the
// study that was open before is back as it was.
func (w *Window) read(series app.Series, path string, b beside) {
	info := series.Info()
	w.opening++
	w.cancelSegment()
	attempt, begun := w.opening, false
	restore, look := w.session.Keep(), w.keepLook()
	slicesIn := w.sliceFeed(attempt, func(first, last int) { w.session.SlicesIn(first, last) })
	hooks := app.LoadHooks{Slices: slicesIn}
	hooks.Begin = func(v *volume.Volume) {
		w.dispatch(func() {
			if w.opening == attempt {
				begun = true
				w.session.Begin(info, v)
			}
		})
	}
	w.status.start(jobOpen, w.t("ui.open.loading", info.Case), func() { w.jobs.Cancel(jobOpen) })
	job.Run(w.jobs, jobOpen, func(ctx context.Context, report func(job.Progress)) (*volume.Volume, error) {
		hooks.Progress = report
		return series.Load(ctx, hooks)
	}, func(p job.Progress) { w.status.progress(jobOpen, p) }, func(v *volume.Volume, err error) {
		w.status.end(jobOpen)
		if err != nil {
			if begun {
				restore()
				look()
			}
			if kind, _ := app.Explain(err); kind == app.Interrupted {
				w.status.say(w.t("ui.open.stopped"))
			}
			w.bands.fail(err)
			return
		}
		w.prefs.addRecent(path)
		w.recentChanged()
		w.opened(info, v, series.SHA256, b)
	})
}

// opened shows a study that is all there.
func (w *Window) opened(info app.SeriesInfo, v *volume.Volume, sha func(context.Context) (string, error), b beside) {
	w.sha, w.savedAs, w.measured, w.leftOut = sha, "", measured{}, b.leftOut
	w.bands.offer("")
	w.session.Complete(info, v)
	w.showStudy()
	w.sayLeftOut(b.leftOut)
	switch {
	case b.mask == "":
	case b.named:
		w.openMask(b.mask)
	default:
		w.offerMask(b.mask)
	}
}

// offerMask says that a label map lies beside the study, where it fits. One that
// does not fit, or cannot be read, is nobody's concern until it is asked for.
func (w *Window) offerMask(path string) {
	v, attempt := w.session.Volume(), w.opening
	job.Run(w.jobs, "beside", func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
		_, err := w.opts.ReadMask(ctx, path, v.Geometry)
		return struct{}{}, err
	}, nil, func(_ struct{}, err error) {
		if err == nil && attempt == w.opening {
			w.bands.offer(path)
		}
	})
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
	return func() {
		v.SetCursor(cursor)
		v.SetWindow(window)
		for _, c := range cameras {
			c()
		}
	}
}

// sliceFeed collects ranges of slices from a reader's goroutine and hands them
// over in one go, as often as the window's goroutine is free.
func (w *Window) sliceFeed(attempt int, in func(first, last int)) func(first, last int) {
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
			if w.opening != attempt {
				return
			}
			for _, r := range ranges {
				in(r.First, r.Last)
			}
		})
	}
}

// closeStudy leaves the window empty.
func (w *Window) closeStudy() {
	w.unlessUnsaved(func() {
		w.opening++
		w.jobs.CancelAll()
		w.cancelSegment()
		w.savedAs, w.measured, w.leftOut = "", measured{}, ""
		w.bands.offer("")
		w.bands.clearFailures()
		w.session.Close()
	})
}

// unlessUnsaved goes on at once where nothing would be lost, else asks.
func (w *Window) unlessUnsaved(then func()) {
	if !w.session.Dirty() {
		then()
		return
	}
	w.question("unsaved", w.t("ui.unsaved.title"), w.t("ui.unsaved.text", w.session.Info().Case),
		answer{id: "save", label: "ui.unsaved.save", run: func() { w.saveMaskThen(then) }},
		answer{id: "discard", label: "ui.unsaved.discard", danger: true, run: then},
		answer{id: "cancel", label: "ui.cancel"})
}

// tryClose closes the window unless work would be lost.
func (w *Window) tryClose() {
	if len(w.modals) > 0 {
		return
	}
	w.unlessUnsaved(func() {
		w.closed = true
		w.jobs.CancelAll()
		size := w.win.Canvas().Size()
		w.prefs.Width, w.prefs.Height = size.Width, size.Height
		w.prefs.save()
		w.win.Close()
	})
}
