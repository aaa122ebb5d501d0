package inference

import (
	"fmt"
	"testing"

	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/testdata"
	"opacity/app/volume"
)

// thinned is every step-th slice of a set, mirrored along i where asked.
func thinned(b *mask.Bits, step int, mirror bool) *mask.Bits {
	size := b.Size()
	out := mask.NewBits(volume.Size{size[0], size[1], (size[2] + step - 1) / step})
	b.Components(6).Each(func(_, i0, i1, j, k int) {
		if mirror {
			i0, i1 = size[0]-i1, size[0]-i0
		}
		if k%step == 0 {
			out.SetRun(i0, i1, j, k/step)
		}
	})
	return out
}

// Lungs whose sides are known are not doubted, and mirrored they are, on thin
// slices and thick ones. Run with -v it prints what the constants of mirrored.go
// rest on.
func TestMirroredLungsAreDoubted(t *testing.T) {
	check := func(t *testing.T, left, right *mask.Bits) {
		t.Helper()
		for _, step := range []int{1, 3} {
			l, r := thinned(left, step, false), thinned(right, step, false)
			t.Logf("every %d. slice: heart %+.4f of the width to the left, left lung %.3f of the right",
				step, heartShift(l, r), float64(l.Count())/float64(r.Count()))
			if sidesDoubtful(l, r) {
				t.Error("doubted")
			}
			if l, r = thinned(right, step, true), thinned(left, step, true); !sidesDoubtful(l, r) {
				t.Errorf("mirrored, and not doubted: heart %+.4f", heartShift(l, r))
			}
		}
	}
	for _, o := range []phantom.Options{
		{Size: volume.Size{160, 160, 60}},
		{Size: volume.Size{96, 96, 40}, Arms: true},
		{Size: volume.Size{128, 128, 30}, SpacingMM: [3]float64{2.8, 2.8, 10}},
		{Size: volume.Size{90, 180, 100}, SpacingMM: [3]float64{4, 2, 3}, InfectionPercent: 25},
	} {
		for seed := range uint64(6) {
			t.Run(fmt.Sprint(o.Size, " seed ", seed), func(t *testing.T) {
				o.Seed = seed
				_, m := phantom.New(o)
				check(t, mask.BitsOf(m, mask.Anatomy, mask.LeftLung), mask.BitsOf(m, mask.Anatomy, mask.RightLung))
			})
		}
	}
	t.Run("LUNG1-001", func(t *testing.T) {
		left, right := referenceLungs(t, open(t, testdata.Path(t, "ct", "lung1-001", "lungs_left1_right2.nii.gz")))
		check(t, left, right)
	})
}

// The heart hardly off the middle is doubted only where the lung named left is
// the larger too; lungs that cannot be compared are not doubted.
func TestSidesDoubtful(t *testing.T) {
	size := volume.Size{128, 100, 60}
	// A lung of half width radius at i, and a heart of that half width cut out of both.
	lungs := func(right, left, heart, heartI float64) (l, r *mask.Bits) {
		l, r = mask.NewBits(size), mask.NewBits(size)
		ellipsoid(r, [3]float64{60 - right, 50, 30}, [3]float64{right, 30, 25})
		ellipsoid(l, [3]float64{68 + left, 50, 30}, [3]float64{left, 30, 25})
		h := mask.NewBits(size)
		ellipsoid(h, [3]float64{heartI, 35, 20}, [3]float64{heart, 18, 22})
		l.AndNot(h)
		r.AndNot(h)
		return l, r
	}
	for _, c := range []struct {
		name                string
		right, left, h, atI float64
		want                bool
	}{
		{"heart to the left", 22, 20, 16, 72, false},
		{"heart far to the right", 22, 22, 16, 48, true},
		{"heart hardly to the right, right lung larger", 24, 22, 12, 58, false},
		{"heart hardly to the right, left lung larger", 22, 24, 12, 58, true},
		{"nearly none on one side", 22, 2, 16, 48, false},
	} {
		l, r := lungs(c.right, c.left, c.h, c.atI)
		if got := sidesDoubtful(l, r); got != c.want {
			t.Errorf("%s: doubtful %t; heart %+.4f of the width to the left, %d left and %d right", c.name, got,
				heartShift(l, r), l.Count(), r.Count())
		}
	}
	empty := mask.NewBits(size)
	if sidesDoubtful(empty, empty) || heartShift(empty, empty) != 0 {
		t.Error("no lung has sides")
	}
}
