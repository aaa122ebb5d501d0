package ui

import (
	"context"
	"errors"

	"opacity/app"
	"opacity/app/edit"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/tool"
)

const jobEdit = "edit"

// connectEdits plugs the tools that work at a click.
func (w *Window) connectEdits() {
	w.kit.Fill = func(c tool.Click) {
		o := edit.FloodOptions{Seed: c.Voxel, Axis: edit.Space, ToleranceHU: float32(c.Settings.ToleranceHU), Erase: c.Erase}
		if !c.Settings.Solid {
			_, _, o.Axis, _ = c.Plane.Axes()
		}
		key := "ui.step.fill"
		if c.Erase {
			key = "ui.step.fill_erase"
		}
		w.edit(text.M(key, w.labelName(c.Label)), tool.Fill, func(ctx context.Context, in edit.Input, report func(job.Progress)) (mask.Delta, error) {
			return edit.Flood(ctx, in, o, report)
		})
	}
	w.kit.Island = func(c tool.Click) {
		o := edit.IslandsOptions{Do: edit.RemoveAt, At: c.Voxel}
		w.edit(text.M("ui.step.island", w.labelName(c.Label)), tool.Island, func(ctx context.Context, in edit.Input, report func(job.Progress)) (mask.Delta, error) {
			return edit.Islands(ctx, in, o, report)
		})
	}
}

func (w *Window) labelName(value uint8) string {
	l, _ := w.session.Mask().Label(value)
	return l.Name
}

// activeLabel is the one that tools change; false where nothing is open.
func (w *Window) activeLabel() (mask.Label, bool) {
	if w.session.Mask() == nil {
		return mask.Label{}, false
	}
	return w.session.Mask().Label(w.viewer.ActiveLabel())
}

// canEdit reports whether the mask may be changed now.
func (w *Window) canEdit() bool { return w.complete() && !w.segmenting }

// edit carries out beside the window what a click asked for. It becomes one step
// when all of it is there, and none where it is cancelled.
func (w *Window) edit(name text.Message, by tool.Name, do func(context.Context, edit.Input, func(job.Progress)) (mask.Delta, error)) {
	if !w.canEdit() || len(w.modals) > 0 {
		return
	}
	if w.jobs.Running(jobEdit) { // of two changes worked out at once the first would be lost
		w.status.note(w.t("ui.edit.busy"))
		return
	}
	attempt, label, settings := w.opening, w.viewer.ActiveLabel(), w.settingsOf(string(by))
	in := edit.Input{Mask: w.session.Mask().Snapshot(), Volume: w.session.Volume(), Label: label, Limits: w.kit.Settings().Limits}
	w.status.start(jobEdit, w.texts.Format(name), func() { w.jobs.Cancel(jobEdit) })
	job.Run(w.jobs, jobEdit, func(ctx context.Context, report func(job.Progress)) (mask.Delta, error) {
		return do(ctx, in, report)
	}, func(p job.Progress) { w.status.progress(jobEdit, p) }, func(d mask.Delta, err error) {
		w.status.end(jobEdit)
		if attempt != w.opening {
			return // another study is open by now
		}
		w.edited(mask.Step{Name: name, Tool: string(by), Label: label, Delta: d, Hand: true, Settings: settings}, err)
	})
}

// edited makes a step of what an operation found, or says why not; false where there is
// none.
func (w *Window) edited(step mask.Step, err error) bool {
	switch {
	case errors.Is(err, context.Canceled):
		w.status.say(w.t("ui.edit.stopped"))
		return false
	case err == nil && step.Delta.Empty() && step.Labels == nil:
		said := w.t("ui.edit.nothing", w.texts.Format(step.Name))
		if limits := w.kit.LimitsCaption(); len(limits) > 0 {
			said = w.t("ui.edit.nothing_limits", w.texts.Format(step.Name), limits)
		}
		w.status.say(said)
		return false
	case err == nil:
		err = w.session.Edit(step)
	}
	if err != nil {
		_, why := app.Explain(err)
		w.status.note(w.texts.Format(why))
		return false
	}
	w.uncover(step.Label)
	steps, applied := w.session.History()
	w.status.say(w.t("ui.edit.done", w.texts.Format(step.Name), w.changesOf(steps[applied-1])))
	return true
}

// sliceOf says where a step was made: the number of its slice in the axial
// plane, or of the first and the last.
func (w *Window) sliceOf(b volume.Box) string {
	v := w.session.Volume()
	if v == nil || b.Empty() {
		return ""
	}
	first, last := axialNumber(v, b.Min[2]), axialNumber(v, b.Max[2]-1)
	if first == last {
		return w.t("ui.history.slice", first)
	}
	return w.t("ui.history.slices", min(first, last), max(first, last))
}

func axialNumber(v *volume.Volume, k int) int { return viewer.Axial.SliceNumber(v.Geometry, k) }
