package app

import (
	"slices"
	"strings"

	"opacity/app/mask"
	"opacity/app/text"
)

// AddLabel adds a finding of one's own, with the next free value and colour, as
// one named step.
func (s *Session) AddLabel(name string) (mask.Label, error) {
	if err := s.settle(); err != nil {
		return mask.Label{}, err
	}
	name, err := s.freeName(name, 0)
	if err != nil {
		return mask.Label{}, err
	}
	l, ok := s.reserving(s.mask).NewFinding(name)
	if !ok {
		return mask.Label{}, Misuse("session.labels_full")
	}
	s.relabel(text.M("session.step.label_added", name), l.Value, append(s.mask.Labels(), l), mask.Delta{})
	return l, nil
}

// RenameLabel gives a label another name as one named step.
func (s *Session) RenameLabel(value uint8, name string) error {
	return s.editLabel(value, func(l *mask.Label) (text.Message, error) {
		name, err := s.freeName(name, value)
		m := text.M("session.step.label_renamed", l.Name, name)
		l.Name = name
		return m, err
	})
}

// RecolourLabel gives a label another colour as one named step.
func (s *Session) RecolourLabel(value uint8, c mask.RGB) error {
	return s.editLabel(value, func(l *mask.Label) (text.Message, error) {
		l.Colour = c
		return text.M("session.step.label_recoloured", l.Name), nil
	})
}

// MoveLabel lists a label at another place, from 0, as one named step.
func (s *Session) MoveLabel(value uint8, to int) error {
	if err := s.settle(); err != nil {
		return err
	}
	labels, at, err := s.find(value)
	if err != nil {
		return err
	}
	l := labels[at]
	labels = slices.Delete(labels, at, at+1)
	labels = slices.Insert(labels, min(max(to, 0), len(labels)), l)
	s.relabel(text.M("session.step.label_moved", l.Name), value, labels, mask.Delta{})
	return nil
}

// DeleteLabel takes a label away, and its voxels with it, as one named step. A
// locked one stays.
func (s *Session) DeleteLabel(value uint8) error {
	if err := s.settle(); err != nil {
		return err
	}
	labels, at, err := s.find(value)
	if err != nil {
		return err
	}
	l := labels[at]
	if l.Locked {
		return Misuse("session.label_locked", l.Name)
	}
	s.relabel(text.M("session.step.label_deleted", l.Name), value, slices.Delete(labels, at, at+1), s.mask.Erasure(l.Layer, value))
	return nil
}

// ImportLabels takes in the labels of a file as one named step. Those whose name
// is there already pass on their colour; the others are added, under the number
// they have in the file where it is free, and no lung's nor that of infection. It
// returns what came of them.
func (s *Session) ImportLabels(file string, labels []mask.Label) (done ImportedLabels, err error) {
	if err := s.settle(); err != nil {
		return done, err
	}
	to := s.mask.Snapshot()
	for _, l := range labels {
		all := to.Labels()
		if n := slices.IndexFunc(all, func(o mask.Label) bool { return strings.EqualFold(o.Name, l.Name) }); n >= 0 {
			if all[n].Colour != l.Colour {
				done.Recoloured = append(done.Recoloured, all[n].Name)
			}
			if all[n].Value != l.Value {
				done.Renumbered = append(done.Renumbered, Renumbered{all[n].Name, l.Value, all[n].Value})
			}
			all[n].Colour = l.Colour
		} else {
			in := s.reserving(to)
			next, ok := in.NewFinding(l.Name)
			if !ok {
				return ImportedLabels{}, Misuse("session.labels_full")
			}
			if l.Value <= mask.Infection || !in.Free(l.Value) { // the lungs' are theirs in every file
				done.Renumbered = append(done.Renumbered, Renumbered{l.Name, l.Value, next.Value})
				l.Value = next.Value
			}
			all = append(all, l)
			done.Added++
		}
		_ = to.SetLabels(all) // values are unique: each was free
	}
	s.relabel(text.M("session.step.labels_imported", file), 0, to.Labels(), mask.Delta{})
	return done, nil
}

// ImportedLabels is what came of the labels of a file.
type ImportedLabels struct {
	Added      int
	Renumbered []Renumbered // that have another number here than in the file
	Recoloured []string     // names of labels that were there, and have another colour now
}

// Renumbered is a label that a file has under another number.
type Renumbered struct {
	Name       string
	File, Here uint8
}

// SetVisible shows or hides a label; that is no step.
func (s *Session) SetVisible(value uint8, on bool) {
	s.setLabel(value, func(l *mask.Label) { l.Visible = on })
}

// SetLocked protects a label from every tool, or no more; that is no step.
func (s *Session) SetLocked(value uint8, on bool) {
	s.setLabel(value, func(l *mask.Label) { l.Locked = on })
}

func (s *Session) setLabel(value uint8, change func(*mask.Label)) {
	if s.mask == nil {
		return
	}
	if labels, at, err := s.find(value); err == nil {
		change(&labels[at])
		_ = s.mask.SetLabels(labels) // the same values as before
		s.tellLabels()
	}
}

// editLabel changes one label as one named step.
func (s *Session) editLabel(value uint8, change func(*mask.Label) (text.Message, error)) error {
	if err := s.settle(); err != nil {
		return err
	}
	labels, at, err := s.find(value)
	if err != nil {
		return err
	}
	name, err := change(&labels[at])
	if err != nil {
		return err
	}
	s.relabel(name, value, labels, mask.Delta{})
	return nil
}

// relabel commits another list of labels, unless it is the same.
func (s *Session) relabel(name text.Message, value uint8, after []mask.Label, d mask.Delta) {
	before := s.mask.Labels()
	if slices.Equal(before, after) {
		return
	}
	step := mask.Step{Name: name, Tool: "label", Label: value, Delta: d, Labels: &mask.LabelsChange{Before: before, After: after}, Hand: true}
	s.commit(step, s.edited())
}

// find returns a copy of the labels, and where one is among them.
func (s *Session) find(value uint8) (labels []mask.Label, at int, err error) {
	labels = s.mask.Labels()
	at = slices.IndexFunc(labels, func(l mask.Label) bool { return l.Value == value })
	if at < 0 {
		return nil, 0, Misuse("session.label_gone")
	}
	return labels, at, nil
}

// freeName cleans a name, and refuses one that says nothing or that a label
// other than value has: models and files are mapped by names.
func (s *Session) freeName(name string, value uint8) (string, error) {
	name = mask.CleanName(name)
	if name == "" {
		return "", Misuse("session.label_unnamed")
	}
	if l, there := s.mask.Named(name); there && l.Value != value {
		return "", Misuse("session.label_twice", l.Name)
	}
	return name, nil
}

// withLabels is the change that adds the labels of m which the mask does not
// have, nil where it has them all.
func (s *Session) withLabels(m *mask.Mask) *mask.LabelsChange {
	before := s.mask.Labels()
	after := slices.Clone(before)
	for _, l := range m.Labels() {
		if _, there := s.mask.Label(l.Value); !there {
			after = append(after, l)
		}
	}
	if len(after) == len(before) {
		return nil
	}
	return &mask.LabelsChange{Before: before, After: after}
}

// tellLabels tells of other labels, a preview included.
func (s *Session) tellLabels() {
	if s.shown != nil {
		_ = s.shown.SetLabels(s.mask.Labels()) // the mask has them
	}
	s.LabelsChanged.Emit(struct{}{})
}
