package tool

import (
	"math"

	"opacity/app/mask"
	"opacity/app/volume"
)

// brush paints what the ring goes over; the eraser takes it away; the smart
// brush paints of it what is like the ring's centre. The right button erases,
// Ctrl inverts.
type brush struct {
	kit   *Kit
	name  Name
	erase bool
	smart bool

	pen  *pen
	last Event
}

// erases reports whether a press takes away.
func (t *brush) erases(e Event) bool {
	return e.Button == Right || t.erase != (e.Mods&Ctrl != 0)
}

func (t *brush) Press(e Event) {
	t.pen, t.last = t.kit.begin(t.name, t.erases(e)), e
	t.paint(e, e)
}

func (t *brush) Move(e Event) {
	from := t.last
	_, _, n, _ := e.Plane.Axes()
	if from.Plane != e.Plane || from.Voxel[n] != e.Voxel[n] {
		from = e // pages were turned meanwhile: nothing lies between
	}
	t.last = e
	t.paint(from, e)
}

// Release keeps what was painted, unless another change already did.
func (t *brush) Release(Event) {
	if t.down() {
		t.kit.finish()
	}
	t.pen = nil
}

// Abort takes back what was painted, unless it is a step already.
func (t *brush) Abort() {
	if t.down() {
		t.kit.pen.abort()
		t.kit.pen = nil
	}
	t.pen = nil
}

// down reports whether the pen is still on the paper: the session lifts it for
// changes that cannot wait.
func (t *brush) down() bool { return t.pen != nil && t.pen == t.kit.pen }

func (t *brush) paint(from, to Event) {
	if !t.down() {
		return
	}
	tip := t.tip(to)
	if !t.smart {
		t.pen.paint(tip.Sweep(from.Voxel, to.Voxel))
		return
	}
	_, _, n, _ := to.Plane.Axes()
	vol := t.kit.viewer.Session().Volume()
	for _, at := range between(from.Voxel, to.Voxel, vol.Geometry, tip.RadiusMM/2) {
		t.pen.paint(mask.Similar(vol, tip.At(at), at, n, t.kit.settings.Sensitivity))
	}
}

func (t *brush) tip(e Event) mask.Tip {
	s := t.settings()
	_, _, n, _ := e.Plane.Axes()
	return mask.Tip{Geometry: t.kit.viewer.Session().Volume().Geometry, RadiusMM: s.RadiusMM, Square: s.Square, Solid: s.Solid, Axis: n}
}

// settings are the kit's, with the ring as it is for this brush.
func (t *brush) settings() Settings {
	s := t.kit.settings
	s.RadiusMM = s.RingMM(t.name)
	return s
}

// between returns points on the way from one voxel to another, no further apart
// than stepMM and half a voxel at the least, the last one included and the first
// one where it is the only one.
func between(from, to volume.Vec, g volume.Geometry, stepMM float64) []volume.Vec {
	spacing := g.SpacingMM()
	stepMM = math.Max(stepMM, math.Min(spacing[0], math.Min(spacing[1], spacing[2]))/2)
	n := math.Ceil(g.ToPatient(to).Sub(g.ToPatient(from)).Length() / stepMM)
	if !(n > 1) {
		return []volume.Vec{to}
	}
	n = math.Min(n, mostDabs)
	var points []volume.Vec
	for i := 1.0; i <= n; i++ {
		p := from
		for c := range 3 {
			p[c] += i / n * (to[c] - from[c])
		}
		points = append(points, p)
	}
	return points
}

// mostDabs bounds the work of one move across the screen with a tiny ring.
const mostDabs = 500

func (t *brush) marks(last Event) Marks {
	if last.Plane < 0 {
		return Marks{}
	}
	erase := t.erases(last)
	if t.down() {
		erase = t.kit.pen.erase
	}
	return Marks{Ring: t.kit.ring(t.settings(), last, erase)}
}
