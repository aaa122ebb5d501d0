package ui

import (
	"fmt"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/catalogue"
	"opacity/app/metrics/region"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// errorKinds are what a voxel may be against a reference, and what each is called.
var errorKinds = []legendEntry{
	{viewer.Hit, "ui.reference.hit"},
	{viewer.Removed, "ui.reference.miss"},
	{viewer.Added, "ui.reference.false_alarm"},
	{viewer.Relabeled, "ui.compare.relabelled"},
}

func newErrorLegend(w *Window) *legend {
	return makeLegend(w, "reference", tool.ViewReference, errorKinds, func() bool { return w.viewer.Reference() != nil })
}

// referenceSection measures the mask against a reference, per label.
type referenceSection struct {
	w       *Window
	object  *fyne.Container
	from    *controls.Selector
	shown   *controls.Check
	name    *controls.Line // of the reference
	why     *controls.Prose
	body    *fyne.Container
	written string // what the body says
}

func newReferenceSection(w *Window) *referenceSection {
	s := &referenceSection{w: w, why: controls.Paragraph("", look.Dim), body: container.New(layout.NewCustomPaddedVBoxLayout(8))}
	s.name = controls.NewLine("", theme.ColorNameForeground).Clipped().Why(w.make.Tips, "")
	s.from = w.make.Selector([]string{w.t("ui.reference.none"), w.t("ui.reference.model"), w.t("ui.reference.file"), w.t("ui.reference.reader")}, func(n int) {
		w.compareFrom(referenceFrom(n))
		s.refresh() // nothing may have come of it
	})
	s.shown = w.make.Check(w.withKey(w.t("ui.reference.show"), tool.ViewReference), func(bool) { w.keys.Do(tool.ViewReference); s.refresh() })
	w.name("reference.from", s.from)
	w.name("reference.show", s.shown)
	w.name("reference.why", s.why)
	w.name("reference.table", s.body)
	s.object = container.New(layout.NewCustomPaddedVBoxLayout(4), s.from, s.name, s.shown, s.why, s.body)
	return s
}

// compareFrom asks for a reference from a place, or lets go of the one there is.
func (w *Window) compareFrom(from referenceFrom) {
	switch from {
	case fromNowhere:
		w.dropReference()
	case fromModel:
		w.compareWithModel()
	case fromFile:
		w.askReference()
	case fromStudy:
		w.askOtherStudy()
	}
}

// compare is the part of the menu View that chooses a reference.
func (m *menu) compare() *fyne.MenuItem {
	w := m.w
	may := w.referenceRefused() == ""
	i := m.item("ui.menu.reference", may, func() {})
	i.ChildMenu = fyne.NewMenu("",
		m.item("ui.reference.file", may && w.opts.ReadMask != nil, w.askReference),
		m.item("ui.reference.model", may && w.session.ModelMask() != nil, w.compareWithModel),
		m.item("ui.reference.reader", may, w.askOtherStudy),
		separator(),
		m.choice(m.act(tool.ViewReference, "ui.menu.errors", may), w.viewer.Reference() != nil),
		m.item("ui.menu.reference_drop", w.comparing.mask != nil, w.dropReference))
	return i
}

func (s *referenceSection) refresh() {
	w, c := s.w, &s.w.comparing
	s.from.Display(int(c.from))
	why := w.referenceRefused()
	if w.segmenting || w.hasStudy() && w.session.Loading() {
		why = "" // soon it is over
	}
	controls.Enable(s.from, w.referenceRefused() == "")
	s.why.Set(why)
	controls.Visible(s.why, why != "")
	s.name.Reason = c.name
	if c.mask != nil {
		s.name.Reason = w.t("ui.reference.from."+c.from.String(), c.name)
	}
	s.name.Set(s.name.Reason)
	controls.Visible(s.name, c.mask != nil)
	controls.Visible(s.shown, c.mask != nil)
	s.shown.Display(w.viewer.Reference() != nil)
	t := s.tell()
	if now := fmt.Sprint(t); now != s.written {
		s.written = now
		s.fill(t)
	}
}

// tableCell is a number of the table, or what is there in its place, and why.
type tableCell struct{ text, why string }

// told is what the section says of a comparison.
type told struct {
	blocks  [][]tableRow // of a few labels each
	remarks []string
}

type tableRow struct {
	name  tableCell
	cells []tableCell
}

// columns is how many labels stand side by side.
const columns = 3

// tell puts the numbers into words.
func (s *referenceSection) tell() told {
	w, c := s.w, &s.w.comparing
	var t told
	if c.mask == nil {
		return t
	}
	if c.rows == nil {
		t.remarks = append(t.remarks, w.t("ui.report.measuring"))
		return t
	}
	var rows []comparedLabel // of what one of the masks has
	var neither []string
	for _, r := range c.rows {
		if r.values["dice"].Why == metrics.BothEmpty {
			neither = append(neither, r.label.Name)
			continue
		}
		rows = append(rows, r)
	}
	for from := 0; from < len(rows); from += columns {
		t.blocks = append(t.blocks, w.block(rows[from:min(from+columns, len(rows))]))
	}
	if c.study != "" && c.study == w.studyInfo().ID {
		t.remarks = append(t.remarks, w.t("ui.reference.copied"))
	}
	if c.moved {
		t.remarks = append(t.remarks, w.t("ui.reference.moved"))
	}
	if len(neither) > 0 {
		t.remarks = append(t.remarks, w.t("ui.reference.neither", strings.Join(neither, ", ")))
	}
	t.remarks = append(t.remarks, w.undefined(rows)...)
	if not := w.notCompared(); len(not) > 0 {
		t.remarks = append(t.remarks, w.t("ui.reference.not_said", strings.Join(not, ", ")))
	}
	if len(c.absent) > 0 {
		t.remarks = append(t.remarks, w.t("ui.reference.absent", strings.Join(c.absent, ", ")))
	}
	return t
}

// block is the table of a few labels.
func (w *Window) block(rows []comparedLabel) []tableRow {
	from := w.comparing.from
	head := tableRow{name: tableCell{w.t("ui.reference.against." + from.String()), w.comparing.name}}
	for _, r := range rows {
		head.cells = append(head.cells, tableCell{r.label.Name, r.label.Name})
	}
	block := []tableRow{head}
	for _, e := range comparedEntries() {
		row := tableRow{name: tableCell{w.t("ui.reference.row." + e.Key), w.definition(e)}}
		for _, r := range rows {
			cell := w.metricCell(e, r)
			if cell.why == "" { // the whole row says what it is
				cell.why = row.name.why
			}
			row.cells = append(row.cells, cell)
		}
		block = append(block, row)
		if e.Key == "specificity" {
			where := tableRow{name: tableCell{w.t("ui.reference.counted"), w.t("ui.reference.counted.whole")}}
			for _, r := range rows {
				where.cells = append(where.cells, w.regionCell(r))
			}
			block = append(block, where)
		}
	}
	return block
}

// regionCell says where the specificity of a label was counted.
func (w *Window) regionCell(r comparedLabel) tableCell {
	if r.region == "" {
		return tableCell{"…", w.t("ui.report.measuring")}
	}
	where := r.region
	if where == region.Inside && r.label.Layer != mask.Findings {
		where = "lungs_in_body"
	}
	return tableCell{w.t("ui.reference.region." + r.region), w.t("ui.reference.where." + where)}
}

// definition is what a metric is, in whole.
func (w *Window) definition(e catalogue.Entry) string {
	said := w.texts.Format(e.Name) + ". " + w.texts.Format(e.Definition)
	if e.Key != "nsd_tolerance_mm" { // which is chosen, not measured
		said += " " + w.texts.Format(e.Empty)
	}
	return said
}

// metricCell writes a metric of a label, or why there is none.
func (w *Window) metricCell(e catalogue.Entry, r comparedLabel) tableCell {
	v, known := r.values[e.Key]
	switch {
	case !known, w.comparing.counted != w.session.Revision():
		return tableCell{"…", w.t("ui.report.measuring")}
	case !v.Defined():
		return tableCell{dash, w.whyUndefined(r, v.Why)}
	case e.Key == "rvd":
		return tableCell{w.t("ui.percent", signed(100*v.X, 1)), ""}
	case e.Key == "nsd_tolerance_mm":
		return tableCell{viewer.Number(v.X, 0), ""}
	case e.Unit == catalogue.Share:
		return tableCell{viewer.Number(v.X, 4), ""}
	case v.X >= 1000:
		return tableCell{thousands(int(v.X + 0.5)), ""}
	}
	return tableCell{viewer.Number(v.X, 2), ""}
}

func (w *Window) whyUndefined(r comparedLabel, why metrics.Why) string {
	switch {
	case why == metrics.NoSpacing:
		return w.withheld()
	case why == metrics.Miss && !r.values["sensitivity"].Defined(): // the reference is the empty one
		return w.t("ui.reference.why.false_alarm")
	}
	return w.t("ui.reference.why." + string(why))
}

// undefined says in words what has no value, and why.
func (w *Window) undefined(rows []comparedLabel) []string {
	var said []string
	spacing := false
	for _, r := range rows {
		of := map[metrics.Why][]string{}
		var order []metrics.Why
		for _, e := range comparedEntries() {
			v, known := r.values[e.Key]
			if !known || v.Defined() {
				continue
			}
			if v.Why == metrics.NoSpacing {
				spacing = true
				continue
			}
			if of[v.Why] == nil {
				order = append(order, v.Why)
			}
			of[v.Why] = append(of[v.Why], w.t("ui.reference.row."+e.Key))
		}
		for _, why := range order {
			said = append(said, w.t("ui.reference.undefined", r.label.Name, strings.Join(of[why], ", "), w.whyUndefined(r, why)))
		}
	}
	if spacing {
		said = append(said, w.t("ui.reference.no_mm", w.withheld()))
	}
	return said
}

// notCompared are the labels that are drawn and that the reference says nothing of.
func (w *Window) notCompared() []string {
	var names []string
	m := w.session.Mask()
	for _, l := range m.Labels() {
		if m.Count(l.Layer, l.Value) > 0 && !w.comparing.covers(l) {
			names = append(names, l.Name)
		}
	}
	return names
}

// fill shows it.
func (s *referenceSection) fill(t told) {
	s.body.Objects = nil
	for _, block := range t.blocks {
		table := container.New(layout.NewCustomPaddedVBoxLayout(1))
		for n, row := range block {
			ink := theme.ColorNameForeground
			if n == 0 {
				ink = look.Dim
			}
			numbers := container.NewGridWithColumns(columns)
			for _, c := range row.cells {
				numbers.Add(s.line(c, ink).Right())
			}
			for range columns - len(row.cells) {
				numbers.Add(canvas.NewRectangle(color.Transparent))
			}
			table.Add(container.NewBorder(nil, nil, container.New(fixedWidth(96), s.line(row.name, look.Dim)), nil, numbers))
		}
		s.body.Add(table)
	}
	for _, r := range t.remarks {
		words := controls.Paragraph(r, look.Dim)
		if width := s.object.Size().Width; width > 0 { // text that wraps knows its height once it has its width
			words.Resize(fyne.NewSize(width, words.MinSize().Height))
		}
		s.body.Add(words)
	}
	s.body.Refresh()
}

func (s *referenceSection) line(c tableCell, ink fyne.ThemeColorName) *controls.Line {
	return controls.NewLine(c.text, ink).Sized(theme.SizeNameCaptionText).Clipped().Why(s.w.make.Tips, c.why)
}
