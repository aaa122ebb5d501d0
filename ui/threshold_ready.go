package ui

import (
	"context"
	"time"

	"opacity/app/edit"
	"opacity/app/job"
	"opacity/app/mask"
)

const (
	jobReady = "threshold.ready"
	// restFor is how long the pointer rests on a slider until it is about to move it.
	restFor = 100 * time.Millisecond
)

// ready is what the first move of a boundary needs and takes some frames to make.
type ready struct {
	*moving
	shown *mask.Mask // that the boundary is drawn into
}

// newReady is what is to be made ready of the mask as it is; finish does the rest, on
// any goroutine.
func (s *thresholdSection) newReady(value uint8) (r *ready, finish func(), err error) {
	w := s.w
	touched, err := w.session.Touched()
	if err != nil {
		return nil, nil, err
	}
	now := w.session.Mask()
	l, _ := now.Label(value)
	m := &moving{label: value, layer: l.Layer, attempt: w.opening, revision: w.session.Revision()}
	m.in = edit.Input{Mask: now.Snapshot(), Volume: w.session.Volume(), Label: value}
	m.opts.Channels = []edit.Channel{{
		Label: value, Probabilities: s.hanging[value], From: w.thresholdOf(value), Inside: lungsAround(now, value),
	}}
	hand, apart := touched[l.Layer], s.apart[value]
	if hand != nil {
		m.opts.Spare = hand.Clone() // here: the next stroke changes it
	}
	return &ready{m, now.Snapshot()}, func() {
		if m.opts.Spare == nil {
			m.opts.Spare = apart.Clone()
		} else {
			m.opts.Spare.Or(apart)
		}
	}, nil
}

// rest makes ready to move the boundary of a label once the pointer, or the keys, have
// been with its slider for a moment.
func (s *thresholdSection) rest(value uint8) {
	if s.stopRest != nil || s.moving != nil || s.isReady(value) {
		return
	}
	s.stopRest = s.w.after(restFor, func() {
		s.stopRest = nil
		s.prepare(value)
	})
}

// unrest forgets what was made ready.
func (s *thresholdSection) unrest() {
	if s.stopRest != nil {
		s.stopRest()
	}
	s.stopRest, s.ready = nil, nil
	s.w.jobs.Cancel(jobReady)
}

func (s *thresholdSection) isReady(value uint8) bool {
	r := s.ready
	return r != nil && r.label == value && r.attempt == s.w.opening && r.revision == s.w.session.Revision()
}

// prepare makes ready beside the window.
func (s *thresholdSection) prepare(value uint8) {
	w := s.w
	if s.moving != nil || s.isReady(value) || !w.hasStudy() || w.thresholdRefused(value) != "" {
		return
	}
	if w.session.FetchTouched() != nil {
		w.readTouched()
		return
	}
	r, finish, err := s.newReady(value)
	if err != nil {
		return // it is told when the boundary is moved
	}
	model := w.session.ModelMask()
	job.Run(w.jobs, jobReady, func(ctx context.Context, _ func(job.Progress)) (edit.ThresholdCounts, error) {
		finish()
		r.shown.Own(r.layer)
		return edit.CountThresholds(ctx, r.in, r.opts, model)
	}, nil, func(counts edit.ThresholdCounts, err error) {
		if err == nil && s.moving == nil {
			r.counts, s.ready = &counts, r
		}
	})
}

// takeReady hands out what is ready, or makes it now.
func (s *thresholdSection) takeReady(value uint8) (*ready, error) {
	if s.isReady(value) {
		r := s.ready
		s.ready = nil
		return r, nil
	}
	s.unrest()
	r, finish, err := s.newReady(value)
	if err == nil {
		finish()
	}
	return r, err
}
