package ui

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"opacity/app/mask"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer/tool"
)

// historyShown is how many steps are listed at first, the newest on top, and how
// many more come with each wish for them.
const historyShown = 30

// historySection lists the named steps; pressing one goes there.
type historySection struct {
	w          *Window
	object     *fyne.Container
	undo, redo *controls.Button
	shown      int
}

func newHistorySection(w *Window) *historySection {
	s := &historySection{w: w, object: container.NewVBox(), shown: historyShown}
	s.undo = w.make.Button(w.withKey(w.t("ui.menu.undo"), tool.EditUndo), theme.ContentUndoIcon(), "", func() { w.keys.Do(tool.EditUndo) })
	s.redo = w.make.Button(w.withKey(w.t("ui.menu.redo"), tool.EditRedo), theme.ContentRedoIcon(), "", func() { w.keys.Do(tool.EditRedo) })
	w.name("history.undo", s.undo)
	w.name("history.redo", s.redo)
	s.refresh()
	return s
}

func (s *historySection) refresh() {
	w := s.w
	steps, applied := w.headed()
	s.undo.SetEnabled(applied > 0 && w.canEdit())
	s.redo.SetEnabled(applied < len(steps) && w.canEdit())
	if len(steps) == 0 {
		s.shown = historyShown
	}
	rows := []fyne.CanvasObject{container.NewGridWithColumns(2, s.undo, s.redo)}
	for i := len(steps); i > max(0, len(steps)-s.shown); i-- {
		step := steps[i-1]
		ink := theme.ColorNameForeground
		if i > applied {
			ink = look.Dim
		}
		name := controls.NewLine(w.texts.Format(step.Name), ink).Clipped()
		at := controls.NewLine(w.madeAt(step), look.Dim).Right()
		where := controls.NewLine(w.sliceOf(step.Box), look.Dim).Clipped()
		change := controls.NewLine(w.changeOf(step), ink).Right()
		content := container.NewVBox(container.NewBorder(nil, nil, nil, at, name), container.NewBorder(nil, nil, nil, change, where))
		t := w.make.Tile(content, w.t("ui.history.tip"), func() { s.goTo(i) })
		t.Chosen = i == applied
		w.name(fmt.Sprintf("history.%d", i), t)
		rows = append(rows, t)
	}
	if hidden := len(steps) - s.shown; hidden > 0 {
		more := w.make.Tile(controls.NewLine(w.t("ui.history.more", hidden), look.Dim), "", func() {
			s.shown += historyShown
			s.refresh()
		})
		w.name("history.more", more)
		rows = append(rows, more)
	} else {
		w.unname("history.more")
	}
	start := w.make.Tile(controls.NewLine(w.t("ui.history.start"), look.Dim), w.t("ui.history.tip"), func() { s.goTo(0) })
	start.Chosen = applied == 0 && len(steps) > 0
	if len(steps) > 0 {
		rows = append(rows, start)
	} else {
		rows = append(rows, controls.Paragraph(w.t("ui.history.none"), look.Dim))
	}
	s.object.Objects = rows
	s.object.Refresh()
}

// madeAt says when a step was made, with the day where that is not today, and by
// whom where that is not who reads now.
func (w *Window) madeAt(step mask.Step) string {
	at, now := step.Time.Local(), w.now()
	said := at.Format("15:04:05")
	if at.Format(time.DateOnly) != now.Format(time.DateOnly) {
		said = at.Format("2006-01-02 15:04")
	}
	if step.Who != "" && step.Who != w.reader() {
		said = w.t("ui.history.by", step.Who, said)
	}
	return said
}

// goTo undoes or redoes until n steps are applied, says so, and shows where the
// last of them was made.
func (s *historySection) goTo(n int) {
	w := s.w
	if !w.canEdit() {
		return
	}
	w.endStroke()
	_, from := w.session.History()
	w.walkTo(n, func(err error) { s.went(from, err) })
}

// went says how far it has come from a place in the history, and shows that.
func (s *historySection) went(from int, err error) {
	w := s.w
	if err != nil {
		w.bands.fail(err)
	}
	steps, at := w.session.History()
	if len(steps) == 0 {
		return
	}
	w.viewer.Follow(steps[max(at-1, 0)])
	to := w.t("ui.history.start")
	if at > 0 {
		to = w.texts.Format(steps[at-1].Name)
	}
	switch {
	case at < from:
		w.status.note(w.t("ui.history.went_back", from-at, to))
	case at > from:
		w.status.note(w.t("ui.history.went_on", at-from, to))
	default:
		w.status.note(w.t("ui.history.is_at", to))
	}
}

// sayGivenUp says what making a step after going back has cost, after what is said
// of that step since.
func (w *Window) sayGivenUp(steps int, before string) {
	said := w.t("ui.history.given_up", steps)
	if w.study() != nil {
		said = w.t("ui.history.given_up_kept", steps)
	}
	if s := w.status; s.top() == nil && s.said != before && s.said != "" && s.said != w.toolHint() && s.place == "" {
		said = s.said + " " + said
	}
	w.status.note(said)
}
