package surface

import (
	"cmp"
	"context"
	"math"
	"slices"

	"opacity/app/mask"
	"opacity/app/volume"
)

// Picture is slice k of a mask as a grid of one slice, whose surfaces are contours.
func Picture(b *mask.Bits, k int) *mask.Bits {
	size := b.Size()
	out := mask.NewBits(volume.Size{size[0], size[1], 1})
	for j := range size[1] {
		copy(out.Row(j, 0), b.Row(j, k))
	}
	return out
}

// BetweenContours works out, slice by slice, the distances between the contours of two
// masks in the plane of axial slices, and puts those of all slices together: the length of
// contour of a slice that the other mask does not meet is infinitely far. It is for NSD,
// whose share is of length of contour then.
func BetweenContours(ctx context.Context, reference, prediction *mask.Bits, spacingMM [3]float64) (Surfels, error) {
	all := Surfels{why: empty(reference, prediction)}
	if all.why != "" {
		return all, nil
	}
	lengths := lengthsMM(spacingMM)
	alone := func(b *mask.Bits) []Surfel {
		at := corners(b)
		return surfels(b, at, slices.Repeat([]float64{math.Inf(1)}, at.Count()), &lengths)
	}
	box := reference.Bounds().Union(prediction.Bounds())
	for k := box.Min[2]; k < box.Max[2]; k++ {
		r, p := Picture(reference, k), Picture(prediction, k)
		switch emptyR, emptyP := r.Empty(), p.Empty(); {
		case emptyR && emptyP:
		case emptyP:
			all.RefToPred = append(all.RefToPred, alone(r)...)
		case emptyR:
			all.PredToRef = append(all.PredToRef, alone(p)...)
		default:
			s, err := BetweenSurfels(ctx, r, p, spacingMM)
			if err != nil {
				return Surfels{}, err
			}
			all.RefToPred, all.PredToRef = append(all.RefToPred, s.RefToPred...), append(all.PredToRef, s.PredToRef...)
		}
		if err := ctx.Err(); err != nil {
			return Surfels{}, err
		}
	}
	for _, way := range [][]Surfel{all.RefToPred, all.PredToRef} {
		slices.SortFunc(way, func(a, b Surfel) int { return cmp.Compare(a.MM, b.MM) })
	}
	return all, nil
}
