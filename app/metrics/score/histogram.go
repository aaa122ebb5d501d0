// Package score measures probabilities against a reference mask: ROC and precision-
// recall curves, soft overlaps, calibration, and the measures of saliency maps that the
// field's papers use.
//
// Voxels are counted, exactly, by their probability in 65,536 steps, so that a curve
// over a whole volume takes one pass and one megabyte. What is worked out of the counts
// is exact for probabilities of 8 or 16 bits; for finer ones Counts.Bound says how far
// the area under the curve may be off.
package score

import (
	"math"
)

// Levels is how many probabilities are told apart: level l is l/(Levels-1).
const Levels = 1 << 16

// Counts is how many voxels of a region have each probability, and what their
// probabilities add up to. The zero value has none.
type Counts struct {
	Positive, Negative []int64 // by level, of the reference's voxels and of the others; nil for none
	// Sum, OfPositive and Squares are the sums of p, of p in the reference, and of
	// p squared, not rounded to levels.
	Sum, OfPositive, Squares float64
	// Finer says that some probability lay between two levels.
	Finer bool
}

// level is the level nearest to a probability.
func level(p float64) int { return int(p*(Levels-1) + 0.5) }

// Add counts one voxel. p is from 0 to 1.
func (c *Counts) Add(p float64, positive bool) {
	if c.Positive == nil {
		c.Positive, c.Negative = make([]int64, Levels), make([]int64, Levels)
	}
	l := level(p)
	c.Sum += p
	c.Squares += p * p
	if positive {
		c.Positive[l]++
		c.OfPositive += p
	} else {
		c.Negative[l]++
	}
	if x := p * (Levels - 1); math.Abs(x-float64(l)) > 1e-3 {
		c.Finer = true
	}
}

// Merge adds the voxels of another case or slice, for pooled curves.
func (c *Counts) Merge(o Counts) {
	if o.Positive == nil {
		return
	}
	if c.Positive == nil {
		c.Positive, c.Negative = make([]int64, Levels), make([]int64, Levels)
	}
	for l := range c.Positive {
		c.Positive[l] += o.Positive[l]
		c.Negative[l] += o.Negative[l]
	}
	c.Sum += o.Sum
	c.OfPositive += o.OfPositive
	c.Squares += o.Squares
	c.Finer = c.Finer || o.Finer
}

// Totals returns how many voxels there are in the reference and beside it.
func (c Counts) Totals() (positive, negative int64) {
	for l := range c.Positive {
		positive += c.Positive[l]
		negative += c.Negative[l]
	}
	return positive, negative
}
