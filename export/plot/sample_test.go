package plot_test

import (
	"fmt"
	"image/color"
	"math"
	"math/rand/v2"

	"opacity/app/stats"
	"opacity/export/plot"
)

// What the examples and golden pictures draw: made-up numbers, the same every
// time, of n cases.

var made = []string{"Opacity 1.0", "model lung-infection-2d 1.0"}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func about(n int) plot.About { return plot.About{N: n, Made: made} }

// curve is a binormal ROC curve of a given distance between the two, in steps.
func curve(distance float64, steps int) []plot.Threshold {
	upper := func(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }
	pts := []plot.Threshold{{Threshold: math.Inf(1)}}
	for i := range steps {
		z := 4.5 - 9*float64(i)/float64(steps-1)
		pts = append(pts, plot.Threshold{Threshold: 1 - float64(i)/float64(steps-1), X: upper(z + distance/2), Y: upper(z - distance/2)})
	}
	return append(pts, plot.Threshold{X: 1, Y: 1})
}

func area(pts []plot.Threshold) float64 {
	sum := 0.
	for i := 1; i < len(pts); i++ {
		sum += (pts[i].X - pts[i-1].X) * (pts[i].Y + pts[i-1].Y) / 2
	}
	return sum
}

func rocData(n, steps int) plot.ROCData {
	d := plot.ROCData{About: about(n)}
	d.Region = "inside the reference lungs"
	for m, name := range []string{"2D U-Net", "3D U-Net"} {
		r := random(uint64(m))
		c := curve(2.6-0.7*float64(m), steps)
		a := area(c)
		model := plot.Rated{Name: name, Curve: c, Area: plot.Estimate{X: a, Low: a - 0.02, High: a + 0.015}}
		for i := 0; i < len(c); i += max(1, len(c)/60) {
			w := 0.28 * math.Sqrt(c[i].Y*(1-c[i].Y)+1e-9) * 0.5
			model.Band = append(model.Band, plot.Band{X: c[i].X, Low: math.Max(0, c[i].Y-w), High: math.Min(1, c[i].Y+w*0.8)})
		}
		op := c[len(c)/2]
		model.Operating = &op
		if m == 0 {
			for range n {
				model.Cases = append(model.Cases, curve(2.6+0.5*r.NormFloat64(), steps))
			}
		}
		d.Models = append(d.Models, model)
	}
	return d
}

func prData(n, steps int) plot.PRData {
	d := plot.PRData{ROCData: rocData(n, steps), Prevalence: 0.08}
	toPR := func(c []plot.Threshold) []plot.Threshold {
		var out []plot.Threshold
		for _, q := range c[1:] {
			precision := 0.08 * q.Y / (0.08*q.Y + 0.92*q.X)
			out = append(out, plot.Threshold{Threshold: q.Threshold, X: q.Y, Y: precision})
		}
		return out
	}
	for m := range d.Models {
		model := &d.Models[m]
		model.Curve, model.Band = toPR(model.Curve), nil
		op := model.Curve[len(model.Curve)/2]
		model.Operating, model.Area = &op, plot.Estimate{X: 0.81 - 0.17*float64(m), Low: 0.76 - 0.17*float64(m), High: 0.85 - 0.17*float64(m)}
		for i := range model.Cases {
			model.Cases[i] = toPR(model.Cases[i])
		}
	}
	return d
}

func calibrationData(n int) plot.CalibrationData {
	d := plot.CalibrationData{About: about(n), Bins: 10}
	for m, name := range []string{"2D U-Net", "3D U-Net"} {
		model := plot.Calibrated{Name: name, ECE: plot.Exactly(0.021 + 0.03*float64(m))}
		for b := range 10 {
			if b == 7 {
				continue // no probability lies there
			}
			p := (float64(b) + 0.5) / 10
			y := p + (0.5-p)*0.12 - float64(m)*0.5*p*(1-p)
			model.Bins = append(model.Bins, plot.Bin{Number: b, Mean: p, Positive: plot.Estimate{X: y, Low: y - 0.03, High: y + 0.03}, N: int64(1e6 * (math.Pow(1-p, 6) + 0.4*math.Pow(p, 9)))})
		}
		d.Models = append(d.Models, model)
	}
	return d
}

func volumes(n int) []plot.Measured {
	r := random(3)
	var out []plot.Measured
	for i := range n {
		ref := 900 + 3500*r.Float64()
		out = append(out, plot.Measured{Case: fmt.Sprintf("case-%03d", i), Reference: ref, Prediction: ref*0.98 + 25 + 70*r.NormFloat64()})
	}
	return out
}

func estimate(l stats.Limit) plot.Estimate {
	return plot.Estimate{X: l.Value, Low: l.CI.Lo, High: l.CI.Hi}
}

func agreement(n int, form plot.Form) plot.BlandAltmanData {
	d := plot.BlandAltmanData{About: about(n), Quantity: "lung volume", Unit: "ml", Form: form, Points: volumes(n)}
	var a, b []float64
	for _, m := range d.Points {
		a, b = append(a, m.Reference), append(b, m.Prediction)
	}
	s := stats.BlandAltman(a, b, [...]stats.Form{stats.Difference, stats.Percent, stats.Ratio}[form])
	d.Bias, d.Lower, d.Upper = estimate(s.Bias), estimate(s.Lower), estimate(s.Upper)
	if form == plot.Difference {
		d.Slope = &plot.Straight{Intercept: 30, Slope: -0.021}
	}
	return d
}

func repeated() plot.BlandAltmanData {
	r := random(5)
	d := plot.BlandAltmanData{
		About: about(4), Quantity: "infected area", Unit: "mm²", Repeated: true,
		Bias: plot.Estimate{X: -31, Low: -88, High: 26}, Lower: plot.Estimate{X: -420, Low: -610, High: -330}, Upper: plot.Estimate{X: 358, Low: 268, High: 548},
	}
	for c := range 4 {
		for s := range 12 {
			ref := 400 + 2200*r.Float64()
			d.Points = append(d.Points, plot.Measured{Case: fmt.Sprint("case", c), Slice: 40 + 5*s, Reference: ref, Prediction: ref + 180*r.NormFloat64() - 30 + 60*float64(c-2)})
		}
	}
	d.Points[7].Prediction = math.NaN()
	return d
}

func scatterData(n int) plot.ScatterData {
	d := plot.ScatterData{About: about(n), X: "reference volume", Y: "predicted volume", Unit: "ml", Equal: true}
	all := volumes(2 * n)
	d.Groups = []plot.Pairs{
		{Name: "left lung", Points: all[:n], CCC: plot.Estimate{X: 0.994, Low: 0.991, High: 0.996}},
		{Name: "right lung", Points: all[n:], CCC: plot.Estimate{X: 0.993, Low: 0.989, High: 0.995}},
	}
	return d
}

func boxesData(n int, violin bool) plot.BoxesData {
	d := plot.BoxesData{About: about(n), Quantity: "Dice", Violin: violin, Low: 0, High: 1}
	for g, name := range []string{"left lung", "right lung", "infection"} {
		r := random(uint64(10 + g))
		group := plot.Group{Name: name}
		for i := range n {
			x := 0.965 + 0.018*r.NormFloat64()
			if g == 2 {
				x = 0.74 + 0.13*r.NormFloat64()
			}
			if g == 2 && i == 3 {
				x = 0
			}
			if g == 2 && i == 7 {
				x = math.NaN()
			}
			group.Values = append(group.Values, plot.CaseValue{Case: fmt.Sprint("case", i), X: math.Min(x, 0.995)})
		}
		d.Groups = append(d.Groups, group)
	}
	return d
}

func dome(n int, height, shift float64) []float64 {
	y := make([]float64, n)
	for k := range y {
		y[k] = math.Max(0, height*math.Sin(math.Pi*(float64(k)/float64(n)-shift)))
	}
	return y
}

func areas() plot.LinesData {
	return plot.LinesData{
		About: about(1), Name: "area", X: "axial slice, 1 at the feet", Y: "area (mm²)", FromZero: true, Whole: true,
		Shows: "Area of each label along the slices.",
		Lines: []plot.Line{
			{Name: "lungs, reference", Points: plot.ByNumber(dome(120, 30500, 0.05))},
			{Name: "lungs, prediction", Points: plot.ByNumber(dome(120, 29800, 0.04))},
			{Name: "infection, reference", Points: plot.ByNumber(dome(120, 5200, 0.2))},
			{Name: "infection, prediction", Points: plot.ByNumber(dome(120, 4600, 0.22))},
		},
	}
}

func report() plot.LinesData {
	d := areas()
	d.Title, d.Foot, d.Aspect = "Area per slice", "case · model 1.0 · research use only, not a medical device", 0.42
	d.Lines = []plot.Line{
		{Name: "left lung", Colour: color.RGBA{0x4C, 0x9B, 0xE8, 0xFF}, Solid: true, Points: plot.ByNumber(dome(120, 14000, 0.05))},
		{Name: "right lung", Colour: color.RGBA{0x3F, 0xB6, 0x8B, 0xFF}, Dashes: []float64{6, 2}, Points: plot.ByNumber(dome(120, 16500, 0))},
		{Name: "infection", Colour: color.RGBA{0xF2, 0x54, 0x5B, 0xFF}, Dashes: []float64{2, 2}, Points: plot.ByNumber(dome(120, 3000, 0.2))},
	}
	return d
}

func learning() plot.LinesData {
	d := plot.LinesData{About: about(0), Name: "learning", X: "epoch", Y: "loss", Whole: true, Log: true, Shows: "Learning curves; bands are the range over five folds."}
	for l, name := range []string{"training", "validation"} {
		r := random(uint64(20 + l))
		line := plot.Line{Name: name}
		for e := 1; e <= 120; e++ {
			y := (0.06 + 0.05*float64(l) + 0.9*math.Exp(-float64(e)/14)) * (1 + 0.03*r.NormFloat64())
			line.Points = append(line.Points, plot.XY{X: float64(e), Y: y})
			line.Band = append(line.Band, plot.Band{X: float64(e), Low: y * 0.85, High: y * 1.18})
		}
		if l == 1 {
			best := line.Points[103]
			line.Best = &best
		}
		d.Lines = append(d.Lines, line)
	}
	return d
}

func ablation() plot.BarsData {
	return plot.BarsData{
		About: about(20), Quantity: "Dice", Groups: []string{"lungs", "infection"},
		Series: []plot.Bars{
			{Name: "all", Values: []plot.Estimate{{0.956, 0.95, 0.962}, {0.761, 0.72, 0.80}}},
			{Name: "no augmentation", Values: []plot.Estimate{{0.951, 0.944, 0.958}, {0.742, 0.70, 0.78}}},
			{Name: "no preprocessing", Values: []plot.Estimate{{0.21, 0.15, 0.28}, {0.08, 0.04, 0.13}}},
			{Name: "neither", Values: []plot.Estimate{{0.16, 0.11, 0.23}, {0.05, 0.02, 0.09}}},
		},
	}
}

func fit(n int) plot.FitData {
	d := plot.FitData{About: about(n), X: "infection (% of lung)", Y: "Dice", Method: "Smooth: Gaussian process; band: 95 % interval of the mean."}
	r := random(30)
	for f := range 5 {
		g := plot.Pairs{Name: fmt.Sprintf("fold %d", f+1)}
		for range n / 5 {
			x := 30 * r.Float64()
			g.Points = append(g.Points, plot.Measured{Reference: x, Prediction: 0.85 - 0.5*math.Exp(-x/4) + 0.06*r.NormFloat64()})
		}
		d.Groups = append(d.Groups, g)
	}
	for i := range 61 {
		x := float64(i) / 2
		y := 0.85 - 0.5*math.Exp(-x/4)
		w := 0.02 + 0.0008*math.Abs(x-12)
		d.Smooth = append(d.Smooth, plot.Band{X: x, Y: y, Low: y - w, High: y + w})
	}
	return d
}

func hu() plot.HistogramData {
	d := plot.HistogramData{
		About: about(1), X: "HU", Y: "share of voxels",
		Zones: []plot.Zone{{"hyperinflated", -1024, -900}, {"normal", -900, -500}, {"poorly aerated", -500, -100}, {"non-aerated", -100, 100}},
	}
	for s, name := range []string{"left lung", "right lung"} {
		h := plot.Spread{Name: name, Low: -1024, Width: 10}
		for b := range 130 {
			x := -1024 + 10*(float64(b)+0.5)
			g := func(mu, sd float64) float64 { return math.Exp(-(x - mu) * (x - mu) / (2 * sd * sd)) }
			h.Counts = append(h.Counts, math.Round(1e5*(g(-840+30*float64(s), 60)+0.12*g(-560, 150)+0.1*g(20, 50))))
		}
		d.Spread = append(d.Spread, h)
	}
	return d
}

func beforeAfter() plot.HistogramData {
	d := hu()
	d.Zones, d.Apart = nil, true
	after := d.Spread[1]
	after.Name, after.X, after.Low, after.Width = "after", "value of the model's input (σ)", -2.4, 0.037
	d.Spread[0].Name, d.Spread[0].X = "before", "HU"
	d.Spread[1] = after
	return d
}

func scores(n int) plot.GridData {
	d := plot.GridData{About: about(n), Rows: []string{"lungs", "infection"}, Columns: []string{"Dice", "sensitivity", "specificity"}}
	r := random(40)
	for row := range 2 {
		var line [][]float64
		for col := range 3 {
			var v []float64
			for range n {
				x := []float64{0.95, 0.96, 0.99, 0.73, 0.7, 0.985}[3*row+col] + []float64{0.02, 0.02, 0.004, 0.13, 0.16, 0.01}[3*row+col]*r.NormFloat64()
				v = append(v, math.Min(math.Max(x, 0), 1))
			}
			line = append(line, v)
		}
		d.Values = append(d.Values, line)
	}
	return d
}

func folds() plot.TableData {
	return plot.TableData{
		About: about(20), Name: "folds", Shows: "Median of the cases of each fold; the last rows are mean ± SD and median of the folds.",
		Columns: []string{"fold", "lungs\nDice", "lungs\nsens.", "lungs\nspec.", "infection\nDice", "infection\nsens.", "infection\nspec."},
		Rows: [][]string{
			{"1", "0.907", "0.913", "0.996", "0.556", "0.447", "1.000"},
			{"2", "0.977", "0.979", "0.998", "0.827", "0.827", "0.999"},
			{"3", "0.968", "0.967", "0.999", "0.801", "0.814", "0.999"},
			{"4", "0.972", "0.972", "0.998", "0.750", "0.737", "0.999"},
			{"5", "0.956", "0.949", "0.998", "0.829", "0.821", "0.999"},
		},
		Foot: [][]string{{"mean ± SD", "0.956 ± 0.03", "0.956 ± 0.03", "0.998 ± 0.00", "0.753 ± 0.11", "0.729 ± 0.16", "0.999 ± 0.00"}},
	}
}

func confusion() plot.ConfusionData {
	return plot.ConfusionData{
		About: about(20), What: "voxels", Labels: []string{"background", "left lung", "right lung", "infection"},
		Counts: [][]int64{{281345678, 210345, 243210, 35012}, {198034, 11234567, 1203, 98012}, {230112, 2301, 13345678, 120345}, {40123, 99012, 101234, 1456789}},
	}
}

// gallery is one of each figure, of n cases, with curves of so many steps.
func gallery(n, steps int) []plot.Figure {
	return []plot.Figure{
		plot.ROC(rocData(n, steps)), plot.PR(prData(n, steps)), plot.Calibration(calibrationData(n)),
		plot.BlandAltman(agreement(n, plot.Difference)), plot.BlandAltman(agreement(n, plot.Percent)), plot.BlandAltman(agreement(n, plot.Ratio)),
		plot.Scatter(scatterData(n)), plot.Boxes(boxesData(n, false)), plot.Boxes(boxesData(n, true)),
		plot.Confusion(confusion()), plot.Table(folds()), plot.Lines(areas()), plot.Histogram(hu()),
		plot.Lines(learning()), plot.BarChart(ablation()), plot.Fit(fit(n)), plot.ScoreGrid(scores(n)),
	}
}
