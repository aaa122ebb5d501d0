package inference

import (
	"slices"

	"opacity/app/mask"
	"opacity/app/volume"
)

// What lungs look mirrored by. All is relative to the lungs themselves, so that
// it holds at any spacing and for any build. TestMirroredLungsAreDoubted measures
// both signs: on 6 synthetic patients, each on 8 grids, the heart lies 5.2 to 9.2 %
// of the lungs' width to the left and the left lung is 0.90 to 0.92 of the right; on
// human contours of one patient (NSCLC-Radiomics LUNG1-001) 5.8 to 5.9 % and 0.77.
const (
	lungShare    = 0.5  // of its largest slice that each lung has where the heart is looked for: above the domes
	heartFar     = 0.03 // of the lungs' width to the right that is doubted whatever else
	heartNear    = 0.01 // that is doubted together with mirroredSize
	mirroredSize = 1.0  // left over right lung volume
	loneShare    = 0.1  // of the other lung's volume below which two are not compared
)

// sidesDoubtful reports whether the lungs look mirrored. There are two signs: the
// heart lies towards the lung named right, and the lung named left is the larger.
// A heart far to the right is enough; one that is hardly to the right, as after a
// loss of volume or in a turned patient, counts only with the other sign.
func sidesDoubtful(left, right *mask.Bits) bool {
	l, r := float64(left.Count()), float64(right.Count())
	if l < loneShare*r || r < loneShare*l {
		return false
	}
	shift := heartShift(left, right)
	return shift < -heartFar || shift < -heartNear && l > mirroredSize*r
}

// heartShift is how far to the patient's left the heart pushes the lungs' inner
// borders: the middle between those less that between the outer ones, as a share
// of the width of both, over the rows in front. It looks at the lower half of the
// slices that hold much of either lung. Below those the liver's dome pushes the
// other way. Wide gaps count for more.
func heartShift(left, right *mask.Bits) float64 {
	box := left.Bounds().Union(right.Bounds())
	k0, k1 := slicesOfBoth(left, right)
	sum, weight := 0.0, 0.0
	for k := k0; k <= (k0+k1)/2; k++ {
		gaps := gapsBetween(left, right, box, k)
		for _, g := range gaps[:(len(gaps)+1)/2] { // from the front
			if width := float64(g.l0 - g.r1); width > 0 {
				sum += width * float64(g.r1+g.l0-g.r0-g.l1) / 2
				weight += width
			}
		}
	}
	if weight == 0 {
		return 0
	}
	return sum / weight / float64(box.Max[0]-box.Min[0])
}

// slicesOfBoth returns the first and last slice k that hold lungShare of either
// lung's largest slice or more; the first is beyond the last where none does.
func slicesOfBoth(left, right *mask.Bits) (k0, k1 int) {
	l, r := areas(left), areas(right)
	leastL, leastR := lungShare*float64(slices.Max(l)), lungShare*float64(slices.Max(r))
	k0, k1 = len(l), -1
	for k := range l {
		if l[k] > 0 && r[k] > 0 && float64(l[k]) >= leastL && float64(r[k]) >= leastR {
			k0, k1 = min(k0, k), k
		}
	}
	return k0, k1
}

// areas counts the voxels of each slice k.
func areas(b *mask.Bits) []int {
	n := make([]int, b.Size()[2])
	b.Components(6).Each(func(_, i0, i1, _, k int) { n[k] += i1 - i0 })
	return n
}

// gap is where one row leaves the right lung and enters the left: the right is
// between columns r0 and r1, the left between l0 and l1.
type gap struct{ r0, r1, l0, l1 int }

// gapsBetween returns the rows of slice k that meet both lungs, from the front.
func gapsBetween(left, right *mask.Bits, box volume.Box, k int) (gaps []gap) {
	for j := box.Min[1]; j < box.Max[1]; j++ {
		r0, r1, okR := right.RowBounds(j, k)
		l0, l1, okL := left.RowBounds(j, k)
		if okR && okL {
			gaps = append(gaps, gap{r0, r1, l0, l1})
		}
	}
	return gaps
}
