package cohort

import (
	"context"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/metrics/region"
	"opacity/app/text"
	"opacity/app/volume"
)

// Bins of the histograms that are kept: the first begins at volume.FloorHU.
const HistogramHU = 10

// HU is how the voxels of a label spread over HU, in the reference and in the
// prediction.
type HU struct {
	Reference  Spread `json:"reference"`
	Prediction Spread `json:"prediction"`
}

// Spread is the HU of the voxels of a mask.
type Spread struct {
	Voxels int64 `json:"voxels"`
	// Histogram has bins of HistogramHU from volume.FloorHU on, to the last that is not
	// empty. What lies below, padding say, is in the first.
	Histogram []int64   `json:"histogram"`
	Density   []Density `json:"density"`
}

// Density is a class of lung tissue.
type Density struct {
	Class   string `json:"class"`
	FromHU  int    `json:"from_hu"`
	ToHU    int    `json:"to_hu"` // not of the class
	Voxels  int64  `json:"voxels"`
	Percent number `json:"percent"` // of the mask's voxels
}

// image reads the image of a case; nil where there is none.
func (o Options) image(ctx context.Context, c Case, reference *labelled) (*volume.Volume, error) {
	if c.Image == "" {
		return nil, nil
	}
	v, err := o.Load(ctx, c.Image)
	if err != nil {
		return nil, err
	}
	if !v.LiesOn(reference.grid) {
		return nil, app.Refuse(nil, "evaluate.other_grid", c.Image, describe(v.Geometry), describe(reference.grid))
	}
	return v, nil
}

// spreads works the HU of each part out. Where the image has none, it says so.
func spreads(ctx context.Context, v *volume.Volume, parts []part) ([]*HU, *text.Message, error) {
	out := make([]*HU, len(parts))
	if v == nil {
		return out, nil, nil
	}
	if v.Unit != volume.HU {
		m := text.M("evaluate.no_hu")
		return out, &m, nil
	}
	for n, p := range parts {
		reference, err := spreadOf(ctx, v, p.reference)
		if err != nil {
			return nil, nil, err
		}
		prediction, err := spreadOf(ctx, v, p.prediction)
		if err != nil {
			return nil, nil, err
		}
		out[n] = &HU{reference, prediction}
	}
	return out, nil, nil
}

func spreadOf(ctx context.Context, v *volume.Volume, in *mask.Bits) (Spread, error) {
	h, _, err := region.HistogramOf(ctx, v, in)
	if err != nil {
		return Spread{}, err
	}
	s := Spread{Voxels: int64(in.Count()), Histogram: h.Bins(HistogramHU)}
	for len(s.Histogram) > 0 && s.Histogram[len(s.Histogram)-1] == 0 {
		s.Histogram = s.Histogram[:len(s.Histogram)-1]
	}
	for _, d := range h.Densities() {
		s.Density = append(s.Density, Density{d.Key, d.FromHU, d.ToHU, d.Voxels, number(d.Percent)})
	}
	return s, nil
}
