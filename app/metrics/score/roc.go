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
func (h Histogram) ROC() ([]Point, metrics.Why) {
	positive, negative := h.Totals()
	if positive == 0 || negative == 0 {
		return nil, metrics.ZeroDenominator
	}
	return h.curve(positive, negative), ""
}

// PR returns the precision-recall curve: the same points but the first, which has no
// precision; TPR is the recall. FPR is NaN where there is nothing beside the reference.
// Without the reference there is no curve.
func (h Histogram) PR() ([]Point, metrics.Why) {
	positive, negative := h.Totals()
	if positive == 0 {
		return nil, metrics.ZeroDenominator
	}
	return h.curve(positive, negative)[1:], ""
}

func (h Histogram) curve(positive, negative int64) []Point {
	out := []Point{{Threshold: math.Inf(1)}}
	var tp, fp int64
	for l := Levels - 1; l >= 0; l-- {
		if h.Positive[l]+h.Negative[l] == 0 {
			continue
		}
		tp += h.Positive[l]
		fp += h.Negative[l]
		out = append(out, Point{
			Threshold: float64(l) / (Levels - 1), TP: tp, FP: fp,
			TPR: float64(tp) / float64(positive), FPR: float64(fp) / float64(negative),
		})
	}
	return out
}

// AUC is the area under the ROC curve by trapezoids: the chance that a voxel of the
// reference has a higher probability than another, half for equal ones.
func (h Histogram) AUC() metrics.Value {
	positive, negative := h.Totals()
	if positive == 0 || negative == 0 {
		return metrics.Undefined(metrics.ZeroDenominator)
	}
	pairs, above := 0.0, positive
	for l := range h.Positive {
		above -= h.Positive[l]
		pairs += float64(h.Negative[l]) * (float64(above) + float64(h.Positive[l])/2)
	}
	return metrics.Value{X: pairs / float64(positive) / float64(negative)}
}

// Bound is how far AUC may be from that of probabilities that were not rounded to
// levels: half the share of pairs that one level holds. 0 where none was rounded.
func (h Histogram) Bound() float64 {
	positive, negative := h.Totals()
	if !h.Finer || positive == 0 || negative == 0 {
		return 0
	}
	pairs := 0.0
	for l := range h.Positive {
		pairs += float64(h.Positive[l]) * float64(h.Negative[l])
	}
	return pairs / 2 / float64(positive) / float64(negative)
}

// AveragePrecision is the sum of precision times gain of recall, step by step (no
// trapezoids, which flatter). Not defined without positives.
func (h Histogram) AveragePrecision() metrics.Value {
	positive, _ := h.Totals()
	if positive == 0 {
		return metrics.Undefined(metrics.ZeroDenominator)
	}
	sum := 0.0
	var tp, fp int64
	for l := Levels - 1; l >= 0; l-- {
		tp += h.Positive[l]
		fp += h.Negative[l]
		if h.Positive[l] > 0 {
			sum += float64(tp) / float64(tp+fp) * float64(h.Positive[l]) / float64(positive)
		}
	}
	return metrics.Value{X: sum}
}

// AveragePrecisionBound is how far AveragePrecision may be from that of probabilities that
// were not rounded to levels. 0 where none was rounded. Of the voxels of one level any
// order may be the true one: the best precision that a positive of it can have is that with
// all positives of the level and no negative before it, the worst grows with each positive
// behind all negatives, faster at first, so that the mean of the first and the last is
// below its mean.
func (h Histogram) AveragePrecisionBound() float64 {
	positive, _ := h.Totals()
	if !h.Finer || positive == 0 {
		return 0
	}
	above, below := 0.0, 0.0
	var tp, fp int64
	for l := Levels - 1; l >= 0; l-- {
		p, n := h.Positive[l], h.Negative[l]
		if p > 0 {
			precision := func(tp, fp int64) float64 { return float64(tp) / float64(tp+fp) }
			at := precision(tp+p, fp+n)
			above += float64(p) * (precision(tp+p, fp) - at)
			below += float64(p) * (at - (precision(tp+1, fp+n)+at)/2)
		}
		tp += p
		fp += n
	}
	return max(above, below) / float64(positive)
}

// At counts what a threshold makes of the voxels: those at or above it, both to the
// nearest level, are called positive.
func (h Histogram) At(threshold float64) metrics.Counts {
	positive, negative := h.Totals()
	var m metrics.Counts
	first := math.Ceil(threshold*(Levels-1) - 1e-6) // the threshold l/255 is level 257 l but for rounding
	for l := int(max(0, min(Levels, first))); l < len(h.Positive); l++ {
		m.TP += h.Positive[l]
		m.FP += h.Negative[l]
	}
	m.FN, m.TN = positive-m.TP, negative-m.FP
	return m
}
