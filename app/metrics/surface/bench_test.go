package surface

import (
	"context"
	"sync"
	"testing"

	"opacity/app/mask"
	"opacity/app/phantom"
)

// pair is two masks of a full-size chest and the distances between its voxels.
type pair struct {
	reference, prediction *mask.Bits
	spacingMM             [3]float64
}

// pairs are lungs, where the prediction has missed what is infected and lies a voxel
// off, and scattered infection, where it has missed every fifth spot, found others that
// are none, and lies two voxels off.
var pairs = sync.OnceValue(func() [2]pair {
	v, m := phantom.New(phantom.Options{Seed: 4})
	lungs, infection := mask.BitsOf(m, mask.Anatomy, 1), mask.BitsOf(m, mask.Findings, mask.Infection)
	lungs.Or(mask.BitsOf(m, mask.Anatomy, 2))
	missed := lungs.Clone()
	missed.AndNot(infection)
	spots := infection.Components(6)
	found := spots.Select(func(part int) bool { return part%5 != 0 })
	for n := range 8 {
		for k := range 9 {
			for j := range 9 {
				found.SetRun(100+40*n, 109+40*n, 250+j, 60+25*n+k)
			}
		}
	}
	spacing := v.SpacingMM()
	return [2]pair{{lungs, moved(missed, 1), spacing}, {infection, moved(found, 2), spacing}}
})

// moved shifts a set by voxels along j and k.
func moved(b *mask.Bits, by int) *mask.Bits {
	size := b.Size()
	out := mask.NewBits(size)
	for k := by; k < size[2]; k++ {
		for j := by; j < size[1]; j++ {
			copy(out.Row(j, k), b.Row(j-by, k-by))
		}
	}
	return out
}

func BenchmarkLungs(b *testing.B)     { benchmark(b, 0) }
func BenchmarkScattered(b *testing.B) { benchmark(b, 1) }

// benchmark works out HD, HD95, ASSD and NSD, by voxels, by surfels, and by both.
func benchmark(b *testing.B, which int) {
	p := pairs()[which]
	ctx := context.Background()
	sum := 0.0
	voxels := func(b *testing.B) {
		v, err := BetweenVoxels(ctx, p.reference, p.prediction, p.spacingMM, Faces)
		if err != nil {
			b.Fatal(err)
		}
		sum += v.HD().X + v.Percentile(0.95).X + v.ASSD().X + v.NSD(1).X
	}
	surfels := func(b *testing.B) {
		s, err := BetweenSurfels(ctx, p.reference, p.prediction, p.spacingMM)
		if err != nil {
			b.Fatal(err)
		}
		sum += s.Percentile(1).X + s.Percentile(0.95).X + s.ASSD().X + s.NSD(1).X
	}
	for _, run := range []struct {
		name string
		f    func(b *testing.B)
	}{{"voxels", voxels}, {"surfels", surfels}, {"both", func(b *testing.B) { voxels(b); surfels(b) }}} {
		b.Run(run.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run.f(b)
			}
		})
	}
	_ = sum
}
