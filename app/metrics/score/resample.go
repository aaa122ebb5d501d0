package score

import (
	"context"
	"math/bits"

	"opacity/app/parallel"
	"opacity/app/stats"
)

// coarse is how many levels a Digest has.
const coarse = 2 * (256 + 7*128)

// Digest is a case's histogram at 2,304 levels that all cases share: every one of the
// 65,536 near 0 and 1, fewer and fewer towards 0.5, where one stands for 128. Those of
// 8 bits are all told apart. It takes 37 kB, so that thousands of cases can be kept and
// drawn from.
type Digest struct {
	positive, negative [coarse]int64
}

// Digest has the histogram at the levels for resampling.
func (h Histogram) Digest() *Digest {
	d := &Digest{}
	for l := range h.Positive {
		c := coarseOf(l)
		d.positive[c] += h.Positive[l]
		d.negative[c] += h.Negative[l]
	}
	return d
}

// coarseOf has 256 levels of one, then 128 of two, of four ... of 128, and from the
// middle on the same backwards.
func coarseOf(level int) int {
	if level >= Levels/2 {
		return coarse - 1 - coarseOf(Levels-1-level)
	}
	shift := max(0, bits.Len(uint(level))-8)
	return 128*shift + level>>shift
}

// AUCInterval is the interval of the area of all cases pooled, cases drawn with
// replacement: voxels of one patient are not independent. The areas are those of the
// digests, which an exact one lies close to. Draws without voxels of both kinds are left
// out.
func AUCInterval(cases []*Digest, b stats.Bootstrap) (stats.Interval, stats.Why) {
	above := pairsAbove(cases)
	positive, negative := make([]float64, len(cases)), make([]float64, len(cases))
	for n, d := range cases {
		p, q := d.totals()
		positive[n], negative[n] = float64(p), float64(q)
	}
	times := make([]float64, len(cases))
	return b.Interval(len(cases), func(drawn []int) float64 {
		clear(times)
		for _, n := range drawn {
			times[n]++
		}
		var pairs, p, q float64
		for n, t := range times {
			if t == 0 {
				continue
			}
			p += t * positive[n]
			q += t * negative[n]
			sum := 0.0
			for m, u := range times {
				sum += u * above[n][m]
			}
			pairs += t * sum
		}
		return pairs / (p * q) // NaN without either
	})
}

// pairsAbove is how many pairs of a positive of case n and a negative of case m are in
// the right order, half for equal ones: whatever cases are drawn, their area is a sum of
// these.
func pairsAbove(cases []*Digest) [][]float64 {
	out := make([][]float64, len(cases))
	parallel.Ranges(len(cases), 1, func(from, to int) {
		for n := from; n < to; n++ {
			higher := cases[n].higher()
			out[n] = make([]float64, len(cases))
			for m, o := range cases {
				for c, q := range o.negative {
					out[n][m] += higher[c] * float64(q)
				}
			}
		}
	})
	return out
}

// higher is how many positives lie above each level, and half of those at it.
func (d *Digest) higher() []float64 {
	out := make([]float64, coarse)
	sum := 0.0
	for c := coarse - 1; c >= 0; c-- {
		p := float64(d.positive[c])
		out[c] = sum + p/2
		sum += p
	}
	return out
}

// Band is the vertical interval of the pooled ROC curve at each of the false positive
// rates, ascending, cases drawn with replacement: where the TPR of 95 % of the draws
// lies, rate by rate; of no use once ctx is done.
func Band(ctx context.Context, cases []*Digest, fpr []float64, b stats.Bootstrap) (lo, hi []float64, why stats.Why) {
	var pooled Digest
	return b.Band(len(cases), func(drawn []int) []float64 {
		if ctx.Err() != nil {
			return make([]float64, len(fpr))
		}
		pooled.pool(cases, drawn)
		return pooled.tpr(fpr)
	})
}

// ROC is the sensitivity of the case at rates of false alarms in rising order, the upper
// end where the curve is vertical; nil without voxels of both kinds.
func (d *Digest) ROC(fpr []float64) []float64 { return d.tpr(fpr) }

// pool makes it that of all drawn cases together.
func (d *Digest) pool(cases []*Digest, drawn []int) {
	*d = Digest{}
	for _, n := range drawn {
		for c := range d.positive {
			d.positive[c] += cases[n].positive[c]
			d.negative[c] += cases[n].negative[c]
		}
	}
}

func (d *Digest) totals() (positive, negative int64) {
	for c := range d.positive {
		positive, negative = positive+d.positive[c], negative+d.negative[c]
	}
	return positive, negative
}

// tpr is the ROC curve at false positive rates in rising order, the upper end where it
// is vertical; nil without voxels of both kinds.
func (d *Digest) tpr(fpr []float64) []float64 {
	positive, negative := d.totals()
	if positive == 0 || negative == 0 {
		return nil
	}
	out := make([]float64, 0, len(fpr))
	c := coarse
	var tp, fp int64
	for _, at := range fpr {
		limit := at * float64(negative)
		for c > 0 && float64(fp+d.negative[c-1]) <= limit {
			c--
			tp += d.positive[c]
			fp += d.negative[c]
		}
		y := float64(tp)
		if c > 0 { // the way to the next point, as far as the rate
			y += float64(d.positive[c-1]) * (limit - float64(fp)) / float64(d.negative[c-1])
		}
		out = append(out, y/float64(positive))
	}
	return out
}
