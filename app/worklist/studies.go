package worklist

import (
	"context"
	"slices"

	"opacity/app/job"
	"opacity/app/pipeline"
	"opacity/app/text"
)

// Study is what a case's study says of itself.
type Study struct {
	Model   string // that was run last; "" where none was
	Reading Reading
}

// Studies finds the study of a case; found is false where there is none.
type Studies interface {
	Study(ctx context.Context, e Entry) (s Study, found bool, err error)
}

// Look reads the studies of cases, by the cases' names, for List.Take. It may run
// beside the list. A study that cannot be read does not stop it. report may be nil.
func Look(ctx context.Context, cases []Entry, from Studies, report func(job.Progress)) (map[string]Study, []pipeline.Failure, error) {
	found := map[string]Study{}
	var failed []pipeline.Failure
	for n, e := range cases {
		if report != nil {
			report(job.Progress{Stage: text.M("worklist.looking"), Done: n, Total: len(cases)})
		}
		s, ok, err := from.Study(ctx, e)
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			failed = append(failed, pipeline.Failure{Name: e.Case, Err: err})
		} else if ok {
			found[e.Case] = s
		}
	}
	return found, failed, nil
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
		if at := s.Reading.Changed.UTC().Round(0); !at.Before(r.Changed) {
			r.State, r.Note, r.Changed = s.Reading.State, s.Reading.Note, at
		}
	}
}
