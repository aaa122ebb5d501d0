package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer/tool"
)

// devices are the choices of where a model runs.
var devices = []string{"auto", "cpu", "cuda"}

// modelSection chooses the model and where it runs, runs it, and says under
// what terms.
type modelSection struct {
	w               *Window
	object          fyne.CanvasObject
	models, devices *controls.Selector
	run, cancel     *controls.Button
	terms, used     *controls.Prose
	misfit          *controls.Prose // why the model cannot run on what is open
	again           *againSection
	thresholds      *thresholdSection
	listed          int
}

func newModelSection(w *Window) *modelSection {
	s := &modelSection{w: w, listed: -1}
	s.models = w.make.Selector(nil, func(i int) { w.setModel(w.models[i].Key()) })
	s.models.PlaceHolder = w.t("ui.model.none")
	var names []string
	for _, d := range devices {
		names = append(names, w.t("ui.device."+d))
	}
	s.devices = w.make.Selector(names, func(i int) { w.setDevice(devices[i]) })
	s.run = w.make.Button(w.withKey(w.t("ui.model.run"), tool.SegmentRun), nil, w.t("ui.model.run_tip"), w.segment)
	s.run.Importance = widget.HighImportance
	s.cancel = w.make.Button(w.t("ui.cancel"), nil, "", w.cancelRun)
	s.terms, s.used, s.misfit = controls.Paragraph("", look.Dim), controls.Paragraph("", look.Dim), controls.Paragraph("", theme.ColorNameWarning)
	s.again, s.thresholds = newAgainSection(w), newThresholdSection(w)
	w.name("model.pick", s.models)
	w.name("model.device", s.devices)
	w.name("model.run", s.run)
	w.name("model.cancel", s.cancel)
	w.name("model.misfit", s.misfit)
	s.object = container.New(layout.NewCustomPaddedVBoxLayout(6),
		s.models, container.NewGridWithColumns(2, s.run, s.cancel), s.misfit, s.terms,
		container.NewBorder(nil, nil, controls.NewLine(w.t("ui.model.device"), look.Dim), nil, s.devices), s.used, s.again.object, s.thresholds.object)
	return s
}

func (s *modelSection) refresh() {
	w := s.w
	if s.listed != len(w.models) {
		s.listed = len(w.models)
		var names []string
		for _, m := range w.models {
			names = append(names, modelTitle(m))
		}
		s.models.SetOptions(names)
	}
	for i, m := range w.models {
		if m.Key() == w.model().Key() {
			s.models.Display(i)
		}
	}
	for i, d := range devices {
		if d == w.prefs.Device {
			s.devices.Display(i)
		}
	}
	terms := ""
	if m := w.model(); m.ID != "" {
		terms = w.t("ui.model.terms", m.Version, m.Licence)
		if m.Problem != nil {
			_, why := app.Explain(m.Problem)
			terms = w.texts.Format(why)
		}
	}
	s.terms.Set(terms)
	s.used.Set(w.deviceSentence())
	s.misfit.Set(w.misfit())
	s.run.SetEnabled(w.canSegment() && w.model().Problem == nil)
	s.cancel.SetEnabled(w.modelRuns())
	s.again.refresh()
	s.thresholds.refresh()
}

// model is the model that would run: the one remembered, else that of the command line.
// Earlier versions remembered one of the program's by its bare ID.
func (w *Window) model() app.ModelInfo {
	for _, m := range w.models {
		if m.Key() == w.prefs.Model || m.Path == "" && m.ID == w.prefs.Model {
			return m
		}
	}
	m, _ := app.DefaultModel(w.models)
	return m
}

// misfit says why the model chosen cannot run on what is open, "" where it can.
func (w *Window) misfit() string {
	v, m := w.session.Volume(), w.model()
	if v != nil && m.Unit == string(volume.HU) && v.Unit != volume.HU {
		return w.t("ui.model.needs_hu", modelTitle(m))
	}
	return ""
}

// modelTitle is what a model is listed as; one that cannot be read has no title.
func modelTitle(m app.ModelInfo) string {
	if m.Title == "" {
		return m.ID
	}
	return m.Title
}

func (w *Window) setModel(id string) {
	w.prefs.Model = id
	w.savePreferences()
	w.soon("actions", w.refreshActions)
}

func (w *Window) setDevice(d string) {
	if w.prefs.Device == d {
		return
	}
	w.prefs.Device = d
	w.savePreferences()
	w.probeDevice()
	w.soon("actions", w.refreshActions)
}

// deviceSentence says where models run, and why not where one might have hoped.
func (w *Window) deviceSentence() string {
	d := w.device
	switch {
	case d.Used == "":
		return ""
	case d.Reason.IsZero() && d.Name == "":
		return w.t("ui.device.used", strings.ToUpper(d.Used))
	case d.Reason.IsZero():
		return w.t("ui.device.used_name", strings.ToUpper(d.Used), d.Name)
	}
	return w.texts.Format(d.Reason)
}
