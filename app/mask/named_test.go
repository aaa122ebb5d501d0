package mask

import "testing"

func TestNamesSayWhatLabelsAre(t *testing.T) {
	tests := []struct {
		names []string // of values 1, 2...
		want  []string // of the labels; "" for left to somebody
		doubt string   // of the first; "" for none
	}{
		{[]string{"Lung-Left", "Lung_R"}, []string{"left lung", "right lung"}, "mask.doubt.names_across"}, // 1 lies at the right
		{[]string{"RT LUNG", "lung, left", "COVID-19"}, []string{"right lung", "left lung", "infection"}, ""},
		{[]string{"Lung-Right", "Lung-Left", "GTV-1"}, []string{"right lung", "left lung", ""}, "mask.doubt.names_left_out"},
		{[]string{"Lungs", "Heart"}, []string{"both", ""}, "mask.doubt.names_left_out"},
		{[]string{"Lungs", "L_Lung"}, []string{"", "left lung"}, "mask.doubt.names_left_out"},
		{[]string{"Lung-Left", "lung left"}, []string{"", ""}, "mask.doubt.names_unknown"},
		{[]string{"Left upper lobe", "Lung-Left-GTV"}, []string{"", ""}, "mask.doubt.names_unknown"},
		{[]string{"Segment 1", "Segment 2"}, []string{"right lung", "left lung"}, "mask.doubt.sides_swapped"}, // no more than numbers
	}
	for _, tt := range tests {
		lm := drawn("1..2\n1.32\n1..2")
		if len(tt.names) == 2 {
			lm = drawn("1..2\n1..2\n1..2")
		}
		lm.Names = []Named{{}}
		for _, n := range tt.names {
			lm.Names = append(lm.Names, Named{Name: n})
		}
		m := GuessMapping(lm)
		for n, a := range m.Assignments {
			got := ""
			for _, l := range m.Labels {
				if l.Value == a.Label {
					got = l.Name
				}
			}
			if a.BothLungs {
				got = "both"
			}
			if got != tt.want[n] {
				t.Errorf("%v: %s is taken for %q, want %q", tt.names, tt.names[n], got, tt.want[n])
			}
		}
		key := ""
		if len(m.Doubts) > 0 {
			key = m.Doubts[0].Key
		}
		if key != tt.doubt {
			t.Errorf("%v: doubt %q, want %q", tt.names, key, tt.doubt)
		}
	}
}

// A code tells what a name does not, and where both speak they have to agree.
func TestCodesAndNames(t *testing.T) {
	tests := []struct {
		in, want Named
	}{
		{Named{Name: "Segment 1", Label: LeftLung}, Named{Label: LeftLung}},
		{Named{Name: "left lung", BothLungs: true}, Named{Label: LeftLung}}, // a lung, whichever
		{Named{Name: "Lung", Label: RightLung}, Named{Label: RightLung}},
		{Named{Name: "left lung", Label: RightLung}, Named{}},
		{Named{Name: "left lung", Label: LeftLung}, Named{Label: LeftLung}},
		{Named{Name: "lesion", Label: Infection}, Named{Label: Infection}},
	}
	for _, tt := range tests {
		got := tt.in.meant()
		if got.Label != tt.want.Label || got.BothLungs != tt.want.BothLungs {
			t.Errorf("%+v is %+v", tt.in, got)
		}
	}
}

// Labels that overlap are whole in the mask: no hole where another lies over them, and
// of two in one layer the smaller is seen.
func TestOverlapsStayWhole(t *testing.T) {
	lm := drawn("1233\n1233") // indices into Sets here
	lm.Values, lm.Sets = []int{0, 5, 7}, [][]uint8{nil, {1}, {1, 2}, {2}}
	lm.Names = []Named{{}, {Name: "Lung-Left"}, {Name: "Infection"}}
	mapping := GuessMapping(lm)
	if a := mapping.Assignments; len(a) != 2 || a[0].File != 5 || a[0].Voxels != 4 || a[1].Voxels != 6 {
		t.Fatalf("%+v", a)
	}
	mapping.Assignments[1].Label = 0 // the infection is left out
	m, err := FromLabelMap(lm, mapping, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := draw(m, Anatomy); got != "11..\n11.." {
		t.Errorf("the lung is %q", got)
	}
	mapping.Assignments[0].Label, mapping.Assignments[1].Label = LeftLung, RightLung
	if m, err = FromLabelMap(lm, mapping, nil); err != nil {
		t.Fatal(err)
	}
	if got := draw(m, Anatomy); got != "1122\n1122" {
		t.Errorf("the lungs are %q", got)
	}
}
