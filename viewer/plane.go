// Package viewer is what is on screen, without a screen: which planes are shown
// where, how they are windowed and coloured, and the cursor that links them.
//
// Screen conventions, radiological throughout: on the axial and coronal planes
// the patient's right is on the left of the screen; on the sagittal plane
// anterior is on the left. Superior and anterior are up. Across (u) grows to the
// right of the screen and down (v) downwards.
package viewer

import "opacity/app/volume"

// Plane is one of the three directions a volume is cut in.
type Plane int

// The planes, in the order the panes are listed.
const (
	Axial Plane = iota
	Coronal
	Sagittal
	Planes = 3 // how many there are
)

// String is the name that commands and files use.
func (p Plane) String() string { return [...]string{"axial", "coronal", "sagittal"}[p] }

// ParsePlane is the inverse of String.
func ParsePlane(s string) (Plane, bool) {
	for p := range Plane(Planes) {
		if p.String() == s {
			return p, true
		}
	}
	return 0, false
}

// Axes tells which voxel axes the plane shows: u across, v down, n through.
// vUp is true where the voxel index falls as v grows (superior is up).
func (p Plane) Axes() (u, v, n int, vUp bool) {
	switch p {
	case Coronal:
		return 0, 2, 1, true
	case Sagittal:
		return 1, 2, 0, true
	}
	return 0, 1, 2, false
}

// EdgeLetters names the patient's sides at the edges of the picture.
func (p Plane) EdgeLetters() (left, right, top, bottom string) {
	switch p {
	case Coronal:
		return "R", "L", "S", "I"
	case Sagittal:
		return "A", "P", "S", "I"
	}
	return "R", "L", "A", "P"
}

// SliceNumber turns an index along the plane's normal into the number a user
// sees: 1 at the patient's feet, back or right.
func (p Plane) SliceNumber(g volume.Geometry, index int) int {
	if p == Coronal {
		return g.Size[1] - index
	}
	return index + 1
}

// SliceIndex is the inverse of SliceNumber.
func (p Plane) SliceIndex(g volume.Geometry, number int) int {
	if p == Coronal {
		return g.Size[1] - number
	}
	return number - 1
}
