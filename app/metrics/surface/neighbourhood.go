package surface

import (
	"cmp"
	"math/bits"
	"slices"

	"opacity/app/mask"
)

// The rows around a point that are looked at, and how far along them: half a word.
const (
	rowsLookedAt = 80
	rowsAway     = 12
	alongRow     = 32
)

// neighbourhood finds points of a set that are near: within reach it is exact.
type neighbourhood struct {
	points  *mask.Bits
	spacing [3]float64
	rows    []nearRow // by distance
	reachMM float64   // squared
}

// nearRow is a row of voxels by where it lies from another.
type nearRow struct {
	j, k    int
	squared float64 // mm
}

func newNeighbourhood(points *mask.Bits, spacingMM [3]float64) *neighbourhood {
	n := &neighbourhood{points: points, spacing: spacingMM}
	for k := -rowsAway; k <= rowsAway; k++ {
		for j := -rowsAway; j <= rowsAway; j++ {
			y, z := float64(j)*spacingMM[1], float64(k)*spacingMM[2]
			n.rows = append(n.rows, nearRow{j, k, z*z + y*y})
		}
	}
	slices.SortFunc(n.rows, func(a, b nearRow) int { return cmp.Compare(a.squared, b.squared) })
	n.reachMM = n.rows[rowsLookedAt].squared
	for a, most := range [3]float64{alongRow, rowsAway + 1, rowsAway + 1} { // what lies further was not looked at
		mm := most * spacingMM[a]
		n.reachMM = min(n.reachMM, mm*mm)
	}
	n.rows = n.rows[:rowsLookedAt]
	return n
}

// squaredMM is the squared distance from a voxel to the nearest point; ok is false where
// there is none within reach.
func (n *neighbourhood) squaredMM(i, j, k int) (best float64, ok bool) {
	size := n.points.Size()
	best = n.reachMM
	for _, r := range n.rows {
		if r.squared >= best {
			break
		}
		y, z := j+r.j, k+r.k
		if y < 0 || y >= size[1] || z < 0 || z >= size[2] {
			continue
		}
		if around := window(n.points.Row(y, z), i-alongRow); around != 0 {
			x := float64(fromMiddle(around)) * n.spacing[0]
			best = min(best, r.squared+x*x)
		}
	}
	return best, best < n.reachMM
}

// window returns 64 bits of a row from bit i on, which may lie before it.
func window(row []uint64, i int) uint64 {
	word, shift := i>>6, i&63
	var w uint64
	if word >= 0 && word < len(row) {
		w = row[word] >> shift
	}
	if word++; shift > 0 && word >= 0 && word < len(row) {
		w |= row[word] << (64 - shift)
	}
	return w
}

// fromMiddle is how far the set bit nearest to bit alongRow is from it.
func fromMiddle(w uint64) int {
	after := bits.TrailingZeros64(w >> alongRow)                         // 64 for none
	before := alongRow + 1 - bits.Len64(w<<(63-alongRow)>>(63-alongRow)) // alongRow+1 for none
	return min(after, before)
}
