package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
)

// labelSection lists the labels: eye, lock, colour, name, millilitres and what
// changed since the model. Below it is what can be done to them.
type labelSection struct {
	w       *Window
	object  *fyne.Container
	rows    []*labelRow
	list    *fyne.Container
	drag    *labelDrag
	reason  *controls.Prose // why there are no millilitres
	palette *palettePicker
	add     *controls.Button
	more    *controls.Button
	up      *controls.Button
	down    *controls.Button
	// renaming is the label whose name is being written, 0 for none.
	renaming uint8
}

func newLabelSection(w *Window) *labelSection {
	s := &labelSection{w: w, list: container.New(layout.NewCustomPaddedVBoxLayout(2)), reason: controls.Paragraph("", look.Dim)}
	s.drag = newLabelDrag(s)
	s.palette = newPalettePicker(w, func(value uint8, c mask.RGB) {
		if s.canChange() {
			s.done(w.session.RecolourLabel(value, c))
		}
	})
	s.add = w.make.Button(w.t("ui.label.add"), theme.ContentAddIcon(), w.t("ui.label.add.tip"), func() { s.popUp(s.added(), s.add) })
	s.up = w.make.Button("", theme.MoveUpIcon(), w.t("ui.label.up"), func() { s.move(w.viewer.ActiveLabel(), -1) })
	s.down = w.make.Button("", theme.MoveDownIcon(), w.t("ui.label.down"), func() { s.move(w.viewer.ActiveLabel(), +1) })
	s.more = w.make.Button("", theme.MoreHorizontalIcon(), w.t("ui.label.more"), func() { s.popUp(s.items(w.viewer.ActiveLabel()), s.more) })
	for id, b := range map[string]*controls.Button{"add": s.add, "up": s.up, "down": s.down, "more": s.more} {
		b.Importance = widget.LowImportance
		w.name("labels."+id, b)
	}
	under := container.NewHBox(s.add, layout.NewSpacer(), s.up, s.down, s.more)
	s.object = container.NewVBox(container.NewStack(s.list, s.drag.layer), s.palette.object, under, s.reason)
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

// listed are the labels of the mask, and those that a preview would add: these can
// be looked at only.
func (s *labelSection) listed() []mask.Label {
	if w := s.w; w.amount != nil && w.amount.shows && w.session.Mask() != nil {
		return w.session.Shown().Labels()
	}
	return s.labels()
}

// proposed reports whether a label is not in the mask yet.
func (s *labelSection) proposed(l mask.Label) bool {
	m := s.w.session.Mask()
	if m == nil {
		return false
	}
	_, there := m.Label(l.Value)
	return !there
}

func (s *labelSection) refresh() {
	labels := s.listed()
	if !slices.EqualFunc(labels, s.rows, func(l mask.Label, r *labelRow) bool { return l.Value == r.label.Value }) {
		s.build(labels)
	}
	numbers := s.w.numbers()
	for i, r := range s.rows {
		s.update(r, labels[i], numbers)
	}
	s.reason.Set(s.w.withheld())
	active := slices.IndexFunc(labels, func(l mask.Label) bool { return l.Value == s.w.viewer.ActiveLabel() })
	can := s.canChange()
	s.add.SetEnabled(can)
	s.more.SetEnabled(can)
	s.up.SetEnabled(can && active > 0)
	s.down.SetEnabled(can && active >= 0 && active < len(labels)-1)
	s.palette.follow(labels)
}

// canChange reports whether labels may be made others now.
func (s *labelSection) canChange() bool { return s.w.canEdit() }

// dash stands for a number that is not to be stated.
const dash = "—"

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
