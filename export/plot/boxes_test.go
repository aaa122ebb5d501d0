package plot

import (
	"testing"

	"gonum.org/v1/plot/vg"
)

// Every point is a case: none lies on another, however many have one value.
func TestSwarmHasAPlaceForEach(t *testing.T) {
	for _, n := range []int{1, 2, 13, 50, 51} {
		heights := make([]vg.Length, n)
		w := newSwarm(8, 2, heights)
		seen := map[vg.Length]bool{}
		for range n {
			x := w.place(0)
			if seen[x] || x < -8 || x > 8 {
				t.Errorf("of %d one is at %g", n, x)
			}
			seen[x] = true
		}
		if w.closest() <= 0 || w.closest() > 2.5 {
			t.Errorf("%d stand %g apart", n, w.closest())
		}
	}
}
