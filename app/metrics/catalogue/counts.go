package catalogue

import (
	"slices"

	"opacity/app/metrics"
)

// ofCounts are those of the confusion matrix. What tells of true negatives is counted
// inside the region.
func ofCounts() []Entry {
	whole := func(f func(metrics.Counts) metrics.Value) func(Pair) metrics.Value {
		return func(p Pair) metrics.Value { return f(p.Counts) }
	}
	inRegion := func(f func(metrics.Counts) metrics.Value) func(Pair) metrics.Value {
		return func(p Pair) metrics.Value { return f(p.InRegion) }
	}
	out := []Entry{
		entry("dice", Share, Higher, "overlap", whole(metrics.Counts.Dice)),
		entry("jaccard", Share, Higher, "overlap", whole(metrics.Counts.Jaccard)),
		entry("voe", Share, Lower, "voe", whole(metrics.Counts.VOE)),
		entry("rvd", Share, NearZero, "no_reference", whole(metrics.Counts.RVD)),
		entry("rvd_abs", Share, Lower, "no_reference", whole(metrics.Counts.AbsoluteRVD)),
		entry("rvd_swapped", Share, NearZero, "no_prediction", whole(metrics.Counts.SwappedRVD)),
		entry("rvd_itk", Share, NearZero, "rvd_itk", whole(metrics.Counts.MeanRVD)),
		entry("sensitivity", Share, Higher, "no_reference", whole(metrics.Counts.Sensitivity)),
		entry("specificity", Share, Higher, "denominator", inRegion(metrics.Counts.Specificity)),
		entry("precision", Share, Higher, "no_prediction", whole(metrics.Counts.Precision)),
		entry("npv", Share, Higher, "denominator", inRegion(metrics.Counts.NPV)),
		entry("accuracy", Share, Higher, "denominator", inRegion(metrics.Counts.Accuracy)),
		entry("balanced_accuracy", Share, Higher, "denominator", inRegion(metrics.Counts.BalancedAccuracy)),
		entry("mcc", Share, Higher, "denominator", inRegion(metrics.Counts.MCC)),
		entry("volume_similarity", Share, Higher, "overlap", whole(metrics.Counts.VolumeSimilarity)),
	}
	for n := range out {
		out[n].needs.region = slices.Contains([]string{"specificity", "npv", "accuracy", "balanced_accuracy", "mcc"}, out[n].Key)
	}
	return out
}

// ofVolumes are those in millilitres.
func ofVolumes() []Entry {
	ml := func(voxels func(metrics.Counts) int64) func(Pair) metrics.Value {
		return func(p Pair) metrics.Value { return metrics.Value{X: float64(voxels(p.Counts)) * p.VoxelML} }
	}
	out := []Entry{
		entry("volume_ref_ml", Millilitres, Neither, "volume", ml(metrics.Counts.Reference)),
		entry("volume_pred_ml", Millilitres, Neither, "volume", ml(metrics.Counts.Prediction)),
		entry("avd_ml", Millilitres, Lower, "volume", ml(func(c metrics.Counts) int64 { return max(c.FP-c.FN, c.FN-c.FP) })),
	}
	for n := range out {
		out[n].needs.spacing = true
	}
	return out
}
