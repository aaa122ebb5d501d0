package plot

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"io"
	"strconv"
	"strings"
	"unicode"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// svgFamily names the font by which figures are measured, and those of the same
// widths that other systems have in its place.
const svgFamily = "'Liberation Sans',Arimo,Arial,Helvetica,sans-serif"

// svgCanvas draws on an SVG: letters stay text, and each line says how long it
// is, so that another font does not run it over its neighbours.
type svgCanvas struct {
	pens
	body bytes.Buffer
	err  error
}

func newSVG(w, h vg.Length) *svgCanvas { return &svgCanvas{pens: newPens(w, h)} }

func (c *svgCanvas) Stroke(path vg.Path) {
	if c.now.width <= 0 || c.invisible() {
		return
	}
	fmt.Fprintf(&c.body, `<path d="%s" fill="none" stroke="%s" stroke-width="%s"%s`, c.data(path), hex(c.now.colour), short(c.thickness()), c.alpha("stroke"))
	if len(c.now.dashes) > 0 {
		var parts []string
		for _, d := range c.lengths() {
			parts = append(parts, short(d))
		}
		fmt.Fprintf(&c.body, ` stroke-dasharray="%s" stroke-dashoffset="%s"`, strings.Join(parts, ","), short(c.now.offset.Points()))
	}
	c.body.WriteString("/>\n")
}

func (c *svgCanvas) Fill(path vg.Path) {
	if !c.invisible() {
		fmt.Fprintf(&c.body, `<path d="%s" fill="%s"%s/>`+"\n", c.data(path), hex(c.now.colour), c.alpha("fill"))
	}
}

func (c *svgCanvas) alpha(of string) string {
	if c.now.colour.A == 0xff {
		return ""
	}
	return fmt.Sprintf(` %s-opacity="%s"`, of, short(c.opacity()))
}

func (c *svgCanvas) data(path vg.Path) string {
	o := svgOutline{height: c.h}
	c.trace(path, &o)
	return o.b.String()
}

// svgOutline writes a path; y is counted from the top.
type svgOutline struct {
	b      strings.Builder
	height vg.Length
}

func (o *svgOutline) put(letter string, pts ...vg.Point) {
	o.b.WriteString(letter)
	for n, p := range pts {
		if n > 0 {
			o.b.WriteByte(' ')
		}
		o.b.WriteString(short(p.X.Points()) + "," + short((o.height - p.Y).Points()))
	}
}

func (o *svgOutline) move(to vg.Point)        { o.put("M", to) }
func (o *svgOutline) line(to vg.Point)        { o.put("L", to) }
func (o *svgOutline) curve(a, b, to vg.Point) { o.put("C", a, b, to) }
func (o *svgOutline) close()                  { o.put("Z") }

// FillString implements vg.Canvas.
func (c *svgCanvas) FillString(f font.Face, at vg.Point, s string) {
	if f.Font.Size <= 0 || c.invisible() || s == "" {
		return
	}
	p := c.at(at)
	x, y := short(p.X.Points()), short((c.h - p.Y).Points())
	place := fmt.Sprintf(`x="%s" y="%s"`, x, y)
	if m := c.now.toPage; !m.upright() { // y points down here
		place = fmt.Sprintf(`transform="matrix(%s %s %s %s %s %s)"`, short(m[0]), short(-m[1]), short(-m[2]), short(m[3]), x, y)
	}
	weight := ""
	if f.Font.Weight == xfont.WeightBold {
		weight = ` font-weight="bold"`
	}
	fmt.Fprintf(&c.body, `<text %s font-size="%s"%s fill="%s"%s textLength="%s" lengthAdjust="spacingAndGlyphs" xml:space="preserve">%s</text>`+"\n",
		place, short(f.Font.Size.Points()), weight, hex(c.now.colour), c.alpha("fill"), short(f.Width(s).Points()), html.EscapeString(inXML(s)))
}

// inXML puts the sign for an unknown letter in place of what no XML can hold:
// https://www.w3.org/TR/xml/#charsets.
func inXML(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return unicode.ReplacementChar
		}
		return r // what is not UTF-8 came as that sign
	}, s)
}

// DrawImage implements vg.Canvas.
func (c *svgCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	b, err := packed(img)
	if err != nil {
		c.err = err
		return
	}
	lo, hi := c.at(r.Min), c.at(r.Max)
	fmt.Fprintf(&c.body, `<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" href="data:image/png;base64,%s"/>`+"\n",
		short(lo.X.Points()), short((c.h - hi.Y).Points()), short((hi.X - lo.X).Points()), short((hi.Y - lo.Y).Points()),
		base64.StdEncoding.EncodeToString(b))
}

// WriteTo writes the document, its size in points.
func (c *svgCanvas) WriteTo(w io.Writer) (int64, error) {
	if c.err != nil {
		return 0, c.err
	}
	width, height := short(c.w.Points()), short(c.h.Points())
	n, err := fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="%spt" height="%spt" viewBox="0 0 %s %s" font-family="%s" stroke-linejoin="round">
%s</svg>
`, width, height, width, height, svgFamily, c.body.Bytes())
	return int64(n), err
}

// short writes a number with as many decimals as an eye can tell.
func short(x float64) string {
	s := strconv.FormatFloat(x, 'f', 3, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}
