package ui

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/volume"
	"opacity/ui/controls"
)

// modal is a dialog over the window, for what must be decided now. Long work
// never uses one. Escape is its last answer, Return its first.
type modal struct {
	w       *Window
	id      string
	popup   *widget.PopUp
	answers []answer
	buttons []*controls.Button
	guarded bool           // an answer would lose something, and it is not long on screen
	about   *volume.Volume // of the case that it goes with; nil where it stays
}

// answer is a button of a modal.
type answer struct {
	id     string // of its name for tests: MODAL.ID
	label  string // translation key
	danger bool   // it loses something
	// run is called once the modal is closed; it may be nil.
	run func()
	// ready, where there is one, is asked first: false keeps the modal open.
	ready func() bool
}

// guardFor is how long a question about a loss does not take Enter for an answer:
// one meant for the dialog before it may still be on its way.
const guardFor = 600 * time.Millisecond

// ask shows a modal. The first answer is the one proposed, the last the way out:
// that one has the keys where the first would lose something.
func (w *Window) ask(id, title string, body fyne.CanvasObject, size fyne.Size, answers ...answer) *modal {
	w.make.Tips.Clear()
	m := &modal{w: w, id: id, answers: answers}
	row := container.NewHBox(layout.NewSpacer())
	for i := len(answers) - 1; i >= 0; i-- {
		b := w.make.Button(w.t(answers[i].label), nil, "", func() { m.press(i) })
		b.Deaf = func() bool { return m.guarded }
		if answers[i].danger {
			b.Importance = widget.DangerImportance
		} else if i == 0 {
			b.Importance = widget.HighImportance
		}
		m.buttons = append([]*controls.Button{b}, m.buttons...)
		row.Add(b)
		w.name(id+"."+answers[i].id, b)
	}
	heading := controls.NewLine(title, theme.ColorNameForeground).Sized(theme.SizeNameSubHeadingText).Strong()
	content := container.NewPadded(container.NewBorder(container.NewVBox(heading, widget.NewSeparator()), row, nil, nil, body))
	m.popup = widget.NewModalPopUp(container.NewPadded(content), w.win.Canvas())
	room := w.win.Canvas().Size()
	size = size.Max(m.popup.MinSize())
	m.popup.Resize(fyne.NewSize(min(size.Width, room.Width-20), min(size.Height, room.Height-20)))
	w.modals = append(w.modals, m)
	m.popup.Show()
	if answers[0].danger {
		m.guarded = true
		w.after(guardFor, func() { m.guarded = false })
		w.win.Canvas().Focus(m.buttons[len(answers)-1])
	} else {
		w.win.Canvas().Focus(m.buttons[0])
	}
	return m
}

// ofCase has a modal go with the case that is open now.
func (m *modal) ofCase() *modal {
	m.about = m.w.session.Volume()
	return m
}

// endModals goes the way out of modals that are about a case which is open no more: an
// answer would be taken for the one that is.
func (w *Window) endModals() {
	for _, m := range slices.Clone(w.modals) {
		if m.about != nil && m.about != w.session.Volume() {
			m.press(len(m.answers) - 1)
			w.status.note(w.t("ui.case_gone"))
		}
	}
}

// question is a modal of one sentence.
func (w *Window) question(id, title, sentence string, answers ...answer) *modal {
	words := widget.NewLabel(sentence)
	words.Wrapping = fyne.TextWrapWord // taller than the dialog only where it names many files
	return w.ask(id, title, words, questionSize, answers...)
}

// questionSize is how large the dialog of a question is at least.
var questionSize = fyne.NewSize(460, 170)

func (m *modal) press(i int) {
	a := m.answers[i]
	if a.ready != nil && !a.ready() {
		return
	}
	m.close()
	if a.run != nil {
		a.run()
	}
}

func (m *modal) close() {
	for i, open := range m.w.modals {
		if open == m {
			m.w.modals = append(m.w.modals[:i], m.w.modals[i+1:]...)
			break
		}
	}
	m.popup.Hide()
	for _, a := range m.answers {
		m.w.unname(m.id + "." + a.id)
	}
}

func (m *modal) typedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape:
		m.press(len(m.answers) - 1)
	case fyne.KeyReturn, fyne.KeyEnter:
		if !m.buttons[0].Disabled() && !m.answers[0].danger {
			m.press(0)
		}
	}
}
