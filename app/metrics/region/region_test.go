package region

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/phantom"
	"opacity/app/text"
	"opacity/app/volume"
)

// straight is a grid of slices across the patient's z.
func straight(size volume.Size, spacingMM [3]float64) volume.Geometry {
	g := volume.Geometry{Size: size}
	for c := range 3 {
		g.Affine[c][c] = spacingMM[c]
	}
	g.Affine[2][3] = -100
	return g
}

// slab has all voxels of slices k0..k1-1.
func slab(size volume.Size, k0, k1 int) *mask.Bits {
	b := mask.NewBits(size)
	for k := k0; k < k1; k++ {
		for j := range size[1] {
			b.SetRun(0, size[0], j, k)
		}
	}
	return b
}

func TestThirdsOfStraightGrid(t *testing.T) {
	tests := []struct {
		name           string
		nz, k0, k1     int
		middle, apexAt int // the first slices of these
	}{
		{"nine slices", 20, 3, 12, 6, 9},
		{"ten slices", 20, 0, 10, 3, 7},
		{"one slice is a middle", 20, 7, 8, 7, 8},
		{"two slices are base and apex", 20, 7, 9, 8, 8},
		{"the whole grid", 300, 0, 300, 100, 200},
	}
	for _, tt := range tests {
		size := volume.Size{5, 4, tt.nz}
		thirds, ok := Thirds(slab(size, tt.k0, tt.k1), straight(size, [3]float64{0.7, 0.7, 1.25}))
		if !ok {
			t.Fatalf("%s: there is no lung", tt.name)
		}
		for k := range size[2] {
			want := 0
			if k >= tt.apexAt {
				want = 2
			} else if k >= tt.middle {
				want = 1
			}
			for n := range thirds {
				if got := thirds[n].Voxels.At(4, 3, k); got != (n == want) {
					t.Errorf("%s: slice %d is in third %d: %v", tt.name, k, n, got)
				}
			}
		}
	}
	if _, ok := Thirds(mask.NewBits(volume.Size{3, 3, 3}), straight(volume.Size{3, 3, 3}, [3]float64{1, 1, 1})); ok {
		t.Error("an empty mask has thirds")
	}
}

// On a grid that lies askew, and on one of uneven slices, thirds follow the patient's z,
// and each voxel is of one.
func TestThirdsFollowThePatient(t *testing.T) {
	askew := straight(volume.Size{30, 20, 25}, [3]float64{1, 1, 2})
	askew.Affine[2][0], askew.Affine[2][1] = 0.4, -0.2
	uneven := straight(volume.Size{6, 6, 25}, [3]float64{1, 1, 2})
	for k := range 25 {
		uneven.SlicePositionsMM = append(uneven.SlicePositionsMM, float64(k*k)/10)
	}
	for name, g := range map[string]volume.Geometry{"askew": askew, "uneven": uneven} {
		lungs := slab(g.Size, 5, 20)
		thirds, _ := Thirds(lungs, g)
		limits, _ := thirdsOf(lungs, g)
		var inEach [3]int
		for k := range g.Size[2] {
			for j := range g.Size[1] {
				for i := range g.Size[0] {
					z := g.ToPatient(volume.Vec{float64(i), float64(j), float64(k)})[2]
					want := 0
					if z > limits[1]-1e-9 {
						want = 2
					} else if z > limits[0]-1e-9 {
						want = 1
					}
					for n := range thirds {
						if thirds[n].Voxels.At(i, j, k) != (n == want) {
							t.Fatalf("%s: voxel %d, %d, %d at %g is not in third %d alone", name, i, j, k, z, want)
						}
					}
					inEach[want]++
				}
			}
		}
		for n, voxels := range inEach {
			if voxels == 0 {
				t.Errorf("%s: third %d is empty", name, n)
			}
		}
	}
}

func TestScore(t *testing.T) {
	for _, tt := range []struct {
		infected, lung int64
		want           int
	}{
		{0, 100, 0},
		{1, 1000, 1},
		{25, 100, 1},
		{26, 100, 2},
		{50, 100, 2},
		{51, 100, 3},
		{75, 100, 3},
		{76, 100, 4},
		{100, 100, 4},
	} {
		if got := scoreOf(tt.infected, tt.lung); got != tt.want {
			t.Errorf("%d of %d is scored %d, want %d", tt.infected, tt.lung, got, tt.want)
		}
	}
}

// The right lung is on the left of the picture; it is one third shorter than the left
// one, so that their zones lie elsewhere.
func TestSixZones(t *testing.T) {
	size := volume.Size{10, 10, 12}
	g := straight(size, [3]float64{1, 1, 5})
	left, right, infection := mask.NewBits(size), mask.NewBits(size), mask.NewBits(size)
	for k := range size[2] {
		for j := range 10 {
			left.SetRun(6, 10, j, k)
			if k < 6 {
				right.SetRun(0, 4, j, k)
			}
		}
	}
	for j := range 10 {
		infection.SetRun(0, 4, j, 5) // half of the right apex
		infection.SetRun(6, 10, j, 0)
		infection.SetRun(6, 10, j, 1)
		infection.SetRun(6, 10, j, 2)
		infection.SetRun(6, 10, j, 3)  // all of the left base
		infection.SetRun(4, 6, j, 7)   // beside the lungs
		infection.SetRun(6, 7, j, 6)   // a sixteenth of the left middle
		infection.SetRun(6, 10, j, 10) // a quarter of the left apex
	}
	s := SixZones(left, right, infection, g)
	keys, scores := "", []int{}
	for _, z := range s.Zones {
		keys += z.Key + " "
		scores = append(scores, z.Score)
	}
	if keys != "right_apex right_middle right_base left_apex left_middle left_base " {
		t.Errorf("zones are %s", keys)
	}
	if want := []int{2, 0, 0, 1, 1, 4}; !slices.Equal(scores, want) || s.Total != (metrics.Value{X: 8}) {
		t.Errorf("scores are %v, %+v; want %v, 8", scores, s.Total, want)
	}
	if !strings.Contains(s.Name.String(), "Six-zone") {
		t.Errorf("named %q", s.Name)
	}
	if s := SixZones(left, mask.NewBits(size), infection, g); s.Total.Why != metrics.ZeroDenominator || s.Zones[5].Score != 4 {
		t.Errorf("without a right lung: %+v", s.Total)
	}
}

func chest() (*volume.Volume, *mask.Mask) {
	return phantom.New(phantom.Options{Size: volume.Size{128, 128, 60}, Seed: 2, InfectionPercent: 10})
}

// The body of the synthetic chest holds its lungs whole, and neither the table nor the
// air around it.
func TestBody(t *testing.T) {
	v, m := chest()
	body, ok, err := Body(context.Background(), v)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	lungs := mask.BitsOf(m, mask.Anatomy, 1)
	lungs.Or(mask.BitsOf(m, mask.Anatomy, 2))
	outside := lungs.Clone()
	outside.AndNot(body)
	if n := outside.Count(); n > 0 {
		t.Errorf("%d of %d lung voxels are outside the body", n, lungs.Count())
	}
	if share := float64(body.Count()) / float64(v.Size.Voxels()); share < 0.3 || share > 0.7 {
		t.Errorf("the body is %g of the volume", share)
	}
	for _, at := range [][3]int{{0, 0, 30}, {127, 0, 30}, {64, 126, 30}} {
		if body.At(at[0], at[1], at[2]) {
			t.Errorf("%v is in the body", at)
		}
	}
	if n := len(body.Components(6).List); n > 1 {
		t.Errorf("the body has %d parts", n)
	}
	v.Unit = volume.Arbitrary
	if _, ok, _ := Body(context.Background(), v); ok {
		t.Error("there is a body without HU")
	}
}

func TestOfNegatives(t *testing.T) {
	v, m := chest()
	lungs, none := mask.BitsOf(m, mask.Anatomy, 1), mask.NewBits(v.Size)
	inside, _, err := Body(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	air := *v
	air.Int16 = make([]int16, v.Size.Voxels())
	for n := range air.Int16 {
		air.Int16[n] = -1000
	}
	nobody, _, err := Body(context.Background(), &air)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name             string
		roi, lungs, body *mask.Bits
		key, says        string
	}{
		{"a region of interest", lungs, lungs, inside, ROI, "inside the region of interest"},
		{"lungs", nil, lungs, inside, ReferenceLungs, "inside the reference lungs"},
		{"no lungs", nil, none, inside, Inside, "inside the body"},
		{"no HU", nil, nil, nil, WholeGrid, "in the whole volume"},
		{"nothing but air", nil, nil, nobody, WholeGrid, "in the whole volume"},
		{"empty lungs alone", nil, none, nil, WholeGrid, "in the whole volume"},
	}
	for _, tt := range tests {
		r := OfNegatives(tt.roi, tt.lungs, tt.body)
		if r.Key != tt.key || r.Name.String() != tt.says || (r.Voxels == nil) != (tt.key == WholeGrid) {
			t.Errorf("%s: %s, %q, %v", tt.name, r.Key, r.Name, r.Voxels != nil)
		}
	}
}

func TestHistogramAndDensities(t *testing.T) {
	values := []int16{-3000, -1024, -951, -950, -751, -750, -401, -400, -1, 0, 3071, 5000}
	v := &volume.Volume{Geometry: straight(volume.Size{12, 1, 1}, [3]float64{1, 1, 1}), Int16: values, Unit: volume.HU}
	h, ok, err := HistogramOf(context.Background(), v, nil)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	want := []int64{3, 2, 2, 2, 3}
	for n, d := range h.Densities() {
		if d.Voxels != want[n] || math.Abs(d.Percent-100*float64(want[n])/12) > 1e-12 {
			t.Errorf("%s: %d, %g %%; want %d", d.Key, d.Voxels, d.Percent, want[n])
		}
	}
	if bins := h.Bins(1024); len(bins) != 4 || bins[0] != 9 || bins[1] != 1 || bins[2] != 0 || bins[3] != 2 {
		t.Errorf("bins are %v", bins)
	}
	some := mask.NewBits(v.Size)
	some.SetRun(2, 4, 0, 0)
	h, _, _ = HistogramOf(context.Background(), v, some)
	if d := h.Densities(); d[0].Percent != 50 || d[1].Percent != 50 {
		t.Errorf("of two voxels: %+v", d)
	}
	h, _, _ = HistogramOf(context.Background(), v, mask.NewBits(v.Size))
	if d := h.Densities(); !math.IsNaN(d[0].Percent) {
		t.Errorf("of none: %+v", d[0])
	}
	fine := &volume.Volume{Geometry: v.Geometry, Float32: []float32{-950.5, -949.5, float32(math.NaN()), float32(math.Inf(1)), 1e9, 0, 0, 0, 0, 0, 0, 0}, Unit: volume.HU}
	h, _, _ = HistogramOf(context.Background(), fine, nil)
	if d := h.Densities(); d[0].Voxels != 3 || d[1].Voxels != 1 || d[4].Voxels != 8 {
		t.Errorf("of fine values: %+v", d)
	}
	v.Unit = volume.Arbitrary
	if _, ok, _ := HistogramOf(context.Background(), v, nil); ok {
		t.Error("there is a histogram without HU")
	}
}

// The classes join up, and every name is in the table.
func TestNames(t *testing.T) {
	for n, d := range densities {
		if n > 0 && densities[n-1].ToHU != d.FromHU {
			t.Errorf("%s begins at %d", d.Key, d.FromHU)
		}
	}
	messages := []text.Message{named("whole_grid", nil).Name, text.M("region.six_zones")}
	for _, d := range (Histogram{}).Densities() {
		messages = append(messages, d.Name)
	}
	for _, key := range []string{"base", "middle", "apex"} {
		messages = append(messages, named(key, nil).Name, named("left_"+key, nil).Name, named("right_"+key, nil).Name)
	}
	for _, m := range messages {
		if strings.HasPrefix(m.String(), "region.") {
			t.Errorf("%s has no name", m.Key)
		}
	}
}

func TestAreas(t *testing.T) {
	size := volume.Size{70, 10, 3}
	b := mask.NewBits(size)
	b.SetRun(0, 70, 2, 1)
	b.SetRun(60, 66, 3, 1)
	g := straight(size, [3]float64{0.5, 2, 7})
	got := Areas(b, g, true)
	if want := (Area{76, 76, 76.0 / 700}); got[1] != want || got[0] != (Area{}) || len(got) != 3 {
		t.Errorf("%+v, want %+v in the middle", got, want)
	}
	if a := Areas(b, g, false)[1]; a.Pixels != 76 || !math.IsNaN(a.MM2) {
		t.Errorf("without spacing: %+v", a)
	}
}

func TestCancelled(t *testing.T) {
	v, _ := chest()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Body(ctx, v); err == nil {
		t.Error("a body in spite of cancellation")
	}
	if _, _, err := HistogramOf(ctx, v, nil); err == nil {
		t.Error("a histogram in spite of cancellation")
	}
}

func BenchmarkBody(b *testing.B) {
	v, _ := phantom.New(phantom.Options{})
	for b.Loop() {
		if _, _, err := Body(context.Background(), v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHistogram(b *testing.B) {
	v, m := phantom.New(phantom.Options{})
	lungs := mask.BitsOf(m, mask.Anatomy, 1)
	for b.Loop() {
		if _, _, err := HistogramOf(context.Background(), v, lungs); err != nil {
			b.Fatal(err)
		}
	}
}
