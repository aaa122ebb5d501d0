package main

import (
	"math"
	"slices"

	"opacity/app/cohort"
	"opacity/app/text"
	"opacity/export/plot"
)

// rocOutcome draws, of each label's volumes and of the scores that were given, how well
// they tell the outcome: a curve for each model.
func (e *easel) rocOutcome() (text.Message, error) {
	type figure struct {
		name   string
		scores []cohort.Foretold
	}
	var figures []figure
	if e.r.Outcome != nil {
		for _, s := range e.r.Outcome.Scores {
			name := s.Label
			if name == "" {
				name = s.Score
			}
			n := slices.IndexFunc(figures, func(f figure) bool { return f.name == name })
			switch {
			case s.Curve == nil:
				continue
			case n < 0:
				figures = append(figures, figure{name, []cohort.Foretold{s}})
			default:
				figures[n].scores = append(figures[n].scores, s)
			}
		}
	}
	for _, f := range figures {
		d, most := plot.ROCData{}, 0
		var notes []string
		for _, s := range f.scores {
			most = max(most, s.Positive+s.Negative)
			name := s.Of
			if s.Label != "" {
				name = titled(s.Of, s.Label)
			}
			m := plot.Rated{Name: name, Area: plot.Estimate{X: float64(s.AUC), Low: float64(s.CI[0]), High: float64(s.CI[1])}}
			for n, p := range s.Curve {
				at := plot.Threshold{Threshold: p.Threshold, X: p.FPR, Y: p.TPR}
				if n == 0 {
					at.Threshold = math.NaN() // beyond all scores
				}
				m.Curve = append(m.Curve, at)
			}
			d.Models = append(d.Models, m)
			notes = append(notes, e.table.T("drawn.outcome.n", name, s.Positive, s.Negative))
			if s.Why != "" {
				notes = append(notes, e.table.T("drawn.outcome.no_interval", name, e.why(s.Why)))
			}
		}
		d.About = e.about(most, append([]string{e.table.T("drawn.outcome")}, notes...)...)
		if err := e.figure(plot.ROC(d), f.name); err != nil {
			return text.Message{}, err
		}
	}
	if len(figures) == 0 {
		return text.M("drawn.no_outcome"), nil
	}
	return text.Message{}, nil
}
