package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/viewer"
)

// labelSection lists the labels: eye, lock, colour, name, millilitres and what
// changed since the model. Below it is what can be done to them.
type labelSection struct {
	w       *Window
	object  *fyne.Container
	rows    []*labelRow
	list    *fyne.Container
	reason  *prose // why there are no millilitres
	palette *palettePicker
	add     *button
	more    *button
	up      *button
	down    *button
	// renaming is the label whose name is being written, 0 for none.
	renaming uint8
}

func newLabelSection(w *Window) *labelSection {
	s := &labelSection{w: w, list: container.New(layout.NewCustomPaddedVBoxLayout(2)), reason: paragraph("", colorDim)}
	s.palette = newPalettePicker(w, func(value uint8, c mask.RGB) { s.done(w.session.RecolourLabel(value, c)) })
	s.add = w.newButton(w.t("ui.label.add"), theme.ContentAddIcon(), w.t("ui.label.add.tip"), func() { s.popUp(s.added(), s.add) })
	s.up = w.newButton("", theme.MoveUpIcon(), w.t("ui.label.up"), func() { s.move(w.viewer.ActiveLabel(), -1) })
	s.down = w.newButton("", theme.MoveDownIcon(), w.t("ui.label.down"), func() { s.move(w.viewer.ActiveLabel(), +1) })
	s.more = w.newButton("", theme.MoreHorizontalIcon(), w.t("ui.label.more"), func() { s.popUp(s.items(w.viewer.ActiveLabel()), s.more) })
	for id, b := range map[string]*button{"add": s.add, "up": s.up, "down": s.down, "more": s.more} {
		b.Importance = widget.LowImportance
		w.name("labels."+id, b)
	}
	under := container.NewHBox(s.add, layout.NewSpacer(), s.up, s.down, s.more)
	s.object = container.NewVBox(s.list, s.palette.object, under, s.reason)
	w.name("labels.reason", s.reason)
	s.refresh()
	return s
}

// labels are those of the mask, not those that a preview may add.
func (s *labelSection) labels() []mask.Label {
	if m := s.w.session.Mask(); m != nil {
		return m.Labels()
	}
	return mask.DefaultLabels()
}

// live are the numbers of the mask as it is, by label; none while a model runs.
func (s *labelSection) live() map[uint8]metrics.LiveLabel {
	if s.w.session.Mask() == nil || s.w.segmenting || s.w.session.ModelMask() == nil {
		return nil
	}
	found := map[uint8]metrics.LiveLabel{}
	for _, l := range s.w.session.Numbers().Labels {
		found[l.Label.Value] = l
	}
	return found
}

func (s *labelSection) refresh() {
	labels := s.labels()
	if !slices.EqualFunc(labels, s.rows, func(l mask.Label, r *labelRow) bool { return l.Value == r.label.Value }) {
		s.build(labels)
	}
	live := s.live()
	for i, r := range s.rows {
		s.update(r, labels[i], live[labels[i].Value])
	}
	s.reason.set(s.w.withheld())
	active := slices.IndexFunc(labels, func(l mask.Label) bool { return l.Value == s.w.viewer.ActiveLabel() })
	can := s.canChange()
	s.add.enable(can)
	s.more.enable(can)
	s.up.enable(can && active > 0)
	s.down.enable(can && active >= 0 && active < len(labels)-1)
	s.palette.follow(labels)
}

// canChange reports whether labels may be made others now.
func (s *labelSection) canChange() bool { return s.w.canEdit() }

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
