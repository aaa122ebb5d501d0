package mask

import (
	"math"
	"math/rand/v2"
	"testing"

	"opacity/app/volume"
)

// twoRegions is a round patch of 0 HU, 6 mm across, in lung of -800 HU, beside
// another one it does not touch, under noise of 30 HU.
func twoRegions() *volume.Volume {
	v := &volume.Volume{Geometry: grid(volume.Size{50, 50, 20}, [3]float64{1, 1, 2}), Unit: volume.HU}
	v.Int16 = make([]int16, v.Size.Voxels())
	r := rand.New(rand.NewPCG(7, 7))
	for o := range v.Int16 {
		v.Int16[o] = int16(-800 + 30*r.NormFloat64())
	}
	for n, x := range []float64{15, 30} {
		ball := Tip{Geometry: v.Geometry, RadiusMM: 6, Solid: true}.At(volume.Vec{x, 25, 10})
		ball.Runs(v.Size, func(i0, i1, j, k int) {
			for i := i0; i < i1; i++ {
				v.Int16[i+50*(j+50*k)] = int16(30*r.NormFloat64()) - int16(n)
			}
		})
	}
	return v
}

func TestSimilar(t *testing.T) {
	v := twoRegions()
	center := volume.Vec{15.2, 24.9, 10}
	for _, c := range []struct {
		name        string
		tip         Tip
		center      volume.Vec
		axis        int
		sensitivity float64
		lo, hi      int // voxels
	}{
		{"0 is the centre alone", Tip{RadiusMM: 12, Axis: 2}, center, 2, 0, 1, 1},
		{"1/2 is the patch, of 113 voxels", Tip{RadiusMM: 9, Axis: 2}, center, 2, 0.5, 80, 125},
		{"the patch beyond the gap does not hang together with it", Tip{RadiusMM: 22, Axis: 2}, center, 2, 0.5, 80, 125},
		{"in an upright plane", Tip{RadiusMM: 9, Axis: 1}, center, 1, 0.5, 40, 65},
		{"solid, of 452 voxels", Tip{RadiusMM: 9, Solid: true}, center, 2, 0.5, 330, 500},
		{"no further than the ring", Tip{RadiusMM: 3, Axis: 2}, center, 2, 0.5, 20, 29},
		{"1 is the whole ring", Tip{RadiusMM: 3, Axis: 2, Square: true}, center, 2, 1, 36, 36},
		{"beyond 1 too", Tip{RadiusMM: 3, Axis: 2, Square: true}, center, 2, 7, 36, 36},
		{"no sensitivity", Tip{RadiusMM: 3, Axis: 2}, center, 2, math.NaN(), 1, 1},
		{"the ring's centre is outside", Tip{RadiusMM: 30, Axis: 2}, volume.Vec{-2, 25, 10}, 2, 1, 0, 0},
		{"nowhere", Tip{RadiusMM: 30, Axis: 2}, volume.Vec{math.NaN(), 25, 10}, 2, 1, 0, 0},
	} {
		c.tip.Geometry = v.Geometry
		ring := c.tip.At(c.center)
		got := bitsOf(t, Similar(v, ring, c.center, c.axis, c.sensitivity), v.Size)
		if n := got.Count(); n < c.lo || n > c.hi {
			t.Errorf("%s: %d voxels, want %d to %d", c.name, n, c.lo, c.hi)
		}
		got.AndNot(bitsOf(t, ring, v.Size))
		if !got.Empty() {
			t.Errorf("%s: leaves the ring", c.name)
		}
	}
}

// More sensitivity never takes less.
func TestSimilar_Grows(t *testing.T) {
	v := twoRegions()
	ring, center := Tip{Geometry: v.Geometry, RadiusMM: 10, Solid: true}.At(volume.Vec{20, 25, 10}), volume.Vec{20, 25, 10}
	last := NewBits(v.Size)
	for s := 0.0; s <= 1; s += 0.05 {
		b := bitsOf(t, Similar(v, ring, center, 2, s), v.Size)
		last.AndNot(b)
		if !last.Empty() {
			t.Fatalf("at %g, %d voxels are lost", s, last.Count())
		}
		last = b
	}
}

func BenchmarkSimilar(b *testing.B) {
	v := &volume.Volume{Geometry: scan, Int16: make([]int16, scan.Size.Voxels()), Unit: volume.HU}
	for name, tip := range map[string]Tip{"disc10mm": {RadiusMM: 10, Axis: 2}, "ball20mm": {RadiusMM: 20, Solid: true}} {
		b.Run(name, func(b *testing.B) {
			tip.Geometry = scan
			at := volume.Vec{250, 250, 150}
			for b.Loop() {
				Similar(v, tip.At(at), at, 2, 0.5)
			}
		})
	}
}
