package app

import (
	"slices"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// Painted says that a stroke has changed labels inside box, and goes on; with an
// empty box, that it has begun. The stroke ends with Record or Unpainted.
func (s *Session) Painted(box volume.Box) {
	if s.mask == nil {
		return
	}
	if !s.painting && s.before == nil {
		s.EndPreview() // a stroke is seen, and nothing in its place
	}
	s.painting = true
	if !box.Empty() {
		s.revision++
		s.redraw(box)
	}
}

// Painting reports whether a stroke goes on.
func (s *Session) Painting() bool { return s.painting }

// Unpainted ends a stroke that was taken back: labels inside box are what they
// were before it.
func (s *Session) Unpainted(box volume.Box) {
	if !s.painting {
		return
	}
	s.painting = false
	s.revision++
	s.redraw(box)
}

// Record ends a stroke, whose labels are in the mask already, as one named step.
// Without a stroke, as after another study was opened, there is nothing to record.
func (s *Session) Record(step mask.Step) {
	if !s.painting {
		return
	}
	s.painting = false
	from := s.edited()
	if _, ok := s.history.Record(step); ok {
		s.follow(from)
		s.revision++
		s.tellDirty()
		s.HistoryChanged.Emit(struct{}{})
		s.WarningsChanged.Emit(struct{}{})
	}
}

// Edit commits a change as one named step. Its delta may have been made on an
// earlier state of the mask, as long as the voxels that it changes are still
// what they were, and no label that it changes is locked; else the error says so, and
// nothing changes.
func (s *Session) Edit(step mask.Step) error {
	if err := s.settle(); err != nil {
		return err
	}
	if err := s.check(step); err != nil {
		return err
	}
	if s.mask.Unlocked(step.Delta).Voxels() < step.Delta.Voxels() {
		return Misuse("session.stale") // it was locked while the work went on
	}
	s.commit(step, s.edited())
	return nil
}

// check finds why a step cannot be made on the mask as it is now.
func (s *Session) check(step mask.Step) error {
	if !s.mask.Fits(step.Delta) {
		return Misuse("session.stale")
	}
	labels := s.mask.Labels()
	if step.Labels != nil {
		labels = step.Labels.After
	}
	known := [mask.Layers][256]bool{}
	for l := range known {
		known[l][0] = true
	}
	for _, l := range labels {
		known[l.Layer][l.Value] = true
	}
	for _, slice := range step.Delta.Slices {
		for _, r := range slice.Runs {
			if !known[slice.Layer][r.New] {
				return Misuse("session.label_gone")
			}
		}
	}
	return nil
}

// settle makes ready for a change that is not the stroke's: whoever paints ends
// the stroke, and an edit that is only shown is shown no more.
func (s *Session) settle() error {
	if s.mask == nil {
		return Misuse("session.nothing_open")
	}
	if s.painting {
		s.Interrupted.Emit(struct{}{})
	}
	if s.painting {
		return Misuse("session.painting")
	}
	if s.before == nil {
		s.EndPreview()
	}
	return nil
}

// edited is where the mask comes from once it has been edited.
func (s *Session) edited() provenance {
	o := *s.origin()
	o.saved = false
	return o
}

// commit makes a step that leads to a mask of an origin. Where nothing changes
// there is no step, and the mask as it is has that origin.
func (s *Session) commit(step mask.Step, p provenance) {
	made, ok := s.history.Commit(step)
	if !ok {
		p.saved = s.origin().saved
		*s.origin() = p
	} else {
		s.follow(p)
		if made.Labels != nil {
			s.tellLabels()
		}
		s.changed(made.Delta.Box(s.volume.Size[0]))
	}
	s.WarningsChanged.Emit(struct{}{})
}

// follow keeps what goes along with a new step.
func (s *Session) follow(p provenance) {
	_, applied := s.history.Steps()
	undone := len(s.origins) - applied
	s.origins = append(s.origins[:applied], p)
	s.handsBackTo(applied - 1)
	if undone > 0 {
		s.GivenUp.Emit(undone)
	}
	if s.hands != nil && s.hands.Steps() == applied-1 {
		_ = s.touch(applied - 1) // what cannot be read now is asked for again when it is needed
	}
}

// SetMask replaces the labels at every voxel by those of m, which was read from a
// file, as one named step. Its labels are a person's work, as if a hand had drawn
// them, but for those that stay as they were. What is doubtful about m stays on screen
// with it. Locked labels stay as they are; a mask that says nothing of others is
// refused. It needs no saving, unless work that does comes before it, or is locked.
func (s *Session) SetMask(name text.Message, m *mask.Mask, stay []mask.Label, doubts ...volume.Warning) error {
	if err := s.settle(); err != nil {
		return err
	}
	if err := s.takes(m.Labels()); err != nil {
		return err
	}
	own := slices.DeleteFunc(slices.Clone(m.Labels()), func(l mask.Label) bool {
		return slices.ContainsFunc(stay, func(s mask.Label) bool { return s.Value == l.Value })
	})
	said := mask.Claim(s.mask, m, own)
	step := mask.Step{Name: name, Tool: mask.ToolFile, Delta: s.mask.Unlocked(said), Labels: s.withLabels(m)}
	if err := s.check(step); err != nil {
		return err
	}
	if !said.Empty() && step.Delta.Empty() && step.Labels == nil {
		return Misuse("session.file_locked")
	}
	spared := slices.ContainsFunc(s.mask.Labels(), func(l mask.Label) bool { return l.Locked })
	p := provenance{Origin: Origin{Warnings: doubts, File: true}, saved: !s.Dirty() && !spared}
	s.commit(step, p)
	return nil
}

// SetArchive lets an archive keep the steps, those that are there already too;
// nil keeps them in memory alone.
func (s *Session) SetArchive(a mask.Archive) error {
	if s.history == nil {
		return Misuse("session.nothing_open")
	}
	return s.history.SetArchive(a)
}

// changed tells of a step that was made, undone or redone.
func (s *Session) changed(box volume.Box) {
	s.revision++
	s.tellDirty()
	s.redraw(box)
	s.HistoryChanged.Emit(struct{}{})
}

// redraw tells of labels that are others now.
func (s *Session) redraw(box volume.Box) {
	if s.live != nil {
		s.live.Changed(box)
	}
	s.tellMask(box)
}

func (s *Session) tellMask(box volume.Box) {
	if !box.Empty() {
		s.MaskChanged.Emit(MaskEvent{Box: box, Revision: s.revision})
	}
}
