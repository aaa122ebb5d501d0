package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/cohort"
	"opacity/app/imageio/nifti"
	"opacity/app/metrics/catalogue"
	"opacity/app/safefile"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/export"
)

// evaluateFlags is what the user asked of `opacity evaluate`.
type evaluateFlags struct {
	sources                  cohort.Sources
	pairs, folds, out        string
	labels, tolerances       []string
	metrics                  []string
	jobs                     int
	seed                     uint64
	resample, force, printed bool
	plain                    bool // no figures
	figures                  figureFlags
	readers, presets         []string
	readerList               string
	consensus                bool
	outcome                  string
	rules                    cohort.Rules
	inThirds, inSlices       []string
	agreement                string
}

func newEvaluate(c *cli) *cobra.Command {
	var f evaluateFlags
	t := c.table
	cmd := &cobra.Command{
		Use: "evaluate {-r REF -p PRED | --reader NAME=PATH...} -o DIR", Short: t.T("cmd.evaluate.short"), Long: t.T("cmd.evaluate.long"), Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if slices.Contains(f.metrics, "list") {
				return c.listMetrics()
			}
			o, err := f.options(cmd)
			if err != nil {
				return err
			}
			if len(f.presets) > 0 && !cmd.Flags().Changed("figures") {
				f.figures.which = f.presetFigures()
			}
			f.figures.asked = cmd.Flags().Changed("figures")
			f.figures.asMIScnn = slices.Contains(f.presets, "miscnn")
			switch {
			case f.reads():
				return c.evaluateReaders(cmd.Context(), f, o)
			case f.explores():
				return c.exploreAlone(cmd.Context(), f, o)
			}
			return c.evaluate(cmd.Context(), f, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.sources.Reference, "reference", "r", "", t.T("cmd.evaluate.reference"))
	flags.StringArrayVarP(&f.sources.Predictions, "prediction", "p", nil, t.T("cmd.evaluate.prediction"))
	flags.StringVar(&f.pairs, "pairs", "", t.T("cmd.evaluate.pairs"))
	flags.StringVarP(&f.out, "output", "o", "", t.T("cmd.evaluate.output"))
	flags.StringArrayVar(&f.sources.Probabilities, "probabilities", nil, t.T("cmd.evaluate.probabilities"))
	flags.StringVar(&f.sources.ROI, "roi", "", t.T("cmd.evaluate.roi"))
	flags.StringVar(&f.sources.Image, "image", "", t.T("cmd.evaluate.image"))
	flags.StringVar(&f.sources.Lobes, "lobes", "", t.T("cmd.evaluate.lobes"))
	flags.StringArrayVar(&f.labels, "label", nil, t.T("cmd.evaluate.label"))
	flags.StringArrayVar(&f.tolerances, "tolerance", nil, t.T("cmd.evaluate.tolerance"))
	flags.StringVar(&f.folds, "folds", "", t.T("cmd.evaluate.folds"))
	flags.StringArrayVar(&f.metrics, "metric", nil, t.T("cmd.evaluate.metric"))
	f.addOutcome(flags, t)
	flags.StringArrayVar(&f.readers, "reader", nil, t.T("cmd.evaluate.reader"))
	flags.StringVar(&f.readerList, "readers", "", t.T("cmd.evaluate.readers"))
	flags.BoolVar(&f.consensus, "consensus", false, t.T("cmd.evaluate.consensus"))
	flags.StringArrayVar(&f.presets, "preset", nil, c.presetHelp())
	flags.BoolVar(&f.resample, "resample", false, t.T("cmd.evaluate.resample"))
	flags.BoolVar(&f.plain, "no-figures", false, t.T("cmd.evaluate.no_figures"))
	f.figures.add(flags, t)
	flags.IntVar(&f.jobs, "jobs", 0, t.T("cmd.evaluate.jobs"))
	flags.Uint64Var(&f.seed, "seed", 1, t.T("cmd.evaluate.seed"))
	flags.BoolVar(&f.printed, "json", false, t.T("cmd.evaluate.json"))
	flags.BoolVar(&f.force, "force", false, t.T("cmd.force"))
	return cmd
}

// options checks the flags.
func (f evaluateFlags) options(cmd *cobra.Command) (cohort.Options, error) {
	o := cohort.Options{Load: loadVoxels, Objects: maskObjects(), Resample: f.resample, Workers: f.jobs, Version: programVersion(), ToleranceMM: map[string]float64{}}
	s := f.sources
	if err := f.figures.check(); err != nil {
		return o, err
	}
	if err := f.checkReaders(); err != nil {
		return o, err
	}
	if err := f.checkPresets(); err != nil {
		return o, err
	}
	if slices.Contains(f.presets, "base-middle-apex") {
		o.InThirds = []string{"hd_mm", "hd_px"}
	}
	switch {
	case f.pairs != "" && (s.Reference != "" || len(s.Predictions)+len(s.Probabilities) > 0 || s.ROI+s.Image+s.Lobes != ""):
		return o, app.Misuse("cmd.evaluate.pairs_alone")
	case f.jobs < 0:
		return o, app.Misuse("cmd.evaluate.bad_jobs", f.jobs)
	}
	if f.pairs == "" && !f.reads() {
		if err := needed(cmd, "-r REF", s.Reference); err != nil {
			return o, err
		}
		if err := needed(cmd, "-p PRED", strings.Join(s.Predictions, "")); err != nil && !f.explores() {
			return o, err
		}
		for n, p := range s.Predictions {
			if slices.ContainsFunc(s.Predictions[:n], func(q string) bool { return filepath.Clean(q) == filepath.Clean(p) }) {
				return o, app.Misuse("cmd.evaluate.twice", p)
			}
		}
		if n := len(s.Probabilities); n > 0 && n != len(s.Predictions) {
			return o, app.Misuse("cmd.evaluate.bad_probabilities", n, len(s.Predictions))
		}
	}
	seen := map[string]bool{}
	for _, l := range f.labels {
		label, ok := cohort.ParseLabel(l)
		if !ok || seen[label.Name] {
			return o, app.Misuse("cmd.evaluate.bad_label", l)
		}
		if label.Predicted != nil && f.reads() {
			return o, app.Misuse("cmd.evaluate.label_of_readers", l)
		}
		seen[label.Name] = true
		o.Labels = append(o.Labels, label)
	}
	for _, key := range f.metrics {
		if _, ok := catalogue.Find(key); !ok {
			return o, badMetric(key)
		}
	}
	o.Metrics = f.metrics
	if err := f.checkOutcome(&o); err != nil {
		return o, err
	}
	for _, t := range f.tolerances {
		name, amount, named := strings.Cut(t, "=")
		if !named {
			name, amount = "", t
		}
		mm, err := strconv.ParseFloat(amount, 64)
		if err != nil || !(mm >= 0 && mm <= 1000) {
			return o, app.Misuse("cmd.evaluate.bad_tolerance", t)
		}
		if name = strings.TrimSpace(name); named && !slices.Contains(o.LabelNames(), name) {
			return o, app.Misuse("cmd.evaluate.tolerance_of", t, name, strings.Join(o.LabelNames(), ", "))
		}
		o.ToleranceMM[name] = mm
	}
	return o, needed(cmd, "-o DIR", f.out)
}

// loadVoxels reads a mask or a map of probabilities.
func loadVoxels(ctx context.Context, path string) (*volume.Volume, error) {
	s, err := nifti.Open(path)
	if err != nil {
		_, named := app.TrimNIfTI(path)
		switch _, why := app.Explain(err); {
		case why.Key == "nifti.folder":
			return nil, app.Refuse(err, "evaluate.image_folder", path, path)
		case !named && why.Key == "nifti.not_nifti":
			return nil, app.Refuse(err, "evaluate.nifti_only", path)
		}
		return nil, err
	}
	return s.Load(ctx, app.LoadHooks{})
}

func (c *cli) evaluate(ctx context.Context, f evaluateFlags, o cohort.Options) (stopped error) {
	if err := f.ready(); err != nil {
		return err
	}
	cases, failed, notes, err := f.cases()
	if err != nil {
		return err
	}
	if err := f.probabilitiesFor(cases); err != nil {
		return err
	}
	more, err := f.readBefore(cases)
	if err != nil {
		return err
	}
	notes = append(notes, more...)
	o.Store = filepath.Join(f.out, "cases")
	if err := os.MkdirAll(o.Store, 0o777); err != nil {
		return safefile.Explain(f.out, err)
	}
	if err := safefile.ReadyFolder(f.out); err != nil {
		return err
	}
	// Volumes come and go, and hold no pointers: collecting sooner costs little and keeps
	// the peak near what is in use.
	defer debug.SetGCPercent(debug.SetGCPercent(30))
	bar := c.progress()
	defer bar.end()
	for _, n := range notes {
		bar.note(n)
	}
	run, err := cohort.Measure(ctx, cases, o, cohort.Hooks{Progress: bar.report, Note: bar.note})
	if err != nil {
		f.undo(o.Store)
		return err
	}
	bar.end()
	o.Without = run.Without
	if run.Reused > 0 {
		bar.note(text.M("cmd.evaluate.reused", run.Reused, len(cases)))
	}
	for _, n := range notes {
		run.Notes = append(run.Notes, n.String())
	}
	r := cohort.Build(run, o, f.seed, export.IntendedUse(), failed)
	if len(run.Rows) == 0 {
		f.undo(o.Store)
		if f.printed {
			if err := r.WriteJSON(c.out); err != nil {
				return err
			}
		}
		return c.unevaluated(append(failed, run.Failed...), 0)
	}
	if r.Outcome, err = f.foretold(r.Cases); err != nil {
		return err
	}
	files, err := c.writeEvaluation(f, r)
	if err != nil {
		return err
	}
	defer func() {
		if ctx.Err() != nil && errors.Is(stopped, ctx.Err()) {
			f.takeBack(files)
		}
	}()
	figures, undrawn, err := c.drawEvaluation(ctx, f, o, cases, r)
	if err != nil {
		return err
	}
	files = append(files, figures...)
	tables, undone, err := c.writePresets(ctx, f, o, cases, r)
	if err != nil {
		return err
	}
	if err := c.printEvaluation(r, append(files, tables...), f); err != nil {
		return err
	}
	if err := c.unevaluated(append(failed, run.Failed...), len(cases)-len(run.Failed)); err != nil {
		return err
	}
	if err := undonePresets(undone); err != nil {
		return err
	}
	return undrawn
}

// ready refuses, before any work is done, what would be replaced without --force.
func (f evaluateFlags) ready() error {
	var paths []string
	for _, name := range evaluationFiles {
		paths = append(paths, filepath.Join(f.out, name))
	}
	return vacant(f.force, paths...)
}

// cases finds what is to be compared.
func (f evaluateFlags) cases() (cases []cohort.Case, failed []cohort.Failure, notes []text.Message, err error) {
	if f.pairs != "" {
		cases, failed, err = cohort.List(f.pairs)
	} else {
		cases, failed, notes, err = cohort.Find(f.sources)
	}
	if err != nil || f.folds == "" {
		return cases, failed, notes, err
	}
	told, err := cohort.Folds(f.folds, cases)
	return cases, failed, append(notes, told...), err
}

// readBefore reads, before any work is done, what is needed after it, and says what there
// cannot be.
func (f evaluateFlags) readBefore(cases []cohort.Case) (notes []text.Message, err error) {
	if !f.plain {
		if _, err := f.figures.curves(); err != nil {
			return nil, err
		}
	}
	outcomes, err := f.readOutcomes()
	if outcomes == nil || err != nil {
		return nil, err
	}
	positive, negative := outcomes.Of(cases)
	switch {
	case positive+negative == 0:
		return nil, app.Refuse(nil, "evaluate.outcome.none")
	case positive == 0 || negative == 0:
		notes = append(notes, text.M("evaluate.outcome.one_class", f.outcomes()))
	}
	return notes, nil
}

// takeBack removes results that were written before the user stopped the run, so that the
// same command goes on. What replaced others stays.
func (f evaluateFlags) takeBack(files []string) {
	if f.force {
		return
	}
	for _, path := range files {
		if names, err := safefile.Names(path); err == nil { // a folder
			ours := figuresOf(path)
			for _, name := range names {
				if ours(name) {
					_ = os.Remove(filepath.Join(path, name))
				}
			}
		}
		_ = os.Remove(path)
	}
}

// undo takes away the folders that nothing came into.
func (f evaluateFlags) undo(store string) {
	_ = os.Remove(store) // stays where something is in it
	_ = os.Remove(f.out)
}
