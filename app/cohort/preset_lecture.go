package cohort

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"opacity/app/stats"
	"opacity/app/text"
	"opacity/app/volume"
)

// ThirdsTables are the means that the lecture prints for base, middle and apex, a table a
// model and label. They rest on Options.InThirds.
func ThirdsTables(rows []Row) []Table {
	var out []Table
	for _, model := range Models(rows) {
		for _, label := range mainLabels(rows) {
			mine := of(rows, Group{model, label})
			t := Table{
				Name: named("lecture_thirds_"+label, model), N: len(mine), Columns: []string{"", "base", "middle", "apex"},
				Is: []text.Message{text.M("preset.thirds.is", label)}, Departs: []text.Message{text.M("preset.thirds.departs")},
			}
			key := "hd_mm"
			values := map[string][]float64{}
			parted := false
			for _, r := range mine {
				for _, third := range r.Thirds {
					parted = true
					dice := math.NaN()
					if v := third.value("dice"); v.Defined() {
						dice = v.X
					}
					values["dice "+third.Third] = append(values["dice "+third.Third], dice)
					if x, ok := third.Distances["hd_px"]; ok && !r.Values["hd_mm"].Defined() && r.Values["hd_mm"].Why == "no_spacing" {
						key = "hd_px"
						values["hd "+third.Third] = append(values["hd "+third.Third], float64(x))
					} else if x, ok := third.Distances["hd_mm"]; ok {
						values["hd "+third.Third] = append(values["hd "+third.Third], float64(x))
					}
				}
			}
			if !parted {
				t.Why = text.M("preset.thirds.no_lungs")
				out = append(out, t)
				continue
			}
			for _, m := range []struct{ name, title string }{{"dice", "Dice"}, {"hd", map[string]string{"hd_mm": "HD (mm)", "hd_px": "HD (voxels)"}[key]}} {
				line := []string{m.title}
				for _, third := range []string{"base", "middle", "apex"} {
					d := stats.Describe(values[m.name+" "+third])
					line = append(line, fixed(d.Mean, 4))
					t.Text += fmt.Sprintf("%s %s value== %s\n", m.name, third, plainFloat(d.Mean))
					if d.Undefined > 0 {
						t.Text += text.M("preset.thirds.undefined", d.Undefined).String() + "\n"
					}
				}
				t.Rows = append(t.Rows, line)
			}
			out = append(out, t)
		}
	}
	return out
}

// plainFloat writes a number as the documents' language does, with all its digits.
func plainFloat(x float64) string {
	if math.IsNaN(x) {
		return "nan"
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// AreaTables are the lecture's areas of all slices, as shares of the image, and the tests
// of them, a table of each by model and label. sizes is each case's voxels.
func AreaTables(rows []Row, sizes map[string]volume.Size) []Table {
	var out []Table
	for _, model := range Models(rows) {
		for _, label := range mainLabels(rows) {
			mine := of(rows, Group{model, label})
			t := Table{
				Name: named("lecture_areas_"+label, model), N: len(mine), Columns: []string{"case", "slice", "Gtarea", "Predictedarea"},
				Is: []text.Message{text.M("preset.areas.is", label)}, Departs: []text.Message{text.M("preset.areas.departs")},
			}
			var reference, prediction, meanReference, meanPrediction []float64
			for n, r := range mine {
				of := map[int]Slice{}
				last := sizes[r.Case][2]
				for _, s := range r.Slices {
					of[s.Number] = s
					last = max(last, s.Number)
				}
				a, b := 0.0, 0.0
				for k := 1; k <= last; k++ {
					s := of[k] // nothing of a slice that neither marks
					reference, prediction = append(reference, s.ReferenceShare), append(prediction, s.PredictionShare)
					a, b = a+s.ReferenceShare/float64(last), b+s.PredictionShare/float64(last)
					t.Rows = append(t.Rows, []string{strconv.Itoa(n + 1), strconv.Itoa(k), plainFloat(s.ReferenceShare), plainFloat(s.PredictionShare)})
				}
				if last > 0 {
					meanReference, meanPrediction = append(meanReference, a), append(meanPrediction, b)
				}
			}
			out = append(out, t, areaTests(named("lecture_ttest_"+label, model), label, len(mine),
				[2][]float64{reference, prediction}, [2][]float64{meanReference, meanPrediction}))
		}
	}
	return out
}

// areaTests is the paired t test of all slices, as the lecture has it, and beside it that of
// the cases' means.
func areaTests(name, label string, cases int, slices, means [2][]float64) Table {
	t := Table{
		Name: name, N: cases, Columns: []string{"t test of", "pairs", "mean\nGtarea", "mean\nPredictedarea", "t", "p"},
		Is: []text.Message{text.M("preset.ttest.is", label)}, Departs: []text.Message{text.M("preset.ttest.departs")},
	}
	for n, x := range [][2][]float64{slices, means} {
		test := stats.PairedT(x[1], x[0])
		line := []string{[]string{"slices, as in the lecture", "means of cases"}[n], strconv.Itoa(test.N)}
		for _, v := range []float64{stats.Describe(x[0]).Mean, stats.Describe(x[1]).Mean} {
			line = append(line, fixed(v, 5))
		}
		line = append(line, fixed(test.Statistic, 3), probability(test.P))
		t.Rows = append(t.Rows, line)
		if test.Why != "" {
			t.Departs = append(t.Departs, text.M("preset.ttest.none", line[0], strings.ReplaceAll(string(test.Why), "_", " ")))
		}
	}
	return t
}

// probability writes a P value; a tiny one is never written as 0.
func probability(p float64) string {
	switch {
	case math.IsNaN(p):
		return "n/a"
	case p < 0.0001:
		return "< 0.0001"
	}
	return fixed(p, 4)
}

// JaccardTables are the table of the Keras deck: the mean of the folds' mean Jaccard, and
// the SD of the folds, as 0.973±0.008.
func JaccardTables(rows []Row) []Table {
	var out []Table
	for _, model := range Models(rows) {
		mine := ofModel(rows, model)
		t := Table{
			Name: named("keras_folds", model), N: len(casesOf(InFolds(mine))), Columns: []string{"Segmentation"},
			Is: []text.Message{text.M("preset.keras.is")}, Departs: []text.Message{text.M("preset.keras.departs")},
		}
		line := []string{"Jaccard-Tanimoto"}
		for _, c := range columns(mine) {
			title := c.title
			if title == "COVID-19" {
				title = "Infection"
			}
			t.Columns = append(t.Columns, title+"\nValidation")
			by := map[string][]float64{}
			for _, r := range mine {
				for _, label := range c.labels {
					if r.Label == label && r.Fold != "" {
						by[r.Fold] = append(by[r.Fold], r.Value("jaccard"))
					}
				}
			}
			var means []float64
			for _, values := range by {
				means = append(means, stats.Describe(values).Mean)
			}
			if len(means) < 2 {
				t.Why = text.M("preset.no_folds")
			}
			line = append(line, plusMinus(stats.Describe(means)))
		}
		t.Rows = [][]string{line}
		out = append(out, t)
	}
	return out
}

// plusMinus writes mean and SD to the SD's first digit.
func plusMinus(d stats.Summary) string {
	if math.IsNaN(d.Mean) {
		return "n/a"
	}
	decimals := 3
	if d.SD > 0 {
		decimals = min(max(int(-math.Floor(math.Log10(d.SD))), 0), 6)
	}
	return strings.Join([]string{fixed(d.Mean, decimals), fixed(d.SD, decimals)}, "±")
}
