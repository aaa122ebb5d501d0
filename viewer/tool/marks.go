package tool

import (
	"math"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
)

// Marks is what the panes draw for the tool that is on. It is plain data: the
// panes paint it, whatever tool it comes from. Read only, until the next event.
type Marks struct {
	Ring    *Ring       // nil where there is none
	Outline *Outline    // nil where there is none
	Range   *mask.Range // that the range picker would take now
}

// Ring is where a brush would paint.
type Ring struct {
	// Center is the fractional voxel in the middle.
	Center volume.Vec
	// RadiusMM is the radius of the ring's cut with the slice that each plane
	// shows, or half its side where it is square; negative where it does not meet it.
	RadiusMM [viewer.Planes]float64
	Square   bool
	Erase    bool
}

// Outline is a line that is being drawn on one slice of a plane.
type Outline struct {
	Plane  viewer.Plane
	Slice  int          // its index along the plane's normal
	Points [][2]float64 // fractional voxels along the plane's axes, u and v
	// Next is the pointer's place, the next point to come; nil where there is none.
	Next *[2]float64
	// Held is the point that is being moved, -1 for none.
	Held int
	// Points are drawn as handles where they can be moved.
	Handles bool
	Erase   bool
	// Of scissors: where the cut goes in the other planes, and what it would take of
	// what each shows; nil for nothing.
	Cuts []Cut
	Lost [viewer.Planes]*Lost
}

// Seen reports whether the slice of a line is on screen.
func (k *Kit) Seen(o *Outline) bool {
	v := k.viewer
	return v.SliceOf(o.Plane) == o.Slice && (v.Arrangement() != viewer.OnePane || v.Active() == o.Plane)
}

// Place says on which slice a line is: "axial slice 68".
func (k *Kit) Place(o *Outline) text.Message {
	vol := k.viewer.Session().Volume()
	if vol == nil {
		return text.Message{}
	}
	return text.M("tool.outline.place", text.M("tool.plane."+o.Plane.String()), o.Plane.SliceNumber(vol.Geometry, o.Slice))
}

// ring works out the cuts of a ring with the slices that are shown.
func (k *Kit) ring(s Settings, e Event, erase bool) *Ring {
	vol := k.viewer.Session().Volume()
	if vol == nil {
		return nil
	}
	r := &Ring{Center: e.Voxel, Square: s.Square, Erase: erase}
	for p := range viewer.Plane(viewer.Planes) {
		r.RadiusMM[p] = -1
		switch {
		case p == e.Plane:
			r.RadiusMM[p] = s.RadiusMM
		case s.Solid:
			r.RadiusMM[p] = cut(s, vol.Geometry, e.Voxel, p, k.viewer.SliceOf(p))
		}
	}
	return r
}

// cut is the radius in which a ball meets a slice, or half the side of a cube;
// negative where it does not.
func cut(s Settings, g volume.Geometry, center volume.Vec, p viewer.Plane, slice int) float64 {
	_, _, n, _ := p.Axes()
	foot := center
	foot[n] = float64(slice)
	inverse, ok := g.Affine.Inverse()
	if !ok {
		return -1
	}
	normal := volume.Vec{inverse[n][0], inverse[n][1], inverse[n][2]}
	away := math.Abs(g.ToPatient(foot).Sub(g.ToPatient(center)).Dot(normal)) / normal.Length()
	switch {
	case away > s.RadiusMM:
		return -1
	case s.Square:
		return s.RadiusMM
	}
	return math.Sqrt(s.RadiusMM*s.RadiusMM - away*away)
}
