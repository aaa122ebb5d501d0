package plot_test

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"opacity/export/plot"
)

var update = flag.Bool("update", false, "write the pictures that the tests compare with")

// examples are the golden pictures: one of each figure in print, and where it
// matters dark, wide, empty or with one value.
func examples() map[string]struct {
	figure plot.Figure
	page   plot.Page
} {
	print85, wide := plot.Page{DPI: 150}, plot.Page{WidthMM: plot.TwoColumns, DPI: 100}
	dark := plot.Page{DPI: 150, Dark: true}
	type example = struct {
		figure plot.Figure
		page   plot.Page
	}
	one := areas()
	one.Lines = []plot.Line{{Name: "left lung", Points: []plot.XY{{X: 1, Y: 12}}}}
	all := map[string]example{
		"roc_dark":      {plot.ROC(rocData(20, 200)), dark},
		"repeated":      {plot.BlandAltman(repeated()), print85},
		"scatter_dark":  {plot.Scatter(scatterData(30)), dark},
		"boxplot_wide":  {plot.Boxes(boxesData(100, false)), wide},
		"before_after":  {plot.Histogram(beforeAfter()), plot.Page{WidthMM: plot.OneAndHalf, DPI: 130}},
		"area_report":   {plot.Lines(report(false)), plot.Page{WidthMM: 120, DPI: 110, Letters: 1}},
		"area_dark":     {plot.Lines(report(true)), plot.Page{WidthMM: 120, DPI: 110, Dark: true}},
		"area_one":      {plot.Lines(one), print85},
		"area_empty":    {plot.Lines(plot.LinesData{Name: "area", X: "slice", Y: "pixels"}), print85},
		"roc_empty":     {plot.ROC(plot.ROCData{}), print85},
		"grid_wide":     {plot.ScoreGrid(scores(60)), wide},
		"ablation_dark": {plot.BarChart(ablation()), dark},
	}
	for _, f := range gallery(30, 200) {
		if f.Name == "score_grid" {
			continue
		}
		all[f.Name] = example{f, print85}
	}
	return all
}

func TestGolden(t *testing.T) {
	for name, e := range examples() {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := e.figure.WritePNG(&got, e.page); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".png")
			if *update {
				if err := os.MkdirAll("testdata", 0o777); err != nil {
					t.Fatal(err)
				}
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
	one, two := decoded(t, a), decoded(t, b)
	if one.Bounds() != two.Bounds() {
		t.Fatalf("%v, want %v", one.Bounds(), two.Bounds())
	}
	return meanDifference(one, two)
}

func decoded(t *testing.T, b []byte) image.Image {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func meanDifference(one, two image.Image) float64 {
	sum, box := 0.0, one.Bounds().Intersect(two.Bounds())
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
