package ui

import (
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/viewer/tool"
)

// Running the model once more on everything leaves what a hand has drawn and erased
// since, and says how much of it.
func TestSegment_SparesHands(t *testing.T) {
	b, f := newSureBench(t)
	b.use(tool.Eraser)
	b.click(0.3, 0.5)
	b.use(tool.Brush)
	b.viewer.SetActiveLabel(mask.Infection)
	b.click(0.85, 0.2)
	b.kit.Use(tool.NoTool)
	b.slide(mask.Infection, 38, true)
	touched, _ := b.session.Touched()
	hand, mine := touched.Clone(), b.session.Mask().Snapshot()
	if hand[mask.Findings] == nil || hand[mask.Findings].Empty() {
		t.Fatal("the hand touched nothing")
	}
	first := b.session.ModelMask()
	f.finds = 13
	b.keys.Do(tool.SegmentRun)
	b.until("the model is done", func() bool { return !b.segmenting && b.last().Tool == "model" })
	if b.session.ModelMask() == first {
		t.Error("the model's own mask is that of the first run")
	}
	differs := 0
	for o := range mine.Size().Voxels() {
		i, j, k := o%16, o/16%12, o/192
		was, is, model := mine.At(mask.Findings, i, j, k), b.session.Mask().At(mask.Findings, i, j, k), b.session.ModelMask().At(mask.Findings, i, j, k)
		want := model
		if hand.At(mask.Findings, i, j, k) {
			want = was
			differs += index(was != model)
		}
		if is != want {
			t.Fatalf("voxel %d %d %d is %d, want %d", i, j, k, is, want)
		}
	}
	if differs == 0 {
		t.Fatal("the model agrees with the hand")
	}
	for _, want := range []string{"Kept what was drawn by hand: infection ", "Kept what was erased by hand: infection ", "thresholds are the model's own again"} {
		if said := b.status.text.Text; !strings.Contains(said, want) {
			t.Errorf("it says %q, without %q", said, want)
		}
	}
	b.undo()
	b.settle()
	if !b.session.Mask().Equal(mine) {
		t.Error("undo does not lead back")
	}
}
