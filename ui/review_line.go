package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// reviewLine says over the pictures why the slice in the axial pane is doubtful,
// from the first step of a walk through the queue until it is put away.
type reviewLine struct {
	w      *Window
	object fyne.CanvasObject
	why    *controls.Brief
	on     bool
}

func newReviewLine(w *Window) *reviewLine {
	l := &reviewLine{w: w, why: w.make.Brief()}
	step := func(id string, icon fyne.Resource, a tool.Action) *controls.Button {
		b := w.make.Button("", icon, w.withKey(w.t("keys."+string(a)), a), func() { w.keys.Do(a); w.focusPanes() })
		b.Importance = widget.LowImportance
		w.name("review.line."+id, b)
		return b
	}
	off := w.make.Button("", theme.CancelIcon(), w.t("ui.review.line_off"), func() {
		l.on = false
		l.refresh()
		w.focusPanes()
	})
	off.Importance = widget.LowImportance
	w.name("review.line.off", off)
	w.name("review.line", l.why)
	buttons := container.NewHBox(step("previous", theme.NavigateBackIcon(), tool.ReviewPrevious), step("next", theme.NavigateNextIcon(), tool.ReviewNext), off)
	l.object = controls.NewSurface(look.Panel, container.New(layout.NewCustomPaddedLayout(2, 2, 10, 4), container.NewBorder(nil, nil, nil, buttons, l.why)))
	l.object.Hide()
	return l
}

func (l *reviewLine) refresh() {
	r := l.w.reviewing
	on := l.on && r.queue != nil && l.w.complete()
	if on {
		k := l.w.viewer.SliceOf(viewer.Axial)
		why := l.w.t("ui.review.sure")
		if said := r.reasons(k); len(said) > 0 {
			why = strings.Join(said, " ")
		}
		l.why.Set(l.w.t("ui.review.said", r.title(k), why))
	}
	if l.object.Visible() != on {
		controls.Visible(l.object, on)
		l.w.relayout()
	}
}
