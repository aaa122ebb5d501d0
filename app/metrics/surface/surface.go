// Package surface measures how far the surfaces of two masks are from each other. A mask
// is on a grid of voxels, i fastest; distances are in the unit of its spacing, i, j, k,
// which is millimetres where they are known and voxels (1, 1, 1) where they are not. A
// grid of one slice is a picture, and its surface a contour in its plane.
//
// There are two kinds of surface. Voxels takes the boundary voxels of a mask, each of
// the same weight, as medpy, MONAI and most papers do; what counts as boundary depends
// on the connectivity. Surfels takes the triangles between voxels, each by its area, as
// DeepMind's surface-distance does. They differ: on two lungs of full size 1.7 mm against
// 1.4 mm in the 95th percentile. PEERS.md has what agrees with whom.
package surface

import (
	"context"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/volume"
)

// empty says why there are no distances.
func empty(reference, prediction *mask.Bits) metrics.Why {
	switch r, p := reference.Empty(), prediction.Empty(); {
	case r && p:
		return metrics.BothEmpty
	case r || p:
		return metrics.Miss
	}
	return ""
}

// measured is a metric of n distances, which there may not be.
func measured(why metrics.Why, n int, x func() float64) metrics.Value {
	switch {
	case why != "":
		return metrics.Undefined(why)
	case n == 0:
		return metrics.Undefined(metrics.BothEmpty)
	}
	return metrics.Value{X: x()}
}

// bothWays returns how far each point of a set is from the nearest of the other, in the
// order k, j, i. All lie in the box.
func bothWays(ctx context.Context, reference, prediction *mask.Bits, box volume.Box, spacingMM [3]float64) (refToPred, predToRef []float64, err error) {
	if refToPred, err = distancesMM(ctx, reference, prediction, box, spacingMM); err != nil {
		return nil, nil, err
	}
	predToRef, err = distancesMM(ctx, prediction, reference, box, spacingMM)
	return refToPred, predToRef, err
}
