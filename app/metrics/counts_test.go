package metrics

import (
	"math"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// named are the metrics of counts by what the tests call them.
var named = map[string]func(Counts) Value{
	"dice": Counts.Dice, "jaccard": Counts.Jaccard, "voe": Counts.VOE,
	"rvd": Counts.RVD, "|rvd|": Counts.AbsoluteRVD, "rvd swapped": Counts.SwappedRVD,
	"sensitivity": Counts.Sensitivity, "specificity": Counts.Specificity,
	"precision": Counts.Precision, "npv": Counts.NPV,
	"accuracy": Counts.Accuracy, "balanced": Counts.BalancedAccuracy, "mcc": Counts.MCC,
	"similarity": Counts.VolumeSimilarity,
}

func TestMetricsOfCounts(t *testing.T) {
	tests := []struct {
		name string
		in   Counts
		want map[string]any // a number, or why there is none
	}{
		{"some of each", Counts{TP: 6, FP: 2, FN: 4, TN: 8}, map[string]any{
			"dice": 12.0 / 18, "jaccard": 6.0 / 12, "voe": 6.0 / 12,
			"rvd": -2.0 / 10, "|rvd|": 0.2, "rvd swapped": 2.0 / 8,
			"sensitivity": 0.6, "specificity": 0.8, "precision": 0.75, "npv": 8.0 / 12,
			"accuracy": 0.7, "balanced": 0.7, "mcc": 40 / math.Sqrt(8*10*10*12), "similarity": 16.0 / 18,
		}},
		{"all right", Counts{TP: 5, TN: 7}, map[string]any{
			"dice": 1.0, "jaccard": 1.0, "voe": 0.0, "rvd": 0.0, "|rvd|": 0.0, "rvd swapped": 0.0,
			"sensitivity": 1.0, "specificity": 1.0, "precision": 1.0, "npv": 1.0,
			"accuracy": 1.0, "balanced": 1.0, "mcc": 1.0, "similarity": 1.0,
		}},
		{"beside each other", Counts{FP: 3, FN: 3, TN: 4}, map[string]any{
			"dice": 0.0, "jaccard": 0.0, "voe": 1.0, "rvd": 0.0, "|rvd|": 0.0, "rvd swapped": 0.0,
			"sensitivity": 0.0, "specificity": 4.0 / 7, "precision": 0.0, "npv": 4.0 / 7,
			"accuracy": 0.4, "balanced": 2.0 / 7, "mcc": -9.0 / 21, "similarity": 1.0,
		}},
		{"both empty", Counts{TN: 9}, map[string]any{
			"dice": BothEmpty, "jaccard": BothEmpty, "voe": BothEmpty,
			"rvd": ZeroDenominator, "|rvd|": ZeroDenominator, "rvd swapped": ZeroDenominator,
			"sensitivity": ZeroDenominator, "specificity": 1.0, "precision": ZeroDenominator, "npv": 1.0,
			"accuracy": 1.0, "balanced": ZeroDenominator, "mcc": ZeroDenominator, "similarity": BothEmpty,
		}},
		{"nothing predicted", Counts{FN: 4, TN: 6}, map[string]any{
			"dice": 0.0, "jaccard": 0.0, "voe": 1.0, "rvd": -1.0, "|rvd|": 1.0, "rvd swapped": ZeroDenominator,
			"sensitivity": 0.0, "specificity": 1.0, "precision": ZeroDenominator, "npv": 0.6,
			"accuracy": 0.6, "balanced": 0.5, "mcc": ZeroDenominator, "similarity": 0.0,
		}},
		{"nothing in the reference", Counts{FP: 4, TN: 6}, map[string]any{
			"dice": 0.0, "jaccard": 0.0, "voe": 1.0,
			"rvd": ZeroDenominator, "|rvd|": ZeroDenominator, "rvd swapped": -1.0,
			"sensitivity": ZeroDenominator, "specificity": 0.6, "precision": 0.0, "npv": 1.0,
			"accuracy": 0.6, "balanced": ZeroDenominator, "mcc": ZeroDenominator, "similarity": 0.0,
		}},
		{"the whole region in both", Counts{TP: 9}, map[string]any{
			"dice": 1.0, "specificity": ZeroDenominator, "npv": ZeroDenominator, "accuracy": 1.0,
			"balanced": ZeroDenominator, "mcc": ZeroDenominator,
		}},
		{"an empty region", Counts{}, map[string]any{"dice": BothEmpty, "accuracy": ZeroDenominator, "specificity": ZeroDenominator}},
		{"a volume of full size", Counts{TP: 3e7, FP: 1e7, FN: 1e7, TN: 5e7}, map[string]any{
			"mcc": 1.4e15 / (4e7 * 6e7), "dice": 0.75,
		}},
	}
	for _, tt := range tests {
		for metric, want := range tt.want {
			got := named[metric](tt.in)
			switch want := want.(type) {
			case Why:
				if got.Why != want || got.Defined() || !math.IsNaN(got.X) {
					t.Errorf("%s: %s is %+v, want %s", tt.name, metric, got, want)
				}
			case float64:
				if !got.Defined() || !(math.Abs(got.X-want) <= 1e-15) {
					t.Errorf("%s: %s is %+v, want %v", tt.name, metric, got, want)
				}
			}
		}
	}
}

func TestCountsOf(t *testing.T) {
	size := volume.Size{70, 3, 2}
	reference, prediction, region := mask.NewBits(size), mask.NewBits(size), mask.NewBits(size)
	reference.SetRun(60, 68, 1, 0)
	prediction.SetRun(62, 70, 1, 0)
	prediction.SetRun(0, 5, 2, 1)
	region.SetRun(0, 66, 1, 0)
	region.SetRun(3, 70, 2, 1)
	tests := []struct {
		name      string
		got, want Counts
	}{
		{"the whole grid", CountsOf(reference, prediction, nil), Counts{TP: 6, FP: 7, FN: 2, TN: 405}},
		{"a region", CountsOf(reference, prediction, region), Counts{TP: 4, FP: 2, FN: 2, TN: 125}},
		{"slice 0", CountsOfSlice(reference, prediction, nil, 0), Counts{TP: 6, FP: 2, FN: 2, TN: 200}},
		{"slice 1 in the region", CountsOfSlice(reference, prediction, region, 1), Counts{FP: 2, TN: 65}},
		{"an empty region", CountsOf(reference, prediction, mask.NewBits(size)), Counts{}},
		{"slices together", CountsOfSlice(reference, prediction, region, 0).Add(CountsOfSlice(reference, prediction, region, 1)), CountsOf(reference, prediction, region)},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, tt.got, tt.want)
		}
	}
	c := tests[0].got
	if c.Reference() != 8 || c.Prediction() != 13 || c.Total() != 420 {
		t.Errorf("sizes are %d, %d, %d", c.Reference(), c.Prediction(), c.Total())
	}
}

// BenchmarkCounts is all count metrics of a case of 512x512x300, lungs inside a body.
func BenchmarkCounts(b *testing.B) {
	size := volume.Size{512, 512, 300}
	reference, prediction, region := mask.NewBits(size), mask.NewBits(size), mask.NewBits(size)
	for k := range size[2] {
		for j := range size[1] {
			region.SetRun(60, 450, j, k)
			if j > 100 && j < 400 && k > 20 && k < 280 {
				reference.SetRun(110, 230, j, k)
				prediction.SetRun(112, 229, j, k)
			}
		}
	}
	for b.Loop() {
		c := CountsOf(reference, prediction, region)
		for _, f := range named {
			f(c)
		}
	}
}
