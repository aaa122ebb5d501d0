package export

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"opacity/app"
	"opacity/app/csvfile"
	"opacity/app/mask"
	"opacity/app/metrics"
)

// csvHeader names the columns of report.csv, units in the names.
var csvHeader = []string{
	"case", "value", "label", "side", "voxels", "volume_ml", "mean_hu", "sd_hu",
	"involvement_percent", "model", "model_version", "intended_use", "why",
	"source", "threshold", "model_threshold",
	"added_voxels", "removed_voxels", "added_by_hand_voxels", "removed_by_hand_voxels",
	"added_ml", "removed_ml", "added_by_hand_ml", "removed_by_hand_ml",
}

// WriteCSV writes report.csv: a header and a row per label and side, RFC 4180.
// A number that may not be stated is an empty cell, and the last column says why.
func WriteCSV(w io.Writer, r app.Report) error {
	rows := [][]string{csvHeader}
	var id, version string
	if r.Model != nil {
		id, version = r.Model.ID, r.Model.Version
	}
	for _, s := range r.Measurements.Labels {
		rows = append(rows, append([]string{
			r.Info.Case, strconv.Itoa(int(s.Label.Value)), s.Label.Name, string(s.Side), strconv.Itoa(s.Voxels),
			number(s.VolumeML, 3), number(s.MeanHU, 2), number(s.SDHU, 2),
			number(involvementOf(s, r.Measurements), 3), id, version, IntendedUse().String(),
			reasons(s, r.Measurements),
		}, making(s, r)...))
	}
	return csvfile.Write(w, rows)
}

// making tells how the label of a row came to be; what was changed is of the label as
// a whole, and stands in the row of the whole.
func making(s metrics.LabelStats, r app.Report) []string {
	cells := make([]string, 11)
	n := slices.IndexFunc(r.Made, func(m app.Made) bool { return m.Label.Value == s.Label.Value && m.Label.Layer == s.Label.Layer })
	if n < 0 {
		return cells
	}
	m := madeOf(r.Made[n], r.Measurements)
	cells[0], cells[1], cells[2] = string(m.Source), number(m.Threshold, 4), number(m.ModelThreshold, 4)
	for i, c := range []*change{m.Changed, m.ByHand} {
		if c != nil && s.Whole() {
			cells[3+2*i], cells[4+2*i] = strconv.Itoa(c.AddedVoxels), strconv.Itoa(c.RemovedVoxels)
			cells[7+2*i], cells[8+2*i] = number(c.AddedML, 3), number(c.RemovedML, 3)
		}
	}
	return cells
}

// reasons says, each once, why cells of a row are empty.
func reasons(s metrics.LabelStats, m metrics.Measurements) string {
	why := whyNot(s, m)
	if s.Label.Value == m.Infection && s.Side != metrics.Outside && involvementOf(s, m) == nil {
		why["involvement_percent"] = whyNoShare(m)
	}
	var said []string
	for _, column := range csvHeader {
		if m, ok := why[column]; ok && !slices.Contains(said, m.String()) {
			said = append(said, m.String())
		}
	}
	return strings.Join(said, " ")
}

// involvementOf is the share of its lung that a row of the infection takes.
func involvementOf(s metrics.LabelStats, m metrics.Measurements) *float64 {
	if s.Label.Value != m.Infection {
		return nil
	}
	switch s.Side {
	case mask.Left:
		return m.InvolvementLeft
	case mask.Right:
		return m.InvolvementRight
	case mask.NoSide:
		return m.InvolvementTotal
	}
	return nil // what lies outside the lungs is no share of them
}

func number(x *float64, digits int) string {
	if x = rounded(x, digits); x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'f', digits, 64)
}
