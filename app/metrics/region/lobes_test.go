package region

import (
	"testing"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/volume"
)

func TestLobarSteps(t *testing.T) {
	for _, tt := range []struct {
		infected int64
		want     int
	}{{0, 0}, {1, 1}, {49, 1}, {50, 2}, {250, 2}, {251, 3}, {499, 3}, {500, 4}, {750, 4}, {751, 5}, {1000, 5}} {
		if got := lobarScore(tt.infected, 1000); got != tt.want {
			t.Errorf("%d of 1000 scores %d, want %d", tt.infected, got, tt.want)
		}
	}
}

// Five rows are lobes, of which 0, 1, 4, 12 and 20 of 20 voxels are infected.
func TestFiveLobes(t *testing.T) {
	size := volume.Size{20, 6, 1}
	var lobes [5]*mask.Bits
	infection := mask.NewBits(size)
	for n, infected := range []int{0, 1, 4, 12, 20} {
		lobes[n] = mask.NewBits(size)
		lobes[n].SetRun(0, 20, n, 0)
		infection.SetRun(0, infected, n, 0)
	}
	infection.SetRun(0, 20, 5, 0) // of no lobe
	s := FiveLobes(lobes, infection)
	for n, want := range []int{0, 2, 2, 4, 5} {
		if l := s.Lobes[n]; l.Score != want || l.Number != n+1 || l.Voxels != 20 {
			t.Errorf("%+v scores, want %d", l, want)
		}
	}
	if s.Total != (metrics.Value{X: 13}) {
		t.Errorf("%+v in all", s.Total)
	}
	lobes[2] = mask.NewBits(size)
	if s := FiveLobes(lobes, infection); s.Total.Why != metrics.ZeroDenominator {
		t.Errorf("without a lobe %+v in all", s.Total)
	}
}
