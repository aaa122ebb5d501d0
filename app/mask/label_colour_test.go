package mask

import (
	"testing"

	"opacity/app/volume"
)

// Labels of one's own go on in colours that can be told apart, and none repeats.
func TestColoursOfManyFindings(t *testing.T) {
	m := New(volume.Size{2, 2, 2}, DefaultLabels())
	for n := range 40 {
		l, ok := m.NewFinding("x")
		if !ok {
			t.Fatal("no label is left")
		}
		nearest, alike := RGB{}, 1e9
		for _, o := range m.Labels() {
			if d := l.Colour.differs(o.Colour); d < alike {
				nearest, alike = o.Colour, d
			}
		}
		least := 90.0
		if n < len(ExtraColours) { // as they are published
			least = 1
		} else if n >= 20 {
			least = 40
		}
		if alike < least {
			t.Errorf("label %d is %v, too like %v: %.0f", n+1, l.Colour, nearest, alike)
		}
		if err := m.SetLabels(append(m.Labels(), l)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestColourOfAHue(t *testing.T) {
	for want, hsv := range map[RGB][3]float64{
		{255, 0, 0}: {0, 1, 1}, {0, 255, 0}: {120, 1, 1}, {0, 0, 128}: {240, 1, 0.5}, {255, 255, 128}: {60, 0.5, 1}, {204, 204, 204}: {300, 0, 0.8},
	} {
		if got := fromHSV(hsv[0], hsv[1], hsv[2]); got != want {
			t.Errorf("%v is %v, want %v", hsv, got, want)
		}
	}
}
