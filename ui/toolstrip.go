package ui

import (
	"image/color"
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"opacity/app/mask"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// toolStrip is the line over the pictures with what the tool that is on goes by,
// and nothing that does not apply to it.
type toolStrip struct {
	w      *Window
	object fyne.CanvasObject
	row    *fyne.Container
	groups []stripGroup

	swatch       *canvas.Rectangle
	label        *controls.Selector
	values       []uint8 // of the labels in the selectors
	others       []uint8 // of those to be inside of and over: not the active one
	radius       *controls.Slider
	radiusIs     *numeric
	shape, solid *controls.Selector
	likeness     *controls.Slider
	tolerance    *controls.Slider
	toleranceIs  *controls.Line
	subtract     *controls.Check
	cutOutside   *controls.Check
	cutSlices    *controls.Selector
	hu           *controls.Check
	lo, hi       *numeric
	limits       mask.Range  // in these fields; on or only proposed
	limited      *mask.Range // that was on last
	inside, over *controls.Selector
}

// stripGroup is some controls and the tools that they are for.
type stripGroup struct {
	object fyne.CanvasObject
	on     []tool.Name // nil: always
}

// huUsual are the limits proposed where none were ever set: opacities in a lung.
var huUsual = mask.Range{Min: -700, Max: 100}

// The HU that a scanner of 12 bits can tell.
const (
	leastHU = -1024
	mostHU  = 3071
)

// The radius slider goes in steps of equal ratio, from leastSlideMM to mostSlideMM.
const (
	leastSlideMM = 0.5
	mostSlideMM  = 50
)

func newToolStrip(w *Window) *toolStrip {
	s := &toolStrip{w: w}
	t := w.t
	s.swatch = canvas.NewRectangle(color.Transparent)
	s.swatch.CornerRadius = 2
	s.swatch.SetMinSize(fyne.NewSize(14, 14))
	s.label = w.make.Selector(nil, func(i int) { w.viewer.SetActiveLabel(s.values[i]) })
	s.radius = w.make.Slider(0, 1, 0.01, func(x float64) {
		mm := math.Round(10*leastSlideMM*math.Pow(mostSlideMM/leastSlideMM, x)) / 10
		s.change(func(o *tool.Settings) { o.RadiusMM = mm })
	})
	s.radiusIs = w.newNumeric(func() bounds { return bounds{0, max(w.kit.MostRadiusMM(), 0), 1, "mm"} },
		func() string { return tenths(w.kit.Settings().RadiusMM) }, s.takeRadius)
	s.shape = w.make.Selector([]string{t("ui.strip.round"), t("ui.strip.square")}, func(i int) {
		s.change(func(o *tool.Settings) { o.Square = i == 1 })
	})
	s.solid = w.make.Selector([]string{t("ui.strip.flat"), t("ui.strip.solid")}, func(i int) {
		s.change(func(o *tool.Settings) { o.Solid = i == 1 })
	})
	s.likeness = w.make.Slider(0, 1, 0.05, func(x float64) { s.change(func(o *tool.Settings) { o.Sensitivity = x }) })
	s.tolerance = w.make.Slider(0, 500, 5, func(x float64) { s.change(func(o *tool.Settings) { o.ToleranceHU = x }) })
	s.toleranceIs = controls.NewLine("", theme.ColorNameForeground).Right()
	s.subtract = w.make.Check(t("ui.strip.subtract"), func(on bool) { s.change(func(o *tool.Settings) { o.Subtract = on }) })
	s.cutOutside = w.make.Check(t("ui.strip.cut_outside"), func(on bool) { s.change(func(o *tool.Settings) { o.CutOutside = on }) })
	reach := []string{t("ui.strip.whole_stack"), t("ui.strip.this_slice")}
	for _, n := range cutReach[len(reach):] {
		reach = append(reach, t("ui.strip.slices", n))
	}
	s.cutSlices = w.make.Selector(reach, func(i int) { s.change(func(o *tool.Settings) { o.CutSlices = cutReach[i] }) })
	s.hu = w.make.Check(t("ui.strip.hu"), func(on bool) { s.takeHU(on) })
	s.limits = huUsual
	s.lo, s.hi = s.limit(&s.limits.Min), s.limit(&s.limits.Max)
	s.inside = w.make.Selector(nil, func(i int) {
		s.change(func(o *tool.Settings) { o.Limits.Inside = valueAt(s.others, i-1) })
	})
	s.over = w.make.Selector(nil, func(i int) {
		s.change(func(o *tool.Settings) {
			o.Limits.Over, o.Limits.OverLabel = mask.Over(min(i, int(mask.OverLabel))), valueAt(s.others, i-int(mask.OverLabel))
		})
	})
	// The mouse chooses here and goes on in the pictures, and so do the keys: else
	// Space and the arrows would change what was chosen, and Esc would leave the
	// control and not the tool.
	back := func() { w.soon("strip.focus", w.focusPanes) }
	for _, c := range []*controls.Selector{s.label, s.shape, s.solid, s.cutSlices, s.inside, s.over} {
		c.Picked = back
	}
	for _, c := range []*controls.Check{s.subtract, s.cutOutside, s.hu} {
		c.Picked = back
	}
	for _, c := range []*controls.Slider{s.radius, s.likeness, s.tolerance} {
		c.Picked = back
	}
	s.build()
	for id, o := range map[string]fyne.CanvasObject{
		"label": s.label, "radius": s.radius, "radius_mm": s.radiusIs.Entry, "cut_slices": s.cutSlices, "shape": s.shape, "solid": s.solid, "sensitivity": s.likeness,
		"tolerance": s.tolerance, "subtract": s.subtract, "cut_outside": s.cutOutside, "hu": s.hu, "lo": s.lo.Entry, "hi": s.hi.Entry,
		"inside": s.inside, "over": s.over,
	} {
		w.name("strip."+id, o)
	}
	s.refresh()
	return s
}

// build puts the controls in a row.
func (s *toolStrip) build() {
	t := s.w.t
	wide := func(px float32, o fyne.CanvasObject) fyne.CanvasObject { return container.New(fixedWidth(px), o) }
	word := func(key string) fyne.CanvasObject { return controls.NewLine(t(key), look.Dim) }
	add := func(on []tool.Name, o ...fyne.CanvasObject) {
		s.groups = append(s.groups, stripGroup{container.New(layout.NewCustomPaddedHBoxLayout(5), o...), on})
	}
	add(nil, container.NewCenter(s.swatch), wide(94, s.label))
	ring := []tool.Name{tool.Brush, tool.Eraser, tool.Smart}
	add(ring, word("ui.strip.radius"), wide(58, s.radius), wide(56, s.radiusIs.Entry), word("ui.strip.unit_mm"))
	add(ring, wide(86, s.shape))
	add(append(ring, tool.Fill), wide(64, s.solid))
	add([]tool.Name{tool.Smart}, word("ui.strip.sensitivity"), wide(64, s.likeness))
	add([]tool.Name{tool.Fill}, word("ui.strip.tolerance"), wide(96, s.tolerance), wide(64, s.toleranceIs))
	add([]tool.Name{tool.Lasso, tool.Polygon}, s.subtract)
	add([]tool.Name{tool.Scissors}, s.cutOutside, wide(128, s.cutSlices))
	add(nil, s.hu, wide(64, s.lo.Entry), wide(64, s.hi.Entry))
	add(nil, wide(118, s.inside))
	add(nil, wide(136, s.over))
	s.row = container.New(&flowLayout{gap: stripGap, second: len(s.groups) - 3, rows: s.rows, changed: s.w.otherStrips})
	for _, g := range s.groups {
		s.row.Add(g.object)
	}
	s.object = controls.NewSurface(look.Panel, container.New(layout.NewCustomPaddedLayout(2, 2, 8, 8), s.row))
}

// stripGap is between the groups of a strip.
const stripGap = 7

// rows are those that the strip takes of a width, whatever tool is on.
func (s *toolStrip) rows(width float32) int {
	for _, n := range tool.Names() {
		need := float32(-stripGap)
		for _, g := range s.groups {
			if g.on == nil || slices.Contains(g.on, n) {
				need += g.object.MinSize().Width + stripGap
			}
		}
		if need > width {
			return 2
		}
	}
	return 1
}

// valueAt is the label at a place of a selector's, 0 where there is none.
func valueAt(values []uint8, i int) uint8 {
	if i < 0 || i >= len(values) {
		return 0
	}
	return values[i]
}

// change sets what the tools go by.
func (s *toolStrip) change(f func(*tool.Settings)) {
	o := s.w.kit.Settings()
	f(&o)
	s.w.kit.SetSettings(o)
}

// limit is the field of one end of the HU limits.
func (s *toolStrip) limit(end *float32) *numeric {
	w := s.w
	n := w.newNumeric(func() bounds {
		if v := w.session.Volume(); v != nil && !viewer.HasHU(v) {
			return bounds{-32768, 65535, 0, "grey"}
		}
		return bounds{leastHU, mostHU, 0, "hu"}
	}, func() string { return whole(float64(*end)) }, func(x float64) { *end = float32(x) })
	n.left = s.takeLimits
	return n
}

// takeLimits goes by the limits in the fields. Where they are the wrong way round
// they change places, unless a hand has gone on to the other field.
func (s *toolStrip) takeLimits() {
	if s.limits.Min <= s.limits.Max {
		s.takeHU(s.hu.Checked)
		return
	}
	s.w.soon("strip.limits", func() {
		if l := s.limits; l.Min > l.Max && !s.lo.Typing && !s.hi.Typing {
			s.limits = mask.Range{Min: l.Max, Max: l.Min}
			s.takeHU(s.hu.Checked)
		}
	})
}

// takeHU puts the limits in the fields on, or takes them off.
func (s *toolStrip) takeHU(on bool) {
	was := s.w.kit.Settings().Limits.HU
	var now *mask.Range
	if on {
		now = &mask.Range{Min: min(s.limits.Min, s.limits.Max), Max: max(s.limits.Min, s.limits.Max)}
		s.limits = *now
	}
	if (was == nil) != (now == nil) || was != nil && *was != *now {
		s.change(func(o *tool.Settings) { o.Limits.HU = now })
	}
	s.refresh()
}

// propose puts limits into the fields.
func (s *toolStrip) propose(r mask.Range) {
	s.limits = r
	s.refresh()
}

// takeRadius makes the ring as large as the field says.
func (s *toolStrip) takeRadius(mm float64) {
	if mm == 0 {
		s.w.status.note(s.w.t("ui.strip.radius_voxel"))
	}
	s.change(func(o *tool.Settings) { o.RadiusMM = mm })
}

// cutReach are the slices on either side that the scissors may reach.
var cutReach = []int{tool.WholeStack, 0, 1, 2, 5, 10, 20, 50}

// refresh shows what is set, and what of it applies.
func (s *toolStrip) refresh() {
	w, o := s.w, s.w.kit.Settings()
	s.showLabels(o.Limits)
	x := math.Log(max(o.RadiusMM, leastSlideMM)/leastSlideMM) / math.Log(mostSlideMM/leastSlideMM)
	s.radius.Display(math.Round(100*min(x, 1)) / 100)
	s.radiusIs.refresh()
	s.shape.Display(index(o.Square))
	s.solid.Display(index(o.Solid))
	s.likeness.Display(o.Sensitivity)
	s.tolerance.Display(min(o.ToleranceHU, s.tolerance.Max))
	s.toleranceIs.Set(w.t("ui.strip.tolerance_is", whole(o.ToleranceHU)))
	s.subtract.Display(o.Subtract)
	s.cutOutside.Display(o.CutOutside)
	s.cutSlices.Display(slices.Index(cutReach, o.CutSlices))
	s.hu.Display(o.Limits.HU != nil)
	if r := o.Limits.HU; r != nil && (s.limited == nil || *r != *s.limited) {
		s.limits = *r
	}
	s.limited = o.Limits.HU
	s.lo.refresh()
	s.hi.refresh()
	for _, g := range s.groups {
		controls.Visible(g.object, g.on == nil || slices.Contains(g.on, w.kit.Current()))
	}
	s.row.Refresh()
}

// showLabels lists the labels in the selectors. What painting may replace is named
// after the active label's layer, since it takes nothing from the other: infection
// that is painted leaves the lung. The active label is no bound for itself, and
// listed as one only where it was made one while another was active.
func (s *toolStrip) showLabels(lim mask.Limits) {
	w := s.w
	labels := w.inspector.labels.labels()
	var names []string
	s.values, s.others = nil, nil
	active := mask.Label{Layer: mask.Findings}
	if m := w.session.Mask(); m != nil {
		active, _ = m.Label(w.viewer.ActiveLabel())
	}
	inside := []string{w.t("ui.strip.anywhere")}
	var over []string
	for _, key := range []string{"ui.strip.over_all.", "ui.strip.over_nothing.", "ui.strip.over_visible."} {
		over = append(over, w.t(key+active.Layer.String()))
	}
	for _, l := range labels {
		names, s.values = append(names, l.Name), append(s.values, l.Value)
		if l.Value != active.Value || l.Value == lim.Inside || lim.Over == mask.OverLabel && l.Value == lim.OverLabel {
			s.others = append(s.others, l.Value)
			inside, over = append(inside, w.t("ui.strip.inside", l.Name)), append(over, w.t("ui.strip.over", l.Name))
		}
		if l.Value == w.viewer.ActiveLabel() {
			s.swatch.FillColor = color.NRGBA{l.Colour[0], l.Colour[1], l.Colour[2], 0xFF}
			s.swatch.Refresh()
		}
	}
	at := func(value uint8) int { return slices.Index(s.others, value) }
	s.label.List(names, slices.Index(s.values, w.viewer.ActiveLabel()))
	s.inside.List(inside, 1+at(lim.Inside))
	chosen := int(lim.Over)
	if lim.Over == mask.OverLabel {
		chosen += at(lim.OverLabel)
	}
	s.over.List(over, chosen)
}

func index(on bool) int {
	if on {
		return 1
	}
	return 0
}
