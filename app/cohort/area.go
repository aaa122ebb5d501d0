package cohort

import (
	"math"
	"slices"
)

// What areas and volumes are in: millimetres where the spacing of some case is known.
const (
	AreaMM2      = "area_mm2"
	AreaPixels   = "area_px"
	VolumeML     = "volume_ml"
	VolumeVoxels = "volume_voxels"
)

// Area is what the areas of rows are told in.
func Area(rows []Row) string {
	known := func(r Row) bool {
		return slices.ContainsFunc(r.Slices, func(s Slice) bool { return !math.IsNaN(float64(s.ReferenceMM2)) })
	}
	if slices.ContainsFunc(rows, known) {
		return AreaMM2
	}
	return AreaPixels
}

// Area is the areas of reference and prediction on a slice, as quantity says; NaN where
// that is not known.
func (s Slice) Area(quantity string) (reference, prediction float64) {
	if quantity == AreaMM2 {
		return float64(s.ReferenceMM2), float64(s.PredictionMM2)
	}
	return float64(s.Reference), float64(s.Prediction)
}

// Volumes are those of reference and prediction, row by row, and what they are in.
func Volumes(rows []Row) (quantity string, reference, prediction []float64) {
	quantity = VolumeVoxels
	if slices.ContainsFunc(rows, func(r Row) bool { return !math.IsNaN(r.Value("volume_ref_ml")) }) {
		quantity = VolumeML
	}
	for _, r := range rows {
		a, b := r.Value("volume_ref_ml"), r.Value("volume_pred_ml")
		if quantity == VolumeVoxels {
			a, b = float64(r.Counts.Reference()), float64(r.Counts.Prediction())
		}
		reference, prediction = append(reference, a), append(prediction, b)
	}
	return quantity, reference, prediction
}

// PlainAreas is the agreement of areas as if every slice were a patient, which they are
// not: limits are too narrow where slices of a patient are alike.
func PlainAreas(rows []Row) Agreement {
	quantity := Area(rows)
	var reference, prediction []float64
	for _, r := range rows {
		for _, s := range r.Slices {
			x, y := s.Area(quantity)
			reference, prediction = append(reference, x), append(prediction, y)
		}
	}
	return agreement(Group{}, quantity, reference, prediction, nil)
}

// Estimate is the number with the ends of its interval.
func (l limit) Estimate() [3]float64 {
	return [3]float64{float64(l.Value), float64(l.CI[0]), float64(l.CI[1])}
}

// Estimate is the coefficient with the ends of its interval.
func (c coefficient) Estimate() [3]float64 {
	return [3]float64{float64(c.R), float64(c.CI[0]), float64(c.CI[1])}
}
