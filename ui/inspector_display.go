package ui

import (
	"fmt"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/viewer"
	"opacity/viewer/tool"
)

// displaySection is how the picture and the labels are drawn.
type displaySection struct {
	w                              *Window
	object                         fyne.CanvasObject
	presets                        []*button
	reset                          *button
	noHU                           *prose
	centre, width                  *entry
	opacity                        *slider
	percent                        *line
	styles                         []*button
	smooth, crosshair, annotations *check
}

func newDisplaySection(w *Window) *displaySection {
	s := &displaySection{w: w}
	grid := container.NewGridWithColumns(2)
	actions := []tool.Action{tool.Preset1, tool.Preset2, tool.Preset3, tool.Preset4, tool.Preset5}
	for i, p := range viewer.Presets {
		_, key := w.keyOf(actions[i])
		tip := w.t("ui.display.preset_tip", w.t(p.Key), viewer.Number(p.Window.Center, 0), viewer.Number(p.Window.Width, 0), key)
		b := w.newButton(w.t("ui.display.preset", key, w.t(p.Key)), nil, tip, func() { w.keys.Do(actions[i]) })
		b.Alignment = widget.ButtonAlignLeading
		w.name(fmt.Sprintf("preset.%d", i+1), b)
		s.presets = append(s.presets, b)
		grid.Add(b)
	}
	s.reset = w.newButton(w.t("ui.display.reset"), nil, w.withKey(w.t("keys.window.reset"), tool.WindowReset), func() { w.keys.Do(tool.WindowReset) })
	s.reset.Alignment = widget.ButtonAlignLeading
	grid.Add(s.reset)
	s.noHU = paragraph("", colorDim)

	s.centre, s.width = w.newEntry("", s.applyWindow), w.newEntry("", s.applyWindow)
	for _, e := range []*entry{s.centre, s.width} {
		e.onLeave = func() { s.applyWindow("") }
	}
	w.name("window.centre", s.centre)
	w.name("window.width", s.width)
	window := container.NewGridWithColumns(2,
		container.NewBorder(nil, nil, newLine(w.t("ui.display.centre"), colorDim), nil, s.centre),
		container.NewBorder(nil, nil, newLine(w.t("ui.display.width"), colorDim), nil, s.width))

	s.percent = newLine("", theme.ColorNameForeground).right()
	s.opacity = w.newSlider(0, 100, 5, func(x float64) {
		o := w.viewer.Overlay()
		o.Opacity = x / 100
		w.viewer.SetOverlay(o)
	})
	w.name("display.opacity", s.opacity)
	opacity := container.NewBorder(nil, nil, newLine(w.t("ui.display.opacity"), colorDim), container.New(widthLayout(40), s.percent), s.opacity)

	styles := container.NewGridWithColumns(3)
	for i, key := range []string{"ui.display.filled", "ui.display.outlined", "ui.display.both"} {
		b := w.newButton(w.t(key), nil, w.withKey(w.t("keys.labels.style"), tool.LabelsStyle), func() { w.setStyle(viewer.OverlayStyle(i)) })
		w.name(fmt.Sprintf("style.%d", i), b)
		s.styles = append(s.styles, b)
		styles.Add(b)
	}
	v := w.viewer
	s.smooth = w.newCheck(w.withKey(w.t("ui.display.smooth"), tool.ViewSmooth), v.SetSmooth)
	s.crosshair = w.newCheck(w.withKey(w.t("ui.display.crosshair"), tool.ViewCrosshair), v.SetCrosshair)
	s.annotations = w.newCheck(w.withKey(w.t("ui.display.annotations"), tool.ViewAnnotations), v.SetAnnotations)
	s.object = container.New(layout.NewCustomPaddedVBoxLayout(6), grid, s.noHU, window, opacity, styles,
		container.NewVBox(s.smooth, s.crosshair, s.annotations))
	s.refresh()
	return s
}

func (w *Window) setStyle(style viewer.OverlayStyle) {
	o := w.viewer.Overlay()
	o.Style = style
	w.viewer.SetOverlay(o)
}

func (s *displaySection) refresh() {
	v, vol := s.w.viewer, s.w.session.Volume()
	hu := vol == nil || viewer.HasHU(vol)
	s.reset.enable(vol != nil)
	lit := false // one at most: a preset says more than that it is the first window
	for i, b := range s.presets {
		b.enable(vol != nil && hu)
		importance := widget.MediumImportance
		if vol != nil && hu && v.Window() == viewer.Presets[i].Window {
			importance, lit = widget.HighImportance, true
		}
		b.highlight(importance)
	}
	asOpened := widget.MediumImportance
	if vol != nil && !lit && v.Window() == viewer.FirstWindow(vol) {
		asOpened = widget.HighImportance
	}
	s.reset.highlight(asOpened)
	reason := ""
	if !hu {
		reason = s.w.t("ui.display.no_hu")
	}
	s.noHU.set(reason)
	s.fill(s.centre, v.Window().Center)
	s.fill(s.width, v.Window().Width)
	s.opacity.show(float64(int(v.Overlay().Opacity*100 + 0.5)))
	s.percent.set(s.w.t("ui.percent", viewer.Number(v.Overlay().Opacity*100, 0)))
	for i, b := range s.styles {
		importance := widget.MediumImportance
		if v.Overlay().Style == viewer.OverlayStyle(i) {
			importance = widget.HighImportance
		}
		b.highlight(importance)
	}
	s.smooth.show(v.Smooth())
	s.crosshair.show(v.Crosshair())
	s.annotations.show(v.Annotations())
}

// fill writes a number into a field that is not being typed in.
func (s *displaySection) fill(e *entry, x float64) {
	text := viewer.Number(x, 0)
	if s.w.session.Volume() == nil {
		text = ""
	}
	if s.w.win.Canvas() != nil && s.w.win.Canvas().Focused() == fyne.Focusable(e) {
		return
	}
	if e.Text != text {
		e.SetText(text)
	}
}

// applyWindow takes the numbers that were typed; what is no number goes back to
// what it was.
func (s *displaySection) applyWindow(string) {
	if s.w.session.Volume() == nil {
		return
	}
	win := s.w.viewer.Window()
	if x, ok := parseNumber(s.centre.Text); ok && viewer.Number(win.Center, 0) != s.centre.Text {
		win.Center = x
	}
	if x, ok := parseNumber(s.width.Text); ok && x >= 1 && viewer.Number(win.Width, 0) != s.width.Text {
		win.Width = x
	}
	s.w.viewer.SetWindow(win)
	s.w.soon("display", s.refresh)
}

// parseNumber reads a number with either minus sign and either decimal sign.
func parseNumber(s string) (float64, bool) {
	s = strings.NewReplacer("−", "-", ",", ".", "\u2009", "", " ", "").Replace(s)
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil && x > -1e6 && x < 1e6
}
