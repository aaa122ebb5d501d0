package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// The controls here are Fyne's own, with what a workstation needs besides: Enter
// presses, a hint on hover, and keys they have no use for go on to the window.

type check struct {
	widget.Check
	held
	onEnter func() // what Enter does; nil: it turns the tick
}

func (w *Window) newCheck(label string, changed func(bool)) *check {
	c := &check{held: held{w}}
	c.Text, c.OnChanged = label, changed
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey implements fyne.Focusable.
func (c *check) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeySpace: // arrives as a rune too, and is dealt with there
	case isPress(e) && c.onEnter != nil:
		c.onEnter()
	case isPress(e):
		c.SetChecked(!c.Checked)
	default:
		c.w.typedKey(e)
	}
}

// FocusGained implements fyne.Focusable.
func (c *check) FocusGained() {
	c.Check.FocusGained()
	c.w.bringIn(c)
}

// show sets the tick without telling anybody.
func (c *check) show(on bool) {
	if c.Checked != on {
		c.Checked = on
		c.Refresh()
	}
}

type selector struct {
	widget.Select
	held
	onEnter func() // what Enter does; nil: it opens the list
}

func (w *Window) newSelector(options []string, changed func(index int)) *selector {
	s := &selector{held: held{w}}
	s.Options = options
	s.OnChanged = func(string) {
		if i := s.SelectedIndex(); i >= 0 {
			changed(i)
		}
	}
	s.ExtendBaseWidget(s)
	return s
}

// TypedKey implements fyne.Focusable.
func (s *selector) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
		s.Select.TypedKey(e)
	case fyne.KeyReturn, fyne.KeyEnter:
		if s.onEnter != nil {
			s.onEnter()
			return
		}
		s.Tapped(nil)
	default:
		s.w.typedKey(e)
	}
}

// FocusGained implements fyne.Focusable.
func (s *selector) FocusGained() {
	s.Select.FocusGained()
	s.w.bringIn(s)
}

// show selects an option without telling anybody.
func (s *selector) show(index int) {
	if index >= 0 && index < len(s.Options) && s.Selected != s.Options[index] {
		s.Selected = s.Options[index]
		s.Refresh()
	}
}

type slider struct {
	widget.Slider
	held
}

func (w *Window) newSlider(lo, hi, step float64, changed func(float64)) *slider {
	s := &slider{held: held{w}}
	s.Min, s.Max, s.Step = lo, hi, step
	s.OnChanged = changed
	s.ExtendBaseWidget(s)
	return s
}

// TypedKey implements fyne.Focusable.
func (s *slider) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyLeft || e.Name == fyne.KeyRight {
		s.Slider.TypedKey(e)
		return
	}
	s.w.typedKey(e)
}

// TypedRune implements fyne.Focusable.
func (s *slider) TypedRune(r rune) { s.w.typedRune(r) }

// FocusGained implements fyne.Focusable.
func (s *slider) FocusGained() {
	s.Slider.FocusGained()
	s.w.bringIn(s)
}

// show moves the knob without telling anybody.
func (s *slider) show(v float64) {
	if s.Value != v {
		s.Value = v
		s.Refresh()
	}
}

type entry struct {
	widget.Entry
	w        *Window
	onLeave  func()
	onEscape func() // nil: as everywhere
	typing   bool   // it has the keys
}

func (w *Window) newEntry(text string, submitted func(string)) *entry {
	e := &entry{w: w}
	e.Text, e.OnSubmitted = text, submitted
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey implements fyne.Focusable.
func (e *entry) TypedKey(k *fyne.KeyEvent) {
	e.w.active()
	if k.Name == fyne.KeyEscape && e.onEscape != nil {
		e.onEscape()
		return
	}
	if k.Name == fyne.KeyEscape {
		e.w.typedKey(k)
		return
	}
	e.Entry.TypedKey(k)
}

// TypedRune implements fyne.Focusable.
func (e *entry) TypedRune(r rune) {
	e.w.active()
	e.Entry.TypedRune(r)
}

// FocusGained implements fyne.Focusable.
func (e *entry) FocusGained() {
	e.typing = true
	e.Entry.FocusGained()
	e.w.bringIn(e)
}

// FocusLost implements fyne.Focusable.
func (e *entry) FocusLost() {
	e.typing = false
	e.Entry.FocusLost()
	if e.onLeave != nil {
		e.onLeave()
	}
}

// isPress reports whether a key presses what has the focus.
func isPress(e *fyne.KeyEvent) bool {
	return e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter
}
