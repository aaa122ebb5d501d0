package nifti

import (
	"math"

	"opacity/app"
	"opacity/app/text"
	"opacity/app/volume"
)

// transformsToleranceMM is how far sform and qform may put a corner apart:
// quaternions in float32 round by less.
const transformsToleranceMM = 0.1

// readTransform settles where the voxels lie: by sform, else by qform, else by
// voxel sizes alone, as nibabel chooses. An sform that was announced and never
// filled in gives way to a qform.
func (h *header) readTransform(path string) error {
	// RAS in the file's unit of length.
	sform, hasS := h.sform(), h.int16(atSCode) != 0
	qform, rotates := h.qform()
	hasQ := h.int16(atQCode) != 0
	if hasS && hasQ && rotates && sform.Det() == 0 {
		hasS = false
	}
	var ras volume.Affine
	switch {
	case hasS:
		ras = sform
		if hasQ && rotates {
			a, b := h.toLPS(sform), h.toLPS(qform)
			ga, gb := volume.Geometry{Size: h.size, Affine: a}, volume.Geometry{Size: h.size, Affine: b}
			if gb.Problem().IsZero() && !ga.SameGrid(gb, transformsToleranceMM) {
				if sidesDiffer(a, b) {
					h.warn(volume.WarnSides, "nifti.warn.transforms_sides")
				} else {
					h.warn(volume.WarnTransforms, "nifti.warn.transforms")
				}
			}
		}
	case hasQ:
		if !rotates {
			return app.Refuse(nil, "nifti.transform", path, text.M("nifti.transform.rotation"))
		}
		ras = qform
	default:
		ras = h.noForm()
	}
	if (hasS || hasQ) && h.saysNothing(ras) {
		h.warn(volume.WarnOrientation, "nifti.warn.no_orientation")
		h.warn(volume.WarnNoSpacing, "nifti.warn.no_spacing")
	}
	h.affine = h.toLPS(ras)
	g, _ := volume.Canonical(h.size, h.affine)
	if p := g.Problem(); !p.IsZero() {
		return app.Refuse(nil, "nifti.transform", path, p)
	}
	if h.size[2] == 1 {
		h.warn(volume.WarnOneSlice, "nifti.warn.one_slice")
	}
	if t := g.TiltDegrees(); t > angleDegrees {
		h.warn(volume.WarnTilt, "nifti.warn.tilt", t)
	}
	if o := g.ObliqueDegrees(); o > angleDegrees {
		h.warn(volume.WarnOblique, "nifti.warn.oblique", o)
	}
	return nil
}

// sidesDiffer reports whether an axis that runs to the patient's left in one transform
// runs to the right in the other.
func sidesDiffer(a, b volume.Affine) bool {
	across := 0
	for c := range 3 {
		if math.Abs(a[0][c]) > math.Abs(a[0][across]) {
			across = c
		}
	}
	return a[0][across]*b[0][across] < 0
}

// angleDegrees is the smallest tilt or rotation worth a word.
const angleDegrees = 0.1

func (h *header) sform() volume.Affine {
	var a volume.Affine
	for r := range 3 {
		for c := range 4 {
			a[r][c] = h.float32(atSRow + 16*r + 4*c)
		}
	}
	return a
}

// qform builds the affine of nifti1.h's method 2: a unit quaternion, voxel
// sizes, and the sign of the third axis in pixdim[0].
// ok is false where the quaternion is no rotation.
func (h *header) qform() (out volume.Affine, ok bool) {
	b, c, d := h.float32(atQuatern), h.float32(atQuatern+4), h.float32(atQuatern+8)
	a2 := 1 - b*b - c*c - d*d
	if math.IsNaN(a2) || a2 < -1e-5 {
		return out, false
	}
	a := math.Sqrt(max(a2, 0))
	n := math.Sqrt(a*a + b*b + c*c + d*d)
	a, b, c, d = a/n, b/n, c/n, d/n
	m := [3][3]float64{
		{a*a + b*b - c*c - d*d, 2 * (b*c - a*d), 2 * (b*d + a*c)},
		{2 * (b*c + a*d), a*a + c*c - b*b - d*d, 2 * (c*d - a*b)},
		{2 * (b*d - a*c), 2 * (c*d + a*b), a*a + d*d - b*b - c*c},
	}
	for col := range 3 {
		step := math.Abs(h.float32(atPixdim + 4*(col+1)))
		if col == 2 && h.float32(atPixdim) < 0 {
			step = -step
		}
		for r := range 3 {
			out[r][col] = m[r][col] * step
		}
	}
	for r := range 3 {
		out[r][3] = h.float32(atQOffset + 4*r)
	}
	return out, true
}

// noForm is nibabel's guess for a file with neither form: the first axis runs to
// the left, the origin is the middle of the grid.
func (h *header) noForm() volume.Affine {
	h.warn(volume.WarnOrientation, "nifti.warn.no_orientation")
	var a volume.Affine
	unsaid := h.raw[atUnits]&7 == 0
	for c := range 3 {
		step := math.Abs(h.float32(atPixdim + 4*(c+1)))
		unsaid = unsaid && step == 1
		if c == 0 {
			step = -step
		}
		a[c][c] = step
		a[c][3] = -step * float64(h.size[c]-1) / 2
	}
	if unsaid { // 1, 1, 1 of no unit is what writers put who do not know
		h.warn(volume.WarnNoSpacing, "nifti.warn.no_spacing")
	}
	return a
}

// saysNothing reports whether a transform is what programs write who have an array
// and know nothing of its place: voxels of 1, 1, 1 along the axes, the first at the
// origin, of no unit. No scanner puts the origin into the corner of the picture.
func (h *header) saysNothing(ras volume.Affine) bool {
	for c := range 3 {
		ras[c][c] = math.Abs(ras[c][c])
	}
	return h.raw[atUnits]&7 == 0 && ras == volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}
}

// millimetres is the file's unit of length; most files that name none mean mm.
func (h *header) millimetres() float64 {
	switch h.raw[atUnits] & 7 {
	case 1:
		return 1000
	case 3:
		return 0.001
	}
	return 1
}

// toLPS turns an affine to RAS in the file's unit into one to LPS millimetres.
func (h *header) toLPS(ras volume.Affine) volume.Affine {
	mm := h.millimetres()
	for r := range 3 {
		s := mm
		if r < 2 {
			s = -mm
		}
		for c := range 4 {
			if ras[r][c] != 0 { // no -0 in what is shown
				ras[r][c] *= s
			}
		}
	}
	return ras
}
