package phantom

import "math/rand/v2"

// field is smooth noise in space: random values of -1..1 on a lattice with
// cells of cellMM, blended between.
type field struct {
	cellMM float64
	seed   uint64
}

// hash gives the lattice value at a corner: splitmix64's finaliser (Steele, Lea
// and Flood, 2014) over the corner's coordinates.
func (f field) hash(x, y, z int) float32 {
	h := f.seed ^ uint64(int64(x))*0x9e3779b97f4a7c15 ^ uint64(int64(y))*0xc2b2ae3d27d4eb4f ^ uint64(int64(z))*0x165667b19e3779f9
	h ^= h >> 30
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 27
	h *= 0x94d049bb133111eb
	h ^= h >> 31
	return float32(int32(h>>40)-1<<23) / (1 << 23)
}

// fieldPlane is a field cut at one z, over the square of +-reach around the origin.
type fieldPlane struct {
	f      field
	first  int // lattice coordinate of column and row 0
	n      int
	values []float32
}

func floor(x float64) int {
	n := int(x)
	if float64(n) > x {
		n--
	}
	return n
}

func ease(t float64) float64 { return t * t * (3 - 2*t) }

// cut fills p with the field's values on the plane at z.
func (f field) cut(p *fieldPlane, z, reach float64) {
	p.f, p.first = f, floor(-reach/f.cellMM)-1
	p.n = floor(reach/f.cellMM) - p.first + 3
	if cap(p.values) < p.n*p.n {
		p.values = make([]float32, p.n*p.n)
	}
	p.values = p.values[:p.n*p.n]
	iz := floor(z / f.cellMM)
	t := float32(ease(z/f.cellMM - float64(iz)))
	for y := range p.n {
		for x := range p.n {
			a, b := f.hash(p.first+x, p.first+y, iz), f.hash(p.first+x, p.first+y, iz+1)
			p.values[y*p.n+x] = a + (b-a)*t
		}
	}
}

// at reads the plane; outside its reach it gives 0.
func (p *fieldPlane) at(x, y float64) float32 {
	u, v := x/p.f.cellMM, y/p.f.cellMM
	ix, iy := floor(u), floor(v)
	tx, ty := float32(ease(u-float64(ix))), float32(ease(v-float64(iy)))
	ix, iy = ix-p.first, iy-p.first
	if ix < 0 || iy < 0 || ix+1 >= p.n || iy+1 >= p.n {
		return 0
	}
	top, bottom := p.values[iy*p.n+ix:iy*p.n+ix+2], p.values[(iy+1)*p.n+ix:(iy+1)*p.n+ix+2]
	a := top[0] + (top[1]-top[0])*tx
	b := bottom[0] + (bottom[1]-bottom[0])*tx
	return a + (b-a)*ty
}

// value reads the field at a point, for the few places that need just one.
func (f field) value(x, y, z float64) float64 {
	u, v, w := x/f.cellMM, y/f.cellMM, z/f.cellMM
	ix, iy, iz := floor(u), floor(v), floor(w)
	tx, ty, tz := float32(ease(u-float64(ix))), float32(ease(v-float64(iy))), float32(ease(w-float64(iz)))
	var c [2][2]float32
	for dz := range 2 {
		for dy := range 2 {
			a, b := f.hash(ix, iy+dy, iz+dz), f.hash(ix+1, iy+dy, iz+dz)
			c[dz][dy] = a + (b-a)*tx
		}
	}
	lo, hi := c[0][0]+(c[0][1]-c[0][0])*ty, c[1][0]+(c[1][1]-c[1][0])*ty
	return float64(lo + (hi-lo)*tz)
}

// grain makes the noise of a scanner: unit variance, correlated over a few
// pixels, as reconstruction leaves it, and with the next slice.
type grain struct {
	seed       uint64
	nx, ny     int
	slice      int // the one that previous holds
	previous   []int16
	white, row []int16
}

func newGrain(seed uint64, nx, ny int) *grain {
	n := nx * ny
	return &grain{
		seed: seed, nx: nx, ny: ny, slice: -2,
		previous: make([]int16, n), white: make([]int16, n), row: make([]int16, n),
	}
}

// draw fills dst with nearly normal values: sums of four random bytes, less
// their mean, blurred by 1 2 1 along both axes.
func (g *grain) draw(k int, dst []int16) {
	pcg := rand.NewPCG(g.seed, uint64(k)+1)
	for o := 0; o < len(dst); o += 2 {
		r := pcg.Uint64()
		dst[o] = int16(r&255+r>>8&255+r>>16&255+r>>24&255) - 510
		if o+1 < len(dst) {
			dst[o+1] = int16(r>>32&255+r>>40&255+r>>48&255+r>>56&255) - 510
		}
	}
	nx, ny := g.nx, g.ny
	for j := range ny {
		in, out := dst[j*nx:(j+1)*nx], g.row[j*nx:(j+1)*nx]
		for i := range in {
			out[i] = (in[max(i-1, 0)] + 2*in[i] + in[min(i+1, nx-1)]) / 2
		}
	}
	for j := range ny {
		up, mid, down := g.row[max(j-1, 0)*nx:], g.row[j*nx:], g.row[min(j+1, ny-1)*nx:]
		out := dst[j*nx : (j+1)*nx]
		for i := range out {
			out[i] = (up[i] + 2*mid[i] + down[i]) / 2
		}
	}
}

// grainSD is the standard deviation of what draw gives: 147.8 of the sum of four
// bytes, times 6/4 for the variance that 1 2 1, halved, leaves of each axis.
const grainSD = 147.8 * 1.5

// add adds noise of the given standard deviation to slice k: less in lung and
// air, where more photons arrive.
func (g *grain) add(k int, hu []float32, sd float64) {
	if g.slice != k-1 {
		g.draw(k-1, g.previous)
	}
	g.draw(k, g.white)
	a, b := float32(0.8*sd/grainSD), float32(0.6*sd/grainSD)
	for o := range hu {
		share := min(max((hu[o]+1000)*(0.6/900), 0), 0.6) + 0.4
		hu[o] += share * (a*float32(g.white[o]) + b*float32(g.previous[o]))
	}
	g.previous, g.white, g.slice = g.white, g.previous, k
}
