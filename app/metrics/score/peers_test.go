package score

import (
	"context"
	"fmt"
	"math"
	"testing"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/testdata"
	"opacity/app/volume"
)

// peer is a case of testdata/peers.json, which testdata/peers.py makes with scikit-learn.
type peer struct {
	Top                    int
	P, Positive            []int
	Points, Every, Corners int
	FPR, TPR               []float64
	Thresholds             []*float64
	AUC, AP                float64
	Precision, Recall      []float64
	Observed, Predicted    []float64
	SquaredError           float64 `json:"squared_error"`
}

// histogram has the probabilities in the coarsest numbers that hold them.
func (p peer) histogram(t *testing.T) Histogram {
	switch p.Top {
	case 255:
		return row(t, whole[uint8](p.P), p.Positive)
	case 65535:
		return row(t, whole[uint16](p.P), p.Positive)
	}
	var x []float32
	for _, v := range p.P {
		x = append(x, float32(v)/float32(p.Top))
	}
	return row(t, x, p.Positive)
}

func whole[T Number](p []int) []T {
	var out []T
	for _, v := range p {
		out = append(out, T(v))
	}
	return out
}

func TestAsScikitLearn(t *testing.T) {
	var peers struct{ Cases []peer }
	testdata.JSON(t, "peers.json", &peers)
	for _, p := range peers.Cases {
		t.Run(fmt.Sprint(len(p.P), " of ", p.Top), func(t *testing.T) {
			h := p.histogram(t)
			near(t, "AUC", h.AUC().X, p.AUC, 1e-12)
			near(t, "average precision", h.AveragePrecision().X, p.AP, 1e-12)
			near(t, "mean squared error", (h.Squares-2*h.OfPositive+float64(sum(p.Positive)))/float64(len(p.P)), p.SquaredError, 1e-7)
			curve, _ := h.ROC()
			if len(curve) != p.Points {
				t.Fatalf("%d points, the peer has %d", len(curve), p.Points)
			}
			for n := range p.FPR {
				at := curve[n*p.Every]
				near(t, "FPR", at.FPR, p.FPR[n], 1e-12)
				near(t, "TPR", at.TPR, p.TPR[n], 1e-12)
				if p.Thresholds[n] != nil {
					near(t, "threshold", at.Threshold, *p.Thresholds[n], 1./131000)
				}
			}
			// The peer leaves a point out where two steps are alike, not where they only
			// go the same way.
			thin := Thin(curve, 0)
			if len(thin) > p.Corners {
				t.Errorf("%d points where the curve turns, the peer has %d", len(thin), p.Corners)
			}
			area := 0.0
			for n := 1; n < len(thin); n++ {
				area += (thin[n].FPR - thin[n-1].FPR) * (thin[n].TPR + thin[n-1].TPR) / 2
			}
			near(t, "area under the corners", area, p.AUC, 1e-12)
			pr, _ := h.PR()
			for n := range p.Recall {
				near(t, "recall", pr[n].TPR, p.Recall[n], 1e-12)
				near(t, "precision", pr[n].Precision(), p.Precision[n], 1e-12)
			}
			bins, ece := h.Calibration(10)
			if len(bins) != len(p.Observed) {
				t.Fatalf("%d stretches, the peer has %d", len(bins), len(p.Observed))
			}
			want := 0.0
			for n, b := range bins {
				near(t, "observed share", b.Observed, p.Observed[n], 1e-12)
				near(t, "mean probability", b.Predicted, p.Predicted[n], 1./131000)
				want += math.Abs(p.Observed[n]-p.Predicted[n]) * float64(b.Voxels) / float64(len(p.P))
			}
			near(t, "ECE", ece.X, want, 1./131000)
		})
	}
}

func sum(x []int) int {
	n := 0
	for _, v := range x {
		n += v
	}
	return n
}

// TestImagesAsDefined compares with testdata/images.json, which testdata/images.py works
// out pixel by pixel.
func TestImagesAsDefined(t *testing.T) {
	var volumes []struct {
		Size        volume.Size
		P, Positive [][]int
		Want        []struct {
			Raw, Every       bool
			Images           int
			Structure, MAE   float64
			MeanDice         float64 `json:"mean_dice"`
			MaxDice          float64 `json:"max_dice"`
			AdaptiveDice     float64 `json:"adaptive_dice"`
			MeanEnhanced     float64 `json:"mean_enhanced"`
			MaxEnhanced      float64 `json:"max_enhanced"`
			AdaptiveEnhanced float64 `json:"adaptive_enhanced"`
		}
	}
	testdata.JSON(t, "images.json", &volumes)
	for _, v := range volumes {
		reference := mask.NewBits(v.Size)
		var slices [][]uint8
		for k := range v.P {
			slices = append(slices, whole[uint8](v.P[k]))
			for n, in := range v.Positive[k] {
				if in == 1 {
					reference.Set(n%v.Size[0], n/v.Size[0], k)
				}
			}
		}
		for _, w := range v.Want {
			t.Run(fmt.Sprintf("%v raw %v every %v", v.Size, w.Raw, w.Every), func(t *testing.T) {
				got, err := OfImages(context.Background(), func(k int) []uint8 { return slices[k] }, reference, ImageOptions{Raw: w.Raw, Every: w.Every})
				if err != nil || got.N != w.Images {
					t.Fatalf("%d images, want %d; %v", got.N, w.Images, err)
				}
				for _, c := range []struct {
					what string
					got  metrics.Value
					want float64
				}{
					{"structure", got.Structure(), w.Structure},
					{"MAE", got.MAE(), w.MAE},
					{"mean Dice", got.MeanDice(), w.MeanDice},
					{"max Dice", got.MaxDice(), w.MaxDice},
					{"adaptive Dice", got.AdaptiveDice(), w.AdaptiveDice},
					{"mean E", got.MeanEnhanced(), w.MeanEnhanced},
					{"max E", got.MaxEnhanced(), w.MaxEnhanced},
					{"adaptive E", got.AdaptiveEnhanced(), w.AdaptiveEnhanced},
				} {
					defined(t, c.what, c.got, c.want)
				}
			})
		}
	}
	if (Images{}).Structure().Defined() {
		t.Error("no image has a structure measure")
	}
}
