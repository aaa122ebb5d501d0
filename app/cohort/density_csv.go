package cohort

import (
	"io"
	"slices"
	"strconv"

	"opacity/app/csvfile"
	"opacity/app/volume"
)

// HasHU reports whether the image of some case is in HU.
func (r Report) HasHU() bool {
	return slices.ContainsFunc(r.Cases, func(row Row) bool { return row.HU != nil })
}

// WriteDensity writes density.csv: the voxels of each class of lung density in each label
// of reference and prediction.
func (r Report) WriteDensity(w io.Writer) error {
	rows := [][]string{{"case", "model", "label", "class", "from_hu", "to_hu", "voxels_ref", "percent_ref", "voxels_pred", "percent_pred"}}
	for _, row := range r.Cases {
		if row.HU == nil {
			continue
		}
		for n, a := range row.HU.Reference.Density {
			b := row.HU.Prediction.Density[n]
			rows = append(rows, []string{
				row.Case, row.Model, row.Label, a.Class, strconv.Itoa(a.FromHU), strconv.Itoa(a.ToHU),
				strconv.FormatInt(a.Voxels, 10), cell(float64(a.Percent)), strconv.FormatInt(b.Voxels, 10), cell(float64(b.Percent)),
			})
		}
	}
	return csvfile.Write(w, rows)
}

// WriteHistogram writes histogram.csv: the voxels of each label by HU, in bins of
// HistogramHU; those that are empty in both masks are left out.
func (r Report) WriteHistogram(w io.Writer) error {
	rows := [][]string{{"case", "model", "label", "from_hu", "to_hu", "voxels_ref", "voxels_pred"}}
	at := func(bins []int64, n int) int64 {
		if n < len(bins) {
			return bins[n]
		}
		return 0
	}
	for _, row := range r.Cases {
		if row.HU == nil {
			continue
		}
		a, b := row.HU.Reference.Histogram, row.HU.Prediction.Histogram
		for n := range max(len(a), len(b)) {
			if at(a, n)+at(b, n) == 0 {
				continue
			}
			from := volume.FloorHU + n*HistogramHU
			rows = append(rows, []string{
				row.Case, row.Model, row.Label, strconv.Itoa(from), strconv.Itoa(from + HistogramHU),
				strconv.FormatInt(at(a, n), 10), strconv.FormatInt(at(b, n), 10),
			})
		}
	}
	return csvfile.Write(w, rows)
}
