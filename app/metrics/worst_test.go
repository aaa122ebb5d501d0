package metrics

import (
	"testing"

	"opacity/app/mask"
)

func TestWorst(t *testing.T) {
	infection, lung := mask.Label{Value: mask.Infection, Layer: mask.Findings}, mask.Label{Value: mask.LeftLung, Side: mask.Left}
	m := Measurements{
		Infection:  mask.Infection,
		Labels:     []LabelStats{{Label: lung, Side: mask.Left}, {Label: infection}, {Label: infection, Side: mask.Left}},
		AreaVoxels: [][]int{{9, 9, 99, 9}, {0, 5, 1, 5}, {0, 1, 1, 50}},
	}
	if got := m.Worst(); got != 1 {
		t.Errorf("slice %d, want the first of those with most", got)
	}
	if got := (Measurements{}).Worst(); got != 0 {
		t.Errorf("nothing measured: slice %d", got)
	}
}
