package ui

import (
	"slices"
	"strings"

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
	on, settings, drawing, away := w.kit.Current(), w.kit.Settings(), w.kit.Drawing(), false
	w.kit.Changed.Connect(func(struct{}) {
		if now := w.kit.Settings(); now != settings {
			if now.Limits != settings.Limits {
				w.status.overcome() // what was outside the limits may be so no more
			}
			if was := w.toolHintOf(settings); was != "" && w.status.said == was {
				w.soon("tool.hint", func() { w.status.say(w.toolHint()) })
			}
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
		if now := w.outlineAway(); now != away {
			away = now
			if w.kit.Open() != nil {
				w.soon("tool.away", func() { w.status.say(w.toolHint()) })
			}
		}
	})
	w.kit.Said.Connect(func(what text.Message) {
		w.soon("tool.said", func() {
			said := w.texts.Format(what)
			w.status.say(said)
			if what.Key == "tool.picked" {
				w.status.why = said // until there are other limits
			}
		})
	})
	w.kit.Stopped = func() (why text.Message) {
		if w.behind != nil {
			why = text.M("ui.refused.left")
		}
		return why
	}
	w.kit.Ended.Connect(w.strokeEnded)
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

// toolHint says what the tool that is on does, "" for none, and where an outline
// waits.
func (w *Window) toolHint() string { return w.toolHintOf(w.kit.Settings()) }

// toolHintOf is toolHint with other settings.
func (w *Window) toolHintOf(s tool.Settings) string {
	hint, on := "", w.kit.Current()
	if on != tool.NoTool {
		hint = w.texts.Format(on.HintWith(s))
	}
	switch o := w.kit.Open(); {
	case o == nil:
		return hint
	case on != tool.Polygon:
		polygon := w.withKey(w.texts.Format(tool.Polygon.Title()), tool.Polygon.Action())
		return strings.TrimSpace(w.t("ui.outline.kept", w.kit.Place(o), polygon, hint))
	case !w.kit.Seen(o):
		return w.t("ui.outline.away", w.kit.Place(o))
	}
	return hint
}

// outlineAway reports whether the outline that is being drawn is not on screen.
func (w *Window) outlineAway() bool {
	o := w.kit.Open()
	return o != nil && w.kit.Current() == tool.Polygon && !w.kit.Seen(o)
}

// strokeEnded says what a stroke, an outline or a cut changed, and then what is to be
// known of it besides, or why it changed nothing.
func (w *Window) strokeEnded(why text.Message) {
	if !why.IsZero() {
		w.status.refuse(w.texts.Format(why))
		return
	}
	steps, applied := w.session.History()
	if applied == 0 {
		return
	}
	s := steps[applied-1]
	said := w.t("ui.amount.would", w.t("ui.edit.done", w.texts.Format(s.Name), w.changesOf(s)), w.sliceOf(s.Box))
	for _, known := range []string{w.t("ui.label.uncovered", w.labelName(s.Label)), w.t("ui.save.stale", baseName(w.savedAs))} {
		if w.status.said == known {
			said += " " + known
		}
	}
	w.status.say(said)
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
		w.strip.propose(*p.HU)
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
