package cohort

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// hu is a volume of ten voxels in a row.
func hu(values ...int16) *volume.Volume {
	g := volume.Geometry{Size: volume.Size{len(values), 1, 1}, Affine: volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}}
	return &volume.Volume{Geometry: g, Int16: values, Unit: volume.HU}
}

func TestDensityByHand(t *testing.T) {
	v := hu(-3024, -1000, -951, -950, -751, -750, -401, -400, -1, 0, 60, 3000)
	all, some := mask.NewBits(v.Size), mask.NewBits(v.Size)
	all.SetRun(0, 12, 0, 0)
	some.SetRun(9, 11, 0, 0)
	got, why, err := spreads(context.Background(), v, []part{{label: "mask", reference: all, prediction: some}})
	if err != nil || why != nil {
		t.Fatal(err, why)
	}
	want := []struct {
		class    string
		from, to int
		ref      int64
		pred     int64
		percent  number
	}{
		{"emphysematous", -1024, -950, 3, 0, 25},
		{"inflated", -950, -750, 2, 0, 100. / 6},
		{"infiltrated", -750, -400, 2, 0, 100. / 6},
		{"collapsed", -400, 0, 2, 0, 100. / 6},
		{"vessels", 0, 3072, 3, 2, 25},
	}
	for n, w := range want {
		a, b := got[0].Reference.Density[n], got[0].Prediction.Density[n]
		if a != (Density{w.class, w.from, w.to, w.ref, w.percent}) || b.Voxels != w.pred {
			t.Errorf("class %d is %+v and %+v, want %+v", n, a, b, w)
		}
	}
	if h := got[0].Reference; h.Voxels != 12 || h.Histogram[0] != 1 || h.Histogram[2] != 1 || len(h.Histogram) != 403 || h.Histogram[402] != 1 {
		t.Errorf("histogram %v of %d bins", h.Histogram[:8], len(h.Histogram))
	}
	var b bytes.Buffer
	if err := (Report{Cases: []Row{{Case: "a", Label: "mask", HU: got[0]}}}).WriteDensity(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "a,,mask,vessels,0,3072,3,25,2,100\n") {
		t.Error(b.String())
	}
	b.Reset()
	if err := (Report{Cases: []Row{{Case: "a", Label: "mask", HU: got[0]}}}).WriteHistogram(&b); err != nil {
		t.Fatal(err)
	}
	if want := "a,,mask,-4,6,2,1\n"; !strings.Contains(b.String(), want) { // -1 and 0; of the prediction 0 alone
		t.Errorf("no %q in\n%s", want, b.String())
	}
}

func TestNoDensityWithoutHU(t *testing.T) {
	v := hu(0, 255)
	v.Unit = volume.Arbitrary
	none := mask.NewBits(v.Size)
	got, why, err := spreads(context.Background(), v, []part{{label: "mask", reference: none, prediction: none}})
	if err != nil || got[0] != nil || why == nil {
		t.Errorf("%v, %v, %v; want a sentence and no numbers", got, why, err)
	}
}

func TestAreasWithoutSpacing(t *testing.T) {
	a, b := mask.NewBits(volume.Size{4, 2, 2}), mask.NewBits(volume.Size{4, 2, 2})
	a.SetRun(0, 3, 0, 1)
	b.SetRun(0, 2, 1, 1)
	on := onGrid(a.Size())
	for _, c := range []struct {
		mm       bool
		quantity string
	}{{true, AreaMM2}, {false, AreaPixels}} {
		on.mm = c.mm
		row := Row{Slices: slicesOf(part{reference: a, prediction: b}, on)}
		if len(row.Slices) != 1 || row.Slices[0].Number != 2 || row.Slices[0].ReferenceShare != 3./8 || row.Slices[0].PredictionShare != 2./8 {
			t.Errorf("%+v", row.Slices)
		}
		q := Area([]Row{row})
		if x, y := row.Slices[0].Area(q); q != c.quantity || x != 3 || y != 2 {
			t.Errorf("%s %v %v, want %s of 3 and 2", q, x, y, c.quantity)
		}
	}
}
