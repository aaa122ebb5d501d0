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
		rows = append(rows, []string{
			r.Info.Case, strconv.Itoa(int(s.Label.Value)), s.Label.Name, string(s.Side), strconv.Itoa(s.Voxels),
			number(s.VolumeML, 3), number(s.MeanHU, 2), number(s.SDHU, 2),
			number(involvementOf(s, r.Measurements), 3), id, version, IntendedUse().String(),
			reasons(s, r.Measurements),
		})
	}
	return csvfile.Write(w, rows)
}

// reasons says, each once, why cells of a row are empty.
func reasons(s metrics.LabelStats, m metrics.Measurements) string {
	why := whyNot(s, m)
	if s.Label.Value == m.Infection && involvementOf(s, m) == nil {
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
	}
	return m.InvolvementTotal
}

func number(x *float64, digits int) string {
	if x = rounded(x, digits); x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'f', digits, 64)
}
