package mask_test

import (
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// A mask put together from the planes across any axis is the mask they came from,
// counts too, and a snapshot taken before keeps what it had.
func TestPlanesOfAnyAxis(t *testing.T) {
	size := volume.Size{5, 4, 3}
	want := mask.New(size, mask.DefaultLabels())
	value := func(i, j, k int) uint8 { return uint8((i + 2*j + 5*k) % 3) }
	for k := range size[2] {
		s := make([]uint8, size[0]*size[1])
		for n := range s {
			s[n] = value(n%size[0], n/size[0], k)
		}
		want.SetSlice(mask.Anatomy, k, s)
	}
	for axis := range 3 {
		got := mask.New(size, mask.DefaultLabels())
		empty := got.Snapshot()
		low, high := [3]int{1, 0, 0}[axis], [3]int{2, 2, 1}[axis]
		for n := range size[axis] {
			labels := make([]uint8, size[low]*size[high])
			for p := range labels {
				at := [3]int{}
				at[axis], at[low], at[high] = n, p%size[low], p/size[low]
				labels[p] = value(at[0], at[1], at[2])
			}
			got.SetPlane(mask.Anatomy, volume.Slice{Axis: axis, Index: n}, labels)
		}
		if !got.Equal(want) || !empty.Empty() {
			t.Errorf("axis %d: not the mask the planes came from", axis)
		}
		for v := range uint8(3) {
			if got.Count(mask.Anatomy, v) != want.Count(mask.Anatomy, v) {
				t.Errorf("axis %d: %d voxels of label %d, want %d", axis, got.Count(mask.Anatomy, v), v, want.Count(mask.Anatomy, v))
			}
		}
		for n := range size[axis] {
			got.SetPlane(mask.Anatomy, volume.Slice{Axis: axis, Index: n}, nil)
		}
		if !got.Empty() {
			t.Errorf("axis %d: not empty again", axis)
		}
	}
}
