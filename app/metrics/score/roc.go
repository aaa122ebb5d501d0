package score

import (
	"math"

	"opacity/app/metrics"
)

// Point is a threshold on a curve: voxels at or above it are called positive.
type Point struct {
	Threshold float64 // +Inf at the first, where nothing is called positive
	TPR, FPR  float64
	TP, FP    int64
}

// Precision is TP / (TP+FP), NaN where nothing is called positive.
func (p Point) Precision() float64 { return float64(p.TP) / float64(p.TP+p.FP) }

// ROC returns the curve from nothing called positive to everything, a point for each
// probability that occurs. Without voxels of both kinds there is none.
func (c Counts) ROC() ([]Point, metrics.Why) {
	positive, negative := c.Totals()
	if positive == 0 || negative == 0 {
		return nil, metrics.ZeroDenominator
	}
	out := []Point{{Threshold: math.Inf(1)}}
	var tp, fp int64
	for l := Levels - 1; l >= 0; l-- {
		if c.Positive[l]+c.Negative[l] == 0 {
			continue
		}
		tp += c.Positive[l]
		fp += c.Negative[l]
		out = append(out, Point{
			Threshold: float64(l) / (Levels - 1), TP: tp, FP: fp,
			TPR: float64(tp) / float64(positive), FPR: float64(fp) / float64(negative),
		})
	}
	return out, ""
}

// AUC is the area under the ROC curve by trapezoids: the chance that a voxel of the
// reference has a higher probability than another, half for equal ones.
func (c Counts) AUC() metrics.Value {
	positive, negative := c.Totals()
	if positive == 0 || negative == 0 {
		return metrics.Undefined(metrics.ZeroDenominator)
	}
	pairs, above := 0.0, positive
	for l := range c.Positive {
		above -= c.Positive[l]
		pairs += float64(c.Negative[l]) * (float64(above) + float64(c.Positive[l])/2)
	}
	return metrics.Value{X: pairs / float64(positive) / float64(negative)}
}

// Bound is how far AUC may be from that of probabilities that were not rounded to
// levels: half the share of pairs that one level holds. 0 where none was rounded.
func (c Counts) Bound() float64 {
	if !c.Finer {
		return 0
	}
	positive, negative := c.Totals()
	pairs := 0.0
	for l := range c.Positive {
		pairs += float64(c.Positive[l]) * float64(c.Negative[l])
	}
	return pairs / 2 / float64(positive) / float64(negative)
}

// AveragePrecision is the sum of precision times gain of recall, step by step (no
// trapezoids, which flatter). Not defined without positives.
func (c Counts) AveragePrecision() metrics.Value {
	positive, _ := c.Totals()
	if positive == 0 {
		return metrics.Undefined(metrics.ZeroDenominator)
	}
	sum := 0.0
	var tp, fp int64
	for l := Levels - 1; l >= 0; l-- {
		tp += c.Positive[l]
		fp += c.Negative[l]
		if c.Positive[l] > 0 {
			sum += float64(tp) / float64(tp+fp) * float64(c.Positive[l]) / float64(positive)
		}
	}
	return metrics.Value{X: sum}
}

// At counts what a threshold makes of the voxels: those at or above it are positive.
func (c Counts) At(threshold float64) metrics.Counts {
	positive, negative := c.Totals()
	var m metrics.Counts
	for l := max(0, int(math.Ceil(threshold*(Levels-1)-1e-6))); l < len(c.Positive); l++ {
		m.TP += c.Positive[l]
		m.FP += c.Negative[l]
	}
	m.FN, m.TN = positive-m.TP, negative-m.FP
	return m
}
