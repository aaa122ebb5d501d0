package app

import (
	"errors"
	"fmt"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

func smallVolume() *volume.Volume {
	g, src := volume.Canonical(volume.Size{8, 6, 4}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 2, 0}})
	return &volume.Volume{Geometry: g, Source: src, Int16: make([]int16, 8*6*4), Unit: volume.HU}
}

// painted returns a mask of the volume's size with one voxel of a label.
func painted(v *volume.Volume, layer mask.Layer, k, offset int, value uint8) *mask.Mask {
	m := mask.New(v.Size, mask.DefaultLabels())
	s := make([]uint8, v.Size[0]*v.Size[1])
	s[offset] = value
	m.SetSlice(layer, k, s)
	return m
}

func TestSession_LoadsSliceBySlice(t *testing.T) {
	s, v := NewSession(), smallVolume()
	var ranges []SliceRange
	s.SlicesLoaded.Connect(func(r SliceRange) { ranges = append(ranges, r) })
	s.Begin(SeriesInfo{Case: "a"}, v)
	s.SlicesIn(2, 3)
	if got := fmt.Sprint(s.Loaded()); got != "[false false true true]" {
		t.Errorf("loaded %s", got)
	}
	if len(ranges) != 1 || ranges[0] != (SliceRange{2, 3}) {
		t.Errorf("announced %v", ranges)
	}
	s.Complete(SeriesInfo{Case: "a"}, v)
	if s.Loading() {
		t.Error("loading after Complete")
	}
}

// A model's proposal is one undoable step, and the preview that led to it leaves
// no trace when the run is cancelled.
func TestSession_AdoptIsOneStep(t *testing.T) {
	s, v := NewSession(), smallVolume()
	s.Complete(SeriesInfo{}, v)
	before := s.Mask().Snapshot()

	s.BeginPreview()
	found := make([]uint8, 48)
	found[5] = mask.LeftLung
	s.Preview(volume.Slice{Axis: 2, Index: 1}, [mask.Layers][]uint8{found, nil})
	if s.Shown().At(mask.Anatomy, 5, 0, 1) != mask.LeftLung {
		t.Error("the preview is not shown")
	}
	s.EndPreview()
	if !s.Shown().Equal(before) || s.Dirty() {
		t.Error("a cancelled run changed the mask")
	}

	s.Adopt(text.M("test.step"), &SegmentResult{Mask: painted(v, mask.Findings, 2, 7, mask.Infection)})
	if !s.Dirty() || s.Mask().Count(mask.Findings, mask.Infection) != 1 {
		t.Error("the proposal was not merged")
	}
	if _, err := s.Undo(); err != nil || !s.Mask().Equal(before) {
		t.Error("undo does not lead back")
	}
	if _, err := s.Redo(); err != nil || s.Mask().Count(mask.Findings, mask.Infection) != 1 {
		t.Error("redo does not lead forth")
	}
}

func TestSession_MarkSavedOnlyForTheRevisionSaved(t *testing.T) {
	s, v := NewSession(), smallVolume()
	s.Complete(SeriesInfo{}, v)
	s.Edit(mask.Step{Name: text.M("test.step"), Delta: mask.Diff(s.Mask(), painted(v, mask.Anatomy, 0, 3, mask.RightLung))})
	saving := s.Revision()
	s.Edit(mask.Step{Name: text.M("test.step"), Delta: mask.Diff(s.Mask(), painted(v, mask.Anatomy, 0, 4, mask.RightLung))})
	s.MarkSaved(saving)
	if !s.Dirty() {
		t.Error("an edit made while saving counts as saved")
	}
	s.MarkSaved(s.Revision())
	if s.Dirty() {
		t.Error("dirty after saving")
	}
}

// A report credits a model only with the mask that goes back to it: opening a
// mask or undoing the run takes the model and its doubts away, redo brings them back.
func TestSession_ProvenanceFollowsTheHistory(t *testing.T) {
	s, v := NewSession(), smallVolume()
	s.Complete(SeriesInfo{}, v)
	doubt := volume.Warning{Kind: volume.WarnModel, Message: text.M("test.doubt")}
	run := &SegmentResult{Mask: painted(v, mask.Findings, 2, 7, mask.Infection), Warnings: []volume.Warning{doubt}}
	has := func(when string, model bool) {
		t.Helper()
		if (s.Result() == run) != model || (len(s.Warnings()) == 1) != model {
			t.Errorf("%s: result %v, warnings %v", when, s.Result(), s.Warnings())
		}
	}
	has("at first", false)
	s.Adopt(text.M("test.step"), run)
	has("after the run", true)
	s.Edit(mask.Step{Name: text.M("test.step"), Delta: mask.Diff(s.Mask(), painted(v, mask.Findings, 2, 8, mask.Infection))})
	has("corrected by hand", true)
	s.SetMask(text.M("test.step"), painted(v, mask.Anatomy, 1, 3, mask.RightLung), nil)
	has("with a mask from a file", false)
	s.Undo()
	has("back at the corrected mask", true)
	s.Undo()
	s.Undo()
	has("before the run", false)
	s.Redo()
	has("after the run again", true)
}

// What a hand changed while the model ran is newer than what the model saw.
func TestSession_AdoptSparesNewerWork(t *testing.T) {
	s, v := NewSession(), smallVolume()
	s.Complete(SeriesInfo{}, v)
	s.BeginPreview()
	s.Edit(mask.Step{Name: text.M("test.step"), Delta: mask.Diff(s.Mask(), painted(v, mask.Anatomy, 1, 4, mask.LeftLung))})
	found := painted(v, mask.Anatomy, 1, 4, mask.RightLung)
	s.Adopt(text.M("test.step"), &SegmentResult{Mask: found})
	if got := s.Mask().At(mask.Anatomy, 4, 0, 1); got != mask.LeftLung {
		t.Errorf("the voxel drawn meanwhile is %d", got)
	}
	if found.At(mask.Anatomy, 4, 0, 1) != mask.RightLung {
		t.Error("the model's own mask was changed")
	}
}

// What is unsaved follows the steps: what is on disk is one of the states that
// undo and redo lead to.
func TestSession_DirtyFollowsTheHistory(t *testing.T) {
	s, v := NewSession(), smallVolume()
	s.Complete(SeriesInfo{}, v)
	var told []bool
	s.DirtyChanged.Connect(func(d bool) { told = append(told, d) })
	is := func(when string, dirty bool) {
		t.Helper()
		if s.Dirty() != dirty || len(told) > 0 && told[len(told)-1] != dirty {
			t.Errorf("%s: dirty %v, told %v", when, s.Dirty(), told)
		}
	}
	s.SetMask(text.M("test.step"), painted(v, mask.Anatomy, 1, 3, mask.RightLung), nil)
	is("merely opened", false)
	s.Edit(mask.Step{Name: text.M("test.step"), Delta: mask.Diff(s.Mask(), painted(v, mask.Anatomy, 1, 4, mask.RightLung))})
	is("edited", true)
	s.Undo()
	is("back at what was opened", false)
	s.Redo()
	is("edited again", true)
	s.MarkSaved(s.Revision())
	is("saved", false)
	s.Undo()
	is("undone after saving", true)
	s.Redo()
	is("redone", false)
	s.Edit(mask.Step{Name: text.M("test.step"), Delta: mask.Diff(s.Mask(), painted(v, mask.Anatomy, 1, 5, mask.RightLung))})
	s.SetMask(text.M("test.step"), painted(v, mask.Anatomy, 1, 3, mask.RightLung), nil)
	is("opened over unsaved work", true)
}

// A label that nobody looked for is not one that nobody found.
func TestSession_Annotated(t *testing.T) {
	infection := mask.Label{Value: mask.Infection, Layer: mask.Findings}
	v := smallVolume()
	lungs := painted(v, mask.Anatomy, 1, 3, mask.RightLung)
	tests := []struct {
		name string
		do   func(s *Session)
		want bool
	}{
		{"nothing yet", func(*Session) {}, true},
		{"file without it", func(s *Session) { s.SetMask(text.M("test.step"), lungs, nil) }, false},
		{"file with it", func(s *Session) {
			s.SetMask(text.M("test.step"), painted(v, mask.Findings, 1, 3, mask.Infection), nil)
		}, true},
		{"drawn since", func(s *Session) {
			s.SetMask(text.M("test.step"), lungs, nil)
			s.Edit(mask.Step{Name: text.M("test.step"), Delta: mask.Diff(s.Mask(), painted(v, mask.Findings, 1, 3, mask.Infection))})
		}, true},
		{"model that knows it", func(s *Session) {
			s.Adopt(text.M("test.step"), &SegmentResult{Mask: lungs, Model: ModelInfo{Labels: mask.DefaultLabels()}})
		}, true},
		{"model of lungs alone", func(s *Session) {
			s.Adopt(text.M("test.step"), &SegmentResult{Mask: lungs, Model: ModelInfo{Labels: mask.DefaultLabels()[:2]}})
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := NewSession()
			s.Complete(SeriesInfo{}, v)
			tt.do(s)
			if got := s.Annotated(infection); got != tt.want {
				t.Errorf("annotated %v", got)
			}
		})
	}
}

func TestSession_UnknownLabelsOfAModelAreAdded(t *testing.T) {
	s, v := NewSession(), smallVolume()
	s.Complete(SeriesInfo{}, v)
	m := painted(v, mask.Findings, 1, 1, 9)
	labels := append(m.Labels(), mask.Label{Value: 9, Layer: mask.Findings, Name: "nodule"})
	if err := m.SetLabels(labels); err != nil {
		t.Fatal(err)
	}
	s.Adopt(text.M("test.step"), &SegmentResult{Mask: m})
	if l, ok := s.Mask().Label(9); !ok || l.Name != "nodule" {
		t.Errorf("label 9 is %+v, %v", l, ok)
	}
}

func TestExplain(t *testing.T) {
	inner := Refuse(errors.New("EOF"), "app.unexpected", "x")
	kind, msg := Explain(fmt.Errorf("opening: %w", inner))
	if kind != Refused || msg.Key != "app.unexpected" {
		t.Errorf("a wrapped refusal is explained as %v %v", kind, msg)
	}
	if kind, _ := Explain(errors.New("boom")); kind != Failed {
		t.Errorf("an unknown error is of kind %v", kind)
	}
}

func TestSignal_Disconnect(t *testing.T) {
	var s Signal[int]
	sum := 0
	off := s.Connect(func(n int) { sum += n })
	s.Connect(func(n int) { sum += 10 * n })
	s.Emit(1)
	off()
	s.Emit(1)
	if sum != 21 {
		t.Errorf("sum %d, want 21", sum)
	}
}

func TestSession_KeepBringsBackWhatAFailedLoadReplaced(t *testing.T) {
	s := NewSession()
	v := smallVolume()
	s.Complete(SeriesInfo{Case: "first"}, v)
	s.Edit(mask.Step{Name: text.M("app.step"), Delta: mask.Diff(s.Mask(), painted(v, mask.Findings, 0, 1, mask.Infection))})
	restore := s.Keep()
	s.Begin(SeriesInfo{Case: "second"}, smallVolume())
	restore()
	_, applied := s.History()
	if s.Info().Case != "first" || s.Volume() != v || s.Loading() || !s.Dirty() || applied != 1 {
		t.Errorf("after restore: case %q, loading %v, dirty %v, %d steps", s.Info().Case, s.Loading(), s.Dirty(), applied)
	}
	empty := NewSession()
	restore = empty.Keep()
	empty.Begin(SeriesInfo{}, v)
	if restore(); empty.Volume() != nil {
		t.Error("a session with nothing open did not go back to that")
	}
}
