package surface

import (
	"context"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// Areas are summed in other orders than they are counted in: of the same mask twice the
// share is 1 all the same.
func TestNSDOfTheSameMaskIsOne(t *testing.T) {
	size := volume.Size{23, 17, 11}
	m := mask.NewBits(size)
	for k := range size[2] {
		for j := range size[1] {
			for i := range size[0] {
				if (i*7+j*5+k*3)%4 != 0 && i > 0 && j%5 > 0 {
					m.SetRun(i, i+1, j, k)
				}
			}
		}
	}
	spacing := [3]float64{0.7, 0.7, 2.5}
	s, err := BetweenSurfels(context.Background(), m, m, spacing)
	if err != nil {
		t.Fatal(err)
	}
	c, err := BetweenContours(context.Background(), m, m, spacing)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := s.NSD(1).X, c.NSD(1).X; a != 1 || b != 1 {
		t.Errorf("%v, %v", a, b)
	}
}
