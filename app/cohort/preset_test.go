package cohort

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"opacity/app/metrics"
	"opacity/app/volume"
)

// scored is a row with values; specificity is that of the whole image, in thousandths.
func scored(name, label, fold string, values map[string]float64, specificity int64) Row {
	r := Row{Case: name, Label: label, Fold: fold, Values: map[string]metrics.Value{}, Counts: metrics.Counts{TP: 1, TN: specificity, FP: 1000 - specificity}}
	for key, x := range values {
		r.Values[key] = metrics.Value{X: x}
	}
	return r
}

func lines(t *testing.T, table Table) string {
	t.Helper()
	var b bytes.Buffer
	if err := table.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The folds of covid19.MIScnn give its table, to the digit. Each fold has three cases with
// its median in the middle; the lungs of a fold differ by as much either way.
func TestFoldTable_AsPrinted(t *testing.T) {
	printed := [][]float64{
		{0.907, 0.913, 0.995, 0.556, 0.447, 0.999},
		{0.977, 0.979, 0.998, 0.801, 0.875, 0.999},
		{0.952, 0.945, 0.999, 0.829, 0.796, 0.999},
		{0.979, 0.975, 0.999, 0.853, 0.836, 0.999},
		{0.967, 0.967, 0.999, 0.765, 0.697, 0.999},
	}
	var rows []Row
	for n, p := range printed {
		for k, off := range []float64{-0.1, 0, 0.01} {
			name, fold := fmt.Sprint(n, k), fmt.Sprint(n+1)
			for _, side := range []struct {
				label string
				by    float64
			}{{leftLung, 0.005}, {rightLung, -0.005}} {
				rows = append(rows, scored(name, side.label, fold, map[string]float64{"dice": p[0] + side.by + off, "sensitivity": p[1] + side.by + off, "specificity": 0.1}, int64(1000*p[2]+0.5)))
			}
			rows = append(rows, scored(name, lungs, fold, map[string]float64{"dice": 0}, 0),
				scored(name, infection, fold, map[string]float64{"dice": p[3] + off, "sensitivity": p[4] + off, "specificity": 0.1}, int64(1000*p[5]+0.5)))
		}
	}
	tables := FoldTables(rows)
	want := `Fold,Lungs DSC,Lungs Sens.,Lungs Spec.,COVID-19 DSC,COVID-19 Sens.,COVID-19 Spec.
1,0.907,0.913,0.995,0.556,0.447,0.999
2,0.977,0.979,0.998,0.801,0.875,0.999
3,0.952,0.945,0.999,0.829,0.796,0.999
4,0.979,0.975,0.999,0.853,0.836,0.999
5,0.967,0.967,0.999,0.765,0.697,0.999
AVG,0.956,0.956,0.998,0.761,0.730,0.999
`
	if got := lines(t, tables[0]); got != want {
		t.Errorf("got\n%s", got)
	}
	if rows[0].Value("specificity") != 0.1 {
		t.Error("the rows were changed")
	}
	for n := range rows {
		rows[n].Fold = ""
	}
	if table := FoldTables(rows)[0]; table.Why.IsZero() {
		t.Error("a table of folds without folds")
	}
}

// The four subjects of the report give its means (its Tables 3 and 4).
func TestSubjectTable_AsPrinted(t *testing.T) {
	sizes := map[string]volume.Size{}
	var rows []Row
	for n, s := range []struct {
		size                  volume.Size
		dice, sensitivity, io float64
	}{
		{volume.Size{512, 512, 301}, 0.8304, 0.7693, 0.71},
		{volume.Size{512, 512, 256}, 0.6566, 0.5722, 0.4888},
		{volume.Size{630, 401, 110}, 0.7074, 0.5898, 0.5472},
		{volume.Size{630, 630, 93}, 0.8564, 0.8436, 0.7488},
	} {
		name := fmt.Sprint("case", n)
		sizes[name] = s.size
		rows = append(rows, scored(name, lungs, "", nil, 0), scored(name, infection, "", map[string]float64{"dice": s.dice, "sensitivity": s.sensitivity, "jaccard": s.io}, 0))
	}
	tables := SubjectTables(rows, sizes)
	want := `Subject,Resolution,Dice Score,Sensitivity,IoU
A,"(512, 512, 301)",83.04%,76.93%,71.00%
B,"(512, 512, 256)",65.66%,57.22%,48.88%
C,"(630, 401, 110)",70.74%,58.98%,54.72%
D,"(630, 630, 93)",85.64%,84.36%,74.88%
Mean,,76.27%,69.37%,62.37%
`
	// The report prints 69.38 %, from values with more digits than its table has: they
	// average to 69.3725 %.
	if got := lines(t, tables[0]); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := lines(t, tables[1]); got != "Model,Dice Score,IoU,Sensitivity,Precision\nPrediction,76.27%,62.37%,69.37%,n/a\n" {
		t.Errorf("got\n%s", got)
	}
	if a, b := letters(25), letters(26); a != "Z" || b != "AA" {
		t.Errorf("%s, %s", a, b)
	}
}

// The shapes of the data set give the means and medians that the reproduction prints.
func TestExploreTable_AsPrinted(t *testing.T) {
	var found []Explored
	for n, z := range []int{301, 200, 200, 270, 290, 213, 249, 301, 256, 301, 39, 418, 110, 66, 42, 42, 45, 93, 39, 45} {
		e := Explored{Case: fmt.Sprint("case", n), Size: volume.Size{512, 512, z}, Min: -1021, Max: 2996, Shares: map[string]float64{Background: 0.9, "lung_L": 0.04, "lung_R": 0.05, "infection": 0.01}}
		switch {
		case n == 12:
			e.Size[0], e.Size[1] = 630, 401
		case n >= 10:
			e.Size[0], e.Size[1] = 630, 630
		}
		found = append(found, e)
	}
	table := ExploreTable(found)
	for _, want := range []string{
		"X-Axes Mean: 571.0\nX-Axes Median: 571.0\nY-Axes Mean: 559.55\nY-Axes Median: 512.0\nZ-Axes Mean: 176.0\nZ-Axes Median: 200.0\n",
		"background      0.900000\nlung_L          0.040000\nlung_R          0.050000\ninfection       0.010000\n",
	} {
		if !strings.Contains(table.Text, want) {
			t.Errorf("%q lacks %q", table.Text, want)
		}
	}
	if got := strings.Join(table.Rows[0], " "); got != "case0 (512, 512, 301, 1) -1021 2996" {
		t.Error(got)
	}
}

func TestExplore(t *testing.T) {
	d := newDisk(t)
	image := grid(func(i, _, _ int) int16 { return int16(i) - 3 })
	c := Case{Name: "a", Reference: d.put(t, "r.nii", chest(2, 1, 3)), Image: d.put(t, "i.nii", image)}
	e, err := Options{Load: d.load}.Explore(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	// Of 384 voxels the lungs have 6 x 4 x 4, of which the right one gives 4 x 3 to the finding.
	want := map[string]float64{"lung_L": 96, "lung_R": 84, "infection": 12, Background: 192}
	for class, voxels := range want {
		if math.Abs(e.Shares[class]-voxels/384) > 1e-12 {
			t.Errorf("%s: %v", class, e.Shares[class]*384)
		}
	}
	if e.Min != -3 || e.Max != 12 || e.Size != (volume.Size{16, 6, 4}) {
		t.Errorf("%+v", e)
	}
	c.Image = ""
	if _, err := (Options{Load: d.load}).Explore(context.Background(), c); err == nil {
		t.Error("values of no image")
	}
}

func TestAreaTables(t *testing.T) {
	rows := []Row{
		{Case: "a", Label: infection, Slices: []Slice{{Number: 1, ReferenceShare: 0.1, PredictionShare: 0.2}, {Number: 3, ReferenceShare: 0.3, PredictionShare: 0.3}}},
		{Case: "b", Label: infection, Slices: []Slice{{Number: 2, ReferenceShare: 0.2, PredictionShare: 0.5}}},
	}
	tables := AreaTables(rows, map[string]volume.Size{"a": {4, 4, 4}, "b": {4, 4, 2}})
	if got := lines(t, tables[0]); got != "case,slice,Gtarea,Predictedarea\n1,1,0.1,0.2\n1,2,0,0\n1,3,0.3,0.3\n1,4,0,0\n2,1,0,0\n2,2,0.2,0.5\n" {
		t.Errorf("got\n%s", got)
	}
	// Differences 0.1, 0, 0, 0, 0, 0.3 of slices (SciPy: t 1.348400, P 0.235389), 0.025 and
	// 0.15 of cases (t 1.4, P 0.394863).
	want := [][]string{{"slices, as in the lecture", "6", "0.10000", "0.16667", "1.348", "0.2354"}, {"means of cases", "2", "0.10000", "0.18750", "1.400", "0.3949"}}
	for n, w := range want {
		if !slices.Equal(tables[1].Rows[n], w) {
			t.Errorf("%v, want %v", tables[1].Rows[n], w)
		}
	}
}

func TestThirdsTables(t *testing.T) {
	d := newDisk(t)
	tall := func(shift int) *volume.Volume { // lungs of nine slices, a finding on each
		g, src := volume.Canonical(volume.Size{16, 6, 9}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}})
		v := &volume.Volume{Geometry: g, Source: src, Int16: make([]int16, g.Size.Voxels())}
		fill(v, func(i, j, k int) int16 {
			by := 0
			if k >= 6 {
				by = shift
			}
			switch {
			case j < 1 || j > 4:
				return 0
			case i >= 2+by && i < 4+by:
				return 3
			case i >= 1 && i < 7:
				return 2
			case i >= 9 && i < 15:
				return 1
			}
			return 0
		})
		return v
	}
	r := measured(t, d, Options{InThirds: []string{"hd_mm", "hd_px"}}, Case{Name: "a", Reference: d.put(t, "r.nii", tall(0)), Prediction: d.put(t, "p.nii", tall(1))})
	table := ThirdsTables(r.Rows)[0]
	if got := lines(t, table); got != ",base,middle,apex\nDice,1.0000,1.0000,0.5000\nHD (mm),0.0000,0.0000,1.0000\n" {
		t.Errorf("got\n%s", got)
	}
	if !strings.Contains(table.Text, "dice base value== 1\n") || !strings.Contains(table.Text, "hd apex value== 1\n") {
		t.Error(table.Text)
	}
	none := measured(t, d, Options{}, Case{Name: "a", Reference: d.put(t, "r1.nii", plain(1)), Prediction: d.put(t, "p1.nii", plain(1))})
	if table := ThirdsTables(none.Rows)[0]; table.Why.IsZero() {
		t.Error("thirds without lungs")
	}
}

func TestJaccardTables(t *testing.T) {
	var rows []Row
	for n, x := range []float64{0.72, 0.76, 0.74} {
		rows = append(rows, scored(fmt.Sprint(n), infection, fmt.Sprint(n), map[string]float64{"jaccard": x}, 0))
	}
	if got := lines(t, JaccardTables(rows)[0]); got != "Segmentation,Infection Validation\nJaccard-Tanimoto,0.74±0.02\n" {
		t.Errorf("got\n%s", got)
	}
}
