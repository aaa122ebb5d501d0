package plot_test

import (
	"bytes"
	"compress/zlib"
	"encoding/xml"
	"html"
	"image"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"opacity/export/golden"
	"opacity/export/plot"
)

// letters has what figures write beyond ASCII.
const letters = "²³±−–·×≤≥κσΔρα µ AVATo. (in \\brackets)"

func lettered() plot.Figure {
	return plot.Lines(plot.LinesData{
		About: plot.About{Title: letters, Foot: "mm³ ± 1 · −1024 HU"}, Name: "letters", X: "κ – area (mm²)", Y: "Δ volume (cm³)",
		Lines: []plot.Line{{Name: "x", Points: []plot.XY{{X: -3, Y: -2}, {X: 3, Y: 2}}}},
	})
}

func pdf(t *testing.T, f plot.Figure, p plot.Page) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.WritePDF(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var stream = regexp.MustCompile(`(?s)<<[^>]*?(/FlateDecode)?[^>]*?>>\s*stream\r?\n(.*?)\nendstream`)

// streams returns what a PDF holds, unpacked.
func streams(t *testing.T, doc []byte) []string {
	t.Helper()
	var all []string
	for _, m := range stream.FindAllSubmatch(doc, -1) {
		r, err := zlib.NewReader(bytes.NewReader(m[2]))
		if err != nil {
			all = append(all, string(m[2]))
			continue
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

var (
	shown    = regexp.MustCompile(`(?s)BT (-?[\d.]+) (-?[\d.]+) Td \(((?:\\.|[^\\)])*)\) Tj`)
	bfRange  = regexp.MustCompile(`<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>`)
	unescape = strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r")
)

// textOf reads the text of a PDF as a viewer that copies it does: character codes
// of two bytes, through the font's ToUnicode map.
func textOf(t *testing.T, doc []byte) string {
	t.Helper()
	var page, cmap string
	for _, s := range streams(t, doc) {
		switch {
		case strings.Contains(s, "beginbfrange"):
			cmap = s
		case strings.Contains(s, " Tj"):
			page = s
		}
	}
	unicode := func(code int64) rune {
		for _, m := range bfRange.FindAllStringSubmatch(cmap[strings.Index(cmap, "beginbfrange"):], -1) {
			lo, _ := strconv.ParseInt(m[1], 16, 32)
			hi, _ := strconv.ParseInt(m[2], 16, 32)
			to, _ := strconv.ParseInt(m[3], 16, 32)
			if code >= lo && code <= hi {
				return rune(to + code - lo)
			}
		}
		return '?'
	}
	if cmap == "" {
		t.Fatal("the PDF has no ToUnicode map")
	}
	var b strings.Builder
	for _, m := range shown.FindAllStringSubmatch(page, -1) {
		raw := unescape.Replace(m[3])
		if len(raw)%2 != 0 {
			t.Fatalf("%q is not of two bytes a letter", raw)
		}
		for i := 0; i+1 < len(raw); i += 2 {
			b.WriteRune(unicode(int64(raw[i])<<8 | int64(raw[i+1])))
		}
	}
	return b.String()
}

func TestPDFTextReadsBack(t *testing.T) {
	doc := pdf(t, lettered(), plot.Page{})
	got := textOf(t, doc)
	for _, want := range []string{letters, "κ – area (mm²)", "Δ volume (cm³)", "mm³ ± 1 · −1024 HU", "−2"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	for _, want := range []string{"/FontFile2", "/Subtype /Type0", "/Identity-H"} {
		if !bytes.Contains(doc, []byte(want)) {
			t.Errorf("no %s: the font is not in the file", want)
		}
	}
}

// An interval's band over the lines behind it is drawn with the alpha it has.
func TestPDFKeepsAlpha(t *testing.T) {
	doc := pdf(t, plot.ROC(rocData(5, 50)), plot.Page{})
	for _, want := range []string{"/ca 0.200", "/ca 0.278", "/ca 1.000"} {
		if !bytes.Contains(doc, []byte(want)) {
			t.Errorf("no %s in the graphics states", want)
		}
	}
}

func TestPDFIsTheSameTwice(t *testing.T) {
	f := plot.ROC(rocData(5, 50))
	if a, b := pdf(t, f, plot.Page{}), pdf(t, f, plot.Page{}); !bytes.Equal(a, b) {
		t.Error("two files of one figure differ")
	}
}

func TestPDFSize(t *testing.T) {
	for _, mm := range []float64{plot.OneColumn, plot.OneAndHalf, plot.TwoColumns} {
		doc := pdf(t, plot.ROC(rocData(3, 20)), plot.Page{WidthMM: mm})
		m := regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`).FindSubmatch(doc)
		if m == nil {
			t.Fatal("no MediaBox")
		}
		if w, _ := strconv.ParseFloat(string(m[1]), 64); math.Abs(w/72*25.4-mm) > 0.01 {
			t.Errorf("%g points for %g mm", w, mm)
		}
	}
}

// rendered is the picture that a viewer makes of the PDF of a figure.
func rendered(t *testing.T, f plot.Figure, p plot.Page, dpi int) image.Image {
	t.Helper()
	tool, err := exec.LookPath("pdftoppm")
	if err != nil {
		t.Skip("pdftoppm (package poppler-utils) is not installed, so that no PDF can be looked at")
	}
	name := filepath.Join(t.TempDir(), "page")
	if err := os.WriteFile(name+".pdf", pdf(t, f, p), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "-r", strconv.Itoa(dpi), "-png", "-singlefile", name+".pdf", name).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%s: %v: %s", f.Name, err, out)
	}
	b, err := os.ReadFile(name + ".png")
	if err != nil {
		t.Fatal(err)
	}
	return golden.Decode(t, b)
}

// The picture that a viewer makes of the PDF is the PNG's: letters in place,
// bands let through what is under them.
func TestPDFPixels(t *testing.T) {
	const dpi = 144
	for _, dark := range []bool{false, true} {
		for _, f := range append(gallery(12, 60), lettered()) {
			got := rendered(t, f, plot.Page{Dark: dark}, dpi)
			var want bytes.Buffer
			if err := f.WritePNG(&want, plot.Page{Dark: dark, DPI: dpi}); err != nil {
				t.Fatal(err)
			}
			// Lines lie up to a pixel elsewhere: pictures are compared a sixteenth as fine.
			if d := golden.Difference(coarse(got), coarse(golden.Decode(t, want.Bytes()))); d > 0.012 {
				t.Errorf("%s, dark %v: %.4f of the ink is elsewhere in the PDF than in the PNG", f.Name, dark, d)
			}
		}
	}
}

// coarse is the mean of squares of 16 pixels.
func coarse(m image.Image) image.Image {
	const n = 16
	size := m.Bounds().Size().Div(n)
	out := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			var sum [3]uint32
			for i := range n * n {
				r, g, b, _ := m.At(x*n+i%n, y*n+i/n).RGBA()
				for c, v := range [3]uint32{r, g, b} {
					sum[c] += v >> 8
				}
			}
			for c := range 3 {
				out.Pix[out.PixOffset(x, y)+c] = uint8(sum[c] / (n * n))
			}
			out.Pix[out.PixOffset(x, y)+3] = 0xff
		}
	}
	return out
}

// A half-transparent band over a line is seen through, exactly as alpha says.
func TestPDFTransparencyIsTrue(t *testing.T) {
	f := plot.Lines(plot.LinesData{
		Name: "band", X: "x", Y: "y",
		Lines: []plot.Line{{Name: "a", Points: []plot.XY{{X: 0, Y: 0.001}, {X: 10, Y: 0.001}}, Band: []plot.Band{{X: 0, Low: 0, High: 1}, {X: 10, Low: 0, High: 1}}}},
	})
	m := rendered(t, f, plot.Page{}, 144)
	// 0.2 of blue (0, 114, 178) on white: 204, 227, 240; on a line of the grid (230,
	// 232, 236) it is darker: 184, 208, 224.
	count := map[[3]uint8]int{}
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			r, g, b, _ := m.At(x, y).RGBA()
			count[[3]uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}]++
		}
	}
	for _, want := range [][3]int{{204, 227, 240}, {184, 208, 224}} {
		n := 0
		for c, k := range count {
			if math.Abs(float64(int(c[0])-want[0]))+math.Abs(float64(int(c[1])-want[1]))+math.Abs(float64(int(c[2])-want[2])) <= 4 {
				n += k
			}
		}
		if n < 100 {
			t.Errorf("only %d pixels of %v", n, want)
		}
	}
}

// What the SVG of a figure writes, its PDF writes too, letter by letter: every kind.
func TestPDFWritesWhatTheSVGDoes(t *testing.T) {
	written := regexp.MustCompile(`(?s)<text[^>]*>(.*?)</text>`)
	for _, f := range append(gallery(10, 50), plot.ROC(corner()), plot.Boxes(models())) {
		got := textOf(t, pdf(t, f, plot.Page{}))
		texts := written.FindAllStringSubmatch(svg(t, f, plot.Page{}), -1)
		if len(texts) < 5 {
			t.Errorf("%s writes %d texts", f.Name, len(texts))
		}
		for _, m := range texts {
			if want := html.UnescapeString(m[1]); !strings.Contains(got, want) {
				t.Errorf("%s: no %q in its PDF", f.Name, want)
			}
		}
	}
}

// Curves of 65,536 thresholds and twenty cases make no large files.
func TestFilesAreSmall(t *testing.T) {
	for _, f := range gallery(20, 65536) {
		for _, format := range []string{"svg", "pdf"} {
			var c counter
			if err := f.Write(&c, format, plot.Page{}); err != nil {
				t.Fatal(err)
			}
			if c > 500e3 {
				t.Errorf("%s.%s has %d kB", f.Name, format, c/1000)
			}
		}
	}
}

// A name may hold letters that no font of a figure has, and what no letter is.
func TestOddLetters(t *testing.T) {
	d := boxesData(12, false)
	d.Groups[0].Name = "🫁 𠮷 \x01\xff"
	f := plot.Boxes(d)
	pdf(t, f, plot.Page{})
	var svg bytes.Buffer
	if err := f.WriteSVG(&svg, plot.Page{}); err != nil {
		t.Fatal(err)
	}
	for decoder := xml.NewDecoder(&svg); ; {
		if _, err := decoder.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
