package phantom

import "math"

// The build of the template patient: half axes and positions in millimetres by
// height z. Drawn after the proportions of an average adult, arms raised.
var (
	bodyHalfX    = [][2]float64{{0, 150}, {60, 154}, {150, 157}, {220, 163}, {262, 171}, {300, 172}}
	bodyHalfY    = [][2]float64{{0, 110}, {100, 113}, {180, 110}, {230, 102}, {270, 90}, {300, 80}}
	wallHalfX    = [][2]float64{{0, 136}, {60, 141}, {150, 147}, {220, 153}, {262, 162}, {300, 163}}
	wallHalfY    = [][2]float64{{0, 96}, {100, 101}, {180, 100}, {230, 93}, {270, 83}, {300, 74}}
	pleuraHalfX  = [][2]float64{{0, 120}, {50, 127}, {110, 131}, {160, 127}, {205, 112}, {240, 90}, {265, 70}, {300, 62}}
	pleuraHalfY  = [][2]float64{{0, 80}, {50, 86}, {110, 89}, {160, 86}, {205, 76}, {240, 62}, {265, 50}, {300, 44}}
	pleuraY      = [][2]float64{{0, -4}, {160, -3}, {220, 4}, {300, 10}}
	spineY       = [][2]float64{{0, 40}, {60, 48}, {120, 53}, {190, 53}, {250, 44}, {300, 30}}
	centreWidth  = [][2]float64{{0, 26}, {100, 26}, {140, 30}, {170, 36}, {205, 36}, {235, 30}, {300, 24}}
	sternumY     = [][2]float64{{110, -92}, {160, -88}, {205, -76}, {262, -52}}
	apexMM       = 276.0
	apexStartsMM = 196.0
)

// level is the anatomy at one height.
type level struct {
	z                      float64
	bodyX, bodyY           float64
	wallX, wallY           float64
	pleuraX, pleuraY, cy   float64
	spine                  float64 // y of the middle of the vertebral body
	centre                 float64 // half width of the mediastinum
	apexX, apexY           float64 // half axes of each apex; 0 above it
	heartScale, hilumScale float64 // 0..1: how much of the organ this slice cuts
}

func levelAt(z float64) level {
	l := level{
		z:     z,
		bodyX: along(bodyHalfX, z), bodyY: along(bodyHalfY, z),
		wallX: along(wallHalfX, z), wallY: along(wallHalfY, z),
		pleuraX: along(pleuraHalfX, z), pleuraY: along(pleuraHalfY, z), cy: along(pleuraY, z),
		spine: along(spineY, z), centre: along(centreWidth, z),
		heartScale: cut((z - 132) / 58), hilumScale: cut((z - 178) / 24),
	}
	l.apexX, l.apexY = 400, 400
	if z > apexStartsMM {
		t := (z - apexStartsMM) / (apexMM - apexStartsMM)
		l.apexX, l.apexY = 34*cut(t)+60*max(1-t, 0), 40*cut(t)+60*max(1-t, 0)
	}
	return l
}

// cut is the radius at which a plane cuts a unit sphere at height t.
func cut(t float64) float64 { return math.Sqrt(max(0, 1-t*t)) }

// superellipse is roughly how far (x, y) lies inside |x/a|^2.5 + |y/b|^2.5 = 1,
// in the unit of a and b; negative outside. Chests are boxier than ellipses.
func superellipse(x, y, a, b float64) float64 {
	u, v := math.Abs(x/a), math.Abs(y/b)
	f := u*u*math.Sqrt(u) + v*v*math.Sqrt(v)
	return (1 - f) / 2.5 * max(math.Sqrt(x*x+y*y), 1)
}

// ellipse is the same for an ellipse.
func ellipse(x, y, a, b float64) float64 {
	u, v := x/a, y/b
	q := math.Sqrt(u*u + v*v)
	if q < 1e-6 {
		return min(a, b)
	}
	return (1 - q) / q * math.Sqrt(x*x+y*y)
}

// roundedMin is the smaller of two depths with the edge between them rounded
// over k mm (Quilez's polynomial smooth minimum).
func roundedMin(a, b, k float64) float64 {
	h := max(k-math.Abs(a-b), 0) / k
	return min(a, b) - h*h*k/4
}

// heart gives how far (x, y) lies inside the heart, its long axis pointing to
// the left and forward.
func (l *level) heart(x, y, extra float64) float64 {
	if l.heartScale == 0 {
		return -1e3
	}
	const c, s = 0.8, -0.6
	// Lower slices cut nearer to the apex, further left.
	x, y = x-22-0.1*(132-l.z), y+28
	return ellipse(c*x+s*y, -s*x+c*y, 64*l.heartScale+extra, 46*l.heartScale+extra)
}

// diaphragm is the height of the dome above (x, y): domes over liver and
// spleen, falling to the deep recess along the wall, deepest behind.
func diaphragm(x, y float64) float64 {
	peak, cx := 118.0, -60.0
	if x > 0 {
		peak, cx = 101, 64
	}
	dy := (y + 18) / 118
	if dy > 0 {
		dy = (y + 18) / 98
	}
	dx := (x - cx) / 74
	if math.Abs(x) < math.Abs(cx) {
		dx /= 2 // towards the heart it stays high
	}
	r2 := dx*dx + dy*dy
	return max(peak-76*r2*math.Sqrt(r2), 24)
}

// lung gives how far (x, y) lies inside a lung, in mm, negative outside, and
// whether it is the left one's side.
func (l *level) lung(x, y float64) (depth float64, left bool) {
	left = x > 0
	depth = superellipse(x, y-l.cy, l.pleuraX, l.pleuraY)
	if depth < -3 {
		return depth, left
	}
	above := (l.z - diaphragm(x, y)) * 0.75
	depth = roundedMin(depth, above, 5)
	if l.z > apexStartsMM {
		if l.apexX < 1 {
			return -1e3, left
		}
		sx := x
		if !left {
			sx = -x
		}
		depth = roundedMin(depth, ellipse(sx-45, y-10, l.apexX, l.apexY), 10)
	}
	if depth < -3 {
		return depth, left
	}
	// The lungs nearly meet before the heart and behind the sternum.
	t := (y - 2) / 44
	width := 5 + (l.centre-5)/(1+t*t*t*t)
	depth = roundedMin(depth, math.Abs(x-3)-width, 9)
	depth = roundedMin(depth, -ellipse(x, y-l.spine-16, 25, 40), 8)
	if l.heartScale > 0 {
		depth = roundedMin(depth, -l.heart(x, y, 5), 7)
	}
	if l.hilumScale > 0 {
		h := l.hilumScale
		depth = roundedMin(depth, -ellipse(math.Abs(x)-38, y-9, 15*h, 19*h), 6)
	}
	return depth, left
}
