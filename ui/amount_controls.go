package ui

import (
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"opacity/ui/controls"
	"opacity/ui/look"
)

// amountControl is what a parameter of an operation is changed by.
type amountControl struct {
	param  param
	object fyne.CanvasObject
	focus  fyne.Focusable
	show   func(x float64)
	labels *controls.Selector // of a label
	number *numeric           // of a number
	wrong  string             // what is wrong with what is written in it
	values []uint8            // in it
}

// build puts a control a parameter in the row.
func (s *amountStrip) build() {
	w := s.w
	s.clear()
	s.row.Add(container.NewCenter(s.title))
	for _, p := range s.op.params {
		c := s.control(p)
		s.controls = append(s.controls, c)
		s.row.Add(c.object)
		w.name("amount."+p.id, c.focus.(fyne.CanvasObject))
	}
	s.row.Add(s.rest)
	s.show()
}

// clear takes the controls away.
func (s *amountStrip) clear() {
	for _, c := range s.controls {
		s.w.unname("amount." + c.param.id)
	}
	s.controls, s.row.Objects = nil, nil
	s.say("")
	s.bar.show(nil)
}

func (s *amountStrip) control(p param) *amountControl {
	switch p.kind {
	case aNumber:
		return s.number(p)
	case aTick:
		return s.tick(p)
	case aLabel:
		return s.other(p)
	}
	return s.choice(p)
}

// wide gives an object a width of its own.
func wide(px float32, o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(fixedWidth(px), o)
}

func group(o ...fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedHBoxLayout(5), o...)
}

func (s *amountStrip) word(p param) fyne.CanvasObject {
	return controls.NewLine(s.w.t("ui.op.param."+p.id), look.Dim)
}

func (s *amountStrip) choice(p param) *amountControl {
	var options []string
	widest := float32(0)
	for _, o := range p.options {
		options = append(options, s.w.t("ui.op.option."+o))
		widest = max(widest, controls.NewLine(options[len(options)-1], look.Dim).MinSize().Width)
	}
	box := s.w.make.Selector(options, func(i int) { s.set(p.id, float64(i)) })
	box.OnEnter = s.commit
	return &amountControl{param: p, object: wide(widest+48, box), focus: box, show: func(x float64) { box.Display(int(x)) }}
}

func (s *amountStrip) tick(p param) *amountControl {
	box := s.w.make.Check(s.w.t("ui.op.param."+p.id), func(on bool) { s.set(p.id, float64(index(on))) })
	box.OnEnter = s.commit
	return &amountControl{param: p, object: box, focus: box, show: func(x float64) { box.Display(x != 0) }}
}

// other is a choice among the labels that are not active.
func (s *amountStrip) other(p param) *amountControl {
	c := &amountControl{param: p}
	c.labels = s.w.make.Selector(nil, func(i int) { s.set(p.id, float64(c.values[i])) })
	c.labels.OnEnter = s.commit
	c.object, c.focus = group(s.word(p), wide(136, c.labels)), c.labels
	c.show = func(x float64) { c.labels.Display(slices.Index(c.values, uint8(x))) }
	return c
}

// number is a slider and a field that say the same. A number is used as it is
// written; while what is written is none, there is nothing to apply.
func (s *amountStrip) number(p param) *amountControl {
	w, track := s.w, p.track()
	c := &amountControl{param: p}
	knob := w.make.Slider(0, 1, track.notch, func(x float64) {
		c.wrong = ""
		if s.op != nil && s.values[p.id] == track.value(x) {
			s.again(false)
		}
		s.set(p.id, track.value(x))
		c.number.put()
	})
	c.number = w.newNumeric(p.bounds, func() string { return p.bounds().write(s.values[p.id]) }, func(x float64) { s.set(p.id, x) })
	c.number.OnChanged = func(string) { s.mind(c, c.number.settle()) }
	c.number.OnSubmitted = func(string) { s.commit() }
	c.number.OnLeave = func() {
		if c.wrong != "" {
			w.status.note(c.wrong)
		}
		c.number.put()
		s.mind(c, "")
	}
	o := []fyne.CanvasObject{s.word(p), wide(110, knob), wide(64, c.number.Entry)}
	if p.unit != "" {
		o = append(o, controls.NewLine(w.t("ui.op.unit."+p.unit), look.Dim))
	}
	c.object, c.focus = group(o...), c.number.Entry
	c.show = func(x float64) {
		knob.Display(min(max(track.place(x), 0), 1))
		c.number.refresh()
	}
	return c
}

// mind takes note of what is wrong with what is written, "" for nothing.
func (s *amountStrip) mind(c *amountControl, wrong string) {
	if changed := c.wrong != wrong; changed && s.op != nil {
		c.wrong = wrong
		s.preview()
	}
}

// wrong is what is wrong with an amount that is asked for, "" for nothing.
func (s *amountStrip) wrong() string {
	for _, c := range s.controls {
		if c.wrong != "" && c.object.Visible() {
			return c.wrong
		}
	}
	return ""
}

// bounds are those of a number.
func (p param) bounds() bounds {
	of := p.unit
	if of == "" {
		of = p.id
	}
	return bounds{p.lo, p.hi, p.decimals(), of}
}

// decimals are those that a step of the number needs.
func (p param) decimals() int {
	return max(0, int(math.Ceil(-math.Log10(p.step)-1e-9)))
}

// track is the way of a slider from 0 to 1 over the numbers of a parameter.
type track struct {
	notch float64
	value func(place float64) float64
	place func(value float64) float64
}

func (p param) track() track {
	round := func(x float64) float64 { return p.kept(math.Round(x/p.step) * p.step) }
	if p.steep {
		ratio := p.hi / p.lo
		return track{
			0.005,
			func(x float64) float64 { return round(p.lo * math.Pow(ratio, x)) },
			func(v float64) float64 { return math.Log(v/p.lo) / math.Log(ratio) },
		}
	}
	return track{
		math.Min(p.step/(p.hi-p.lo), 0.01),
		func(x float64) float64 { return round(p.lo + x*(p.hi-p.lo)) },
		func(v float64) float64 { return (v - p.lo) / (p.hi - p.lo) },
	}
}

// showLabels names the label that the operation is about, and lists the others.
func (s *amountStrip) showLabels() {
	w, active := s.w, s.w.viewer.ActiveLabel()
	about := w.labelName(active)
	if s.op.about != nil {
		labels, _ := s.op.about(w.session.Mask(), active)
		about = names(labels)
	} else if s.op.plain {
		about = ""
	}
	title := w.t("ui.op.name." + s.op.id)
	if about != "" {
		title = w.t("ui.amount.title", title, about)
	}
	s.title.Set(title)
	for _, c := range s.controls {
		if c.labels == nil {
			continue
		}
		var names []string
		c.values = nil
		drawn := -1 // the first that there is any of
		for _, l := range w.session.Mask().Labels() {
			if l.Value == active {
				continue
			}
			if drawn < 0 && c.param.drawn && w.session.Mask().Count(l.Layer, l.Value) > 0 {
				drawn = len(names)
			}
			names, c.values = append(names, l.Name), append(c.values, l.Value)
		}
		if !slices.Contains(c.values, s.values.label(c.param.id)) && len(c.values) > 0 {
			s.values[c.param.id] = float64(c.values[max(0, drawn)])
		}
		c.labels.List(names, slices.Index(c.values, s.values.label(c.param.id)))
	}
	s.row.Refresh()
}
