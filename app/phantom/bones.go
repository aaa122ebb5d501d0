package phantom

import "math"

// blob paints an ellipse turned by angle (radians, x towards y).
func (p *painter) blob(dst []float32, cx, cy, a, b, angle, hu float64) {
	if a <= 0 || b <= 0 {
		return
	}
	c, s := math.Cos(angle), math.Sin(angle)
	r := max(a, b) + p.pixel
	i0, i1 := span(p.xs, cx, r)
	j0, j1 := span(p.ys, cy, r)
	for j := j0; j < j1; j++ {
		y := p.ys[j] - cy
		for i := i0; i < i1; i++ {
			x := p.xs[i] - cx
			if d := ellipse(c*x+s*y, c*y-s*x, a, b)/p.pixel + 0.5; d > 0 {
				o := j*p.nx + i
				dst[o] += (float32(hu) - dst[o]) * float32(min(d, 1))
			}
		}
	}
}

// bone paints a blob with a cortex around marrow.
func (p *painter) bone(cx, cy, a, b, angle, cortexMM float64) {
	p.blob(p.hu, cx, cy, a, b, angle, cortexHU)
	p.blob(p.hu, cx, cy, a-cortexMM, b-cortexMM, angle, marrowHU)
}

// bones paints spine, sternum, shoulder blades, collar bones and the muscles
// along the spine.
func (p *painter) bones(l *level) {
	p.spine(l)
	if l.z > 112 && l.z < 262 {
		y, half := along(sternumY, l.z), 15.0
		if l.z > 225 {
			half = 24
		}
		p.bone(0, y, half, 6, 0, 1.6)
	}
	for _, s := range []float64{-1, 1} {
		p.shoulder(l, s)
	}
}

func (p *painter) spine(l *level) {
	y := l.spine
	for _, s := range []float64{-1, 1} { // erector spinae
		p.blob(p.hu, s*24, y+34, 19, 15, 0, muscleHU)
	}
	const vertebraMM = 24.0
	phase := math.Mod(l.z+240, vertebraMM)
	disc := phase < 5
	if disc {
		p.blob(p.hu, 0, y, 17.5, 14, 0, discHU)
	} else {
		edge := 1.3
		if phase < 6.5 || phase > 22.5 {
			edge = 6 // the end plates
		}
		p.bone(0, y, 17, 13.5, 0, edge)
	}
	p.blob(p.hu, 0, y+21, 13, 10, 0, cortexHU*0.8) // arch
	if phase > 7 && phase < 16 {
		for _, s := range []float64{-1, 1} {
			p.bone(s*12, y+13, 5, 7, 0, 1.2)         // pedicle
			p.bone(s*25, y+21, 13, 4.2, s*0.35, 1.2) // transverse process
		}
	}
	p.blob(p.hu, 0, y+20, 9.5, 8, 0, -20) // canal
	p.blob(p.hu, 0, y+20, 6, 5, 0, 35)    // cord
	p.bone(0, y+37, 2.8, 9, 0, 1)         // spinous process
}

// shoulder paints one side's blade, collar bone, joint and breast muscle.
func (p *painter) shoulder(l *level, s float64) {
	if t := cut((l.z - 215) / 75); t > 0 { // pectoral muscles over the ribs
		p.blob(p.hu, s*72, l.cy-l.pleuraY*0.86-10, 42*t, 9*t, s*0.42, muscleHU)
	}
	if l.z > 150 && l.z < 292 {
		t := (l.z - 150) / 142
		x, y := s*(88+22*t), 74-26*t
		p.blob(p.hu, x, y, 34, 12, -s*0.75, muscleHU)
		p.bone(x, y, 12+20*math.Sqrt(t), 2.6, -s*0.75, 1)
	}
	if l.z > 252 && l.z < 282 {
		t := (l.z - 252) / 30
		p.bone(s*(26+70*t), along(sternumY, l.z)+6+26*t*t, 24, 5.5, s*0.35, 1.6)
	}
	if r := cut((l.z - 300) / 34); r > 0 {
		p.blob(p.hu, s*140, 12, 34*r, 34*r, 0, muscleHU)
		p.bone(s*140, 10, 23*r, 23*r, 0, 1.6)
	}
}
