package catalogue

import (
	"regexp"
	"strconv"
	"strings"

	"opacity/app/metrics"
	"opacity/app/metrics/surface"
	"opacity/app/text"
)

// keyOfDistance is what a key is made of: the distance, a percentile, how the two
// directions or what surfaces are meant, neighbours of boundary voxels where there are
// not 6, and the unit.
var keyOfDistance = regexp.MustCompile(`^(hd|assd|masd|asd_ref_pred|asd_pred_ref|nsd)([0-9]+(?:\.[0-9]+)?)?(_pooled|_mean|_surfel|_voxels)?(_18|_26)?(_mm|_px)?$`)

// form is a distance as its key has it.
type form struct {
	what         string
	percent      float64 // 0 for none
	how          string
	connectivity surface.Connectivity
	pixels       bool
}

func formOf(key string) (f form, ok bool) {
	m := keyOfDistance.FindStringSubmatch(key)
	if m == nil {
		return f, false
	}
	f = form{what: m[1], how: strings.TrimPrefix(m[3], "_"), connectivity: surface.Faces, pixels: m[5] == "_px"}
	if m[2] != "" {
		f.percent, _ = strconv.ParseFloat(m[2], 64)
		if f.what != "hd" || f.percent <= 0 || f.percent > 100 {
			return f, false
		}
	}
	switch m[4] {
	case "_18":
		f.connectivity = surface.Edges
	case "_26":
		f.connectivity = surface.Corners
	}
	if f.surfels() {
		f.connectivity = 0
		if m[4] != "" {
			return f, false
		}
	}
	switch {
	case f.what == "nsd":
		return f, f.how != "pooled" && f.how != "mean" && f.how != "surfel" && m[5] == ""
	case f.how == "voxels", (f.how == "pooled" || f.how == "mean") && f.percent == 0:
		return f, false
	}
	return f, m[5] != ""
}

// surfels reports whether the surface is one of triangles: NSD's is, where nothing else
// is said.
func (f form) surfels() bool { return f.how == "surfel" || f.what == "nsd" && f.how != "voxels" }

// distance returns the metric of a key that is a distance between surfaces.
func distance(key string) (Entry, bool) {
	if key == "nsd_tolerance_mm" {
		e := entry(key, Millimetres, Neither, "always", func(p Pair) metrics.Value { return metrics.Value{X: p.ToleranceMM} })
		e.needs.spacing = true
		return e, true
	}
	if key == "nsd_contour" {
		e := entry(key, Share, Higher, "nsd", func(p Pair) metrics.Value { return p.contours.NSD(p.ToleranceMM) })
		e.needs.contours, e.needs.spacing = true, true
		return e, true
	}
	f, ok := formOf(key)
	if !ok {
		return Entry{}, false
	}
	e := Entry{
		Key: key, Unit: Millimetres, Better: Lower,
		Name: f.name(), Definition: text.M("metric.sentences", f.statistic(), f.surface()), Empty: text.M("metric.empty.distance"),
		needs: needs{voxels: f.connectivity, surfels: f.surfels(), pixels: f.pixels, spacing: !f.pixels},
		of:    f.ofVoxels,
	}
	if f.surfels() {
		e.of = f.ofSurfels
	}
	switch {
	case f.what == "nsd":
		e.Unit, e.Better, e.Empty = Share, Higher, text.M("metric.empty.nsd")
	case f.pixels:
		e.Unit = Voxels
	}
	return e, true
}

func (f form) percentText() string { return strconv.FormatFloat(f.percent, 'g', -1, 64) }

// name says what is measured, how, and between what.
func (f form) name() text.Message {
	what := text.M("metric." + f.what)
	if f.percent != 0 {
		what = text.M("metric.hd_percentile", f.percentText())
	}
	var more []text.Message
	switch {
	case f.percent == 0:
	case f.how == "pooled", f.how == "mean", f.how == "surfel":
		more = append(more, text.M("metric.how."+f.how))
	default:
		more = append(more, text.M("metric.how.larger"))
	}
	return text.M("metric.named", what, append(more, text.M("metric.between."+f.between())))
}

// between names the surfaces.
func (f form) between() string {
	switch {
	case f.surfels():
		return "surfels"
	case f.connectivity == surface.Edges:
		return "18"
	case f.connectivity == surface.Corners:
		return "26"
	}
	return "6"
}

// statistic is the sentence that says what is worked out of the distances.
func (f form) statistic() text.Message {
	switch {
	case f.percent == 0:
		return text.M("metric." + f.what + ".is")
	case f.how == "":
		return text.M("metric.how.larger.is", f.percentText())
	}
	return text.M("metric.how."+f.how+".is", f.percentText())
}

func (f form) surface() text.Message { return text.M("metric.between." + f.between() + ".is") }

func (f form) ofVoxels(p Pair) metrics.Value {
	v := p.voxels[boundary{f.connectivity, f.pixels}]
	switch f.what {
	case "assd":
		return v.ASSD()
	case "masd":
		return v.MASD()
	case "asd_ref_pred":
		return v.ASDRefToPred()
	case "asd_pred_ref":
		return v.ASDPredToRef()
	case "nsd":
		return v.NSD(p.ToleranceMM)
	}
	switch {
	case f.percent == 0:
		return v.HD()
	case f.how == "pooled":
		return v.PooledPercentile(f.percent / 100)
	case f.how == "mean":
		return v.MeanPercentile(f.percent / 100)
	}
	return v.Percentile(f.percent / 100)
}

func (f form) ofSurfels(p Pair) metrics.Value {
	s := p.surfels[f.pixels]
	switch f.what {
	case "assd":
		return s.ASSD()
	case "masd":
		return s.MASD()
	case "asd_ref_pred":
		return s.ASDRefToPred()
	case "asd_pred_ref":
		return s.ASDPredToRef()
	case "nsd":
		return s.NSD(p.ToleranceMM)
	}
	if f.percent == 0 {
		return s.HD()
	}
	return s.Percentile(f.percent / 100)
}

// variants are the keys of the forms that a distance can have.
func variants() (keys []string) {
	for _, unit := range []string{"_mm", "_px"} {
		for _, what := range []string{"hd", "hd95", "hd95_pooled", "hd95_mean", "assd", "masd", "asd_ref_pred", "asd_pred_ref"} {
			for _, neighbours := range []string{"", "_18", "_26"} {
				keys = append(keys, what+neighbours+unit)
			}
		}
		for _, what := range []string{"hd", "hd95", "assd", "masd", "asd_ref_pred", "asd_pred_ref"} {
			keys = append(keys, what+"_surfel"+unit)
		}
	}
	return append(keys, "nsd_voxels", "nsd_voxels_18", "nsd_voxels_26", "nsd_contour")
}
