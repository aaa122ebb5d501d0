package score

import (
	"context"
	"math"

	"opacity/app/stats"
)

// AveragePrecisionInterval is the interval of the average precision of all cases pooled,
// cases drawn with replacement, as AUCInterval has it. Draws without voxels of both kinds
// are left out. Of no use once ctx is done.
func AveragePrecisionInterval(ctx context.Context, cases []*Digest, b stats.Bootstrap) (stats.Interval, stats.Why) {
	var pooled Digest
	return b.Interval(len(cases), func(drawn []int) float64 {
		if ctx.Err() != nil {
			return math.NaN()
		}
		pooled.pool(cases, drawn)
		return pooled.averagePrecision()
	})
}

// PR is the precision and the recall of the case at the levels that hold anything, from
// the highest on; nil without voxels of both kinds.
func (d *Digest) PR() (recall, precision []float64) {
	positive, negative := d.totals()
	if positive == 0 || negative == 0 {
		return nil, nil
	}
	d.down(func(tp, fp, _ int64) {
		recall, precision = append(recall, float64(tp)/float64(positive)), append(precision, float64(tp)/float64(tp+fp))
	})
	return recall, precision
}

// averagePrecision weights precisions by the steps of recall; NaN without voxels of both
// kinds.
func (d *Digest) averagePrecision() float64 {
	positive, negative := d.totals()
	if positive == 0 || negative == 0 {
		return math.NaN()
	}
	sum := 0.0
	d.down(func(tp, fp, here int64) { sum += float64(here) * float64(tp) / float64(tp+fp) })
	return sum / float64(positive)
}

// down goes over the levels that hold anything, from the highest on, with what is counted
// down to them and the positives at them.
func (d *Digest) down(f func(tp, fp, here int64)) {
	var tp, fp int64
	for c := coarse - 1; c >= 0; c-- {
		if d.positive[c] == 0 && d.negative[c] == 0 {
			continue
		}
		tp, fp = tp+d.positive[c], fp+d.negative[c]
		f(tp, fp, d.positive[c])
	}
}
