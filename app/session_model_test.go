package app

import (
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// adopted is a session whose model found infection at voxels 10..19 of slice 1,
// and a hand then erased 10..12.
func adopted(t *testing.T) *Session {
	t.Helper()
	s, v := opened()
	m := mask.New(v.Size, mask.DefaultLabels())
	row := make([]uint8, 48)
	for o := 10; o < 20; o++ {
		row[o] = mask.Infection
	}
	m.SetSlice(mask.Findings, 1, row)
	held := [][]uint8{nil, make([]uint8, 48), nil, nil}
	r := &SegmentResult{Mask: m, Model: ModelInfo{Labels: mask.DefaultLabels()}, Probabilities: map[string][][]uint8{"infection": held}}
	if _, err := s.Adopt(text.M("test.step"), r); err != nil {
		t.Fatal(err)
	}
	if err := s.Edit(hand(brush(s, mask.Findings, 1, 10, 3, 0))); err != nil {
		t.Fatal(err)
	}
	return s
}

// The threshold moves the model's boundary and leaves alone what a hand has
// touched; it is one step, and undone with its number.
func TestSession_ThresholdSparesHands(t *testing.T) {
	s := adopted(t)
	if p := s.Probabilities(mask.Infection); len(p) != 4 || s.Probabilities(mask.LeftLung) != nil {
		t.Errorf("held %v", p)
	}
	if _, chosen := s.Threshold(mask.Infection); chosen {
		t.Error("a threshold that nobody chose")
	}
	lower := brush(s, mask.Findings, 1, 5, 20, mask.Infection) // 5..24, the touched 10..12 too
	var boxes []volume.Box
	s.MaskChanged.Connect(func(e MaskEvent) { boxes = append(boxes, e.Box) })
	if err := s.PreviewThreshold(lower); err != nil {
		t.Fatal(err)
	}
	if s.Shown().Count(mask.Findings, mask.Infection) != 17 || s.Mask().Count(mask.Findings, mask.Infection) != 7 {
		t.Errorf("%d are shown, %d there", s.Shown().Count(mask.Findings, mask.Infection), s.Mask().Count(mask.Findings, mask.Infection))
	}
	higher := brush(s, mask.Findings, 1, 15, 5, 0)
	if err := s.PreviewThreshold(higher); err != nil || s.Shown().Count(mask.Findings, mask.Infection) != 2 {
		t.Errorf("moved on: %d are shown, %v", s.Shown().Count(mask.Findings, mask.Infection), err)
	}
	if len(boxes) != 2 || boxes[1] != boxes[0].Union(higher.Box(8)) {
		t.Errorf("told of %v", boxes)
	}
	if err := s.SetThreshold(mask.Infection, 77, lower); err != nil || s.Shown() != s.Mask() {
		t.Fatal(err)
	}
	steps, _ := s.History()
	last := steps[len(steps)-1]
	if th, ok := s.Threshold(mask.Infection); !ok || th != 77 || last.Name.String() != "Threshold of infection at 30 %" || last.Hand || last.Change[mask.Infection] != 10 {
		t.Errorf("threshold %d, %v; step %+v", th, ok, last)
	}
	if s.Result() == nil || s.ModelMask().Count(mask.Findings, mask.Infection) != 10 {
		t.Error("the model's own mask changed")
	}
	if _, err := s.Undo(); err != nil {
		t.Fatal(err)
	}
	if _, chosen := s.Threshold(mask.Infection); chosen || s.Mask().Count(mask.Findings, mask.Infection) != 7 {
		t.Error("undone in part")
	}
	if err := s.SetThreshold(99, 77, mask.Delta{}); err == nil {
		t.Error("a threshold of no label")
	}
}

// The preview of an edit goes when the mask changes, and never gets in a model's way.
func TestSession_PreviewEdit(t *testing.T) {
	s := adopted(t)
	d := brush(s, mask.Findings, 2, 5, 3, mask.Infection)
	if err := s.PreviewEdit(d); err != nil || s.Shown() == s.Mask() {
		t.Fatal(err)
	}
	s.SetVisible(mask.Infection, false)
	if l, _ := s.Shown().Label(mask.Infection); l.Visible {
		t.Error("the preview shows a hidden label")
	}
	if _, err := s.Undo(); err != nil || s.Shown() != s.Mask() {
		t.Errorf("the preview stays: %v", err)
	}
	if err := s.PreviewEdit(brush(s, mask.Findings, 1, 10, 3, 0)); err != nil {
		t.Fatal(err)
	}
	s.EndPreview()
	s.EndPreview()
	if s.Shown() != s.Mask() {
		t.Error("the preview does not end")
	}
	stale := brush(s, mask.Findings, 1, 10, 3, 0)
	_, _ = s.Redo()
	if err := s.PreviewEdit(stale); err == nil {
		t.Error("a preview of another mask is shown")
	}
	s.BeginPreview()
	if err := s.PreviewEdit(d); err == nil || err.Error() != "A model is running. Wait for it, or stop it." {
		t.Errorf("said %v", err)
	}
	if err := NewSession().PreviewEdit(d); err == nil {
		t.Error("a preview of nothing")
	}
}

// A label that the model does not look for is not compared with it.
func TestSession_NumbersOfALabelTheModelDoesNotKnow(t *testing.T) {
	s := adopted(t)
	own, err := s.AddLabel("effusion")
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Edit(hand(brush(s, mask.Findings, 3, 5, 3, own.Value)))
	n := s.Numbers()
	infection, effusion := n.Labels[2], n.Labels[3]
	if infection.Voxels != 7 || *infection.ChangeVoxels != -3 || *infection.Dice != 14.0/17 {
		t.Errorf("infection: %+v", infection)
	}
	if effusion.Voxels != 3 || effusion.ChangeVoxels != nil || effusion.Dice != nil || effusion.ChangeML != nil || effusion.VolumeML == nil {
		t.Errorf("effusion: %+v", effusion)
	}
	if got := NewSession().Numbers(); got.Labels != nil {
		t.Errorf("numbers of nothing: %+v", got)
	}
}

// A study that was left goes on where it was: history, origin, what is touched.
func TestSession_Restore(t *testing.T) {
	s := adopted(t)
	left, result := s.history, s.Result()
	s.Complete(SeriesInfo{}, smallVolume())
	if err := s.Restore(left, map[int]Origin{1: {Result: result}}); err != nil {
		t.Fatal(err)
	}
	touched, err := s.Touched()
	if err != nil || touched.Count() != 3 || s.Result() != result || s.Dirty() {
		t.Errorf("%d voxels are touched, %v; dirty %v", touched.Count(), err, s.Dirty())
	}
	_ = s.Edit(hand(brush(s, mask.Findings, 2, 5, 3, mask.Infection)))
	if touched, _ := s.Touched(); touched.Count() != 6 || !s.Dirty() {
		t.Errorf("%d voxels are touched", touched.Count())
	}
	if err := s.Go(0); err != nil || s.Result() != nil || !s.Mask().Empty() {
		t.Errorf("at the start: %v", err)
	}
	other := mask.NewHistory(mask.New(volume.Size{1, 2, 3}, nil))
	if err := s.Restore(other, nil); err == nil {
		t.Error("a study of another grid was opened")
	}
	if err := NewSession().Restore(left, nil); err == nil {
		t.Error("a study of no volume was opened")
	}
	if _, err := NewSession().Touched(); err == nil {
		t.Error("touched voxels of nothing")
	}
}

// What a hand has touched is still its own once the study was left and opened
// again, whatever thresholds were set and parts segmented again since.
func TestSession_RestoreAfterThreshold(t *testing.T) {
	s := adopted(t)
	first := s.Origin()
	if err := s.SetThreshold(mask.Infection, 77, brush(s, mask.Findings, 2, 3, 4, mask.Infection)); err != nil {
		t.Fatal(err)
	}
	cut := s.Origin()
	again := *s.Result()
	if err := s.Merge(text.M("test.step"), &again, brush(s, mask.Findings, 3, 3, 4, mask.Infection)); err != nil {
		t.Fatal(err)
	}
	merged, left := s.Origin(), s.history
	s.Complete(SeriesInfo{}, smallVolume())
	if err := s.Restore(left, map[int]Origin{1: first, 3: cut, 4: merged}); err != nil {
		t.Fatal(err)
	}
	for n, want := range []int{2: 3, 3: 3, 4: 3, 1: 0} {
		if n == 0 {
			continue
		}
		if err := s.Go(n); err != nil {
			t.Fatal(err)
		}
		if touched, err := s.Touched(); err != nil || touched.Count() != want {
			t.Errorf("after %d steps %d voxels are touched, want %d; %v", n, touched.Count(), want, err)
		}
	}
}

// Running the model on everything leaves what a hand has drawn and erased, before the
// first run too, and says how much that is; a finding that was drawn is no hole in the
// lung that the model finds around it. The model's own mask is the new run's.
func TestSession_AdoptSparesHands(t *testing.T) {
	s, v := opened()
	_ = s.Edit(hand(brush(s, mask.Findings, 1, 10, 4, mask.Infection))) // before any run
	first := painted(v, mask.Findings, 1, 30, mask.Infection)
	lung := make([]uint8, 48)
	for o := range lung {
		lung[o] = mask.RightLung
	}
	first.SetSlice(mask.Anatomy, 1, lung)
	spared, err := s.Adopt(text.M("test.step"), &SegmentResult{Mask: first})
	if err != nil || spared.Voxels() != 4 || spared.Change()[mask.Infection] != -4 {
		t.Errorf("spared %v, %v", spared, err)
	}
	if s.Mask().Count(mask.Findings, mask.Infection) != 5 || s.Mask().Count(mask.Anatomy, mask.RightLung) != 48 {
		t.Errorf("%d voxels of infection, %d of lung", s.Mask().Count(mask.Findings, mask.Infection), s.Mask().Count(mask.Anatomy, mask.RightLung))
	}
	_ = s.Edit(hand(brush(s, mask.Anatomy, 1, 40, 3, 0)))  // erased
	_ = s.Edit(hand(brush(s, mask.Findings, 1, 30, 1, 0))) // what the model had found
	before := s.Mask().Snapshot()
	second := first.Snapshot()
	second.Apply(brush(s, mask.Findings, 2, 5, 6, mask.Infection))
	run := &SegmentResult{Mask: second}
	spared, err = s.Adopt(text.M("test.step"), run)
	if err != nil || spared.Voxels() != 4+3+1 {
		t.Errorf("spared %v, %v", spared, err)
	}
	if s.Mask().Count(mask.Findings, mask.Infection) != 4+6 || s.Mask().Count(mask.Anatomy, mask.RightLung) != 45 {
		t.Errorf("%d voxels of infection, %d of lung", s.Mask().Count(mask.Findings, mask.Infection), s.Mask().Count(mask.Anatomy, mask.RightLung))
	}
	if s.ModelMask() != second || second.Count(mask.Findings, mask.Infection) != 7 {
		t.Error("the model's own mask is not the new run's")
	}
	left, origins := s.history, map[int]Origin{2: s.origins[2].Origin, 5: s.Origin()}
	s.Complete(SeriesInfo{}, smallVolume())
	if err := s.Restore(left, origins); err != nil {
		t.Fatal(err)
	}
	if touched, err := s.Touched(); err != nil || touched.Count() != 4+3+1 {
		t.Errorf("opened again %d voxels are touched, %v", touched.Count(), err)
	}
	if _, err := s.Undo(); err != nil || !s.Mask().Equal(before) {
		t.Error("undo does not lead back")
	}
}

// A mask that was opened is a person's work: a model leaves what it says, be it drawn
// anew, taken away or what a run before had found too, and says how much that is. A
// label that stayed when it was opened is still the model's own.
func TestSession_AdoptSparesOpenedMasks(t *testing.T) {
	s, v := opened()
	own := filled(v, mask.Anatomy, 1, mask.RightLung)
	own.Apply(brush(s, mask.Findings, 1, 5, 4, mask.Infection))
	if _, err := s.Adopt(text.M("test.step"), &SegmentResult{Mask: own}); err != nil {
		t.Fatal(err)
	}
	file := own.Snapshot()
	file.Apply(mask.Delta{Slices: []mask.SliceDelta{{Layer: mask.Anatomy, K: 1, Runs: []mask.Run{
		{Offset: 0, Length: 3, Old: mask.RightLung}, {Offset: 10, Length: 5, Old: mask.RightLung, New: mask.LeftLung},
	}}}})
	infection, _ := file.Label(mask.Infection)
	if err := s.SetMask(text.M("test.step"), file, []mask.Label{infection}); err != nil {
		t.Fatal(err)
	}
	steps, applied := s.History()
	if step := steps[applied-1]; step.Delta.Voxels() != 3+5 {
		t.Errorf("opening it changed %d voxels", step.Delta.Voxels())
	}
	other := mask.New(v.Size, mask.DefaultLabels())
	other.Apply(mask.Delta{Slices: []mask.SliceDelta{{Layer: mask.Anatomy, K: 1, Runs: []mask.Run{{Offset: 0, Length: 12, New: mask.RightLung}}}}})
	spared, err := s.Adopt(text.M("test.step"), &SegmentResult{Mask: other})
	if err != nil || spared.Voxels() != 3+2+36 { // taken away, given to the left lung, and what it does not find any more
		t.Errorf("spared %d voxels, %v", spared.Voxels(), err)
	}
	for l, want := range map[uint8]int{mask.LeftLung: 5, mask.RightLung: 40} {
		if got := s.Mask().Count(mask.Anatomy, l); got != want {
			t.Errorf("%d voxels of label %d, want %d", got, l, want)
		}
	}
	if got := s.Mask().Count(mask.Findings, mask.Infection); got != 0 {
		t.Errorf("%d voxels of what was the model's own stay", got)
	}
	left := s.history
	s.Complete(SeriesInfo{}, smallVolume())
	if err := s.Restore(left, nil); err != nil {
		t.Fatal(err)
	}
	if touched, err := s.Touched(); err != nil || touched.Count() != 48 {
		t.Errorf("opened again %d voxels are a person's, %v", touched.Count(), err)
	}
}

// A model that does not tell the sides apart has one probability for both, and
// each side a threshold of its own.
func TestSession_ProbabilitiesOfASide(t *testing.T) {
	s, v := opened()
	held := [][]uint8{nil, make([]uint8, 48), nil, nil}
	r := &SegmentResult{Mask: mask.New(v.Size, mask.DefaultLabels()), Probabilities: map[string][][]uint8{"lung": held}, Thresholds: map[string]float64{"lung": 0.3}}
	if _, err := s.Adopt(text.M("test.step"), r); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[uint8]uint8{mask.LeftLung: 77, mask.RightLung: 77, mask.Infection: 128} {
		if got := s.ModelThreshold(value); got != want {
			t.Errorf("label %d: threshold %d, want %d", value, got, want)
		}
		if got := s.Probabilities(value) != nil; got != (want == 77) {
			t.Errorf("label %d has probabilities: %v", value, got)
		}
	}
}

// A part that is segmented again spares what a hand has touched, before and after.
func TestSession_MergeSparesHands(t *testing.T) {
	s := adopted(t)
	again := *s.Result()
	own := s.ModelMask().Snapshot()
	own.Apply(mask.Delta{Slices: []mask.SliceDelta{{Layer: mask.Findings, K: 1, Runs: []mask.Run{{Offset: 20, Length: 2, New: mask.Infection}}}}})
	again.Mask = own
	if err := s.Merge(text.M("test.step"), &again, mask.Diff(s.Mask(), own)); err != nil {
		t.Fatal(err)
	}
	if n := s.Mask().Count(mask.Findings, mask.Infection); n != 9 || s.Result() != &again || s.ModelMask() != own {
		t.Errorf("%d voxels, want the 7 there were and the 2 that are new", n)
	}
	if touched, err := s.Touched(); err != nil || touched.Count() != 3 {
		t.Errorf("%d voxels are touched, %v", touched.Count(), err)
	}
	if _, err := s.Undo(); err != nil || s.Result() == &again {
		t.Errorf("undone: %v", err)
	}
}

// A finding that was drawn is no hole in the lung that a model finds around it, a
// part of the image or the whole, nor in the lung that a threshold lets grow.
func TestSession_AFindingIsNoHoleInTheLung(t *testing.T) {
	for name, lay := range map[string]func(s *Session, r *SegmentResult) error{
		"part": func(s *Session, r *SegmentResult) error {
			return s.Merge(text.M("test.step"), r, mask.Diff(s.Mask(), r.Mask))
		},
		"all": func(s *Session, r *SegmentResult) error {
			_, err := s.Adopt(text.M("test.step"), r)
			return err
		},
		"threshold": func(s *Session, r *SegmentResult) error {
			if _, err := s.Adopt(text.M("test.step"), &SegmentResult{Mask: mask.New(s.Mask().Size(), mask.DefaultLabels())}); err != nil {
				return err
			}
			return s.SetThreshold(mask.RightLung, 77, brush(s, mask.Anatomy, 1, 0, 48, mask.RightLung))
		},
	} {
		s, v := opened()
		if err := s.Edit(hand(brush(s, mask.Findings, 1, 10, 4, mask.Infection))); err != nil {
			t.Fatal(err)
		}
		if err := lay(s, &SegmentResult{Mask: filled(v, mask.Anatomy, 1, mask.RightLung)}); err != nil {
			t.Fatal(name, err)
		}
		lung, found := s.Mask().Count(mask.Anatomy, mask.RightLung), s.Mask().Count(mask.Findings, mask.Infection)
		if lung != 48 || found != 4 {
			t.Errorf("%s: %d voxels of the lung, %d of the finding", name, lung, found)
		}
	}
}

// filled is a mask with a whole slice of a label.
func filled(v *volume.Volume, l mask.Layer, k int, value uint8) *mask.Mask {
	m, row := mask.New(v.Size, mask.DefaultLabels()), make([]uint8, 48)
	for o := range row {
		row[o] = value
	}
	m.SetSlice(l, k, row)
	return m
}

// While a slider moves, an edit is shown slice by slice.
func TestSession_PreviewBySlices(t *testing.T) {
	s := adopted(t)
	column := make([]uint8, 8*4) // nx*nz of slice j = 2
	column[3+8*1] = mask.Infection
	s.Preview(volume.Slice{Axis: 1, Index: 2}, [mask.Layers][]uint8{nil, column})
	if s.Shown() != s.Mask() {
		t.Fatal("a preview that nobody began")
	}
	before := s.Mask().Snapshot()
	if err := s.PreviewEdit(mask.Delta{}); err != nil {
		t.Fatal(err)
	}
	var boxes []volume.Box
	s.MaskChanged.Connect(func(e MaskEvent) { boxes = append(boxes, e.Box) })
	s.Preview(volume.Slice{Axis: 1, Index: 2}, [mask.Layers][]uint8{nil, column})
	if n := s.Shown().Count(mask.Findings, mask.Infection); n != 4 || !s.Mask().Equal(before) {
		t.Errorf("%d voxels are shown", n) // 13..15 and the one drawn; 16..19 lie on the slice
	}
	s.PreviewLayer(mask.Findings, volume.Slice{Axis: 1, Index: 2}, nil)
	if n := s.Shown().Count(mask.Findings, mask.Infection); n != 3 || s.Shown().Count(mask.Anatomy, mask.LeftLung) != before.Count(mask.Anatomy, mask.LeftLung) {
		t.Errorf("%d voxels are shown once the slice has none", n)
	}
	s.EndPreview()
	if len(boxes) != 3 || boxes[0] != boxes[1] || boxes[0] != boxes[2] || s.Shown() != s.Mask() {
		t.Errorf("told of %v", boxes)
	}
}

// A stroke takes the place of an edit that is only shown.
func TestSession_StrokeEndsPreview(t *testing.T) {
	s := adopted(t)
	if err := s.PreviewEdit(brush(s, mask.Findings, 2, 3, 4, mask.Infection)); err != nil || s.Shown() == s.Mask() {
		t.Fatal("no preview", err)
	}
	s.Painted(volume.Box{})
	if s.Shown() != s.Mask() {
		t.Error("the edit is shown in the place of the stroke")
	}
	s.Unpainted(volume.Box{})
}

// No model takes from a locked label, or gives to it.
func TestSession_ModelSparesLockedLabels(t *testing.T) {
	s, v := opened()
	_ = s.Edit(hand(brush(s, mask.Findings, 1, 3, 4, mask.Infection)))
	s.SetLocked(mask.Infection, true)
	found := painted(v, mask.Findings, 1, 20, mask.Infection)
	lung := make([]uint8, 48)
	lung[7] = mask.LeftLung
	found.SetSlice(mask.Anatomy, 1, lung)
	if _, err := s.Adopt(text.M("test.step"), &SegmentResult{Mask: found}); err != nil {
		t.Fatal(err)
	}
	if s.Mask().Count(mask.Findings, mask.Infection) != 4 || s.Mask().Count(mask.Anatomy, mask.LeftLung) != 1 {
		t.Error("a locked label was changed, or another one spared")
	}
	if err := s.SetThreshold(mask.Infection, 9, brush(s, mask.Findings, 2, 3, 4, mask.Infection)); err != nil {
		t.Fatal(err)
	}
	if s.Mask().Count(mask.Findings, mask.Infection) != 4 {
		t.Error("a threshold changed a locked label")
	}
}
