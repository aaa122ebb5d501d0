package review

import "math/bits"

// Rows of a set of voxels, as mask.Bits.Row has them: pixel i in bit i%64 of
// word i/64.

func ones(row []uint64) int {
	n := 0
	for _, w := range row {
		n += bits.OnesCount64(w)
	}
	return n
}

// up is word n of a row moved by one pixel towards higher i, down towards lower.
func up(row []uint64, n int) uint64 {
	v := row[n] << 1
	if n > 0 {
		v |= row[n-1] >> 63
	}
	return v
}

func down(row []uint64, n int) uint64 {
	v := row[n] >> 1
	if n+1 < len(row) {
		v |= row[n+1] << 63
	}
	return v
}

// plane is the rows of one slice.
type plane [][]uint64

// rowsOf collects rows 0..ny-1.
func rowsOf(ny int, row func(j int) []uint64) plane {
	p := make(plane, ny)
	for j := range p {
		p[j] = row(j)
	}
	return p
}

// grown returns the set with everything within ri pixels along a row and rj
// along a column; bits past the end of a row may be set.
func (p plane) grown(ri, rj int) plane {
	words := 0
	if len(p) > 0 {
		words = len(p[0])
	}
	wide, out := newPlane(len(p), words), newPlane(len(p), words)
	spare := make([]uint64, words)
	for j, row := range p {
		copy(wide[j], row)
		if ones(row) == 0 {
			continue
		}
		for range ri {
			copy(spare, wide[j])
			for n := range spare {
				wide[j][n] |= up(spare, n) | down(spare, n)
			}
		}
		for to := max(0, j-rj); to <= min(len(p)-1, j+rj); to++ {
			for n, w := range wide[j] {
				out[to][n] |= w
			}
		}
	}
	return out
}

// inner writes the pixels of row j whose four neighbours are in the set into dst.
func (p plane) inner(j int, dst []uint64) {
	for n, w := range p[j] {
		if w &= up(p[j], n) & down(p[j], n); w != 0 && j > 0 && j+1 < len(p) {
			dst[n] = w & p[j-1][n] & p[j+1][n]
		} else {
			dst[n] = 0
		}
	}
}

func newPlane(rows, words int) plane {
	all := make([]uint64, rows*words)
	return rowsOf(rows, func(j int) []uint64 { return all[j*words : (j+1)*words : (j+1)*words] })
}
