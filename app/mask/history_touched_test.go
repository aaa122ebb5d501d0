package mask

import (
	"math/rand/v2"
	"slices"
	"testing"

	"opacity/app/volume"
)

// voxelsOf returns the voxels that a delta changes, one at a time.
func voxelsOf(d Delta, size volume.Size) LayerBits {
	sets := LayerBits{NewBits(size), NewBits(size)}
	for _, s := range d.Slices {
		b := sets[s.Layer]
		for _, r := range s.Runs {
			for o := int(r.Offset); o < int(r.Offset+r.Length); o++ {
				b.Set(o%size[0], o/size[0], s.K)
			}
		}
	}
	return sets
}

// sameVoxels reports whether sets hold the same voxels, empty ones or none.
func sameVoxels(a, b LayerBits) bool {
	for l := range a {
		switch {
		case a[l] != nil && b[l] != nil:
			if !slices.Equal(a[l].data, b[l].data) {
				return false
			}
		case a[l] != nil && !a[l].Empty() || b[l] != nil && !b[l].Empty():
			return false
		}
	}
	return true
}

// Whatever is pushed and popped, the set is the union of what the steps touched,
// layer by layer.
func TestTouched(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		size := volume.Size{1 + r.IntN(150), 5, 4}
		m, got := New(size, DefaultLabels()), NewTouched(size)
		want := []LayerBits{{NewBits(size), NewBits(size)}}
		for range 60 {
			next := scribble(r, m)
			d := Diff(m, next)
			last := want[len(want)-1]
			switch n := r.IntN(8); {
			case n < 3:
				m = next
				got.Push(d)
				touched := last.Clone()
				for l, set := range voxelsOf(d, size) {
					if touched[l] == nil {
						touched[l] = set
					} else {
						touched[l].Or(set)
					}
				}
				want = append(want, touched)
			case n == 3:
				got.Push(Delta{})
				want = append(want, last)
			case len(want) > 1:
				got.Pop()
				want = want[:len(want)-1]
			}
			if !sameVoxels(got.Bits(), want[len(want)-1]) || got.Steps() != len(want)-1 {
				t.Fatalf("seed %d: %d voxels after %d steps, want %d after %d", seed, got.Bits().Count(), got.Steps(), want[len(want)-1].Count(), len(want)-1)
			}
		}
	}
}

// A delta that spares a set of each layer changes its other voxels, and no voxel of
// the set; what lies within the set is the rest of it.
func TestSparing(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for n := range 300 {
		size := volume.Size{1 + r.IntN(150), 5, 4}
		m := scribble(r, New(size, DefaultLabels()))
		to := scribble(r, m)
		d := Diff(m, to)
		spared := voxelsOf(Diff(m, scribble(r, m)), size)
		if n%3 == 0 {
			spared[n/3%Layers] = nil
		}
		got, rest := m.Snapshot(), m.Snapshot()
		got.Apply(d.Sparing(spared))
		rest.Apply(d.Within(spared))
		for l := range Layer(Layers) {
			for k := range size[2] {
				for j := range size[1] {
					for i := range size[0] {
						want, left := to.At(l, i, j, k), m.At(l, i, j, k)
						if spared.At(l, i, j, k) {
							want, left = left, want
						}
						if rest.At(l, i, j, k) != left {
							t.Fatalf("within the set voxel %d %d %d of %s is %d, want %d", i, j, k, l, rest.At(l, i, j, k), left)
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
	for b.Loop() {
		t.Push(s.Delta)
		t.Pop()
	}
	t.Push(s.Delta)
	b.ReportMetric(float64(len(t.steps[0])), "bytes/stroke")
}
