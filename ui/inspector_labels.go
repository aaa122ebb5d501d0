package ui

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/viewer"
)

// labelSection lists the labels: eye, colour, name, millilitres.
type labelSection struct {
	w      *Window
	object *fyne.Container
	rows   []*labelRow
	list   *fyne.Container
	reason *prose // why there are no millilitres
}

type labelRow struct {
	label  mask.Label
	eye    *button
	tile   *tile
	swatch *canvas.Rectangle
	name   *line
	volume *line
}

func newLabelSection(w *Window) *labelSection {
	s := &labelSection{w: w, list: container.NewVBox(), reason: paragraph("", colorDim)}
	s.object = container.NewVBox(s.list, s.reason)
	w.name("labels.reason", s.reason)
	s.refresh()
	return s
}

func (s *labelSection) labels() []mask.Label {
	if m := s.w.session.Shown(); m != nil {
		return m.Labels()
	}
	return mask.DefaultLabels()
}

func (s *labelSection) refresh() {
	labels := s.labels()
	if len(labels) != len(s.rows) {
		s.build(labels)
	}
	for i, r := range s.rows {
		s.update(r, labels[i])
	}
	s.reason.set(s.w.withheld())
}

func (s *labelSection) build(labels []mask.Label) {
	w := s.w
	s.rows, s.list.Objects = nil, nil
	for i, l := range labels {
		r := &labelRow{swatch: canvas.NewRectangle(color.Transparent), name: newLine("", theme.ColorNameForeground).clipped(), volume: newLine("", theme.ColorNameForeground).right()}
		r.swatch.CornerRadius = 2
		r.swatch.SetMinSize(fyne.NewSize(14, 14))
		r.eye = w.newButton("", theme.VisibilityIcon(), w.t("ui.label.eye"), func() { s.toggle(i) })
		r.eye.Importance = widget.LowImportance
		content := container.NewBorder(nil, nil, container.NewHBox(container.NewCenter(r.swatch), layout.NewSpacer()), r.volume, r.name)
		r.tile = w.newTile(content, w.t("ui.label.activate"), func() { w.viewer.SetActiveLabel(s.rows[i].label.Value) })
		w.name(fmt.Sprintf("label.%d.eye", l.Value), r.eye)
		w.name(fmt.Sprintf("label.%d", l.Value), r.tile)
		s.rows = append(s.rows, r)
		s.list.Add(container.NewBorder(nil, nil, r.eye, nil, r.tile))
	}
	s.list.Refresh()
}

func (s *labelSection) update(r *labelRow, l mask.Label) {
	r.label = l
	active := l.Value == s.w.viewer.ActiveLabel()
	r.swatch.FillColor = color.NRGBA{l.Colour[0], l.Colour[1], l.Colour[2], 0xFF}
	r.swatch.Refresh()
	icon := theme.VisibilityIcon()
	if !l.Visible {
		icon = theme.VisibilityOffIcon()
	}
	if r.eye.Icon == nil || r.eye.Icon.Name() != icon.Name() {
		r.eye.SetIcon(icon)
	}
	r.name.bold = active
	r.name.color = theme.ColorNameForeground
	if !l.Visible {
		r.name.color = colorDim
	}
	r.name.text = l.Name
	r.name.Refresh()
	value, reason := s.w.volumeOf(l)
	r.volume.why(s.w.tips, reason).set(value)
	if r.tile.chosen != active {
		r.tile.chosen = active
		r.tile.Refresh()
	}
}

func (s *labelSection) toggle(i int) {
	labels := s.labels()
	if s.w.session.Mask() == nil || i >= len(labels) {
		return
	}
	s.w.session.SetVisible(labels[i].Value, !labels[i].Visible)
}

// dash stands for a number that is not to be stated.
const dash = "—"

// volumeOf is the volume of a label as it is now, counted while it is drawn; or
// a dash and the reason why it is withheld.
func (w *Window) volumeOf(l mask.Label) (value, reason string) {
	v, m := w.session.Volume(), w.session.Shown()
	if v == nil || m == nil {
		return "", ""
	}
	if reason := w.withheld(); reason != "" {
		return dash, reason
	}
	switch {
	case w.segmenting && !w.stopped:
		return dash, w.t("ui.label.provisional")
	case m.Empty():
		return dash, w.t("ui.label.no_mask")
	case !w.session.Annotated(l):
		return dash, w.t("ui.label.not_annotated")
	}
	n := m.Count(l.Layer, l.Value)
	return w.ml(float64(n) * v.VoxelVolumeML()), ""
}

// withheld says why no volumes are stated of the open study, "" where they are.
func (w *Window) withheld() string {
	if v := w.session.Volume(); v != nil {
		if warning, withheld := v.Withheld(); withheld {
			return w.t("ui.withheld", w.texts.Format(warning.Message))
		}
	}
	return ""
}

// ml writes millilitres with a thin space before the unit.
func (w *Window) ml(x float64) string { return w.t("ui.ml", millilitres(x)) }

// millilitres are whole from 100 on, and have one decimal below.
func millilitres(x float64) string {
	if x >= 99.95 {
		return whole(x)
	}
	return tenths(x)
}

func whole(x float64) string  { return viewer.Number(x, 0) }
func tenths(x float64) string { return viewer.Number(x, 1) }

// number writes a value that may be withheld.
func (w *Window) number(x *float64, write func(float64) string, why text.Message) (value, reason string) {
	if x == nil {
		if why.IsZero() {
			return dash, w.t("ui.undefined")
		}
		return dash, w.t("ui.withheld", w.texts.Format(why))
	}
	return write(*x), ""
}
