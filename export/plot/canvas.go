package plot

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"gonum.org/v1/plot/vg"
)

// pen is what drawing goes by. Our canvases transform points themselves, so that
// a file holds each path where it lies on the page.
type pen struct {
	toPage matrix
	colour color.NRGBA
	width  vg.Length
	dashes []vg.Length
	offset vg.Length
}

// pens is the part of a vg.Canvas that PDF and SVG share: the state, and the
// states that were pushed. The page's origin is its lower left corner.
type pens struct {
	now   pen
	stack []pen
	w, h  vg.Length
}

func newPens(w, h vg.Length) pens {
	return pens{w: w, h: h, now: pen{toPage: matrix{1, 0, 0, 1, 0, 0}, colour: color.NRGBA{A: 0xff}, width: 1}}
}

func (p *pens) Size() (w, h vg.Length)   { return p.w, p.h }
func (p *pens) SetLineWidth(w vg.Length) { p.now.width = w }
func (p *pens) Push()                    { p.stack = append(p.stack, p.now) }
func (p *pens) Rotate(radians float64)   { p.now.toPage = p.now.toPage.times(rotation(radians)) }
func (p *pens) Translate(to vg.Point)    { p.now.toPage = p.now.toPage.times(translation(to)) }
func (p *pens) Scale(x, y float64)       { p.now.toPage = p.now.toPage.times(matrix{x, 0, 0, y, 0, 0}) }
func (p *pens) at(pt vg.Point) vg.Point  { return p.now.toPage.apply(pt) }
func (p *pens) thickness() float64       { return p.now.width.Points() * p.now.toPage.scale() }
func (p *pens) opacity() float64         { return float64(p.now.colour.A) / 255 }
func (p *pens) invisible() bool          { return p.now.colour.A == 0 }
func (p *pens) lengths() []float64       { return points(p.now.dashes) }

// SetLineDash implements vg.Canvas.
func (p *pens) SetLineDash(dashes []vg.Length, offset vg.Length) {
	p.now.dashes, p.now.offset = dashes, offset
}

// SetColor implements vg.Canvas; nil is black.
func (p *pens) SetColor(c color.Color) {
	if c == nil {
		c = color.Black
	}
	p.now.colour = color.NRGBAModel.Convert(c).(color.NRGBA)
}

// Pop implements vg.Canvas.
func (p *pens) Pop() {
	if n := len(p.stack); n > 0 {
		p.now, p.stack = p.stack[n-1], p.stack[:n-1]
	}
}

func points(lengths []vg.Length) []float64 {
	out := make([]float64, len(lengths))
	for i, l := range lengths {
		out[i] = l.Points()
	}
	return out
}

// outline is what a path is turned into: lines and cubic curves on the page.
type outline interface {
	move(to vg.Point)
	line(to vg.Point)
	curve(c1, c2, to vg.Point)
	close()
}

// trace walks a path in page coordinates; arcs and quadratic curves become
// cubic ones.
func (p *pens) trace(path vg.Path, o outline) {
	var last vg.Point // in the path's own coordinates
	begun := false
	for _, c := range path {
		switch c.Type {
		case vg.MoveComp:
			o.move(p.at(c.Pos))
			last, begun = c.Pos, true
		case vg.LineComp:
			o.line(p.at(c.Pos))
			last = c.Pos
		case vg.ArcComp:
			last = p.arc(c, begun, o)
			begun = true
		case vg.CurveComp:
			c1, c2 := controls(last, c)
			o.curve(p.at(c1), p.at(c2), p.at(c.Pos))
			last = c.Pos
		case vg.CloseComp:
			o.close()
		}
	}
}

func controls(from vg.Point, c vg.PathComp) (c1, c2 vg.Point) {
	switch len(c.Control) {
	case 0:
		return from, c.Pos
	case 1: // a quadratic curve, raised by a degree
		q := c.Control[0]
		return from.Add(q.Sub(from).Scale(2. / 3)), c.Pos.Add(q.Sub(c.Pos).Scale(2. / 3))
	}
	return c.Control[0], c.Control[1]
}

// arc draws an arc as curves of a quarter turn or less: control points at
// 4/3 tan(angle/4) of the radius leave an error under 0.03 %.
func (p *pens) arc(c vg.PathComp, begun bool, o outline) (end vg.Point) {
	on := func(angle float64) vg.Point {
		return vg.Point{X: c.Pos.X + c.Radius*vg.Length(math.Cos(angle)), Y: c.Pos.Y + c.Radius*vg.Length(math.Sin(angle))}
	}
	along := func(angle float64, k float64) vg.Point {
		return vg.Point{X: -c.Radius * vg.Length(math.Sin(angle)*k), Y: c.Radius * vg.Length(math.Cos(angle)*k)}
	}
	if begun {
		o.line(p.at(on(c.Start)))
	} else {
		o.move(p.at(on(c.Start)))
	}
	n := max(1, int(math.Ceil(math.Abs(c.Angle)/(math.Pi/2)-1e-9)))
	step := c.Angle / float64(n)
	k := 4. / 3 * math.Tan(step/4)
	for i := range n {
		a, b := c.Start+float64(i)*step, c.Start+float64(i+1)*step
		o.curve(p.at(on(a).Add(along(a, k))), p.at(on(b).Sub(along(b, k))), p.at(on(b)))
	}
	return on(c.Start + c.Angle)
}

// matrix is an affine map of the plane: x' = a x + c y + e, y' = b x + d y + f.
type matrix [6]float64

func rotation(r float64) matrix {
	s, c := math.Sincos(r)
	return matrix{c, s, -s, c, 0, 0}
}

func translation(to vg.Point) matrix { return matrix{1, 0, 0, 1, float64(to.X), float64(to.Y)} }

// times returns the map that does n first.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[2]*n[1], m[1]*n[0] + m[3]*n[1],
		m[0]*n[2] + m[2]*n[3], m[1]*n[2] + m[3]*n[3],
		m[0]*n[4] + m[2]*n[5] + m[4], m[1]*n[4] + m[3]*n[5] + m[5],
	}
}

func (m matrix) apply(p vg.Point) vg.Point {
	x, y := float64(p.X), float64(p.Y)
	return vg.Point{X: vg.Length(m[0]*x + m[2]*y + m[4]), Y: vg.Length(m[1]*x + m[3]*y + m[5])}
}

// scale is how much lengths grow, the mean of both directions.
func (m matrix) scale() float64 { return math.Sqrt(math.Abs(m[0]*m[3] - m[1]*m[2])) }

func (m matrix) upright() bool {
	return math.Abs(m[0]-1)+math.Abs(m[1])+math.Abs(m[2])+math.Abs(m[3]-1) < 1e-9
}

// packed is a picture as PNG, packed fast: what is inside a PDF or SVG.
func packed(m image.Image) ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	err := e.Encode(&b, m)
	return b.Bytes(), err
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
