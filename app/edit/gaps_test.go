package edit

import (
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// Where a hand drew on two slices, among lesions that a model found on slices
// between, beside and above, only what lies between those two is filled.
func TestFillGapsAtTheCrosshair(t *testing.T) {
	size := volume.Size{60, 40, 40}
	box := func(x, y, z0, z1 int) volume.Box {
		return volume.Box{Min: [3]int{x, y, z0}, Max: [3]int{x + 6, y + 6, z1}}
	}
	model := map[volume.Box]uint8{
		box(40, 20, 3, 20): 1, box(40, 20, 26, 35): 1, // two lesions above one another
		box(40, 5, 10, 30): 1, // one that is on every slice between
	}
	drawnBy := map[volume.Box]uint8{box(10, 10, 12, 13): 1, box(14, 10, 16, 17): 1}
	hand := mask.NewBits(size)
	all := map[volume.Box]uint8{}
	for b, l := range model {
		all[b] = l
	}
	for b, l := range drawnBy {
		all[b] = l
		hand.Or(filled(size, b))
	}
	in := boxes(size, all)
	in.Label = 1
	for _, c := range []struct {
		name                   string
		at                     *[3]int
		hand                   *mask.Bits
		from, to, x0, x1, more int
		refused                string
	}{
		{"at the crosshair", &[3]int{50, 30, 14}, hand, 12, 16, 10, 20, 3 * 36, ""},
		{"on the slice drawn last", &[3]int{0, 0, 16}, hand, 12, 16, 10, 20, 3 * 36, ""},
		{"elsewhere: what the hand drew", &[3]int{0, 0, 38}, hand, 12, 16, 10, 20, 3 * 36, ""},
		{"in the gap of the model", &[3]int{42, 22, 22}, hand, 19, 26, 40, 46, 6 * 36, ""},
		{"all", nil, hand, 12, 26, 10, 46, 9 * 36, ""},
		{"beside them, no hand", &[3]int{0, 0, 38}, nil, 0, 0, 0, 0, 0, "No gap of left lung lies at the crosshair, nor between slices drawn by hand. Elsewhere there are 2: go to one, or choose All gaps."},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := FillGaps(t.Context(), in, GapsOptions{Axis: 2, At: c.at, Hand: c.hand}, nil)
			if c.refused != "" {
				if err == nil || err.Error() != c.refused {
					t.Errorf("it says %v", err)
				}
				return
			}
			now := set(after(t, in, d, err), 1)
			added := now.Clone()
			added.AndNot(set(in.Mask, 1))
			b := added.Bounds()
			if added.Count() != c.more || b.Min[2] != c.from+1 || b.Max[2] != c.to || b.Min[0] < c.x0 || b.Max[0] > c.x1 {
				t.Errorf("%d voxels in %+v", added.Count(), b)
			}
		})
	}
}

// What a hand drew on two slices without an overlap is one thing that moved.
func TestFillGapsFollowsTheHand(t *testing.T) {
	size := volume.Size{60, 20, 8}
	a, b := volume.Box{Min: [3]int{5, 5, 1}, Max: [3]int{10, 10, 2}}, volume.Box{Min: [3]int{15, 5, 5}, Max: [3]int{20, 10, 6}}
	in := boxes(size, map[volume.Box]uint8{a: 1, b: 1})
	in.Label = 1
	hand := filled(size, a)
	hand.Or(filled(size, b))
	d, err := FillGaps(t.Context(), in, GapsOptions{Axis: 2, At: &[3]int{0, 0, 3}, Hand: hand}, nil)
	if parts := set(after(t, in, d, err), 1).Components(26).List; len(parts) != 1 {
		t.Errorf("%d parts", len(parts))
	}
	if _, err := FillGaps(t.Context(), in, GapsOptions{Axis: 2}, nil); err == nil {
		t.Error("two things that no hand drew are made one")
	}
}
