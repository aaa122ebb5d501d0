package mask

import (
	"slices"
	"testing"

	"opacity/app/volume"
)

func TestOfNumbers(t *testing.T) {
	size := volume.Size{3, 2, 2}
	for _, tt := range []struct {
		name string
		in   []int16
		ok   bool
	}{
		{"numbers of any meaning", []int16{0, 1, 255, 0, 7, 7, 3, 2, 1, 0, 0, 9}, true},
		{"below 0", []int16{0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, false},
		{"past a byte", []int16{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 256}, false},
		{"no whole numbers", nil, false},
	} {
		v := &volume.Volume{Geometry: volume.Geometry{Size: size}, Int16: tt.in}
		m, ok := OfNumbers(v)
		if ok != tt.ok {
			t.Errorf("%s: ok is %t", tt.name, ok)
		}
		if !ok {
			continue
		}
		var got []int16
		flat := make([]uint8, 6)
		for k := range size[2] {
			m.Flat(k, flat)
			for _, x := range flat {
				got = append(got, int16(x))
			}
		}
		if !slices.Equal(got, tt.in) {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
