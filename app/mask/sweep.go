package mask

import (
	"math"

	"opacity/app/volume"
)

// sweep is a tip on a straight way. It is worked out in straight indices, in
// which k counts steps of the affine: they are the voxel indices, but for k on
// an uneven stack.
type sweep struct {
	square   bool
	from, to volume.Vec // fractional voxels
	a, d     volume.Vec // where the way begins, and the way itself; straight
	dMM      volume.Vec // the way in the patient
	columns  [3]volume.Vec
	reach    volume.Vec // how far the tip goes along each axis, straight
	radiusMM float64
	heights  []float64 // straight index of each slice, nil where it is k
	sized    bool      // false where the grid says no millimetres
}

// onEdge takes a voxel on the very edge for inside, whatever its last digit says.
const onEdge = 1 + 1e-9

func newSweep(t Tip, from, to volume.Vec) *sweep {
	g := t.Geometry
	s := &sweep{square: t.Square, from: from, to: to, a: from, d: to.Sub(from), radiusMM: t.RadiusMM * onEdge}
	inverse, ok := g.Affine.Inverse()
	if !ok {
		return s
	}
	s.sized = true
	if step := g.SliceStepMM(); len(g.SlicePositionsMM) > 0 && step > 0 {
		straight := func(p volume.Vec) volume.Vec { return inverse.Apply(g.ToPatient(p)) }
		s.a = straight(from)
		s.d = straight(to).Sub(s.a)
		for _, mm := range g.SlicePositionsMM {
			s.heights = append(s.heights, mm/step)
		}
	}
	for c := range 3 {
		s.columns[c] = g.Affine.Column(c)
		s.reach[c] = s.radiusMM / s.columns[c].Length()
		if !t.Square { // the half width of a ball, seen along the other two axes
			s.reach[c] = s.radiusMM * volume.Vec{inverse[c][0], inverse[c][1], inverse[c][2]}.Length()
		}
	}
	if !t.Solid {
		s.reach[t.Axis] = 0
		s.d[t.Axis] = 0
		s.a[t.Axis] = s.height(t.Axis, from[t.Axis])
	}
	s.dMM = s.toMM(s.d)
	return s
}

// height is the straight index of a voxel index along axis c.
func (s *sweep) height(c int, index float64) float64 {
	if k := int(index); c == 2 && float64(k) == index && k >= 0 && k < len(s.heights) {
		return s.heights[k]
	}
	return index
}

// toMM turns a difference of straight indices into millimetres of the patient.
func (s *sweep) toMM(p volume.Vec) (q volume.Vec) {
	for c, column := range s.columns {
		for r := range 3 {
			q[r] += column[r] * p[c]
		}
	}
	return q
}

// Runs tells what each row has of the tip, and of the voxels right under the way.
func (s *sweep) Runs(size volume.Size, visit func(i0, i1, j, k int)) {
	box := s.box(size)
	tell := func(lo, hi float64, j, k int) {
		if i0, i1 := clamped(lo, box.Min[0], box.Max[0]), clamped(hi+1, box.Min[0], box.Max[0]); i0 < i1 {
			visit(i0, i1, j, k)
		}
	}
	for k := box.Min[2]; k < box.Max[2]; k++ {
		z := s.height(2, float64(k))
		for j := box.Min[1]; j < box.Max[1]; j++ {
			lo, hi, ok := s.row(float64(j), z)
			if ok {
				lo, hi = math.Ceil(lo), math.Floor(hi)
			}
			uLo, uHi, under := s.under(float64(j), float64(k))
			switch {
			case !ok && under:
				tell(uLo, uHi, j, k)
			case ok && under && (uLo > hi+1 || uHi < lo-1):
				tell(uLo, uHi, j, k)
				tell(lo, hi, j, k)
			case ok && under:
				tell(min(lo, uLo), max(hi, uHi), j, k)
			case ok:
				tell(lo, hi, j, k)
			}
		}
	}
}

// box holds every voxel the sweep may hold, within a grid.
func (s *sweep) box(size volume.Size) (box volume.Box) {
	for c := range 3 {
		lo, hi := math.Min(s.from[c], s.to[c]), math.Max(s.from[c], s.to[c])
		box.Min[c], box.Max[c] = clamped(nearest(lo), 0, size[c]), clamped(nearest(hi)+1, 0, size[c])
		near, far := math.Min(s.a[c], s.a[c]+s.d[c])-s.reach[c], math.Max(s.a[c], s.a[c]+s.d[c])+s.reach[c]
		if c == 2 && s.heights != nil {
			for k := range size[2] {
				if z := s.height(2, float64(k)); z >= near && z <= far {
					box.Min[2], box.Max[2] = min(box.Min[2], k), max(box.Max[2], k+1)
				}
			}
			continue
		}
		box.Min[c] = min(box.Min[c], clamped(math.Ceil(near), 0, size[c]))
		box.Max[c] = max(box.Max[c], clamped(math.Floor(far)+1, 0, size[c]))
	}
	return box
}

// clamped turns x into a whole number kept in lo..hi.
func clamped(x float64, lo, hi int) int {
	return int(math.Min(math.Max(x, float64(lo)), float64(hi)))
}

// row returns the stretch of row j at height z that the tip covers. It is one
// stretch, since the tip and hence its sweep are convex.
func (s *sweep) row(j, z float64) (lo, hi float64, ok bool) {
	if !s.sized {
		return 0, 0, false
	}
	if s.square {
		t0, t1 := 0.0, 1.0
		t0, t1 = during(t0, t1, j-s.a[1], s.d[1], s.reach[1])
		t0, t1 = during(t0, t1, z-s.a[2], s.d[2], s.reach[2])
		x0, x1 := s.a[0]+t0*s.d[0], s.a[0]+t1*s.d[0]
		return math.Min(x0, x1) - s.reach[0], math.Max(x0, x1) + s.reach[0], t0 <= t1
	}
	return s.capsule(j, z)
}

// during cuts t0..t1 down to the times when |x - t*d| <= reach; then t0 > t1
// where there is none.
func during(t0, t1, x, d, reach float64) (from, to float64) {
	if d == 0 {
		if math.Abs(x) > reach {
			return 1, 0
		}
		return t0, t1
	}
	a, b := (x-reach)/d, (x+reach)/d
	return math.Max(t0, math.Min(a, b)), math.Min(t1, math.Max(a, b))
}

// capsule returns where row j at height z is within the radius of the way: of
// either end, or of the line between, at right angles.
func (s *sweep) capsule(j, z float64) (lo, hi float64, ok bool) {
	u := s.columns[0]
	q := s.toMM(volume.Vec{0, j - s.a[1], z - s.a[2]}) // of the voxel with i = a[0], from the beginning
	rr := s.radiusMM * s.radiusMM
	lo, hi = math.Inf(1), math.Inf(-1)
	add := func(x0, x1 float64, found bool) {
		if found && x0 <= x1 {
			lo, hi = math.Min(lo, x0), math.Max(hi, x1)
		}
	}
	add(below(u.Dot(u), u.Dot(q), q.Dot(q)-rr))
	if dd := s.dMM.Dot(s.dMM); dd > 0 {
		end := q.Sub(s.dMM)
		add(below(u.Dot(u), u.Dot(end), end.Dot(end)-rr))
		ud, qd := u.Dot(s.dMM), q.Dot(s.dMM)
		x0, x1, found := below(u.Dot(u)-ud*ud/dd, u.Dot(q)-ud*qd/dd, q.Dot(q)-qd*qd/dd-rr)
		if ud != 0 { // beside the line, not beyond its ends
			e0, e1 := -qd/ud, (dd-qd)/ud
			x0, x1 = math.Max(x0, math.Min(e0, e1)), math.Min(x1, math.Max(e0, e1))
		} else if qd < 0 || qd > dd {
			found = false
		}
		add(x0, x1, found)
	}
	return s.a[0] + lo, s.a[0] + hi, lo <= hi
}

// below returns where a*x*x + 2*b*x + c <= 0, for a >= 0.
func below(a, b, c float64) (x0, x1 float64, ok bool) {
	if a < 1e-12 { // the row runs along the line
		return math.Inf(-1), math.Inf(1), c <= 0
	}
	root := b*b - a*c
	if root < 0 {
		return 0, 0, false
	}
	root = math.Sqrt(root)
	return (-b - root) / a, (-b + root) / a, true
}

// under returns the voxels of row (j, k) that the way itself passes through.
func (s *sweep) under(j, k float64) (lo, hi float64, ok bool) {
	t0, t1 := 0.0, 1.0
	for c, x := range [3]float64{1: j, 2: k} {
		from, d := s.from[c], s.to[c]-s.from[c]
		switch {
		case c == 0:
		case d == 0 && nearest(from) != x:
			return 0, 0, false
		default:
			t0, t1 = during(t0, t1, x-from, d, 0.5)
		}
	}
	x0, x1 := s.from[0]+t0*(s.to[0]-s.from[0]), s.from[0]+t1*(s.to[0]-s.from[0])
	return nearest(math.Min(x0, x1)), nearest(math.Max(x0, x1)), t0 <= t1
}
