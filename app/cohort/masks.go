package cohort

import (
	"cmp"
	"context"
	"slices"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
)

// Masks are the two maps of a case as they are compared, for pictures: the labels that
// are measured, read as they are for that, inside the region of interest. Both are on the
// grid of the image, which must be the reference's. Both lungs together are left out where
// each has a label; of findings that overlap the smaller lies on top.
func (o Options) Masks(ctx context.Context, c Case, image volume.Geometry) (reference, prediction *mask.Mask, err error) {
	r, _, err := o.readLabels(ctx, c.Reference, nil, c.Image, c.Prediction)
	if err != nil {
		return nil, nil, err
	}
	if !r.grid.LiesOn(image) {
		return nil, nil, app.Refuse(nil, "evaluate.image_grid", c.Image, describe(image), c.Reference, describe(r.grid))
	}
	p, _, err := o.readLabels(ctx, c.Prediction, &r.grid)
	if err != nil {
		return nil, nil, err
	}
	what, err := compare(r, p, o.Labels)
	if err != nil {
		return nil, nil, err
	}
	if slices.Contains(o.Without, c.Model) {
		what.parts = slices.DeleteFunc(what.parts, func(p part) bool { return p.label == infection })
	}
	roi, err := o.roi(ctx, c, r)
	if err != nil {
		return nil, nil, err
	}
	parts := inPictures(what.parts)
	labels := labelsOf(parts)
	reference, prediction = mask.New(r.grid.Size, labels), mask.New(r.grid.Size, labels)
	for n, part := range parts {
		if roi != nil {
			part.reference.And(roi)
			part.prediction.And(roi)
		}
		paint(reference, labels[n], part.reference)
		paint(prediction, labels[n], part.prediction)
	}
	return reference, prediction, nil
}

// inPictures are the parts in the order they are painted in: anatomy, then findings,
// larger ones first.
func inPictures(parts []part) []part {
	sides := slices.ContainsFunc(parts, func(p part) bool { return p.label == leftLung })
	parts = slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return sides && p.label == lungs })
	slices.SortStableFunc(parts, func(a, b part) int {
		switch {
		case a.layer() != b.layer():
			return cmp.Compare(a.layer(), b.layer())
		case isLung(a.label) && isLung(b.label): // they do not overlap
			return 0
		}
		return cmp.Compare(b.reference.Count(), a.reference.Count())
	})
	return parts
}

func (p part) layer() mask.Layer {
	if p.finding || p.label == single {
		return mask.Findings
	}
	return mask.Anatomy
}

// labelsOf gives anatomy the numbers and colours of the lungs, findings that of the
// infection, as far as they go, and the others further ones.
func labelsOf(parts []part) []mask.Label {
	usual := mask.DefaultLabels()
	used := map[uint8]bool{}
	var out []mask.Label
	for _, p := range parts {
		l := mask.Label{Name: p.label, Layer: p.layer(), Visible: true}
		for _, u := range usual {
			if l.Value == 0 && u.Layer == l.Layer && !used[u.Value] && (u.Name == p.label || !isLung(p.label) || p.label == lungs) {
				l.Value, l.Colour = u.Value, u.Colour
			}
		}
		for n := 0; l.Value == 0 && n+len(usual)+1 <= 255; n++ {
			if v := uint8(n + len(usual) + 1); !used[v] {
				l.Value, l.Colour = v, mask.ExtraColours[n%len(mask.ExtraColours)]
			}
		}
		used[l.Value] = true
		out = append(out, l)
	}
	return out
}

func paint(m *mask.Mask, l mask.Label, set *mask.Bits) {
	if l.Value == 0 { // more labels than a mask has
		return
	}
	size := m.Size()
	labels := make([]uint8, size[0]*size[1])
	for k := range size[2] {
		clear(labels)
		copy(labels, m.Slice(l.Layer, k))
		if set.Paint(k, labels, l.Value) {
			m.SetSlice(l.Layer, k, labels)
		}
	}
}
