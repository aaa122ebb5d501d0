package app

import "testing"

func TestProbabilityName(t *testing.T) {
	for label, want := range map[string]string{
		"infection":        "prob_infection.nii.gz",
		"left lung":        "prob_left_lung.nii.gz",
		"ground-glass/GGO": "prob_ground-glass_GGO.nii.gz",
		"Verschattung (ü)": "prob_Verschattung__ü_.nii.gz",
	} {
		if got := ProbabilityName(label); got != want || !IsResult(got) {
			t.Errorf("%q: %q, want %q", label, got, want)
		}
	}
}
