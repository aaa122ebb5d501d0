package surface

import (
	"math"
	"testing"

	"opacity/app/mask"
	"opacity/app/metrics"
)

// The counts are exactly those of NumPy, what is worked out of them that of medpy,
// scikit-learn and SimpleITK.
func TestCounts(t *testing.T) {
	ofCounts := map[string]func(metrics.Counts) metrics.Value{
		"dc": metrics.Counts.Dice, "jc": metrics.Counts.Jaccard, "ravd": metrics.Counts.RVD,
		"sensitivity": metrics.Counts.Sensitivity, "recall": metrics.Counts.Sensitivity, "specificity": metrics.Counts.Specificity,
		"precision": metrics.Counts.Precision, "npv": metrics.Counts.NPV, "accuracy": metrics.Counts.Accuracy,
		"balanced_accuracy": metrics.Counts.BalancedAccuracy, "mcc": metrics.Counts.MCC,
	}
	compared := map[string]int{}
	eachPair(t, func(t *testing.T, p peerCase, reference, prediction *mask.Bits, _ []float64) {
		c := metrics.CountsOf(reference, prediction, nil)
		if want := (metrics.Counts{TP: p.TP, FP: p.FP, FN: p.FN, TN: p.TN}); c != want {
			t.Errorf("%+v, want %+v", c, want)
		}
		for key, metric := range ofCounts {
			want, ok := p.Counts[key].(float64)
			if !ok {
				continue // the name of what it says instead
			}
			compared[key]++
			if got := metric(c); got.Defined() && !(math.Abs(got.X-want) <= 1e-12) {
				t.Errorf("%s is %v, want %v", key, got.X, want)
			} else if !got.Defined() && !(reference.Empty() && prediction.Empty() && key == "jc") {
				t.Errorf("%s is not defined, want %v", key, want) // medpy's Jaccard of nothing is 1
			}
		}
		if reference.Empty() || prediction.Empty() {
			return
		}
		if dice, ok := p.ITK["dice"].(float64); !ok || math.Abs(c.Dice().X-dice) > 1e-12 {
			t.Errorf("Dice is %v, SimpleITK's %v", c.Dice().X, p.ITK["dice"])
		}
		if got := c.MeanRVD(); got.X != 0 && math.Abs(got.X+p.ITK["volume_similarity"].(float64)) > 1e-12 {
			t.Errorf("relative to the mean %v, SimpleITK's %v of masks the other way round", got.X, p.ITK["volume_similarity"])
		}
		// SimpleITK's is signed, of the source (the reference) over the mean of both.
		if vs, ok := p.ITK["volume_similarity"].(float64); !ok || math.Abs(1-math.Abs(vs)/2-c.VolumeSimilarity().X) > 1e-12 {
			t.Errorf("volume similarity is %v, SimpleITK's %v", c.VolumeSimilarity().X, p.ITK["volume_similarity"])
		}
	})
	for key := range ofCounts {
		if compared[key] < 30 {
			t.Errorf("%s is compared %d times", key, compared[key])
		}
	}
}
