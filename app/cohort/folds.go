package cohort

import (
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/stats"
	"opacity/app/text"
)

// Folds gives each case its fold, from a CSV with the columns case and fold. A list that
// names a case twice, or none of the cases, is refused; notes say which names of the list
// are no case, and how many cases have no fold.
func Folds(path string, cases []Case) (notes []text.Message, err error) {
	at, rows, err := table(path, []string{"case", "fold"})
	if err != nil {
		return nil, err
	}
	folds, used := map[string]string{}, map[string]bool{}
	var names []string
	for _, row := range rows {
		name, fold := strings.TrimSpace(row[at["case"]]), strings.TrimSpace(row[at["fold"]])
		if had, there := folds[name]; there && had != fold {
			return nil, app.Refuse(nil, "evaluate.folds.twice", path, name, had, fold)
		} else if !there {
			names = append(names, name)
		}
		folds[name] = fold
	}
	without := map[string]bool{}
	for n := range cases {
		fold, there := folds[cases[n].Name]
		if cases[n].Fold = fold; fold == "" {
			without[cases[n].Name] = true
		}
		if there {
			used[cases[n].Name] = true
		}
	}
	if len(used) == 0 && len(cases) > 0 {
		return nil, app.Refuse(nil, "evaluate.folds.none", path, cases[0].Name)
	}
	unknown := slices.DeleteFunc(names, func(name string) bool { return used[name] })
	if len(unknown) > 0 {
		notes = append(notes, text.M("evaluate.folds.unknown", path, someOf(unknown)))
	}
	if len(without) > 0 {
		notes = append(notes, text.M("evaluate.folds.without", path, len(without)))
	}
	return notes, nil
}

// someOf names the first few.
func someOf(names []string) string {
	const few = 5
	if len(names) > few {
		return strings.Join(names[:few], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

// InFolds are the rows of cases that name a fold.
func InFolds(rows []Row) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Fold == "" })
}

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
