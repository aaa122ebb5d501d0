package mask

import (
	"testing"

	"opacity/app/volume"
)

// Each voxel takes the number of the nearest one, by where they lie in the patient.
func TestOnto(t *testing.T) {
	grid := func(size volume.Size, step, from float64) volume.Geometry {
		return volume.Geometry{Size: size, Affine: volume.Affine{{step, 0, 0, from}, {0, 1, 0, 0}, {0, 0, 1, 0}}}
	}
	lm := &LabelMap{Geometry: grid(volume.Size{3, 1, 2}, 2, 0), Values: []int{0, 7, 9}, Slices: [][]uint8{{1, 0, 2}, nil}}
	for _, c := range []struct {
		name string
		on   volume.Geometry
		want string
	}{
		{"itself", lm.Geometry, "102"},
		{"finer", grid(volume.Size{6, 1, 2}, 1, -0.5), "110022"},
		{"elsewhere", grid(volume.Size{3, 1, 2}, 2, 4), "200"},
		{"mirrored", grid(volume.Size{3, 1, 2}, -2, 4), "201"},
	} {
		got := lm.Onto(c.on)
		text := ""
		for _, v := range got.Slices[0] {
			text += string('0' + rune(v))
		}
		if text != c.want || got.Slices[1] != nil || got.Size != c.on.Size || got.Values[2] != 9 {
			t.Errorf("%s: %s, want %s", c.name, text, c.want)
		}
	}
}
