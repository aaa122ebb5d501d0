package cohort

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"opacity/app/metrics/score"
)

// A stretch has its upper end; an empty one has neither mean nor share.
func TestCalibrationTable(t *testing.T) {
	h := score.Histogram{Positive: make([]int64, score.Levels), Negative: make([]int64, score.Levels)}
	at := func(p float64) int { return int(math.Round(p * (score.Levels - 1))) }
	h.Negative[0], h.Negative[at(0.2)], h.Positive[at(0.2)], h.Positive[at(1)] = 10, 6, 2, 5
	r := Report{Calibrated: calibrated([]Curve{{Model: "a", Label: "infection", Region: InLungs, Cases: 3, Pool: Pool{All: h}}, {Label: "none"}})}
	var table bytes.Buffer
	if err := r.WriteCalibration(&table); err != nil {
		t.Fatal(err)
	}
	if len(r.Calibrated) != 1 || math.Abs(float64(r.Calibrated[0].ECE)-0.05*8/23) > 1e-9 {
		t.Errorf("%+v", r.Calibrated)
	}
	for column, want := range map[string][]string{
		"n":                {"10", "0", "8", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "5"},
		"observed_share":   {"0", "", "0.25", "", "", "", "", "", "", "", "", "", "", "", "1"},
		"mean_probability": {"0", "", "0.2", "", "", "", "", "", "", "", "", "", "", "", "1"},
	} {
		if got := columnOf(t, table.Bytes(), column); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", column, got, want)
		}
	}
}
