package viewer

import (
	"context"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// While the rest is worked out beside, the slices that are shown are there, wherever
// the cursor goes; and what was drawn meanwhile is in the whole.
func TestDifferenceBeside(t *testing.T) {
	v, s := compared(t)
	var finish func() // what was asked for last; what went before is dropped
	v.WorkBeside(func(work func(context.Context) error, done func()) {
		err := work(context.Background()) // of the masks as they are now
		finish = func() {
			if err == nil {
				done()
			}
		}
	})
	reference := mask.New(s.Mask().Size(), mask.DefaultLabels())
	for k := range 7 {
		row := make([]uint8, 108)
		for o := range row {
			row[o] = uint8((o + k) % 3)
		}
		reference.SetSlice(mask.Anatomy, k, row)
	}
	same := func(when string, in func(i, j, k int) bool) {
		t.Helper()
		for l := range mask.Layer(mask.Layers) {
			for n := range s.Shown().Size().Voxels() {
				i, j, k := n%12, n/12%9, n/108
				if in(i, j, k) && v.Difference().At(l, i, j, k) != kindOf(reference.At(l, i, j, k), s.Shown().At(l, i, j, k)) {
					t.Fatalf("%s, layer %v, voxel %d %d %d is not right", when, l, i, j, k)
				}
			}
		}
	}
	shown := func(i, j, k int) bool { c := v.Cursor(); return i == c[0] || j == c[1] || k == c[2] }
	all := func(int, int, int) bool { return true }
	draw := func(i int) {
		stroke := s.Mask().Begin(s.Volume(), mask.LeftLung, false, mask.Limits{})
		tip := mask.Tip{Geometry: s.Volume().Geometry, RadiusMM: 2, Solid: true}
		s.Painted(volume.Box{})
		s.Painted(stroke.Paint(tip.At(volume.Vec{float64(i), 4, 3})))
		s.Record(mask.Step{Name: text.M("test.step"), Hand: true, Delta: stroke.Delta()})
	}
	v.CompareWith(reference, nil)
	first := v.Difference()
	same("at once", shown)
	v.SetCursor([3]int{1, 7, 6})
	same("after a move", shown)
	if v.Difference() == first {
		t.Error("what has read the slices elsewhere cannot know that there are others")
	}
	draw(3)
	same("after a stroke", shown)
	drawn := 0
	v.Changed.Connect(func(c Change) {
		if c&OverlayMoved != 0 {
			drawn++
		}
	})
	finish()
	same("whole", all)
	if drawn == 0 {
		t.Error("nothing is drawn again")
	}
	draw(8)
	same("after another stroke", all)
	late := finish
	v.CompareWith(nil, nil)
	late()
	if v.Difference() != nil {
		t.Error("what is late is shown")
	}
}
