package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"opacity/app"
	"opacity/app/cohort"
	"opacity/app/metrics/catalogue"
	"opacity/app/stats"
	"opacity/app/text"
)

// addOutcome adds the flags of outcomes, of values that are not defined and of thirds.
func (f *evaluateFlags) addOutcome(flags *pflag.FlagSet, t text.Table) {
	flags.StringVar(&f.outcome, "outcome", "", t.T("cmd.evaluate.outcome"))
	flags.StringVar(&f.rules.BothEmpty, "both-empty", "", t.T("cmd.evaluate.both_empty"))
	flags.StringVar(&f.rules.Penalty, "penalty", "", t.T("cmd.evaluate.penalty"))
	flags.StringVar(&f.agreement, "agreement", string(stats.Difference), t.T("cmd.evaluate.agreement", strings.Join(formNames(), ", ")))
	flags.StringArrayVar(&f.inSlices, "in-slices", nil, t.T("cmd.evaluate.in_slices"))
	flags.StringArrayVar(&f.inThirds, "in-thirds", nil, t.T("cmd.evaluate.in_thirds"))
}

// formNames are the forms of agreement.
func formNames() (names []string) {
	for _, form := range []stats.Form{stats.Difference, stats.Percent, stats.Ratio, stats.Regression, stats.Percentile} {
		names = append(names, string(form))
	}
	return names
}

// checkOutcome refuses what those flags cannot take and puts the rest into the options.
func (f evaluateFlags) checkOutcome(o *cohort.Options) error {
	if !f.rules.Valid() {
		return app.Misuse("cmd.evaluate.bad_rules")
	}
	if f.reads() && (f.outcome != "" || len(f.inThirds)+len(f.inSlices) > 0 || f.rules != cohort.Rules{} || f.agreement != string(stats.Difference)) {
		return app.Misuse("cmd.evaluate.readers.alone")
	}
	o.Rules, o.Form = f.rules, stats.Form(f.agreement)
	if !slices.Contains(formNames(), f.agreement) {
		return app.Misuse("cmd.evaluate.bad_agreement", f.agreement, strings.Join(formNames(), ", "))
	}
	for _, key := range f.inThirds {
		if e, ok := catalogue.Find(key); !ok || e.Unit != catalogue.Millimetres && e.Unit != catalogue.Voxels || e.Better != catalogue.Lower {
			return app.Misuse("cmd.evaluate.bad_in_thirds", key)
		}
		if !slices.Contains(o.InThirds, key) {
			o.InThirds = append(o.InThirds, key)
		}
	}
	for _, key := range f.inSlices {
		if e, ok := catalogue.Find(key); !ok || e.TakesProbabilities() || e.Better == catalogue.Neither {
			return app.Misuse("cmd.evaluate.bad_in_slices", key)
		}
		if !slices.Contains(o.InSlices, key) {
			o.InSlices = append(o.InSlices, key)
		}
	}
	_, err := f.readOutcomes() // before any work is done
	return err
}

// probabilitiesFor refuses a metric of probabilities where no case has any.
func (f evaluateFlags) probabilitiesFor(cases []cohort.Case) error {
	if slices.ContainsFunc(cases, func(c cohort.Case) bool { return c.Probability != "" }) {
		return nil
	}
	for _, key := range f.metrics {
		if e, ok := catalogue.Find(key); ok && e.TakesProbabilities() {
			return app.Misuse("cmd.evaluate.metric_of_probabilities", key)
		}
	}
	return nil
}

// outcomes is the list that has them: the one named, or that of the pairs.
func (f evaluateFlags) outcomes() string {
	if f.outcome == "" && f.pairs != "" && cohort.HasOutcomes(f.pairs) {
		return f.pairs
	}
	return f.outcome
}

// foretold is how well scores tell outcomes, nil where there are none.
func (f evaluateFlags) foretold(rows []cohort.Row) (*cohort.Outcome, error) {
	outcomes, err := f.readOutcomes()
	if outcomes == nil || err != nil {
		return nil, err
	}
	return cohort.Foretell(rows, *outcomes)
}

// readOutcomes reads the list that has them, nil where there is none.
func (f evaluateFlags) readOutcomes() (*cohort.Outcomes, error) {
	path := f.outcomes()
	if path == "" {
		return nil, nil
	}
	outcomes, err := cohort.ReadOutcomes(path)
	return &outcomes, err
}

// outcomeLines tell the area of each score with its interval, and what two models differ by.
func (c *cli) outcomeLines(o *cohort.Outcome) (said string) {
	if o == nil {
		return ""
	}
	named := func(label, score, of string) string {
		if label == "" {
			return c.table.T("cmd.evaluate.outcome.score", of)
		}
		return c.table.T("cmd.evaluate.outcome."+score, label, of)
	}
	for _, s := range o.Scores {
		of := named(s.Label, s.Score, s.Of)
		if s.AUC != s.AUC {
			said += c.table.T("cmd.evaluate.outcome.none", of, c.why(s.Why)) + "\n"
			continue
		}
		interval := c.table.T("cmd.evaluate.outcome.ci", float64(s.CI[0]), float64(s.CI[1]))
		if s.Why != "" {
			interval = c.table.T("cmd.evaluate.outcome.no_ci", c.why(s.Why))
		}
		said += c.table.T("cmd.evaluate.outcome.auc", of, float64(s.AUC), interval, s.Positive, s.Negative) + "\n"
	}
	for _, t := range o.Tests {
		p := c.table.T("cmd.evaluate.tests.none", c.why(t.Why))
		if t.Why == "" {
			p = c.table.T("cmd.evaluate.tests.p", probability(float64(t.P)), probability(float64(t.PHolm)))
		}
		said += c.table.T("cmd.evaluate.outcome.test", named(t.Label, t.Score, t.A), t.B, float64(t.Difference), p, t.N) + "\n"
	}
	return said
}

// listMetrics prints the key and the name of every metric.
func (c *cli) listMetrics() error {
	said := ""
	for _, e := range catalogue.All() {
		said += fmt.Sprintf("%-28s %s\n", e.Key, c.table.Format(e.Name))
	}
	_, err := io.WriteString(c.out, ascii(said+c.table.T("cmd.evaluate.metric.more")+"\n"))
	return err
}

var keyOfPercentile = regexp.MustCompile(`^hd[0-9.]+(_[a-z0-9]+)*_(mm|px)$`)

// badMetric says why there is no metric of a key.
func badMetric(key string) error {
	if keyOfPercentile.MatchString(key) {
		return app.Misuse("cmd.evaluate.bad_percentile", key)
	}
	return app.Misuse("cmd.evaluate.bad_metric", key)
}

// missed tells of the distances that there are not how many are which.
func (c *cli) missed(s cohort.Summary) string {
	said := c.lost(s)
	if s.NReplaced > 0 {
		said += ", " + c.table.T("cmd.evaluate.replaced", s.NReplaced, s.ReplacedBy)
	}
	return said
}

// lost tells of misses and false alarms.
func (c *cli) lost(s cohort.Summary) (said string) {
	if s.NMissed > 0 {
		said += ", " + c.table.T("cmd.evaluate.missed", s.NMissed)
	}
	if s.NFalseAlarm > 0 {
		said += ", " + c.table.T("cmd.evaluate.false_alarm", s.NFalseAlarm)
	}
	return said
}
