package mask

import (
	"math"

	"opacity/app/volume"
)

// Shape is a set of voxels, given as runs of rows.
type Shape interface {
	// Runs calls visit with voxels i0..i1-1 of row (j, k) for every run of the shape
	// that lies in a grid of the given size. A voxel may be told twice.
	Runs(size volume.Size, visit func(i0, i1, j, k int))
}

// Tip is the tip of a brush: flat, in the slice across one voxel axis, or solid.
// A round one holds the voxels whose centre lies within the radius of its own,
// in millimetres of the patient, on tilted and uneven stacks too; a square one
// those within the radius along each voxel axis. However small, it holds the
// voxel that its centre lies in.
type Tip struct {
	Geometry volume.Geometry
	RadiusMM float64
	Square   bool
	Solid    bool // a ball or a cube; else a disc or a square
	Axis     int  // across which a flat tip lies: 0, 1 or 2
}

// At returns the tip with its centre at a fractional voxel, which may lie
// outside the grid.
func (t Tip) At(center volume.Vec) Shape { return t.Sweep(center, center) }

// farAway bounds centres, in voxels, and radii, in millimetres: a hundred times
// the largest grid that is opened.
const farAway = 1e6

// Sweep returns what the tip covers on the straight way from one fractional
// voxel to another: a capsule where it is round. A flat tip stays in the slice
// that the way ends in.
func (t Tip) Sweep(from, to volume.Vec) Shape {
	for c := range 3 {
		if !(math.Abs(from[c]) < farAway && math.Abs(to[c]) < farAway) {
			return nothing{}
		}
	}
	if !(t.RadiusMM > 0) {
		t.RadiusMM = 0
	}
	t.RadiusMM = math.Min(t.RadiusMM, farAway)
	t.Axis = min(max(t.Axis, 0), 2)
	if !t.Solid {
		to[t.Axis] = nearest(to[t.Axis])
		from[t.Axis] = to[t.Axis]
	}
	return newSweep(t, from, to)
}

// nothing is the empty shape.
type nothing struct{}

func (nothing) Runs(volume.Size, func(i0, i1, j, k int)) {}

// nearest is the voxel that a fractional one lies in.
func nearest(x float64) float64 { return math.Floor(x + 0.5) }
