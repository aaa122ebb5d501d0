package plot_test

import (
	"bytes"
	"math"
	"testing"

	"opacity/export/golden"
	"opacity/export/plot"
)

type example struct {
	figure plot.Figure
	page   plot.Page
}

// examples are the golden pictures: one of each figure in print, and where it
// matters dark, wide, empty or with one value.
func examples() map[string]example {
	print85, wide := plot.Page{DPI: 150}, plot.Page{WidthMM: plot.TwoColumns, DPI: 100}
	dark := plot.Page{DPI: 150, Dark: true}
	one := areas()
	one.Lines = []plot.Line{{Name: "left lung", Points: []plot.XY{{X: 1, Y: 12}}}}
	tails := boxesData(12, true)
	tails.Quantity, tails.Unit, tails.High = "HD95", "mm", 0
	crowded := agreement(400, plot.Difference)
	masks := rocData(20, 200)
	for n := range masks.Models {
		masks.Models[n].Operating = &plot.Threshold{Threshold: math.NaN(), X: 0.06 + 0.1*float64(n), Y: 0.9 - 0.15*float64(n)}
	}
	pairs := areas()
	for n := range pairs.Lines {
		pairs.Lines[n].Of, pairs.Lines[n].Solid = n/2+1, n%2 == 0
		if n%2 == 1 {
			pairs.Lines[n].Dashes = []float64{3, 1.5}
		}
	}
	many := boxesData(12, false)
	many.Groups = nil
	for _, model := range []string{"model-one", "model-two"} {
		for n, label := range []string{"left lung", "right lung", "lungs", "consolidation"} {
			g := boxesData(12, false).Groups[n%2]
			g.Name = model + ", " + label
			many.Groups = append(many.Groups, g)
		}
	}
	table := plot.TableData{Name: "values", Columns: []string{"", "least", "file"}, Rows: [][]string{{"1", "-1120", "a-b"}, {"2", "-1024.5", "-"}}, Foot: [][]string{{"(words right across, of no column)"}}}
	twoReaders := boxesData(12, false)
	for n := range twoReaders.Groups {
		twoReaders.Groups[n].Name = "a long reader (1) – another (2)"
	}
	all := map[string]example{
		"roc_corner":      {plot.ROC(corner()), print85},
		"roc_corner_dark": {plot.ROC(corner()), dark},
		"boxplot_models":  {plot.Boxes(models()), print85},
		"boxplot_pairs":   {plot.Boxes(twoReaders), print85},
		"boxplot_many":    {plot.Boxes(many), print85},
		"table_signs":     {plot.Table(table), print85},
		"area_pairs":      {plot.Lines(pairs), print85},
		"violin_tails":    {plot.Boxes(tails), print85},
		"crowd":           {plot.BlandAltman(crowded), print85},
		"roc_mask":        {plot.ROC(masks), print85},
		"grid_narrow":     {plot.ScoreGrid(scores(20)), print85},
		"roc_dark":        {plot.ROC(rocData(20, 200)), dark},
		"repeated":        {plot.BlandAltman(repeated()), print85},
		"scatter_dark":    {plot.Scatter(scatterData(30)), dark},
		"boxplot_wide":    {plot.Boxes(boxesData(100, false)), wide},
		"before_after":    {plot.Histogram(beforeAfter()), plot.Page{WidthMM: plot.OneAndHalf, DPI: 130}},
		"area_report":     {plot.Lines(report()), plot.Page{WidthMM: 120, DPI: 110, Letters: 1}},
		"area_dark":       {plot.Lines(report()), plot.Page{WidthMM: 120, DPI: 110, Dark: true}},
		"area_one":        {plot.Lines(one), print85},
		"area_empty":      {plot.Lines(plot.LinesData{Name: "area", X: "slice", Y: "pixels"}), print85},
		"roc_empty":       {plot.ROC(plot.ROCData{}), print85},
		"grid_wide":       {plot.ScoreGrid(scores(60)), wide},
		"ablation_dark":   {plot.BarChart(ablation()), dark},
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
			golden.PNG(t, name, got.Bytes())
		})
	}
}
