package ui

import (
	"context"
	"slices"
	"strings"
	"sync"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/study"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer/tool"
)

const jobSegment = "segment"

// loadModels asks which models there are, and where they would run.
func (w *Window) loadModels() {
	if w.opts.Segmenter == nil {
		return
	}
	job.Run(w.jobs, "models", func(context.Context, func(job.Progress)) ([]app.ModelInfo, error) {
		return w.opts.Segmenter.Models(), nil
	}, nil, func(models []app.ModelInfo, _ error) {
		w.models = models
		w.refreshActions()
	})
	w.probeDevice()
}

func (w *Window) probeDevice() {
	if w.opts.ProbeDevice == nil {
		return
	}
	requested := w.prefs.Device
	job.Run(w.jobs, "device", func(ctx context.Context, _ func(job.Progress)) (app.Device, error) {
		return w.opts.ProbeDevice(ctx, requested), nil
	}, nil, func(d app.Device, _ error) { w.setUsed(d) })
}

func (w *Window) setUsed(d app.Device) {
	w.device = d
	w.status.setDevice(w.deviceSentence(), strings.ToUpper(w.device.Used))
	w.status.refresh()
	w.inspector.model.refresh()
}

// segment runs the chosen model on the open study. What it finds is painted as
// it comes; only when all is there does it become the mask, as one step.
func (w *Window) segment() {
	if !w.canSegment() {
		if why := w.misfit(); why != "" {
			w.status.say(why)
		}
		return
	}
	if problem := w.model().Problem; problem != nil {
		w.bands.fail(problem)
		return
	}
	if t := w.inspector.model.thresholds; t.moving != nil { // it is of the run before, and becomes a step first
		t.letGo()
		attempt := w.opening
		w.whenThresholdKept(func() {
			if attempt == w.opening {
				w.segment()
			}
		})
		return
	}
	to, err := w.session.Renumber(w.model().Labels)
	if err != nil {
		w.bands.fail(err)
		return
	}
	w.segmenting, w.stopped = true, false
	attempt, v := w.opening, w.session.Volume()
	request := app.SegmentRequest{Model: w.model().Key(), Device: w.prefs.Device, Probabilities: true}
	w.session.BeginPreview()
	w.status.start(jobSegment, w.t("ui.segment.running"), w.cancelSegment)
	w.refreshActions()
	hooks := app.SegmentHooks{Slice: w.paintFeed(attempt, to)}
	hooks.Started = func(_ app.ModelInfo, d app.Device) { w.dispatch(func() { w.setUsed(d) }) }
	job.Run(w.jobs, jobSegment, func(ctx context.Context, report func(job.Progress)) (*app.SegmentResult, error) {
		hooks.Progress = report
		r, err := w.opts.Segmenter.Segment(ctx, v, request, hooks)
		if err != nil {
			return nil, err
		}
		return r.Renumbered(to), nil
	}, func(p job.Progress) {
		if !w.stopped {
			w.status.progress(jobSegment, p)
		}
	}, func(r *app.SegmentResult, err error) { w.segmented(attempt, r, err) })
}

// segmented keeps what a model found, and then makes it the mask.
func (w *Window) segmented(attempt int, r *app.SegmentResult, err error) {
	if err != nil || attempt != w.opening || w.stopped {
		w.adopt(attempt, r, err)
		return
	}
	w.status.start(jobSegment, w.t("ui.segment.keeping"), w.cancelSegment)
	w.keepProposal(r, func() { w.adopt(attempt, r, nil) })
}

// adopt makes what a model found the mask, as one step.
func (w *Window) adopt(attempt int, r *app.SegmentResult, err error) {
	w.segmenting = false
	w.status.end(jobSegment)
	switch {
	case attempt != w.opening: // another study is open by now
	case w.stopped:
		w.session.EndPreview()
		w.status.say(w.t("ui.segment.stopped"))
	case err != nil:
		w.session.EndPreview()
		w.bands.fail(err)
	default:
		chosen := len(w.session.Origin().Thresholds) > 0
		_, before := w.session.History()
		spared, err := w.session.Adopt(text.M("ui.step.segment", r.Model.Title), r)
		if err != nil {
			w.session.EndPreview()
			w.bands.fail(err)
			break
		}
		w.holdUnlessStep(before, (*study.Study).HoldRun)
		w.setUsed(r.Device)
		done := w.keptOf(spared) + w.lockedOf(r)
		if chosen {
			done += w.t("ui.segment.thresholds") + " "
		}
		if w.withheld() != "" {
			done += w.t("ui.segment.done_withheld", r.Timings.Total.Seconds())
		} else {
			done += w.t("ui.segment.done", r.Timings.Total.Seconds())
		}
		_, key := w.keyOf(tool.ViewReport)
		w.status.say(w.t("ui.segment.report_at", done, key))
	}
	w.refreshActions()
	w.inspector.refresh()
	w.measureLater()
}

// keptOf says what a hand has drawn and erased, or was opened, that a model would have
// changed, and that stayed; "" where there is nothing.
func (w *Window) keptOf(spared mask.Delta) string {
	var drawn, erased [256]int
	for _, s := range spared.Slices {
		for _, r := range s.Runs {
			if r.Old != 0 {
				drawn[r.Old] += int(r.Length)
			} else {
				erased[r.New] += int(r.Length)
			}
		}
	}
	steps, applied := w.session.History()
	opened := slices.ContainsFunc(steps[:applied], func(s mask.Step) bool { return s.Tool == mask.ToolFile })
	said := ""
	for n, of := range [][256]int{drawn, erased} {
		if told := w.amounts(of); told != "" {
			key := [...]string{"ui.segment.kept_drawn", "ui.segment.kept_erased"}[n]
			if opened {
				key = [...]string{"ui.segment.kept_opened", "ui.segment.kept_without"}[n]
			}
			said += w.t(key, told) + " "
		}
	}
	return said
}

// lockedOf says what of locked labels a model would have changed beside what a hand has
// touched, and that stayed; "" where there is nothing.
func (w *Window) lockedOf(r *app.SegmentResult) string {
	m := w.session.Mask()
	var locked [256]bool
	for _, l := range m.Labels() {
		locked[l.Value] = l.Locked
	}
	hands, err := w.session.Touched()
	if err != nil || locked == [256]bool{} {
		return ""
	}
	var kept [256]int
	for _, s := range mask.Diff(m, r.Mask).Sparing(hands).Slices {
		for _, run := range s.Runs {
			switch {
			case locked[run.Old]:
				kept[run.Old] += int(run.Length)
			case locked[run.New]:
				kept[run.New] += int(run.Length)
			}
		}
	}
	if told := w.amounts(kept); told != "" {
		return w.t("ui.segment.kept_locked", told) + " "
	}
	return ""
}

// amounts names the labels that some voxels are of, with how much; "" for none.
func (w *Window) amounts(voxels [256]int) string {
	var told []string
	for _, l := range w.session.Mask().Labels() {
		if n := voxels[l.Value]; n > 0 {
			told = append(told, w.t("ui.change.label", l.Name, w.amountOf(n, false)))
		}
	}
	return strings.Join(told, ", ")
}

// cancelSegment stops the model; the mask is shown as it was at once.
func (w *Window) cancelSegment() {
	if !w.segmenting || w.stopped {
		return
	}
	w.stopped = true
	w.jobs.Cancel(jobSegment)
	w.session.EndPreview()
	w.status.start(jobSegment, w.t("ui.segment.stopping"), nil)
}

// paintFeed collects finished slices from the segmenter's goroutine and paints
// them, under the numbers that they have here, as often as the window's goroutine is free.
func (w *Window) paintFeed(attempt int, to mask.Renumbering) func(at volume.Slice, labels [mask.Layers][]uint8) {
	type slice struct {
		at     volume.Slice
		labels [mask.Layers][]uint8
	}
	var mu sync.Mutex
	var waiting []slice
	return func(at volume.Slice, labels [mask.Layers][]uint8) {
		if len(to) > 0 {
			for l := range labels {
				labels[l] = to.Voxels(labels[l])
			}
		}
		mu.Lock()
		defer mu.Unlock()
		waiting = append(waiting, slice{at, labels})
		if len(waiting) > 1 {
			return
		}
		w.dispatch(func() {
			mu.Lock()
			slices := waiting
			waiting = nil
			mu.Unlock()
			if w.opening != attempt || w.stopped || !w.segmenting {
				return
			}
			for _, s := range slices {
				w.session.Preview(s.at, s.labels)
			}
		})
	}
}

// askModel adds a model of the user's own, from a file.
func (w *Window) askModel() {
	w.choose.openFile(w.t("ui.model.choose"), w.lastFolder(), func(path string) {
		for _, m := range w.models {
			if m.Key() == path {
				w.setModel(path)
				return
			}
		}
		w.models = append(w.models, app.ModelInfo{ID: path, Path: path, Title: w.t("ui.model.file", baseName(path)), Licence: w.t("ui.model.unknown_licence")})
		w.setModel(path)
	})
}
