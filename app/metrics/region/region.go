// Package region parts a chest into where numbers are told of: thirds of the lungs, the
// six zones of a severity score, the body, slices. A region says its name, which is
// printed beside every number of it. Index order is i fastest, k slowest; z is the
// patient's own, to the head.
package region

import (
	"opacity/app/mask"
	"opacity/app/text"
)

// Region is a named set of voxels of a grid.
type Region struct {
	// Key is its name in files; it does not change.
	Key string
	// Name is a few words that follow a number: "inside the reference lungs".
	Name text.Message
	// Voxels is nil where the region is the whole grid.
	Voxels *mask.Bits
}

func named(key string, voxels *mask.Bits) Region {
	return Region{Key: key, Name: text.M("region." + key), Voxels: voxels}
}

// The keys of where negatives are counted.
const (
	ROI            = "roi"
	ReferenceLungs = "reference_lungs"
	Inside         = "body"
	WholeGrid      = "whole_grid"
)

// OfNegatives chooses where specificity, accuracy and ROC curves are worked out, for air
// around a patient is easily told from everything: inside a region of interest where one
// is given, else inside the reference lungs where there are any, else inside the body,
// else in the whole grid. Any may be nil.
func OfNegatives(roi, lungs, body *mask.Bits) Region {
	for _, r := range []Region{named(ROI, roi), named(ReferenceLungs, lungs), named(Inside, body)} {
		if r.Voxels != nil && !r.Voxels.Empty() {
			return r
		}
	}
	return named(WholeGrid, nil)
}
