package viewer

import (
	"math"
	"sort"

	"opacity/app/volume"
)

// Frame is how the voxels of a plane lie on a flat picture, in millimetres as
// they lie in the patient: rows of an acquisition with a tilted gantry are
// shifted against one another, and slices of an uneven stack lie where they
// were taken.
//
// Indices are (u, v): u across, v along the plane's other axis, in the order of
// the volume. Millimetres are (x, y) from the middle of the plane, x to the
// right of the screen and y downwards.
type Frame struct {
	Plane  Plane
	Size   [2]int     // voxels along u and v
	StepMM [2]float64 // between voxels along u, and between rows at right angles to u
	// ShearMM is how far a row lies to the right of the one before it.
	ShearMM float64

	rows []float64 // position of each row in steps, nil where they are even
	up   bool      // v grows upwards on screen
}

// NewFrame returns the frame of a plane through a volume.
func NewFrame(p Plane, g volume.Geometry) Frame {
	u, v, _, up := p.Axes()
	a, b := g.Affine.Column(u), g.Affine.Column(v)
	lengthA := a.Length()
	f := Frame{Plane: p, Size: [2]int{g.Size[u], g.Size[v]}, up: up}
	f.StepMM[0] = lengthA
	f.ShearMM = a.Dot(b) / lengthA
	f.StepMM[1] = math.Sqrt(math.Max(b.Dot(b)-f.ShearMM*f.ShearMM, 0))
	if math.Abs(f.ShearMM) < 1e-4*f.StepMM[1] {
		f.ShearMM = 0 // rounding in the header, a hundredth of a voxel over a hundred rows
	}
	if step := g.SliceStepMM(); v == 2 && len(g.SlicePositionsMM) == g.Size[2] && step > 0 {
		f.rows = make([]float64, len(g.SlicePositionsMM))
		for k, mm := range g.SlicePositionsMM {
			f.rows[k] = mm / step
		}
	}
	return f
}

// Straight reports whether the picture of the plane is simply its voxels.
func (f Frame) Straight() bool { return f.ShearMM == 0 && f.rows == nil }

// ExtentMM is the width and height of the plane, from edge to edge of its outer voxels.
func (f Frame) ExtentMM() (width, height float64) {
	span := f.span()
	return float64(f.Size[0])*f.StepMM[0] + math.Abs(f.ShearMM)*span, (span + 1) * f.StepMM[1]
}

// Point returns where the voxel (u, v), fractions allowed, lies.
func (f Frame) Point(u, v float64) (xMM, yMM float64) {
	t := f.position(v) - f.middle()
	xMM = (u-float64(f.Size[0]-1)/2)*f.StepMM[0] + f.ShearMM*t
	yMM = t * f.StepMM[1]
	if f.up {
		yMM = -yMM
	}
	return xMM, yMM
}

// Index returns the fractional voxel that lies at a point, the inverse of Point.
func (f Frame) Index(xMM, yMM float64) (u, v float64) {
	if f.up {
		yMM = -yMM
	}
	t := yMM / f.StepMM[1]
	u = (xMM-f.ShearMM*t)/f.StepMM[0] + float64(f.Size[0]-1)/2
	return u, f.row(t + f.middle())
}

// ShiftMM is how far row v lies to the right of where it would lie unsheared.
func (f Frame) ShiftMM(v int) float64 {
	return f.ShearMM * (f.position(float64(v)) - f.middle())
}

// gapSteps is how far from a slice of an uneven stack, in steps, its picture
// reaches; what lies further from any was not scanned.
const gapSteps = 0.6

// RowAt returns the row that is shown at a height, and false outside the plane
// and in the gaps of an uneven stack.
func (f Frame) RowAt(yMM float64) (v int, ok bool) {
	if f.up {
		yMM = -yMM
	}
	t := yMM/f.StepMM[1] + f.middle()
	if f.rows == nil {
		v = int(math.Floor(t + 0.5))
		return v, v >= 0 && v < f.Size[1]
	}
	v = sort.SearchFloat64s(f.rows, t)
	if v == len(f.rows) || v > 0 && t-f.rows[v-1] < f.rows[v]-t {
		v--
	}
	return v, math.Abs(f.rows[v]-t) <= gapSteps
}

// Picture returns the size in pixels of the plane drawn at its own resolution,
// and the millimetres of a pixel. A straight plane has a pixel for each voxel;
// a sheared one is wider, and an uneven one has rows as close as its closest
// slices. The picture's middle is the plane's middle.
func (f Frame) Picture() (width, height int, pixelMM [2]float64) {
	width, height, pixelMM = f.Size[0], f.Size[1], f.StepMM
	span := f.span()
	if f.ShearMM != 0 {
		width += int(math.Ceil(math.Abs(f.ShearMM) * span / f.StepMM[0]))
	}
	if f.rows != nil {
		pitch := 1.0
		for k := 1; k < len(f.rows); k++ {
			if d := f.rows[k] - f.rows[k-1]; d > 0 {
				pitch = math.Min(pitch, d)
			}
		}
		pitch = math.Max(pitch, math.Max(0.25, span/4096))
		height = int(math.Ceil((span + 1) / pitch))
		pixelMM[1] *= pitch
	}
	return width, height, pixelMM
}

// position of row v in steps; fractions lie between their neighbours, and the
// outermost steps go on outside.
func (f Frame) position(v float64) float64 {
	n := len(f.rows)
	if n < 2 {
		return v
	}
	i := min(max(int(math.Floor(v)), 0), n-2)
	return f.rows[i] + (v-float64(i))*(f.rows[i+1]-f.rows[i])
}

// row is the inverse of position.
func (f Frame) row(t float64) float64 {
	n := len(f.rows)
	if n < 2 {
		return t
	}
	i := min(max(sort.SearchFloat64s(f.rows, t)-1, 0), n-2)
	d := f.rows[i+1] - f.rows[i]
	if d <= 0 {
		return float64(i)
	}
	return float64(i) + (t-f.rows[i])/d
}

func (f Frame) span() float64 { return f.position(float64(f.Size[1]-1)) - f.position(0) }

func (f Frame) middle() float64 { return (f.position(float64(f.Size[1]-1)) + f.position(0)) / 2 }
