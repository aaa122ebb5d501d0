package cohort

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/metrics"
)

func outcomesFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "outcome.csv")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOutcomesThatCannotBeRead(t *testing.T) {
	for _, tt := range []struct{ name, text, said string }{
		{"no column", "case,fold\na,1\n", "outcome"},
		{"neither 1 nor 0", "case,outcome\na,dead\n", `"dead"`},
		{"two outcomes", "case,outcome\na,1\na,0\n", "two outcomes"},
		{"two scores", "case,outcome,score\na,1,2\na,1,3\n", "two outcomes, or two scores"},
		{"a score that is none", "case,outcome,score\na,1,NaN\n", `"NaN"`},
	} {
		if _, err := ReadOutcomes(outcomesFile(t, tt.text)); err == nil || !strings.Contains(err.Error(), tt.said) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// Volumes of two models beside six outcomes, one case without; areas counted by hand:
// of nine pairs the reference has 8 in order, x 9, y 4.5.
func TestForetell(t *testing.T) {
	volumes := map[string][3]float64{ // reference, x, y
		"a": {9, 9, 1}, "b": {8, 8, 1}, "c": {4, 7, 1}, "d": {5, 3, 1}, "e": {2, 2, 1}, "f": {1, 1, 1}, "g": {50, 50, 50},
	}
	var rows []Row
	for m, model := range []string{"x", "y"} {
		for _, name := range strings.Split("abcdefg", "") {
			v := volumes[name]
			rows = append(rows, Row{Case: name, Model: model, Label: infection, Values: map[string]metrics.Value{
				"volume_ref_ml": {X: v[0]}, "volume_pred_ml": {X: v[m+1]},
			}})
		}
	}
	o, err := ReadOutcomes(outcomesFile(t, "case,outcome,score\na,1,.9\nb,1,.8\nc,1,.1\nd,0,.2\ne,0,.3\nf,0,\ng,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Foretell(rows, o)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, s := range got.Scores {
		said = append(said, fmt.Sprintf("%s %s %s %d+%d-%d %.4f", s.Label, s.Score, s.Of, s.Positive, s.Negative, s.Without, float64(s.AUC)))
	}
	want := []string{
		"infection volume_ml reference 3+3-1 0.8889", "infection volume_ml x 3+3-1 1.0000", "infection volume_ml y 3+3-1 0.5000", " score score 3+2-2 0.6667",
	}
	if strings.Join(said, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", said)
	}
	if len(got.Tests) != 3 {
		t.Fatalf("%+v", got.Tests)
	}
	for _, test := range got.Tests {
		if test.A == "reference" && test.B == "x" && (test.N != 6 || math.Abs(float64(test.Difference)+1./9) > 1e-12 || test.PHolm < test.P) {
			t.Errorf("%+v", test)
		}
	}
	if _, err := Foretell(rows, Outcomes{}); err == nil {
		t.Error("no outcome of any case is not refused")
	}
}
