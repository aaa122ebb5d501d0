package app

import (
	"maps"
	"math"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/app/volume"
)

// preview is a mask that is shown in the place of the one to edit.
type preview struct {
	shown  *mask.Mask // nil where there is none
	box    volume.Box // where it may differ, of an edit's preview
	before *mask.Mask // of a running model's preview: the mask when it began
}

// Shown returns the mask to draw: a preview, else Mask.
func (s *Session) Shown() *mask.Mask {
	if s.shown != nil {
		return s.shown
	}
	return s.mask
}

// ModelShown reports whether what is shown is what a running model paints, not
// the mask nor what an edit would make of it.
func (s *Session) ModelShown() bool { return s.shown != nil && s.before != nil }

// BeginPreview shows an empty mask that a running model paints, until
// EndPreview or Adopt.
func (s *Session) BeginPreview() {
	_ = s.settle() // a stroke that does not end is newer than what the model sees
	s.preview = preview{shown: mask.New(s.volume.Size, s.mask.Labels()), before: s.mask.Snapshot()}
	s.tellMask(volume.Whole(s.volume.Size))
}

// Preview shows the labels that a running model, or an edit whose preview is
// shown, gives a slice across any axis: one array a layer, as mask.SetPlane takes it.
func (s *Session) Preview(at volume.Slice, labels [mask.Layers][]uint8) {
	if s.shown == nil {
		return
	}
	for l, values := range labels {
		s.shown.SetPlane(mask.Layer(l), at, values)
	}
	s.previewed(at)
}

// PreviewLayer is Preview for one layer: the others stay as they are shown.
func (s *Session) PreviewLayer(l mask.Layer, at volume.Slice, labels []uint8) {
	if s.shown == nil {
		return
	}
	s.shown.SetPlane(l, at, labels)
	s.previewed(at)
}

// previewed tells of a slice that is shown.
func (s *Session) previewed(at volume.Slice) {
	box := volume.Whole(s.volume.Size)
	box.Min[at.Axis], box.Max[at.Axis] = at.Index, at.Index+1
	s.box = s.box.Union(box)
	s.tellMask(box)
}

// PreviewEdit shows what an edit would lead to, in the place of an edit shown
// before, until EndPreview or until the mask changes. An empty delta begins a
// preview that Preview goes on with, slice by slice. Errors are those of Edit.
func (s *Session) PreviewEdit(d mask.Delta) error { return s.PreviewStep(mask.Step{Delta: d}) }

// PreviewOn is PreviewEdit with an empty delta, on a snapshot of the mask as it is
// that was made ready before: see mask.Own. It is the session's from then on.
func (s *Session) PreviewOn(ready *mask.Mask) error {
	if err := s.PreviewEdit(mask.Delta{}); err != nil {
		return err
	}
	if err := ready.SetLabels(s.mask.Labels()); err != nil {
		return err
	}
	s.shown = ready
	return nil
}

// PreviewStep is PreviewEdit for an edit that may need other labels too.
func (s *Session) PreviewStep(step mask.Step) error {
	d := step.Delta
	switch {
	case s.mask == nil:
		return Misuse("session.nothing_open")
	case s.before != nil:
		return Misuse("session.model_runs")
	}
	if err := s.check(step); err != nil {
		return err
	}
	last := s.box
	s.preview = preview{shown: s.mask.Snapshot(), box: d.Box(s.mask.Size()[0])}
	if step.Labels != nil {
		if err := s.shown.SetLabels(step.Labels.After); err != nil {
			s.preview = preview{}
			return err
		}
	}
	s.shown.Apply(d)
	s.tellMask(last.Union(s.box))
	return nil
}

// EndPreview shows the mask again: the model or the edit was cancelled or
// failed, and everything is as it was.
func (s *Session) EndPreview() {
	if s.shown == nil {
		return
	}
	box := s.box
	if s.before != nil {
		box = volume.Whole(s.volume.Size)
	}
	s.preview = preview{}
	s.tellMask(box)
}

// Adopt merges a model's proposal as one named step and keeps the result for
// the report. What a hand has touched stays as it is, whenever that was, and is
// returned as the change that the model would have made there. What was changed
// otherwise while the model ran, after BeginPreview, is newer than what the model
// saw and stays too; so do locked labels. A result whose labels have the numbers of
// others here is refused: see Renumber.
func (s *Session) Adopt(name text.Message, r *SegmentResult) (spared mask.Delta, err error) {
	if err := s.settle(); err != nil {
		return mask.Delta{}, err
	}
	if err := s.takes(r.Mask.Labels()); err != nil {
		return mask.Delta{}, err
	}
	hands, err := s.Touched()
	if err != nil {
		return mask.Delta{}, err
	}
	proposal := r.Mask
	p := s.edited()
	p.Origin = Origin{Result: r, Warnings: r.Warnings}
	d := mask.Diff(s.mask, proposal)
	spared = d.Within(hands)
	if s.before != nil {
		if newer := mask.Diff(s.before, s.mask); !newer.Empty() {
			proposal = r.Mask.Snapshot()
			proposal.Overwrite(newer)
			d = mask.Diff(s.mask, proposal)
		}
	}
	step := mask.Step{Name: name, Tool: toolModel, Delta: s.mask.Unlocked(d.Sparing(hands)), Labels: s.withLabels(r.Mask)}
	if err := s.check(step); err != nil {
		return mask.Delta{}, err
	}
	s.preview = preview{}
	s.commit(step, p)
	s.tellMask(volume.Whole(s.volume.Size))
	return spared, nil
}

// Merge takes a model's proposal for a part of the volume into the mask as one
// named step: d, but for the voxels that a hand has touched and those of locked
// labels. r stands for the model from then on: its Mask is the model's own mask
// with that part in it. Errors are those of Edit.
func (s *Session) Merge(name text.Message, r *SegmentResult, d mask.Delta) error {
	if err := s.settle(); err != nil {
		return err
	}
	if err := s.takes(r.Mask.Labels()); err != nil {
		return err
	}
	spared, err := s.Touched()
	if err != nil {
		return err
	}
	step := mask.Step{Name: name, Tool: toolAgain, Delta: s.mask.Unlocked(d.Sparing(spared)), Labels: s.withLabels(r.Mask)}
	if err := s.check(step); err != nil {
		return err
	}
	p := s.edited()
	p.Result, p.Warnings, p.File = r, r.Warnings, false
	s.preview = preview{}
	s.commit(step, p)
	s.tellMask(volume.Whole(s.volume.Size))
	return nil
}

// ModelRuns reports whether a model paints the preview that is shown: since
// BeginPreview, until EndPreview or Adopt.
func (s *Session) ModelRuns() bool { return s.volume != nil && s.before != nil }

// ModelMask returns the model's own mask, which no hand has changed, of the run
// that the mask goes back to; nil where it goes back to none. Read only.
func (s *Session) ModelMask() *mask.Mask {
	if r := s.Result(); r != nil {
		return r.Mask
	}
	return nil
}

// ModelLabels returns the labels of the model's own mask; nil where there is none.
func (s *Session) ModelLabels() []mask.Label {
	if m := s.ModelMask(); m != nil {
		return m.Labels()
	}
	return nil
}

// Probabilities returns what the model's run held of a label, per slice k nx*ny
// values, 0..255 for 0..1, or nil where it held nothing. Of a label of one side
// they are those of both sides where the model does not tell them apart.
func (s *Session) Probabilities(value uint8) [][]uint8 {
	r := s.Result()
	if r == nil {
		return nil
	}
	if l, ok := r.Mask.Label(value); ok {
		return r.Probabilities[r.probabilityName(l)]
	}
	return nil
}

// ModelThreshold returns the model's own threshold for a label that Probabilities
// are held of, 0..255 for 0..1.
func (s *Session) ModelThreshold(value uint8) uint8 {
	if r := s.Result(); r != nil {
		l, _ := r.Mask.Label(value)
		if th := r.threshold(l); th != nil {
			return uint8(min(math.Floor(255**th)+1, 255)) // above it, in whole steps
		}
	}
	return 128
}

// Threshold returns the threshold that was chosen for a label, 0..255 for 0..1;
// ok is false where nobody has, and the model's own holds.
func (s *Session) Threshold(value uint8) (threshold uint8, ok bool) {
	threshold, ok = s.Origin().Thresholds[value]
	return threshold, ok
}

// PreviewThreshold shows what another threshold would lead to: d, but for the
// voxels that a hand has touched and those of locked labels.
func (s *Session) PreviewThreshold(d mask.Delta) error {
	spared, err := s.Touched()
	if err != nil {
		return err
	}
	return s.PreviewEdit(s.mask.Unlocked(d.Sparing(spared)))
}

// SetThreshold commits another threshold for a label as one named step: d, but
// for the voxels that a hand has touched and those of locked labels. Errors are
// those of Edit.
func (s *Session) SetThreshold(value, threshold uint8, d mask.Delta) error {
	if err := s.settle(); err != nil {
		return err
	}
	l, there := s.mask.Label(value)
	if !there {
		return Misuse("session.label_gone")
	}
	spared, err := s.Touched()
	if err != nil {
		return err
	}
	percent := math.Round(float64(threshold) * 100 / 255)
	step := mask.Step{Name: text.M("session.step.threshold", l.Name, int(percent)), Tool: toolThreshold, Label: value, Delta: s.mask.Unlocked(d.Sparing(spared))}
	if err := s.check(step); err != nil {
		return err
	}
	p := s.edited()
	p.Thresholds = maps.Clone(p.Thresholds)
	if p.Thresholds == nil {
		p.Thresholds = map[uint8]uint8{}
	}
	p.Thresholds[value] = threshold
	s.commit(step, p)
	return nil
}

// Numbers returns the numbers of the mask as it is now, a stroke under way
// included. Where nothing is open there are none.
func (s *Session) Numbers() metrics.LiveNumbers {
	return s.numbers(func(l *metrics.Live) metrics.LiveNumbers { return l.Numbers(s.volume) })
}

// NumbersAfter returns the numbers, without the involvement, as they would be
// after changes that are not made yet.
func (s *Session) NumbersAfter(changes metrics.LiveChanges) metrics.LiveNumbers {
	return s.numbers(func(l *metrics.Live) metrics.LiveNumbers { return l.NumbersAfter(s.volume, changes) })
}

// ChangesOf counts what a delta of the mask as it is would do to its numbers.
func (s *Session) ChangesOf(d mask.Delta) (changes metrics.LiveChanges) {
	s.numbers(func(l *metrics.Live) metrics.LiveNumbers {
		changes = l.ChangesOf(d)
		return metrics.LiveNumbers{}
	})
	return changes
}

func (s *Session) numbers(tell func(*metrics.Live) metrics.LiveNumbers) metrics.LiveNumbers {
	if s.mask == nil {
		return metrics.LiveNumbers{}
	}
	if model := s.ModelMask(); s.live == nil || s.live.Model() != model {
		s.live = metrics.NewLive(s.mask, model)
	}
	n := tell(s.live)
	for i := range n.Labels {
		if l := &n.Labels[i]; s.Result() != nil && !s.Result().Covers(l.Label) {
			l.ChangeVoxels, l.ChangeML, l.Dice, l.Added, l.Removed = nil, nil, nil, nil, nil // the model never looked for it, or not everywhere
		}
	}
	return n
}
