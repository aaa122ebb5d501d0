package tool

import (
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// What the planes are told that a cut would take is what it then takes, inside or
// outside the line, within limits, and lies where they are told that it goes through.
func TestCutsAreWhatIsCut(t *testing.T) {
	square := [][2]float64{{171.5, 121.5}, {231.5, 121.5}, {231.5, 181.5}, {171.5, 181.5}}
	for _, p := range []viewer.Plane{viewer.Axial, viewer.Coronal, viewer.Sagittal} {
		for n, far := range []int{WholeStack, 0, 3, WholeStack, 3} {
			outside := n > 2
			b := newBench(t, Scissors)
			all := b.Session().Mask().Snapshot() // with the left lung
			full := make([]uint8, 100*100)
			for k := range 50 {
				for o := range full { // with gaps in which nothing goes
					full[o] = mask.Infection * uint8(index((o+k)%3 == 0))
				}
				all.SetSlice(mask.Findings, k, full)
			}
			if err := b.Session().SetMask(b.k.Current().Title(), all, nil); err != nil {
				t.Fatal(err)
			}
			b.set(func(s *Settings) {
				s.CutSlices, s.CutOutside = far, outside
				if n%2 == 0 {
					s.Limits.Inside = mask.LeftLung
				}
			})(nil, nil)
			points := square
			if p != viewer.Axial { // slices are 2 mm thick, and half as many
				points = [][2]float64{{171.5, 135}, {231.5, 135}, {231.5, 165}, {171.5, 165}}
			}
			b.play(does(Press, p, Left, points[0][0], points[0][1]))
			for _, q := range points[1:] {
				b.play(does(Move, p, Left, q[0], q[1]))
			}
			told, lost := map[viewer.Plane][]Cut{}, b.k.Marks().Outline.Lost
			for _, c := range b.k.Marks().Outline.Cuts {
				told[c.Plane] = append(told[c.Plane], c)
			}
			b.play(does(Release, p, Left, points[3][0], points[3][1]))
			m := b.Session().Mask()
			if m.Equal(all) {
				t.Fatal("nothing was cut")
			}
			for other := range viewer.Plane(viewer.Planes) {
				if other == p && len(told[p]) > 0 {
					t.Errorf("%s: its own plane has %v", p, told[p])
				}
				a1, a2, n, _ := other.Axes()
				var v [3]int
				v[n] = b.SliceOf(other)
				wrong, beside := 0, 0
				size := m.Size()
				for v[a1] = 0; v[a1] < size[a1]; v[a1]++ {
					for v[a2] = 0; v[a2] < size[a2]; v[a2]++ {
						cut := m.At(mask.Findings, v[0], v[1], v[2]) != all.At(mask.Findings, v[0], v[1], v[2])
						wrong += index(cut != (lost[other] != nil && lost[other].At(v[a1], v[a2])))
						beside += index(cut && other != p && outside == inCuts(told[other], v))
					}
				}
				if wrong > 0 || beside > 0 {
					t.Errorf("%s, %d slices: %s is told %v, which is wrong for %d voxels; %d beside it", p, far, other, told[other], wrong, beside)
				}
			}
			if b.k.Marks().Outline != nil {
				t.Error("cuts are marked after the cut")
			}
		}
	}
}

func index(on bool) int {
	if on {
		return 1
	}
	return 0
}

func inCuts(cuts []Cut, v [3]int) bool {
	for _, c := range cuts {
		at := volume.Vec{float64(v[0]), float64(v[1]), float64(v[2])}
		if at[0] >= c.Min[0] && at[0] <= c.Max[0] && at[1] >= c.Min[1] && at[1] <= c.Max[1] && at[2] >= c.Min[2] && at[2] <= c.Max[2] {
			return true
		}
	}
	return false
}
