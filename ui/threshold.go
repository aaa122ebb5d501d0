package ui

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/ui/controls"
	"opacity/ui/look"
)

// thresholdSection has a slider for each label that the model gave probabilities
// for. Moving one moves the model's boundary; letting go keeps it, as one step.
type thresholdSection struct {
	w      *Window
	object *fyne.Container
	list   *fyne.Container
	why    *controls.Prose // why there is nothing to move
	rows   []*thresholdRow
	listed []mask.Label // that the rows are of
	moving *moving      // nil while no boundary is

	ready    *ready // nil while the first move would have to be made ready for
	stopRest func() // of the moment until that; nil for none

	held  *app.SegmentResult   // whose spares these are
	apart map[uint8]*mask.Bits // per label what no threshold decides; nil while it is worked out
	// hanging are, per label, the probabilities that thresholds are held against.
	hanging map[uint8][][]uint8
}

// The thresholds that can be chosen.
const (
	leastPercent = 1
	mostPercent  = 99
)

type thresholdRow struct {
	section *thresholdSection
	label   mask.Label
	name    *controls.Line
	slider  *thresholdSlider
	value   *numeric
}

func newThresholdSection(w *Window) *thresholdSection {
	s := &thresholdSection{w: w, list: container.New(layout.NewCustomPaddedVBoxLayout(2)), why: controls.Paragraph("", look.Dim)}
	s.object = container.New(layout.NewCustomPaddedVBoxLayout(4), controls.NewLine(w.t("ui.threshold.title"), look.Dim), s.list, s.why)
	w.name("threshold.why", s.why)
	return s
}

// labels are those that the model looked for.
func (s *thresholdSection) labels() []mask.Label {
	r, m := s.w.session.Result(), s.w.session.Mask()
	if r == nil || m == nil || !s.w.hasStudy() || s.w.blinded() {
		return nil
	}
	return slices.DeleteFunc(m.Labels(), func(l mask.Label) bool {
		return !r.Asked(l) || len(r.Probabilities) > 0 && s.w.session.Probabilities(l.Value) == nil
	})
}

func (s *thresholdSection) refresh() {
	w := s.w
	s.learn()
	if s.ready != nil && !s.isReady(s.ready.label) {
		s.ready = nil
	}
	if labels := s.labels(); !slices.EqualFunc(labels, s.listed, func(a, b mask.Label) bool { return a.Value == b.Value && a.Name == b.Name }) {
		s.build(labels)
	}
	for _, r := range s.rows {
		r.refresh()
	}
	why := ""
	switch {
	case w.session.Result() == nil || w.blinded():
		why = w.t("ui.threshold.no_run")
	case len(w.session.Result().Probabilities) == 0:
		why = w.t("ui.threshold.not_held")
	}
	s.why.Set(why)
}

func (s *thresholdSection) build(labels []mask.Label) {
	w := s.w
	for _, r := range s.rows {
		w.unname(fmt.Sprintf("threshold.%d", r.label.Value))
		w.unname(fmt.Sprintf("threshold.%d.value", r.label.Value))
	}
	s.rows, s.listed, s.list.Objects = nil, labels, nil
	for _, l := range labels {
		r := &thresholdRow{section: s, label: l, name: controls.NewLine(l.Name, look.Dim).Clipped()}
		r.slider = newThresholdSlider(r)
		r.value = w.newNumeric(func() bounds { return bounds{leastPercent, mostPercent, 0, "percent"} },
			func() string { return w.t("ui.percent", whole(float64(percentOf(s.at(l.Value))))) }, r.typed)
		w.name(fmt.Sprintf("threshold.%d", l.Value), r.slider)
		w.name(fmt.Sprintf("threshold.%d.value", l.Value), r.value.Entry)
		s.rows = append(s.rows, r)
		s.list.Add(container.NewBorder(nil, nil, container.New(fixedWidth(76), r.name), container.New(fixedWidth(60), r.value.Entry), r.slider))
	}
	s.list.Refresh()
}

func (r *thresholdRow) refresh() {
	on := r.section.w.thresholdRefused(r.label.Value) == ""
	controls.Enable(r.slider, on)
	controls.Enable(r.value, on)
	at := r.section.at(r.label.Value)
	r.slider.Display(float64(percentOf(at)))
	r.value.refresh()
}

// typed takes the per cent in the field.
func (r *thresholdRow) typed(x float64) {
	r.section.move(r.label.Value, byteOf(x))
	r.section.keep()
}

// at is where the boundary of a label is, moved or not.
func (s *thresholdSection) at(value uint8) uint8 {
	if m := s.moving; m != nil && m.label == value {
		return m.at
	}
	return s.w.thresholdOf(value)
}

// thresholdOf is the threshold that the mask stands for.
func (w *Window) thresholdOf(value uint8) uint8 {
	if th, chosen := w.session.Threshold(value); chosen {
		return th
	}
	return w.session.ModelThreshold(value)
}

// thresholdRefused says why the boundary of a label cannot be moved now.
func (w *Window) thresholdRefused(value uint8) string {
	s := w.inspector.model.thresholds
	l, _ := w.session.Mask().Label(value)
	switch {
	case w.session.Probabilities(value) == nil:
		return w.t("ui.threshold.not_held")
	case l.Locked:
		return w.t("ui.threshold.locked", l.Name)
	case !w.canEdit() || s.apart[value] == nil:
		return w.t("ui.refused.segmenting")
	}
	return ""
}

func percentOf(threshold uint8) int { return int(math.Round(float64(threshold) * 100 / 255)) }

func byteOf(percent float64) uint8 { return uint8(math.Round(percent * 255 / 100)) }

// learn works out, beside the window, what no threshold decides of a run that
// the mask goes back to since.
func (s *thresholdSection) learn() {
	w, r := s.w, s.w.session.Result()
	if r == s.held {
		return
	}
	s.held, s.apart, s.hanging = r, nil, nil
	if r == nil || len(r.Probabilities) == 0 {
		return
	}
	var channels []channel
	for _, l := range s.labels() {
		channels = append(channels, channel{l, w.session.Probabilities(l.Value), w.session.ModelThreshold(l.Value)})
	}
	model := r.Mask.Snapshot()
	job.Run(w.jobs, "thresholds", func(ctx context.Context, _ func(job.Progress)) (learnt, error) {
		return learn(ctx, model, channels)
	}, nil, func(found learnt, err error) {
		if err == nil && r == s.held {
			s.apart, s.hanging = found.apart, found.hanging
			s.refresh()
		}
	})
}
