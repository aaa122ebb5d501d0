package score

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/volume"
)

// row counts probabilities along one row of voxels.
func row[T Number](t *testing.T, p []T, positive []int) Histogram {
	t.Helper()
	reference := mask.NewBits(volume.Size{len(p), 1, 1})
	for i, in := range positive {
		if in == 1 {
			reference.Set(i, 0, 0)
		}
	}
	h, err := Of(context.Background(), func(int) []T { return p }, reference, nil)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func defined(t *testing.T, what string, got metrics.Value, want float64) {
	t.Helper()
	if !got.Defined() {
		t.Errorf("%s: %s, want %v", what, got.Why, want)
		return
	}
	near(t, what, got.X, want, 1e-12)
}

// Six voxels, three of them of the reference: 0.2 0.4 | 0.4 0.6 0.8, and one of 0.6
// beside it.
func TestByHand(t *testing.T) {
	h := row(t, []uint8{51, 102, 102, 153, 204, 153}, []int{0, 0, 1, 1, 1, 0})
	curve, why := h.ROC()
	want := []Point{{math.Inf(1), 0, 0, 0, 0}, {0.8, 1. / 3, 0, 1, 0}, {0.6, 2. / 3, 1. / 3, 2, 1}, {0.4, 1, 2. / 3, 3, 2}, {0.2, 1, 1, 3, 3}}
	if why != "" || len(curve) != len(want) {
		t.Fatalf("curve %v, %q", curve, why)
	}
	for i, p := range want {
		got := curve[i]
		if got.TP != p.TP || got.FP != p.FP || math.Abs(got.TPR-p.TPR) > 1e-15 || math.Abs(got.FPR-p.FPR) > 1e-15 || !(got.Threshold == p.Threshold || math.Abs(got.Threshold-p.Threshold) < 1e-15) {
			t.Errorf("point %d: %+v, want %+v", i, got, p)
		}
	}
	// Of nine pairs 0.4 is above 0.2, 0.6 above two, 0.8 above three; 0.4 and 0.6 tie once each.
	defined(t, "AUC", h.AUC(), (1+0.5+2+0.5+3)/9)
	// Recall grows at 0.8, 0.6 and 0.4 by a third each, with 1/1, 2/3 and 3/5.
	defined(t, "average precision", h.AveragePrecision(), (1+2./3+3./5)/3)
	defined(t, "soft Dice", h.SoftDice(), 2*1.8/(3+3))
	squares := 0.04 + 2*0.16 + 2*0.36 + 0.64
	defined(t, "squared soft Dice", h.SoftDiceSquared(), 2*1.8/(squares+3))
	defined(t, "Jaccard-Tanimoto", h.JaccardTanimoto(), (1.8+1e-3)/(squares+3-1.8+1e-3))
	defined(t, "MAE", h.MAE(), (0.2+0.4+0.6+0.6+0.4+0.2)/6)
	if got := h.At(0.6); got != (metrics.Counts{TP: 2, FP: 1, FN: 1, TN: 2}) {
		t.Errorf("at 0.6: %+v", got)
	}
	if got := h.Bound(); got != 0 {
		t.Errorf("bytes have a bound of %v", got)
	}
	pr, _ := h.PR()
	if len(pr) != 4 || pr[1].Precision() != 2./3 || pr[3].Precision() != 0.5 {
		t.Errorf("precision-recall curve %+v", pr)
	}
}

func TestThresholds(t *testing.T) {
	h := row(t, []uint8{0, 128, 255}, []int{0, 1, 1})
	for _, tt := range []struct {
		at     float64
		tp, fp int64
	}{
		{-1, 2, 1}, {0, 2, 1}, {1. / 255, 2, 0}, {128. / 255, 2, 0}, {0.51, 1, 0}, {1, 1, 0}, {1.01, 0, 0}, {math.Inf(1), 0, 0}, {math.Inf(-1), 2, 1},
	} {
		if c := h.At(tt.at); c.TP != tt.tp || c.FP != tt.fp || c.Total() != 3 {
			t.Errorf("at %v: %+v", tt.at, c)
		}
	}
}

func TestOneClassOrNone(t *testing.T) {
	none := Histogram{}
	background, lesion := row(t, []uint8{3, 9}, []int{0, 0}), row(t, []uint8{3, 9}, []int{1, 1})
	for name, h := range map[string]Histogram{"none": none, "background": background, "lesion": lesion} {
		if _, why := h.ROC(); why != metrics.ZeroDenominator || h.AUC().Why != metrics.ZeroDenominator || h.Bound() != 0 {
			t.Errorf("%s has a ROC curve", name)
		}
	}
	for name, h := range map[string]Histogram{"none": none, "background": background} {
		_, pr := h.PR()
		_, sweep := h.DiceSweep()
		if h.AveragePrecision().Defined() || pr == "" || sweep == "" {
			t.Errorf("%s has precision and recall", name)
		}
	}
	defined(t, "average precision of the reference alone", lesion.AveragePrecision(), 1)
	if none.MAE().Why != metrics.ZeroDenominator || none.SoftDice().Why != metrics.BothEmpty {
		t.Error("nothing has a mean error")
	}
	if _, ece := none.Calibration(10); ece.Defined() {
		t.Error("nothing is calibrated")
	}
	defined(t, "Jaccard-Tanimoto of two empty ones", none.JaccardTanimoto(), 1)
}

func TestRefusals(t *testing.T) {
	size := volume.Size{3, 2, 2}
	nan := float32(math.NaN())
	good := []float32{0, 0.5, 1, 0, 0, 0}
	for _, tt := range []struct {
		name string
		p    []float32
		say  string
	}{
		{"NaN", []float32{0, 0, 0, 0, nan, 0}, "voxel (1, 1, 1) is no number"},
		{"above 1", []float32{0, 1.5, 0, 0, 0, 0}, "voxel (1, 0, 1) is 1.5;"},
		{"below 0", []float32{0, 0, -0.25, 0, 0, 0}, "voxel (2, 0, 1) is −0.25;"},
		{"infinite", []float32{float32(math.Inf(1)), 0, 0, 0, 0, 0}, "voxel (0, 0, 1) is +Inf;"},
		{"short", good[:5], "Slice 2 of the probabilities has 5 voxels; the reference has 3x2x2 in all"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			slice := func(k int) []float32 { return [][]float32{good, tt.p}[k] }
			reference := mask.NewBits(size)
			reference.Set(0, 0, 0)
			reference.Set(0, 0, 1)
			_, err := Of(context.Background(), slice, reference, nil)
			refuses(t, err, tt.say)
			_, err = OfImages(context.Background(), slice, reference, ImageOptions{})
			refuses(t, err, tt.say)
		})
	}
	_, err := Of(context.Background(), func(int) []float32 { return good }, mask.NewBits(size), mask.NewBits(volume.Size{3, 2, 1}))
	refuses(t, err, "3x2x1 voxels, the reference 3x2x2")
	outside := mask.NewBits(size)
	outside.SetRun(0, 2, 0, 0)
	if h, err := Of(context.Background(), func(int) []float32 { return []float32{0.25, 1, nan, 7, -1, nan} }, mask.NewBits(size), outside); err != nil || h.Sum != 1.25 {
		t.Errorf("what lies outside the region: %v, %v", h.Sum, err)
	}
}

func refuses(t *testing.T, err error, say string) {
	t.Helper()
	var refusal *app.Error
	if !errors.As(err, &refusal) || refusal.Kind != app.Refused || !strings.Contains(err.Error(), say) {
		t.Errorf("error %v, want one that says %q", err, say)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	reference := mask.NewBits(volume.Size{2, 2, 9})
	slice := func(int) []uint8 { return make([]uint8, 4) }
	if _, err := Of(ctx, slice, reference, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("counting: %v", err)
	}
	if _, err := OfImages(ctx, slice, reference, ImageOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("images: %v", err)
	}
}

// Voxel by voxel, whatever the width of a row and the kind of number.
func TestCountsEveryVoxelOfTheRegion(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []volume.Size{{1, 1, 1}, {63, 3, 4}, {64, 2, 5}, {65, 3, 2}, {130, 4, 9}} {
		reference, region := mask.NewBits(size), mask.NewBits(size)
		whole := make([][]uint16, size[2])
		fine := make([][]float32, size[2])
		want := map[[2]int]int64{}
		for k := range size[2] {
			for n := range size[0] * size[1] {
				i, j := n%size[0], n/size[0]
				p := uint16(r.IntN(6) * 13107)
				whole[k], fine[k] = append(whole[k], p), append(fine[k], float32(p)/65535)
				positive := r.IntN(3) == 0
				if positive {
					reference.Set(i, j, k)
				}
				if r.IntN(2) == 0 || j%3 == 1 {
					region.Set(i, j, k)
					want[[2]int{int(p), map[bool]int{true: 1}[positive]}]++
				}
			}
		}
		a, err := Of(context.Background(), func(k int) []uint16 { return whole[k] }, reference, region)
		b, err2 := Of(context.Background(), func(k int) []float32 { return fine[k] }, reference, region)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		for _, h := range []Histogram{a, b} {
			for l := range Levels {
				if h.Negative[l] != want[[2]int{l, 0}] || h.Positive[l] != want[[2]int{l, 1}] {
					t.Fatalf("%v, level %d: %d and %d, want %d and %d", size, l, h.Negative[l], h.Positive[l], want[[2]int{l, 0}], want[[2]int{l, 1}])
				}
			}
		}
		if b.Finer {
			t.Errorf("%v: levels written as float32 count as finer than levels", size)
		}
		near(t, "sum", b.Sum, a.Sum, 1e-7*a.Sum)
		near(t, "sum of squares", b.Squares, a.Squares, 1e-7*a.Squares)
		near(t, "sum in the reference", b.OfPositive, a.OfPositive, 1e-7*a.OfPositive)
	}
}

// Cases merged are the voxels of both.
func TestMerge(t *testing.T) {
	a, b := row(t, []float32{0.1, 0.7}, []int{0, 1}), row(t, []float32{0.3, 0.9, 0.2}, []int{1, 0, 1})
	both := row(t, []float32{0.1, 0.7, 0.3, 0.9, 0.2}, []int{0, 1, 1, 0, 1})
	var merged Histogram
	for _, h := range []Histogram{{}, a, {}, b} {
		merged.Merge(h)
	}
	if merged.AUC() != both.AUC() || merged.Finer != both.Finer || math.Abs(merged.Sum-both.Sum) > 1e-12 {
		t.Errorf("merged %v, together %v", merged.AUC(), both.AUC())
	}
	if a.Positive[45874] != 1 || merged.Positive == nil || &merged.Positive[0] == &a.Positive[0] {
		t.Error("merging has changed what was merged")
	}
}

// Where probabilities lie between levels the area is off by no more than Bound says.
func TestBound(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var p []float32
	var positive []int
	for n := range 3000 {
		in := n % 3 / 2
		// Crowded: most within a few levels of one another.
		x := float32(math.Pow(r.Float64(), 8-2*float64(in)) * 2e-3)
		p, positive = append(p, x), append(positive, in)
	}
	pairs, right := 0.0, 0.0
	for i, x := range p {
		for j, y := range p {
			if positive[i] == 1 && positive[j] == 0 {
				pairs++
				if x > y {
					right++
				} else if x == y {
					right += 0.5
				}
			}
		}
	}
	h := row(t, p, positive)
	off := math.Abs(h.AUC().X - right/pairs)
	if b := h.Bound(); !h.Finer || off > b || off == 0 || b > 0.3 {
		t.Errorf("off by %v, bound %v", off, b)
	}
}

// Probabilities closer to one another than two levels: however they are ordered, their
// average precision lies within the bound.
func TestAveragePrecisionOfFinerProbabilities(t *testing.T) {
	const step = 1e-7
	r := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		reference := mask.NewBits([3]int{64, 1, 1})
		p := make([]float32, 64)
		for i := range p {
			p[i] = 0.5 + float32(r.IntN(3))*0.001 + float32(r.IntN(20))*step
			if r.IntN(3) == 0 {
				reference.SetRun(i, i+1, 0, 0)
			}
		}
		h, err := Of(context.Background(), func(int) []float32 { return p }, reference, nil)
		if err != nil {
			t.Fatal(err)
		}
		order := make([]int, len(p))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
		exact, tp := 0.0, 0.0
		for from := 0; from < len(order); {
			to, hits := from, 0.0
			for ; to < len(order) && p[order[to]] == p[order[from]]; to++ {
				if reference.Row(0, 0)[0]>>order[to]&1 == 1 {
					hits++
				}
			}
			tp += hits
			exact += hits * tp / float64(to)
			from = to
		}
		exact /= tp
		if off := math.Abs(exact - h.AveragePrecision().X); off > h.AveragePrecisionBound()+1e-12 || off == 0 {
			t.Errorf("%v off, the bound is %v", off, h.AveragePrecisionBound())
		}
	}
}
