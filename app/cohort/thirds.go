package cohort

import (
	"context"
	"maps"
	"math"
	"slices"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/catalogue"
	"opacity/app/metrics/region"
)

// Third is what was counted in the base, the middle or the apex: a third of the height of
// the reference's lungs along the patient's own axis.
type Third struct {
	Third        string `json:"third"` // base, middle, apex
	Counts       counts `json:"counts"`
	InRegion     counts `json:"counts_in_region"`
	ReferenceML  number `json:"volume_ref_ml"`
	PredictionML number `json:"volume_pred_ml"`
	// Distances are those asked for, by key; null where a mask is empty there.
	Distances map[string]number `json:"distances,omitempty"`
}

// distancesInThirds measures distances between what lies of both masks in each third: where
// a mask is cut, its cut is part of its surface.
func distancesInThirds(ctx context.Context, p part, thirds []region.Region, out []Third, keys []string, grid catalogue.Grid) error {
	entries := found(keys)
	for n, t := range thirds {
		reference, prediction := p.reference.Clone(), p.prediction.Clone()
		reference.And(t.Voxels)
		prediction.And(t.Voxels)
		pair := catalogue.Pair{Counts: metrics.Counts(out[n].Counts), Grid: grid}
		if err := pair.AddDistances(ctx, reference, prediction, entries); err != nil {
			return err
		}
		out[n].Distances = map[string]number{}
		for key, v := range catalogue.Values(pair, entries) {
			out[n].Distances[key] = undefined
			if v.Defined() {
				out[n].Distances[key] = number(v.X)
			}
		}
	}
	return nil
}

// distancesOfThirds are the keys of the distances that some third has, in alphabetical order.
func distancesOfThirds(rows []Row) []string {
	there := map[string]bool{}
	for _, r := range rows {
		for _, t := range r.Thirds {
			for key := range t.Distances {
				there[key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(there))
}

// distance is the cell of a distance; why takes the reason where there is none.
func (t Third) distance(key string, why *reasons) string {
	x, ok := t.Distances[key]
	c := metrics.Counts(t.Counts)
	switch {
	case !ok:
		return ""
	case !math.IsNaN(float64(x)):
		return cell(float64(x))
	case c.Reference()+c.Prediction() == 0:
		return why.cell(key, metrics.Undefined(metrics.BothEmpty))
	case c.Reference() == 0 || c.Prediction() == 0:
		return why.cell(key, metrics.Undefined(metrics.Miss))
	}
	return why.cell(key, metrics.Undefined(metrics.NoSpacing))
}

// thirdKeys are the columns of thirds.csv.
var thirdKeys = []string{"dice", "jaccard", "sensitivity", "specificity", "precision", "accuracy", "rvd"}

// value is a metric of counts in a third; NaN where it is not defined.
func (t Third) value(key string) metrics.Value {
	e, _ := catalogue.Find(key)
	v, _ := e.Of(catalogue.Pair{Counts: metrics.Counts(t.Counts), InRegion: metrics.Counts(t.InRegion), Grid: catalogue.Grid{Unknown: true}})
	return v
}

// thirdsOf counts a label in each third; nothing where there are no lungs. in is where
// true negatives are counted.
func thirdsOf(p part, thirds []region.Region, in *mask.Bits, on *labelled) []Third {
	var out []Third
	for _, t := range thirds {
		negatives := t.Voxels
		if in != nil {
			negatives = t.Voxels.Clone()
			negatives.And(in)
		}
		c := metrics.CountsOf(p.reference, p.prediction, t.Voxels)
		third := Third{Third: t.Key, Counts: counts(c), InRegion: counts(metrics.CountsOf(p.reference, p.prediction, negatives))}
		third.ReferenceML, third.PredictionML = on.ml(c.Reference()), on.ml(c.Prediction())
		out = append(out, third)
	}
	return out
}

// HasThirds reports whether some case has lungs to part.
func (r Report) HasThirds() bool {
	return slices.ContainsFunc(r.Cases, func(row Row) bool { return len(row.Thirds) > 0 })
}
