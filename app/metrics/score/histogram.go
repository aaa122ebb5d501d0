// Package score measures probabilities against a reference mask: ROC and precision-
// recall curves, soft overlaps, calibration, and the measures of saliency maps that the
// field's papers use.
//
// Voxels are counted, exactly, by their probability in 65,536 steps, so that a curve
// over a whole volume takes one pass and one megabyte. What is worked out of the counts
// is exact for probabilities of 8 or 16 bits; for finer ones Histogram.Bound says how
// far the area under the curve may be off.
package score

// Levels is how many probabilities are told apart: level l is l/(Levels-1).
const Levels = 1 << 16

// Histogram is how many voxels of a region have each probability, and what their
// probabilities add up to. The zero value has none.
type Histogram struct {
	Positive, Negative []int64 // by level, of the reference's voxels and of the others; nil for none
	// Sum, OfPositive and Squares are the sums of p, of p in the reference, and of
	// p squared, not rounded to levels.
	Sum, OfPositive, Squares float64
	// Finer says that some probability lay between two levels.
	Finer bool
}

// Merge adds the voxels of another case or slice, for pooled curves.
func (h *Histogram) Merge(o Histogram) {
	if o.Positive == nil {
		return
	}
	if h.Positive == nil {
		h.Positive, h.Negative = make([]int64, Levels), make([]int64, Levels)
	}
	for l := range h.Positive {
		h.Positive[l] += o.Positive[l]
		h.Negative[l] += o.Negative[l]
	}
	h.Sum += o.Sum
	h.OfPositive += o.OfPositive
	h.Squares += o.Squares
	h.Finer = h.Finer || o.Finer
}

// Totals returns how many voxels there are in the reference and beside it.
func (h Histogram) Totals() (positive, negative int64) {
	for l := range h.Positive {
		positive += h.Positive[l]
		negative += h.Negative[l]
	}
	return positive, negative
}
