package plot_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/export/plot"
)

var update = flag.Bool("update", false, "write the pictures that the tests compare with")

func dome(n int, height, shift float64) []float64 {
	y := make([]float64, n)
	for k := range y {
		y[k] = math.Max(0, height*math.Sin(math.Pi*(float64(k)/float64(n)-shift)))
	}
	return y
}

func sample(dark bool) plot.Chart {
	return plot.Chart{
		Title: "Area per slice", X: "slice, from the feet", Y: "area (mm²)",
		Caption: "case · model 1.0 · research use only, not a medical device",
		Dark:    dark,
		Lines: []plot.Line{
			{Name: "left lung", Colour: color.RGBA{0x4C, 0x9B, 0xE8, 0xFF}, Values: dome(120, 14000, 0.05)},
			{Name: "right lung", Colour: color.RGBA{0x3F, 0xB6, 0x8B, 0xFF}, Dashes: []float64{6, 2}, Values: dome(120, 16500, 0)},
			{Name: "infection", Colour: color.RGBA{0xF2, 0x54, 0x5B, 0xFF}, Dashes: []float64{2, 2}, Values: dome(120, 3000, 0.2)},
		},
	}
}

func TestGolden(t *testing.T) {
	tests := []struct {
		name  string
		chart plot.Chart
	}{
		{"light", sample(false)},
		{"dark", sample(true)},
		{"empty", plot.Chart{Title: "Area per slice", X: "slice", Y: "pixels"}},
		{"one_slice", plot.Chart{X: "slice", Y: "pixels", Lines: []plot.Line{{Name: "left lung", Colour: color.Black, Values: []float64{12}}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got bytes.Buffer
			if err := tt.chart.WritePNG(&got, 480, 300, 1); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", tt.name+".png")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := difference(t, got.Bytes(), want); d > 0.002 {
				t.Errorf("%.4f of the ink differs from %s; if it is meant to, run with -update", d, golden)
			}
		})
	}
}

// difference is the mean difference of two pictures, 0 for equal, 1 for black
// against white. Text is antialiased a little differently from one processor to
// another, so the mean counts and not a single pixel.
func difference(t *testing.T, a, b []byte) float64 {
	t.Helper()
	one, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	two, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if one.Bounds() != two.Bounds() {
		t.Fatalf("%v, want %v", one.Bounds(), two.Bounds())
	}
	return meanDifference(one, two)
}

func meanDifference(one, two image.Image) float64 {
	sum, box := 0.0, one.Bounds()
	for y := range box.Dy() {
		for x := range box.Dx() {
			r1, g1, b1, _ := one.At(x, y).RGBA()
			r2, g2, b2, _ := two.At(x, y).RGBA()
			for _, d := range []float64{float64(r1) - float64(r2), float64(g1) - float64(g2), float64(b1) - float64(b2)} {
				sum += math.Abs(d)
			}
		}
	}
	return sum / float64(3*0xFFFF*box.Dx()*box.Dy())
}

func TestSVGHoldsTextAndSize(t *testing.T) {
	var b bytes.Buffer
	if err := sample(false).WriteSVG(&b, 800, 400); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<svg", `width="600pt"`, "right lung", "not a medical device", "area (mm²)"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the SVG has no %q", want)
		}
	}
}

func TestImageSize(t *testing.T) {
	for _, scale := range []float64{1, 1.5, 2} {
		img, err := sample(true).Image(613, 307, scale)
		if err != nil {
			t.Fatal(err)
		}
		if s := img.Bounds().Size(); s.X != 613 || s.Y != 307 {
			t.Errorf("scale %g: %v, want 613x307", scale, s)
		}
	}
}
