package surface

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"testing"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/stats"
	"opacity/app/testdata"
	"opacity/app/volume"
)

// peers is testdata/peers.json, which testdata/peers.py makes. A number that a peer does
// not have is the name of what it says instead.
type peers struct {
	Tolerances []float64
	Cases      []peerCase
}

type peerCase struct {
	Name                  string
	Size                  volume.Size
	Spacing               [3]float64
	Reference, Prediction string
	TP, FP, FN, TN        int64
	Counts, ITK           map[string]any
	Medpy                 []map[string]any
	Monai, Deepmind       json.RawMessage
}

func readPeers(t *testing.T) peers {
	t.Helper()
	var p peers
	testdata.JSON(t, "peers.json", &p)
	return p
}

// unpacked reads a mask: the bits of the voxels, i fastest, deflated.
func unpacked(t *testing.T, size volume.Size, packed string) *mask.Bits {
	t.Helper()
	deflated, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		t.Fatal(err)
	}
	r, err := zlib.NewReader(bytes.NewReader(deflated))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	b := mask.NewBits(size)
	for n := range size.Voxels() {
		if data[n/8]>>(n%8)&1 == 1 {
			b.Set(n%size[0], n/size[0]%size[1], n/size[0]/size[1])
		}
	}
	return b
}

// check compares a value with a peer's, one in a million; where the peer has no number,
// ours is not defined either.
func check(t *testing.T, what string, got metrics.Value, want any) {
	t.Helper()
	checkWithin(t, 1e-6, what, got, want)
}

func checkWithin(t *testing.T, tolerance float64, what string, got metrics.Value, want any) {
	t.Helper()
	x, ok := want.(float64)
	switch {
	case !ok && got.Defined():
		t.Errorf("%s is %v, the peer says %v", what, got.X, want)
	case ok && !(math.Abs(got.X-x) <= tolerance*math.Abs(x)+1e-12):
		t.Errorf("%s is %v, want %v", what, got, x)
	}
}

func quantile(v Voxels, sorted []float64, p float64) metrics.Value {
	return v.value(func() float64 { return stats.Quantile(sorted, p) })
}

func eachPair(t *testing.T, f func(t *testing.T, c peerCase, reference, prediction *mask.Bits, tolerances []float64)) {
	p := readPeers(t)
	for _, c := range p.Cases {
		t.Run(c.Name, func(t *testing.T) {
			f(t, c, unpacked(t, c.Size, c.Reference), unpacked(t, c.Size, c.Prediction), p.Tolerances)
		})
	}
}

func between(t *testing.T, c peerCase, reference, prediction *mask.Bits, conn Connectivity) Voxels {
	t.Helper()
	v, err := BetweenVoxels(context.Background(), reference, prediction, c.Spacing, conn)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMedpy(t *testing.T) {
	eachPair(t, func(t *testing.T, c peerCase, reference, prediction *mask.Bits, _ []float64) {
		for n, want := range c.Medpy {
			v := between(t, c, reference, prediction, Connectivity(n+1))
			at := fmt.Sprintf(" of connectivity %d", n+1)
			check(t, "HD"+at, v.HD(), want["hd"])
			check(t, "pooled HD95"+at, v.PooledPercentile(0.95), want["hd95"])
			check(t, "ASSD"+at, v.ASSD(), want["assd"])
			check(t, "ASD from the prediction"+at, v.ASDPredToRef(), want["asd"])
			check(t, "ASD from the reference"+at, v.ASDRefToPred(), want["asd_ref_pred"])
		}
	})
}

func TestMONAI(t *testing.T) {
	eachPair(t, func(t *testing.T, c peerCase, reference, prediction *mask.Bits, tolerances []float64) {
		var want struct {
			HD, HD95, ASSD any
			FromPred       any   `json:"hd95_pred_ref"`
			FromRef        any   `json:"hd95_ref_pred"`
			ASDFromPred    any   `json:"asd_pred_ref"`
			ASDFromRef     any   `json:"asd_ref_pred"`
			NSD            []any `json:"nsd"`
			Subvoxels      []any `json:"nsd_subvoxels"`
		}
		if err := json.Unmarshal(c.Monai, &want); err != nil {
			t.Fatal(err)
		}
		v := between(t, c, reference, prediction, Faces)
		s, err := BetweenSurfels(context.Background(), reference, prediction, c.Spacing)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "HD", v.HD(), want.HD)
		const single = 2e-6 // it interpolates between order statistics in single precision
		checkWithin(t, single, "HD95", v.Percentile(0.95), want.HD95)
		checkWithin(t, single, "HD95 from the prediction", quantile(v, v.PredToRef, 0.95), want.FromPred)
		checkWithin(t, single, "HD95 from the reference", quantile(v, v.RefToPred, 0.95), want.FromRef)
		check(t, "ASSD", v.ASSD(), want.ASSD)
		check(t, "ASD from the prediction", v.ASDPredToRef(), want.ASDFromPred)
		check(t, "ASD from the reference", v.ASDRefToPred(), want.ASDFromRef)
		if a, ok := want.FromPred.(float64); ok { // no peer has the means of directed ones
			b := want.FromRef.(float64)
			checkWithin(t, single, "mean of directed HD95", v.MeanPercentile(0.95), (a+b)/2)
			check(t, "MASD", v.MASD(), (want.ASDFromPred.(float64)+want.ASDFromRef.(float64))/2)
		}
		for n, tolerance := range tolerances {
			check(t, fmt.Sprintf("NSD at %g by voxels", tolerance), v.NSD(tolerance), want.NSD[n])
			check(t, fmt.Sprintf("NSD at %g by surfels", tolerance), s.NSD(tolerance), want.Subvoxels[n])
		}
	})
}

func TestDeepMind(t *testing.T) {
	eachPair(t, func(t *testing.T, c peerCase, reference, prediction *mask.Bits, tolerances []float64) {
		s, err := BetweenSurfels(context.Background(), reference, prediction, c.Spacing)
		if err != nil {
			t.Fatal(err)
		}
		if reference.Empty() || prediction.Empty() {
			if s.HD().Defined() || s.Percentile(0.95).Defined() || s.ASSD().Defined() || s.MASD().Defined() {
				t.Error("there are distances to an empty mask")
			}
			return
		}
		var want struct {
			HD, HD95   any
			FromRef    float64 `json:"asd_ref_pred"`
			FromPred   float64 `json:"asd_pred_ref"`
			NSD        []any
			OfRef      float64 `json:"area_ref"`
			Prediction float64 `json:"area_pred"`
		}
		if err := json.Unmarshal(c.Deepmind, &want); err != nil {
			t.Fatal(err)
		}
		check(t, "HD", s.HD(), want.HD)
		check(t, "HD95", s.Percentile(0.95), want.HD95)
		check(t, "ASD from the reference", s.ASDRefToPred(), want.FromRef)
		check(t, "ASD from the prediction", s.ASDPredToRef(), want.FromPred)
		check(t, "MASD", s.MASD(), (want.FromRef+want.FromPred)/2)
		check(t, "ASSD", s.ASSD(), (want.FromRef*want.OfRef+want.FromPred*want.Prediction)/(want.OfRef+want.Prediction))
		check(t, "area of the reference", metrics.Value{X: area(s.RefToPred)}, want.OfRef)
		check(t, "area of the prediction", metrics.Value{X: area(s.PredToRef)}, want.Prediction)
		for n, tolerance := range tolerances {
			check(t, fmt.Sprintf("NSD at %g", tolerance), s.NSD(tolerance), want.NSD[n])
		}
	})
}
