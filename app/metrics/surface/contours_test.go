package surface

import (
	"context"
	"fmt"
	"testing"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/testdata"
	"opacity/app/volume"
)

// Slices against testdata/contours.json, which testdata/contours.py makes with
// surface-distance, medpy and MONAI.
func TestContoursAsPeers(t *testing.T) {
	var peer struct {
		Tolerances []float64
		Cases      []struct {
			Size                  volume.Size
			Spacing               [3]float64
			Reference, Prediction string
			Slices                map[int]struct {
				HD, HD95, ASSD float64
				Pooled         float64 `json:"hd95_pooled"`
				NSD            []float64
			}
			NSD []float64
		}
	}
	testdata.JSON(t, "contours.json", &peer)
	ctx, slices := context.Background(), 0
	for n, c := range peer.Cases {
		reference, prediction := unpacked(t, c.Size, c.Reference), unpacked(t, c.Size, c.Prediction)
		for k, want := range c.Slices {
			slices++
			at := fmt.Sprintf(" of slice %d of case %d", k, n)
			r, p := Picture(reference, k), Picture(prediction, k)
			v, err := BetweenVoxels(ctx, r, p, c.Spacing, Faces)
			if err != nil {
				t.Fatal(err)
			}
			s, err := BetweenSurfels(ctx, r, p, c.Spacing)
			if err != nil {
				t.Fatal(err)
			}
			check(t, "HD"+at, v.HD(), want.HD)
			checkWithin(t, 2e-6, "HD95"+at, v.Percentile(0.95), want.HD95)
			check(t, "pooled HD95"+at, v.PooledPercentile(0.95), want.Pooled)
			check(t, "ASSD"+at, v.ASSD(), want.ASSD)
			for i, tolerance := range peer.Tolerances {
				check(t, fmt.Sprint("NSD at ", tolerance, at), s.NSD(tolerance), want.NSD[i])
			}
		}
		all, err := BetweenContours(ctx, reference, prediction, c.Spacing)
		if err != nil {
			t.Fatal(err)
		}
		for i, tolerance := range peer.Tolerances {
			check(t, fmt.Sprint("NSD of contours at ", tolerance, " of case ", n), all.NSD(tolerance), c.NSD[i])
		}
	}
	if slices < 20 {
		t.Errorf("%d slices were compared", slices)
	}
}

func TestContoursOfEmptyMasks(t *testing.T) {
	none, some := mask.NewBits(volume.Size{6, 6, 3}), mask.NewBits(volume.Size{6, 6, 3})
	some.SetRun(2, 4, 3, 1)
	other := mask.NewBits(volume.Size{6, 6, 3})
	other.SetRun(2, 4, 3, 2) // the same on another slice
	for _, tt := range []struct {
		a, b *mask.Bits
		want metrics.Value
	}{{none, none, metrics.Undefined(metrics.BothEmpty)}, {some, none, metrics.Value{}}, {none, some, metrics.Value{}}, {some, other, metrics.Value{}}, {some, some, metrics.Value{X: 1}}} {
		s, err := BetweenContours(context.Background(), tt.a, tt.b, [3]float64{1, 1, 0.1})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.NSD(1); got.Why != tt.want.Why || got.Defined() && got.X != tt.want.X {
			t.Errorf("%+v, want %+v", got, tt.want)
		}
	}
}
