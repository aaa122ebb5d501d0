package main

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"opacity/app/cohort"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/app/traininglog"
)

// The area of each score is told with its interval, or with why there is none, and drawn
// with a curve for each model.
func TestOutcomesAreToldAndDrawn(t *testing.T) {
	outcomes := cohort.Outcomes{Positive: map[string]bool{}}
	var rows []cohort.Row
	for n, name := range strings.Split("abcdefgh", "") {
		outcomes.Positive[name] = n < 4
		for m, model := range []string{"sure", "unsure"} {
			rows = append(rows, cohort.Row{Case: name, Model: model, Label: "infection", Values: map[string]metrics.Value{
				"volume_ref_ml": {X: float64((3 * n) % 8)}, "volume_pred_ml": {X: float64(20 - n - m*(n%3)*3)},
			}})
		}
	}
	o, err := cohort.Foretell(rows, outcomes)
	if err != nil {
		t.Fatal(err)
	}
	c := &cli{table: text.English()}
	said := c.outcomeLines(o)
	for _, want := range []string{
		"volume of infection, sure: AUC of the outcome 1.0000 (no interval: it cannot be estimated", "volume of infection, unsure: AUC of the outcome 0.", "(95 % ", "n 4 with it and 4 without",
		"volume of infection, sure against unsure: difference of the AUC",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	files := map[string][]byte{}
	e := &easel{cli: c, r: cohort.Report{Cases: rows, Outcome: o}, kind: "roc_outcome", put: func(name string, write func(io.Writer) error) error {
		var b bytes.Buffer
		err := write(&b)
		files[name] = b.Bytes()
		return err
	}}
	e.dpi = 72
	if why, err := e.rocOutcome(); err != nil || !why.IsZero() {
		t.Fatal(why, err)
	}
	caption, points := string(files["roc_outcome_infection.txt"]), string(files["roc_outcome_infection.csv"])
	if !strings.Contains(caption, "n = 8 cases") || !strings.Contains(caption, "The AUC of sure, infection has no interval") {
		t.Error(caption)
	}
	for _, model := range []string{"reference", "sure", "unsure"} {
		if strings.Count(points, "\""+model+", infection\"") < 3 {
			t.Errorf("%s is not among the points:\n%s", model, points)
		}
	}
	for n := range o.Scores {
		o.Scores[n].Curve = nil // one class alone
	}
	if why, err := e.rocOutcome(); err != nil || why.IsZero() {
		t.Error("nothing to draw is not told", err)
	}
}

// What there is no number of is told in words.
func TestReasonsAreTold(t *testing.T) {
	c := &cli{table: text.English()}
	for _, key := range c.table.Keys() {
		if why, is := strings.CutPrefix(key, "evaluate.why."); is && strings.Contains(c.table.T(key), "_") {
			t.Errorf("%s: %s", why, c.table.T(key))
		}
	}
	rows := slices.Concat(oneCase("x", 0.8), oneCase("y", 0.7))
	said := c.testedLines(cohort.Report{Tests: cohort.Compare(rows, cohort.Rules{})}, nil)
	if !strings.Contains(said, "paired t P none (too few cases), Wilcoxon P none (too few cases), n 1 and 1") {
		t.Error(said)
	}
	for n := range 3 {
		more := slices.Concat(oneCase("x", 0.8+0.01*float64(n)), oneCase("y", 0.7-0.02*float64(n*n)))
		for i := range more {
			more[i].Case = string(rune('b' + n))
		}
		rows = append(rows, more...)
	}
	said = c.testedLines(cohort.Report{Tests: cohort.Compare(rows, cohort.Rules{})}, nil)
	if !strings.Contains(said, "Wilcoxon P 0.125 (Holm 0.125; of 4 cases that differ it is never below 0.125), n 4 and 4") {
		t.Error(said)
	}
}

func oneCase(model string, dice float64) []cohort.Row {
	return []cohort.Row{{Case: "a", Model: model, Label: "infection", Values: map[string]metrics.Value{"dice": {X: dice}}}}
}

// What a box does not show of a model is said of that model, and names of files are not
// doubled.
func TestWhatFiguresLeaveOut(t *testing.T) {
	e := &easel{cli: &cli{table: text.English()}, r: cohort.Report{Summary: []cohort.Summary{
		{Model: "one", Label: "infection", Metric: "hd95_mm", N: 12}, {Model: "two", Label: "infection", Metric: "hd95_mm", N: 10, NMissed: 1, NFalseAlarm: 1},
	}}}
	said := e.unfound("hd95_mm")
	if len(said) != 1 || !strings.Contains(said[0], "Of two, infection") || !strings.Contains(said[0], "1 missed, 1 false alarm") {
		t.Error(said)
	}
	e.identity = true
	for name, want := range map[string]string{"case_00": "case_00_m", "smith": "case_smith_m"} {
		if got := strings.Join(e.place("m", name), "_"); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestLogsAreNamed(t *testing.T) {
	captions := map[string]string{}
	e := &easel{cli: &cli{table: text.English()}, put: func(name string, write func(io.Writer) error) error {
		var b bytes.Buffer
		err := write(&b)
		captions[name] = b.String()
		return err
	}}
	e.dpi, e.figureFlags.logs = 72, []string{"folder/log.csv"}
	for _, name := range []string{"loss", "dice"} {
		c := traininglog.Curve{Name: name, X: "epoch"}
		for n := range 6 {
			c.Points = append(c.Points, traininglog.Point{X: float64(n), Y: 1 / float64(n+2)})
		}
		e.logs = append(e.logs, c)
	}
	e.kind = "learning"
	if why, err := e.learning(); err != nil || !why.IsZero() || !strings.Contains(captions["learning_loss.txt"], "From log.csv, n = 6 values.") {
		t.Error(why, err, captions["learning_loss.txt"])
	}
	e.kind = "fitting_curve"
	if why, err := e.fittingCurve(); err != nil || !why.IsZero() || !strings.Contains(captions["fitting_curve_dice.txt"], "6 points of one curve, from log.csv.") {
		t.Error(why, err, captions["fitting_curve_dice.txt"])
	}
}
