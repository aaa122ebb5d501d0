package ui

import (
	"context"

	"opacity/app/edit"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/viewer"
)

// copyOn copies what the active label has on the slice shown in the pane in use to
// the one above, up 1, or below, up -1, and goes there: the next press goes on.
func (w *Window) copyOn(up int) {
	if !w.canEdit() || len(w.modals) > 0 || w.jobs.Running(jobEdit) {
		return
	}
	plane, attempt, label := w.viewer.Active(), w.opening, w.viewer.ActiveLabel()
	_, _, axis, _ := plane.Axes()
	from := w.viewer.SliceOf(plane)
	to, name, way := from+up*wayUp(axis), text.M("ui.op.step.copy_next", w.labelName(label)), "next"
	if up < 0 {
		name.Key, way = "ui.op.step.copy_previous", "previous"
	}
	settings := w.limitsOf(map[string]any{"plane": plane.String(), "to": way, "slices": 1.0, "replace": "no"})
	in := edit.Input{Mask: w.session.Mask().Snapshot(), Volume: w.session.Volume(), Label: label, Limits: w.kit.Settings().Limits}
	w.status.start(jobEdit, w.texts.Format(name), func() { w.jobs.Cancel(jobEdit) })
	job.Run(w.jobs, jobEdit, func(ctx context.Context, report func(job.Progress)) (mask.Delta, error) {
		return edit.CopySlice(ctx, in, edit.CopyOptions{Axis: axis, From: from, To: to}, report)
	}, nil, func(d mask.Delta, err error) {
		w.status.end(jobEdit)
		if attempt != w.opening {
			return // another study is open by now
		}
		if err == nil {
			w.viewer.SetSlice(plane, to)
		}
		w.edited(mask.Step{Name: name, Tool: "copy", Label: label, Delta: d, Hand: true, Settings: settings}, err)
	})
}

// wayUp is the way along an axis that slices are numbered upwards: coronal ones are
// numbered from the back.
func wayUp(axis int) int {
	if _, _, coronal, _ := viewer.Coronal.Axes(); axis == coronal {
		return -1
	}
	return 1
}

// goAlong shows the slice that an operation reached, in the pane in use: the one of
// its change that is farthest from the slice shown.
func (w *Window) goAlong(d mask.Delta) {
	b, plane := d.Box(w.session.Volume().Size[0]), w.viewer.Active()
	if b.Empty() {
		return
	}
	_, _, axis, _ := plane.Axes()
	first, last, at := b.Min[axis], b.Max[axis]-1, w.viewer.SliceOf(plane)
	if at-first > last-at {
		last = first
	}
	w.viewer.SetSlice(plane, last)
}
