package dicomseg

import (
	"math"
	"slices"

	"opacity/app/volume"
)

// mostSlices bounds the grid that frames may span: more than any scan has.
const mostSlices = 1 << 13

// span is the smallest grid with all frames on it. ok is false where there is none:
// frames that face different ways, lie beside one another or at odd distances.
func (s *segments) span(columns, rows int) (g volume.Geometry, ok bool) {
	if len(s.frames) == 0 {
		return g, false
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
			return g, false
		}
	}
	slices.Sort(along)
	step := first.stepMM
	for n := range along[1:] {
		if gap := along[n+1] - along[n]; gap > 0.01 && (step == 0 || gap < step*(1-offVoxel)) {
			step = gap // the header's is that of something else
		}
	}
	if step == 0 {
		step = 1
	}
	low, high := along[0], along[len(along)-1]
	n := math.Round((high-low)/step) + 1
	if !(n <= mostSlices) {
		return g, false
	}
	if n > 1 {
		step = (high - low) / (n - 1)
	}
	for _, p := range along {
		if off := (p - low) / step; math.Abs(off-math.Round(off)) > offVoxel {
			return g, false
		}
	}
	var a volume.Affine
	for r := range 3 {
		a[r] = [4]float64{first.row[r], first.col[r], normal[r] * step, first.position[r] + normal[r]*low}
	}
	g, _ = volume.Canonical(volume.Size{columns, rows, int(n)}, a)
	g.FrameUID = s.frameUID
	return g, g.Problem().IsZero()
}
