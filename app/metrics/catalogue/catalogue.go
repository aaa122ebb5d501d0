// Package catalogue lists the metrics: what each is called, what it means, and how it is
// worked out of what was measured of a pair of masks, so that tables, files and the
// window share one list. A metric that has variants says in its name which it is.
package catalogue

import (
	"slices"
	"sync"

	"opacity/app/metrics"
	"opacity/app/metrics/surface"
	"opacity/app/text"
)

// Better says which way a metric is better.
type Better int

// Which way is better.
const (
	Neither Better = iota // it describes
	Higher
	Lower
	NearZero
)

// Unit is what a metric is measured in, as it is printed; a share has none.
type Unit string

// The units.
const (
	Share       Unit = ""
	Millimetres Unit = "mm"
	Voxels      Unit = "voxels"
	Millilitres Unit = "ml"
)

// Entry is a metric.
type Entry struct {
	// Key is its name in files; it does not change.
	Key    string
	Unit   Unit
	Better Better
	// Name is a few words, Definition one or two sentences, Empty one on what it is
	// where a mask is empty.
	Name, Definition, Empty text.Message

	needs needs
	of    func(Pair) metrics.Value
}

// needs is what has to be measured for a metric.
type needs struct {
	voxels        surface.Connectivity // 0 for none
	surfels       bool
	contours      bool // of axial slices
	pixels        bool // distances in voxels, not in millimetres
	spacing       bool // nothing without millimetres
	probabilities bool
	images        bool
	region        bool // counted inside the region
}

// TakesProbabilities reports whether a metric is one of probabilities, TakesPictures whether
// it is one of their slices as pictures.
func (e Entry) TakesProbabilities() bool { return e.needs.probabilities || e.needs.images }

// TakesPictures is told with TakesProbabilities.
func (e Entry) TakesPictures() bool { return e.needs.images }

// TakesSurfaces reports whether a metric is of how far surfaces or contours are apart.
func (e Entry) TakesSurfaces() bool {
	return e.needs.voxels != 0 || e.needs.surfels || e.needs.contours
}

// InRegion reports whether a metric depends on the region that is counted in.
func (e Entry) InRegion() bool { return e.needs.region }

// Find returns the metric of a key. Of distances, any percentile can be asked for:
// hd99_mm, hd97.5_pooled_18_mm.
func Find(key string) (Entry, bool) {
	for _, e := range plain() {
		if e.Key == key {
			return e, true
		}
	}
	return distance(key)
}

// Defaults returns the metrics that are worked out of any pair of masks, in the order of
// the columns of metrics.csv.
func Defaults() []Entry { return found(defaults) }

// All returns every metric, the defaults first and then their variants, percentiles as 95.
func All() []Entry {
	out := Defaults()
	listed := map[string]bool{}
	for _, e := range out {
		listed[e.Key] = true
	}
	for _, e := range slices.Concat(plain(), found(variants())) {
		if !listed[e.Key] {
			out = append(out, e)
		}
	}
	return out
}

// defaults are the keys of every table, in order.
var defaults = []string{
	"dice", "jaccard", "voe", "rvd",
	"sensitivity", "specificity", "precision", "npv", "accuracy", "balanced_accuracy", "mcc",
	"volume_ref_ml", "volume_pred_ml", "avd_ml", "volume_similarity",
	"hd_mm", "hd95_mm", "assd_mm", "masd_mm", "asd_ref_pred_mm", "asd_pred_ref_mm",
	"nsd", "nsd_tolerance_mm",
}

func found(keys []string) (out []Entry) {
	for _, key := range keys {
		if e, ok := Find(key); ok {
			out = append(out, e)
		}
	}
	return out
}

// plain are the metrics that have one form, made once: a table looks up dozens. Read only.
var plain = sync.OnceValue(func() []Entry { return slices.Concat(ofCounts(), ofVolumes(), ofProbabilities()) })

// entry builds one from its texts: metric.KEY is the name, metric.KEY.is the definition.
func entry(key string, unit Unit, better Better, empty string, of func(Pair) metrics.Value) Entry {
	return Entry{
		Key: key, Unit: unit, Better: better,
		Name: text.M("metric." + key), Definition: text.M("metric." + key + ".is"), Empty: text.M("metric.empty." + empty),
		of: of,
	}
}
