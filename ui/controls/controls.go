package controls

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/ui/look"
)

// Check is a box to tick.
type Check struct {
	widget.Check
	Held
	OnEnter func() // what Enter does; nil: it turns the tick
	Picked  func() // is told that the mouse has turned it; may be nil
}

// Check makes a box to tick; changed is told of every change by hand.
func (k *Kit) Check(label string, changed func(bool)) *Check {
	c := &Check{Held: Held{k}}
	c.Text, c.OnChanged = label, changed
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey implements fyne.Focusable.
func (c *Check) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeySpace: // arrives as a rune too, and is dealt with there
	case isPress(e) && c.OnEnter != nil:
		c.OnEnter()
	case isPress(e):
		c.SetChecked(!c.Checked)
	default:
		c.kit.host.TypedKey(e)
	}
}

// Tapped implements fyne.Tappable.
func (c *Check) Tapped(e *fyne.PointEvent) {
	c.Check.Tapped(e)
	told(c.Picked)
}

// FocusGained implements fyne.Focusable.
func (c *Check) FocusGained() {
	c.Check.FocusGained()
	c.kit.host.BringIn(c)
}

// Display sets the tick without telling anybody.
func (c *Check) Display(on bool) {
	if c.Checked != on {
		c.Checked = on
		c.Refresh()
	}
}

// Selector is a choice of one of a few.
type Selector struct {
	widget.Select
	Held
	OnEnter func() // what Enter does; nil: it opens the list
	Picked  func() // is told that something was chosen in the list; may be nil
	keyed   bool   // a key is choosing, without the list
}

// Selector makes a choice; changed is told which option was chosen.
func (k *Kit) Selector(options []string, changed func(index int)) *Selector {
	s := &Selector{Held: Held{k}}
	s.Options = options
	s.OnChanged = func(string) {
		if i := s.SelectedIndex(); i >= 0 {
			changed(i)
		}
		if !s.keyed {
			told(s.Picked)
		}
	}
	s.ExtendBaseWidget(s)
	return s
}

// TypedKey implements fyne.Focusable.
func (s *Selector) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
		s.keyed = true
		s.Select.TypedKey(e)
		s.keyed = false
	case fyne.KeyReturn, fyne.KeyEnter:
		if s.OnEnter != nil {
			s.OnEnter()
			return
		}
		s.Tapped(nil)
	default:
		s.kit.host.TypedKey(e)
	}
}

// FocusGained implements fyne.Focusable.
func (s *Selector) FocusGained() {
	s.Select.FocusGained()
	s.kit.host.BringIn(s)
}

// Display selects an option without telling anybody.
func (s *Selector) Display(index int) {
	if index >= 0 && index < len(s.Options) && s.Selected != s.Options[index] {
		s.Selected = s.Options[index]
		s.Refresh()
	}
}

// List offers other options, and selects one without telling anybody.
func (s *Selector) List(options []string, chosen int) {
	if !slices.Equal(s.Options, options) {
		s.Options = options
		s.Selected = ""
	}
	s.Display(chosen)
}

// Slider is a knob on a line.
type Slider struct {
	widget.Slider
	Held
	Picked func() // is told that the mouse has let it go; may be nil
}

// Slider makes a slider from lo to hi.
func (k *Kit) Slider(lo, hi, step float64, changed func(float64)) *Slider {
	s := &Slider{Held: Held{k}}
	s.Min, s.Max, s.Step = lo, hi, step
	s.OnChanged = changed
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *Slider) CreateRenderer() fyne.WidgetRenderer {
	r := &sliderRenderer{s.Slider.CreateRenderer()}
	r.paint()
	return r
}

// sliderRenderer lets the way before the knob be seen to its end: Fyne gives it
// the colour of a field, which needs its border.
type sliderRenderer struct{ fyne.WidgetRenderer }

// Refresh implements fyne.WidgetRenderer.
func (r *sliderRenderer) Refresh() {
	r.WidgetRenderer.Refresh()
	r.paint()
}

func (r *sliderRenderer) paint() {
	if track, ok := r.Objects()[0].(*canvas.Rectangle); ok {
		track.FillColor = look.Paint(theme.ColorNameInputBorder)
		track.Refresh()
	}
}

// TypedKey implements fyne.Focusable.
func (s *Slider) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyLeft || e.Name == fyne.KeyRight {
		s.Slider.TypedKey(e)
		return
	}
	s.kit.host.TypedKey(e)
}

// Tapped implements fyne.Tappable.
func (s *Slider) Tapped(e *fyne.PointEvent) {
	s.Slider.Tapped(e)
	told(s.Picked)
}

// DragEnd implements fyne.Draggable.
func (s *Slider) DragEnd() {
	s.Slider.DragEnd()
	told(s.Picked)
}

// TypedRune implements fyne.Focusable.
func (s *Slider) TypedRune(r rune) { s.kit.host.TypedRune(r) }

// FocusGained implements fyne.Focusable.
func (s *Slider) FocusGained() {
	s.Slider.FocusGained()
	s.kit.host.BringIn(s)
}

// Display moves the knob without telling anybody.
func (s *Slider) Display(v float64) {
	if s.Value != v {
		s.Value = v
		s.Refresh()
	}
}

// Entry is a field to type into.
type Entry struct {
	widget.Entry
	kit      *Kit
	OnLeave  func()
	OnEscape func() // nil: as everywhere
	Typing   bool   // it has the keys
}

// Entry makes a field with a text in it; submitted is called on Enter.
func (k *Kit) Entry(text string, submitted func(string)) *Entry {
	e := &Entry{kit: k}
	e.Text, e.OnSubmitted = text, submitted
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	e.kit.host.Active()
	if k.Name == fyne.KeyEscape && e.OnEscape != nil {
		e.OnEscape()
		return
	}
	if k.Name == fyne.KeyEscape {
		e.kit.host.TypedKey(k)
		return
	}
	e.Entry.TypedKey(k)
}

// TypedRune implements fyne.Focusable.
func (e *Entry) TypedRune(r rune) {
	e.kit.host.Active()
	e.Entry.TypedRune(r)
}

// FocusGained implements fyne.Focusable.
func (e *Entry) FocusGained() {
	e.Typing = true
	e.Entry.FocusGained()
	e.kit.host.BringIn(e)
}

// FocusLost implements fyne.Focusable.
func (e *Entry) FocusLost() {
	e.Typing = false
	e.Entry.FocusLost()
	if e.OnLeave != nil {
		e.OnLeave()
	}
}

// told calls f, where there is one.
func told(f func()) {
	if f != nil {
		f()
	}
}

// isPress reports whether a key presses what has the focus.
func isPress(e *fyne.KeyEvent) bool {
	return e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter
}
