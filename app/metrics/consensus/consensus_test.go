package consensus

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/testdata"
	"opacity/app/volume"
)

// ofPatterns is the masks of readers, bit n of a voxel's pattern being mask n's.
func ofPatterns(size volume.Size, readers int, patterns []uint64) []*mask.Bits {
	var out []*mask.Bits
	for r := range readers {
		m := mask.NewBits(size)
		for n, p := range patterns {
			if p>>r&1 == 1 {
				m.Set(n%size[0], n/size[0]%size[1], n/size[0]/size[1])
			}
		}
		out = append(out, m)
	}
	return out
}

// Against testdata/staple.json, which testdata/staple.py makes with SimpleITK.
func TestAsSimpleITK(t *testing.T) {
	var peer struct {
		Cases []struct {
			Size                     volume.Size
			Readers                  int
			Pattern                  []uint64
			Sensitivity, Specificity []float64
			Probability              map[string]float64
			Majority, Divided        int
		}
	}
	testdata.JSON(t, "staple.json", &peer)
	for _, c := range peer.Cases {
		t.Run(fmt.Sprint(c.Readers, " readers"), func(t *testing.T) {
			masks := ofPatterns(c.Size, c.Readers, c.Pattern)
			got, err := STAPLE(context.Background(), masks, nil)
			if err != nil || !got.Converged || got.Why != "" {
				t.Fatal(got.Converged, got.Why, err)
			}
			for r := range masks {
				near(t, "sensitivity", got.Sensitivity[r], c.Sensitivity[r])
				near(t, "specificity", got.Specificity[r], c.Specificity[r])
			}
			for p, want := range c.Probability {
				pattern, _ := strconv.ParseUint(p, 10, 64)
				near(t, "probability of "+p, got.probability[pattern], want)
			}
			for n, p := range c.Pattern {
				i, j, k := n%c.Size[0], n/c.Size[0]%c.Size[1], n/c.Size[0]/c.Size[1]
				if want := c.Probability[strconv.FormatUint(p, 10)] >= 0.5; got.Mask.At(i, j, k) != want {
					t.Fatalf("voxel (%d, %d, %d) of pattern %b: %v", i, j, k, p, !want)
				}
			}
			most, err := Majority(masks)
			if err != nil || most.Count() != c.Majority {
				t.Errorf("majority of %d voxels, the peer has %d; %v", most.Count(), c.Majority, err)
			}
		})
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-6) {
		t.Errorf("%s: %v, the peer says %v", what, got, want)
	}
}

func TestMajority(t *testing.T) {
	size := volume.Size{4, 1, 1}
	for _, tt := range []struct {
		readers  int
		patterns []uint64
		want     string
	}{
		{1, []uint64{0, 1, 0, 1}, "0101"},
		{2, []uint64{0, 1, 2, 3}, "0001"},
		{3, []uint64{1, 3, 5, 7}, "0111"},
		{4, []uint64{3, 7, 15, 0}, "0110"},
	} {
		m, err := Majority(ofPatterns(size, tt.readers, tt.patterns))
		got := ""
		for i := range 4 {
			got += map[bool]string{true: "1", false: "0"}[m.At(i, 0, 0)]
		}
		if err != nil || got != tt.want {
			t.Errorf("%d readers: %s, want %s, %v", tt.readers, got, tt.want, err)
		}
	}
}

// Inside a region nothing outside counts: the consensus is that of a grid of the region
// alone.
func TestStapleInARegion(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	size, small := volume.Size{130, 4, 20}, volume.Size{60, 4, 20}
	region := mask.NewBits(size)
	var all, inside []uint64
	for n := range size.Voxels() {
		p := uint64(0)
		if n%130 > 20 && n%130 < 50 {
			p = 7
		}
		for b := range 3 {
			if r.IntN(10) == 0 {
				p ^= 1 << b
			}
		}
		all = append(all, p)
		if n%130 < 60 {
			inside = append(inside, p)
		}
	}
	for k := range size[2] {
		for j := range size[1] {
			region.SetRun(0, 60, j, k)
		}
	}
	got, err := STAPLE(context.Background(), ofPatterns(size, 3, all), region)
	want, err2 := STAPLE(context.Background(), ofPatterns(small, 3, inside), nil)
	if err != nil || err2 != nil || got.Prior != want.Prior || got.Iterations != want.Iterations {
		t.Fatal(got.Prior, want.Prior, got.Iterations, want.Iterations, err, err2)
	}
	for n := range 3 {
		near(t, "sensitivity", got.Sensitivity[n], want.Sensitivity[n])
		near(t, "specificity", got.Specificity[n], want.Specificity[n])
	}
	if got.Mask.Count() != want.Mask.Count() || got.Mask.Bounds().Max[0] > 60 {
		t.Errorf("%d voxels to x = %d, want %d", got.Mask.Count(), got.Mask.Bounds().Max[0], want.Mask.Count())
	}
}

func TestStapleOfNothingAndAll(t *testing.T) {
	size := volume.Size{70, 2, 2}
	for name, tt := range map[string]struct {
		pattern uint64
		voxels  int
	}{"nothing": {0, 0}, "all": {3, 280}} {
		var patterns []uint64
		for range size.Voxels() {
			patterns = append(patterns, tt.pattern)
		}
		got, err := STAPLE(context.Background(), ofPatterns(size, 2, patterns), nil)
		if err != nil || got.Why != metrics.ZeroDenominator || got.Mask.Count() != tt.voxels || !math.IsNaN(got.Sensitivity[1]) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// Readers that contradict one another altogether still have a consensus.
func TestStapleOfOpposites(t *testing.T) {
	size := volume.Size{8, 1, 1}
	got, err := STAPLE(context.Background(), ofPatterns(size, 2, []uint64{1, 1, 1, 1, 1, 1, 1, 1}), nil)
	if err != nil || !got.Converged || got.Sensitivity[0] != 1 || got.Sensitivity[1] != 0 || got.Mask.Count() != 8 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRefusals(t *testing.T) {
	a, b := mask.NewBits(volume.Size{2, 2, 2}), mask.NewBits(volume.Size{2, 2, 1})
	many := make([]*mask.Bits, 65)
	for n := range many {
		many[n] = a
	}
	for _, tt := range []struct {
		masks  []*mask.Bits
		region *mask.Bits
		say    string
	}{
		{nil, nil, "from 2 to 64 masks of one case, not 0"},
		{[]*mask.Bits{a}, nil, "not 1"},
		{many, nil, "not 65"},
		{[]*mask.Bits{a, b}, nil, "Mask 2 of the case has 2x2x1 voxels, the first 2x2x2"},
		{[]*mask.Bits{a, a}, b, "region of the consensus has 2x2x1 voxels"},
	} {
		_, err := STAPLE(context.Background(), tt.masks, tt.region)
		var refusal *app.Error
		if !errors.As(err, &refusal) || refusal.Kind != app.Refused || !strings.Contains(err.Error(), tt.say) {
			t.Errorf("error %v, want one that says %q", err, tt.say)
		}
	}
	if _, err := Majority(nil); err == nil {
		t.Error("a majority of nobody")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	full := mask.NewBits(volume.Size{2, 2, 2})
	full.Set(0, 0, 0)
	if _, err := STAPLE(ctx, []*mask.Bits{a, full}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestPairwise(t *testing.T) {
	got, err := Pairwise(context.Background(), 4, func(_ context.Context, a, b int) (int, error) { return 10*a + b, nil })
	want := []Pair[int]{{0, 1, 1}, {0, 2, 2}, {0, 3, 3}, {1, 2, 12}, {1, 3, 13}, {2, 3, 23}}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v; %v", got, want, err)
	}
	broken := errors.New("broken")
	if _, err := Pairwise(context.Background(), 3, func(context.Context, int, int) (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Pairwise(ctx, 2, func(context.Context, int, int) (int, error) { return 0, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if got, _ := Pairwise(context.Background(), 1, func(context.Context, int, int) (int, error) { return 0, nil }); got != nil {
		t.Error("one reader is compared")
	}
}

func BenchmarkStaple(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 5))
	size := volume.Size{512, 512, 300}
	var masks []*mask.Bits
	for range 5 {
		m := mask.NewBits(size)
		for k := 50; k < 250; k++ {
			for j := 100; j < 400; j++ {
				m.SetRun(100+r.IntN(20), 400+r.IntN(20), j, k)
			}
		}
		masks = append(masks, m)
	}
	for b.Loop() {
		if s, err := STAPLE(context.Background(), masks, nil); err != nil || !s.Converged {
			b.Fatal(err)
		}
	}
}
