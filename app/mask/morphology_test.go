package mask

import (
	"testing"

	"opacity/app/volume"
)

func TestMorphologyAgainstSciPy(t *testing.T) {
	spacing, cases, sets := scipy(t)
	for n, c := range cases {
		for _, m := range c.Morphology {
			for _, op := range []struct {
				name string
				do   func(float64, [3]float64) *Bits
				want summary
			}{
				{"dilate", sets[n].Dilate, m.Dilate},
				{"erode", sets[n].Erode, m.Erode},
				{"close", sets[n].Close, m.Close},
				{"open", sets[n].Open, m.Open},
			} {
				if got := summarise(op.do(m.RadiusMM, spacing)); got != op.want {
					t.Errorf("case %d, %s by %g mm: %v, want %v", n, op.name, m.RadiusMM, got, op.want)
				}
			}
		}
	}
}

func TestMorphologyOfNothing(t *testing.T) {
	b := NewBits(volume.Size{70, 5, 5})
	for name, do := range map[string]func(float64, [3]float64) *Bits{"dilate": b.Dilate, "erode": b.Erode, "close": b.Close, "open": b.Open} {
		if got := do(3, [3]float64{1, 1, 1}); !got.Empty() {
			t.Errorf("%s of nothing holds %d voxels", name, got.Count())
		}
	}
}

// Two seeds share a bar: the seam lies half-way, and a side arm goes to the seed
// that it hangs on, whatever the straight distance.
func TestGrowWithinMeetsHalfWay(t *testing.T) {
	size := volume.Size{200, 20, 3}
	limit := NewBits(size)
	limit.SetRun(10, 191, 10, 1)
	for j := 2; j < 10; j++ {
		limit.Set(150, j, 1)
	}
	a, b := NewBits(size), NewBits(size)
	a.Set(10, 10, 1)
	b.Set(190, 10, 1)
	GrowWithin(limit, a, b)
	for _, want := range []struct {
		i, j int
		a, b bool
	}{{100, 10, true, false}, {101, 10, false, true}, {10, 10, true, false}, {150, 2, false, true}, {5, 10, false, false}} {
		if a.At(want.i, want.j, 1) != want.a || b.At(want.i, want.j, 1) != want.b {
			t.Errorf("(%d, %d): in a %t, in b %t", want.i, want.j, a.At(want.i, want.j, 1), b.At(want.i, want.j, 1))
		}
	}
	if a.Count()+b.Count() != limit.Count() {
		t.Errorf("%d + %d voxels of %d", a.Count(), b.Count(), limit.Count())
	}
}

func BenchmarkClose5mm(b *testing.B) {
	s := twoLungs()
	for b.Loop() {
		s.Close(5, [3]float64{0.7, 0.7, 1})
	}
}

func BenchmarkErode6mm(b *testing.B) {
	s := twoLungs()
	for b.Loop() {
		s.Erode(6, [3]float64{0.7, 0.7, 1})
	}
}

// What grows is what can be reached: within a set, from one voxel, its component.
func TestGrowWithinReachesTheComponent(t *testing.T) {
	_, _, sets := scipy(t)
	for n, s := range sets {
		parts := s.Components(6)
		want := parts.Select(func(p int) bool { return p == 0 })
		seed := NewBits(s.Size())
		parts.Each(func(p, i0, _, j, k int) {
			if p == 0 && seed.Empty() {
				seed.Set(i0, j, k)
			}
		})
		GrowWithin(s, seed)
		if summarise(seed) != summarise(want) {
			t.Errorf("case %d: %d voxels reached of %d", n, seed.Count(), want.Count())
		}
	}
}

func BenchmarkGrowWithin(b *testing.B) {
	s := twoLungs()
	parts := s.Erode(6, [3]float64{0.7, 0.7, 1}).Components(6)
	for b.Loop() {
		x, y := parts.Select(func(n int) bool { return n == 0 }), parts.Select(func(n int) bool { return n == 1 })
		GrowWithin(s, x, y)
	}
}
