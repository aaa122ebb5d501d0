package plot

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// over is a panel over another with the same x axis, under one legend: their data are
// equally wide, one under the other.
type over struct {
	upper, lower panel
	keys         []key
}

// aligned are both panels with the same room beside their data.
func (o over) aligned(s *sheet, width vg.Length) (upper, lower panel, in [2]insets) {
	upper, lower = o.upper, o.lower
	of := func(p panel) insets { return p.insets(s, width, width*vg.Length(p.aspect)) }
	a, b := of(upper), of(lower)
	upper.least = insets{left: max(a.left, b.left), right: max(a.right, b.right)}
	lower.least = upper.least
	return upper, lower, [2]insets{of(upper), of(lower)}
}

func (o over) legend() panel { return panel{keys: o.keys} }

func (o over) height(s *sheet, width vg.Length) vg.Length {
	upper, lower, in := o.aligned(s, width)
	data := width - in[0].left - in[0].right
	return o.legend().keyHeight(s, width) + in[0].top + in[0].bottom + gridGap*s.scale + in[1].top + in[1].bottom +
		data*vg.Length(upper.aspect+lower.aspect)
}

func (o over) draw(s *sheet, c draw.Canvas) {
	size := c.Size()
	head := o.legend().keyHeight(s, size.X)
	o.legend().drawKeys(s, c, 0, head)
	c.Max.Y -= head
	upper, lower, in := o.aligned(s, size.X)
	room := c.Size().Y - in[0].top - in[0].bottom - gridGap*s.scale - in[1].top - in[1].bottom
	data := min(size.X-in[0].left-in[0].right, room/vg.Length(upper.aspect+lower.aspect))
	c.Max.X = c.Min.X + in[0].left + data + in[0].right
	for n, p := range []panel{upper, lower} {
		at := c
		at.Min.Y = c.Max.Y - in[n].top - data*vg.Length(p.aspect) - in[n].bottom
		p.draw(s, at)
		c.Max.Y = at.Min.Y - gridGap*s.scale
	}
}
