package dicomseg

import (
	"maps"
	"math"
	"slices"

	"opacity/app/text"
)

// thickestMM is how far apart contours may lie and still be taken for those of slices as
// thick: no CT is read on thicker ones. What lies further apart is rather two things than one.
const thickestMM = 10

// wider is the least distance between contours, in slices of the scan, at which they were
// drawn on thicker ones: nearer to 1 it is the rounding of their places.
const wider = 1.1

// usual is how far apart, in slices, the contours of a region lie: the lower median of the
// gaps between its planes, 0 where there are none. even says that there are several gaps,
// most of them as large: those are of slices, not of what the region looks like.
func usual(planes map[int]*plane) (step float64, even bool) {
	var gaps []float64
	at := slices.Sorted(maps.Keys(planes))
	for i := 1; i < len(at); i++ {
		gaps = append(gaps, planes[at[i]].place(at[i])-planes[at[i-1]].place(at[i-1]))
	}
	if len(gaps) == 0 {
		return 0, false
	}
	slices.Sort(gaps)
	step = gaps[(len(gaps)-1)/2]
	alike := 0
	for _, gap := range gaps {
		if math.Abs(gap-step) <= 0.1*step {
			alike++
		}
	}
	return step, len(gaps) > 1 && 2*alike > len(gaps)
}

// place is where along the slices the contours nearest to slice n lie.
func (p *plane) place(n int) float64 { return float64(n) + p.off }

// spread gives the slices between contours that lie step slices apart those nearest to
// them, as a slab of that thickness has it: half a step to both sides of each plane, beyond
// the first and the last too, so that the volume is that of the slices they were drawn on.
// Of two planes as near the lower has a slice, as in planes. A gap of up to one and a half
// steps, as a hand leaves, is closed; a wider one is a hole, and stays open between the slabs.
func spread(planes map[int]*plane, step float64, size int) map[int]*plane {
	out := maps.Clone(planes)
	at := slices.Sorted(maps.Keys(planes))
	for i, n := range at {
		here := planes[n].place(n)
		low, high := here-step/2, here+step/2
		within := func(other int) (middle float64, ok bool) {
			there := planes[other].place(other)
			return (here + there) / 2, math.Abs(there-here) <= (1.5+samePlane)*step
		}
		if i > 0 {
			if m, ok := within(at[i-1]); ok {
				low = m
			}
		}
		if i+1 < len(at) {
			if m, ok := within(at[i+1]); ok {
				high = m
			}
		}
		from, to := max(int(math.Floor(low+samePlane))+1, 0), min(int(math.Floor(high+samePlane)), size-1)
		for k := from; k <= to; k++ {
			if out[k] == nil {
				out[k] = planes[n]
			}
		}
	}
	return out
}

// spreader decides for all regions of a file which of them were drawn on thicker slices
// than those of the scan.
type spreader struct {
	spacingMM float64 // of the scan's slices
	size      int     // how many there are
	file      float64 // the least even step of a region, 0 where there is none

	spreadMM []float64 // steps of those that were spread, in the order met
	names    map[float64][]string
	sparse   []string // regions with empty slices between contours, which stay
}

func newSpreader(all []map[int]*plane, spacingMM float64, size int) *spreader {
	s := &spreader{spacingMM: spacingMM, size: size, names: map[float64][]string{}}
	for _, planes := range all {
		if step, even := usual(planes); even && (s.file == 0 || step < s.file) {
			s.file = step
		}
	}
	return s
}

// region spreads the contours of one region. One whose few or odd gaps do not tell what it
// was drawn on, a small finding or several, has the step of the region that does.
func (s *spreader) region(name string, planes map[int]*plane) map[int]*plane {
	own, even := usual(planes)
	step := own
	if !even && s.file > 0 {
		step = s.file
	}
	mm := step * s.spacingMM
	if step < wider || mm > thickestMM*(1+samePlane) {
		if own >= wider {
			s.sparse = append(s.sparse, name)
		}
		return planes
	}
	out := spread(planes, step, s.size)
	if len(out) > len(planes) {
		mm = math.Round(mm*100) / 100
		if s.names[mm] == nil {
			s.spreadMM = append(s.spreadMM, mm)
		}
		s.names[mm] = append(s.names[mm], name)
	}
	return out
}

// doubts say which regions were spread, and which were not.
func (s *spreader) doubts() []text.Message {
	var out []text.Message
	for _, mm := range s.spreadMM {
		out = append(out, text.M("dicomseg.spread", listed(s.names[mm]), mm, s.spacingMM))
	}
	if len(s.sparse) > 0 {
		out = append(out, text.M("dicomseg.sparse", listed(s.sparse)))
	}
	return out
}
