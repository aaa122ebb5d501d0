package ui

import (
	"slices"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/viewer/tool"
)

// isTool reports whether an action is one of the painting tools' own.
func isTool(a tool.Action) bool {
	return slices.ContainsFunc(tool.ToolBindings(), func(b tool.Binding) bool { return b.Action == a })
}

// connectTools shows what the painting tools tell: which is on, and why one does
// nothing.
func (w *Window) connectTools() {
	w.applyToolPreferences()
	w.session.LabelsChanged.Connect(func(struct{}) { w.keepLimits() })
	w.session.Opened.Connect(func(app.OpenedEvent) { w.keepLimits() })
	on, settings, drawing := w.kit.Current(), w.kit.Settings(), w.kit.Drawing()
	w.kit.Changed.Connect(func(struct{}) {
		if now := w.kit.Settings(); now != settings {
			settings = now
			w.rememberTools(now)
			w.soon("strip", w.strip.refresh)
		}
		if now := w.kit.Drawing(); now != drawing {
			drawing = now
			w.soon("actions", w.refreshActions)
		}
		if now := w.kit.Current(); now != on {
			on = now
			w.soon("tool", w.showTool)
		}
	})
	w.connectEdits()
	w.kit.Refused.Connect(func(why text.Message) { w.status.refuse(w.texts.Format(why)) })
}

// showTool says which tool is on and what it does.
func (w *Window) showTool() {
	w.status.say(w.toolHint())
	w.status.showProfile()
	w.strip.refresh()
	w.refreshActions()
}

// toolHint says what the tool that is on does, "" for none.
func (w *Window) toolHint() string {
	if n := w.kit.Current(); n != tool.NoTool {
		return w.texts.Format(n.Hint())
	}
	return ""
}

// toolPreferences is what is remembered of the tools' settings. Limits to labels
// are a study's own, and no limit is on at a start: the HU range is only proposed.
type toolPreferences struct {
	RadiusMM    float64     `json:"radius_mm"`
	Square      bool        `json:"square"`
	Solid       bool        `json:"solid"`
	Sensitivity float64     `json:"sensitivity"`
	ToleranceHU float64     `json:"tolerance_hu"`
	Subtract    bool        `json:"subtract"`
	CutOutside  bool        `json:"cut_outside"`
	CutSlices   int         `json:"cut_slices"`
	HU          *mask.Range `json:"hu,omitempty"`
}

// applyToolPreferences brings the tools to what was remembered.
func (w *Window) applyToolPreferences() {
	p := w.prefs.Tools
	if p == nil {
		return
	}
	s := w.kit.Settings()
	s.RadiusMM, s.Square, s.Solid, s.Sensitivity, s.ToleranceHU = p.RadiusMM, p.Square, p.Solid, p.Sensitivity, p.ToleranceHU
	s.Subtract, s.CutOutside, s.CutSlices = p.Subtract, p.CutOutside, p.CutSlices
	w.kit.SetSettings(s)
	if p.HU != nil {
		w.strip.write(w.strip.lo, float64(p.HU.Min))
		w.strip.write(w.strip.hi, float64(p.HU.Max))
	}
}

// rememberTools stores what the tools go by now.
func (w *Window) rememberTools(s tool.Settings) {
	p := &toolPreferences{s.RadiusMM, s.Square, s.Solid, s.Sensitivity, s.ToleranceHU, s.Subtract, s.CutOutside, s.CutSlices, s.Limits.HU}
	if p.HU == nil && w.prefs.Tools != nil {
		p.HU = w.prefs.Tools.HU
	}
	w.prefs.Tools = p
	w.savePreferences()
}

// keepLimits drops limits to labels that are gone, and says so.
func (w *Window) keepLimits() {
	m, s := w.session.Mask(), w.kit.Settings()
	there := func(value uint8) bool {
		if m == nil {
			return false
		}
		_, ok := m.Label(value)
		return ok
	}
	gone := false
	if l := &s.Limits; l.Inside != 0 && !there(l.Inside) {
		l.Inside, gone = 0, true
	}
	if l := &s.Limits; l.Over == mask.OverLabel && !there(l.OverLabel) {
		l.Over, l.OverLabel, gone = mask.OverAll, 0, true
	}
	if gone {
		w.kit.SetSettings(s)
		w.status.note(w.t("ui.strip.limit_gone"))
	}
}
