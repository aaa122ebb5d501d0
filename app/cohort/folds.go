package cohort

import (
	"slices"

	"opacity/app/stats"
)

// Fold is a metric of a label in one fold of a cross-validation: the median of its
// cases. The row of fold "mean" has the mean of the folds' medians.
type Fold struct {
	Model  string `json:"model,omitempty"`
	Label  string `json:"label"`
	Metric string `json:"metric"`
	Fold   string `json:"fold"`
	N      int    `json:"n"`
	Median number `json:"median"`
}

// MeanOfFolds is the Fold of the row that has the mean of the others.
const MeanOfFolds = "mean"

// ByFold makes the table of folds, nothing where no case names one.
func ByFold(rows []Row) []Fold {
	var names []string
	for _, r := range rows {
		if r.Fold != "" && !slices.Contains(names, r.Fold) {
			names = append(names, r.Fold)
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return nil
	}
	var out []Fold
	keys := keysOf(rows)
	for _, g := range groups(rows) {
		mine := of(rows, g)
		for _, key := range keys {
			if !slices.ContainsFunc(mine, func(r Row) bool { return has(r, key) }) {
				continue
			}
			var medians []float64
			all := 0
			for _, name := range names {
				var values []float64
				for _, r := range mine {
					if r.Fold == name {
						values = append(values, r.Value(key))
					}
				}
				d := stats.Describe(values)
				all += d.N
				medians = append(medians, d.Median)
				out = append(out, Fold{g.Model, g.Label, key, name, d.N, number(d.Median)})
			}
			out = append(out, Fold{g.Model, g.Label, key, MeanOfFolds, all, number(stats.Describe(medians).Mean)})
		}
	}
	return out
}
