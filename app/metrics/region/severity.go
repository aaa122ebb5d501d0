package region

import (
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/app/volume"
)

// Zone is a third of one lung.
type Zone struct {
	Region
	Side           mask.Side
	Lung, Infected int64         // voxels
	Share          metrics.Value // infected / lung
	Score          int           // 0 to 4; 0 also where the zone has no lung
}

// Severity is the six-zone score by thirds.
type Severity struct {
	Zones []Zone // right apex, middle, base, then left
	// Total is the sum, 0 to 24; not defined where a zone has no lung.
	Total metrics.Value
	// Name says what was scored: it is not the score of five lobes, 0 to 25.
	Name text.Message
}

// SixZones scores the infection of each third of each lung by its share of the lung
// there: 0 for none, 1 up to 25 %, 2 up to 50 %, 3 up to 75 %, 4 above, 0 to 24 in all.
// The steps are those of the six-zone scores that readers give by eye in studies of
// COVID-19, where 25, 50 and 75 % themselves count to the step above; readers part the
// zones at the carina and the lower pulmonary veins, here they are thirds of the lung's
// own extent along z.
func SixZones(left, right, infection *mask.Bits, g volume.Geometry) Severity {
	s := Severity{Name: text.M("region.six_zones"), Total: metrics.Value{}}
	for _, lung := range []struct {
		side   mask.Side
		voxels *mask.Bits
	}{{mask.Right, right}, {mask.Left, left}} {
		thirds, ok := Thirds(lung.voxels, g)
		for n := 2; n >= 0; n-- {
			z := Zone{Side: lung.side, Region: named(string(lung.side)+"_"+[3]string{"base", "middle", "apex"}[n], mask.NewBits(g.Size))}
			if ok {
				z.Voxels = thirds[n].Voxels
				z.Voxels.And(lung.voxels)
			}
			c := metrics.CountsOf(z.Voxels, infection, nil)
			z.Lung, z.Infected = c.Reference(), c.TP
			z.Share = metrics.Undefined(metrics.ZeroDenominator)
			if z.Lung > 0 {
				z.Share = metrics.Value{X: float64(z.Infected) / float64(z.Lung)}
				z.Score = scoreOf(z.Infected, z.Lung)
			}
			s.add(z)
		}
	}
	return s
}

func (s *Severity) add(z Zone) {
	s.Zones = append(s.Zones, z)
	switch {
	case !z.Share.Defined():
		s.Total = z.Share
	case s.Total.Defined():
		s.Total.X += float64(z.Score)
	}
}

// scoreOf puts a share on the scale, in whole numbers so that nothing is rounded.
func scoreOf(infected, lung int64) int {
	if infected == 0 {
		return 0
	}
	for score := int64(1); score < 4; score++ {
		if 4*infected <= score*lung {
			return int(score)
		}
	}
	return 4
}
