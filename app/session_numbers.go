package app

import (
	"slices"

	"opacity/app/mask"
)

// Renumber finds the numbers that the labels of a model have in the mask at hand: the
// model numbers its own without knowing which are in use. The error says that one
// can have none.
func (s *Session) Renumber(labels []mask.Label) (mask.Renumbering, error) {
	if s.mask == nil {
		return nil, Misuse("session.nothing_open")
	}
	to, ok := s.mask.Renumber(s.known(), labels)
	if !ok {
		if err := s.takes(labels); err != nil {
			return nil, err
		}
		return nil, Misuse("session.labels_full")
	}
	return to, nil
}

// Renumbered is the result with its labels under other numbers, itself where none has one.
func (r *SegmentResult) Renumbered(to mask.Renumbering) *SegmentResult {
	if len(to) == 0 {
		return r
	}
	out := *r
	out.Mask, out.Model.Labels = to.Mask(r.Mask), to.Labels(r.Model.Labels)
	return &out
}

// takes refuses labels whose number is that of another label here: what came under
// it would be mixed with that one.
func (s *Session) takes(labels []mask.Label) error {
	known := s.known()
	for _, l := range labels {
		if own, there := s.mask.Label(l.Value); there && !slices.ContainsFunc(known, l.Same) {
			return Misuse("session.label_other", int(l.Value), own.Name, l.Name)
		}
	}
	return nil
}

// reserving is a mask that has the labels of the model's own too: see mask.Reserving.
func (s *Session) reserving(m *mask.Mask) *mask.Mask {
	return m.Reserving(s.ModelLabels())
}

// known is the labels of the mask as they are, and as they were when they came: who
// renames a label of a model's has it go on as that.
func (s *Session) known() []mask.Label {
	known := s.mask.Labels()
	steps, applied := s.history.Steps()
	for _, l := range s.mask.Labels() {
		known = append(known, born(l, steps[:applied]))
	}
	return known
}

// born is a label as it was when the steps began or brought it.
func born(l mask.Label, steps []mask.Step) mask.Label {
	is := func(o mask.Label) bool { return o.Value == l.Value }
	for _, step := range slices.Backward(steps) {
		if step.Labels == nil {
			continue
		}
		if at := slices.IndexFunc(step.Labels.Before, is); at >= 0 {
			l = step.Labels.Before[at]
			continue
		}
		if at := slices.IndexFunc(step.Labels.After, is); at >= 0 {
			l = step.Labels.After[at]
		}
		break
	}
	return l
}
