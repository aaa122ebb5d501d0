package volume

import (
	"math"
	"slices"

	"opacity/app/text"
)

// Unit says what the numbers of a volume are.
type Unit string

const (
	// HU: Hounsfield units, rescaled as the header says.
	HU Unit = "HU"
	// Arbitrary: 8-bit exports, unknown rescale. Nothing that needs HU is offered.
	Arbitrary Unit = "arbitrary"
)

// FloorHU is what padding and everything below it counts as, for models and
// statistics: scanners pad with -2000, -3024 and others outside the circle.
const FloorHU = -1024

// Volume is one loaded series. It is immutable after loading and may be shared
// between goroutines; while it is still loading, only the slices that the
// loader has announced may be read.
type Volume struct {
	Geometry
	// Exactly one of Int16 and Float32 holds Size.Voxels() values, i fastest,
	// already rescaled. Float32 is used only where a value is not a whole
	// number in the range of int16; it has seven digits, so that whole numbers
	// beyond 2^24 are rounded (WarnRounded tells).
	Int16   []int16
	Float32 []float32
	Unit    Unit
	Source  Source
	// Window is the header's own first window, zero where it names none.
	Window   Window
	Identity Identity
	Warnings []Warning
}

// Window is a window centre (level) and width, in the volume's unit.
type Window struct{ Center, Width float64 }

// Identity is what the header says of the patient and the series; all fields
// may be empty. It is shown with the picture and never used for file names.
type Identity struct {
	PatientName, PatientID, BirthDate, StudyDate string
	StudyDescription, SeriesDescription          string
	SeriesNumber, Modality, Kernel, Manufacturer string
	StudyUID                                     string
	// SeriesUID tells series apart. Of a series that fell into several stacks the second
	// has #2 behind it, and so on.
	SeriesUID string
}

// IsEmpty reports whether the header names no patient.
func (id Identity) IsEmpty() bool {
	return id.PatientName == "" && id.PatientID == "" && id.BirthDate == ""
}

// At returns the value of voxel (i, j, k), which must lie in the grid.
func (v *Volume) At(i, j, k int) float64 {
	o := i + v.Size[0]*(j+v.Size[1]*k)
	if v.Int16 != nil {
		return float64(v.Int16[o])
	}
	return float64(v.Float32[o])
}

// Contains reports whether (i, j, k) is a voxel of the grid.
func (v *Volume) Contains(i, j, k int) bool {
	return i >= 0 && j >= 0 && k >= 0 && i < v.Size[0] && j < v.Size[1] && k < v.Size[2]
}

// SliceInt16 returns slice k of an int16 volume without copying: nx*ny values, i fastest.
func (v *Volume) SliceInt16(k int) []int16 {
	n := v.Size[0] * v.Size[1]
	return v.Int16[k*n : (k+1)*n : (k+1)*n]
}

// SliceFloat32 returns slice k of a float32 volume without copying.
func (v *Volume) SliceFloat32(k int) []float32 {
	n := v.Size[0] * v.Size[1]
	return v.Float32[k*n : (k+1)*n : (k+1)*n]
}

// Range returns the smallest and largest finite value.
func (v *Volume) Range() (lo, hi float64) {
	if v.Int16 != nil {
		a, b := v.Int16[0], v.Int16[0]
		for _, x := range v.Int16 {
			a, b = min(a, x), max(b, x)
		}
		return float64(a), float64(b)
	}
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, x := range v.Float32 {
		if f := float64(x); !math.IsNaN(f) && !math.IsInf(f, 0) {
			lo, hi = math.Min(lo, f), math.Max(hi, f)
		}
	}
	return lo, hi
}

// WarningKind names a doubt about the data.
type WarningKind string

// The doubts a reader can raise. Those that Withholds is true for keep
// millilitres and out-of-plane millimetres from being shown.
const (
	WarnGap         WarningKind = "gap"               // a slice is missing
	WarnDuplicate   WarningKind = "duplicate"         // two slices share a position
	WarnUneven      WarningKind = "uneven"            // slice distances differ
	WarnTilt        WarningKind = "tilt"              // slices are sheared along the stack
	WarnMixed       WarningKind = "mixed_orientation" // slices face different ways
	WarnOblique     WarningKind = "oblique"           // the stack is rotated against the patient axes
	WarnNotHU       WarningKind = "not_hu"            // numbers are not Hounsfield units
	WarnNoSpacing   WarningKind = "no_spacing"        // the file does not say how large a voxel is
	WarnTransforms  WarningKind = "transforms_differ" // sform and qform disagree
	WarnSides       WarningKind = "sides_doubtful"    // anatomy and header, or two headers, disagree on left and right
	WarnSkipped     WarningKind = "skipped"           // files of the series could not be used
	WarnOrientation WarningKind = "no_orientation"    // the file does not say which way the patient lies
	WarnModel       WarningKind = "model"             // what the model did is doubtful
	WarnMask        WarningKind = "mask"              // what the numbers of a mask file mean was guessed
	WarnLossy       WarningKind = "lossy"             // voxels went through lossy compression
	WarnRounded     WarningKind = "rounded"           // values are too large to be held exactly
	WarnOneSlice    WarningKind = "one_slice"         // a single slice: no distance to a next one
	WarnCutOff      WarningKind = "cut_off"           // an organ goes on beyond what was scanned
)

// Withholds reports whether volumes and distances measured on such a stack
// would be wrong, so that they must not be shown.
func (k WarningKind) Withholds() bool {
	switch k {
	case WarnGap, WarnDuplicate, WarnUneven, WarnTilt, WarnMixed, WarnNoSpacing, WarnOneSlice:
		return true
	}
	return false
}

// Warning is a doubt about the data, shown for as long as the study is open.
type Warning struct {
	Kind    WarningKind
	Message text.Message
	// Slice is the slice it names, nil where it speaks of the whole stack.
	Slice *Slice
}

// Slice is one slice of a volume: the voxels with one index along axis Axis
// (0 to the patient's left, 1 to posterior, 2 to superior).
type Slice struct{ Axis, Index int }

// InPlane returns the axes of a slice across an axis, the lower first: u runs along its
// rows, v down its columns.
func InPlane(axis int) (u, v int) {
	switch axis {
	case 0:
		return 1, 2
	case 1:
		return 0, 2
	}
	return 0, 1
}

// GravestFirst returns the warnings with doubts about the patient's sides first,
// then those that withhold something, else in their order: where there is room
// for one, it is the one that counts.
func GravestFirst(ws []Warning) []Warning {
	gravity := func(w Warning) int {
		switch {
		case w.Kind == WarnOrientation || w.Kind == WarnSides:
			return 0
		case w.Kind.Withholds():
			return 1
		}
		return 2
	}
	out := slices.Clone(ws)
	slices.SortStableFunc(out, func(a, b Warning) int { return gravity(a) - gravity(b) })
	return out
}

// Warned reports whether a kind is among some warnings.
func Warned(ws []Warning, kind WarningKind) bool {
	return slices.ContainsFunc(ws, func(w Warning) bool { return w.Kind == kind })
}

// Withheld returns the first warning that forbids millilitres and out-of-plane
// millimetres on this volume, and whether there is one.
func (v *Volume) Withheld() (Warning, bool) {
	for _, w := range v.Warnings {
		if w.Kind.Withholds() {
			return w, true
		}
	}
	return Warning{}, false
}
