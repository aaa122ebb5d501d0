package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"opacity/app"
	"opacity/app/cohort"
	"opacity/app/imageio/nifti"
	"opacity/app/mask"
	"opacity/app/safefile"
	"opacity/app/volume"
	"opacity/export/picture"
	"opacity/export/plot"
	"opacity/viewer"
)

// preset is what a published work shows: which tables, and which kinds of figures. It
// measures nothing that evaluate would not.
type preset struct {
	name    string
	tables  func(p presetting) ([]cohort.Table, error)
	figures []string
	files   string // what the names of its tables begin with
}

// presetting is what tables are made of.
type presetting struct {
	ctx   context.Context
	o     cohort.Options
	r     cohort.Report
	cases []cohort.Case
	sizes map[string]volume.Size
}

const exploration = "miscnn-reproduction"

func presets() []preset {
	rows := func(f func([]cohort.Row) []cohort.Table) func(presetting) ([]cohort.Table, error) {
		return func(p presetting) ([]cohort.Table, error) { return f(p.r.Cases), nil }
	}
	return []preset{
		{"miscnn", rows(cohort.FoldTables), []string{"boxes", "fitting_curve", "gif"}, "miscnn_folds"},
		{exploration, presetting.explored, nil, "miscnn_reproduction"},
		{"fv-paspp", func(p presetting) ([]cohort.Table, error) { return cohort.SubjectTables(p.r.Cases, p.sizes), nil }, nil, "fv_paspp"},
		{"keras", rows(cohort.JaccardTables), nil, "keras_folds"},
		{
			"lecture", func(p presetting) ([]cohort.Table, error) { return cohort.AreaTables(p.r.Cases, p.sizes), nil },
			[]string{"roc", "bland_altman_areas_plain", "bland_altman_areas"},
			"lecture_",
		},
		{"base-middle-apex", rows(cohort.ThirdsTables), nil, "lecture_thirds"},
	}
}

func presetNames() []string {
	var names []string
	for _, p := range presets() {
		names = append(names, p.name)
	}
	return names
}

// presetHelp lists the presets with what each writes.
func (c *cli) presetHelp() string {
	list := ""
	for _, name := range presetNames() {
		list += "\n" + name + ": " + c.table.T("cmd.evaluate.preset.is."+name)
	}
	return c.table.T("cmd.evaluate.preset", list)
}

// explores reports whether nothing is asked for but what needs no prediction.
func (f evaluateFlags) explores() bool {
	return len(f.sources.Predictions) == 0 && f.pairs == "" && len(f.presets) > 0 &&
		!slices.ContainsFunc(f.presets, func(name string) bool { return name != exploration })
}

func (f evaluateFlags) checkPresets() error {
	for _, name := range f.presets {
		if !slices.Contains(presetNames(), name) {
			return app.Misuse("cmd.evaluate.preset.bad", name, strings.Join(presetNames(), ", "))
		}
	}
	return nil
}

// chosenPresets are those asked for, each once, in the order of --help.
func (f evaluateFlags) chosenPresets() []preset {
	return slices.DeleteFunc(presets(), func(p preset) bool { return !slices.Contains(f.presets, p.name) })
}

// presetFigures are the kinds of figures of the presets.
func (f evaluateFlags) presetFigures() string {
	var kinds []string
	for _, p := range f.chosenPresets() {
		kinds = append(kinds, p.figures...)
	}
	if len(kinds) == 0 {
		return "none"
	}
	return strings.Join(kinds, ",")
}

// explored is the table of what is there.
func (p presetting) explored() ([]cohort.Table, error) {
	var found []cohort.Explored
	done := map[string]bool{}
	for _, c := range p.cases {
		if done[c.Name] {
			continue
		}
		done[c.Name] = true
		e, err := p.o.Explore(p.ctx, c)
		if p.ctx.Err() != nil {
			return nil, p.ctx.Err()
		}
		if err != nil {
			_, why := app.Explain(err)
			return []cohort.Table{{Name: exploration, Why: why}}, nil
		}
		found = append(found, e)
	}
	return []cohort.Table{cohort.ExploreTable(found)}, nil
}

// exploreAlone writes the table of what is there without comparing anything.
func (c *cli) exploreAlone(ctx context.Context, f evaluateFlags, o cohort.Options) error {
	s := f.sources
	s.Predictions = []string{s.Reference} // the cases are those of the references
	cases, failed, _, err := cohort.Find(s)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.out, 0o777); err != nil {
		return safefile.Explain(f.out, err)
	}
	files, undone, err := c.writePresets(ctx, f, o, cases, cohort.Report{Provenance: cohort.Provenance{Opacity: o.Version}})
	if err != nil || undone > 0 {
		_ = os.Remove(f.out) // stays where something is in it
	}
	if err != nil {
		return err
	}
	if _, err := io.WriteString(c.out, ascii(strings.Join(append(files, ""), "\n"))); err != nil {
		return err
	}
	if err := c.unevaluated(failed, len(cases)); err != nil {
		return err
	}
	return undonePresets(undone)
}

// asMIScnn is a case's animation as covid19.MIScnn made it: every slice, 20 a second, both
// lungs blue, infection red, filled at 0.3, HU from -1250 to 250.
func asMIScnn(c picture.Case) (picture.Case, picture.GIF) {
	if c.Volume.Unit == volume.HU {
		c.Window = volume.Window{Center: -500, Width: 1500}
	}
	c.Overlay = viewer.Overlay{Visible: true, Style: viewer.Filled, Opacity: 0.3}
	for _, m := range []**mask.Mask{&c.Reference, &c.Prediction} {
		own := (*m).Snapshot()
		labels := own.Labels()
		for n := range labels {
			switch labels[n].Value {
			case mask.LeftLung, mask.RightLung:
				labels[n].Colour = mask.RGB{0, 0, 255}
			case mask.Infection:
				labels[n].Colour = mask.RGB{255, 0, 0}
			}
		}
		if own.SetLabels(labels) == nil { // they were the mask's own
			*m = own
		}
	}
	return c, picture.GIF{FPS: 20, Px: 256}
}

func undonePresets(n int) error {
	if n == 0 {
		return nil
	}
	return app.Fail(nil, "cmd.evaluate.preset.undone", n)
}

// writePresets writes the tables of the presets; undone is how many there could not be.
func (c *cli) writePresets(ctx context.Context, f evaluateFlags, o cohort.Options, cases []cohort.Case, r cohort.Report) (files []string, undone int, err error) {
	chosen, folder := f.chosenPresets(), filepath.Join(f.out, "tables")
	ours := func(name string) bool {
		return slices.ContainsFunc(presets(), func(q preset) bool { return strings.HasPrefix(name, q.files) })
	}
	if len(chosen) == 0 {
		return nil, 0, f.clearFolder(folder, ours)
	}
	p := presetting{ctx, o, r, cases, map[string]volume.Size{}}
	for _, k := range cases {
		for _, path := range []string{k.Reference, k.Image, k.Prediction} { // contours have no size of their own
			if g, err := nifti.Grid(path); err == nil && p.sizes[k.Name] == (volume.Size{}) {
				p.sizes[k.Name] = g.Size
			}
		}
	}
	var tables []cohort.Table
	for _, q := range chosen {
		made, err := q.tables(p)
		if err != nil {
			return nil, 0, err
		}
		for _, t := range made {
			if t.Why.IsZero() {
				tables = append(tables, t)
				continue
			}
			undone++
			fmt.Fprintln(c.errs, c.table.T("cmd.evaluate.preset.not", q.name, t.Why))
		}
	}
	if len(tables) == 0 {
		return nil, undone, f.clearFolder(folder, ours)
	}
	err = safefile.WriteFolder(folder, f.force, ours, func(put func(string, func(io.Writer) error) error) error {
		for _, t := range tables {
			if err := c.writeTable(f, t, r, put); err != nil {
				return err
			}
		}
		return nil
	})
	for _, t := range tables {
		files = append(files, filepath.Join(folder, fileName(t.Name)+".txt"))
	}
	return files, undone, err
}

// mostDrawn is how many rows of a table fit a page.
const mostDrawn = 60

// writeTable writes a table as CSV, as text with its definitions, and, where it fits a
// page, as a figure.
func (c *cli) writeTable(f evaluateFlags, t cohort.Table, r cohort.Report, put func(string, func(io.Writer) error) error) error {
	name := fileName(t.Name)
	if err := put(name+".csv", t.WriteCSV); err != nil {
		return err
	}
	d := plot.TableData{Name: name, Columns: t.Columns, Rows: t.Rows, Foot: t.Foot}
	if t.Names && !f.figures.identity {
		d.Rows = nil
		for n, row := range t.Rows {
			d.Rows = append(d.Rows, append([]string{fmt.Sprint(n + 1)}, row[1:]...))
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(t.Text), "\n") {
		// What the source prints below its table stands below it in the figure too.
		at := strings.LastIndex(line, " ")
		if at <= 0 || t.Text == "" || len(t.Columns) < 2 {
			continue
		}
		if _, err := strconv.ParseFloat(line[at+1:], 64); err != nil { // words alone, right across
			d.Foot = append(d.Foot, []string{line})
			continue
		}
		d.Foot = append(d.Foot, []string{strings.TrimSpace(line[:at]), line[at+1:]})
	}
	d.N, d.Made, d.Notes = t.N, []string{"Opacity " + r.Provenance.Opacity}, []string{c.table.T("cmd.evaluate.research")}
	var said []string
	for _, m := range t.Caption() {
		said = append(said, c.table.Format(m))
	}
	d.Shows = strings.Join(said, " ")
	figure := plot.Table(d)
	err := put(name+".txt", func(w io.Writer) error {
		if err := t.WriteText(w); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, "\n%s\n", figure.Caption())
		return err
	})
	if err != nil || len(t.Rows) > mostDrawn || f.plain {
		return err
	}
	for _, format := range plot.Formats() {
		if err := put(name+"."+format, func(w io.Writer) error { return figure.Write(w, format, f.figures.page()) }); err != nil {
			return err
		}
	}
	return nil
}
