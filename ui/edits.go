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

// operation is a change of the whole mask, or of a region, that may take its time.
type operation struct {
	name text.Message // of the step
	tool string       // as steps name it
	do   func(context.Context, edit.Input, func(job.Progress)) (mask.Delta, error)
}

// connectEdits plugs the tools that work at a click.
func (w *Window) connectEdits() {
	w.kit.Fill = func(c tool.Click) {
		axis := edit.Space
		if !c.Settings.Solid {
			_, _, axis, _ = c.Plane.Axes()
		}
		key := "ui.step.fill"
		if c.Erase {
			key = "ui.step.fill_erase"
		}
		o := edit.FloodOptions{Seed: c.Voxel, Axis: axis, ToleranceHU: float32(c.Settings.ToleranceHU), Erase: c.Erase}
		w.edit(operation{text.M(key, w.labelName(c.Label)), string(tool.Fill), func(ctx context.Context, in edit.Input, report func(job.Progress)) (mask.Delta, error) {
			return edit.Flood(ctx, in, o, report)
		}})
	}
	w.kit.Island = func(c tool.Click) {
		w.islands("ui.step.island", edit.IslandsOptions{Do: edit.RemoveAt, At: c.Voxel})
	}
}

func (w *Window) labelName(value uint8) string {
	l, _ := w.session.Mask().Label(value)
	return l.Name
}

// activeName is what the active label is called.
func (w *Window) activeName() string { return w.labelName(w.viewer.ActiveLabel()) }

func (w *Window) islands(step string, o edit.IslandsOptions) {
	w.edit(operation{text.M(step, w.activeName()), string(tool.Island), func(ctx context.Context, in edit.Input, report func(job.Progress)) (mask.Delta, error) {
		return edit.Islands(ctx, in, o, report)
	}})
}

func (w *Window) fillHoles() {
	w.edit(operation{text.M("ui.step.holes", w.activeName()), "holes", func(ctx context.Context, in edit.Input, report func(job.Progress)) (mask.Delta, error) {
		return edit.FillHoles(ctx, in, edit.HolesOptions{Axis: edit.Space}, report)
	}})
}

// fillBetween fills between the slices, of the pane in use, that the label is drawn on.
func (w *Window) fillBetween() {
	_, _, axis, _ := w.viewer.Active().Axes()
	w.edit(operation{text.M("ui.step.between", w.activeName()), "between", func(ctx context.Context, in edit.Input, report func(job.Progress)) (mask.Delta, error) {
		return edit.Between(ctx, in, edit.BetweenOptions{Axis: axis}, report)
	}})
}

func (w *Window) margin(mm float64) {
	key := "ui.step.grow"
	if mm < 0 {
		key = "ui.step.shrink"
	}
	w.edit(operation{text.M(key, w.activeName()), "margin", func(ctx context.Context, in edit.Input, report func(job.Progress)) (mask.Delta, error) {
		return edit.Margin(ctx, in, edit.MarginOptions{MM: mm}, report)
	}})
}

func (w *Window) smoothLabel(mm float64) {
	w.edit(operation{text.M("ui.step.smooth", w.activeName()), "smooth", func(ctx context.Context, in edit.Input, report func(job.Progress)) (mask.Delta, error) {
		return edit.Smooth(ctx, in, edit.SmoothOptions{Do: edit.Median, MM: mm}, report)
	}})
}

// canEdit reports whether the mask may be changed now.
func (w *Window) canEdit() bool { return w.complete() && !w.segmenting }

// edit carries an operation out beside the window. It becomes one step when all
// of it is there, and none where it is cancelled.
func (w *Window) edit(o operation) {
	if !w.canEdit() || len(w.modals) > 0 {
		return
	}
	attempt, label := w.opening, w.viewer.ActiveLabel()
	in := edit.Input{Mask: w.session.Mask().Snapshot(), Volume: w.session.Volume(), Label: label, Limits: w.kit.Settings().Limits}
	w.status.start(jobEdit, w.texts.Format(o.name), func() { w.jobs.Cancel(jobEdit) })
	job.Run(w.jobs, jobEdit, func(ctx context.Context, report func(job.Progress)) (mask.Delta, error) {
		return o.do(ctx, in, report)
	}, func(p job.Progress) { w.status.progress(jobEdit, p) }, func(d mask.Delta, err error) {
		w.status.end(jobEdit)
		if attempt != w.opening {
			return // another study is open by now
		}
		w.edited(mask.Step{Name: o.name, Tool: o.tool, Label: label, Delta: d, Hand: true}, err)
	})
}

// edited makes a step of what an operation found, or says why not.
func (w *Window) edited(step mask.Step, err error) {
	switch {
	case errors.Is(err, context.Canceled):
		w.status.say(w.t("ui.edit.stopped"))
		return
	case err == nil && step.Delta.Empty():
		w.status.say(w.t("ui.edit.nothing", w.texts.Format(step.Name)))
		return
	case err == nil:
		err = w.session.Edit(step)
	}
	if err != nil {
		_, why := app.Explain(err)
		w.status.note(w.texts.Format(why))
		return
	}
	steps, applied := w.session.History()
	w.status.say(w.t("ui.edit.done", w.texts.Format(step.Name), w.changeOf(steps[applied-1])))
}

// changeOf writes what a step did to its label: "+3.2 ml".
func (w *Window) changeOf(s mask.Step) string {
	v := w.session.Volume()
	if v == nil || s.Box.Empty() {
		return ""
	}
	n, of := s.Change[s.Label], s.Label != 0
	if !of {
		for _, change := range s.Change {
			n += change
		}
	}
	if _, withheld := v.Withheld(); withheld {
		return w.t("ui.history.voxels", signed(float64(n), 0))
	}
	ml := float64(n) * v.VoxelVolumeML()
	decimals := 1
	if ml > -1 && ml < 1 {
		decimals = 2
	}
	return w.t("ui.ml", signed(ml, decimals))
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

// signed writes a change with its sign.
func signed(x float64, decimals int) string {
	s := viewer.Number(x, decimals)
	if x > 0 {
		s = "+" + s
	}
	return s
}
