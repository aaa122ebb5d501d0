package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"opacity/app/mask"
)

func names(s *Session) string {
	var n []string
	for _, l := range s.Mask().Labels() {
		n = append(n, fmt.Sprintf("%d %s", l.Value, l.Name))
	}
	return strings.Join(n, ", ")
}

// Every change of the labels is one step, undone and redone like any other.
func TestSession_LabelsAreSteps(t *testing.T) {
	const defaults = "1 left lung, 2 right lung, 3 infection"
	file := []mask.Label{
		{Value: 3, Layer: mask.Findings, Name: "nodule", Colour: mask.RGB{1, 2, 3}},
		{Value: 9, Layer: mask.Findings, Name: "cyst"},
		{Value: 7, Layer: mask.Findings, Name: "Left Lung", Colour: mask.RGB{4, 5, 6}},
	}
	tests := []struct {
		name string
		do   func(s *Session) error
		step string
		want string
	}{
		{"add", func(s *Session) error { _, err := s.AddLabel(" ground\tglass "); return err }, "Add label ground glass", defaults + ", 4 ground glass"},
		{"rename", func(s *Session) error { return s.RenameLabel(3, "consolidation") }, "Rename label infection to consolidation", "1 left lung, 2 right lung, 3 consolidation"},
		{"rename to another case", func(s *Session) error { return s.RenameLabel(3, "Infection") }, "Rename label infection to Infection", "1 left lung, 2 right lung, 3 Infection"},
		{"recolour", func(s *Session) error { return s.RecolourLabel(3, mask.RGB{9, 9, 9}) }, "Recolour label infection", defaults},
		{"to the front", func(s *Session) error { return s.MoveLabel(3, 0) }, "Reorder label infection", "3 infection, 1 left lung, 2 right lung"},
		{"past the end", func(s *Session) error { return s.MoveLabel(1, 99) }, "Reorder label left lung", "2 right lung, 3 infection, 1 left lung"},
		{"delete", func(s *Session) error { return s.DeleteLabel(3) }, "Delete label infection", "1 left lung, 2 right lung"},
		{"import", func(s *Session) error { _, err := s.ImportLabels("own.txt", file); return err }, "Import labels of own.txt", defaults + ", 4 nodule, 9 cyst"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := opened()
			_ = s.Edit(hand(brush(s, mask.Findings, 1, 3, 9, mask.Infection)))
			_ = s.Edit(hand(brush(s, mask.Anatomy, 1, 1, 9, mask.LeftLung)))
			before, labels := s.Mask().Snapshot(), s.Mask().Labels()
			told := 0
			s.LabelsChanged.Connect(func(struct{}) { told++ })
			if err := tt.do(s); err != nil {
				t.Fatal(err)
			}
			steps, applied := s.History()
			if names(s) != tt.want || applied != 3 || steps[2].Name.String() != tt.step || told != 1 || !steps[2].Hand {
				t.Errorf("labels %s after %q, told %d times", names(s), steps[applied-1].Name, told)
			}
			after, changed := s.Mask().Snapshot(), s.Mask().Labels()
			if gone := s.Mask().Count(mask.Findings, mask.Infection) == 0; gone != (tt.name == "delete") || s.Mask().Count(mask.Anatomy, mask.LeftLung) != 9 {
				t.Error("voxels went or stayed with the wrong label")
			}
			if _, err := s.Undo(); err != nil || !slices.Equal(s.Mask().Labels(), labels) || !s.Mask().Equal(before) || told != 2 {
				t.Errorf("undone to %s, %v", names(s), err)
			}
			if _, err := s.Redo(); err != nil || !slices.Equal(s.Mask().Labels(), changed) || !s.Mask().Equal(after) || told != 3 {
				t.Errorf("redone to %s, %v", names(s), err)
			}
		})
	}
}

// What cannot be done to a label is said in one sentence, and nothing changes.
func TestSession_LabelsRefused(t *testing.T) {
	tests := []struct {
		name string
		do   func(s *Session) error
		want string
	}{
		{"no name", func(s *Session) error { _, err := s.AddLabel("\n "); return err }, "A label needs a name. Type one."},
		{"name taken", func(s *Session) error { _, err := s.AddLabel("INFECTION"); return err }, "There is a label called infection already. Choose another name."},
		{"renamed to one taken", func(s *Session) error { return s.RenameLabel(1, "right lung") }, "There is a label called right lung already. Choose another name."},
		{"renamed, not there", func(s *Session) error { return s.RenameLabel(77, "x") }, "The label is not there any more. Choose another one."},
		{"recoloured, not there", func(s *Session) error { return s.RecolourLabel(77, mask.RGB{}) }, "The label is not there any more. Choose another one."},
		{"moved, not there", func(s *Session) error { return s.MoveLabel(77, 0) }, "The label is not there any more. Choose another one."},
		{"deleted, not there", func(s *Session) error { return s.DeleteLabel(77) }, "The label is not there any more. Choose another one."},
		{"deleted while locked", func(s *Session) error { s.SetLocked(2, true); return s.DeleteLabel(2) }, "right lung is locked. Unlock it first."},
		{"no change", func(s *Session) error { return s.RenameLabel(3, "infection") }, ""},
		{"no change of colour", func(s *Session) error { return s.RecolourLabel(3, mask.DefaultLabels()[2].Colour) }, ""},
		{"shown and hidden", func(s *Session) error { s.SetVisible(3, false); s.SetVisible(99, true); return nil }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := opened()
			err := tt.do(s)
			if said := fmt.Sprint(err); tt.want != "" && said != tt.want || tt.want == "" && err != nil {
				t.Errorf("said %s", said)
			}
			if steps, _ := s.History(); len(steps) != 0 || names(s) != "1 left lung, 2 right lung, 3 infection" {
				t.Errorf("steps %v, labels %s", steps, names(s))
			}
		})
	}
	for name, do := range map[string]func(s *Session) error{
		"add":    func(s *Session) error { _, err := s.AddLabel("x"); return err },
		"import": func(s *Session) error { _, err := s.ImportLabels("x", nil); return err },
		"delete": func(s *Session) error { return s.DeleteLabel(1) },
		"lock":   func(s *Session) error { s.SetLocked(1, true); return errors.New("did nothing") },
	} {
		if do(NewSession()) == nil {
			t.Errorf("%s with nothing open", name)
		}
	}
}

// A study can have 255 labels and no more.
func TestSession_LabelsFull(t *testing.T) {
	s, _ := opened()
	for n := range 252 {
		if l, err := s.AddLabel(fmt.Sprint("finding ", n)); err != nil || int(l.Value) != n+4 {
			t.Fatalf("label %d: %+v, %v", n, l, err)
		}
	}
	if _, err := s.AddLabel("one more"); err == nil || err.Error() != "All 255 labels are in use. Delete one first." {
		t.Errorf("said %v", err)
	}
	if _, err := s.ImportLabels("x", []mask.Label{{Value: 4, Name: "one more"}}); err == nil {
		t.Error("a 256th label was imported")
	}
	if err := s.DeleteLabel(100); err != nil {
		t.Fatal(err)
	}
	if l, err := s.AddLabel("one more"); err != nil || l.Value != 100 {
		t.Errorf("label %+v, %v", l, err)
	}
}

// A bad label file is explained by its own sentence.
func TestExplain_LabelFile(t *testing.T) {
	_, err := mask.ParseSNAPLabels(strings.NewReader("nonsense"))
	if kind, m := Explain(fmt.Errorf("importing: %w", err)); kind != Refused || m.String() != "Line 1 of the label file has no name in quotation marks." {
		t.Errorf("%v: %s", kind, m)
	}
}
