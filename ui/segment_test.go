package ui

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer/tool"
)

// twins are a model of the user's own, listed first, and the program's of the same ID.
type twins struct {
	fakeSegmenter
	mu    sync.Mutex
	asked []string
}

func (*twins) Models() []app.ModelInfo {
	return []app.ModelInfo{{ID: "m", Version: "learned", Path: "/models/m.onnx"}, {ID: "m", Version: "1"}}
}

func (f *twins) Segment(ctx context.Context, v *volume.Volume, req app.SegmentRequest, h app.SegmentHooks) (*app.SegmentResult, error) {
	f.mu.Lock()
	f.asked = append(f.asked, req.Model)
	f.mu.Unlock()
	return f.fakeSegmenter.Segment(ctx, v, req, h)
}

// The window runs the model that it shows, whatever one of the user's own is called, and
// by itself the program's. What earlier versions remembered still says which.
func TestSegment_ModelsThatShareAnID(t *testing.T) {
	for remembered, want := range map[string]string{"": "builtin:m", "m": "builtin:m", "builtin:m": "builtin:m", "/models/m.onnx": "/models/m.onnx", "/models/gone.onnx": "builtin:m"} {
		f := &twins{}
		b := newBench(t, func(o *Options) { o.Segmenter = f })
		b.openOne("case")
		b.setModel(remembered)
		b.idle()
		shown := b.model()
		b.segment()
		b.idle()
		if shown.Key() != want || !slices.Equal(f.asked, []string{want}) {
			t.Errorf("remembered %q: shows %s, runs %v", remembered, shown.Key(), f.asked)
		}
	}
}

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
