package worklist

import "slices"

// Study is what a case's study says of itself.
type Study struct {
	Model   string // that was run last; "" where none was
	Reading Reading
}

// Take brings the list up to what studies say: of its reviewer's work a study
// knows more than the list does, but for what was said of the case later.
func (l *List) Take(studies map[string]Study) {
	for n := range l.entries {
		e := &l.entries[n]
		s, ok := studies[e.Case]
		if !ok {
			continue
		}
		if s.Model != "" && s.Model != e.Model {
			e.Model, e.Uncertainty = s.Model, nil // it was another's
		}
		if !slices.Contains(States(), s.Reading.State) {
			continue
		}
		r := e.reading(s.Reading.Reviewer)
		r.Minutes = max(r.Minutes, s.Reading.Minutes)
		if s.Reading.Slices > 0 {
			r.Seen, r.Slices = s.Reading.Seen, s.Reading.Slices
		}
		if at := s.Reading.Changed.UTC().Round(0); !at.Before(r.Changed) {
			r.State, r.Note, r.Changed = s.Reading.State, s.Reading.Note, at
		}
	}
}
