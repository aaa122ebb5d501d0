package score

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"opacity/app/stats"
)

func TestCoarseLevels(t *testing.T) {
	last := -1
	for l := range Levels {
		c := coarseOf(l)
		if c != last && c != last+1 {
			t.Fatalf("level %d is in %d, the one before in %d", l, c, last)
		}
		last = c
		if mirrored := coarseOf(Levels - 1 - l); mirrored != coarse-1-c {
			t.Fatalf("level %d is in %d, its mirror image in %d", l, c, mirrored)
		}
	}
	if last != coarse-1 {
		t.Errorf("the last is %d of %d", last, coarse)
	}
	for v := 1; v < 256; v++ {
		if coarseOf(257*v) == coarseOf(257*(v-1)) {
			t.Errorf("bytes %d and %d are not told apart", v-1, v)
		}
	}
	for l := range 256 {
		if coarseOf(l) != l {
			t.Errorf("level %d is in %d", l, coarseOf(l))
		}
	}
}

// cohort is cases of bytes, some of them of one class.
func cohort(t *testing.T, n int) (all []Histogram, digests []*Digest) {
	r := rand.New(rand.NewPCG(11, 12))
	for c := range n {
		var p []uint8
		var positive []int
		shift := 30 * r.NormFloat64()
		for range 50 + 40*c {
			in := 0
			if c%5 != 4 && r.IntN(4) == 0 {
				in = 1
			}
			p = append(p, uint8(max(0, min(255, 90+60*float64(in)+shift+40*r.NormFloat64()))))
			positive = append(positive, in)
		}
		h := row(t, p, positive)
		all, digests = append(all, h), append(digests, h.Digest())
	}
	return all, digests
}

func pooled(all []Histogram, cases []int) Histogram {
	var h Histogram
	for _, c := range cases {
		h.Merge(all[c])
	}
	return h
}

// ofSixty are the draws that tests make.
var ofSixty = stats.Bootstrap{Resamples: 60, Seed: 3}

// sameInterval compares the interval of digests with that of whole histograms, and
// returns the cases.
func sameInterval(t *testing.T, of func([]*Digest, stats.Bootstrap) (stats.Interval, stats.Why), whole func(h Histogram) float64) ([]Histogram, []*Digest) {
	t.Helper()
	all, digests := cohort(t, 7)
	want, _ := ofSixty.Interval(len(all), func(cases []int) float64 { return whole(pooled(all, cases)) })
	got, why := of(digests, ofSixty)
	if why != "" {
		t.Fatal(why)
	}
	near(t, "lower", got.Lo, want.Lo, 1e-12)
	near(t, "upper", got.Hi, want.Hi, 1e-12)
	return all, digests
}

// The interval is that of drawing cases and counting all their voxels anew.
func TestAUCIntervalByPooling(t *testing.T) {
	_, digests := sameInterval(t, AUCInterval, func(h Histogram) float64 { return h.AUC().X })
	if _, why := AUCInterval(digests[:1], ofSixty); why != stats.TooFew {
		t.Errorf("of one case: %q", why)
	}
	if _, why := AUCInterval([]*Digest{digests[4], digests[4]}, ofSixty); why != stats.TooFew {
		t.Errorf("of one class: %q", why)
	}
}

// The digest's area is close to that of all levels, for probabilities as networks give
// them too.
func TestDigestKeepsTheArea(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	var p []float32
	var positive []int
	for n := range 20000 {
		in := n % 20 / 19
		p = append(p, float32(1/(1+math.Exp(6-8*float64(in)+3*r.NormFloat64()))))
		positive = append(positive, in)
	}
	h := row(t, p, positive)
	d := h.Digest()
	pos, neg := h.Totals()
	got := pairsAbove([]*Digest{d})[0][0] / float64(pos) / float64(neg)
	near(t, "area", got, h.AUC().X, 1e-5)
}

// The band's curves are those of the voxels pooled.
func TestBandByPooling(t *testing.T) {
	all, digests := cohort(t, 6)
	var fpr []float64
	for n := range 21 {
		fpr = append(fpr, float64(n)/20)
	}
	b := stats.Bootstrap{Resamples: 50, Seed: 4}
	lo, hi, why := Band(context.Background(), digests, fpr, b)
	wantLo, wantHi, _ := b.Band(len(all), func(cases []int) []float64 {
		curve, _ := pooled(all, cases).ROC()
		var y []float64
		for _, at := range fpr {
			y = append(y, tprAt(curve, at))
		}
		return y
	})
	if why != "" || len(lo) != len(fpr) {
		t.Fatalf("%d of %d, %q", len(lo), len(fpr), why)
	}
	for n := range fpr {
		near(t, "lower end", lo[n], wantLo[n], 1e-12)
		near(t, "upper end", hi[n], wantHi[n], 1e-12)
	}
	if hi[len(hi)-1] != 1 || lo[len(lo)-1] != 1 {
		t.Errorf("the band ends at %v and %v", lo[len(lo)-1], hi[len(hi)-1])
	}
}

// tprAt is a curve at a false positive rate, the upper end where it is vertical.
func tprAt(curve []Point, fpr float64) float64 {
	y := 0.0
	for n := 1; n < len(curve); n++ {
		a, b := curve[n-1], curve[n]
		switch {
		case b.FPR <= fpr:
			y = b.TPR
		case a.FPR <= fpr:
			y = a.TPR + (b.TPR-a.TPR)*(fpr-a.FPR)/(b.FPR-a.FPR)
		}
	}
	return y
}

func TestThin(t *testing.T) {
	all, _ := cohort(t, 4)
	curve, _ := all[3].ROC()
	for _, tolerance := range []float64{0, 0.01, 0.1} {
		thin := Thin(curve, tolerance)
		if thin[0] != curve[0] || thin[len(thin)-1] != curve[len(curve)-1] {
			t.Error("the ends have gone")
		}
		if len(thin) >= len(curve) || tolerance > 0 && len(thin) > 40 {
			t.Errorf("tolerance %v: %d of %d points", tolerance, len(thin), len(curve))
		}
		for _, p := range curve {
			if off := distance(thin, p); off > tolerance+1e-9 {
				t.Errorf("tolerance %v: a point is %v off", tolerance, off)
			}
		}
	}
	short := curve[:2]
	if len(Thin(short, 1)) != 2 || Thin(nil, 1) != nil {
		t.Error("a curve of two points is not the same")
	}
}

// distance is how far a point is from the nearest line of a curve.
func distance(curve []Point, p Point) float64 {
	best := math.Inf(1)
	for n := 1; n < len(curve); n++ {
		a, b := curve[n-1], curve[n]
		x, y := b.FPR-a.FPR, b.TPR-a.TPR
		along := max(0, min(1, ((p.FPR-a.FPR)*x+(p.TPR-a.TPR)*y)/(x*x+y*y)))
		best = min(best, math.Hypot(p.FPR-a.FPR-along*x, p.TPR-a.TPR-along*y))
	}
	return best
}

func BenchmarkResample(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var cases []*Digest
	for range 100 {
		d := &Digest{}
		for c := range coarse {
			d.positive[c], d.negative[c] = int64(r.IntN(c+1)), int64(r.IntN(coarse-c))
		}
		cases = append(cases, d)
	}
	fpr := make([]float64, 201)
	for n := range fpr {
		fpr[n] = float64(n) / 200
	}
	b.Run("area", func(b *testing.B) {
		for b.Loop() {
			AUCInterval(cases, stats.Bootstrap{})
		}
	})
	b.Run("band", func(b *testing.B) {
		for b.Loop() {
			Band(context.Background(), cases, fpr, stats.Bootstrap{})
		}
	})
}

// The interval of the average precision is that of drawing cases and counting all their
// voxels anew.
func TestAveragePrecisionIntervalByPooling(t *testing.T) {
	all, digests := sameInterval(t, averagePrecisionInterval, func(h Histogram) float64 { return h.AveragePrecision().X })
	recall, precision := digests[0].PR()
	points, _ := all[0].PR()
	last := points[len(points)-1]
	if n := len(recall) - 1; n < 2 || recall[n] != 1 || precision[n] != last.Precision() {
		t.Errorf("%v %v", recall, precision)
	}
	if recall, _ = (&Digest{}).PR(); recall != nil {
		t.Errorf("of nothing: %v", recall)
	}
}

func averagePrecisionInterval(cases []*Digest, b stats.Bootstrap) (stats.Interval, stats.Why) {
	return AveragePrecisionInterval(context.Background(), cases, b)
}
