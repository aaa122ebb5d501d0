package mask_test

import (
	"testing"

	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
)

// flattened makes a thorax and its label map, findings over lungs.
func flattened(size volume.Size) (*mask.Mask, *mask.LabelMap) {
	v, m := phantom.New(phantom.Options{Size: size, Seed: 4})
	lm := &mask.LabelMap{Geometry: v.Geometry, Values: []int{0, 1, 2, 3}, Slices: make([][]uint8, size[2])}
	for k := range lm.Slices {
		lm.Slices[k] = make([]uint8, size[0]*size[1])
		m.Flat(k, lm.Slices[k])
	}
	return m, lm
}

// A thorax flattened and unfolded is the thorax it was, nearly: between the
// lungs a voxel of a lesion may change sides.
func TestThoraxUnfolds(t *testing.T) {
	want, lm := flattened(volume.Size{128, 128, 80})
	got, err := mask.FromLabelMap(lm, mask.GuessMapping(lm), nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range mask.Diff(want, got).Slices {
		for _, r := range s.Runs {
			n += int(r.Length)
		}
	}
	if n > 5 {
		t.Errorf("%d voxels differ", n)
	}
}

func BenchmarkFromLabelMap(b *testing.B) {
	_, lm := flattened(volume.Size{512, 512, 300})
	mapping := mask.GuessMapping(lm)
	for b.Loop() {
		if _, err := mask.FromLabelMap(lm, mapping, nil); err != nil {
			b.Fatal(err)
		}
	}
}
