package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"opacity/app"
	"opacity/app/cohort"
	"opacity/app/csvfile"
	"opacity/app/safefile"
	"opacity/app/text"
	"opacity/app/traininglog"
	"opacity/export/plot"
)

// figureFlags is what the user asked of the figures.
type figureFlags struct {
	which          string
	width, dpi     float64
	dark, identity bool
	logs           []string
	model, sidecar string
	slices         int  // of a montage
	asked          bool // which were named by the user, not by a preset
	asMIScnn       bool // animations are as covid19.MIScnn made them
}

func (f *figureFlags) add(flags *pflag.FlagSet, t text.Table) {
	flags.StringVar(&f.which, "figures", "cohort", t.T("drawn.flag.figures", kindHelp()))
	flags.Float64Var(&f.width, "width", 0, t.T("drawn.flag.width"))
	flags.Float64Var(&f.dpi, "dpi", 300, t.T("drawn.flag.dpi"))
	flags.BoolVar(&f.dark, "dark", false, t.T("drawn.flag.dark"))
	flags.BoolVar(&f.identity, "identity", false, t.T("drawn.flag.identity"))
	flags.IntVar(&f.slices, "montage", 12, t.T("drawn.flag.montage"))
	flags.StringArrayVar(&f.logs, "training-log", nil, t.T("drawn.flag.training_log"))
	flags.StringVar(&f.model, "model", "", t.T("drawn.flag.model"))
	flags.StringVar(&f.sidecar, "sidecar", "", t.T("cmd.segment.sidecar"))
}

// kinds that are drawn, and whether each was asked for by its name.
func (f figureFlags) chosen() (chosen []kind, named bool, err error) {
	for _, name := range strings.Split(f.which, ",") {
		name = strings.TrimSpace(name)
		found := false
		for _, k := range kinds {
			take := k.name == name || name == "all" && k.of != ofAsked || name == "cohort" && k.of == ofCohort
			if take && !slices.ContainsFunc(chosen, func(o kind) bool { return o.name == k.name }) {
				chosen = append(chosen, k)
			}
			found = found || take
		}
		if !found && name != "none" {
			return nil, false, app.Misuse("drawn.bad_figure", name, strings.Join(kindNames(), ", "))
		}
		named = named || name != "cohort"
	}
	return chosen, named, nil
}

func (f figureFlags) check() error {
	if _, _, err := f.chosen(); err != nil {
		return err
	}
	switch {
	case f.width != 0 && !(f.width >= 40 && f.width <= 400):
		return app.Misuse("drawn.bad_width", f.width)
	case !(f.dpi >= 72 && f.dpi <= 1200):
		return app.Misuse("drawn.bad_dpi", f.dpi)
	case f.slices < 1 || f.slices > 100:
		return app.Misuse("drawn.bad_montage", f.slices)
	case f.sidecar != "" && f.model == "":
		return app.Misuse("drawn.sidecar_alone")
	}
	return nil
}

// curves are those of the logs of trainings.
func (f figureFlags) curves() (all []traininglog.Curve, err error) {
	for _, path := range f.logs {
		curves, err := traininglog.Read(path)
		if err != nil {
			return nil, err
		}
		all = append(all, curves...)
	}
	return all, nil
}

// page is as wide as was asked for, else one column.
func (f figureFlags) page() plot.Page { return plot.Page{WidthMM: f.width, DPI: f.dpi, Dark: f.dark} }

// pageOf is two columns wide for pictures of slices, where no width was asked for.
func (f figureFlags) pageOf(kind string) plot.Page {
	p := f.page()
	if p.WidthMM == 0 && slices.Contains([]string{"triptych", "error_map", "montage"}, kind) {
		p.WidthMM = plot.TwoColumns
	}
	return p
}

// What a kind of figure is of.
const (
	ofCohort = iota
	ofCase   // one for each case
	ofAsked  // drawn where it is asked for by name alone
)

// kind is a kind of figure. It hands its figures to the easel, and says why there is none.
type kind struct {
	name string // its files begin with it
	of   int
	draw func(e *easel) (why text.Message, err error)
	// each draws it of one case whose image was read, in place of draw.
	each func(e *easel, s *shown, of []string) error
}

// kinds in the order of --help. Set by init, as drawing a kind needs the list.
var kinds []kind

func init() {
	cohort := func(name string, draw func(e *easel) (text.Message, error)) {
		kinds = append(kinds, kind{name: name, of: ofCohort, draw: draw})
	}
	each := func(name string, draw func(e *easel, s *shown, of []string) error) {
		kinds = append(kinds, kind{name: name, of: ofCase, each: draw})
	}
	cohort("boxes", func(e *easel) (text.Message, error) { return e.boxes(false) })
	cohort("violins", func(e *easel) (text.Message, error) { return e.boxes(true) })
	cohort("bland_altman_volumes", (*easel).volumes)
	cohort("bland_altman_areas", func(e *easel) (text.Message, error) { return e.areas(false) })
	kinds = append(kinds, kind{name: "bland_altman_areas_plain", of: ofAsked, draw: func(e *easel) (text.Message, error) { return e.areas(true) }})
	cohort("scatter", (*easel).scatter)
	cohort("folds", (*easel).folds)
	cohort("confusion", (*easel).confusion)
	cohort("roc", (*easel).roc)
	cohort("roc_outcome", (*easel).rocOutcome)
	cohort("precision_recall", (*easel).precisionRecall)
	cohort("calibration", (*easel).calibration)
	cohort("score_grid", (*easel).scoreGrid)
	cohort("ablation", (*easel).ablation)
	cohort("hu_histogram", (*easel).huHistogram)
	cohort("zones", (*easel).zones)
	cohort("learning", (*easel).learning)
	cohort("fitting_curve", (*easel).fittingCurve)
	kinds = append(kinds, kind{name: "area_slices", of: ofCase, draw: (*easel).areaSlices})
	each("preprocessing", (*easel).preprocessing)
	each("triptych", (*easel).triptych)
	each("error_map", (*easel).errorMap)
	each("montage", (*easel).montage)
	each("gif", (*easel).gif)
}

func kindNames() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// kindHelp is the names in lines that fit a terminal.
func kindHelp() string {
	var lines []string
	for part := range slices.Chunk(kindNames(), 7) {
		lines = append(lines, strings.Join(part, ", "))
	}
	return strings.Join(lines, ",\n")
}

// easel is what figures are drawn from, and where they go.
type easel struct {
	*cli
	figureFlags
	ctx   context.Context
	r     cohort.Report
	cases []cohort.Case
	// compared says how the cases were compared.
	compared cohort.Options
	logs     []traininglog.Curve
	bar      *progress
	put      func(name string, write func(io.Writer) error) error
	index    [][]string      // figures.csv
	kind     string          // that is drawn
	numbers  map[string]int  // of the cases, once one was asked for
	named    map[string]bool // of the figures so far, without capitals
}

// about is what a figure of n cases says of itself.
func (e *easel) about(n int, notes ...string) plot.About {
	return plot.About{N: n, Made: []string{"Opacity " + e.r.Provenance.Opacity}, Notes: append(notes, e.table.T("cmd.evaluate.research")), Identity: true}
}

// aboutLabels is about, with the region that labels of a model were counted in; labels that
// were counted in several are each named with theirs.
func (e *easel) aboutLabels(n int, model string, labels []string, notes ...string) plot.About {
	a := e.about(n, notes...)
	var said []string
	same := true
	for _, label := range labels {
		region := e.r.RegionOf(model, label)
		same = same && region == e.r.RegionOf(model, labels[0])
		said = append(said, label+" "+e.table.Format(region.Sentence()))
	}
	switch {
	case len(labels) > 0 && same:
		a.Region = e.table.Format(e.r.RegionOf(model, labels[0]).Sentence())
	case len(labels) > 0:
		a.Region = strings.Join(said, ", ")
	}
	return a
}

// tolerances says how far a surface of each label may be off in a surface Dice.
func (e *easel) tolerances(labels []string) string {
	var said []string
	for _, label := range labels {
		if mm, ok := e.r.Provenance.ToleranceMM[label]; ok {
			said = append(said, e.table.T("drawn.tolerance_of", label, mm))
		}
	}
	return e.table.T("drawn.tolerance", strings.Join(said, ", "))
}

// who names a case in tables and files: by its number in the order of metrics.csv, so
// that nobody is named unless it is asked for.
func (e *easel) who(name string) string {
	if e.identity {
		return name
	}
	if e.numbers == nil {
		e.numbers = e.r.Numbers()
	}
	return strconv.Itoa(e.numbers[name])
}

// figure writes a figure in every format with its points and its caption.
func (e *easel) figure(f plot.Figure, of ...string) error {
	f.Name = e.name(of)
	e.index = append(e.index, []string{f.Name, e.kind, f.Caption()})
	return writeFigure(f, e.pageOf(e.kind), e.put)
}

// name is the file name of a figure; of those that would have the same name, as of labels
// "left lung" and "left_lung", the later ones are numbered.
func (e *easel) name(of []string) string {
	base := fileName(strings.Join(append([]string{e.kind}, of...), "_"))
	name := base
	for n := 2; e.named[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	if e.named == nil {
		e.named = map[string]bool{}
	}
	e.named[strings.ToLower(name)] = true // on file systems that tell no capitals too
	return name
}

// wideFigure is figure on two columns, where no width was asked for, if it is wide.
func (e *easel) wideFigure(f plot.Figure, wide bool, of ...string) error {
	if wide && e.width == 0 {
		defer func() { e.width = 0 }()
		e.width = plot.TwoColumns
	}
	return e.figure(f, of...)
}

// mostOnColumn is how many boxes stand beside one another on one column.
const mostOnColumn = 8

// drawEvaluation makes the folder of figures; files is empty where there is none. missing
// names the figures that were asked for by name and that there are none of.
func (c *cli) drawEvaluation(ctx context.Context, f evaluateFlags, o cohort.Options, cases []cohort.Case, r cohort.Report) (files []string, missing, err error) {
	folder := filepath.Join(f.out, "figures")
	if f.plain {
		return nil, nil, f.clearFolder(folder, figuresOf(folder))
	}
	chosen, named, err := f.figures.chosen()
	if err != nil {
		return nil, nil, err
	}
	if len(chosen) == 0 {
		return nil, nil, f.clearFolder(folder, figuresOf(folder))
	}
	bar := c.progress()
	defer bar.end()
	e := &easel{cli: c, figureFlags: f.figures, ctx: ctx, r: r, cases: cases, compared: o, bar: bar}
	if e.logs, err = f.figures.curves(); err != nil {
		return nil, nil, err
	}
	err = safefile.WriteFolder(folder, f.force, figuresOf(folder), func(put func(string, func(io.Writer) error) error) error {
		e.put = func(name string, write func(io.Writer) error) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return put(name, write)
		}
		if err := e.drawAll(chosen, named); err != nil {
			return err
		}
		return writeIndex(e.index, put)
	})
	if err != nil {
		return nil, nil, err
	}
	return []string{folder}, e.undrawn(), nil
}

// undrawn fails where a figure that was asked for by its name is not there, be it of one
// model or case of several.
func (e *easel) undrawn() error {
	var names []string
	for _, k := range kinds {
		drawn := slices.ContainsFunc(e.index, func(row []string) bool { return row[0] != "" && row[1] == k.name }) &&
			!slices.ContainsFunc(e.index, func(row []string) bool { return row[0] == "" && row[1] == k.name })
		if e.asked && !drawn && slices.ContainsFunc(strings.Split(e.which, ","), func(s string) bool { return strings.TrimSpace(s) == k.name }) {
			names = append(names, k.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return app.Fail(nil, "drawn.undone", strings.Join(names, ", "))
}

// drawAll draws kinds of figures, those of slices case by case, so that each is read once.
func (e *easel) drawAll(chosen []kind, named bool) error {
	missing := func(k kind, why text.Message) {
		if why.IsZero() {
			return
		}
		e.index = append(e.index, []string{"", k.name, e.table.Format(why)})
		if named {
			e.bar.note(text.M("drawn.not", k.name, why))
		}
	}
	var each []kind
	for _, k := range chosen {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		if k.each != nil {
			if why := e.missing(k); !why.IsZero() {
				missing(k, why)
			} else {
				each = append(each, k)
			}
			continue
		}
		e.kind = k.name
		why, err := k.draw(e)
		if err != nil {
			return err
		}
		missing(k, why)
	}
	if len(each) == 0 {
		return nil
	}
	return e.eachCase(each)
}

// draw puts figures of a kind into a folder, each in every format, with its points and
// caption.
func draw(folder, kind string, figures []plot.Figure, page plot.Page, overwrite bool) error {
	return safefile.WriteFolder(folder, overwrite, figuresOf(folder), func(put func(string, func(io.Writer) error) error) error {
		var index [][]string
		for _, f := range figures {
			f.Name = fileName(f.Name)
			index = append(index, []string{f.Name, kind, f.Caption()})
			if err := writeFigure(f, page, put); err != nil {
				return err
			}
		}
		return writeIndex(index, put)
	})
}

// figuresIndex lists the figures of a folder.
const figuresIndex = "figures.csv"

func writeIndex(index [][]string, put func(string, func(io.Writer) error) error) error {
	return put(figuresIndex, func(w io.Writer) error {
		return csvfile.Write(w, append([][]string{{"figure", "kind", "caption, or why there is none"}}, index...))
	})
}

// figuresOf tells the files that evaluate wrote among the figures in a folder, by what
// the folder's own list says; all else is the user's.
func figuresOf(folder string) func(name string) bool {
	listed := map[string]bool{}
	if f, err := os.Open(filepath.Join(folder, figuresIndex)); err == nil {
		rows, _ := csv.NewReader(f).ReadAll() // a damaged list has what is before the damage
		f.Close()
		for _, row := range rows[min(1, len(rows)):] {
			listed[strings.TrimSuffix(row[0], gifEnd)] = row[0] != ""
		}
	}
	ends := append(plot.Formats(), "csv", "txt", gifEnd[1:])
	return func(name string) bool {
		end := filepath.Ext(name)
		return name == figuresIndex || end != "" && slices.Contains(ends, end[1:]) && listed[strings.TrimSuffix(name, end)]
	}
}

func writeFigure(f plot.Figure, page plot.Page, put func(string, func(io.Writer) error) error) error {
	for _, format := range plot.Formats() {
		if err := put(f.Name+"."+format, func(w io.Writer) error { return f.Write(w, format, page) }); err != nil {
			return err
		}
	}
	if err := put(f.Name+".csv", f.WriteCSV); err != nil {
		return err
	}
	return put(f.Name+".txt", func(w io.Writer) error {
		_, err := fmt.Fprintln(w, f.Caption())
		return err
	})
}

// fileName makes a name that every file system takes.
func fileName(s string) string {
	return filepath.Base(strings.Map(func(r rune) rune {
		if r <= ' ' || strings.ContainsRune(`<>:"/\|?*,`, r) {
			return '_'
		}
		return r
	}, s))
}
