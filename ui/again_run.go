package ui

import (
	"context"
	"errors"
	"maps"
	"slices"

	"opacity/app"
	"opacity/app/edit"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/study"
	"opacity/app/text"
	"opacity/app/volume"
)

const jobAgain = "again"

// proposal is what a model says of a part, as it is to be taken over.
type proposal struct {
	part   part
	result *app.SegmentResult // the model's own from now on, with the part in it
	mask   *mask.Mask         // of the part, at the thresholds that were chosen
	labels []uint8            // that it speaks of
}

// segmentPart runs the model on a part. The hand may go on meanwhile: what it
// touches is spared.
func (w *Window) segmentPart(p part) {
	if !w.canSegmentAgain() || len(w.modals) > 0 {
		return
	}
	to, err := w.session.Renumber(w.model().Labels)
	if err != nil {
		w.bands.fail(err)
		return
	}
	w.inspector.model.thresholds.keep()
	attempt, v := w.opening, w.session.Volume()
	around, origin := w.session.Mask().Snapshot(), w.session.Origin()
	request := app.SegmentRequest{Model: w.model().Key(), Device: w.prefs.Device, Probabilities: true, Box: p.box, Around: around}
	w.status.start(jobAgain, w.t("ui.again.running"), w.cancelAgain)
	hooks := app.SegmentHooks{Started: func(_ app.ModelInfo, d app.Device) { w.dispatch(func() { w.setUsed(d) }) }}
	job.Run(w.jobs, jobAgain, func(ctx context.Context, report func(job.Progress)) (*proposal, error) {
		hooks.Progress = report
		r, err := w.opts.Segmenter.Segment(ctx, v, request, hooks)
		if err != nil {
			return nil, err
		}
		return propose(ctx, v, p, r.Renumbered(to), origin, w.texts.Format(p.name))
	}, func(pr job.Progress) { w.status.progress(jobAgain, pr) }, func(found *proposal, err error) {
		if attempt != w.opening || err != nil {
			w.againDone(attempt, p, err)
			return
		}
		w.status.start(jobAgain, w.t("ui.again.keeping"), nil)
		w.keepProposal(found.result, func() { w.mergePart(attempt, found, 3) })
	})
	w.refreshActions()
}

func (w *Window) cancelAgain() { w.jobs.Cancel(jobAgain) }

// modelRuns reports whether a model runs, on everything or on a part.
func (w *Window) modelRuns() bool { return w.segmenting || w.jobs.Running(jobAgain) }

// cancelRun stops it.
func (w *Window) cancelRun() {
	w.cancelSegment()
	w.cancelAgain()
}

// mergePart takes over what a model says of a part, as one step. Where the mask
// changed while that was worked out, it is worked out anew.
func (w *Window) mergePart(attempt int, found *proposal, tries int) {
	if attempt != w.opening {
		w.againDone(attempt, found.part, nil)
		return
	}
	v, m := w.session.Volume(), w.session.Mask().Snapshot()
	job.Run(w.jobs, jobAgain, func(ctx context.Context, _ func(job.Progress)) (mask.Delta, error) {
		if err := knows(m, found.result.Mask.Labels()); err != nil {
			return mask.Delta{}, err
		}
		return edit.Merge(ctx, edit.Input{Mask: m, Volume: v, Box: found.part.box}, found.options(found.mask), nil)
	}, nil, func(d mask.Delta, err error) {
		if attempt == w.opening && err == nil {
			before := w.session.Revision()
			_, steps := w.session.History()
			err = w.session.Merge(found.part.name, found.result, d)
			if stale := new(app.Error); errors.As(err, &stale) && tries > 1 && before == w.session.Revision() {
				w.mergePart(attempt, found, tries-1)
				return
			}
			if err == nil {
				w.holdUnlessStep(steps, (*study.Study).HoldPart)
			}
		}
		w.againDone(attempt, found.part, err)
	})
}

// againDone says what became of a part.
func (w *Window) againDone(attempt int, p part, err error) {
	w.status.end(jobAgain)
	name := w.texts.Format(p.name)
	switch {
	case attempt != w.opening: // another study is open by now
	case errors.Is(err, context.Canceled):
		w.status.say(w.t("ui.again.stopped"))
	case err != nil:
		w.bands.fail(err)
	default:
		said := w.t("ui.again.same", name)
		if steps, applied := w.session.History(); applied > 0 && steps[applied-1].Name.Key == p.name.Key {
			said = w.t("ui.again.done", name, w.changesOf(steps[applied-1]))
		}
		w.status.say(said)
	}
	w.refreshActions()
	w.measureLater()
}

// options is what of a mask is taken over.
func (p *proposal) options(m *mask.Mask) edit.MergeOptions {
	return edit.MergeOptions{Proposal: m, Labels: p.labels, Lung: p.part.lung}
}

// knows lets a mask have the labels of a model too, which were numbered for it.
func knows(m *mask.Mask, labels []mask.Label) error {
	all := m.Labels()
	for _, l := range labels {
		if !slices.ContainsFunc(all, func(o mask.Label) bool { return o.Value == l.Value }) {
			all = append(all, l)
		}
	}
	return m.SetLabels(all)
}

// propose puts what a model says of a part together with what the model said of
// the rest before, and brings it to the thresholds that were chosen since.
func propose(ctx context.Context, v *volume.Volume, p part, r *app.SegmentResult, from app.Origin, where string) (*proposal, error) {
	found := &proposal{part: p, mask: r.Mask}
	for _, l := range r.Model.Labels {
		found.labels = append(found.labels, l.Value)
	}
	all := *r
	all.Mask = mask.New(v.Size, r.Mask.Labels())
	all.Parts = []app.Part{p.told()}
	doubt := text.M("ui.again.part_only", where)
	if before := from.Result; before != nil {
		all = *before
		all.Mask = before.Mask.Snapshot()
		all.Warnings = slices.Clone(before.Warnings)
		if before.Parts != nil {
			all.Parts = append(slices.Clone(before.Parts), p.told())
		}
		doubt = text.Message{}
		if before.Model.SHA256 != r.Model.SHA256 || before.Model.ID != r.Model.ID {
			doubt = text.M("ui.again.other_model", where, modelTitle(r.Model))
		}
	}
	for _, l := range r.Mask.Labels() {
		if was, there := all.Mask.Label(l.Value); there && !was.Same(l) {
			return nil, app.Misuse("session.label_other", int(l.Value), was.Name, l.Name)
		}
	}
	if err := knows(all.Mask, r.Mask.Labels()); err != nil {
		return nil, err
	}
	d, err := edit.Merge(ctx, edit.Input{Mask: all.Mask, Volume: v, Box: p.box}, found.options(r.Mask), nil)
	if err != nil {
		return nil, err
	}
	all.Mask.Apply(d)
	if !doubt.IsZero() {
		all.Warnings = append(all.Warnings, volume.Warning{Kind: volume.WarnModel, Message: doubt})
	}
	if from.Result != nil {
		all.Probabilities = pasted(from.Result.Probabilities, r.Probabilities, p.box, v.Size)
		all.Thresholds = maps.Clone(r.Thresholds)
		maps.Copy(all.Thresholds, from.Result.Thresholds)
	}
	found.result = &all
	return found, found.cut(ctx, v, r, from.Thresholds)
}

// told is the part as what the mask goes back to tells it.
func (p part) told() app.Part { return app.Part{Name: p.called, Lung: p.lung} }

// cut brings the part to the thresholds that were chosen, by label.
func (p *proposal) cut(ctx context.Context, v *volume.Volume, r *app.SegmentResult, chosen map[uint8]uint8) error {
	s := app.NewSession() // knows which probabilities are a label's, and where the model's own threshold lies
	s.Complete(app.SeriesInfo{}, v)
	if _, err := s.Adopt(text.M("ui.step.segment", ""), r); err != nil {
		return err
	}
	m := r.Mask.Snapshot()
	var channels []channel
	for _, value := range slices.Sorted(maps.Keys(chosen)) {
		if l, known := m.Label(value); known && s.Probabilities(value) != nil {
			channels = append(channels, channel{l, s.Probabilities(value), s.ModelThreshold(value)})
		}
	}
	found, err := learn(ctx, r.Mask, channels)
	if err != nil {
		return err
	}
	for _, c := range channels {
		value := c.label.Value
		d, err := edit.Threshold(ctx, edit.Input{Mask: m, Volume: v, Box: p.part.box}, edit.ThresholdOptions{
			Spare:    found.apart[value],
			Channels: []edit.Channel{{Label: value, Probabilities: found.hanging[value], At: chosen[value], From: c.own, Inside: lungsAround(m, value)}},
		}, nil)
		if err != nil {
			return err
		}
		m.Apply(d)
	}
	p.mask = m
	return nil
}

// pasted is probabilities with those of a part in their place; the zero box is
// the whole.
func pasted(before, part map[string][][]uint8, box volume.Box, size volume.Size) map[string][][]uint8 {
	out := maps.Clone(before)
	if out == nil {
		out = map[string][][]uint8{}
	}
	if box == (volume.Box{}) {
		box = volume.Whole(size)
	}
	for name, fresh := range part {
		stack := slices.Clone(before[name])
		if stack == nil {
			stack = make([][]uint8, size[2])
		}
		for k := box.Min[2]; k < box.Max[2]; k++ {
			if len(fresh[k]) == 0 && len(stack[k]) == 0 {
				continue
			}
			slice := make([]uint8, size[0]*size[1])
			copy(slice, stack[k])
			for j := box.Min[1]; j < box.Max[1]; j++ {
				row := slice[j*size[0]+box.Min[0] : j*size[0]+box.Max[0]]
				clear(row)
				if len(fresh[k]) > 0 {
					copy(row, fresh[k][j*size[0]+box.Min[0]:j*size[0]+box.Max[0]])
				}
			}
			stack[k] = slice
		}
		out[name] = stack
	}
	return out
}
