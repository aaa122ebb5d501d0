package ui

import (
	"context"
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
)

// measureAfter is how long the mask must rest before it is measured.
const measureAfter = 300 * time.Millisecond

// measured is what the report shows, and of which revision of the mask.
type measured struct {
	revision int
	valid    bool
	metrics.Measurements
}

// measureLater measures the mask once it has been left alone for a moment.
func (w *Window) measureLater() {
	if w.measureStop != nil {
		w.measureStop()
	}
	w.measureStop = w.after(measureAfter, w.measure)
}

func (w *Window) measure() {
	v := w.session.Volume()
	if v == nil || w.session.Loading() || w.segmenting {
		if v == nil {
			w.measured = measured{}
			w.inspector.report.refresh()
		}
		return
	}
	m, revision, attempt := w.session.Mask().Snapshot(), w.session.Revision(), w.opening
	job.Run(w.jobs, "measure", func(ctx context.Context, _ func(job.Progress)) (metrics.Measurements, error) {
		return metrics.Measure(ctx, v, m)
	}, nil, func(found metrics.Measurements, err error) {
		if err != nil {
			w.bands.fail(err)
			return
		}
		if attempt != w.opening || revision != w.session.Revision() {
			return // the next measurement is on its way
		}
		found.LeaveOut(w.session.Annotated)
		w.measured = measured{revision, true, found}
		w.inspector.report.refresh()
		w.inspector.labels.refresh()
		w.panes.chartChanged()
	})
}

// reportSection is the table as it will be exported.
type reportSection struct {
	w      *Window
	object *fyne.Container
	stale  bool // it shows dashes: the mask is not measured as it is now
}

func newReportSection(w *Window) *reportSection {
	s := &reportSection{w: w, object: container.New(layout.NewCustomPaddedVBoxLayout(6))}
	s.refresh()
	return s
}

// current reports whether the mask is measured as it is now.
func (w *Window) current() bool {
	return w.measured.valid && w.measured.revision == w.session.Revision() && !w.segmenting
}

// refreshStale takes numbers away that are true no more.
func (s *reportSection) refreshStale() {
	if !s.stale && !s.w.current() {
		s.refresh()
	}
}

func (s *reportSection) refresh() {
	w := s.w
	s.stale = !w.current()
	none := ""
	switch {
	case w.session.Volume() == nil || w.session.Mask().Empty() && !w.segmenting:
		none = w.t("ui.report.none")
	case w.segmenting:
		none = w.t("ui.report.running")
	case !w.measured.valid:
		none = w.t("ui.report.measuring")
	}
	if none != "" {
		s.fill(append([]fyne.CanvasObject{controls.Paragraph(none, look.Dim)}, s.leftOut()...))
		return
	}
	m := w.measured
	cells := []fyne.CanvasObject{
		s.cell(w.t("ui.report.label"), look.Dim, ""), s.cell(w.t("ui.report.voxels"), look.Dim, "").Right(),
		s.cell(w.t("ui.report.ml"), look.Dim, "").Right(), s.cell(w.t("ui.report.hu"), look.Dim, "").Right(),
	}
	for _, l := range m.Labels {
		name := l.Label.Name
		if l.Label.Layer == mask.Findings && l.Side != mask.NoSide {
			name = w.t("ui.report.side."+string(l.Side), l.Label.Name)
		}
		voxels := thousands(l.Voxels)
		ml, whyML := w.number(l.VolumeML, millilitres, m.Why)
		hu, whyHU := w.number(l.MeanHU, whole, text.Message{})
		if l.MeanHU == nil && w.session.Volume().Unit != volume.HU {
			whyHU = w.t("ui.display.no_hu")
		}
		if !l.Why.IsZero() {
			whyML = w.texts.Format(l.Why)
			whyHU = whyML
		}
		if s.stale {
			voxels, ml, hu = dash, dash, dash
			whyML, whyHU = w.t("ui.report.measuring"), w.t("ui.report.measuring")
		}
		whyName := ""
		if l.Side == metrics.Outside {
			whyName = w.t("ui.report.outside")
		}
		cells = append(cells, s.cell(name, theme.ColorNameForeground, whyName),
			s.cell(voxels, theme.ColorNameForeground, "").Right(),
			s.cell(ml, theme.ColorNameForeground, whyML).Right(), s.cell(hu, theme.ColorNameForeground, whyHU).Right())
	}
	rows := []fyne.CanvasObject{container.New(tableLayout{}, cells...)}
	partial := !m.Why.IsZero()
	var heading fyne.CanvasObject = controls.NewLine(w.t("ui.report.involvement"), look.Dim)
	if partial {
		rows = append(rows, controls.Paragraph(w.t("ui.withheld", w.texts.Format(m.Why)), look.Dim))
		heading = controls.Paragraph(w.t("ui.report.involvement_present"), look.Dim)
	}
	rows = append(rows, widget.NewSeparator())
	involvement := []fyne.CanvasObject{heading}
	for _, part := range []struct {
		key string
		x   *float64
	}{{"ui.report.left", m.InvolvementLeft}, {"ui.report.right", m.InvolvementRight}, {"ui.report.total", m.InvolvementTotal}} {
		value, why := w.number(part.x, tenths, text.Message{})
		switch {
		case s.stale:
			value, why = dash, w.t("ui.report.measuring")
		case part.x != nil:
			value = w.t("ui.percent", value)
		case !m.WhyInvolvement.IsZero():
			why = w.texts.Format(m.WhyInvolvement)
		}
		number := controls.NewLine(value, theme.ColorNameForeground).Right().Why(w.make.Tips, why)
		number.Bold = !partial
		involvement = append(involvement, container.NewBorder(nil, nil, controls.NewLine(w.t(part.key), theme.ColorNameForeground), number))
	}
	rows = append(rows, involvement...)
	if !m.WhyInvolvement.IsZero() && !s.stale {
		rows = append(rows, controls.Paragraph(w.t("ui.report.not_annotated"), look.Dim))
	}
	for _, cut := range metrics.CutLungs(w.session.Mask()) {
		rows = append(rows, controls.Paragraph(w.texts.Format(cut.Message), look.Dim))
	}
	const chartWidth, chartHeight = 272, 180
	if chart := w.chart(chartWidth, chartHeight, 0.7); chart != nil {
		rows = append(rows, chart)
	} else if s.stale && w.opts.Chart != nil { // what is below keeps its place
		blank := canvas.NewRectangle(color.Transparent)
		blank.SetMinSize(fyne.NewSize(chartWidth, chartHeight))
		rows = append(rows, container.NewStack(blank, container.NewCenter(controls.NewLine(w.t("ui.report.measuring"), look.Dim))))
	}
	rows = append(rows, s.leftOut()...)
	rows = append(rows, controls.Paragraph(w.t("ui.research"), look.Dim))
	s.fill(rows)
}

// fill puts rows into the section. Text that wraps knows its height only once it
// has its width.
func (s *reportSection) fill(rows []fyne.CanvasObject) {
	if width := s.object.Size().Width; width > 0 {
		for _, r := range rows {
			if words, ok := r.(*controls.Prose); ok {
				words.Resize(fyne.NewSize(width, words.MinSize().Height))
			}
		}
	}
	s.object.Objects = rows
	s.object.Refresh()
}

// leftOut is a line about the files beside the study that are not in it.
func (s *reportSection) leftOut() []fyne.CanvasObject {
	if s.w.leftOut == "" || s.w.session.Volume() == nil {
		return nil
	}
	return []fyne.CanvasObject{controls.Paragraph(s.w.leftOut, look.Dim)}
}

func (s *reportSection) cell(value string, c fyne.ThemeColorName, reason string) *controls.Line {
	return controls.NewLine(value, c).Sized(theme.SizeNameCaptionText).Why(s.w.make.Tips, reason)
}

// chart is the picture of the area of each label per slice, nil where there is
// none; letters is their size, 1 for the usual.
func (w *Window) chart(width, height, letters float32) fyne.CanvasObject {
	if w.opts.Chart == nil || !w.current() || w.session.Mask() == nil || w.session.Mask().Empty() {
		return nil
	}
	scale := w.win.Canvas().Scale()
	picture := w.opts.Chart(w.measured.Measurements, int(width*scale), int(height*scale), float64(scale*letters), !w.prefs.Light)
	if picture == nil {
		return nil
	}
	image := canvas.NewImageFromImage(picture)
	image.ScaleMode, image.FillMode = canvas.ImageScaleFastest, canvas.ImageFillContain
	image.SetMinSize(fyne.NewSize(width, height))
	return image
}

// thousands groups digits by threes with thin spaces.
func thousands(n int) string {
	s := viewer.Number(float64(n), 0)
	out := ""
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			out += "\u2009"
		}
		out += string(r)
	}
	return out
}

// tableLayout is four columns: a name that takes what is left, and three numbers.
type tableLayout struct{}

var tableColumns = [3]float32{76, 54, 46}

func (tableLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(250, float32(len(o)/4)*20)
}

func (tableLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	name := size.Width - tableColumns[0] - tableColumns[1] - tableColumns[2]
	for i, cell := range o {
		x, width := float32(0), name-4
		if c := i % 4; c > 0 {
			x = name
			for _, before := range tableColumns[:c-1] {
				x += before
			}
			width = tableColumns[c-1]
		}
		cell.Move(fyne.NewPos(x, float32(i/4)*20))
		cell.Resize(fyne.NewSize(width, 20))
	}
}
