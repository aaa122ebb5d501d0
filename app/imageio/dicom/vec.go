package dicom

import (
	"math"

	"opacity/app/volume"
)

func dot(a, b volume.Vec) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func cross(a, b volume.Vec) volume.Vec {
	return volume.Vec{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

func length(a volume.Vec) float64 { return math.Sqrt(dot(a, a)) }

func scaled(a volume.Vec, f float64) volume.Vec { return volume.Vec{a[0] * f, a[1] * f, a[2] * f} }

func sub(a, b volume.Vec) volume.Vec { return volume.Vec{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }
