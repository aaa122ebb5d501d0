package cohort

import (
	"math"
	"slices"

	"opacity/app/metrics"
	"opacity/app/metrics/catalogue"
	"opacity/app/metrics/score"
	"opacity/app/stats"
)

// Summary describes a metric of a label over the cases of a model.
type Summary struct {
	Model      string `json:"model,omitempty"`
	Label      string `json:"label"`
	Metric     string `json:"metric"`
	N          int    `json:"n"`
	NUndefined int    `json:"n_undefined"`
	// Distances that there are not: the prediction is empty where the reference is not, or
	// the other way round. Among n_undefined, or replaced by a penalty.
	NMissed     int       `json:"n_missed"`
	NFalseAlarm int       `json:"n_false_alarm"`
	NReplaced   int       `json:"n_replaced,omitempty"`  // values among n that Rules gave
	ReplacedBy  string    `json:"replaced_by,omitempty"` // 1, 0, diagonal or millimetres
	Mean        number    `json:"mean"`
	SD          number    `json:"sd"`
	Median      number    `json:"median"`
	Q1          number    `json:"q1"`
	Q3          number    `json:"q3"`
	IQR         number    `json:"iqr"`
	Min         number    `json:"min"`
	Max         number    `json:"max"`
	MeanCI      [2]number `json:"mean_ci95"` // BCa by case
	MeanCIWhy   stats.Why `json:"mean_ci95_why,omitempty"`
	// MedianCI is between two of the values, by the binomial distribution.
	MedianCI    [2]number `json:"median_ci95"`
	MedianCIWhy stats.Why `json:"median_ci95_why,omitempty"`
	Pooled      number    `json:"pooled"` // of the voxels of all cases together; null where that means nothing
}

// groups are the labels as models have them, in the order of the rows.
func groups(rows []Row) []Group {
	var out []Group
	for _, r := range rows {
		if g := (Group{r.Model, r.Label}); !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b Group) int { return indexOfModel(rows, a.Model) - indexOfModel(rows, b.Model) })
	return out
}

func indexOfModel(rows []Row, model string) int {
	return slices.IndexFunc(rows, func(r Row) bool { return r.Model == model })
}

func of(rows []Row, g Group) []Row {
	var out []Row
	for _, r := range rows {
		if r.Model == g.Model && r.Label == g.Label {
			out = append(out, r)
		}
	}
	return out
}

// Summarise describes every label and metric.
func Summarise(rows []Row, pooled map[Group]Pool, rules Rules, seed uint64) []Summary {
	var out []Summary
	keys := keysOf(rows)
	for _, g := range groups(rows) {
		mine := of(rows, g)
		together := pooledValues(mine, pooled[g].All)
		for _, key := range keys {
			there := slices.ContainsFunc(mine, func(r Row) bool { return has(r, key) })
			if key == "nsd_tolerance_mm" || key == aucBound || key == apBound || !there {
				continue
			}
			out = append(out, summary(mine, g, key, together, rules, seed))
		}
	}
	return out
}

func summary(rows []Row, g Group, key string, together map[string]metrics.Value, rules Rules, seed uint64) Summary {
	s := Summary{Model: g.Model, Label: g.Label, Metric: key, Pooled: number(math.NaN())}
	values := make([]float64, len(rows))
	for n, r := range rows {
		by := ""
		if values[n], by = rules.value(r, key); by != "" {
			s.NReplaced, s.ReplacedBy = s.NReplaced+1, by
		}
		switch {
		case r.Values[key].Why != metrics.Miss:
		case r.falseAlarm():
			s.NFalseAlarm++
		default:
			s.NMissed++
		}
	}
	d := stats.Describe(values)
	s.N, s.NUndefined = d.N, d.Undefined
	s.Mean, s.SD, s.Median, s.Q1, s.Q3 = number(d.Mean), number(d.SD), number(d.Median), number(d.Q1), number(d.Q3)
	s.IQR, s.Min, s.Max = number(d.IQR()), number(d.Min), number(d.Max)
	defined := stats.Sorted(values)
	ci, why := stats.Bootstrap{Seed: seed}.Interval(len(defined), func(cases []int) float64 {
		sum := 0.0
		for _, c := range cases {
			sum += defined[c]
		}
		return sum / float64(len(cases))
	})
	s.MeanCI, s.MeanCIWhy = [2]number{number(ci.Lo), number(ci.Hi)}, why
	median, why := stats.MedianInterval(values)
	s.MedianCI, s.MedianCIWhy = intervalOf(median), why
	if v, ok := together[key]; ok && v.Defined() {
		s.Pooled = number(v.X)
	}
	return s
}

// pooledValues are the metrics of all voxels of all cases, as if they were one.
func pooledValues(rows []Row, scores score.Histogram) map[string]metrics.Value {
	var c, in metrics.Counts
	for _, r := range rows {
		c, in = c.Add(r.Counts), in.Add(r.InRegion)
	}
	// Millimetres of one grid are none of another.
	p := catalogue.Pair{Counts: c, InRegion: in, Grid: catalogue.Grid{Unknown: true}}
	if scores.Positive != nil {
		p.Probabilities = &scores
	}
	return catalogue.Values(p, catalogue.All())
}
