package cohort

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"testing"

	"opacity/app/metrics"
)

// columnOf reads a column of a table by its name.
func columnOf(t *testing.T, table []byte, name string) (out []string) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for n, head := range rows[0] {
		if head == name {
			for _, row := range rows[1:] {
				out = append(out, row[n])
			}
			return out
		}
	}
	t.Fatalf("there is no column %s in %v", name, rows[0])
	return nil
}

// The tables have the numbers of metrics.json.
func TestTablesOfTestsAndAgreement(t *testing.T) {
	var rows []Row
	for n := range 6 {
		for m, model := range []string{"one", "two"} {
			ref, pred := 100+10*float64(n), 100+12*float64(n*n)/float64(m+2)
			rows = append(rows, Row{Case: strconv.Itoa(n), Model: model, Label: "infection", Region: InBody, Values: map[string]metrics.Value{
				"dice": {X: 0.8 + 0.01*float64(n*(m+1)%5)}, "volume_ref_ml": {X: ref}, "volume_pred_ml": {X: pred},
			}})
		}
	}
	r := Report{Cases: rows, Agreement: Agree(rows), Tests: Compare(rows, Rules{})}
	more := Compare(rows, Rules{}, "avd_ml", "volume_ref_ml", "dice", "mcc")
	if len(more) != 3 || more[0].HolmFamily != 1 { // one is tested anyway, one describes, one is not there
		t.Errorf("%d tests of what was asked for", len(more))
	}
	for n := range rows {
		rows[n].Values["mcc"] = metrics.Value{X: float64(n*n%7) / 7}
	}
	if more = Compare(rows, Rules{}, "mcc"); len(more) != 6 || more[1].Metric != "mcc" || more[1].HolmFamily != 2 {
		t.Errorf("what was asked for is not tested with the rest: %+v", more)
	}
	var tests, agreement bytes.Buffer
	if err := r.WriteTests(&tests); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteAgreement(&agreement); err != nil {
		t.Fatal(err)
	}
	p := columnOf(t, tests.Bytes(), "p")
	if len(p) != len(r.Tests) || len(p) != 3 {
		t.Fatalf("%d tests", len(p))
	}
	for n, x := range p {
		if got, _ := strconv.ParseFloat(x, 64); got != float64(r.Tests[n].P) {
			t.Errorf("P %s, want %v", x, r.Tests[n].P)
		}
	}
	for key, of := range map[string]func(a Agreement) number{
		"bias": func(a Agreement) number { return a.BlandAltman.Bias.Value }, "upper_ci95_high": func(a Agreement) number { return a.BlandAltman.Upper.CI[1] },
		"ccc": func(a Agreement) number { return a.CCC.R }, "icc_2_1": func(a Agreement) number { return a.ICC[1].R }, "icc_3_k_p": func(a Agreement) number { return a.ICC[5].P },
		"ratio_upper":            func(a Agreement) number { return a.BlandAltman.Ratio.Upper.Value },
		"percentile_97.5":        func(a Agreement) number { return a.BlandAltman.Percentile.Upper.Value },
		"regression_upper_slope": func(a Agreement) number { return a.BlandAltman.Regression.Upper.Slope },
		"ccc_n_minus_1_ci95_low": func(a Agreement) number { return a.CCCSample.CI[0] },
		"percent_lower":          func(a Agreement) number { return a.BlandAltman.Percent.Lower.Value },
	} {
		got := columnOf(t, agreement.Bytes(), key)
		if len(got) != len(r.Agreement) {
			t.Fatalf("%d rows of %s", len(got), key)
		}
		for n, x := range got {
			if y, err := strconv.ParseFloat(x, 64); err != nil || y != float64(of(r.Agreement[n])) || math.IsNaN(y) {
				t.Errorf("%s %s, want %v", key, x, of(r.Agreement[n]))
			}
		}
	}
}

// What is subtracted from what stands in the row of the difference.
func TestDifferencesOfReadersSayTheirDirection(t *testing.T) {
	var x, y []float64
	for n := range 6 {
		x, y = append(x, float64(10*n+n*n%3)), append(y, float64(10*n+5+n%2))
	}
	a := PairAgreement{Kind: Inter, A: "ada", B: "ben", Agreement: agreement(Group{Label: "infection"}, VolumeML, x, y, nil)}
	var b bytes.Buffer
	if err := (ReadersReport{Agreement: []PairAgreement{a}}).WriteReliability(&b); err != nil {
		t.Fatal(err)
	}
	of, statistic, value := columnOf(t, b.Bytes(), "of"), columnOf(t, b.Bytes(), "statistic"), columnOf(t, b.Bytes(), "value")
	want := map[string]string{"bias": "ben - ada", "lower_limit": "ben - ada", "upper_limit": "ben - ada", "slope": "ben - ada", "ccc": "ada, ben"}
	for n, s := range statistic {
		if of[n] != want[s] {
			t.Errorf("%s of %q", s, of[n])
		}
		delete(want, s)
		if x, err := strconv.ParseFloat(value[n], 64); s == "bias" && (err != nil || x < 4) { // ben has more
			t.Errorf("bias %s", value[n])
		}
	}
	if len(want) > 0 {
		t.Errorf("no %v", want)
	}
}
