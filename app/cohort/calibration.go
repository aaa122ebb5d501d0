package cohort

import (
	"io"
	"strconv"

	"opacity/app/csvfile"
	"opacity/app/metrics/catalogue"
)

// Calibrated is how often what is given a probability is there, over all cases of a label.
type Calibrated struct {
	Model  string           `json:"model,omitempty"`
	Label  string           `json:"label"`
	Region Region           `json:"region"`
	Cases  int              `json:"cases"`
	ECE    number           `json:"ece"` // of all voxels together
	Bins   []CalibrationBin `json:"bins"`
}

// CalibrationBin is a stretch of probabilities, its upper end its own. The mean and the
// share are null where no voxel lies in it.
type CalibrationBin struct {
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Voxels   int64   `json:"voxels"`
	Mean     number  `json:"mean_probability"`
	Observed number  `json:"observed_share"`
}

// calibrated tells the stretches that the metric ece has, of the probabilities of all
// cases together.
func calibrated(curves []Curve) (out []Calibrated) {
	for _, c := range curves {
		bins, ece := c.Pool.All.Calibration(catalogue.CalibrationBins)
		if !ece.Defined() {
			continue
		}
		is := Calibrated{Model: c.Model, Label: c.Label, Region: c.Region, Cases: c.Cases, ECE: number(ece.X)}
		for n := range catalogue.CalibrationBins {
			b := CalibrationBin{Low: float64(n) / catalogue.CalibrationBins, High: float64(n+1) / catalogue.CalibrationBins, Mean: undefined, Observed: undefined}
			if len(bins) > 0 && bins[0].Number == n {
				b.Voxels, b.Mean, b.Observed = bins[0].Voxels, number(bins[0].Predicted), number(bins[0].Observed)
				bins = bins[1:]
			}
			is.Bins = append(is.Bins, b)
		}
		out = append(out, is)
	}
	return out
}

// WriteCalibration writes calibration.csv: a row per model, label and stretch of
// probabilities.
func (r Report) WriteCalibration(w io.Writer) error {
	rows := [][]string{{"model", "label", "bin_low", "bin_high", "n", "mean_probability", "observed_share", "cases", "region"}}
	for _, c := range r.Calibrated {
		for _, b := range c.Bins {
			rows = append(rows, []string{
				c.Model, c.Label, cell(b.Low), cell(b.High), strconv.FormatInt(b.Voxels, 10), cell(float64(b.Mean)), cell(float64(b.Observed)), strconv.Itoa(c.Cases), string(c.Region),
			})
		}
	}
	return csvfile.Write(w, rows)
}
