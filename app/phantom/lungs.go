package phantom

import (
	"math"

	"opacity/app/mask"
)

// fillLungs paints parenchyma, lesions, vessels and bronchi into the lungs and
// lays them over the slice.
func (p *painter) fillLungs(l *level) {
	edge := float32(p.pixel)
	any := false
	for j, y := range p.ys {
		for i, x := range p.xs {
			o := j*p.nx + i
			if p.depth[o] < -edge {
				continue
			}
			any = true
			// Dependent lung is denser: supine, by some 60 HU from front to back.
			hu := parenchyma + 0.42*y + 16*float64(p.patchy.at(x, y)) + 26*float64(p.fine.at(x, y)) + 14*float64(p.coarse.at(x, y))
			hu += 110 * clamp01(1-math.Abs(fissure(x, y, l.z))/0.9)
			p.inner[o] = float32(hu)
		}
	}
	if !any {
		return
	}
	p.opacities(l)
	p.tubes(p.inner, p.t.vessels, l.z, bloodHU, 0, 0)
	p.tubes(p.inner, p.t.bronchi, l.z, -150, 0.8, 1.1)
	p.tubes(p.inner, p.t.bronchi, l.z, lumenHU, 0, 1.1)
	for o, d := range p.depth {
		if d < -edge {
			continue
		}
		a := min(max(d/edge+0.5, 0), 1)
		p.hu[o] += (p.inner[o] - p.hu[o]) * a
	}
}

// fissure is the distance to the nearest fissure in mm: the oblique one of each
// lung and the right lung's horizontal one.
func fissure(x, y, z float64) float64 {
	bend := 0.0008 * (math.Abs(x) - 70) * (math.Abs(x) - 70)
	oblique := (z - 160 - 0.95*y + 3*bend) * 0.72
	if x > 0 || oblique < 0 {
		return oblique
	}
	horizontal := z - 168 - 4*bend + 0.14*(y+30)
	if math.Abs(horizontal) < math.Abs(oblique) {
		return horizontal
	}
	return oblique
}

// opacities blends the lesions into the lungs and labels them.
func (p *painter) opacities(l *level) {
	for n := range p.t.lesions {
		s := &p.t.lesions[n]
		if math.Abs(l.z-s.at[2]) > s.radius[2]*(1+ragged+lesionSoft) {
			continue
		}
		i0, i1 := span(p.xs, s.at[0], s.radius[0]*(1+ragged+lesionSoft))
		j0, j1 := span(p.ys, s.at[1], s.radius[1]*(1+ragged+lesionSoft))
		for j := j0; j < j1; j++ {
			for i := i0; i < i1; i++ {
				o := j*p.nx + i
				if p.depth[o] < -float32(p.pixel) {
					continue
				}
				p.opacity(s, o, p.xs[i], p.ys[j], l.z)
			}
		}
	}
}

func (p *painter) opacity(s *lesion, o int, x, y, z float64) {
	in := s.inside(x, y, z, float64(p.coarse.at(x, y)))
	// Two thirds of the density at the edge: the labelled border is where a reader
	// would draw it.
	a := clamp01(in/lesionSoft + 0.67)
	if a == 0 {
		return
	}
	target := s.hu + 75*float64(p.fine.at(y, x)) + 50*float64(p.coarse.at(y, x))
	core := clamp01((in - s.solid) * 9)
	target += (solidHU - target) * core
	now := float64(p.inner[o])
	if now < target {
		p.inner[o] = float32(now + (target-now)*a)
	}
	if in > 0 && p.lungs[o] != 0 {
		p.findings[o] = mask.Infection
	}
}

// span gives the range of indices whose coordinates lie within r of c.
func span(coordinates []float64, c, r float64) (first, after int) {
	n := len(coordinates)
	if n == 1 {
		if math.Abs(coordinates[0]-c) <= r {
			return 0, 1
		}
		return 0, 0
	}
	step := coordinates[1] - coordinates[0]
	first = floor((c-r-coordinates[0])/step) + 1
	after = floor((c+r-coordinates[0])/step) + 1
	return max(first, 0), min(after, n)
}

// tubes paints every capsule that slice z cuts, widened by extra mm, with at
// least the given radius.
func (p *painter) tubes(dst []float32, all []capsule, z, hu, extra, least float64) {
	for n := range all {
		c := &all[n]
		r := max(c.ra, c.rb) + extra
		if r-extra < least || min(c.a[2], c.b[2])-r > z || max(c.a[2], c.b[2])+r < z {
			continue
		}
		p.tube(dst, c, z, hu, extra)
	}
}

func (p *painter) tube(dst []float32, c *capsule, z, hu, extra float64) {
	d := c.a.to(c.b)
	length2 := d[0]*d[0] + d[1]*d[1] + d[2]*d[2] + 1e-9
	r := max(c.ra, c.rb) + extra + p.pixel
	// Only the part of the axis near enough to the slice matters.
	lo, hi := 0.0, 1.0
	if math.Abs(d[2]) > 1e-9 {
		t0, t1 := (z-r-c.a[2])/d[2], (z+r-c.a[2])/d[2]
		lo, hi = max(0, min(t0, t1)), min(1, max(t0, t1))
		if lo > hi {
			return
		}
	}
	a, b := mix(c.a, c.b, lo), mix(c.a, c.b, hi)
	i0, i1 := span(p.xs, (a[0]+b[0])/2, math.Abs(a[0]-b[0])/2+r)
	j0, j1 := span(p.ys, (a[1]+b[1])/2, math.Abs(a[1]-b[1])/2+r)
	dz := z - c.a[2]
	for j := j0; j < j1; j++ {
		dy := p.ys[j] - c.a[1]
		for i := i0; i < i1; i++ {
			dx := p.xs[i] - c.a[0]
			t := clamp01((dx*d[0] + dy*d[1] + dz*d[2]) / length2)
			ex, ey, ez := dx-t*d[0], dy-t*d[1], dz-t*d[2]
			radius := c.ra + (c.rb-c.ra)*t + extra
			cover := (radius-math.Sqrt(ex*ex+ey*ey+ez*ez))/p.pixel + 0.5
			if cover <= 0 {
				continue
			}
			// A tube thinner than a pixel fills only part of it.
			cover = min(cover, 1) * min(1, 2*radius/p.pixel)
			o := j*p.nx + i
			dst[o] += (float32(hu) - dst[o]) * float32(cover)
		}
	}
}
