package app

import (
	"testing"

	"opacity/app/mask"
)

func TestPartsOfARun(t *testing.T) {
	labels := mask.DefaultLabels()
	by := func(value uint8) mask.Label {
		for _, l := range labels {
			if l.Value == value {
				return l
			}
		}
		t.Fatalf("no label %d", value)
		return mask.Label{}
	}
	for _, c := range []struct {
		name          string
		parts         []Part
		asked, covers [3]bool // left lung, right lung, infection
	}{
		{"the whole", nil, [3]bool{true, true, true}, [3]bool{true, true, true}},
		{"a lung", []Part{{"left lung", mask.LeftLung}}, [3]bool{true, false, true}, [3]bool{true, false, false}},
		{"both lungs", []Part{{"left lung", mask.LeftLung}, {"right lung", mask.RightLung}}, [3]bool{true, true, true}, [3]bool{true, true, false}},
		{"a box", []Part{{"box of 50 mm", 0}}, [3]bool{true, true, true}, [3]bool{}},
	} {
		r := &SegmentResult{Parts: c.parts}
		for n, value := range []uint8{mask.LeftLung, mask.RightLung, mask.Infection} {
			if l := by(value); r.Asked(l) != c.asked[n] || r.Covers(l) != c.covers[n] {
				t.Errorf("%s: of %s it was asked: %v, it covers it: %v", c.name, l.Name, r.Asked(l), r.Covers(l))
			}
		}
	}
}
