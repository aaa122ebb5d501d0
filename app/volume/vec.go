package volume

import "math"

// Vec is a point or a direction in patient space, LPS millimetres, or a
// fractional voxel index (i, j, k), as the name of the variable says.
type Vec [3]float64

// Dot is the scalar product.
func (a Vec) Dot(b Vec) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

// Cross is the vector product, right-handed: i x j = k.
func (a Vec) Cross(b Vec) Vec {
	return Vec{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

// Length is the Euclidean length.
func (a Vec) Length() float64 { return math.Sqrt(a.Dot(a)) }

// Sub returns a - b.
func (a Vec) Sub(b Vec) Vec { return Vec{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }

// Scaled returns a, f times as long.
func (a Vec) Scaled(f float64) Vec { return Vec{a[0] * f, a[1] * f, a[2] * f} }
