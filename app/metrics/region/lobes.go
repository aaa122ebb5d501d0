package region

import (
	"opacity/app/mask"
	"opacity/app/metrics"
)

// Lobe is one of five, told by its number in the map of lobes alone: maps differ in the
// order, of which the score knows nothing.
type Lobe struct {
	Number   int
	Voxels   int64
	Infected int64
	Share    metrics.Value // infected / lobe
	Score    int           // 0 to 5; 0 also where the lobe has no voxel
}

// Lobar is the score of five lobes.
type Lobar struct {
	Lobes []Lobe // by number, 1 to 5
	// Total is the sum, 0 to 25; not defined where a lobe has no voxel.
	Total metrics.Value
}

// FiveLobes scores the infection of each lobe by its share of the lobe: 0 for none, 1
// below 5 %, 2 up to 25 %, 3 below 50 %, 4 up to 75 %, 5 above, 0 to 25 in all (Pan and
// others 2020, Radiology 295:715, whose readers put 26-49 % and 50-75 % by eye; here what
// lies between 25 and 50 counts as 3). Infection outside the lobes does not count.
func FiveLobes(lobes [5]*mask.Bits, infection *mask.Bits) Lobar {
	var s Lobar
	for n, of := range lobes {
		c := metrics.CountsOf(of, infection, nil)
		l := Lobe{Number: n + 1, Voxels: c.Reference(), Infected: c.TP, Share: metrics.Undefined(metrics.ZeroDenominator)}
		if l.Voxels > 0 {
			l.Share = metrics.Value{X: float64(l.Infected) / float64(l.Voxels)}
			l.Score = lobarScore(l.Infected, l.Voxels)
		}
		s.Lobes = append(s.Lobes, l)
		switch {
		case !l.Share.Defined():
			s.Total = l.Share
		case s.Total.Defined():
			s.Total.X += float64(l.Score)
		}
	}
	return s
}

// lobarScore puts a share on the scale, in whole numbers so that nothing is rounded.
func lobarScore(infected, lobe int64) int {
	switch percent := 100 * infected; {
	case infected == 0:
		return 0
	case percent < 5*lobe:
		return 1
	case percent <= 25*lobe:
		return 2
	case percent < 50*lobe:
		return 3
	case percent <= 75*lobe:
		return 4
	}
	return 5
}
