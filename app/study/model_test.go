package study

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"opacity/app"
	"opacity/app/imageio/nifti"
	"opacity/app/mask"
)

func TestProposalsAreKept(t *testing.T) {
	s := blank(t)
	r := rand.New(rand.NewPCG(3, 1))
	stack := func() [][]uint8 {
		slices := make([][]uint8, s.size[2])
		for k := range slices {
			if k == 2 {
				continue
			}
			slices[k] = make([]uint8, s.size[0]*s.size[1])
			for i := range slices[k] {
				slices[k][i] = uint8(r.IntN(256))
			}
		}
		return slices
	}
	want := []Proposal{
		{scribble(r, s.Mask()), map[string][][]uint8{"infection": stack(), "links/../Lunge ü": stack()}},
		{scribble(r, s.Mask()), map[string][][]uint8{}},
	}
	for n, p := range want {
		if err := s.KeepProposal(t.Context(), Model{ID: "m", Version: string(rune('1' + n))}, p); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"1/prob_1_infection.nii.gz", "1/prob_2_links____Lunge__.nii.gz", "1/mask.nii.gz", "2/mask.nii.gz"} {
		if _, err := os.Stat(filepath.Join(s.path(modelName), name)); err != nil {
			t.Error(err)
		}
	}
	mustClose(t, s)
	again := mustOpen(t, s.Folder())
	models := again.Info().Models
	if len(models) != 2 || models[0].Folder != "model/1" || models[1].Version != "2" {
		t.Fatalf("%+v", models)
	}
	for n, m := range models {
		got, err := again.Proposal(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Mask.Equal(want[n].Mask) || !reflect.DeepEqual(got.Probabilities, want[n].Probabilities) {
			t.Errorf("proposal %d came back as another", n)
		}
	}
	for _, folder := range []string{"", "../..", "/etc", "model/7"} {
		if _, err := again.Proposal(t.Context(), Model{ID: "m", Folder: folder}); err == nil {
			t.Errorf("a proposal was read from %q", folder)
		} else if kind, _ := app.Explain(err); kind != app.Refused {
			t.Errorf("%q: %v", folder, err)
		}
	}
}

// A model whose proposal cannot be written is credited with its step all the same.
func TestAModelWithoutItsProposal(t *testing.T) {
	s := blank(t)
	if err := s.KeepProposal(t.Context(), Model{ID: "first"}, Proposal{Mask: s.Mask()}); err != nil {
		t.Fatal(err)
	}
	s.History().Commit(painted(toolModel, mask.LeftLung, 0, 0, 100))
	in := s.path(modelName)
	if err := os.Rename(in, in+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in, nil, 0o666); err != nil { // no folder can be made here
		t.Fatal(err)
	}
	if err := s.KeepProposal(t.Context(), Model{ID: "second"}, Proposal{Mask: s.Mask()}); err == nil {
		t.Fatal("it was written into a file")
	}
	s.History().Commit(painted(toolModel, mask.RightLung, 3, 0, 50))
	origins, err := s.Origins(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if last := origins[2]; !last.Lost || last.Result != nil {
		t.Errorf("the second step goes back to %+v", last)
	}
	if models := s.Info().Models; len(models) != 2 || models[1].ID != "second" || models[1].Folder != "" {
		t.Errorf("%+v", models)
	}
}

// Touched is what hands changed in the steps that are applied, now and after
// opening again, and what the file of it says.
func TestTouched(t *testing.T) {
	s := blank(t)
	if err := s.KeepProposal(t.Context(), Model{ID: "m"}, Proposal{Mask: s.Mask()}); err != nil {
		t.Fatal(err)
	}
	h := s.History()
	h.Commit(painted(toolModel, mask.LeftLung, 0, 0, 100))
	h.Commit(painted("brush", mask.Infection, 2, 18, 7)) // over the end of a row
	h.Commit(painted("brush", mask.RightLung, 3, 0, 5))
	h.Commit(painted("brush", mask.RightLung, 4, 0, 5))
	if _, err := h.Undo(); err != nil {
		t.Fatal(err)
	}
	want := mask.LayerBits{mask.Anatomy: mask.NewBits(s.size), mask.Findings: mask.NewBits(s.size)}
	want[mask.Findings].SetRun(18, 20, 0, 2)
	want[mask.Findings].SetRun(0, 5, 1, 2)
	want[mask.Anatomy].SetRun(0, 5, 0, 3)
	check := func(s *Study) {
		t.Helper()
		got, err := s.Touched(t.Context())
		if err != nil || got.Steps() != 3 || !reflect.DeepEqual(got.Bits(), want) {
			t.Errorf("%v: %d steps, %d voxels of %d", err, got.Steps(), got.Bits().Count(), want.Count())
		}
	}
	check(s)
	mustClose(t, s)
	check(mustOpen(t, s.Folder()))

	f, err := nifti.OpenStack(filepath.Join(s.path(modelName), touchedName))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Volumes != mask.Layers {
		t.Fatalf("%d volumes, want one a layer", f.Volumes)
	}
	got, row := make([]uint8, s.size[0]*s.size[1]), make([]uint8, s.size[0]*s.size[1])
	for l, layer := range want {
		for k := range s.size[2] {
			clear(row)
			layer.Paint(k, row, 1)
			if err := f.Next(got); err != nil || !reflect.DeepEqual(got, row) {
				t.Errorf("slice %d of layer %d of the file differs, %v", k, l, err)
			}
		}
	}
}

// Steps that were made before there was a study are credited to who made them.
func TestBegunCreditsWhatWasBefore(t *testing.T) {
	s := blank(t)
	size := s.size
	m := mask.New(size, s.Mask().Labels())
	h := mask.NewHistory(m)
	first, second := &app.SegmentResult{Mask: m, Model: app.ModelInfo{ID: "first"}}, &app.SegmentResult{Mask: m, Model: app.ModelInfo{ID: "second"}}
	origins := []app.Origin{{}}
	for n, o := range []app.Origin{{Result: first}, {Result: first}, {File: true}, {Result: second}, {Result: second, Thresholds: map[uint8]uint8{mask.LeftLung: 51}}} {
		tool := []string{toolModel, "brush", mask.ToolFile, toolModel, toolThreshold}[n]
		h.Commit(painted(tool, mask.LeftLung, n, 0, int32(20+n)))
		origins = append(origins, o)
	}
	if err := h.SetArchive(s.Begun(origins)); err != nil {
		t.Fatal(err)
	}
	h.Commit(painted("brush", mask.RightLung, 0, 50, 9))
	got, err := s.Origins(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if models := s.Info().Models; len(models) != 3 || models[0].ID != "first" || !models[1].File || models[2].ID != "second" {
		t.Fatalf("%+v", models)
	}
	if !got[1].Lost || !got[3].File || !got[4].Lost || got[5].Thresholds[mask.LeftLung] != 51 || len(got) != 4 {
		t.Errorf("%+v", got)
	}
	rows := s.Audit()
	credited := map[string]int{}
	for _, r := range rows {
		credited[r.Model]++
	}
	if credited["first"] == 0 || credited["second"] == 0 {
		t.Errorf("the audit credits %v", credited)
	}
}

// A model that finds what is there already makes no step, and is known all the same.
func TestAModelThatChangedNothing(t *testing.T) {
	s := blank(t)
	s.History().Commit(painted("brush", mask.LeftLung, 0, 0, 100))
	for _, tt := range []struct {
		what string
		p    func() *mask.Mask
		want bool
	}{
		{"the same", func() *mask.Mask { return s.Mask().Snapshot() }, true},
		{"more", func() *mask.Mask {
			m := s.Mask().Snapshot()
			m.Apply(painted("brush", mask.RightLung, 3, 0, 9).Delta)
			return m
		}, false}, // a run whose step never came
	} {
		if err := s.KeepProposal(t.Context(), Model{ID: tt.what}, Proposal{Mask: tt.p()}); err != nil {
			t.Fatal(err)
		}
		origins, err := s.Origins(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := origins[1].Result; (got != nil) != tt.want || got != nil && got.Model.ID != tt.what {
			t.Errorf("%s: %+v", tt.what, origins)
		}
	}
}
