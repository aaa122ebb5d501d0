package cohort

import (
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/text"
)

// Numbers are those that the maps of a case hold.
type Numbers struct{ Reference, Prediction []int }

// infectionNotHeardOf finds the models whose infection cannot be judged: no reference has
// any or names one, so that what is predicted is no false alarm; or the predictions name
// their labels, and none of them an infection. Where a reference of the cohort has it, one
// without has none.
func infectionNotHeardOf(cases []Case, results []result) (models, why []string) {
	type told struct{ compared, unheard, blind, lungs int }
	of, all := map[string]told{}, told{}
	var order []string
	for n, res := range results {
		if res.err != nil || !slices.ContainsFunc(res.Rows, func(r Row) bool { return r.Label == infection }) {
			continue
		}
		model := cases[n].Model
		if !slices.Contains(order, model) {
			order = append(order, model)
		}
		m := of[model]
		m.compared, all.compared = m.compared+1, all.compared+1
		if res.Unheard {
			all.unheard++
		}
		if res.Blind {
			m.blind++
		}
		if slices.ContainsFunc(res.Rows, func(r Row) bool { return isLung(r.Label) }) {
			all.lungs++
			m.lungs++
		}
		of[model] = m
	}
	if all.compared > 0 && all.unheard == all.compared && all.lungs > 0 {
		if predicted(results) {
			why = append(why, text.M("evaluate.infection_of_no_reference").String())
		}
		return order, why
	}
	for _, model := range order {
		if m := of[model]; m.blind == m.compared && m.lungs > 0 {
			models = append(models, model)
		}
	}
	if len(models) > 0 {
		why = append(why, text.M("evaluate.infection_of_no_prediction").String())
	}
	return models, why
}

// predicted reports whether any prediction has an infection.
func predicted(results []result) bool {
	return slices.ContainsFunc(results, func(res result) bool {
		return slices.ContainsFunc(res.Rows, func(r Row) bool { return r.Label == infection && r.Counts.Prediction() > 0 })
	})
}

// dropInfection leaves out what was measured of the infection of the models Without.
func (r *Run) dropInfection() {
	for _, model := range r.Without {
		r.Rows = slices.DeleteFunc(r.Rows, func(row Row) bool { return row.Model == model && row.Label == infection })
		r.Severity = slices.DeleteFunc(r.Severity, func(s Severity) bool { return s.Model == model })
		r.Lobar = slices.DeleteFunc(r.Lobar, func(s Lobar) bool { return s.Model == model })
		delete(r.Pooled, Group{model, infection})
	}
}

// nowhere refuses labels that were named and that no mask of several cases has.
func (o Options) nowhere(results []result) error {
	var there Numbers
	compared := 0
	for _, res := range results {
		if res.err == nil {
			compared++
			there.Reference, there.Prediction = append(there.Reference, res.Numbers.Reference...), append(there.Prediction, res.Numbers.Prediction...)
		}
	}
	all := slices.Concat(there.Reference, there.Prediction)
	slices.Sort(all)
	all = slices.Compact(all)
	if compared < 2 || len(all) == 0 {
		return nil
	}
	for _, l := range o.Labels {
		if !meet(l.Values, there.Reference) && !meet(l.predicted(), there.Prediction) {
			return app.Refuse(nil, "evaluate.label_nowhere", l.Name, numbersOf(l), (&labelled{values: all}).list())
		}
	}
	return nil
}

func meet(a, b []int) bool {
	return slices.ContainsFunc(a, func(v int) bool { return slices.Contains(b, v) })
}

func numbersOf(l Label) string {
	said := (&labelled{values: l.Values}).list()
	if l.Predicted != nil {
		said += ":" + (&labelled{values: l.Predicted}).list()
	}
	return strings.ReplaceAll(said, " ", "")
}
