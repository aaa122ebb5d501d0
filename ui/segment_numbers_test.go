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
	h.Slice = func(volume.Slice, [mask.Layers][]uint8) {} // which a part has none of
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
