package app

import (
	"reflect"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
)

// madeOf is how a label came to be.
func madeOf(t *testing.T, s *Session, value uint8) Made {
	t.Helper()
	all, err := s.Made()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Label.Value == value {
			return m
		}
	}
	t.Fatalf("nothing is said of label %d", value)
	return Made{}
}

// What a hand changed, and what another threshold did, are told from what the model made.
func TestSession_MadeByModelThresholdAndHand(t *testing.T) {
	s := adopted(t) // the model found 10..19, a hand erased 10..12
	check := func(what string, threshold float64, changed, byHand Change) {
		t.Helper()
		m := madeOf(t, s, mask.Infection)
		if m.Source != FromModel || *m.ModelThreshold != 0.5 || *m.Threshold != threshold || *m.Changed != changed || *m.ByHand != byHand {
			t.Errorf("%s: %+v, threshold %g of %g, changed %+v, by hand %+v", what, m, *m.Threshold, *m.ModelThreshold, m.Changed, m.ByHand)
		}
	}
	check("erased", 0.5, Change{0, 3}, Change{0, 3})
	if err := s.Edit(hand(brush(s, mask.Findings, 2, 0, 5, mask.Infection))); err != nil {
		t.Fatal(err)
	}
	check("painted", 0.5, Change{5, 3}, Change{5, 3})
	if err := s.SetThreshold(mask.Infection, 51, brush(s, mask.Findings, 1, 5, 20, mask.Infection)); err != nil {
		t.Fatal(err)
	}
	check("at 20 %", 0.2, Change{15, 3}, Change{5, 3})
	if m := madeOf(t, s, mask.LeftLung); m.Source != FromModel || m.Threshold != nil || *m.Changed != (Change{}) {
		t.Errorf("the lung: %+v", m)
	}
	own, err := s.AddLabel("effusion")
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Edit(hand(brush(s, mask.Findings, 3, 5, 3, own.Value)))
	if m := madeOf(t, s, own.Value); m.Source != Drawn || m.Threshold != nil || *m.ByHand != (Change{Added: 3}) {
		t.Errorf("a finding of the user's own: %+v, %+v", m, m.ByHand)
	}
	for s.Result() != nil {
		if _, err := s.Undo(); err != nil {
			t.Fatal(err)
		}
	}
	if m := madeOf(t, s, mask.Infection); m.Source != Drawn || *m.Changed != (Change{}) {
		t.Errorf("all undone: %+v", m)
	}
}

// A mask file is told as one, and what a hand did to it since is counted against it.
func TestSession_MadeFromAFile(t *testing.T) {
	s, v := opened()
	_ = s.Edit(hand(brush(s, mask.Findings, 1, 0, 9, mask.Infection)))
	if err := s.SetMask(text.M("test.step"), painted(v, mask.Findings, 1, 30, mask.Infection), nil); err != nil {
		t.Fatal(err)
	}
	_ = s.Edit(hand(brush(s, mask.Findings, 1, 30, 1, 0)))
	_ = s.Edit(hand(brush(s, mask.Findings, 2, 0, 4, mask.Infection)))
	if m := madeOf(t, s, mask.Infection); m.Source != FromFile || m.Threshold != nil || *m.ByHand != (Change{4, 1}) || *m.Changed != *m.ByHand {
		t.Errorf("%+v, changed %+v, by hand %+v", m, m.Changed, m.ByHand)
	}
}

// Of a part, and of what cannot be read any more, no change is stated.
func TestSession_MadeOfWhatCannotBeComparedWith(t *testing.T) {
	s := adopted(t)
	s.Result().Parts = []Part{{Name: "box"}}
	if m := madeOf(t, s, mask.Infection); m.Source != FromParts || m.Changed != nil || m.ByHand != nil {
		t.Errorf("of a part: %+v", m)
	}
	s.origin().Origin = Origin{Lost: true}
	if m := madeOf(t, s, mask.Infection); m.Source != Unknown || m.Changed != nil || m.ByHand != nil {
		t.Errorf("of what is lost: %+v", m)
	}
	if all, err := NewSession().Made(); all != nil || err != nil {
		t.Errorf("of nothing: %v, %v", all, err)
	}
}

// The command line's mask is all as the model made it.
func TestSegmentResult_Made(t *testing.T) {
	r := adopted(t).Result()
	r.Probabilities, r.Thresholds = nil, map[string]float64{"infection": 0.4}
	for _, m := range r.Made() {
		if m.Source != FromModel || !reflect.DeepEqual(m.Changed, &Change{}) || !reflect.DeepEqual(m.ByHand, &Change{}) {
			t.Errorf("%+v", m)
		}
		if infection := m.Label.Value == mask.Infection; infection != (m.Threshold != nil) || infection && *m.Threshold != 0.4 {
			t.Errorf("%s: threshold %v", m.Label.Name, m.Threshold)
		}
	}
}

// Only what a file says is credited to it: a label that stayed when it was opened is the
// model's, and a finding that was added since is drawn.
func TestSession_MadeBesideAFile(t *testing.T) {
	s, v := opened()
	found := filled(v, mask.Anatomy, 1, mask.LeftLung)
	found.Apply(brush(s, mask.Findings, 1, 5, 4, mask.Infection))
	if _, err := s.Adopt(text.M("test.step"), &SegmentResult{Mask: found, Model: ModelInfo{Labels: mask.DefaultLabels()}}); err != nil {
		t.Fatal(err)
	}
	_ = s.Edit(hand(brush(s, mask.Anatomy, 1, 40, 3, 0)))
	file := s.Mask().Snapshot()
	file.Apply(brush(s, mask.Findings, 1, 7, 9, mask.Infection))
	left, _ := file.Label(mask.LeftLung)
	if err := s.SetMask(text.M("test.step"), file, []mask.Label{left}); err != nil {
		t.Fatal(err)
	}
	_ = s.Edit(hand(brush(s, mask.Findings, 2, 0, 2, mask.Infection)))
	own, _ := s.AddLabel("effusion")
	_ = s.Edit(hand(brush(s, mask.Findings, 3, 5, 3, own.Value)))
	for value, want := range map[uint8]Made{
		mask.LeftLung:  {Source: FromModel, Changed: &Change{Removed: 3}},
		mask.RightLung: {Source: FromModel, Changed: &Change{}},
		mask.Infection: {Source: FromFile, Changed: &Change{Added: 2}},
		own.Value:      {Source: Drawn, Changed: &Change{Added: 3}},
	} {
		if m := madeOf(t, s, value); m.Source != want.Source || *m.Changed != *want.Changed || *m.ByHand != *m.Changed {
			t.Errorf("%s: %s, changed %+v, by hand %+v", m.Label.Name, m.Source, m.Changed, m.ByHand)
		}
	}
}
