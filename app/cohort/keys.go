package cohort

import (
	"slices"

	"opacity/app/metrics/catalogue"
	"opacity/app/text"
)

// aucBound is the key of how far auc may be from that of probabilities that were not
// rounded.
const aucBound = "auc_bound"

// apBound is the same of average_precision.
const apBound = "average_precision_bound"

// bounds are the keys of how far a metric may be off, by its key.
var bounds = map[string]string{"auc": aucBound, "average_precision": apBound}

// Measured where nothing else is asked for: with probabilities, and besides where a grid
// does not say its millimetres.
var (
	withProbabilities = []string{"auc", "average_precision"}
	inVoxels          = []string{"hd_px", "hd95_px", "assd_px", "masd_px", "asd_ref_pred_px", "asd_pred_ref_px"}
)

// entries are the metrics of a case.
func (o Options) entries(noSpacing bool) []catalogue.Entry {
	out := catalogue.Defaults()
	keys := slices.Concat(withProbabilities, o.Metrics)
	if noSpacing {
		keys = slices.Concat(keys, inVoxels)
	}
	for _, key := range keys {
		known := func(e catalogue.Entry) bool { return e.Key == key }
		if e, ok := catalogue.Find(key); ok && !slices.ContainsFunc(out, known) {
			out = append(out, e)
		}
	}
	return out
}

// keysOf are the metrics that some row has, in the catalogue's order; those it finds
// without listing them, as other percentiles, come last.
func keysOf(rows []Row) []string {
	there := map[string]bool{}
	for _, r := range rows {
		for key := range r.Values {
			there[key] = true
		}
	}
	var out []string
	for _, e := range catalogue.All() {
		if there[e.Key] {
			out = append(out, e.Key)
			delete(there, e.Key)
		}
		if bound := bounds[e.Key]; there[bound] {
			out = append(out, bound)
			delete(there, bound)
		}
	}
	var rest []string
	for key := range there {
		rest = append(rest, key)
	}
	slices.Sort(rest)
	return append(out, rest...)
}

// definition says what a metric is.
func definition(key string) text.Message {
	if e, ok := catalogue.Find(key); ok {
		return e.Definition
	}
	return text.M("evaluate." + key)
}
