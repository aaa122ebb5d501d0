package ui

import (
	"context"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
)

// fourth is a model with a label of its own, number 4, in the first voxel of each slice.
type fourth struct{ fakeSegmenter }

func (f *fourth) Models() []app.ModelInfo {
	models := f.fakeSegmenter.Models()
	models[0].Labels = append(mask.DefaultLabels(), mask.Label{Value: 4, Layer: mask.Findings, Name: "consolidation", Visible: true})
	return models
}

func (f *fourth) Segment(ctx context.Context, v *volume.Volume, req app.SegmentRequest, h app.SegmentHooks) (*app.SegmentResult, error) {
	paint := h.Slice
	h.Slice = func(at volume.Slice, labels [mask.Layers][]uint8) {
		if paint != nil { // a part has none
			labels[mask.Findings][0] = 4
			paint(at, labels)
		}
	}
	r, err := f.fakeSegmenter.Segment(ctx, v, req, h)
	if err != nil {
		return nil, err
	}
	r.Model = f.Models()[0]
	_ = r.Mask.SetLabels(r.Model.Labels)
	for k := range v.Size[2] {
		labels := make([]uint8, v.Size[0]*v.Size[1])
		labels[0] = 4
		r.Mask.SetSlice(mask.Findings, k, labels)
	}
	return r, nil
}

// What a model calls 4 is not mixed with a finding that is 4 here, nor when the model
// is run on a part again.
func TestSegment_ModelsLabelWhoseNumberIsTaken(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Segmenter = &fourth{} })
	b.openOne("case")
	nodule, err := b.session.AddLabel("nodule")
	if err != nil {
		t.Fatal(err)
	}
	b.segment()
	b.idle()
	check := func(what string) {
		t.Helper()
		m := b.session.Mask()
		l, _ := m.Named("consolidation")
		if l.Value != 5 || m.Count(mask.Findings, 5) != m.Size()[2] || m.Count(mask.Findings, nodule.Value) != 0 || len(m.Labels()) != 5 {
			t.Errorf("%s: %+v has %d voxels, the nodule %d, %d labels", what, l, m.Count(mask.Findings, 5), m.Count(mask.Findings, nodule.Value), len(m.Labels()))
		}
	}
	check("segmented")
	b.segmentSlice()
	b.idle()
	check("a slice again")
	if b.session.ModelMask().Count(mask.Findings, 5) != b.session.Mask().Size()[2] {
		t.Error("the model's own mask has other numbers")
	}
}

// What is painted while the model runs has the numbers that it comes under.
func TestSegment_PaintsUnderTheNumbersHere(t *testing.T) {
	halted := make(chan struct{})
	b := newBench(t, func(o *Options) { o.Segmenter = &fourth{fakeSegmenter{halted: halted}} })
	b.openOne("case")
	nodule, err := b.session.AddLabel("nodule")
	if err != nil {
		t.Fatal(err)
	}
	b.segment()
	b.until("slices are painted", func() bool { return b.session.Shown().Count(mask.Anatomy, mask.LeftLung) > 0 })
	if m := b.session.Shown(); m.Count(mask.Findings, nodule.Value) != 0 || m.Count(mask.Findings, 5) == 0 {
		t.Errorf("%d voxels are shown as the nodule, %d as the model's own", m.Count(mask.Findings, nodule.Value), m.Count(mask.Findings, 5))
	}
	close(halted)
	b.idle()
}

// The labels that islands are split into have no number of a model's that was deleted.
func TestSplitLeavesTheModelsNumbers(t *testing.T) {
	b := dotted(t, func(o *Options) { o.Segmenter = &fourth{} })
	b.segment()
	b.idle()
	if err := b.session.DeleteLabel(4); err != nil {
		t.Fatal(err)
	}
	b.operate(b.operation("split"))
	b.worked()
	b.amount.commit()
	b.settle()
	if labels := b.session.Mask().Labels(); len(labels) != 4 || labels[3].Value != 5 {
		t.Errorf("the labels are %+v, told %q", labels, b.told())
	}
}
