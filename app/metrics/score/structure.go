package score

import (
	"math"

	"opacity/app/metrics"
)

// eps keeps denominators of the measures below from being 0, as in their authors' code.
const eps = 0x1p-52

// structure is the structure measure of an image: half by objects, half by regions,
// and never below 0.
func structure(p []float64, g image) float64 {
	switch g.mean {
	case 0:
		return 1 - meanOf(p)
	case 1:
		return meanOf(p)
	}
	return max(0, byObjects(p, g)/2+byRegions(p, g)/2)
}

func meanOf(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// byObjects asks for high and even probabilities in the reference and low ones beside it.
func byObjects(p []float64, g image) float64 {
	return g.mean*object(p, g, 1) + (1-g.mean)*object(p, g, 0)
}

// object is the mean likeness to the reference, 1 or 0, of the pixels where it is that,
// less for their being uneven.
func object(p []float64, g image, where float64) float64 {
	n, sum := 0.0, 0.0
	for at, x := range p {
		if g.in[at] == where {
			n++
			sum += x
		}
	}
	m := sum / n
	squares := 0.0
	for at, x := range p {
		if g.in[at] == where {
			squares += (x - m) * (x - m)
		}
	}
	sd := math.Sqrt(squares / max(1, n-1))
	if where == 0 {
		m = 1 - m
	}
	return 2 * m / (m*m + 1 + sd + eps)
}

// byRegions compares the four parts that the reference's centroid divides the image
// into, each by its share of the image. A part of no pixels counts for nothing.
func byRegions(p []float64, g image) float64 {
	x, y := g.centroid()
	sum := 0.0
	for _, part := range [][4]int{{0, x, 0, y}, {x, g.nx, 0, y}, {0, x, y, g.ny}, {x, g.nx, y, g.ny}} {
		if n := (part[1] - part[0]) * (part[3] - part[2]); n > 0 {
			sum += float64(n) / float64(len(p)) * similarity(p, g, part)
		}
	}
	return sum
}

// centroid is how many columns and rows lie before it, its own among them.
func (g image) centroid() (x, y int) {
	var n, atX, atY float64
	for at, in := range g.in {
		n += in
		atX += in * float64(at%g.nx+1)
		atY += in * float64(at/g.nx+1)
	}
	return int(math.Round(atX / n)), int(math.Round(atY / n))
}

// similarity is that of structure (Wang and others 2004) without its constants, in
// columns part[0]..part[1]-1 of rows part[2]..part[3]-1.
func similarity(p []float64, g image, part [4]int) float64 {
	n := float64((part[1] - part[0]) * (part[3] - part[2]))
	var meanP, meanG float64
	lo, hi := 1.0, 0.0
	g.each(part, func(at int) {
		meanP += p[at]
		meanG += g.in[at]
		lo, hi = min(lo, p[at]), max(hi, p[at])
	})
	meanP, meanG = max(lo, min(hi, meanP/n)), meanG/n // of equal ones exactly that one: below must be 0 then
	var varP, varG, both float64
	g.each(part, func(at int) {
		varP += (p[at] - meanP) * (p[at] - meanP)
		varG += (g.in[at] - meanG) * (g.in[at] - meanG)
		both += (p[at] - meanP) * (g.in[at] - meanG)
	})
	above := 4 * meanP * meanG * both / (n - 1 + eps)
	below := (meanP*meanP + meanG*meanG) * (varP + varG) / (n - 1 + eps)
	switch {
	case above != 0:
		return above / (below + eps)
	case below == 0:
		return 1
	}
	return 0
}

func (g image) each(part [4]int, visit func(at int)) {
	for j := part[2]; j < part[3]; j++ {
		for i := part[0]; i < part[1]; i++ {
			visit(j*g.nx + i)
		}
	}
}

// enhanced is the enhanced-alignment measure of a mask against the reference: what each
// pixel of the four kinds contributes, times how many there are. It divides by one less
// than there are pixels, as its authors do, and so goes a little above 1.
func enhanced(c metrics.Counts) float64 {
	n := float64(c.Total())
	reference, prediction := float64(c.Reference())/n, float64(c.Prediction())/n
	aligned := func(p, g float64) float64 {
		switch reference {
		case 0:
			return 1 - p
		case 1:
			return p
		}
		p, g = p-prediction, g-reference
		a := 2*p*g/(p*p+g*g+eps) + 1
		return a * a / 4
	}
	sum := float64(c.TP)*aligned(1, 1) + float64(c.FP)*aligned(1, 0) + float64(c.FN)*aligned(0, 1) + float64(c.TN)*aligned(0, 0)
	return sum / (n - 1 + eps)
}
