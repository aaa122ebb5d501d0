package surface

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// scatter makes a mask of a few boxes and single voxels, some at the grid's edge.
func scatter(r *rand.Rand, size volume.Size) *mask.Bits {
	b := mask.NewBits(size)
	for range r.IntN(4) {
		var lo, hi [3]int
		for a := range lo {
			lo[a] = r.IntN(size[a])
			hi[a] = min(size[a], lo[a]+1+r.IntN(size[a]))
		}
		for k := lo[2]; k < hi[2]; k++ {
			for j := lo[1]; j < hi[1]; j++ {
				b.SetRun(lo[0], hi[0], j, k)
			}
		}
	}
	for range r.IntN(5) {
		b.Set(r.IntN(size[0]), r.IntN(size[1]), r.IntN(size[2]))
	}
	return b
}

func points(b *mask.Bits) (out [][3]int) {
	size := b.Size()
	for k := range size[2] {
		for j := range size[1] {
			b.Runs(j, k, func(i0, i1 int) {
				for i := i0; i < i1; i++ {
					out = append(out, [3]int{i, j, k})
				}
			})
		}
	}
	return out
}

// plainBoundary asks every neighbour of every voxel.
func plainBoundary(b *mask.Bits, c Connectivity) (out [][3]int) {
	size := b.Size()
	at := func(p [3]int) bool {
		for a := range p {
			if p[a] < 0 || p[a] >= size[a] {
				return false
			}
		}
		return b.At(p[0], p[1], p[2])
	}
	for _, p := range points(b) {
		whole := true
		for n := range 27 {
			d := [3]int{n%3 - 1, n/3%3 - 1, n/9 - 1}
			if size[2] == 1 && d[2] != 0 {
				continue // a picture
			}
			if Connectivity(d[0]*d[0]+d[1]*d[1]+d[2]*d[2]) <= c && !at([3]int{p[0] + d[0], p[1] + d[1], p[2] + d[2]}) {
				whole = false
			}
		}
		if !whole {
			out = append(out, p)
		}
	}
	return out
}

// plainDistances asks every pair of points.
func plainDistances(from, to [][3]int, spacingMM [3]float64) []float64 {
	var out []float64
	for _, p := range from {
		best := math.Inf(1)
		for _, q := range to {
			sum := 0.0
			for a := range p {
				d := float64(p[a]-q[a]) * spacingMM[a]
				sum += d * d
			}
			best = min(best, sum)
		}
		out = append(out, math.Sqrt(best))
	}
	slices.Sort(out)
	return out
}

func like(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= 1e-12*max(1, y) })
}

// Boundaries and distances are those of asking every voxel and every pair.
func TestAgainstEveryPair(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 11))
		size := volume.Size{1 + r.IntN(70), 1 + r.IntN(12), 1 + r.IntN(8)}
		spacing := [3]float64{0.3 + r.Float64(), 0.3 + r.Float64(), 0.3 + 5*r.Float64()}
		a, b := scatter(r, size), scatter(r, size)
		for _, c := range []Connectivity{Faces, Edges, Corners} {
			pa, pb := plainBoundary(a, c), plainBoundary(b, c)
			if got := points(Boundary(a, c)); !slices.Equal(got, pa) {
				t.Fatalf("seed %d, connectivity %d: boundary of %d voxels, want %d", seed, c, len(got), len(pa))
			}
			got, err := BetweenVoxels(context.Background(), a, b, spacing, c)
			if err != nil {
				t.Fatal(err)
			}
			if a.Empty() || b.Empty() {
				if got.HD().Defined() || got.RefToPred != nil {
					t.Fatalf("seed %d: distances to an empty mask: %+v", seed, got)
				}
				continue
			}
			if !like(got.RefToPred, plainDistances(pa, pb, spacing)) || !like(got.PredToRef, plainDistances(pb, pa, spacing)) {
				t.Fatalf("seed %d, connectivity %d: distances differ", seed, c)
			}
		}
	}
}
