package ui

import (
	"slices"

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
	on, settings := w.kit.Current(), w.kit.Settings()
	w.kit.Changed.Connect(func(struct{}) {
		if now := w.kit.Settings(); now != settings {
			settings = now
			w.soon("strip", w.strip.refresh)
		}
		if now := w.kit.Current(); now != on {
			on = now
			w.soon("tool", w.showTool)
		}
	})
	w.connectEdits()
	w.kit.Refused.Connect(func(why text.Message) { w.status.note(w.texts.Format(why)) })
}

// showTool says which tool is on and what it does.
func (w *Window) showTool() {
	hint := ""
	if n := w.kit.Current(); n != tool.NoTool {
		hint = w.texts.Format(n.Hint())
	}
	w.status.say(hint)
	w.status.showProfile()
	w.strip.refresh()
	w.refreshActions()
}
