package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer/tool"
)

// legends is the line over the pictures that says how a comparison is drawn. Once there
// is a reference the line keeps its place, also while the labels are shown: pictures
// that are flicked between must not move.
type legends struct {
	w      *Window
	object *fyne.Container
	labels fyne.CanvasObject // says that the labels are shown
	name   *controls.Line    // of the reference
	high   float32           // of the line; 0 for none
}

func newLegends(w *Window) *legends {
	l := &legends{w: w, name: controls.NewLine("", look.Dim).Clipped().Why(w.make.Tips, "")}
	on := w.make.Button(w.withKey(w.t("ui.menu.errors"), tool.ViewReference), nil, "", func() { w.keys.Do(tool.ViewReference) })
	l.labels = controls.NewSurface(look.Panel, container.New(layout.NewCustomPaddedLayout(2, 2, 10, 10), container.NewBorder(nil, nil, nil, on, l.name)))
	w.name("reference.labels", l.labels)
	w.name("reference.open", on)
	l.object = container.NewStack(w.legend.object, w.errors.object, l.labels)
	l.labels.Hide()
	l.object.Hide()
	return l
}

// arrange shows the line that there is to be.
func (l *legends) arrange() {
	w := l.w
	drawn := w.legend.object.Visible() || w.errors.object.Visible()
	if w.comparing.mask != nil {
		l.name.Reason = w.t("ui.reference.labels_shown", w.comparing.name)
		l.name.Set(l.name.Reason)
	}
	controls.Visible(l.labels, w.comparing.mask != nil && !drawn)
	controls.Visible(l.object, drawn || l.labels.Visible())
	high := float32(0)
	if l.object.Visible() {
		high = l.object.MinSize().Height
	}
	if high != l.high {
		l.high = high
		w.relayout()
	}
}
