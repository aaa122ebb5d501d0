package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/cohort"
	"opacity/app/metrics/catalogue"
	"opacity/app/safefile"
	"opacity/app/stats"
)

// evaluationFiles are what `evaluate` writes besides the figures and the cases that a
// later run goes on from.
var evaluationFiles = []string{"metrics.json", "metrics.csv", "summary.csv", "slices.csv", "thirds.csv", "folds.csv", "zones.csv", "density.csv", "histogram.csv", "outcome.csv", "outcome_tests.csv", "tests.csv", "agreement.csv", "calibration.csv", "lobes.csv"}

// writeEvaluation puts the results into the folder and returns their paths.
func (c *cli) writeEvaluation(f evaluateFlags, r cohort.Report) ([]string, error) {
	writers := []func(io.Writer) error{
		r.WriteJSON, r.WriteMetrics, r.WriteSummary, r.WriteSlices, r.WriteThirds, r.WriteFolds, r.WriteZones, r.WriteDensity, r.WriteHistogram, r.WriteOutcome, r.WriteOutcomeTests, r.WriteTests, r.WriteAgreement, r.WriteCalibration, r.WriteLobes,
	}
	empty := map[string]bool{
		"thirds.csv": !r.HasThirds(), "folds.csv": len(r.Folds) == 0, "zones.csv": len(r.Severity) == 0, "density.csv": !r.HasHU(), "histogram.csv": !r.HasHU(),
		"outcome.csv": r.Outcome == nil, "outcome_tests.csv": r.Outcome == nil || len(r.Outcome.Tests) == 0,
	}
	empty["tests.csv"], empty["agreement.csv"] = len(r.Tests) == 0, len(r.Agreement) == 0
	empty["calibration.csv"] = len(r.Calibrated) == 0
	empty["lobes.csv"] = len(r.Lobar) == 0
	var files []string
	for n, name := range evaluationFiles {
		path := filepath.Join(f.out, name)
		if empty[name] {
			if err := f.clear(path); err != nil {
				return files, err
			}
			continue
		}
		if err := safefile.Write(path, f.force, writers[n]); err != nil {
			return files, err
		}
		files = append(files, path)
	}
	return files, nil
}

// clear removes a file that an earlier run wrote and this one does not, under --force.
func (f evaluateFlags) clear(path string) error {
	if !f.force {
		return nil // nothing is there: see ready
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return safefile.Explain(path, err)
	}
	return nil
}

// clearFolder is clear of the files of a folder that are evaluate's by their names, and
// of the folder where nothing else is in it.
func (f evaluateFlags) clearFolder(folder string, ours func(name string) bool) error {
	if !f.force {
		return nil
	}
	names, err := safefile.Names(folder)
	if err != nil {
		return err
	}
	for _, name := range names {
		if ours(name) {
			if err := f.clear(filepath.Join(folder, name)); err != nil {
				return err
			}
		}
	}
	_ = os.Remove(folder)
	return nil
}

// printed are the metrics that are told on stdout; all are in the files.
var printed = []string{"dice", "nsd", "hd95_mm", "hd95_px", "assd_mm", "assd_px", "avd_ml", "sensitivity", "precision", "specificity", "accuracy", "auc"}

// printEvaluation tells the main figures: of one case as they are, of several their
// summary.
func (c *cli) printEvaluation(r cohort.Report, files []string, f evaluateFlags) error {
	if f.printed {
		return r.WriteJSON(c.out)
	}
	said := ""
	told := map[string]bool{}
	for _, row := range r.Cases { // labels in order, each once
		key := row.Model + "\x00" + row.Label
		if told[key] {
			continue
		}
		told[key] = true
		title := row.Label
		if row.Model != "" {
			title = row.Model + ": " + row.Label
		}
		said += title + "\n"
		for _, s := range r.Summary {
			if s.Model == row.Model && s.Label == row.Label {
				said += c.summaryLine(s, r, f.metrics)
			}
		}
		said += c.agreementLine(r, row.Model, row.Label)
	}
	said += c.testedLines(r, f.metrics) + c.outcomeLines(r.Outcome) + c.severityLines(r) + c.lobarLines(r)
	for _, path := range files {
		said += path + "\n"
	}
	_, err := io.WriteString(c.out, ascii(said))
	return err
}

// summaryLine tells a metric of a label, where it is one that is told or was asked for.
func (c *cli) summaryLine(s cohort.Summary, r cohort.Report, asked []string) string {
	for _, key := range slices.Concat(printed, asked) {
		if key != s.Metric {
			continue
		}
		line := "  " + fmt.Sprintf("%-12s", key) + " "
		switch {
		case s.N == 0:
			line += c.table.T("cmd.evaluate.none", s.NUndefined) + c.missed(s)
		case s.N+s.NUndefined == 1:
			line += fmt.Sprintf("%.4f", float64(s.Mean))
		default:
			line += c.table.T("cmd.evaluate.line", float64(s.Mean), float64(s.SD), float64(s.Median), float64(s.IQR), s.N)
			if s.NUndefined > 0 {
				line += ", " + c.table.T("cmd.evaluate.undefined", s.NUndefined)
			}
			line += c.missed(s)
		}
		if e, _ := catalogue.Find(key); e.InRegion() {
			line += " (" + c.table.Format(r.RegionOf(s.Model, s.Label).Sentence()) + ")"
		}
		if mm, ok := r.Provenance.ToleranceMM[s.Label]; ok && strings.HasPrefix(key, "nsd") {
			line += " (" + c.table.T("cmd.evaluate.within", mm) + ")"
		}
		return line + "\n"
	}
	return ""
}

// severityLines tell the mean score by six zones of each model.
func (c *cli) severityLines(r cohort.Report) (said string) {
	var models []string
	for _, s := range r.Severity {
		if slices.Contains(models, s.Model) {
			continue
		}
		models = append(models, s.Model)
		var reference, prediction []float64
		for _, o := range r.Severity {
			if o.Model == s.Model {
				reference, prediction = append(reference, float64(o.Reference.Score)), append(prediction, float64(o.Prediction.Score))
			}
		}
		a, b := stats.Describe(reference), stats.Describe(prediction)
		if s.Model != "" {
			said += s.Model + ": "
		}
		said += c.table.T("drawn.severity", a.Mean, a.N, b.Mean, b.N) + "\n"
	}
	return said
}

// lobarLines tell the mean lobar score of each model.
func (c *cli) lobarLines(r cohort.Report) (said string) {
	for _, model := range cohort.Models(r.Cases) {
		var reference, prediction []float64
		for _, s := range r.Lobar {
			if s.Model == model {
				reference, prediction = append(reference, float64(s.Reference.Score)), append(prediction, float64(s.Prediction.Score))
			}
		}
		if len(reference) == 0 {
			continue
		}
		a, b := stats.Describe(reference), stats.Describe(prediction)
		if model != "" {
			said += model + ": "
		}
		said += c.table.T("cmd.evaluate.lobar", a.Mean, a.N, b.Mean, b.N) + "\n"
	}
	return said
}

// unevaluated lists the cases that could not be compared: one alone fails as itself.
func (c *cli) unevaluated(failed []cohort.Failure, done int) error {
	switch {
	case len(failed) == 0:
		return nil
	case len(failed) == 1 && done == 0:
		return failed[0].Err
	}
	for _, f := range failed {
		_, sentence := app.Explain(f.Err)
		fmt.Fprintf(c.errs, "%s: %s\n", f.Case, sentence)
	}
	return app.Fail(nil, "cmd.evaluate.failed", len(failed), len(failed)+done)
}
