package study

import (
	"os"
	"reflect"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// Where the mask came from comes back with the steps, whichever of them were
// undone: a threshold belongs to the run that the mask went back to.
func TestOrigins(t *testing.T) {
	s := blank(t)
	h := s.History()
	run := func(id string) *app.SegmentResult {
		r := &app.SegmentResult{
			Mask:          mask.New(s.size, mask.DefaultLabels()),
			Model:         app.ModelInfo{ID: id, Version: "1", SHA256: "ab", Labels: mask.DefaultLabels()[:2]},
			Probabilities: map[string][][]uint8{"infection": make([][]uint8, s.size[2])},
			Thresholds:    map[string]float64{"infection": 0.25},
			Device:        app.Device{Requested: "auto", Used: "cpu", Name: "a processor", Reason: text.M("app.interrupted")},
			Warnings:      []volume.Warning{{Kind: volume.WarnModel, Message: text.M(id), Slice: &volume.Slice{Axis: 2, Index: 4}}},
		}
		r.Probabilities["infection"][1] = make([]uint8, s.size[0]*s.size[1])
		r.Probabilities["infection"][1][7] = 9
		if err := s.KeepProposal(t.Context(), ModelOf(r), Proposal{r.Mask, r.Probabilities}); err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := run("first")
	h.Commit(painted(toolModel, mask.LeftLung, 0, 0, 100))
	run("second")
	h.Commit(painted(toolModel, mask.LeftLung, 1, 0, 100))
	if _, err := h.Undo(); err != nil {
		t.Fatal(err)
	}
	h.Commit(painted("brush", mask.Infection, 2, 0, 9))
	if err := s.KeepThresholds(map[uint8]uint8{mask.Infection: 89, mask.LeftLung: 255}); err != nil {
		t.Fatal(err)
	}
	h.Commit(painted(toolThreshold, mask.Infection, 3, 0, 9))
	third := run("third")
	h.Commit(painted(toolAgain, mask.Infection, 3, 20, 9))
	if err := s.KeepFile("mask.nii.gz", "cd", []volume.Warning{{Kind: volume.WarnMask, Message: text.M("guess")}}); err != nil {
		t.Fatal(err)
	}
	h.Commit(painted(mask.ToolFile, mask.Infection, 4, 0, 9))
	check := func(s *Study) {
		t.Helper()
		got, err := s.Origins(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 4 || got[1].Result == nil || got[3].Result != got[1].Result || got[1].Thresholds != nil || !got[5].File || got[5].Result != nil {
			t.Fatalf("%+v", got)
		}
		r := got[1].Result
		if !reflect.DeepEqual(r.Model, first.Model) || !r.Mask.Equal(first.Mask) || !reflect.DeepEqual(r.Mask.Labels(), first.Mask.Labels()) ||
			!reflect.DeepEqual(r.Probabilities, first.Probabilities) || !reflect.DeepEqual(r.Thresholds, first.Thresholds) {
			t.Errorf("the run came back as %+v", r)
		}
		if d, ran := r.Device, first.Device; d.Requested != ran.Requested || d.Used != ran.Used || d.Name != ran.Name || d.Reason.String() != ran.Reason.String() {
			t.Errorf("the device came back as %+v", d)
		}
		if w := r.Warnings; len(w) != 1 || w[0].Kind != volume.WarnModel || w[0].Message.String() != "first" || w[0].Slice.Index != 4 {
			t.Errorf("warnings %+v", w)
		}
		if want := (map[uint8]uint8{mask.Infection: 89, mask.LeftLung: 255}); !reflect.DeepEqual(got[3].Thresholds, want) {
			t.Errorf("thresholds %v", got[3].Thresholds)
		}
		if part := got[4]; part.Result == nil || part.Result.Model.ID != third.Model.ID || !reflect.DeepEqual(part.Thresholds, got[3].Thresholds) {
			t.Errorf("the part is of %+v", part)
		}
		rows := s.Audit()
		if last := rows[len(rows)-3]; last.Model != "first" || last.Threshold["left lung"] != 1 {
			t.Errorf("the threshold's row is %+v", last)
		}
		for _, row := range rows {
			if row.Event == "step" && row.Tool == toolModel && row.Threshold["infection"] != 0.25 {
				t.Errorf("the row of a run is %+v", row)
			}
		}
	}
	check(s)
	mustClose(t, s)
	again := mustOpen(t, s.Folder())
	check(again)

	if err := os.RemoveAll(s.path("model/1")); err != nil {
		t.Fatal(err)
	}
	got, err := again.Origins(t.Context())
	if err != nil || got[1].Result != nil || !got[1].Lost || len(got[1].Warnings) != 2 {
		t.Errorf("without its files: %+v, %v", got[1], err)
	}
}

// keepsRun keeps what a model that found nothing proposed.
func keepsRun(t *testing.T, s *Study) {
	t.Helper()
	result := &app.SegmentResult{
		Mask: mask.New(s.size, mask.DefaultLabels()), Model: app.ModelInfo{ID: "model"},
		Probabilities: map[string][][]uint8{"infection": make([][]uint8, s.size[2])},
	}
	if err := s.KeepProposal(t.Context(), ModelOf(result), Proposal{result.Mask, result.Probabilities}); err != nil {
		t.Fatal(err)
	}
}

// A threshold is its label's, whatever that is called later, and whatever has its name.
func TestOriginsOfThresholdsOfARenamedLabel(t *testing.T) {
	s := blank(t)
	h := s.History()
	keepsRun(t, s)
	h.Commit(painted(toolModel, mask.LeftLung, 0, 0, 100))
	if err := s.KeepThresholds(map[uint8]uint8{mask.Infection: 51}); err != nil {
		t.Fatal(err)
	}
	h.Commit(painted(toolThreshold, mask.Infection, 3, 0, 9))
	relabel := func(change func([]mask.Label) []mask.Label) {
		h.Commit(mask.Step{Name: text.M("test.step"), Tool: toolLabel, Hand: true, Labels: &mask.LabelsChange{Before: s.Mask().Labels(), After: change(s.Mask().Labels())}})
	}
	relabel(func(l []mask.Label) []mask.Label { l[2].Name = "ground glass"; return l })
	relabel(func(l []mask.Label) []mask.Label {
		return append(l, mask.Label{Value: 4, Layer: mask.Findings, Name: "infection"})
	})
	mustClose(t, s)
	got, err := mustOpen(t, s.Folder()).Origins(t.Context())
	if err != nil || !reflect.DeepEqual(got[2].Thresholds, map[uint8]uint8{mask.Infection: 51}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// A run, a part or a file that found what was there already has no step, and is what the
// mask goes back to all the same, whatever is drawn after it; before the first step too.
func TestOriginsWithoutAStep(t *testing.T) {
	s := blank(t)
	h := s.History()
	run := func(id string) {
		t.Helper()
		m := mask.New(s.size, mask.DefaultLabels())
		if err := s.KeepProposal(t.Context(), Model{ID: id}, Proposal{Mask: m}); err != nil {
			t.Fatal(err)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	run("first")
	must(s.HoldRun())
	h.Commit(painted("brush", mask.Infection, 2, 0, 9))
	must(s.KeepThresholds(map[uint8]uint8{mask.Infection: 51}))
	must(s.HoldThresholds())
	h.Commit(painted("brush", mask.Infection, 3, 0, 9))
	run("part")
	must(s.HoldPart())
	h.Commit(painted("brush", mask.Infection, 4, 0, 9))
	must(s.KeepFile("file", "", nil))
	must(s.HoldRun())
	h.Commit(painted("brush", mask.Infection, 5, 0, 9))
	if _, err := h.Undo(); err != nil {
		t.Fatal(err)
	}
	run("second")
	must(s.HoldRun())
	h.Commit(painted("brush", mask.Infection, 5, 20, 9))
	check := func(s *Study) {
		t.Helper()
		got, err := s.Origins(t.Context())
		cut := map[uint8]uint8{mask.Infection: 51}
		if err != nil || len(got) != 4 || got[0].Result.Model.ID != "first" || got[0].Thresholds != nil ||
			got[1].Result != got[0].Result || !reflect.DeepEqual(got[1].Thresholds, cut) ||
			got[2].Result.Model.ID != "part" || !reflect.DeepEqual(got[2].Thresholds, cut) ||
			got[3].Result.Model.ID != "second" || got[3].File || got[3].Thresholds != nil {
			t.Errorf("%+v, %v", got, err)
		}
	}
	check(s)
	mustClose(t, s)
	check(mustOpen(t, s.Folder()))
}

// Thresholds that change no voxel have no step, and hold all the same: for the steps
// that come after, and not for those that were there before.
func TestOriginsOfThresholdsWithoutAStep(t *testing.T) {
	s := blank(t)
	h := s.History()
	keepsRun(t, s)
	h.Commit(painted(toolModel, mask.LeftLung, 0, 0, 100))
	h.Commit(painted("brush", mask.Infection, 2, 0, 9))
	hold := func(at uint8) {
		t.Helper()
		if err := s.KeepThresholds(map[uint8]uint8{mask.Infection: at}); err != nil {
			t.Fatal(err)
		}
		if err := s.HoldThresholds(); err != nil {
			t.Fatal(err)
		}
	}
	hold(51)
	hold(89)
	h.Commit(painted("brush", mask.Infection, 3, 0, 9))
	hold(30)
	if _, err := h.Undo(); err != nil {
		t.Fatal(err)
	}
	h.Commit(painted("brush", mask.Infection, 4, 0, 9)) // gives up what 30 held for
	mustClose(t, s)

	got, err := mustOpen(t, s.Folder()).Origins(t.Context())
	if err != nil || len(got) != 2 || got[1].Thresholds != nil || got[2].Result != got[1].Result ||
		!reflect.DeepEqual(got[2].Thresholds, map[uint8]uint8{mask.Infection: 89}) {
		t.Errorf("%+v, %v", got, err)
	}
}
