package edit

import (
	"context"
	"sync"
	"testing"

	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
)

// thorax is a chest of 512x512x300 voxels and its exact lungs.
var thorax = sync.OnceValue(func() Input {
	v, m := phantom.New(phantom.Options{Seed: 3})
	return Input{Mask: m, Volume: v, Label: mask.LeftLung}
})

func inLung(in Input) [3]int {
	b := mask.BitsOf(in.Mask, mask.Anatomy, mask.LeftLung)
	box := b.Bounds()
	at := [3]int{}
	for c := range 3 {
		at[c] = (box.Min[c] + box.Max[c]) / 2
	}
	return at
}

func BenchmarkFloodLung(b *testing.B) {
	in := thorax()
	seed := inLung(in)
	in.Mask = mask.New(in.Mask.Size(), mask.DefaultLabels())
	n := 0
	for b.Loop() {
		d, err := Flood(context.Background(), in, FloodOptions{Seed: seed, Axis: Space, Alike: ByRange, HU: mask.Range{Min: -1024, Max: -600}}, nil)
		if err != nil {
			b.Fatal(err)
		}
		n = d.Voxels()
	}
	b.ReportMetric(float64(n), "voxels")
}

func BenchmarkGrowBounded(b *testing.B) {
	in := thorax()
	seed := inLung(in)
	in.Mask = mask.New(in.Mask.Size(), mask.DefaultLabels())
	for b.Loop() {
		if _, err := Flood(context.Background(), in, FloodOptions{Seed: seed, Axis: Space, ToleranceHU: 150, MaxML: 100}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// A preview follows the pointer: a box around it, some centimetres wide.
func BenchmarkFloodPreview(b *testing.B) {
	in := thorax()
	seed := inLung(in)
	in.Mask = mask.New(in.Mask.Size(), mask.DefaultLabels())
	in.Box = volume.Box{
		Min: [3]int{seed[0] - 50, seed[1] - 50, seed[2] - 30},
		Max: [3]int{seed[0] + 50, seed[1] + 50, seed[2] + 30},
	}
	for b.Loop() {
		if _, err := Flood(context.Background(), in, FloodOptions{Seed: seed, Axis: Space, ToleranceHU: 150}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// Two lungs under one label are more than one.
func bothLungs() Input {
	in := thorax()
	d, err := Boolean(context.Background(), in, BooleanOptions{Do: Add, Other: mask.RightLung}, nil)
	if err != nil {
		panic(err)
	}
	in.Mask = in.Mask.Snapshot()
	in.Mask.Apply(d)
	return in
}

func benchmark(b *testing.B, in Input, f func(in Input) (mask.Delta, error)) {
	b.ResetTimer()
	for b.Loop() {
		if _, err := f(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMargin3mm(b *testing.B) {
	benchmark(b, bothLungs(), func(in Input) (mask.Delta, error) {
		return Margin(context.Background(), in, MarginOptions{MM: 3}, nil)
	})
}

func BenchmarkShrink3mm(b *testing.B) {
	benchmark(b, bothLungs(), func(in Input) (mask.Delta, error) {
		return Margin(context.Background(), in, MarginOptions{MM: -3}, nil)
	})
}

func BenchmarkIslands(b *testing.B) {
	benchmark(b, bothLungs(), func(in Input) (mask.Delta, error) {
		return Islands(context.Background(), in, IslandsOptions{Do: KeepLargest, N: 1}, nil)
	})
}

func BenchmarkFillHoles(b *testing.B) {
	benchmark(b, bothLungs(), func(in Input) (mask.Delta, error) {
		return FillHoles(context.Background(), in, HolesOptions{Axis: Space}, nil)
	})
}

// The lungs are kept on two slices, with ten between them to be filled.
func BenchmarkBetween10(b *testing.B) {
	in := bothLungs()
	kept := mask.New(in.Mask.Size(), mask.DefaultLabels())
	for _, k := range []int{140, 151} {
		kept.SetSlice(mask.Anatomy, k, in.Mask.Slice(mask.Anatomy, k))
	}
	in.Mask = kept
	benchmark(b, in, func(in Input) (mask.Delta, error) {
		return Between(context.Background(), in, BetweenOptions{Axis: 2}, nil)
	})
}

func BenchmarkMedian2mm(b *testing.B) {
	benchmark(b, bothLungs(), func(in Input) (mask.Delta, error) {
		return Smooth(context.Background(), in, SmoothOptions{Do: Median, MM: 2}, nil)
	})
}

func BenchmarkClosing3mm(b *testing.B) {
	benchmark(b, bothLungs(), func(in Input) (mask.Delta, error) {
		return Smooth(context.Background(), in, SmoothOptions{Do: Closing, MM: 3}, nil)
	})
}

func BenchmarkJoint2mm(b *testing.B) {
	benchmark(b, thorax(), func(in Input) (mask.Delta, error) {
		return JointSmooth(context.Background(), in, JointOptions{Labels: []uint8{mask.LeftLung, mask.RightLung}, SigmaMM: 2}, nil)
	})
}

func BenchmarkSwapLungs(b *testing.B) {
	benchmark(b, thorax(), func(in Input) (mask.Delta, error) { return SwapLungs(context.Background(), in, nil) })
}

func BenchmarkMerge(b *testing.B) {
	in := thorax()
	benchmark(b, in, func(in Input) (mask.Delta, error) {
		return Merge(context.Background(), in, MergeOptions{Proposal: mask.New(in.Mask.Size(), mask.DefaultLabels()), Lung: mask.LeftLung}, nil)
	})
}

// proposed makes probabilities of the mask's own labels: high inside, and lower
// step by step beyond their borders along a row.
func proposed(in Input) ThresholdOptions {
	size := in.Mask.Size()
	var opts ThresholdOptions
	for _, l := range in.Mask.Labels() {
		c := Channel{Label: l.Value, At: 90, From: 128}
		for k := range size[2] {
			p := make([]uint8, size[0]*size[1])
			for o, v := range in.Mask.Slice(l.Layer, k) {
				if v == l.Value {
					p[o] = 240
				} else if o > 0 && p[o-1] > 30 {
					p[o] = p[o-1] - 30
				}
			}
			c.Probabilities = append(c.Probabilities, p)
		}
		opts.Channels = append(opts.Channels, c)
	}
	return opts
}

func BenchmarkThreshold(b *testing.B) {
	in := thorax()
	opts := proposed(in)
	benchmark(b, in, func(in Input) (mask.Delta, error) { return Threshold(context.Background(), in, opts, nil) })
}

// The aim is for one slice across each axis.
func BenchmarkThresholdThreePlanes(b *testing.B) {
	in := thorax()
	opts := proposed(in)
	size := in.Mask.Size()
	var dst [3][mask.Layers][]uint8
	for a := range dst {
		for l := range dst[a] {
			dst[a][l] = make([]uint8, size.Voxels()/size[a])
		}
	}
	seed := inLung(in)
	b.ResetTimer()
	for b.Loop() {
		for a := range dst {
			if err := ThresholdPlane(in, opts, volume.Slice{Axis: a, Index: seed[a]}, dst[a]); err != nil {
				b.Fatal(err)
			}
		}
	}
}
