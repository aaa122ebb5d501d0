package plot

import (
	"bytes"
	"image"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// pdfCanvas draws on a page of PDF. Letters are Unicode, of fonts embedded with
// the letters that are used; colours keep their alpha.
type pdfCanvas struct {
	pens
	doc   *fpdf.Fpdf
	fonts map[string]bool
	count int // of pictures
}

func newPDF(w, h vg.Length, title string) *pdfCanvas {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: w.Points(), Ht: h.Points()}})
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.SetCatalogSort(true) // the same figure makes the same file
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetTitle(title, true)
	doc.SetLineCapStyle("butt")
	doc.SetLineJoinStyle("round")
	doc.AddPage()
	return &pdfCanvas{pens: newPens(w, h), doc: doc, fonts: map[string]bool{}}
}

func (c *pdfCanvas) Stroke(path vg.Path) {
	if c.now.width <= 0 || c.invisible() {
		return
	}
	c.doc.SetDrawColor(int(c.now.colour.R), int(c.now.colour.G), int(c.now.colour.B))
	c.doc.SetAlpha(c.opacity(), "Normal")
	c.doc.SetLineWidth(c.thickness())
	c.doc.SetDashPattern(c.lengths(), c.now.offset.Points())
	c.trace(path, (*pdfOutline)(c))
	c.doc.DrawPath("D")
}

func (c *pdfCanvas) Fill(path vg.Path) {
	if c.invisible() {
		return
	}
	c.doc.SetFillColor(int(c.now.colour.R), int(c.now.colour.G), int(c.now.colour.B))
	c.doc.SetAlpha(c.opacity(), "Normal")
	c.trace(path, (*pdfOutline)(c))
	c.doc.DrawPath("F")
}

// pdfOutline writes a path; fpdf counts y from the top.
type pdfOutline pdfCanvas

func (o *pdfOutline) xy(p vg.Point) (x, y float64) { return p.X.Points(), (o.h - p.Y).Points() }
func (o *pdfOutline) move(to vg.Point)             { o.doc.MoveTo(o.xy(to)) }
func (o *pdfOutline) line(to vg.Point)             { o.doc.LineTo(o.xy(to)) }
func (o *pdfOutline) close()                       { o.doc.ClosePath() }

func (o *pdfOutline) curve(c1, c2, to vg.Point) {
	x1, y1 := o.xy(c1)
	x2, y2 := o.xy(c2)
	x, y := o.xy(to)
	o.doc.CurveBezierCubicTo(x1, y1, x2, y2, x, y)
}

// FillString implements vg.Canvas. A PDF does not kern, so that a line is
// written in pieces between the pairs that are.
func (c *pdfCanvas) FillString(f font.Face, at vg.Point, s string) {
	if f.Font.Size <= 0 || c.invisible() || s == "" {
		return
	}
	c.use(f)
	s = inPlane(s)
	c.doc.SetTextColor(int(c.now.colour.R), int(c.now.colour.G), int(c.now.colour.B))
	c.doc.SetAlpha(c.opacity(), "Normal")
	p := c.at(at)
	x, y := p.X.Points(), (c.h - p.Y).Points()
	turned := !c.now.toPage.upright()
	if turned {
		m := c.now.toPage
		c.doc.TransformBegin()
		// The map about the text's own place, written in the page's coordinates.
		px, py := p.X.Points(), p.Y.Points()
		c.doc.Transform(fpdf.TransformMatrix{
			A: m[0], B: m[1], C: m[2], D: m[3],
			E: px - m[0]*px - m[2]*py, F: py - m[1]*px - m[3]*py,
		})
	}
	for _, piece := range kerned(f, s) {
		c.doc.Text(x+piece.x.Points(), y, piece.text)
	}
	if turned {
		c.doc.TransformEnd()
	}
}

// inPlane puts the sign for an unknown letter in place of those beyond U+FFFF: a PDF's
// font has two bytes for a letter, and the library breaks down at more.
func inPlane(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xFFFF {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func (c *pdfCanvas) use(f font.Face) {
	name := f.Name()
	if !c.fonts[name] {
		c.fonts[name] = true
		var raw bytes.Buffer
		if _, err := f.Face.WriteSourceTo(nil, &raw); err != nil {
			c.doc.SetError(err)
			return
		}
		c.doc.AddUTF8FontFromBytes(name, "", raw.Bytes())
	}
	c.doc.SetFont(name, "", f.Font.Size.Points())
}

// piece is letters without kerning between them, and where they begin.
type piece struct {
	x    vg.Length
	text string
}

func kerned(f font.Face, s string) []piece {
	var (
		buf    sfnt.Buffer
		pieces = []piece{{}}
		em     = fixed.Int26_6(f.Face.UnitsPerEm())
		unit   = f.Font.Size / vg.Length(em)
		x      vg.Length
		before sfnt.GlyphIndex
	)
	for n, r := range s {
		glyph, err := f.Face.GlyphIndex(&buf, r)
		if err != nil {
			return []piece{{text: s}}
		}
		if n > 0 {
			if kern, err := f.Face.Kern(&buf, before, glyph, em, 0); err == nil && kern != 0 {
				x += vg.Length(kern) * unit
				pieces = append(pieces, piece{x: x})
			}
		}
		pieces[len(pieces)-1].text += string(r)
		if advance, err := f.Face.GlyphAdvance(&buf, glyph, em, 0); err == nil {
			x += vg.Length(advance) * unit
		}
		before = glyph
	}
	return pieces
}

// DrawImage implements vg.Canvas; the picture's alpha is kept.
func (c *pdfCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	b, err := packed(img)
	if err != nil {
		c.doc.SetError(err)
		return
	}
	c.count++
	name := "picture" + strconv.Itoa(c.count)
	o := fpdf.ImageOptions{ImageType: "png"}
	c.doc.RegisterImageOptionsReader(name, o, bytes.NewReader(b))
	lo, hi := c.at(r.Min), c.at(r.Max)
	c.doc.SetAlpha(1, "Normal")
	c.doc.ImageOptions(name, lo.X.Points(), (c.h - hi.Y).Points(), (hi.X - lo.X).Points(), (hi.Y - lo.Y).Points(), false, o, 0, "")
}

// WriteTo closes the page and writes the document.
func (c *pdfCanvas) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	if err := c.doc.Output(&b); err != nil {
		return 0, err
	}
	return b.WriteTo(w)
}
