package ui

import (
	"context"
	"errors"
	"slices"

	"opacity/app"
	"opacity/app/edit"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/parallel"
	"opacity/app/study"
	"opacity/app/volume"
	"opacity/viewer"
)

// moving is a boundary on its way.
type moving struct {
	label    uint8
	at       uint8
	in       edit.Input
	opts     edit.ThresholdOptions
	attempt  int
	revision int
	cursor   [3]int // when slices were shown last
	planes   [3][mask.Layers][]uint8
	keeping  bool                  // it becomes a step
	counts   *edit.ThresholdCounts // what each threshold would change; nil while that is counted
	layer    mask.Layer            // of the label
}

const jobCounts = "threshold.counts"

// count counts beside the window what each threshold would lead to.
func (s *thresholdSection) count(m *moving) {
	w, model, opts := s.w, s.w.session.ModelMask(), m.opts
	opts.Channels = slices.Clone(opts.Channels) // the boundary moves meanwhile
	job.Run(w.jobs, jobCounts, func(ctx context.Context, _ func(job.Progress)) (edit.ThresholdCounts, error) {
		return edit.CountThresholds(ctx, m.in, opts, model)
	}, nil, func(counts edit.ThresholdCounts, err error) {
		if err == nil && s.moving == m {
			m.counts = &counts
			w.inspector.labels.refresh()
		}
	})
}

// changes are what the boundary where it is would do to the numbers.
func (m *moving) changes() metrics.LiveChanges {
	var c metrics.LiveChanges
	voxels, common := m.counts.At(m.at)
	c[m.layer] = map[uint8]metrics.LiveChange{m.label: {Voxels: voxels, Common: common}}
	return c
}

// move shows where the boundary of a label would be at another threshold.
func (s *thresholdSection) move(value, at uint8) {
	w := s.w
	if m := s.moving; m != nil && m.label != value {
		s.keep()
	}
	if s.w.jobs.Running(jobEdit) { // of which this would be the end
		w.status.note(w.t("ui.edit.busy"))
		s.refresh()
		return
	}
	if why := w.thresholdRefused(value); why != "" {
		w.status.note(why)
		s.refresh()
		return
	}
	if s.moving == nil && !s.begin(value) {
		return
	}
	s.moving.at = at
	w.soon("threshold", s.show)
}

// begin makes ready to move the boundary of a label.
func (s *thresholdSection) begin(value uint8) bool {
	w := s.w
	r, err := s.takeReady(value)
	if err != nil {
		w.bands.fail(err)
		return false
	}
	if err := w.session.PreviewOn(r.shown); err != nil {
		w.status.note(w.because(err))
		return false
	}
	s.moving = r.moving
	s.moving.cursor = w.viewer.Cursor() // as what is shown is: nothing is drawn into it yet
	if r.counts == nil {
		s.count(r.moving)
	}
	return true
}

// lungsAround are the labels that a finding must lie in: those of the lungs,
// where there are any.
func lungsAround(m *mask.Mask, value uint8) []uint8 {
	l, _ := m.Label(value)
	if l.Layer != mask.Findings {
		return nil
	}
	var lungs []uint8
	for _, a := range m.Labels() {
		if a.Layer == mask.Anatomy && a.Side != mask.NoSide && m.Count(mask.Anatomy, a.Value) > 0 {
			lungs = append(lungs, a.Value)
		}
	}
	return lungs
}

// show draws the boundary on the slices that are on screen.
func (s *thresholdSection) show() {
	w, m := s.w, s.moving
	if m == nil || m.keeping {
		return
	}
	if !s.stands() {
		s.drop()
		return
	}
	if m.cursor != w.viewer.Cursor() { // slices that were left are not to stay as they were
		m.cursor = w.viewer.Cursor()
		if err := w.session.PreviewThreshold(mask.Delta{}); err != nil {
			s.drop()
			return
		}
	}
	m.opts.Channels[0].At = m.at
	for _, at := range w.visibleSlices() {
		dst := m.plane(at.Axis)
		if err := edit.ThresholdPlane(m.in, m.opts, at, dst); err != nil {
			w.status.note(w.because(err))
			s.giveBack()
			return
		}
		w.session.PreviewLayer(m.layer, at, dst[m.layer])
	}
	w.status.say(w.t("ui.threshold.moving", w.labelName(m.label), percentOf(m.at)))
	s.refresh()
}

// plane is memory for a slice across an axis, of the label's layer.
func (m *moving) plane(axis int) [mask.Layers][]uint8 {
	size, plane := m.in.Mask.Size(), &m.planes[axis][m.layer]
	if *plane == nil {
		*plane = make([]uint8, size.Voxels()/size[axis])
	}
	return m.planes[axis]
}

// visibleSlices are the slices on screen.
func (w *Window) visibleSlices() []volume.Slice {
	var shown []volume.Slice
	for p := range viewer.Plane(viewer.Planes) {
		if w.viewer.Arrangement() == viewer.OnePane && p != w.viewer.Active() {
			continue
		}
		_, _, axis, _ := p.Axes()
		shown = append(shown, volume.Slice{Axis: axis, Index: w.viewer.SliceOf(p)})
	}
	return shown
}

// stands reports whether the mask is still the one whose boundary moves.
func (s *thresholdSection) stands() bool {
	m := s.moving
	return m != nil && m.attempt == s.w.opening && m.revision == s.w.session.Revision() && s.w.canEdit()
}

// moves reports whether a boundary is on its way, and not yet a step.
func (s *thresholdSection) moves() bool { return s.moving != nil && !s.moving.keeping }

// follow shows the boundary on the slices that the viewer went to.
func (s *thresholdSection) follow() {
	if m := s.moving; m != nil && !m.keeping && m.cursor != s.w.viewer.Cursor() {
		s.w.soon("threshold", s.show)
	}
}

// drop forgets a boundary that something else has put an end to.
func (s *thresholdSection) drop() {
	s.moving = nil
	s.w.jobs.Cancel(jobCounts)
	s.refresh()
	s.w.soon("labels", s.w.inspector.labels.refresh)
}

// giveBack shows the boundary where it was; false where none was moved.
func (s *thresholdSection) giveBack() bool {
	if s.moving == nil || s.moving.keeping {
		return false
	}
	for _, r := range s.rows {
		r.slider.deaf = r.slider.dragged
	}
	s.w.session.EndPreview()
	s.drop()
	s.w.status.say(s.w.t("ui.threshold.given_back"))
	return true
}

// endPreview shows the mask again, unless it is a model's run that is shown by now.
func (s *thresholdSection) endPreview() {
	if !s.w.session.ModelShown() {
		s.w.session.EndPreview()
	}
}

// keep makes one step of a boundary that was moved.
func (s *thresholdSection) keep() {
	w, m := s.w, s.moving
	if m == nil || m.keeping {
		return
	}
	if !s.stands() || m.at == w.thresholdOf(m.label) {
		s.endPreview()
		s.drop()
		return
	}
	m.keeping = true
	m.opts.Channels[0].At = m.at
	w.status.start(jobEdit, w.t("ui.threshold.keeping"), func() { w.jobs.Cancel(jobEdit) })
	job.Run(w.jobs, jobEdit, func(ctx context.Context, report func(job.Progress)) (mask.Delta, error) {
		return edit.Threshold(ctx, m.in, m.opts, report)
	}, func(p job.Progress) { w.status.progress(jobEdit, p) }, func(d mask.Delta, err error) {
		w.status.end(jobEdit)
		if s.moving == m {
			s.moving = nil
		}
		if m.attempt == w.opening {
			s.kept(m, d, err)
		}
	})
}

func (s *thresholdSection) kept(m *moving, d mask.Delta, err error) {
	w := s.w
	defer s.refresh()
	_, before := w.session.History()
	if err == nil {
		w.keepThreshold(m.label, m.at)
		err = w.session.SetThreshold(m.label, m.at, d)
	}
	s.endPreview()
	switch {
	case errors.Is(err, context.Canceled):
		w.status.say(w.t("ui.threshold.given_back"))
	case err != nil:
		w.status.note(w.because(err))
	default:
		change := w.t("ui.again.none")
		if steps, applied := w.session.History(); applied > before { // the steps may be fewer, where undone ones are given up
			change = w.changesOf(steps[applied-1])
		}
		w.holdUnlessStep(before, (*study.Study).HoldThresholds)
		w.status.say(w.t("ui.threshold.kept", w.labelName(m.label), percentOf(m.at), change))
	}
}

// because is what an error says to the user.
func (w *Window) because(err error) string {
	_, why := app.Explain(err)
	return w.texts.Format(why)
}

// undecided are the voxels of which no threshold decides: those where the model
// has overruled its own probability, and of one lung those of the other side.
func undecided(model *mask.Mask, l mask.Label, probabilities [][]uint8, own uint8) *mask.Bits {
	size := model.Size()
	out := mask.NewBits(size)
	split, left := middleOf(model, l)
	parallel.Ranges(size[2], 8, func(from, to int) {
		zero := make([]uint8, size[0]*size[1])
		for k := from; k < to; k++ {
			labels, held := model.Slice(l.Layer, k), probabilities[k]
			if labels == nil {
				labels = zero
			}
			if len(held) == 0 {
				held = zero
			}
			for j := range size[1] {
				row, p := labels[j*size[0]:(j+1)*size[0]], held[j*size[0]:(j+1)*size[0]]
				bits := out.Row(j, k)
				for i, x := range p {
					other := split >= 0 && row[i] == 0 && (i < split) == left
					if (x >= own) != (row[i] == l.Value) || other {
						bits[i>>6] |= 1 << (i & 63)
					}
				}
			}
		}
	})
	return out
}

// middleOf is the column that parts the lungs of a mask, where a label is that of
// one, and whether it is the left one, which lies beyond; -1 for none.
func middleOf(m *mask.Mask, l mask.Label) (column int, left bool) {
	if l.Layer != mask.Anatomy || l.Side == mask.NoSide {
		return -1, false
	}
	sum, n := [2]int{}, [2]int{}
	for _, a := range m.Labels() {
		side := slices.Index([]mask.Side{mask.Right, mask.Left}, a.Side)
		if a.Layer != mask.Anatomy || side < 0 || m.Count(a.Layer, a.Value) == 0 {
			continue
		}
		b := mask.BitsOf(m, a.Layer, a.Value).Bounds()
		sum[side] += b.Min[0] + b.Max[0]
		n[side] += 2
	}
	if n[0] == 0 || n[1] == 0 {
		return -1, false
	}
	return (sum[0]/n[0] + sum[1]/n[1]) / 2, l.Side == mask.Left
}
