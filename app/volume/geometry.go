// Package volume holds what a scanner delivered: a grid of voxels, where it
// lies in the patient, and what is doubtful about it.
//
// Conventions that bind every function here and every package above:
//
//   - Patient coordinates are LPS millimetres, as in DICOM: x grows to the
//     patient's left, y to posterior, z to superior.
//   - A voxel index is (i, j, k). The canonical grid is near LPS: i grows most
//     nearly to the left, j to posterior, k to superior. In memory i is fastest
//     and k slowest: offset = i + nx*(j + ny*k).
//   - Integer indices are voxel centres: voxel i covers [i-0.5, i+0.5).
//   - Readers permute and flip axes while they read, so nothing above them
//     meets another order; Source keeps what the file had, for export.
package volume

import (
	"fmt"
	"math"

	"opacity/app/text"
)

// Size counts voxels along i, j and k.
type Size [3]int

// Voxels returns the number of voxels in the grid.
func (s Size) Voxels() int { return s[0] * s[1] * s[2] }

// String prints a size as 512x512x300.
func (s Size) String() string { return fmt.Sprintf("%dx%dx%d", s[0], s[1], s[2]) }

// Affine maps a voxel index (i, j, k, 1) to LPS millimetres. Row r gives
// patient coordinate r; column 3 is the centre of voxel (0, 0, 0). Columns need
// not be orthogonal: a tilted gantry gives shear.
type Affine [3][4]float64

// Apply maps the index or fractional index p to patient space.
func (a Affine) Apply(p Vec) Vec {
	var q Vec
	for r := range 3 {
		q[r] = a[r][0]*p[0] + a[r][1]*p[1] + a[r][2]*p[2] + a[r][3]
	}
	return q
}

// Column returns the step in millimetres, LPS, from one voxel to the next along axis c.
func (a Affine) Column(c int) Vec { return Vec{a[0][c], a[1][c], a[2][c]} }

// Det is the determinant of the linear part: the signed volume of a voxel in mm³.
func (a Affine) Det() float64 { return a.Column(0).Dot(a.Column(1).Cross(a.Column(2))) }

// Inverse maps patient space back to indices. ok is false for a singular or
// non-finite affine.
func (a Affine) Inverse() (inv Affine, ok bool) {
	d := a.Det()
	if d == 0 || math.IsNaN(d) || math.IsInf(d, 0) {
		return Affine{}, false
	}
	c0, c1, c2 := a.Column(0), a.Column(1), a.Column(2)
	rows := [3]Vec{c1.Cross(c2), c2.Cross(c0), c0.Cross(c1)}
	t := a.Column(3)
	for r := range 3 {
		for c := range 3 {
			inv[r][c] = rows[r][c] / d
		}
		inv[r][3] = -rows[r].Dot(t) / d
	}
	return inv, true
}

// Geometry says where a grid of voxels lies in the patient.
type Geometry struct {
	Size   Size
	Affine Affine
	// SlicePositionsMM holds, for a stack whose slices are not evenly spaced,
	// the position of each slice k along the slice normal, in millimetres from
	// slice 0. It is nil for an even stack. Affine then steps by the median.
	SlicePositionsMM []float64
	// Uneven says that slices stacked along another axis than k are not evenly spaced:
	// where they lie is not known to better than the even grid of Affine.
	Uneven bool
	// FrameUID is DICOM's frame of reference: grids of one share their patient
	// coordinates. "" where it is not known.
	FrameUID string
}

// SpacingMM is the distance between neighbouring voxel centres along i, j and
// k. For a tilted stack the third value is the distance between slice planes
// along their normal only where the affine has no shear; see SliceStepMM.
func (g Geometry) SpacingMM() [3]float64 {
	return [3]float64{g.Affine.Column(0).Length(), g.Affine.Column(1).Length(), g.Affine.Column(2).Length()}
}

// SliceStepMM is the distance between slice planes k and k+1 along their normal.
func (g Geometry) SliceStepMM() float64 {
	n := g.Affine.Column(0).Cross(g.Affine.Column(1))
	l := n.Length()
	if l == 0 {
		return 0
	}
	return math.Abs(g.Affine.Column(2).Dot(n)) / l
}

// VoxelVolumeML is the volume of one voxel in millilitres.
func (g Geometry) VoxelVolumeML() float64 { return math.Abs(g.Affine.Det()) / 1000 }

// ToPatient maps a (fractional) voxel index to LPS millimetres. On an uneven
// stack the slice position is interpolated between its neighbours.
func (g Geometry) ToPatient(index Vec) Vec {
	if g.SlicePositionsMM != nil {
		if step := g.SliceStepMM(); step > 0 {
			index[2] = interpolate(g.SlicePositionsMM, index[2]) / step
		}
	}
	return g.Affine.Apply(index)
}

// ToIndex maps LPS millimetres to a fractional voxel index, the inverse of
// ToPatient for an even stack; on an uneven one k is found by position.
func (g Geometry) ToIndex(patientMM Vec) Vec {
	inv, ok := g.Affine.Inverse()
	if !ok {
		return Vec{}
	}
	p := inv.Apply(patientMM)
	if g.SlicePositionsMM != nil {
		p[2] = invert(g.SlicePositionsMM, p[2]*g.SliceStepMM())
	}
	return p
}

// TiltDegrees is the angle between the slice axis and the slice normal: 0 for a
// straight stack, the gantry tilt otherwise.
func (g Geometry) TiltDegrees() float64 {
	n := g.Affine.Column(0).Cross(g.Affine.Column(1))
	k := g.Affine.Column(2)
	c := math.Abs(k.Dot(n)) / (k.Length() * n.Length())
	if c >= 1 || math.IsNaN(c) {
		return 0
	}
	return math.Acos(c) * 180 / math.Pi
}

// ObliqueDegrees is the largest angle between an in-plane voxel axis and the
// nearest patient axis: 0 for a stack acquired straight.
func (g Geometry) ObliqueDegrees() float64 {
	worst := 0.0
	for c := range 2 {
		v := g.Affine.Column(c)
		m := math.Max(math.Abs(v[0]), math.Max(math.Abs(v[1]), math.Abs(v[2])))
		if a := math.Acos(math.Min(1, m/v.Length())) * 180 / math.Pi; a > worst {
			worst = a
		}
	}
	return worst
}

// Bounds of what a header may say of the distance between voxel centres, and of
// how far a grid may reach along an axis: 1 m between voxels and 10 m in all are
// several times what any scanner's table travels, so what lies beyond is a
// damaged header or another unit, and every measure would be wrong.
const (
	LeastStepMM  = 1e-6
	MostStepMM   = 1000
	mostExtentMM = 10_000
)

// Problem says why a grid cannot be used: no voxels, an affine that is not
// finite or is singular, a spacing of zero, or a spacing or an extent that no
// scanner reaches. It is zero where nothing is wrong.
func (g Geometry) Problem() text.Message {
	for _, n := range g.Size {
		if n < 1 {
			return text.M("volume.grid.empty", g.Size.String())
		}
	}
	for r := range 3 {
		for c := range 4 {
			if v := g.Affine[r][c]; math.IsNaN(v) || math.IsInf(v, 0) {
				return text.M("volume.grid.not_finite", v)
			}
		}
	}
	s := g.SpacingMM()
	for c := range 3 {
		if s[c] < LeastStepMM {
			return text.M("volume.grid.no_spacing", c+1, s[c])
		}
		if s[c] > MostStepMM {
			return text.M("volume.grid.spacing", c+1, s[c])
		}
		extent := s[c] * float64(g.Size[c]-1)
		if c == 2 && len(g.SlicePositionsMM) > 0 {
			extent = max(extent, g.SlicePositionsMM[len(g.SlicePositionsMM)-1])
		}
		if extent > mostExtentMM {
			return text.M("volume.grid.extent", extent/1000)
		}
	}
	if math.Abs(g.Affine.Det()) < 1e-6*s[0]*s[1]*s[2] {
		return text.M("volume.grid.flat")
	}
	return text.Message{}
}

// SameGrid reports whether two geometries have one size and their corner voxels
// lie within tolMM of one another.
func (g Geometry) SameGrid(o Geometry, tolMM float64) bool {
	return g.Size == o.Size && g.CornersApartMM(o) <= tolMM
}

// LiesOn reports whether g is the grid o, but for what ToleranceMM leaves to headers.
func (g Geometry) LiesOn(o Geometry) bool { return g.SameGrid(o, o.ToleranceMM()) }

// ToleranceMM is how far the corners of another grid may lie from those of g for both to
// be the same: a tenth of a voxel's smallest side, more than the rounding of headers.
func (g Geometry) ToleranceMM() float64 {
	s := g.SpacingMM()
	return min(s[0], s[1], s[2]) / 10
}

// CornersApartMM returns how far the corner voxels of g lie from where o, a geometry
// of the same size, has them: the largest distance.
func (g Geometry) CornersApartMM(o Geometry) float64 {
	apart := 0.0
	for corner := range 8 {
		var p Vec
		for c := range 3 {
			if corner>>c&1 == 1 {
				p[c] = float64(g.Size[c] - 1)
			}
		}
		a, b := g.Affine.Apply(p), o.Affine.Apply(p)
		apart = max(apart, a.Sub(b).Length())
	}
	return apart
}

// interpolate reads ys at fractional position x, continuing the end steps outward.
func interpolate(ys []float64, x float64) float64 {
	n := len(ys)
	if n == 1 {
		return ys[0] + x
	}
	i := min(max(int(math.Floor(x)), 0), n-2)
	return ys[i] + (x-float64(i))*(ys[i+1]-ys[i])
}

// invert finds x with interpolate(ys, x) == y for non-decreasing ys.
func invert(ys []float64, y float64) float64 {
	n := len(ys)
	if n == 1 {
		return y - ys[0]
	}
	i := 0
	for i < n-2 && ys[i+1] <= y {
		i++
	}
	d := ys[i+1] - ys[i]
	if d == 0 {
		return float64(i)
	}
	return float64(i) + (y-ys[i])/d
}
