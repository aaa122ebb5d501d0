package app

import (
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// What is done between Keep and a load that fails stays, a stroke that the load
// put an end to included.
func TestSession_KeepGoesOnWithTheStudy(t *testing.T) {
	s, v := opened()
	restore := s.Keep()
	if err := s.Edit(hand(brush(s, mask.Findings, 1, 3, 4, mask.Infection))); err != nil {
		t.Fatal(err)
	}
	s.Painted(volume.Box{})
	d := brush(s, mask.Findings, 2, 3, 4, mask.Infection)
	s.Mask().Apply(d)
	s.Interrupted.Connect(func(struct{}) { s.Record(hand(d)) })
	other := *v
	s.Begin(SeriesInfo{}, &other)
	restore()
	if _, applied := s.History(); applied != 2 || s.Mask().Count(mask.Findings, mask.Infection) != 8 || !s.Dirty() {
		t.Errorf("%d steps, %d voxels, dirty %v", applied, s.Mask().Count(mask.Findings, mask.Infection), s.Dirty())
	}
	for range 2 {
		if _, err := s.Undo(); err != nil {
			t.Fatal(err)
		}
	}
	if !s.Mask().Empty() || s.Dirty() {
		t.Error("undo does not lead back")
	}
}
