package catalogue

import (
	"opacity/app/metrics"
	"opacity/app/metrics/score"
)

// ofProbabilities are those of a map of probabilities: of all voxels of the region, and
// of its slices as pictures.
func ofProbabilities() []Entry {
	voxels := func(key string, better Better, empty string, f func(score.Histogram) metrics.Value) Entry {
		e := entry(key, Share, better, empty, func(p Pair) metrics.Value { return f(*p.Probabilities) })
		e.needs.probabilities, e.needs.region = true, true
		return e
	}
	pictures := func(key string, better Better, f func(score.Images) metrics.Value) Entry {
		e := entry(key, Share, better, "pictures", func(p Pair) metrics.Value { return f(*p.Images) })
		e.needs.images = true
		return e
	}
	return []Entry{
		voxels("auc", Higher, "one_class", score.Histogram.AUC),
		voxels("average_precision", Higher, "no_reference", score.Histogram.AveragePrecision),
		voxels("soft_dice", Higher, "soft", score.Histogram.SoftDice),
		voxels("soft_dice_squared", Higher, "soft", score.Histogram.SoftDiceSquared),
		voxels("soft_jaccard", Higher, "smooth", score.Histogram.JaccardTanimoto),
		voxels("mae", Lower, "denominator", score.Histogram.MAE),
		voxels("ece", Lower, "denominator", func(h score.Histogram) metrics.Value {
			_, ece := h.Calibration(CalibrationBins)
			return ece
		}),
		voxels("dice_mean_thresholds", Higher, "no_reference", func(h score.Histogram) metrics.Value {
			s, why := h.DiceSweep()
			return swept(s.Mean, why)
		}),
		voxels("dice_best_threshold", Higher, "no_reference", func(h score.Histogram) metrics.Value {
			s, why := h.DiceSweep()
			return swept(s.Best, why)
		}),
		pictures("structure_measure", Higher, score.Images.Structure),
		pictures("enhanced_measure_mean", Higher, score.Images.MeanEnhanced),
		pictures("enhanced_measure_max", Higher, score.Images.MaxEnhanced),
		pictures("enhanced_measure_adaptive", Higher, score.Images.AdaptiveEnhanced),
		pictures("mae_pictures", Lower, score.Images.MAE),
		pictures("dice_pictures_mean", Higher, score.Images.MeanDice),
		pictures("dice_pictures_max", Higher, score.Images.MaxDice),
		pictures("dice_pictures_adaptive", Higher, score.Images.AdaptiveDice),
	}
}

// CalibrationBins is how many stretches of probabilities ECE has.
const CalibrationBins = 15

func swept(x float64, why metrics.Why) metrics.Value {
	if why != "" {
		return metrics.Undefined(why)
	}
	return metrics.Value{X: x}
}
