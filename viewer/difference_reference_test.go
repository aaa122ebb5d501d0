package viewer

import (
	"math/rand/v2"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// kindOf is what a voxel is that the reference has a at, and the mask b.
func kindOf(a, b uint8) uint8 {
	switch {
	case a == b && a != 0:
		return Hit
	case a == b:
		return 0
	case a == 0:
		return Added
	case b == 0:
		return Removed
	}
	return Relabeled
}

// against says voxel by voxel what a difference must hold: hit where both agree, of
// the labels that count.
func against(t *testing.T, s *app.Session, reference, got *mask.Mask, hit uint8, counts func(uint8) bool) {
	t.Helper()
	shown := s.Shown()
	for l := range mask.Layer(mask.Layers) {
		for n := range shown.Size().Voxels() {
			i, j, k := n%12, n/12%9, n/108
			a, b := reference.At(l, i, j, k), shown.At(l, i, j, k)
			if !counts(a) {
				a = 0
			}
			if !counts(b) {
				b = 0
			}
			kind := kindOf(a, b)
			if kind == Hit {
				kind = hit
			}
			if g := got.At(l, i, j, k); g != kind {
				t.Fatalf("layer %v, voxel %d %d %d: %d, want %d (%d for the reference's %d)", l, i, j, k, g, kind, b, a)
			}
		}
	}
}

// An error map says hit, miss and false alarm, follows strokes and labels, leaves out
// what the reference says nothing of, and is not the comparison with the model.
func TestErrorMapFollows(t *testing.T) {
	v, s := compared(t)
	reference := s.ModelMask().Snapshot()
	r := rand.New(rand.NewPCG(5, 6))
	for k := range 7 {
		row := make([]uint8, 108)
		for o := range row {
			row[o] = uint8(r.IntN(3))
		}
		reference.SetSlice(mask.Anatomy, k, row)
	}
	all := func(uint8) bool { return true }
	v.CompareWith(reference, nil)
	if v.Comparing() || v.Reference() != reference {
		t.Fatal("it is taken for the comparison with the model")
	}
	against(t, s, reference, v.Difference(), Hit, all)
	for range 5 {
		stroke := s.Mask().Begin(s.Volume(), mask.LeftLung, r.IntN(2) == 0, mask.Limits{})
		tip := mask.Tip{Geometry: s.Volume().Geometry, RadiusMM: 3, Solid: true}
		s.Painted(volume.Box{})
		s.Painted(stroke.Paint(tip.At(volume.Vec{float64(r.IntN(12)), float64(r.IntN(9)), float64(r.IntN(7))})))
		against(t, s, reference, v.Difference(), Hit, all)
		s.Record(mask.Step{Name: text.M("test.step"), Hand: true, Delta: stroke.Delta()})
	}
	s.SetVisible(mask.RightLung, false)
	against(t, s, reference, v.Difference(), Hit, func(x uint8) bool { return x != mask.RightLung })
	v.CompareWith(reference, func(l mask.Label) bool { return l.Value == mask.LeftLung })
	against(t, s, reference, v.Difference(), Hit, func(x uint8) bool { return x == mask.LeftLung })

	v.SetComparing(true)
	if v.Reference() != nil || v.Difference() == nil || v.Difference().Count(mask.Anatomy, Hit) != 0 {
		t.Error("hits of the model's mask are shown")
	}
	v.CompareWith(nil, nil)
	if !v.Comparing() {
		t.Error("letting go of no reference ends the comparison with the model")
	}
	v.CompareWith(mask.New(volume.Size{3, 3, 3}, mask.DefaultLabels()), nil)
	if v.Difference() != nil {
		t.Error("a difference between two grids")
	}
	v.CompareWith(nil, nil)
	if v.Reference() != nil || v.Difference() != nil {
		t.Error("it is still shown")
	}
}
