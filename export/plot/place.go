package plot

import (
	"math"
	"slices"
	"strconv"
)

// sliceColumn is the column of tables that numbers axial slices, 1 at the patient's feet.
const sliceColumn = "slice"

// Place is what a point of a figure stands for: a case, an axial slice of it, a
// threshold.
type Place struct {
	Case      string  // "" for none, or for the case that all of the figure is of; a number unless identity was asked for
	Slice     int     // 1 at the patient's feet; 0 for none
	Threshold float64 // NaN for none
}

// Place tells what a row of Points stands for, by the columns there are.
func (f Figure) Place(row int) Place {
	p := Place{Case: f.Cell(row, "case"), Threshold: math.NaN()}
	if n, err := strconv.Atoi(f.Cell(row, sliceColumn)); err == nil && n > 0 {
		p.Slice = n
	}
	if x, err := strconv.ParseFloat(f.Cell(row, "threshold"), 64); err == nil && !math.IsInf(x, 0) {
		p.Threshold = x
	}
	return p
}

// Cell is what a row of Points has in a column, "" where there is none.
func (f Figure) Cell(row int, column string) string {
	if row <= 0 || row >= len(f.points) {
		return ""
	}
	at := slices.Index(f.points[0], column)
	if at < 0 || at >= len(f.points[row]) {
		return ""
	}
	return f.points[row][at]
}

// numbered writes the number of a slice; none is empty.
func numbered(slice int) string {
	if slice <= 0 {
		return ""
	}
	return strconv.Itoa(slice)
}
