package surface

import "math"

// envelope is the lower envelope of the parabolas of a column, one a row with points:
// at[v] is the row's index, from[v] the place along j from which it is the lowest.
type envelope struct {
	rows    []int // with points
	ratio   float64
	squares []float64 // of the rows
	halves  []float64 // 1/2n
	height  []float64 // of each row's parabola at j = 0, in squared voxels along j
	at      []int
	from    []float64
	n       int
}

// newEnvelope is for columns of ny places in a slice that has points on some rows.
func newEnvelope(rows []int, ny int, spacingMM [3]float64) *envelope {
	e := &envelope{
		rows: rows, ratio: spacingMM[0] * spacingMM[0] / (spacingMM[1] * spacingMM[1]),
		squares: make([]float64, len(rows)), halves: make([]float64, ny), height: make([]float64, len(rows)),
		at: make([]int, len(rows)), from: make([]float64, len(rows)+1),
	}
	for r, j := range rows {
		e.squares[r] = float64(j * j)
	}
	for n := range e.halves {
		e.halves[n] = 0.5 / float64(n)
	}
	return e
}

// build takes a column in: how far the nearest point is along each of the rows, stride
// apart.
func (e *envelope) build(along []int16, stride int) {
	for r, square := range e.squares {
		d := float64(along[r*stride])
		e.height[r] = e.ratio*d*d + square
	}
	e.at[0], e.from[0] = 0, math.Inf(-1)
	n := 1
	for r := 1; r < len(e.rows); r++ {
		h, j := e.height[r], e.rows[r]
		var s float64
		for {
			v := e.at[n-1]
			s = (h - e.height[v]) * e.halves[j-e.rows[v]]
			if s > e.from[n-1] {
				break
			}
			n--
		}
		e.at[n], e.from[n] = r, s
		n++
	}
	e.from[n], e.n = math.Inf(1), n
}

// fill writes the offset of the nearest point for each place of the column.
func (e *envelope) fill(along []int16, stride int, out []offset) {
	j := 0
	for v := 0; v < e.n && j < len(out); v++ {
		end := len(out)
		if to := e.from[v+1]; to < float64(end-1) {
			end = int(math.Floor(max(to, -1))) + 1
		}
		i, row := along[e.at[v]*stride], e.rows[e.at[v]]
		for ; j < end; j++ {
			out[j] = offset{i, int16(row - j)}
		}
	}
}
