package tool

import (
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// The ring on screen is as large as what the smart brush paints: its ball is bounded.
func TestSmartBallIsAsLargeAsItsRing(t *testing.T) {
	b := newBench(t, Smart)
	s := b.k.Settings()
	s.RadiusMM, s.Solid, s.Sensitivity = 45, true, 1
	b.k.SetSettings(s)
	e := Event{Kind: Press, Plane: viewer.Axial, Voxel: volume.Vec{50, 50, 25}, Button: Left, Size: [2]float64{100, 100}}
	b.m.Handle(e)
	ring := b.k.Marks().Ring.RadiusMM[viewer.Axial]
	e.Kind = Release
	b.m.Handle(e)
	box := mask.BitsOf(b.Session().Mask(), mask.Findings, mask.Infection).Bounds()
	if ring != smartMaxMM || ring != s.RingMM(Smart) || float64(box.Max[0]-box.Min[0]) > 2*ring/b.Session().Volume().SpacingMM()[0]+1 {
		t.Errorf("the ring has %g mm, painted was %v", ring, box)
	}
	if s.RingMM(Brush) != 45 {
		t.Error("the brush is bounded too")
	}
}

// The hint says what a tool does by its settings.
func TestHintOfSubtracting(t *testing.T) {
	for _, n := range []Name{Lasso, Polygon} {
		if hint := n.HintWith(Settings{Subtract: true}).String(); !strings.Contains(hint, "take") || hint == n.Hint().String() {
			t.Errorf("%s: %s", n, hint)
		}
	}
}
