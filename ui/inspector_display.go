package ui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// displaySection is how the picture and the labels are drawn.
type displaySection struct {
	w                              *Window
	object                         fyne.CanvasObject
	presets                        []*controls.Button
	reset                          *controls.Button
	noHU                           *controls.Prose
	centre, width                  *numeric
	opacity                        *controls.Slider
	percent                        *controls.Line
	styles                         []*controls.Button
	smooth, crosshair, annotations *controls.Check
}

func newDisplaySection(w *Window) *displaySection {
	s := &displaySection{w: w}
	grid := container.NewGridWithColumns(2)
	actions := []tool.Action{tool.Preset1, tool.Preset2, tool.Preset3, tool.Preset4, tool.Preset5}
	for i, p := range viewer.Presets {
		_, key := w.keyOf(actions[i])
		tip := w.t("ui.display.preset_tip", w.t(p.Key), viewer.Number(p.Window.Center, 0), viewer.Number(p.Window.Width, 0), key)
		b := w.make.Button(w.t("ui.display.preset", key, w.t(p.Key)), nil, tip, func() { w.keys.Do(actions[i]) })
		b.Alignment = widget.ButtonAlignLeading
		w.name(fmt.Sprintf("preset.%d", i+1), b)
		s.presets = append(s.presets, b)
		grid.Add(b)
	}
	s.reset = w.make.Button(w.t("ui.display.reset"), nil, w.withKey(w.t("keys.window.reset"), tool.WindowReset), func() { w.keys.Do(tool.WindowReset) })
	s.reset.Alignment = widget.ButtonAlignLeading
	grid.Add(s.reset)
	s.noHU = controls.Paragraph("", look.Dim)

	s.centre = s.level(-32768, func(win *volume.Window) *float64 { return &win.Center })
	s.width = s.level(1, func(win *volume.Window) *float64 { return &win.Width })
	w.name("window.centre", s.centre.Entry)
	w.name("window.width", s.width.Entry)
	window := container.NewGridWithColumns(2,
		container.NewBorder(nil, nil, controls.NewLine(w.t("ui.display.centre"), look.Dim), nil, s.centre.Entry),
		container.NewBorder(nil, nil, controls.NewLine(w.t("ui.display.width"), look.Dim), nil, s.width.Entry))

	s.percent = controls.NewLine("", theme.ColorNameForeground).Right()
	s.opacity = w.make.Slider(0, 100, 5, func(x float64) {
		o := w.viewer.Overlay()
		o.Opacity = x / 100
		w.viewer.SetOverlay(o)
	})
	w.name("display.opacity", s.opacity)
	opacity := container.NewBorder(nil, nil, controls.NewLine(w.t("ui.display.opacity"), look.Dim), container.New(widthLayout(40), s.percent), s.opacity)

	styles := container.NewGridWithColumns(3)
	for i, key := range []string{"ui.display.filled", "ui.display.outlined", "ui.display.both"} {
		b := w.make.Button(w.t(key), nil, w.withKey(w.t("keys.labels.style"), tool.LabelsStyle), func() { w.setStyle(viewer.OverlayStyle(i)) })
		w.name(fmt.Sprintf("style.%d", i), b)
		s.styles = append(s.styles, b)
		styles.Add(b)
	}
	v := w.viewer
	s.smooth = w.make.Check(w.withKey(w.t("ui.display.smooth"), tool.ViewSmooth), v.SetSmooth)
	s.crosshair = w.make.Check(w.withKey(w.t("ui.display.crosshair"), tool.ViewCrosshair), v.SetCrosshair)
	s.annotations = w.make.Check(w.withKey(w.t("ui.display.annotations"), tool.ViewAnnotations), v.SetAnnotations)
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
	s.reset.SetEnabled(vol != nil)
	lit := false // one at most: a preset says more than that it is the first window
	for i, b := range s.presets {
		b.SetEnabled(vol != nil && hu)
		importance := widget.MediumImportance
		if vol != nil && hu && v.Window() == viewer.Presets[i].Window {
			importance, lit = widget.HighImportance, true
		}
		b.Highlight(importance)
	}
	asOpened := widget.MediumImportance
	if vol != nil && !lit && v.Window() == v.FirstWindow() {
		asOpened = widget.HighImportance
	}
	s.reset.Highlight(asOpened)
	reason := ""
	if !hu {
		reason = s.w.t("ui.display.no_hu")
	}
	s.noHU.Set(reason)
	s.centre.refresh()
	s.width.refresh()
	s.opacity.Display(float64(int(v.Overlay().Opacity*100 + 0.5)))
	s.percent.Set(s.w.t("ui.percent", viewer.Number(v.Overlay().Opacity*100, 0)))
	for i, b := range s.styles {
		importance := widget.MediumImportance
		if v.Overlay().Style == viewer.OverlayStyle(i) {
			importance = widget.HighImportance
		}
		b.Highlight(importance)
	}
	s.smooth.Display(v.Smooth())
	s.crosshair.Display(v.Crosshair())
	s.annotations.Display(v.Annotations())
}

// level is the field of one of the window's two numbers.
func (s *displaySection) level(least float64, of func(*volume.Window) *float64) *numeric {
	w := s.w
	shape := func() bounds {
		b := bounds{least, 65535, 1, "hu"}
		if v := w.session.Volume(); v != nil && !viewer.HasHU(v) {
			b.of = "grey"
		}
		return b
	}
	return w.newNumeric(shape, func() string {
		if w.session.Volume() == nil {
			return ""
		}
		win := w.viewer.Window()
		return shape().short(*of(&win))
	}, func(x float64) {
		win := w.viewer.Window()
		*of(&win) = x
		w.viewer.SetWindow(win)
	})
}
