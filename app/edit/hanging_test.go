package edit

import (
	"math/rand/v2"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// At every threshold, what Hanging leaves above it beside what was found is what
// hangs together with that.
func TestHangingIsWhatHangsTogether(t *testing.T) {
	size := volume.Size{19, 14, 9}
	const own = 128
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 1))
		found := filled(size, volume.Box{Min: [3]int{7, 5, 3}, Max: [3]int{11, 9, 6}})
		probabilities := make([][]uint8, size[2])
		for k := range probabilities {
			if k == 8 && seed == 0 {
				continue
			}
			probabilities[k] = make([]uint8, size[0]*size[1])
			for o := range probabilities[k] {
				probabilities[k][o] = uint8(r.IntN(160))
			}
		}
		got, err := Hanging(t.Context(), probabilities, found, 1, own)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []uint8{1, 30, 64, 90, 127} {
			above := found.Clone()
			each(size, func(i, j, k int) {
				if p := probabilities[k]; p != nil && p[i+j*size[0]] >= at && p[i+j*size[0]] < own {
					above.Set(i, j, k)
				}
			})
			parts := above.Components(6)
			keep := map[int]bool{}
			parts.Each(func(part, i0, i1, j, k int) {
				for i := i0; i < i1; i++ {
					keep[part] = keep[part] || found.At(i, j, k)
				}
			})
			want := parts.Select(func(n int) bool { return keep[n] })
			each(size, func(i, j, k int) {
				if probabilities[k] == nil || found.At(i, j, k) {
					return
				}
				p, x := probabilities[k][i+j*size[0]], got[k][i+j*size[0]]
				if p >= own && x != p || p < own && (x >= at) != want.At(i, j, k) {
					t.Fatalf("seed %d: at %d voxel %d %d %d has %d, of %d; hangs together: %v", seed, at, i, j, k, x, p, want.At(i, j, k))
				}
			})
		}
	}
}

// Slices in which nothing is another are shared.
func TestHangingSharesSlices(t *testing.T) {
	size := volume.Size{8, 8, 3}
	found := filled(size, volume.Box{Min: [3]int{2, 2, 0}, Max: [3]int{4, 4, 3}})
	probabilities := make([][]uint8, 3)
	for k := range probabilities {
		probabilities[k] = make([]uint8, 64)
		probabilities[k][2+2*8], probabilities[k][4+2*8] = 200, 90
	}
	probabilities[1][7+7*8] = 90 // far off
	probabilities[2][7+7*8] = 2  // and below the lowest threshold
	got, err := Hanging(t.Context(), probabilities, found, 3, 128)
	if err != nil || &got[0][0] != &probabilities[0][0] || &got[2][0] != &probabilities[2][0] || &got[1][0] == &probabilities[1][0] || got[1][7+7*8] != 0 {
		t.Errorf("%v: %v", err, got)
	}
}

func each(size volume.Size, visit func(i, j, k int)) {
	for k := range size[2] {
		for j := range size[1] {
			for i := range size[0] {
				visit(i, j, k)
			}
		}
	}
}

func BenchmarkHanging(b *testing.B) {
	size := volume.Size{512, 512, 300}
	found := mask.NewBits(size)
	probabilities := make([][]uint8, size[2])
	for k := range probabilities {
		probabilities[k] = make([]uint8, size[0]*size[1])
		for j := range size[1] {
			for i := range size[0] {
				x, y, z := float64(i-150)/90, float64(j-256)/140, float64(k-150)/140
				d := x*x + y*y + z*z
				switch {
				case d < 1:
					found.Set(i, j, k)
					probabilities[k][i+j*size[0]] = 250
				case d < 2:
					probabilities[k][i+j*size[0]] = uint8(120 * (2 - d))
				}
			}
		}
	}
	for b.Loop() {
		if _, err := Hanging(b.Context(), probabilities, found, 3, 128); err != nil {
			b.Fatal(err)
		}
	}
}
