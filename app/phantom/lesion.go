package phantom

import (
	"math"
	"math/rand/v2"
)

// lesion is a ragged ellipsoid of opacity. Its edge is where inside is 0.
type lesion struct {
	at     point
	radius point
	hu     float64 // what it tends to in its middle
	solid  float64 // inside beyond which it is consolidated; over 1 for ground glass alone
}

const (
	ragged     = 0.42 // how far noise moves an edge, in radii
	solidHU    = 5.0
	lesionSoft = 0.12 // of the radius: over which an edge fades in
)

// inside is 1 at the centre and 0 at the edge; bump is the coarse noise there.
func (s *lesion) inside(x, y, z, bump float64) float64 {
	dx, dy, dz := (x-s.at[0])/s.radius[0], (y-s.at[1])/s.radius[1], (z-s.at[2])/s.radius[2]
	return 1 - math.Sqrt(dx*dx+dy*dy+dz*dz) + ragged*bump
}

// addLesions adds lesions, along the pleura and mostly low and behind, as in
// COVID-19 pneumonia, until enough of the lungs is covered.
func (t *thorax) addLesions(r *rand.Rand) {
	probes := append(t.lungPoints(r, false, 2200, 0), t.lungPoints(r, true, 1800, 0)...)
	covered := make([]bool, len(probes))
	want := int(t.opts.InfectionPercent / 100 * float64(len(probes)))
	for have := 0; have < want && len(t.lesions) < 400; {
		p := probes[r.IntN(len(probes))]
		l := levelAt(p[2])
		depth, _ := l.lung(p[0], p[1])
		like := (0.25 + 0.75*clamp01((p[1]+40)/90)) * (0.35 + 0.65*clamp01((230-p[2])/120))
		if depth > 14 && r.Float64() > 0.12 || r.Float64() > like {
			continue
		}
		size := 11 + 24*r.Float64()*r.Float64()
		s := lesion{at: p, hu: -560 + 160*r.Float64(), solid: 2}
		for c := range s.radius {
			s.radius[c] = size * (0.75 + 0.6*r.Float64())
		}
		if r.Float64() < 0.55 {
			s.solid = 0.3 + 0.35*r.Float64()
		}
		t.lesions = append(t.lesions, s)
		for n, q := range probes {
			if !covered[n] && s.inside(q[0], q[1], q[2], t.coarse.value(q[0], q[1], q[2])) > 0 {
				covered[n] = true
				have++
			}
		}
	}
}
