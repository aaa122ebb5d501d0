package mask

import (
	"context"
	"errors"
	"testing"

	"opacity/app/volume"
)

// rowsOf is a set as Flood asks for it.
func rowsOf(s *Bits) func(j, k int, row []uint64) {
	return func(j, k int, row []uint64) { copy(row, s.Row(j, k)) }
}

func TestFloodReachesTheComponent(t *testing.T) {
	_, _, sets := scipy(t)
	for n, s := range sets {
		parts := s.Components(6)
		for part := range min(4, len(parts.List)) {
			want := parts.Select(func(p int) bool { return p == part })
			var seed [3]int
			parts.Each(func(p, i0, i1, j, k int) {
				if p == part {
					seed = [3]int{(i0 + i1) / 2, j, k} // of its last run
				}
			})
			if !s.At(seed[0], seed[1], seed[2]) {
				seed[0]--
			}
			got, _, err := Flood(t.Context(), s.Size(), volume.Whole(s.Size()), seed, 0, rowsOf(s))
			if err != nil || summarise(got) != summarise(want) {
				t.Errorf("case %d, part %d: %v, want %v (%v)", n, part, summarise(got), summarise(want), err)
			}
			all, whole, err := Flood(t.Context(), s.Size(), volume.Whole(s.Size()), seed, want.Count(), rowsOf(s))
			if err != nil || !whole || summarise(all) != summarise(want) {
				t.Errorf("case %d, part %d: bounded by its own size it is %d voxels (%v)", n, part, all.Count(), err)
			}
		}
	}
}

// In the open, what is nearest by steps is an octahedron.
func TestFloodBoundedIsNearestTheSeed(t *testing.T) {
	size := volume.Size{130, 30, 30}
	open := func(_, _ int, row []uint64) { fillRun(row, 0, size[0]) }
	for _, c := range []struct{ most, want int }{{1, 1}, {6, 1}, {7, 7}, {24, 7}, {25, 25}, {62, 25}, {63, 63}} {
		got, whole, err := Flood(t.Context(), size, volume.Whole(size), [3]int{64, 15, 15}, c.most, open)
		if err != nil || whole || got.Count() != c.want {
			t.Errorf("at most %d: %d voxels, want %d (%v)", c.most, got.Count(), c.want, err)
		}
	}
}

func TestFloodStaysInItsBox(t *testing.T) {
	size := volume.Size{200, 10, 10}
	open := func(_, _ int, row []uint64) { fillRun(row, 0, size[0]) }
	box := volume.Box{Min: [3]int{60, 2, 3}, Max: [3]int{131, 5, 4}}
	got, _, err := Flood(t.Context(), size, box, [3]int{70, 4, 3}, 0, open)
	if err != nil || got.Bounds() != box || got.Count() != 71*3 {
		t.Errorf("%d voxels in %v (%v)", got.Count(), got.Bounds(), err)
	}
	for _, seed := range [][3]int{{59, 4, 3}, {70, 5, 3}, {-1, -1, -1}, {70, 4, 99}} {
		if got, _, err := Flood(t.Context(), size, box, seed, 0, open); err != nil || !got.Empty() {
			t.Errorf("seed %v outside: %d voxels (%v)", seed, got.Count(), err)
		}
	}
}

func TestFloodStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	size := volume.Size{10, 10, 10}
	open := func(_, _ int, row []uint64) { fillRun(row, 0, 10) }
	if _, _, err := Flood(ctx, size, volume.Whole(size), [3]int{5, 5, 5}, 0, open); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestBitsOfEveryValue(t *testing.T) {
	size := volume.Size{77, 3, 2} // rows that no eight fill
	labels := make([]uint8, 77*3)
	for o := range labels {
		labels[o] = []uint8{0, 1, 128, 255, 127, 129, 254, 2}[mix(uint32(o))%8]
	}
	m := New(size, nil)
	m.SetSlice(Findings, 1, labels)
	for value := range 256 {
		b := BitsOf(m, Findings, uint8(value))
		for o, v := range labels {
			if got := b.At(o%77, o/77, 1); got != (int(v) == value) {
				t.Fatalf("value %d at %d, which is %d: %t", value, o, v, got)
			}
		}
		if b.Count() != m.Count(Findings, uint8(value)) {
			t.Fatalf("value %d: %d voxels of %d", value, b.Count(), m.Count(Findings, uint8(value)))
		}
	}
}

// At the edge of the grid a set is taken to go on.
func TestShrinkLeavesTheEdge(t *testing.T) {
	size := volume.Size{20, 20, 20}
	b := NewBits(size)
	for k := range 20 {
		for j := range 20 {
			b.SetRun(0, 12, j, k)
		}
	}
	got, err := b.Reshape(t.Context(), Shrink, 3, [3]float64{1, 1, 1})
	if err != nil || got.Count() != 9*20*20 {
		t.Errorf("%d voxels left, want %d (%v)", got.Count(), 9*20*20, err)
	}
}
