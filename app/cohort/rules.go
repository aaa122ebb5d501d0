package cohort

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"opacity/app/metrics"
	"opacity/app/metrics/catalogue"
	"opacity/app/text"
)

// Rules say what stands in summaries and tests for a value that is not defined. The zero
// value puts nothing in its place. Rows keep what was measured.
type Rules struct {
	// BothEmpty is "1" or "0" for what the overlap of two empty masks is taken for, as
	// medpy and MONAI have it; "" for none.
	BothEmpty string
	// Penalty is Diagonal, or a number of millimetres, for distances where one mask is
	// empty; "" for none.
	Penalty string
}

// Diagonal is the penalty of the diagonal of the image.
const Diagonal = "diagonal"

// Valid reports whether the rules are ones that there are.
func (r Rules) Valid() bool {
	mm, err := strconv.ParseFloat(r.Penalty, 64)
	return slices.Contains([]string{"", "0", "1"}, r.BothEmpty) &&
		(r.Penalty == "" || r.Penalty == Diagonal || err == nil && mm >= 0 && !math.IsInf(mm, 0))
}

// overlaps are the metrics that two empty masks may be given.
var overlaps = []string{"dice", "jaccard", "voe", "volume_similarity"}

// value is a metric of a row, and what was put in its place, "" for nothing.
func (r Rules) value(row Row, key string) (x float64, by string) {
	v, ok := row.Values[key]
	switch {
	case !ok:
		return math.NaN(), ""
	case v.Defined():
		return v.X, ""
	case v.Why == metrics.BothEmpty && r.BothEmpty != "" && slices.Contains(overlaps, key):
		x, _ = strconv.ParseFloat(r.BothEmpty, 64)
		if key == "voe" {
			x = 1 - x
		}
		return x, r.BothEmpty
	case v.Why == metrics.Miss:
		return r.penalty(row, key)
	}
	return math.NaN(), ""
}

// penalty is what stands for a distance where one mask is empty.
func (r Rules) penalty(row Row, key string) (float64, string) {
	e, _ := catalogue.Find(key)
	mm, err := strconv.ParseFloat(r.Penalty, 64)
	switch {
	case r.Penalty == Diagonal && e.Unit == catalogue.Millimetres:
		return float64(row.DiagonalMM), Diagonal
	case r.Penalty == Diagonal && e.Unit == catalogue.Voxels:
		return float64(row.DiagonalVoxels), Diagonal
	case err == nil && e.Unit == catalogue.Millimetres:
		return mm, strings.TrimSpace(r.Penalty) + " mm"
	}
	return math.NaN(), ""
}

// ranked is the value for tests by ranks, in which a distance to what is not there is
// worse than any other; missed says that it is.
func (r Rules) ranked(row Row, key string) (x float64, missed bool) {
	if row.Values[key].Why != metrics.Miss {
		x, _ = r.value(row, key)
		return x, false
	}
	worst := 1
	if e, _ := catalogue.Find(key); e.Better == catalogue.Higher {
		worst = -1
	}
	return math.Inf(worst), true
}

// falseAlarm reports whether the prediction has something and the reference nothing.
func (r Row) falseAlarm() bool { return r.Counts.Reference() == 0 && r.Counts.Prediction() > 0 }

// said is what provenance says of the rules.
func (r Rules) said() map[string]text.Message {
	out := map[string]text.Message{
		"both_empty": text.M("evaluate.rules.both_empty.none"), "penalty": text.M("evaluate.rules.penalty.none"), "ranks": text.M("evaluate.rules.ranks"),
	}
	if r.BothEmpty != "" {
		out["both_empty"] = text.M("evaluate.rules.both_empty", r.BothEmpty)
	}
	switch r.Penalty {
	case "":
	case Diagonal:
		out["penalty"] = text.M("evaluate.rules.penalty.diagonal")
	default:
		out["penalty"] = text.M("evaluate.rules.penalty.mm", r.Penalty)
	}
	return out
}
