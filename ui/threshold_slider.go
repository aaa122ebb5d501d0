package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"opacity/ui/controls"
)

// thresholdSlider is a slider that is kept when the pointer or the keys leave it,
// and gives back what Esc takes back.
type thresholdSlider struct {
	controls.Slider
	row     *thresholdRow
	keyed   bool // a key moves it: it is not let go of yet
	dragged bool // by the pointer
	deaf    bool // until the pointer lets go: the move was taken back
}

func newThresholdSlider(r *thresholdRow) *thresholdSlider {
	w := r.section.w
	s := &thresholdSlider{Slider: controls.Slider{Held: w.make.Held()}, row: r}
	s.Min, s.Max, s.Step, s.Value = leastPercent, mostPercent, 1, 50
	s.OnChanged = func(x float64) {
		if s.deaf {
			s.Display(float64(percentOf(r.section.at(r.label.Value))))
			return
		}
		r.section.move(r.label.Value, byteOf(x))
	}
	s.OnChangeEnded = func(float64) {
		if !s.keyed && !s.deaf {
			r.section.keep()
		}
	}
	s.ExtendBaseWidget(s)
	return s
}

// Dragged implements fyne.Draggable.
func (s *thresholdSlider) Dragged(e *fyne.DragEvent) {
	s.dragged = true
	s.Slider.Dragged(e)
}

// DragEnd implements fyne.Draggable.
func (s *thresholdSlider) DragEnd() {
	s.Slider.DragEnd()
	s.dragged, s.deaf = false, false
}

// TypedKey implements fyne.Focusable.
func (s *thresholdSlider) TypedKey(e *fyne.KeyEvent) {
	section := s.row.section
	moves := section.moving != nil && section.moving.label == s.row.label.Value
	switch {
	case e.Name == fyne.KeyLeft || e.Name == fyne.KeyRight:
		s.keyed = true
		s.Slider.TypedKey(e)
		s.keyed = false
	case moves && (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter):
		section.keep()
	default:
		s.Slider.TypedKey(e)
	}
}

// FocusGained implements fyne.Focusable.
func (s *thresholdSlider) FocusGained() {
	s.Slider.FocusGained()
	s.row.section.rest(s.row.label.Value)
}

// FocusLost implements fyne.Focusable.
func (s *thresholdSlider) FocusLost() {
	s.Slider.FocusLost()
	if !s.dragged {
		s.row.section.keep()
	}
}

// MouseIn implements desktop.Hoverable.
func (s *thresholdSlider) MouseIn(e *desktop.MouseEvent) {
	s.Slider.MouseIn(e)
	s.row.section.w.make.Tips.Show(s, s.hint())
	s.row.section.rest(s.row.label.Value)
}

// MouseMoved implements desktop.Hoverable.
func (s *thresholdSlider) MouseMoved(e *desktop.MouseEvent) {
	s.Slider.MouseMoved(e)
	s.row.section.rest(s.row.label.Value)
}

// MouseOut implements desktop.Hoverable.
func (s *thresholdSlider) MouseOut() {
	s.Slider.MouseOut()
	s.row.section.w.make.Tips.Hide(s)
	s.row.section.unrest()
}

// hint says what the slider does, or why it does nothing.
func (s *thresholdSlider) hint() string {
	w := s.row.section.w
	if why := w.thresholdRefused(s.row.label.Value); why != "" {
		return why
	}
	return w.t("ui.threshold.tip", s.row.label.Name)
}
