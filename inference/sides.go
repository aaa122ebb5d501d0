package inference

import (
	"math"

	"opacity/app/mask"
	"opacity/app/volume"
)

// Shares and distances by which two lungs are told from one, each between what
// two healthy or diseased lungs measure and what it is to tell them from. Behind
// each is what TestWhatTheSidesRestOn measures on 12 synthetic patients and on the
// human contours of one real one (NSCLC-Radiomics LUNG1-001); one patient is
// little, so they keep their distance.
const (
	coreShare  = 0.08 // of the larger core, that the other must have; lungs: 0.77 to 0.91
	coreApart  = 0.35 // of the width of both, that their centres are apart; lungs: 0.50 to 0.54
	stillFused = 0.20 // of a core beyond the middle between two: not yet parted; lungs: 0 to 0.004
	loneWidth  = 0.55 // of the body's width: one lung is no wider; one: 0.35 to 0.43, both: 0.73 to 0.86
	bothSides  = 0.15 // on the lesser side of the midline: not one lung; one: 0 to 0.001, both: 0.44 to 0.48
)

// erosionsMM are tried in turn until two cores are left.
var erosionsMM = []float64{0, 2, 4, 6, 9, 12, 16}

// SplitLungs tells left from right lung within one set of voxels. The grid grows
// to the patient's left along i. Lungs that touch are parted by a seam: both are
// shrunk until they come apart, then grown back within the set, so that the seam
// lies where the way from either core is equally long. A lone lung is taken for
// the side of the midline it lies on.
func SplitLungs(lung *mask.Bits, v *volume.Volume) (left, right *mask.Bits) {
	size := lung.Size()
	left, right = mask.NewBits(size), mask.NewBits(size)
	box := lung.Bounds()
	if box.Empty() {
		return left, right
	}
	middle, bodyWidth := midline(v, box.Min[2], box.Max[2])
	a, b := cores(lung, v.SpacingMM(), box)
	switch {
	case a != nil:
		mask.GrowWithin(lung, a, b)
		left, right = a, b
		if centreI(a) < centreI(b) {
			left, right = b, a
		}
	case lone(lung, box, middle, bodyWidth):
		if centreI(lung) > middle {
			return lung.Clone(), right
		}
		return left, lung.Clone()
	default:
		cut := valley(lung, box, middle)
		left, right = beyond(lung, cut), lung.Clone()
		right.AndNot(left)
		return left, right
	}
	assignRest(lung, left, right, v.SpacingMM())
	return left, right
}

// cores returns the insides of two lungs, apart from one another, or nil where
// there are not two.
func cores(lung *mask.Bits, spacingMM [3]float64, box volume.Box) (a, b *mask.Bits) {
	width := float64(box.Max[0] - box.Min[0])
	for _, mm := range erosionsMM {
		shrunk := lung
		if mm > 0 {
			shrunk = lung.Erode(mm, spacingMM)
		}
		parts := shrunk.Components(6)
		if len(parts.List) < 2 {
			continue
		}
		centre := centres(parts)
		for n := 1; n < len(parts.List); n++ {
			if float64(parts.List[n].Voxels) < coreShare*float64(parts.List[0].Voxels) {
				break
			}
			if math.Abs(centre[n]-centre[0]) < coreApart*width {
				continue
			}
			half := (centre[n] + centre[0]) / 2
			if shareBeyond(parts, 0, half, centre[0] > half) < stillFused {
				return parts.Select(func(p int) bool { return p == 0 }), parts.Select(func(p int) bool { return p == n })
			}
		}
	}
	return nil, nil
}

// centres returns the mean column i of every component.
func centres(parts *mask.Components) []float64 {
	c := make([]float64, len(parts.List))
	parts.Each(func(n, i0, i1, _, _ int) { c[n] += float64(i1-i0) * float64(i0+i1-1) / 2 })
	for n := range c {
		c[n] /= float64(parts.List[n].Voxels)
	}
	return c
}

// shareBeyond returns the share of a component on the far side of column at:
// the lower side where upper says that its centre is on the upper.
func shareBeyond(parts *mask.Components, part int, at float64, upper bool) float64 {
	above := 0
	parts.Each(func(n, i0, i1, _, _ int) {
		if n == part {
			above += max(0, i1-max(i0, int(math.Ceil(at))))
		}
	})
	share := float64(above) / float64(parts.List[part].Voxels)
	if upper {
		return 1 - share
	}
	return share
}

func centreI(b *mask.Bits) float64 {
	sum, n := 0.0, 0
	for i, c := range columns(b) {
		sum += float64(i * c)
		n += c
	}
	return sum / float64(max(n, 1))
}

// columns counts the voxels at each i.
func columns(b *mask.Bits) []int {
	step := make([]int, b.Size()[0]+1) // differences: a run costs two additions
	b.Components(6).Each(func(_, i0, i1, _, _ int) {
		step[i0]++
		step[i1]--
	})
	for i := 1; i < len(step); i++ {
		step[i] += step[i-1]
	}
	return step[:len(step)-1]
}

// lone reports whether a set that does not come apart is one lung: no wider
// than one, or nearly all on one side.
func lone(lung *mask.Bits, box volume.Box, middle, bodyWidth float64) bool {
	if float64(box.Max[0]-box.Min[0]) < loneWidth*bodyWidth {
		return true
	}
	above, total := 0, 0
	for i, n := range columns(lung) {
		total += n
		if float64(i) > middle {
			above += n
		}
	}
	return float64(min(above, total-above)) < bothSides*float64(total)
}

// valley returns the column near the midline that cuts fewest voxels; the
// midline itself where none cuts markedly fewer.
func valley(lung *mask.Bits, box volume.Box, middle float64) int {
	count := columns(lung)
	reach := (box.Max[0] - box.Min[0]) / 6
	centre := min(max(int(middle+0.5), box.Min[0]), box.Max[0]-1)
	best := centre
	for i := max(centre-reach, box.Min[0]); i < min(centre+reach, box.Max[0]); i++ {
		if count[i] < count[best] {
			best = i
		}
	}
	if 10*count[best] > 7*count[centre] {
		return centre
	}
	return best
}

// beyond returns the voxels at column i and further left in the patient.
func beyond(b *mask.Bits, i int) *mask.Bits {
	out := mask.NewBits(b.Size())
	b.Components(6).Each(func(_, i0, i1, j, k int) {
		if i1 > i {
			out.SetRun(max(i0, i), i1, j, k)
		}
	})
	return out
}

// assignRest gives every part of lung that neither side holds to the nearer one.
func assignRest(lung, left, right *mask.Bits, spacingMM [3]float64) {
	rest := lung.Clone()
	rest.AndNot(left)
	rest.AndNot(right)
	parts := rest.Components(6)
	toLeft := make([]bool, len(parts.List))
	seen := make([]bool, len(parts.List))
	parts.Each(func(n, i0, i1, j, k int) {
		if !seen[n] {
			seen[n] = true
			at := [3]int{(i0 + i1 - 1) / 2, j, k}
			toLeft[n] = left.DistanceMM(at, spacingMM) < right.DistanceMM(at, spacingMM)
		}
	})
	left.Or(parts.Select(func(n int) bool { return toLeft[n] }))
	right.Or(parts.Select(func(n int) bool { return !toLeft[n] }))
}
