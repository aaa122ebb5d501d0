// Package region parts a chest into where numbers are told of: thirds of the lungs, the
// six zones of a severity score, the body, slices. A region says its name, which is
// printed beside every number of it. Index order is i fastest, k slowest; z is the
// patient's own, to the head.
package region

import (
	"context"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
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

// OfNegatives chooses where specificity, accuracy and ROC curves are worked out, for air
// around a patient is easily told from everything: inside a region of interest where one
// is given, else inside the reference lungs where there are any, else inside the body
// where the volume has HU, else in the whole grid. roi, lungs and v may be nil.
func OfNegatives(ctx context.Context, roi, lungs *mask.Bits, v *volume.Volume) (Region, error) {
	switch {
	case roi != nil && !roi.Empty():
		return named("roi", roi), nil
	case lungs != nil && !lungs.Empty():
		return named("reference_lungs", lungs), nil
	case v != nil:
		body, ok, err := Body(ctx, v)
		if err != nil {
			return Region{}, err
		}
		if ok {
			return named("body", body), nil
		}
	}
	return named("whole_grid", nil), nil
}
