package plot_test

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"opacity/export/golden"
	"opacity/export/plot"
)

func svg(t *testing.T, f plot.Figure, p plot.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.WriteSVG(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSVG(t *testing.T) {
	for _, f := range append(gallery(10, 50), lettered()) {
		s := svg(t, f, plot.Page{WidthMM: plot.OneAndHalf})
		if !strings.Contains(s, `width="323.15pt"`) {
			t.Errorf("%s: not 114 mm wide: %.200s", f.Name, s)
		}
		for d := xml.NewDecoder(strings.NewReader(s)); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
		if strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
			t.Errorf("%s draws what is no number", f.Name)
		}
	}
	s := svg(t, lettered(), plot.Page{})
	for _, want := range []string{"²³±−–·×≤≥κσΔρα", "Liberation Sans", "Arial", "mm³ ± 1 · −1024 HU", "−2"} {
		if !strings.Contains(s, want) {
			t.Errorf("the SVG has no %q", want)
		}
	}
	if s := svg(t, plot.ROC(rocData(5, 50)), plot.Page{}); !strings.Contains(s, `fill-opacity="0.2"`) {
		t.Error("bands are not transparent")
	}
}

// The PNG says how large it is, so that it is placed at its width.
func TestPNGSize(t *testing.T) {
	for _, p := range []plot.Page{{}, {WidthMM: plot.TwoColumns, DPI: 600}, {WidthMM: plot.OneAndHalf, DPI: 72}} {
		var b bytes.Buffer
		if err := plot.ROC(rocData(3, 20)).WritePNG(&b, p); err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(b.Bytes(), []byte("pHYs"))
		if at < 0 {
			t.Fatal("no pHYs")
		}
		perMetre := float64(binary.BigEndian.Uint32(b.Bytes()[at+4:]))
		m, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		mm, dpi := p.WidthMM, p.DPI
		if mm == 0 {
			mm, dpi = plot.OneColumn, 300
		}
		if w := float64(m.Bounds().Dx()) / perMetre * 1000; math.Abs(w-mm) > 0.2 {
			t.Errorf("%.2f mm wide, want %g", w, mm)
		}
		if math.Abs(perMetre*0.0254-dpi) > 0.5 {
			t.Errorf("%.1f dots per inch, want %g", perMetre*0.0254, dpi)
		}
	}
}

func TestImage(t *testing.T) {
	for _, scale := range []float64{1, 1.5, 2} {
		img, _ := plot.Lines(report()).Image(613, 307, scale, true)
		if s := img.Bounds().Size(); s.X != 613 || s.Y != 307 {
			t.Errorf("scale %g: %v, want 613x307", scale, s)
		}
	}
	for _, f := range gallery(3, 10) { // no room is no reason to fail
		f.Image(1, 1, 3, false)
	}
}

// Long names are made to fit: nothing is written over the edge.
func TestLongNamesFit(t *testing.T) {
	long := "mean infected area of the left and of the right lung of all cases that were read twice"
	d := rocData(3, 20)
	d.Title, d.Models[0].Name = long, long
	b := agreement(5, plot.Difference)
	b.Quantity = long
	for _, f := range []plot.Figure{plot.ROC(d), plot.BlandAltman(b)} {
		var png bytes.Buffer
		if err := f.WritePNG(&png, plot.Page{DPI: 100}); err != nil {
			t.Fatal(err)
		}
		m := golden.Decode(t, png.Bytes())
		size := m.Bounds().Size()
		for y := range size.Y {
			for _, x := range []int{0, 1, 2, size.X - 3, size.X - 2, size.X - 1} {
				if r, _, _, _ := m.At(x, y).RGBA(); r < 0xf000 {
					t.Fatalf("%s has ink at (%d,%d) of %v", f.Name, x, y, size)
				}
			}
		}
	}
}

// Every point that is drawn can be clicked, at the place where it is.
func TestSpots(t *testing.T) {
	f := plot.BlandAltman(repeated())
	img, spots := f.Image(800, 500, 1, false)
	if len(spots) != 47 { // 48 less one that is not defined
		t.Fatalf("%d spots", len(spots))
	}
	for _, s := range spots {
		if s.Row < 1 || s.Row >= len(f.Points()) || f.Points()[s.Row][0] == "" {
			t.Fatalf("row %d", s.Row)
		}
		r, g, b, _ := img.At(int(s.X*800), int(s.Y*500)).RGBA()
		if r > 0xd000 && g > 0xd000 && b > 0xd000 {
			t.Errorf("nothing is drawn at %v", s)
		}
	}
}

func TestIdentityOnlyWhereAsked(t *testing.T) {
	d := agreement(10, plot.Difference)
	has := func(f plot.Figure) bool {
		var b bytes.Buffer
		if err := f.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		return strings.Contains(b.String()+f.Caption()+svg(t, f, plot.Page{}), "case-00")
	}
	if has(plot.BlandAltman(d)) {
		t.Error("a case is named that nobody asked to name")
	}
	d.Identity = true
	if !has(plot.BlandAltman(d)) {
		t.Error("cases are to be named")
	}
}

func TestCaptions(t *testing.T) {
	tests := []struct {
		figure plot.Figure
		want   string
	}{
		{plot.ROC(rocData(20, 50)), "n = 20 cases. Voxels counted inside the reference lungs. Made by Opacity 1.0, model lung-infection-2d 1.0."},
		{plot.BlandAltman(repeated()), "48 values of 4 cases: limits for repeated measures"},
		{plot.BlandAltman(func() plot.BlandAltmanData { d := repeated(); d.Repeated = false; return d }()), "Warning: 48 values of 4 cases"},
		{plot.BlandAltman(repeated()), "1 value that is not defined is left out."},
		{plot.Boxes(boxesData(20, false)), "1 value that is not defined"},
		{plot.Lines(areas()), "n = 1 case."},
		{plot.BlandAltman(func() plot.BlandAltmanData { d := repeated(); d.Points = d.Points[:12]; return d }()), "12 values of 1 case:"},
	}
	for _, tt := range tests {
		if got := tt.figure.Caption(); !strings.Contains(got, tt.want) {
			t.Errorf("%q is not in %q", tt.want, got)
		}
	}
	for _, f := range gallery(10, 50) {
		if c := f.Caption(); strings.Contains(c, "%!") || strings.Contains(c, "plot.") {
			t.Errorf("%s: %q", f.Name, c)
		}
	}
}

// Points hold what is drawn: a curve of many thousand steps is thinned to what an
// eye can tell.
func TestCurvesAreThinned(t *testing.T) {
	d := rocData(1, 65536)
	f := plot.ROC(plot.ROCData{Models: d.Models[1:]})
	n := 0
	for _, r := range f.Points() {
		if len(r) == 7 && r[3] != "" && r[4] != "" {
			n++
		}
	}
	if n < 50 || n > 2000 {
		t.Errorf("%d points of 65,536 are drawn", n)
	}
}

func TestEmptyAndOdd(t *testing.T) {
	nan := math.NaN()
	figures := []plot.Figure{
		plot.ROC(plot.ROCData{}), plot.PR(plot.PRData{}), plot.Calibration(plot.CalibrationData{}), plot.BlandAltman(plot.BlandAltmanData{}),
		plot.BlandAltman(plot.BlandAltmanData{Form: plot.Ratio, Points: []plot.Measured{{Reference: 0, Prediction: 0}, {Reference: 1, Prediction: 0}}, Bias: plot.Exactly(nan), Lower: plot.Exactly(nan), Upper: plot.Exactly(nan)}),
		plot.Scatter(plot.ScatterData{}), plot.Scatter(plot.ScatterData{Equal: true, Groups: []plot.Pairs{{Points: []plot.Measured{{Reference: 1, Prediction: 1}}}}}),
		plot.Boxes(plot.BoxesData{}), plot.Boxes(plot.BoxesData{Violin: true, Groups: []plot.Group{{Name: "a"}, {Name: "b", Values: []plot.CaseValue{{X: nan}, {X: 1}, {X: 1}, {X: 1}}}}}),
		plot.Confusion(plot.ConfusionData{}), plot.Confusion(plot.ConfusionData{Labels: []string{"a", "b"}, Counts: [][]int64{{0}}}),
		plot.Table(plot.TableData{}), plot.Table(plot.TableData{Columns: []string{"a", "b"}, Rows: [][]string{{"1"}, {"1", "2", "3"}}}),
		plot.Lines(plot.LinesData{}), plot.Lines(plot.LinesData{Log: true, Lines: []plot.Line{{Points: []plot.XY{{X: 1, Y: -1}, {X: nan, Y: 2}}}}}),
		plot.Histogram(plot.HistogramData{}), plot.Histogram(plot.HistogramData{Apart: true, Spread: []plot.Spread{{Name: "none"}}}),
		plot.BarChart(plot.BarsData{}), plot.BarChart(plot.BarsData{Groups: []string{"g"}, Series: []plot.Bars{{Values: []plot.Estimate{{X: nan}, {X: 1}}}}}),
		plot.Fit(plot.FitData{}), plot.ScoreGrid(plot.GridData{}), plot.ScoreGrid(plot.GridData{Rows: []string{"a"}, Columns: []string{"b"}}),
		plot.ScoreGrid(plot.GridData{Rows: []string{"a"}, Columns: []string{"b"}, Bin: 1e-9}),
		plot.Lines(plot.LinesData{Lines: []plot.Line{{Points: []plot.XY{{X: 1e300, Y: -1e300}, {X: 2e300, Y: 1e300}}}}}),
		plot.Lines(plot.LinesData{Lines: []plot.Line{{Points: []plot.XY{{X: 1, Y: 1}, {X: 1 + 1e-16, Y: 1 + 1e-15}}}}}),
	}
	for n, f := range figures {
		for _, format := range plot.Formats() {
			var b bytes.Buffer
			if err := f.Write(&b, format, plot.Page{DPI: 72}); err != nil || b.Len() == 0 {
				t.Errorf("%d %s: %v", n, f.Name, err)
			}
			if format == "svg" && (strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "Inf")) {
				t.Errorf("%d %s draws what is no number", n, f.Name)
			}
		}
	}
	if err := figures[0].Write(io.Discard, "gif", plot.Page{}); err == nil {
		t.Error("a GIF was written")
	}
}

// BenchmarkGallery is every figure of 100 cases in three formats.
func BenchmarkGallery(b *testing.B) {
	for b.Loop() {
		bytes := 0
		figures := gallery(100, 65536)
		for _, f := range figures {
			for _, format := range plot.Formats() {
				var c counter
				if err := f.Write(&c, format, plot.Page{}); err != nil {
					b.Fatal(err)
				}
				bytes += int(c)
			}
		}
		b.ReportMetric(float64(len(figures)), "figures")
		b.ReportMetric(float64(bytes)/1e6, "MB")
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// Thresholds that no eye would miss stay where every one is to be chosen from.
func TestEveryThreshold(t *testing.T) {
	d := plot.ROCData{Models: []plot.Rated{{Name: "a", Area: plot.Exactly(0.5), Curve: []plot.Threshold{{1, 0, 0}, {0.5, 0.5, 0.5}, {0, 1, 1}}}}}
	for every, want := range map[bool]int{false: 2, true: 3} {
		d.Every = every
		f := plot.ROC(d)
		if _, spots := f.Image(300, 300, 1, false); len(spots) != want || len(f.Points()) != want+1 {
			t.Errorf("every %v: %d points, want %d", every, len(spots), want)
		}
	}
}

// Who lacks values is said.
func TestBoxesSayWhoseValuesAreLeftOut(t *testing.T) {
	nan := math.NaN()
	d := plot.BoxesData{Quantity: "HD95", Groups: []plot.Group{
		{Name: "one", Values: []plot.CaseValue{{X: 1}, {X: nan}, {X: 3}}}, {Name: "two", Values: []plot.CaseValue{{X: 1}, {X: 2}, {X: 3}}}, {Name: "three", Values: []plot.CaseValue{{X: nan}, {X: nan}, {X: 3}}},
	}}
	if c := plot.Boxes(d).Caption(); !strings.Contains(c, "3 values that are not defined are left out: 1 of one; 2 of three.") {
		t.Error(c)
	}
}
