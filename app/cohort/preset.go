package cohort

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"opacity/app/csvfile"
	"opacity/app/metrics/catalogue"
	"opacity/app/stats"
	"opacity/app/text"
	"opacity/app/volume"
)

// Table is a table as a document printed it: its columns, their order and its rounding.
type Table struct {
	Name    string // of the files
	Columns []string
	Rows    [][]string
	Foot    [][]string     // under a line of their own: means
	Text    string         // what is printed in place of a table, or under it
	N       int            // cases
	Names   bool           // the first column names cases
	Is      []text.Message // what stands in it
	Departs []text.Message // where what the document did departs from what is sound
	Why     text.Message   // why it could not be made
}

// Caption is all that is said under a table.
func (t Table) Caption() []text.Message { return slices.Concat(t.Is, t.Departs) }

// WriteCSV writes the columns and rows.
func (t Table) WriteCSV(w io.Writer) error {
	return csvfile.Write(w, slices.Concat([][]string{t.flat()}, t.Rows, t.Foot))
}

// flat is the columns in one line each.
func (t Table) flat() []string {
	out := slices.Clone(t.Columns)
	for n, c := range out {
		out[n] = strings.ReplaceAll(c, "\n", " ")
	}
	return out
}

// WriteText writes the table as printed.
func (t Table) WriteText(w io.Writer) error {
	lines := slices.Concat([][]string{t.flat()}, t.Rows, t.Foot)
	widths := make([]int, len(t.Columns))
	for _, l := range lines {
		for n, c := range l {
			widths[n] = max(widths[n], len([]rune(c)))
		}
	}
	var b strings.Builder
	for _, l := range lines {
		line := ""
		for n, c := range l {
			pad := strings.Repeat(" ", widths[n]-len([]rune(c)))
			if n == 0 {
				line += c + pad
			} else {
				line += "  " + pad + c
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	if t.Text != "" {
		b.WriteString("\n" + t.Text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// named is a table's name with the model, where there are several.
func named(name, model string) string {
	if model == "" {
		return name
	}
	return name + "_" + model
}

// Models are the models of the rows, in order; "" is one without a name.
func Models(rows []Row) []string {
	var out []string
	for _, r := range rows {
		if !slices.Contains(out, r.Model) {
			out = append(out, r.Model)
		}
	}
	return out
}

func casesOf(rows []Row) []string {
	var out []string
	for _, r := range rows {
		if !slices.Contains(out, r.Case) {
			out = append(out, r.Case)
		}
	}
	return out
}

// ofModel are the rows of a model.
func ofModel(rows []Row, model string) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Model != model })
}

// column is what a table has a column, or several, of: labels whose values are averaged.
type column struct {
	title  string
	labels []string
}

// columns are the lungs, both sides averaged where they are told apart, and the infection;
// of other labels each by itself.
func columns(rows []Row) []column {
	var there []string
	for _, r := range rows {
		if !slices.Contains(there, r.Label) {
			there = append(there, r.Label)
		}
	}
	var out []column
	used := map[string]bool{}
	for _, sides := range [][2]string{{leftLung, rightLung}, {"lung_L", "lung_R"}} {
		if slices.Contains(there, sides[0]) && slices.Contains(there, sides[1]) {
			out = append(out, column{"Lungs", sides[:]})
			used[sides[0]], used[sides[1]], used[lungs] = true, true, true
			break
		}
	}
	for _, label := range there {
		title := map[string]string{lungs: "Lungs", infection: "COVID-19"}[label]
		if title == "" {
			title = label
		}
		if !used[label] {
			out = append(out, column{title, []string{label}})
		}
	}
	return out
}

// wholeGrid gives rows the specificity of the whole image, as the documents have it.
func wholeGrid(rows []Row) []Row {
	e, _ := catalogue.Find("specificity")
	out := slices.Clone(rows)
	for n, r := range out {
		v, _ := e.Of(catalogue.Pair{Counts: r.Counts, InRegion: r.Counts, Grid: catalogue.Grid{Unknown: true}})
		out[n].Values = maps.Clone(r.Values)
		out[n].Values["specificity"] = v
	}
	return out
}

// fixed writes a number with so many decimals; none for what is not defined.
func fixed(x float64, decimals int) string {
	if math.IsNaN(x) {
		return "n/a"
	}
	return fmt.Sprintf("%.*f", decimals, x)
}

// FoldTables are the table of covid19.MIScnn (Müller and others 2020): the median of each
// fold's cases, and the mean of the folds.
func FoldTables(rows []Row) []Table {
	var out []Table
	for _, model := range Models(rows) {
		mine := wholeGrid(ofModel(rows, model))
		t := Table{Name: named("miscnn_folds", model), N: len(casesOf(InFolds(mine))), Columns: []string{"Fold"}}
		folds := ByFold(mine)
		if len(folds) == 0 {
			t.Why = text.M("preset.no_folds")
			out = append(out, t)
			continue
		}
		var names []string
		for _, f := range folds {
			if !slices.Contains(names, f.Fold) {
				names = append(names, f.Fold)
			}
		}
		values := make(map[string][]float64, len(names))
		for _, c := range columns(mine) {
			for _, m := range []struct{ key, title string }{{"dice", "DSC"}, {"sensitivity", "Sens."}, {"specificity", "Spec."}} {
				t.Columns = append(t.Columns, c.title+"\n"+m.title)
				for _, name := range names {
					var of []float64
					for _, f := range folds {
						if f.Fold == name && f.Metric == m.key && slices.Contains(c.labels, f.Label) {
							of = append(of, float64(f.Median))
						}
					}
					values[name] = append(values[name], stats.Describe(of).Mean)
				}
			}
		}
		for _, name := range names {
			line := []string{name}
			for _, x := range values[name] {
				line = append(line, fixed(x, 3))
			}
			if name == MeanOfFolds {
				line[0] = "AVG"
				t.Foot = append(t.Foot, line)
			} else {
				t.Rows = append(t.Rows, line)
			}
		}
		t.Is = []text.Message{text.M("preset.miscnn.is")}
		t.Departs = []text.Message{text.M("preset.miscnn.departs")}
		out = append(out, t)
	}
	return out
}

// percents writes a share as the document does.
func percents(x float64) string {
	if math.IsNaN(x) {
		return "n/a"
	}
	return fixed(100*x, 2) + "%"
}

// SubjectTables are the table by subject of the report on FV, PASPP and deep supervision
// (Lin and Huang), a label each, and that of its means by model. sizes is each case's
// voxels.
func SubjectTables(rows []Row, sizes map[string]volume.Size) []Table {
	var out []Table
	for _, label := range mainLabels(rows) {
		means := Table{
			Name: "fv_paspp_models_" + label, N: len(casesOf(rows)), Columns: []string{"Model", "Dice Score", "IoU", "Sensitivity", "Precision"},
			Is: []text.Message{text.M("preset.fv.models", label)}, Departs: []text.Message{text.M("preset.fv.departs")},
		}
		for _, model := range Models(rows) {
			mine := of(rows, Group{model, label})
			t := Table{
				Name: named("fv_paspp_subjects_"+label, model), N: len(mine), Columns: []string{"Subject", "Resolution", "Dice Score", "Sensitivity", "IoU"},
				Is: []text.Message{text.M("preset.fv.is", label)}, Departs: []text.Message{text.M("preset.fv.departs")},
			}
			for n, r := range mine {
				size := "n/a"
				if s, ok := sizes[r.Case]; ok {
					size = fmt.Sprintf("(%d, %d, %d)", s[0], s[1], s[2])
				}
				t.Rows = append(t.Rows, []string{letters(n), size, percents(r.Value("dice")), percents(r.Value("sensitivity")), percents(r.Value("jaccard"))})
			}
			mean := func(key string) string {
				var values []float64
				for _, r := range mine {
					values = append(values, r.Value(key))
				}
				return percents(stats.Describe(values).Mean)
			}
			t.Foot = [][]string{{"Mean", "", mean("dice"), mean("sensitivity"), mean("jaccard")}}
			out = append(out, t)
			title := model
			if title == "" {
				title = "Prediction"
			}
			means.Rows = append(means.Rows, []string{title, mean("dice"), mean("jaccard"), mean("sensitivity"), mean("precision")})
		}
		out = append(out, means)
	}
	return out
}

// letters numbers subjects A to Z, AA and so on.
func letters(n int) string {
	if n < 26 {
		return string(rune('A' + n))
	}
	return letters(n/26-1) + letters(n%26)
}

// mainLabels is the infection where some reference has one, else every label.
func mainLabels(rows []Row) []string {
	var out []string
	for _, r := range rows {
		if r.Label == infection && r.Counts.Reference() > 0 {
			return []string{infection}
		}
		if !slices.Contains(out, r.Label) {
			out = append(out, r.Label)
		}
	}
	return out
}
