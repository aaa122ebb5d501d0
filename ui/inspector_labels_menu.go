package ui

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
	"opacity/app/mask"
)

// usualFindings are those that the menu Add proposes, by the keys of their names.
var usualFindings = []string{"ground_glass", "consolidation", "effusion", "nodule"}

// done says why a change of the labels was refused, or what it was.
func (s *labelSection) done(err error) {
	w := s.w
	if err != nil {
		_, why := app.Explain(err)
		w.status.note(w.texts.Format(why))
		return
	}
	if steps, applied := w.session.History(); applied > 0 {
		w.status.say(w.texts.Format(steps[applied-1].Name))
	}
}

// added are the items that add a label.
func (s *labelSection) added() []*fyne.MenuItem {
	m := s.w.menu
	var items []*fyne.MenuItem
	for _, key := range usualFindings {
		name := s.w.t("ui.finding." + key)
		i := m.item("ui.menu.tool", s.canChange() && !s.has(name), func() { s.addLabel(name, false) }, name)
		items = append(items, i)
	}
	return append(items, m.item("ui.label.own", s.canChange(), func() { s.addLabel(s.freeName(), true) }),
		separator(), m.item("ui.label.import", s.canChange(), s.w.askImportLabels))
}

func (s *labelSection) has(name string) bool {
	return slices.ContainsFunc(s.labels(), func(l mask.Label) bool { return strings.EqualFold(l.Name, name) })
}

// freeName is a name for a finding that is about to get its own.
func (s *labelSection) freeName() string {
	name := s.w.t("ui.label.new")
	for n := 2; s.has(name); n++ {
		name = fmt.Sprintf("%s %d", s.w.t("ui.label.new"), n)
	}
	return name
}

// addLabel adds a finding, which becomes the active label.
func (s *labelSection) addLabel(name string, rename bool) {
	if !s.canChange() {
		return
	}
	l, err := s.w.session.AddLabel(name)
	s.done(err)
	if err != nil {
		return
	}
	s.w.viewer.SetActiveLabel(l.Value)
	s.refresh()
	s.w.soon("reveal", func() { s.w.inspector.reveal("labels") })
	if rename {
		s.rename(l.Value)
	}
}

// items are what can be done to a label: for its row's menu, and the menu Tools.
func (s *labelSection) items(value uint8) []*fyne.MenuItem {
	w, m := s.w, s.w.menu
	labels, can := s.labels(), s.canChange()
	at := slices.IndexFunc(labels, func(l mask.Label) bool { return l.Value == value })
	if at < 0 {
		return nil
	}
	l := labels[at]
	eye, lock := "ui.label.hide", "ui.label.lock"
	if !l.Visible {
		eye = "ui.label.show"
	}
	if l.Locked {
		lock = "ui.label.unlock"
	}
	add := m.item("ui.label.add_menu", can, func() {})
	add.ChildMenu = fyne.NewMenu("", s.added()...)
	open := w.session.Mask() != nil
	return []*fyne.MenuItem{
		m.item("ui.label.rename", can, func() { s.unfolded(func() { s.rename(value) }) }),
		m.item("ui.label.recolour", can, func() { s.unfolded(func() { s.palette.open(l) }) }),
		m.item("ui.label.up", can && at > 0, func() { s.move(value, -1) }),
		m.item("ui.label.down", can && at < len(labels)-1, func() { s.move(value, +1) }),
		m.item(eye, open, func() { w.session.SetVisible(value, !l.Visible) }),
		m.item(lock, open, func() { w.session.SetLocked(value, !l.Locked) }),
		separator(),
		m.item("ui.label.delete", can && !l.Locked, func() { s.delete(value) }, l.Name),
		separator(),
		add,
		m.item("ui.label.import", can, w.askImportLabels),
		m.item("ui.label.export", open, w.askExportLabels),
	}
}

// unfolded does something to the list once it is on screen.
func (s *labelSection) unfolded(do func()) {
	w := s.w
	if !w.prefs.Inspector {
		w.toggleInspector()
	}
	w.inspector.unfold("labels")
	w.soon("reveal", func() { w.inspector.reveal("labels") })
	do()
}

// popUp shows items under a control, popUpAt at a place of the window.
func (s *labelSection) popUp(items []*fyne.MenuItem, under fyne.CanvasObject) {
	at := s.w.app.Driver().AbsolutePositionForObject(under)
	s.popUpAt(items, at.AddXY(0, under.Size().Height))
}

func (s *labelSection) popUpAt(items []*fyne.MenuItem, at fyne.Position) {
	if len(items) == 0 || len(s.w.modals) > 0 {
		return
	}
	s.w.make.Tips.Clear()
	p := widget.NewPopUpMenu(fyne.NewMenu("", items...), s.w.win.Canvas())
	s.w.name("popup", p)
	p.ShowAtPosition(at)
	p.ActivateNext() // the keys begin at the first
}

// move lists a label further up or down.
func (s *labelSection) move(value uint8, by int) {
	focused := s.w.win.Canvas().Focused() != nil && !s.w.panesFocused()
	s.moveTo(value, s.place(value)+by)
	if focused {
		for _, r := range s.rows {
			if r.label.Value == value {
				s.w.win.Canvas().Focus(r.tile)
			}
		}
	}
}

// delete takes a label away; undo brings it back.
func (s *labelSection) delete(value uint8) {
	if !s.canChange() {
		return
	}
	err := s.w.session.DeleteLabel(value)
	s.done(err)
	if err == nil {
		s.refresh()
		s.w.focusPanes()
	}
}
