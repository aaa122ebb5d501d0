package cohort

import (
	"bytes"
	"slices"
	"testing"
)

// A block of two slices, and one that is a voxel longer and reaches a slice further: the
// slice that only one of them meets is a miss, and its surface Dice 0.
func TestMetricsOfSlices(t *testing.T) {
	block := func(to, last int) func(i, j, k int) int16 {
		return func(i, j, k int) int16 {
			if i >= 4 && i < to && j >= 1 && j < 4 && k >= 1 && k <= last {
				return 1
			}
			return 0
		}
	}
	d := newDisk(t)
	c := Case{Name: "a", Reference: d.put(t, "r.nii", grid(block(8, 2))), Prediction: d.put(t, "p.nii", grid(block(9, 3)))}
	o := Options{InSlices: []string{"hd_mm", "hd_px", "nsd", "dice", "jaccard"}, ToleranceMM: map[string]float64{"": 0.1}, Store: t.TempDir()}
	for range 2 { // the second time from the store
		r := Report{Cases: measured(t, d, o, c).Rows}
		var table bytes.Buffer
		if err := r.WriteSlices(&table); err != nil {
			t.Fatal(err)
		}
		for column, want := range map[string][]string{
			"slice": {"2", "3", "4"}, "hd_mm": {"0.5", "0.5", ""}, "hd_px": {"1", "1", ""}, "jaccard": {"0.8", "0.8", "0"},
			"why": {"", "", "hd_mm=miss hd_px=miss"}, "nsd_tolerance_mm": {"0.1", "0.1", "0.1"},
		} {
			if got := columnOf(t, table.Bytes(), column); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", column, got, want)
			}
		}
		if got := columnOf(t, table.Bytes(), "nsd"); got[0] != got[1] || got[0] <= "0.5" || got[0] >= "1" || got[2] != "0" {
			t.Errorf("nsd %v", got)
		}
		if got := bytes.Count(table.Bytes(), []byte("dice")); got != 1 {
			t.Errorf("%d columns of Dice", got)
		}
	}
	plain := Report{Cases: measured(t, d, Options{}, c).Rows}
	var table bytes.Buffer
	if err := plain.WriteSlices(&table); err != nil || bytes.Contains(table.Bytes(), []byte("why")) {
		t.Errorf("columns that nobody asked for: %v", err)
	}
}
