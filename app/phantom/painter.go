package phantom

import (
	"math"

	"opacity/app/mask"
	"opacity/app/volume"
)

// Hounsfield units of tissues, near the middle of what textbooks give.
const (
	airHU      = -1000
	fatHU      = -100
	skinHU     = 20
	muscleHU   = 52
	bloodHU    = 42
	liverHU    = 58
	spleenHU   = 48
	waterHU    = 12
	cortexHU   = 780
	marrowHU   = 190
	discHU     = 85
	cartilHU   = 100
	lumenHU    = -985
	parenchyma = -862
)

// painter paints slices, one at a time. Buffers hold nx*ny values, i fastest.
type painter struct {
	t      *thorax
	v      *volume.Volume
	nx, ny int
	xs, ys []float64 // template mm of columns and rows
	pixel  float64   // template mm of a pixel

	hu       []float32 // all but the lungs
	inner    []float32 // the lungs' own HU, where depth allows
	depth    []float32 // mm inside the lung
	soft     []float32 // scratch of the blur
	lungs    []uint8
	findings []uint8
	coarse   fieldPlane
	patchy   fieldPlane
	fine     fieldPlane
	grain    *grain
}

func newPainter(t *thorax, v *volume.Volume) *painter {
	nx, ny := v.Size[0], v.Size[1]
	n := nx * ny
	p := &painter{
		t: t, v: v, nx: nx, ny: ny,
		xs: make([]float64, nx), ys: make([]float64, ny),
		pixel: t.opts.SpacingMM[0] / t.scale[0],
		hu:    make([]float32, n), inner: make([]float32, n), depth: make([]float32, n), soft: make([]float32, n),
		lungs: make([]uint8, n), findings: make([]uint8, n),
		grain: newGrain(t.coarse.seed, nx, ny),
	}
	for i := range p.xs {
		p.xs[i] = t.template(0, i)
	}
	for j := range p.ys {
		p.ys[j] = t.template(1, j)
	}
	return p
}

// slice paints slice k into the volume and its labels into lungs and findings.
func (p *painter) slice(k int) {
	z := p.t.template(2, k)
	l := levelAt(z)
	reach := min(max(math.Abs(p.xs[0]), math.Abs(p.ys[0]))+2, 240)
	p.t.coarse.cut(&p.coarse, z, reach)
	p.t.patchy.cut(&p.patchy, z, reach)
	p.t.fine.cut(&p.fine, z, reach)
	clear(p.lungs)
	clear(p.findings)

	p.table()
	p.wall(&l)
	p.abdomen(&l)
	p.heart(&l)
	p.bones(&l)
	p.tubes(p.hu, greatVessels, z, bloodHU, 0, 0)
	p.tubes(p.hu, p.t.vessels, z, bloodHU, 0, 2.2)
	p.findLungs(&l)
	p.fillLungs(&l)
	p.tubes(p.hu, airways, z, muscleHU, 1.6, 0)
	p.tubes(p.hu, airways, z, lumenHU, 0, 0)
	p.finish(k)
}

// table paints the air and, under the back, the trough the patient lies on.
func (p *painter) table() {
	for j, y := range p.ys {
		row := p.hu[j*p.nx : (j+1)*p.nx]
		for i, x := range p.xs {
			row[i] = airHU
			d := y - (121 - 0.0009*x*x)
			if math.Abs(x) > 150 || d < -2 || d > 26 {
				continue
			}
			switch {
			case math.Abs(d) < 1.2 || math.Abs(d-24) < 1.2:
				row[i] = -180
			case d > 0 && d < 24:
				row[i] = -940
			}
		}
	}
	if p.t.opts.Arms {
		for _, s := range []float64{-1, 1} {
			p.blob(p.hu, s*196, 20, 34, 38, 0, fatHU)
			p.blob(p.hu, s*196, 20, 28, 32, 0, muscleHU)
			p.blob(p.hu, s*196, 20, 11, 11, 0, cortexHU)
			p.blob(p.hu, s*196, 20, 6, 6, 0, fatHU)
		}
	}
}

// wall paints skin, fat, muscle with fat between its sheets, ribs, and the fat
// that fills the chest until organs come.
func (p *painter) wall(l *level) {
	for j, y := range p.ys {
		row := p.hu[j*p.nx : (j+1)*p.nx]
		for i, x := range p.xs {
			pleura := superellipse(x, y-l.cy, l.pleuraX, l.pleuraY)
			if pleura > 1 {
				row[i] = p.filling(l, x, y)
				continue
			}
			bump := float64(p.patchy.at(x, y)) * 3
			body := superellipse(x, y, l.bodyX, l.bodyY) + bump
			if body < -p.pixel {
				continue
			}
			muscle := superellipse(x, y, l.wallX, l.wallY) + bump*1.5
			hu := float64(fatHU)
			switch {
			case body < 2.2:
				hu = skinHU
			case muscle <= 0:
				hu = fatHU + 12*float64(p.patchy.at(y, x))
			default:
				hu = muscleHU
				if pleura < -11 { // fat between the sheets of muscle, and within them
					sheet := 1.3 - math.Abs(muscle-9-4*bump)
					streak := 4 * (float64(p.coarse.at(x, y)) - 0.42)
					hu += (fatHU - muscleHU) * clamp01(max(sheet, streak))
				}
			}
			if bone, value := l.rib(x, y, pleura); bone > 0 {
				hu += (value - hu) * clamp01(bone/p.pixel+0.5)
			}
			row[i] += (float32(hu) - row[i]) * float32(clamp01(body/p.pixel+0.5))
		}
	}
}

// filling is what lies in the chest and the belly between the organs: nodes,
// small vessels and bowel with seams of fat, all the denser behind and above the
// lungs, where muscles of the neck begin.
func (p *painter) filling(l *level, x, y float64) float32 {
	dense := 0.2 + clamp01((y-10)/30)*0.5 + clamp01((l.z-240)/30)*0.4
	if l.z < 90 {
		dense += 0.15
	}
	soft := clamp01((float64(p.coarse.at(x, y)) + dense) * 5)
	return float32(fatHU + (38-fatHU)*soft)
}

// rib gives how far (x, y), pleura mm outside of which the cage runs, lies
// inside a rib, and its HU. Ribs fall from back to front, so a slice cuts
// several of them, slantwise.
func (l *level) rib(x, y, pleura float64) (depth, hu float64) {
	radial := pleura + 6.5
	if radial < -5 || radial > 5 {
		return -1, 0
	}
	u, v := x/l.pleuraX, (y-l.cy)/l.pleuraY
	back := v / max(math.Sqrt(u*u+v*v), 1e-6)
	height := l.z + 42*(1-back) - 8
	n := math.Round(height / 24)
	if n < 0 || n > 12 || n < 4 && back < -0.35 {
		return -1, 0
	}
	dz := height - 24*n
	q := math.Sqrt(radial*radial/(4.2*4.2) + dz*dz/49)
	depth = (1 - q) * 4.2
	switch {
	case back < -0.72 && math.Abs(x) < 75:
		return depth, cartilHU
	case q > 0.66:
		return depth, cortexHU
	}
	return depth, marrowHU
}

// abdomen paints what lies under the diaphragm: liver on the right, spleen and
// the stomach with its gas on the left, kidneys lowest.
func (p *painter) abdomen(l *level) {
	if l.z > 122 {
		return
	}
	for j, y := range p.ys {
		row := p.hu[j*p.nx : (j+1)*p.nx]
		for i, x := range p.xs {
			inside := superellipse(x, y-l.cy, l.pleuraX-2, l.pleuraY-2)
			if inside < 0 {
				continue
			}
			under := diaphragm(x, y) - l.z
			if under < 0 || -l.heart(x, y, 4) < 0 {
				continue
			}
			hu := float64(row[i])
			if under < 4 || inside < 3 {
				hu = muscleHU
			}
			bump := 5 * float64(p.patchy.at(x, y))
			// The liver: right of a plane that leans, a thin left lobe reaching over.
			edge := 22 - 0.28*(y+30) - 0.25*(60-l.z) + bump
			liver := min(min(edge-x, under-3), inside-3)
			liver = roundedMin(liver, -ellipse(x-4, y-l.spine-8, 40, 44), 8)
			hu += (liverHU + 8*float64(p.fine.at(x, y)) - hu) * clamp01(liver/p.pixel+0.5)
			spleen := roundedMin(ellipse(x-88, y-36, 36, 40*cut((l.z-52)/50)+0.01), min(under-3, inside-3), 4) + bump/2
			hu += (spleenHU - hu) * clamp01(spleen/p.pixel+0.5)
			s := cut((l.z - 48) / 50)
			stomach := roundedMin(ellipse(x-62, y+26, 46*s+0.01, 36*s+0.01), min(under-3, inside-4), 4) + bump/2
			if stomach > -1 {
				content := float64(waterHU)
				switch {
				case stomach < 3.5:
					content = 40
				case y < -34 && stomach > 4.5:
					content = lumenHU
				case y < -34:
					content = -300
				}
				hu += (content - hu) * clamp01(stomach/p.pixel+0.5)
			}
			row[i] = float32(hu)
		}
	}
	if s := cut((l.z - 2) / 34); s > 0 {
		p.blob(p.hu, 52, 44, 27*s, 24*s, 0.5, 32)
		p.blob(p.hu, -54, 44, 27*s, 24*s, -0.5, 32)
	}
}

// heart paints the heart inside its fat, blood a little darker than muscle.
func (p *painter) heart(l *level) {
	if l.heartScale == 0 {
		return
	}
	for j, y := range p.ys {
		row := p.hu[j*p.nx : (j+1)*p.nx]
		if y < -110 || y > 60 {
			continue
		}
		for i, x := range p.xs {
			d := l.heart(x, y, 5)
			if d < 0 {
				continue
			}
			hu := float64(fatHU)
			muscle := d - 3 - 2*float64(p.coarse.at(x, y))
			hu += (48 - hu) * clamp01(muscle/p.pixel+0.5)
			hu += (bloodHU - 4 - hu) * clamp01((muscle-10)/4)
			row[i] += float32(hu-float64(row[i])) * float32(clamp01(d/p.pixel+0.5))
		}
	}
}

// findLungs labels the lungs and keeps how deep in them each pixel lies.
func (p *painter) findLungs(l *level) {
	for j, y := range p.ys {
		for i, x := range p.xs {
			o := j*p.nx + i
			p.depth[o] = -1e3
			if math.Abs(x) > l.pleuraX+3 || math.Abs(y-l.cy) > l.pleuraY+3 {
				continue
			}
			depth, left := l.lung(x, y)
			depth += 1.2 * float64(p.coarse.at(x, y))
			p.depth[o] = float32(depth)
			if depth <= 0 {
				continue
			}
			p.lungs[o] = mask.RightLung
			if left {
				p.lungs[o] = mask.LeftLung
			}
		}
	}
}

// finish blurs as a scanner does, adds noise and padding, and stores whole HU.
func (p *painter) finish(k int) {
	p.blur()
	if sd := p.t.opts.NoiseHU; sd > 0 {
		p.grain.add(k, p.hu, sd)
	}
	out := p.v.SliceInt16(k)
	for o, hu := range p.hu {
		h := max(min(hu, 3071), -1024)
		out[o] = int16(math.Floor(float64(h) + 0.5))
	}
	if pad := p.t.opts.PaddingHU; pad != 0 {
		p.pad(out, pad)
	}
}

// pad fills what lies outside the largest circle of the slice.
func (p *painter) pad(out []int16, value int16) {
	cx, cy := float64(p.nx-1)/2, float64(p.ny-1)/2
	r := float64(min(p.nx, p.ny)) / 2
	for j := range p.ny {
		for i := range p.nx {
			dx, dy := float64(i)-cx, float64(j)-cy
			if dx*dx+dy*dy > r*r {
				out[j*p.nx+i] = value
			}
		}
	}
}

// blur softens edges by 1 6 1 along both axes where pixels are fine enough to
// resolve what a scanner does not.
func (p *painter) blur() {
	if p.pixel > 1.5 {
		return
	}
	nx, ny := p.nx, p.ny
	for j := range ny {
		in, out := p.hu[j*nx:(j+1)*nx], p.soft[j*nx:(j+1)*nx]
		for i := range in {
			out[i] = (in[max(i-1, 0)] + 6*in[i] + in[min(i+1, nx-1)]) * 0.125
		}
	}
	for j := range ny {
		up, mid, down := p.soft[max(j-1, 0)*nx:], p.soft[j*nx:], p.soft[min(j+1, ny-1)*nx:]
		out := p.hu[j*nx : (j+1)*nx]
		for i := range out {
			out[i] = (up[i] + 6*mid[i] + down[i]) * 0.125
		}
	}
}
