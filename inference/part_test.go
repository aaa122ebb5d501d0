package inference

import (
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
)

// A run of a part looks at the pictures that meet it, whichever way they are
// read, and at those alone; elsewhere holds what the caller says.
func TestPart(t *testing.T) {
	size := volume.Size{7, 5, 6}
	for _, c := range []struct {
		name, word, across string
		box                volume.Box
		runs               int
	}{
		{"two slices", "LPS", "axial", volume.Box{Min: [3]int{2, 1, 2}, Max: [3]int{3, 3, 4}}, 2},
		{"read downwards", "LPI", "axial", volume.Box{Min: [3]int{2, 1, 4}, Max: [3]int{3, 3, 6}}, 2},
		{"coronal", "LSP", "coronal", volume.Box{Min: [3]int{2, 1, 2}, Max: [3]int{3, 4, 4}}, 3},
		{"sagittal", "PSL", "sagittal", volume.Box{Min: [3]int{2, 1, 2}, Max: [3]int{3, 4, 4}}, 1},
		{"beyond the edge", "LPS", "axial", volume.Box{Min: [3]int{0, 0, 5}, Max: [3]int{9, 9, 9}}, 1},
		{"outside", "LPS", "axial", volume.Box{Min: [3]int{0, 0, 7}, Max: [3]int{9, 9, 9}}, 0},
		{"whole", "LPS", "axial", volume.Box{}, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := rampVolume(size, 1)
			for n := range v.Float32 {
				v.Float32[n] = float32(n % 2)
			}
			around := mask.New(size, mask.DefaultLabels())
			corner := make([]uint8, 35)
			corner[0] = mask.Infection // which the network would not find: its voxel holds 0
			for k := range size[2] {
				if k%2 == 0 {
					around.SetSlice(mask.Findings, k, corner)
				}
			}
			m := plainManifest()
			m.Input.Orientation, m.Input.SliceAxis = c.word, c.across
			f := &fakeRuntime{channels: 1, compute: identity}
			r, err := segment(t, m, f, v, app.SegmentRequest{Probabilities: true, Box: c.box, Around: around})
			if err != nil {
				t.Fatal(err)
			}
			if got := int(f.runs.Load()); got != c.runs {
				t.Errorf("%d runs, want %d", got, c.runs)
			}
			axis := map[string]int{"axial": 2, "coronal": 1, "sagittal": 0}[c.across]
			for n := range v.Float32 {
				at := [3]int{n % 7, n / 7 % 5, n / 35}
				looked := c.box == (volume.Box{}) || at[axis] >= c.box.Min[axis] && at[axis] < c.box.Max[axis]
				want, probable := around.At(mask.Findings, at[0], at[1], at[2]), uint8(0)
				if looked {
					want, probable = uint8(n%2)*mask.Infection, uint8(n%2)*255
				}
				if got := r.Mask.At(mask.Findings, at[0], at[1], at[2]); got != want {
					t.Fatalf("%v is %d, want %d", at, got, want)
				}
				got := uint8(0)
				if slices := r.Probabilities["infection"]; len(slices) > 0 && slices[at[2]] != nil {
					got = slices[at[2]][n%35]
				}
				if got != probable {
					t.Fatalf("%v has probability %d, want %d", at, got, probable)
				}
			}
			if r.Thresholds["infection"] != 0.5 {
				t.Errorf("thresholds %v", r.Thresholds)
			}
		})
	}
}

// What reaches out of the part is no island: a step that takes small ones away
// judges it as a whole.
func TestPartOfSomethingLargerIsNoIsland(t *testing.T) {
	size := volume.Size{7, 5, 6}
	v := rampVolume(size, 1)
	clear(v.Float32)
	v.Float32[17+2*35] = 1
	around := mask.New(size, mask.DefaultLabels())
	full := make([]uint8, 35)
	for n := range full {
		full[n] = mask.Infection
	}
	around.SetSlice(mask.Findings, 3, full)
	m := plainManifest()
	m.Postprocess = []PostStep{{Op: "largest_components", Label: "infection", N: 1, Connectivity: 6}}
	far := around.Snapshot()
	far.SetSlice(mask.Findings, 3, make([]uint8, 35))
	far.SetSlice(mask.Findings, 5, full)
	for _, c := range []struct {
		name   string
		around *mask.Mask
		want   uint8
	}{{"beside", around, mask.Infection}, {"far", far, 0}} {
		f := &fakeRuntime{channels: 1, compute: identity}
		r, err := segment(t, m, f, v, app.SegmentRequest{Box: volume.Box{Min: [3]int{0, 0, 2}, Max: [3]int{7, 5, 3}}, Around: c.around})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Mask.At(mask.Findings, 3, 2, 2); got != c.want {
			t.Errorf("%s: the voxel is %d, want %d", c.name, got, c.want)
		}
	}
}
