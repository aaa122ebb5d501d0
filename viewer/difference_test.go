package viewer

import (
	"math/rand/v2"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// compared is a viewer that shows what differs from a model's mask, in which
// there is some of every label.
func compared(t *testing.T) (*Viewer, *app.Session) {
	t.Helper()
	s := app.NewSession()
	v := New(s)
	size := volume.Size{12, 9, 7}
	s.Complete(app.SeriesInfo{}, &volume.Volume{Geometry: volume.Geometry{Size: size, Affine: volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}}, Int16: make([]int16, size.Voxels()), Unit: volume.HU})
	v.SetComparing(true)
	if v.Difference() != nil {
		t.Fatal("a difference from no model")
	}
	m := mask.New(size, mask.DefaultLabels())
	r := rand.New(rand.NewPCG(1, 2))
	for k := range size[2] {
		lungs, findings := make([]uint8, 108), make([]uint8, 108)
		for o := range lungs {
			lungs[o], findings[o] = uint8(r.IntN(3)), mask.Infection*uint8(r.IntN(2))
		}
		m.SetSlice(mask.Anatomy, k, lungs)
		m.SetSlice(mask.Findings, k, findings)
	}
	if _, err := s.Adopt(text.M("test.step"), &app.SegmentResult{Mask: m}); err != nil {
		t.Fatal(err)
	}
	return v, s
}

// want says voxel by voxel what the difference from the model's mask must hold, in
// which what agrees is not drawn.
func want(t *testing.T, s *app.Session, got *mask.Mask, hidden uint8) {
	t.Helper()
	against(t, s, s.ModelMask(), got, 0, func(x uint8) bool { return x != hidden })
}

// The difference follows strokes, steps, undo and previews, box by box.
func TestDifferenceFollows(t *testing.T) {
	v, s := compared(t)
	want(t, s, v.Difference(), 255)
	r := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		switch r.IntN(5) {
		case 0:
			_, _ = s.Undo() // there may be none
		case 1:
			_, _ = s.Redo()
		case 2:
			label := uint8(1 + r.IntN(3))
			stroke := s.Mask().Begin(s.Volume(), label, r.IntN(2) == 0, mask.Limits{})
			s.Painted(volume.Box{})
			for range 3 {
				tip := mask.Tip{Geometry: s.Volume().Geometry, RadiusMM: 2, Solid: true}
				s.Painted(stroke.Paint(tip.At(volume.Vec{float64(r.IntN(12)), float64(r.IntN(9)), float64(r.IntN(7))})))
				if v.Difference() != nil {
					want(t, s, v.Difference(), 255)
				}
			}
			s.Record(mask.Step{Name: text.M("test.step"), Hand: true, Delta: stroke.Delta()})
		case 3:
			m := s.Mask().Snapshot()
			row := make([]uint8, 108)
			for o := range row {
				row[o] = uint8(r.IntN(3))
			}
			m.SetSlice(mask.Anatomy, r.IntN(7), row)
			if err := s.PreviewEdit(mask.Diff(s.Mask(), m)); err != nil {
				t.Fatal(err)
			}
			if v.Difference() != nil {
				want(t, s, v.Difference(), 255)
			}
		case 4:
			s.EndPreview()
		}
		if s.ModelMask() == nil {
			if v.Difference() != nil {
				t.Fatal("a difference from no model")
			}
			continue
		}
		want(t, s, v.Difference(), 255)
	}
}

// What is hidden, or what the model never looked for, is no difference.
func TestDifferenceOfVisibleLabels(t *testing.T) {
	v, s := compared(t)
	erased := s.Mask().Snapshot()
	for k := range 7 {
		erased.SetSlice(mask.Findings, k, nil)
		erased.SetSlice(mask.Anatomy, k, nil)
	}
	if err := s.Edit(mask.Step{Name: text.M("test.step"), Hand: true, Delta: mask.Diff(s.Mask(), erased)}); err != nil {
		t.Fatal(err)
	}
	changes := 0
	v.Changed.Connect(func(c Change) {
		if c&OverlayMoved != 0 {
			changes++
		}
	})
	s.SetVisible(mask.LeftLung, false)
	if changes == 0 {
		t.Error("nothing is drawn again")
	}
	want(t, s, v.Difference(), mask.LeftLung)
	s.BeginPreview()
	if v.Difference() != nil {
		t.Error("a difference while a model runs")
	}
	s.EndPreview()
	want(t, s, v.Difference(), mask.LeftLung)
	v.SetComparing(false)
	if v.Difference() != nil {
		t.Error("a difference that is not to be shown")
	}
	v.SetComparing(true)
	s.Close()
	if v.Difference() != nil {
		t.Error("a difference of nothing")
	}
}
