package dicomseg

import (
	"math"
	"slices"

	"opacity/app/volume"
)

// mostSlices bounds the grid that frames may span: more than any scan has.
const mostSlices = 1 << 13

// span is the smallest grid with all frames on it. ok is false where there is none:
// frames that face different ways, lie beside one another or at odd distances. guessed
// says that how far its slices are apart is that of the nearest frames, where the header
// does not say it: a thickness is not it where slices overlap, or leave gaps.
func (s *segments) span(columns, rows int) (g volume.Geometry, guessed, ok bool) {
	if len(s.frames) == 0 {
		return g, false, false
	}
	first := s.frames[0]
	normal := first.row.Cross(first.col)
	if l := normal.Length(); l > 0 {
		normal = normal.Scaled(1 / l)
	}
	along := make([]float64, len(s.frames))
	for n, f := range s.frames {
		way := f.position.Sub(first.position)
		along[n] = way.Dot(normal)
		if f.row.Sub(first.row).Length() > 1e-3 || f.col.Sub(first.col).Length() > 1e-3 ||
			!(way.Sub(normal.Scaled(along[n])).Length() <= offVoxel*first.row.Length()) {
			return g, false, false
		}
	}
	slices.Sort(along)
	nearest := 0.0
	for n := range along[1:] {
		if gap := along[n+1] - along[n]; gap > 0.01 && (nearest == 0 || gap < nearest) {
			nearest = gap
		}
	}
	step, n := first.stepMM, 1
	if nearest > 0 {
		if step, n = even(along, first.stepMM); n == 0 { // the header's is that of something else
			step, n = even(along, nearest)
			guessed = !first.spaced
		}
	}
	if step == 0 {
		step = 1
	}
	if n == 0 || n > mostSlices {
		return g, false, false
	}
	low := along[0]
	var a volume.Affine
	for r := range 3 {
		a[r] = [4]float64{first.row[r], first.col[r], normal[r] * step, first.position[r] + normal[r]*low}
	}
	g, _ = volume.Canonical(volume.Size{columns, rows, n}, a)
	g.FrameUID = s.frameUID
	return g, guessed, g.Problem().IsZero()
}

// even makes about step of rising places the step that brings all of them onto slices,
// and counts these; 0 where no step near it does.
func even(along []float64, step float64) (exact float64, n int) {
	low, high := along[0], along[len(along)-1]
	steps := math.Round((high - low) / step)
	if !(steps >= 1 && steps < math.MaxInt32) { // nor none, for a step of 0
		return 0, 0
	}
	exact = (high - low) / steps
	if math.Abs(exact-step) > offVoxel*step {
		return 0, 0
	}
	for _, p := range along {
		if off := (p - low) / exact; math.Abs(off-math.Round(off)) > offVoxel {
			return 0, 0
		}
	}
	return exact, int(steps) + 1
}
