package app

import (
	"slices"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// What was guessed about a mask file stays in doubt until the user says otherwise.
func TestMaskDoubts(t *testing.T) {
	guess := mask.Mapping{
		Assignments: []mask.Assignment{{File: 1, Label: mask.RightLung}, {File: 2, Label: mask.LeftLung}, {File: 3, Label: mask.Infection}},
		Doubts:      []text.Message{text.M("mask.doubt.sides_swapped", 2, 1), text.M("mask.doubt.infection", 3)},
	}
	unknown := mask.Mapping{Assignments: []mask.Assignment{{File: 7}}, Doubts: []text.Message{text.M("mask.doubt.unknown")}}
	with := func(m mask.Mapping, n int, label uint8) mask.Mapping {
		m.Assignments = slices.Clone(m.Assignments)
		m.Assignments[n].Label = label
		return m
	}
	for _, c := range []struct {
		name        string
		guess, used mask.Mapping
		want        []volume.WarningKind
	}{
		{"as guessed", guess, guess, []volume.WarningKind{volume.WarnSides, volume.WarnMask}},
		{"infection said to be left out", guess, with(guess, 2, 0), []volume.WarningKind{volume.WarnSides}},
		{"a lung said to be another", guess, with(guess, 0, mask.LeftLung), []volume.WarningKind{volume.WarnMask}},
		{"the user said what it is", unknown, with(unknown, 0, mask.Infection), nil},
	} {
		var got []volume.WarningKind
		for _, w := range MaskDoubts(c.guess, c.used) {
			got = append(got, w.Kind)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
