package app

import (
	"fmt"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
)

// finds is a run that found labels of its own, the first of them in ten voxels of slice 1.
func finds(own ...mask.Label) *SegmentResult {
	labels := append(mask.DefaultLabels(), own...)
	m := mask.New(smallVolume().Size, labels)
	row := make([]uint8, 48)
	for o := 10; o < 20; o++ {
		row[o] = own[0].Value
	}
	m.SetSlice(own[0].Layer, 1, row)
	return &SegmentResult{Mask: m, Model: ModelInfo{Labels: labels}}
}

// A model's label whose number is a finding's of one's own comes under another, and is
// there again when the model is run anew, even if it was renamed meanwhile.
func TestSession_ModelsLabelWhoseNumberIsTaken(t *testing.T) {
	consolidation := mask.Label{Value: 4, Layer: mask.Findings, Name: "consolidation"}
	ground := mask.Label{Value: 5, Layer: mask.Findings, Name: "ground glass"}
	trachea := mask.Label{Value: 4, Layer: mask.Anatomy, Name: "trachea"}
	for _, r := range []*SegmentResult{finds(consolidation, ground), finds(trachea, ground)} {
		s, _ := opened()
		nodule, _ := s.AddLabel("nodule")
		_ = s.Edit(hand(brush(s, mask.Findings, 3, 5, 3, nodule.Value)))
		before := names(s)
		first := r.Mask.Labels()[3]
		if _, err := s.Adopt(text.M("test.step"), r); fmt.Sprint(err) != fmt.Sprintf("Label 4 is nodule here and %s there, so the two would be mixed. Delete the one here first.", first.Name) {
			t.Errorf("said %v", err)
		}
		if err := s.SetMask(text.M("test.step"), r.Mask, nil); err == nil || names(s) != before {
			t.Errorf("a file was mixed in: %s, %v", names(s), err)
		}
		for _, name := range []string{first.Name, "other"} {
			to, err := s.Renumber(r.Model.Labels)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Adopt(text.M("test.step"), r.Renumbered(to)); err != nil {
				t.Fatal(err)
			}
			if names(s) != before+", 6 "+name+", 5 ground glass" {
				t.Errorf("labels %s", names(s))
			}
			if s.Mask().Count(mask.Findings, nodule.Value) != 3 || s.Mask().Count(first.Layer, 6) != 10 || madeOf(t, s, 6).Source != FromModel || madeOf(t, s, 4).Source != Drawn {
				t.Errorf("%d voxels of the nodule, %d of the model's", s.Mask().Count(mask.Findings, nodule.Value), s.Mask().Count(first.Layer, 6))
			}
			if err := s.RenameLabel(6, "other"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A label that was merely renamed goes on as the model's.
func TestSession_ModelsLabelRenamed(t *testing.T) {
	s := adopted(t)
	if err := s.RenameLabel(mask.Infection, "ground glass"); err != nil {
		t.Fatal(err)
	}
	r := finds(mask.DefaultLabels()[2])
	r.Mask, r.Model.Labels = painted(s.Volume(), mask.Findings, 2, 5, mask.Infection), mask.DefaultLabels()
	if _, err := s.Adopt(text.M("test.step"), r); err != nil || s.Mask().Count(mask.Findings, mask.Infection) != 1 || len(s.Mask().Labels()) != 3 {
		t.Errorf("%s, %v", names(s), err)
	}
}

// No finding of one's own gets a number that a model's label has, or a lung: not where
// that was deleted, and not from a file of labels.
func TestSession_NumbersAreNotUsedAgain(t *testing.T) {
	s, _ := opened()
	if _, err := s.Adopt(text.M("test.step"), finds(mask.Label{Value: 4, Layer: mask.Findings, Name: "consolidation"})); err != nil {
		t.Fatal(err)
	}
	_ = s.DeleteLabel(4)
	_ = s.DeleteLabel(mask.LeftLung)
	if _, err := s.ImportLabels("own.txt", []mask.Label{{Value: mask.LeftLung, Layer: mask.Findings, Name: "cyst"}, {Value: 4, Layer: mask.Findings, Name: "nodule"}}); err != nil {
		t.Fatal(err)
	}
	if l, err := s.AddLabel("effusion"); err != nil || l.Value != 7 {
		t.Errorf("%+v, %v", l, err)
	}
	if got := names(s); got != "2 right lung, 3 infection, 5 cyst, 6 nodule, 7 effusion" {
		t.Errorf("labels %s", got)
	}
}
