package cohort

import (
	"encoding/json"
	"math"

	"opacity/app/metrics"
	"opacity/app/metrics/region"
)

// Region says in which voxels sensitivity-like shares of what is not there were counted.
type Region string

// The regions of specificity, NPV, accuracy, balanced accuracy, MCC and ROC.
const (
	InLungs Region = region.ReferenceLungs
	InROI   Region = region.ROI
	InBody  Region = region.Inside
	InGrid  Region = region.WholeGrid
	InMany  Region = "several" // of cases that differ in it
	// InReadersLungs is what any of several readers takes for lung.
	InReadersLungs Region = "readers_lungs"
)

// Row is what was measured of one label of a case.
type Row struct {
	Case, Model, Label, Fold string
	Region                   Region
	Values                   map[string]metrics.Value // by key
	Counts                   metrics.Counts           // of the whole grid, or of the region of interest
	InRegion                 metrics.Counts
	Slices                   []Slice
	Thirds                   []Third
	HU                       *HU // nil where there is no image in HU
	// From one corner of the grid to the other; DiagonalMM is NaN where that is not known.
	DiagonalMM, DiagonalVoxels number
}

// Value is the metric of a key; NaN where the row has none.
func (r Row) Value(key string) float64 {
	v, ok := r.Values[key]
	if !ok || !v.Defined() {
		return math.NaN()
	}
	return v.X
}

// counts are those of the slice; its true negatives are not among them.
func (s Slice) counts() metrics.Counts {
	return metrics.Counts{TP: s.Both, FP: s.Prediction - s.Both, FN: s.Reference - s.Both}
}

// Slice is one axial slice that either mask meets.
type Slice struct {
	Number     int   `json:"slice"` // 1 at the feet
	Reference  int64 `json:"voxels_ref"`
	Prediction int64 `json:"voxels_pred"`
	Both       int64 `json:"voxels_both"`
	// Areas in mm2; null where spacing is unknown.
	ReferenceMM2  number `json:"area_ref_mm2"`
	PredictionMM2 number `json:"area_pred_mm2"`
	// Shares of the slice's pixels, 0 to 1.
	ReferenceShare  float64       `json:"share_ref"`
	PredictionShare float64       `json:"share_pred"`
	Asked           *SliceMetrics `json:"asked,omitempty"` // nil where nothing was asked for of slices
}

// SliceMetrics are values by key, null where Why says why.
type SliceMetrics struct {
	Metrics map[string]number      `json:"metrics"`
	Why     map[string]metrics.Why `json:"why"`
}

var undefined = number(math.NaN())

// number is a float64 that JSON has as null where it is none.
type number float64

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

type counts struct {
	TP int64 `json:"tp"`
	FP int64 `json:"fp"`
	FN int64 `json:"fn"`
	TN int64 `json:"tn"`
}

// rowJSON is a Row as metrics.json has it.
type rowJSON struct {
	Case     string                 `json:"case"`
	Model    string                 `json:"model,omitempty"`
	Label    string                 `json:"label"`
	Fold     string                 `json:"fold,omitempty"`
	Region   Region                 `json:"region"`
	Metrics  map[string]number      `json:"metrics"`
	Why      map[string]metrics.Why `json:"why"`
	Counts   counts                 `json:"counts"`
	InRegion counts                 `json:"counts_in_region"`
	Thirds   []Third                `json:"thirds,omitempty"`
	Slices   []Slice                `json:"slices,omitempty"`
	HU       *HU                    `json:"hu,omitempty"`

	DiagonalMM     number `json:"diagonal_mm"`
	DiagonalVoxels number `json:"diagonal_px"`
}

// MarshalJSON implements json.Marshaler.
func (r Row) MarshalJSON() ([]byte, error) {
	values, why := valuesJSON(r.Values)
	return json.Marshal(rowJSON{r.Case, r.Model, r.Label, r.Fold, r.Region, values, why, counts(r.Counts), counts(r.InRegion), r.Thirds, r.Slices, r.HU, r.DiagonalMM, r.DiagonalVoxels})
}

// valuesJSON parts values from the reasons why there are none.
func valuesJSON(values map[string]metrics.Value) (map[string]number, map[string]metrics.Why) {
	out, why := map[string]number{}, map[string]metrics.Why{}
	for key, v := range values {
		out[key] = number(v.X)
		if !v.Defined() {
			why[key] = v.Why
			out[key] = number(math.NaN())
		}
	}
	return out, why
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *Row) UnmarshalJSON(b []byte) error {
	var in rowJSON
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*r = Row{
		Case: in.Case, Model: in.Model, Label: in.Label, Fold: in.Fold, Region: in.Region, Values: map[string]metrics.Value{},
		Counts: metrics.Counts(in.Counts), InRegion: metrics.Counts(in.InRegion), Slices: in.Slices, Thirds: in.Thirds, HU: in.HU,
		DiagonalMM: in.DiagonalMM, DiagonalVoxels: in.DiagonalVoxels,
	}
	for key, x := range in.Metrics {
		r.Values[key] = metrics.Value{X: float64(x), Why: in.Why[key]}
	}
	return nil
}
