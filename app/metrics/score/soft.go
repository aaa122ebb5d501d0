package score

import "opacity/app/metrics"

// SoftDice is 2 sum(pt) / (sum(p) + sum(t)), t the reference.
func (h Histogram) SoftDice() metrics.Value {
	positive, _ := h.Totals()
	return over(2*h.OfPositive, h.Sum+float64(positive))
}

// SoftDiceSquared has the squares in the denominator (V-Net's form).
func (h Histogram) SoftDiceSquared() metrics.Value {
	positive, _ := h.Totals()
	return over(2*h.OfPositive, h.Squares+float64(positive))
}

// JaccardTanimoto is (sum(pt)+s) / (sum(p^2)+sum(t^2)-sum(pt)+s) with s = 0.001, as the
// Keras deck has it. Two empty ones have 1.
func (h Histogram) JaccardTanimoto() metrics.Value {
	const smooth = 1e-3
	positive, _ := h.Totals()
	return metrics.Value{X: (h.OfPositive + smooth) / (h.Squares + float64(positive) - h.OfPositive + smooth)}
}

// MAE is the mean of |p-t|.
func (h Histogram) MAE() metrics.Value {
	positive, negative := h.Totals()
	if positive+negative == 0 {
		return metrics.Undefined(metrics.ZeroDenominator)
	}
	return metrics.Value{X: (h.Sum - 2*h.OfPositive + float64(positive)) / float64(positive+negative)}
}

func over(a, b float64) metrics.Value {
	if b == 0 {
		return metrics.Undefined(metrics.BothEmpty)
	}
	return metrics.Value{X: a / b}
}

// Sweep is Dice over thresholds.
type Sweep struct {
	Mean, Best float64
	BestAt     float64 // the lowest threshold with the best Dice
}

// DiceSweep has Dice of all voxels together at the 256 thresholds 0, 1/255 ... 1, 0
// where nothing is hit. Its mean is far from Dice at 0.5, by up to 0.15. Images.MeanDice
// is that of the slices one by one, as Inf-Net's evaluation has it.
func (h Histogram) DiceSweep() (Sweep, metrics.Why) {
	positive, _ := h.Totals()
	if positive == 0 {
		return Sweep{}, metrics.ZeroDenominator
	}
	var s Sweep
	var tp, fp int64
	l := Levels - 1
	for step := 255; step >= 0; step-- {
		for ; l >= step*(Levels-1)/255; l-- {
			tp += h.Positive[l]
			fp += h.Negative[l]
		}
		dice := 0.0
		if tp > 0 {
			dice = 2 * float64(tp) / float64(positive+tp+fp)
		}
		s.Mean += dice / 256
		if dice >= s.Best {
			s.Best, s.BestAt = dice, float64(step)/255
		}
	}
	return s, ""
}

// Bin is a stretch of probabilities of a calibration curve.
type Bin struct {
	Number    int // of the stretch, the lowest 0
	Voxels    int64
	Predicted float64 // mean probability
	Observed  float64 // share that is of the reference
}

// Calibration puts voxels into n stretches of equal width, the upper end of each its
// own, and leaves empty ones out. Probabilities between levels are taken for the lower
// end of what the nearest level stands for, so that tenths stay in their stretch. ECE is the mean |observed - predicted|, weighted by
// voxels (Naeini and others 2015).
func (h Histogram) Calibration(n int) (bins []Bin, ece metrics.Value) {
	n = max(n, 1)
	all := make([]Bin, n)
	lower := 0 // in half levels
	if h.Finer {
		lower = 1
	}
	var total int64
	for l := range h.Positive {
		voxels := h.Positive[l] + h.Negative[l]
		if voxels == 0 {
			continue
		}
		p := float64(l) / (Levels - 1)
		b := &all[max(0, ((2*l-lower)*n-1)/(2*(Levels-1)))]
		b.Voxels += voxels
		b.Predicted += p * float64(voxels)
		b.Observed += float64(h.Positive[l])
		total += voxels
	}
	if total == 0 {
		return nil, metrics.Undefined(metrics.ZeroDenominator)
	}
	for number, b := range all {
		if b.Voxels == 0 {
			continue
		}
		b.Number = number
		b.Predicted /= float64(b.Voxels)
		b.Observed /= float64(b.Voxels)
		bins = append(bins, b)
		d := b.Observed - b.Predicted
		ece.X += max(d, -d) * float64(b.Voxels) / float64(total)
	}
	return bins, ece
}
