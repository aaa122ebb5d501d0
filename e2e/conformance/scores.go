package main

import (
	"context"

	"opacity/app/mask"
	"opacity/app/metrics/catalogue"
	"opacity/app/metrics/score"
	"opacity/app/volume"
)

// scoreValues is what is measured of probabilities.
type scoreValues struct {
	Values      map[string]any `json:"values"`
	Bound       float64        `json:"bound"` // of the area
	Squares     number         `json:"squared_error"`
	TP          []int64        `json:"tp"` // along the ROC curve
	FP          []int64        `json:"fp"`
	Precision   []number       `json:"precision"`
	Calibration []score.Bin    `json:"calibration"` // 10 stretches
}

func measureScore(ctx context.Context, folder string, s scored) (scoreValues, error) {
	p, reference, err := s.read(folder)
	if err != nil {
		return scoreValues{}, err
	}
	h, err := histogramOf(ctx, p, reference)
	if err != nil {
		return scoreValues{}, err
	}
	images, err := imagesOf(ctx, p, reference)
	if err != nil {
		return scoreValues{}, err
	}
	out := scoreValues{Bound: h.Bound(), Values: values(catalogue.Pair{Probabilities: &h, Images: &images}, catalogue.All())}
	positive, negative := h.Totals()
	out.Squares = number((h.Squares - 2*h.OfPositive + float64(positive)) / float64(positive+negative))
	curve, _ := h.ROC()
	for _, at := range curve {
		out.TP, out.FP = append(out.TP, at.TP), append(out.FP, at.FP)
		out.Precision = append(out.Precision, number(at.Precision()))
	}
	out.Calibration, _ = h.Calibration(10)
	return out, nil
}

func (s scored) read(folder string) (p any, reference *mask.Bits, err error) {
	if p, err = readProbabilities(folder, s); err != nil {
		return nil, nil, err
	}
	reference, err = readMask(folder, s.Reference, s.Size)
	return p, reference, err
}

func histogramOf(ctx context.Context, p any, reference *mask.Bits) (score.Histogram, error) {
	size := reference.Size()
	switch p := p.(type) {
	case []uint8:
		return score.Of(ctx, slices(p, size), reference, nil)
	case []uint16:
		return score.Of(ctx, slices(p, size), reference, nil)
	case []float32:
		return score.Of(ctx, slices(p, size), reference, nil)
	}
	return score.Histogram{}, errBits
}

func imagesOf(ctx context.Context, p any, reference *mask.Bits) (score.Images, error) {
	size := reference.Size()
	switch p := p.(type) {
	case []uint8:
		return score.OfImages(ctx, slices(p, size), reference, score.ImageOptions{})
	case []uint16:
		return score.OfImages(ctx, slices(p, size), reference, score.ImageOptions{})
	case []float32:
		return score.OfImages(ctx, slices(p, size), reference, score.ImageOptions{})
	}
	return score.Images{}, errBits
}

// slices returns axial slices of a volume.
func slices[T score.Number](p []T, size volume.Size) func(k int) []T {
	plane := size[0] * size[1]
	return func(k int) []T { return p[k*plane : (k+1)*plane] }
}
