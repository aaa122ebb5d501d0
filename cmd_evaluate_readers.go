package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"

	"opacity/app"
	"opacity/app/cohort"
	"opacity/app/imageio/nifti"
	"opacity/app/metrics/catalogue"
	"opacity/app/safefile"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/export"
	"opacity/export/plot"
)

// reads reports whether readers are to be compared with one another.
func (f evaluateFlags) reads() bool { return len(f.readers) > 0 || f.readerList != "" }

// checkReaders refuses what does not go with readers.
func (f evaluateFlags) checkReaders() error {
	s := f.sources
	switch {
	case !f.reads() && f.consensus:
		return app.Misuse("cmd.evaluate.readers.consensus_alone")
	case !f.reads():
		return nil
	case s.Reference+s.ROI+s.Image+s.Lobes+f.pairs+f.folds != "" || len(s.Predictions)+len(s.Probabilities)+len(f.presets) > 0:
		return app.Misuse("cmd.evaluate.readers.alone")
	case len(f.readers) > 0 && f.readerList != "":
		return app.Misuse("cmd.evaluate.readers.both")
	}
	for _, r := range f.readers {
		if _, ok := cohort.ParseReader(r); !ok {
			return app.Misuse("cmd.evaluate.readers.bad", r)
		}
	}
	return nil
}

// readings finds what is to be compared.
func (f evaluateFlags) readings() ([]cohort.Reading, []cohort.Failure, error) {
	if f.readerList != "" {
		return cohort.ListReadings(f.readerList)
	}
	var sources []cohort.ReaderSource
	for _, r := range f.readers {
		s, _ := cohort.ParseReader(r)
		sources = append(sources, s)
	}
	return cohort.FindReadings(sources)
}

// readerFiles are what a study of readers writes besides figures and consensus masks.
var readerFiles = []string{
	"readers.json", "readers.csv", "readers_summary.csv", "consensus.csv", "consensus_summary.csv", "staple.csv", "reader_volumes.csv", "reliability.csv",
}

// evaluateReaders compares readers with one another, with themselves and with what they
// agree on.
func (c *cli) evaluateReaders(ctx context.Context, f evaluateFlags, o cohort.Options) error {
	var paths []string
	for _, name := range readerFiles {
		paths = append(paths, filepath.Join(f.out, name))
	}
	if err := vacant(f.force, paths...); err != nil {
		return err
	}
	readings, failed, err := f.readings()
	if err != nil {
		return err
	}
	if err := cohort.CheckReadings(readings); err != nil {
		return err
	}
	if err := os.MkdirAll(f.out, 0o777); err != nil {
		return safefile.Explain(f.out, err)
	}
	if err := safefile.ReadyFolder(f.out); err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(30))
	bar := c.progress()
	defer bar.end()
	ro := cohort.ReadersOptions{Options: o, Seed: f.seed}
	agreed := agreedMasks{folder: filepath.Join(f.out, "consensus"), force: f.force}
	if f.consensus {
		ro.Save = agreed.save
	}
	told := map[string]bool{}
	note := func(m text.Message) {
		if s := m.String(); !told[s] {
			told[s] = true
			bar.note(m)
		}
	}
	run, err := cohort.MeasureReaders(ctx, readings, ro, cohort.Hooks{Progress: bar.report, Note: note})
	if err != nil {
		agreed.takeBack()
		_ = os.Remove(f.out) // stays where something is in it
		return err
	}
	bar.end()
	failed = append(failed, run.Failed...)
	if len(run.Rows) == 0 {
		_ = os.Remove(f.out)
		return c.unread(failed)
	}
	r := cohort.BuildReaders(run, ro, export.IntendedUse(), failed[:len(failed)-len(run.Failed)])
	files, err := c.writeReaders(f, r)
	if err != nil {
		return err
	}
	for _, n := range run.Notes {
		note(n)
	}
	if f.printed {
		err = r.WriteJSON(c.out)
	} else {
		_, err = io.WriteString(c.out, ascii(c.readersText(r, files)))
	}
	if err != nil {
		return err
	}
	return c.unread(failed)
}

// agreedMasks writes what readers agree on, folder/KIND/CASE.nii.gz.
type agreedMasks struct {
	folder string
	force  bool

	mu      sync.Mutex
	written []string
}

func (a *agreedMasks) save(ctx context.Context, name, kind string, v *volume.Volume) error {
	folder := filepath.Join(a.folder, kind)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return safefile.Explain(folder, err)
	}
	path := filepath.Join(folder, cohort.FileName(name)+".nii.gz")
	if err := nifti.WriteVolume(ctx, path, v, a.force); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.written = append(a.written, path)
	return nil
}

// takeBack removes the masks of a run that was stopped, so that the same command goes on.
// What replaced others stays.
func (a *agreedMasks) takeBack() {
	if a.force {
		return
	}
	for _, path := range a.written {
		_ = os.Remove(path)
		_ = os.Remove(filepath.Dir(path)) // stays where something is in it
	}
	_ = os.Remove(a.folder)
}

// unread lists what of the readings could not be used.
func (c *cli) unread(failed []cohort.Failure) error {
	if len(failed) == 0 {
		return nil
	}
	for _, f := range failed {
		_, sentence := app.Explain(f.Err)
		fmt.Fprintf(c.errs, "%s: %s\n", f.Case, sentence)
	}
	return app.Fail(nil, "cmd.evaluate.readers.failed", len(failed))
}

// writeReaders puts the results into the folder and returns their paths.
func (c *cli) writeReaders(f evaluateFlags, r cohort.ReadersReport) ([]string, error) {
	writers := []func(io.Writer) error{
		r.WriteJSON, r.WritePairs, r.WritePairsSummary, r.WriteConsensus, r.WriteConsensusSummary, r.WriteStaple, r.WriteVolumes, r.WriteReliability,
	}
	var files []string
	for n, name := range readerFiles {
		if len(r.Consensus) == 0 && (strings.HasPrefix(name, "consensus") || name == "staple.csv") {
			continue
		}
		path := filepath.Join(f.out, name)
		if err := safefile.Write(path, f.force, writers[n]); err != nil {
			return files, err
		}
		files = append(files, path)
	}
	if f.consensus && len(r.Consensus) > 0 {
		files = append(files, filepath.Join(f.out, "consensus"))
	}
	if figures := c.readerFigures(r); len(figures) > 0 && !f.plain {
		folder := filepath.Join(f.out, "figures")
		if err := draw(folder, "agreement", figures, f.figures.page(), f.force); err != nil {
			return files, err
		}
		files = append(files, folder)
	}
	return files, nil
}

// told are the metrics of readers that are printed; all are in the files.
var told = []string{"dice", "hd95_mm", "hd95_px"}

// readersText tells the main numbers by label: pairs, consensus of the others, ICC and
// repeatability.
func (c *cli) readersText(r cohort.ReadersReport, files []string) string {
	var b strings.Builder
	for _, label := range r.Labels() {
		fmt.Fprintln(&b, label)
		for _, s := range append(r.PairsSummary, r.ConsensusSummary...) {
			if s.Label != label {
				continue
			}
			who := c.table.T("cmd.evaluate.readers.pair", s.A, s.B)
			switch s.Kind {
			case cohort.StapleOthers:
				who = c.table.T("cmd.evaluate.readers.beside_others", s.B)
			case cohort.Inter, cohort.Intra:
			default:
				continue
			}
			for _, key := range told {
				if key != s.Metric || s.N == 0 {
					continue
				}
				value := fmt.Sprintf("%.4f", float64(s.Mean))
				if s.N+s.NUndefined > 1 {
					value = c.table.T("cmd.evaluate.line", float64(s.Mean), float64(s.SD), float64(s.Median), float64(s.IQR), s.N)
				}
				fmt.Fprintf(&b, "  %-32s %-9s %s\n", who, key, value)
			}
		}
		for _, i := range r.ICC {
			for _, form := range i.Forms {
				if i.Label == label && form.Form == "ICC(2,1)" && form.CI[0] == form.CI[0] { // none where nobody differs
					fmt.Fprintf(&b, "  %s\n", c.table.T("cmd.evaluate.readers.icc", i.Quantity, strings.Join(i.Raters, ", "), float64(form.R), float64(form.CI[0]), float64(form.CI[1]), i.Subjects))
				}
			}
		}
		for _, p := range r.Repeatability {
			if p.Label == label && p.Why == "" && p.Coefficient.CI[0] == p.Coefficient.CI[0] {
				who, of := p.Reader, c.table.T("cmd.evaluate.readers.rc.cases", p.Subjects)
				if who == "" {
					who, of = c.table.T("cmd.evaluate.readers.together"), c.table.T("cmd.evaluate.readers.rc.readings", p.Subjects)
				}
				if p.Cases > 0 {
					of = c.table.T("cmd.evaluate.readers.rc.slices", p.Subjects, p.Cases)
				}
				x := p.Coefficient
				fmt.Fprintf(&b, "  %s\n", c.table.T("cmd.evaluate.readers.rc", p.Quantity, who, float64(x.Value), float64(x.CI[0]), float64(x.CI[1]), of))
			}
		}
	}
	for _, f := range files {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

// readerFigures are boxes of Dice, and a Bland-Altman plot of the volumes of each pair.
func (c *cli) readerFigures(r cohort.ReadersReport) []plot.Figure {
	about := plot.About{Made: []string{"Opacity " + r.Provenance.Opacity}, Notes: []string{c.table.T("cmd.evaluate.research")}}
	var out []plot.Figure
	dice, _ := catalogue.Find("dice")
	for _, label := range r.Labels() {
		d, cases := plot.BoxesData{About: about, Quantity: c.table.T("cmd.evaluate.readers.dice_of", label), High: 1}, map[string]bool{}
		d.Notes = append([]string{c.table.Format(dice.Definition)}, about.Notes...)
		for _, s := range r.PairsSummary {
			if s.Label != label || s.Metric != "dice" {
				continue
			}
			g := plot.Group{Name: c.table.T("cmd.evaluate.readers.pair", s.A, s.B)}
			for _, row := range r.Pairs {
				if row.Label == label && row.A == s.A && row.B == s.B {
					x := row.Value("dice")
					g.Values = append(g.Values, plot.CaseValue{Case: row.Case, X: x})
					cases[row.Case] = cases[row.Case] || !math.IsNaN(x)
				}
			}
			d.Groups = append(d.Groups, g)
		}
		for _, defined := range cases {
			if defined {
				d.N++
			}
		}
		if d.N < 2 {
			continue
		}
		f := plot.Boxes(d)
		f.Name = "boxes_readers_dice_" + label
		out = append(out, f)
	}
	for _, a := range r.Agreement {
		if a.N > 1 && a.BlandAltman.Why == "" {
			out = append(out, c.betweenReaders(about, a))
		}
	}
	return out
}

func (c *cli) betweenReaders(about plot.About, a cohort.PairAgreement) plot.Figure {
	unit := "ml"
	if a.Quantity == "volume_voxels" {
		unit = "voxels"
	}
	d := plot.BlandAltmanData{About: about, Quantity: c.table.T("cmd.evaluate.volume_of", a.Label), Unit: unit, Names: [2]string{a.A, a.B}}
	d.N = a.Cases
	for _, p := range a.Points {
		d.Points = append(d.Points, plot.Measured{Case: p.Case, Reference: p.A, Prediction: p.B})
	}
	b := a.BlandAltman
	d.Bias = plot.Estimate{X: float64(b.Bias.Value), Low: float64(b.Bias.CI[0]), High: float64(b.Bias.CI[1])}
	d.Lower = plot.Estimate{X: float64(b.Lower.Value), Low: float64(b.Lower.CI[0]), High: float64(b.Lower.CI[1])}
	d.Upper = plot.Estimate{X: float64(b.Upper.Value), Low: float64(b.Upper.CI[0]), High: float64(b.Upper.CI[1])}
	notes := []string{c.table.T("drawn.carkeet")}
	if slope := float64(b.Slope.Value); !math.IsNaN(slope) {
		d.Slope = &plot.Straight{Intercept: d.Bias.X - slope*meanOf(d.Points), Slope: slope}
		notes = append(notes, c.table.T("drawn.trend", slope, float64(b.SlopeP)))
	}
	d.Notes = append(notes, d.Notes...)
	f := plot.BlandAltman(d)
	f.Name = "bland_altman_" + a.Label + "_" + strings.NewReplacer("(", "", ")", "").Replace(a.A+"_"+a.B)
	return f
}
