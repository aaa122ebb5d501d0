package mask

import (
	"math/rand/v2"
	"slices"
	"testing"

	"opacity/app/volume"
)

// voxelsOf returns the voxels that a delta changes, one at a time.
func voxelsOf(d Delta, size volume.Size) *Bits {
	b := NewBits(size)
	for _, s := range d.Slices {
		for _, r := range s.Runs {
			for o := int(r.Offset); o < int(r.Offset+r.Length); o++ {
				b.Set(o%size[0], o/size[0], s.K)
			}
		}
	}
	return b
}

// Whatever is pushed, popped and reset, the set is the union of what the steps
// since the last reset touched.
func TestTouched(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		size := volume.Size{1 + r.IntN(150), 5, 4}
		m, got := New(size, DefaultLabels()), NewTouched(size)
		want := []*Bits{NewBits(size)}
		for range 60 {
			next := scribble(r, m)
			d := Diff(m, next)
			last := want[len(want)-1]
			switch n := r.IntN(8); {
			case n < 3:
				m = next
				got.Push(d)
				touched := last.Clone()
				touched.Or(voxelsOf(d, size))
				want = append(want, touched)
			case n == 3:
				got.Push(Delta{})
				want = append(want, last)
			case n == 4:
				got.Reset(d, d)
				want = append(want, voxelsOf(d, size))
			case len(want) > 1:
				got.Pop()
				want = want[:len(want)-1]
			}
			if !slices.Equal(got.Bits().data, want[len(want)-1].data) || got.Steps() != len(want)-1 {
				t.Fatalf("seed %d: %d voxels after %d steps, want %d after %d", seed, got.Bits().Count(), got.Steps(), want[len(want)-1].Count(), len(want)-1)
			}
		}
	}
}

// A delta that spares a set changes its other voxels, and no voxel of the set.
func TestSparing(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for range 300 {
		size := volume.Size{1 + r.IntN(150), 5, 4}
		m := scribble(r, New(size, DefaultLabels()))
		to := scribble(r, m)
		d := Diff(m, to)
		spared := voxelsOf(Diff(m, scribble(r, m)), size)
		got := m.Snapshot()
		got.Apply(d.Sparing(spared))
		for l := range Layer(Layers) {
			for k := range size[2] {
				for j := range size[1] {
					for i := range size[0] {
						want := to.At(l, i, j, k)
						if spared.At(i, j, k) {
							want = m.At(l, i, j, k)
						}
						if got.At(l, i, j, k) != want {
							t.Fatalf("voxel %d %d %d of %s is %d, want %d", i, j, k, l, got.At(l, i, j, k), want)
						}
					}
				}
			}
		}
		checkCounts(t, got)
	}
}

// BenchmarkTouched pushes and pops a stroke of 100 points in 20 slices.
func BenchmarkTouched(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	m := New(volume.Size{512, 512, 300}, DefaultLabels())
	s := stroke(r, m, 14, 20)
	for s.Delta.Empty() {
		s = stroke(r, m, 14, 20)
	}
	t := NewTouched(m.size)
	t.Bits()
	for b.Loop() {
		t.Push(s.Delta)
		t.Pop()
	}
	t.Push(s.Delta)
	b.ReportMetric(float64(len(t.steps[0].runs)), "bytes/stroke")
}
