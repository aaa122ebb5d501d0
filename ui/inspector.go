package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/ui/controls"
	"opacity/ui/look"
)

// inspectorWidth is what the inspector takes beside the picture.
const inspectorWidth = 300

// inspector is the accordion at the right. Its sections keep their state.
type inspector struct {
	w         *Window
	object    *controls.Surface
	labels    *labelSection
	display   *displaySection
	model     *modelSection
	compare   *compareSection
	report    *reportSection
	reference *referenceSection
	history   *historySection
	review    *reviewSection

	scroll   *container.Scroll
	column   *fyne.Container
	sections map[string]fyne.CanvasObject
	heads    map[string]*controls.Button
	bodies   map[string]fyne.CanvasObject
}

func newInspector(w *Window) *inspector {
	in := &inspector{w: w, sections: map[string]fyne.CanvasObject{}, heads: map[string]*controls.Button{}, bodies: map[string]fyne.CanvasObject{}}
	in.labels, in.display, in.model = newLabelSection(w), newDisplaySection(w), newModelSection(w)
	in.report, in.history = newReportSection(w), newHistorySection(w)
	in.review = newReviewSection(w)
	in.compare, in.reference = newCompareSection(w), newReferenceSection(w)
	in.column = container.NewVBox(
		in.section("labels", in.labels.object), in.section("display", in.display.object),
		in.section("model", in.model.object), in.section("compare", in.compare.object),
		in.section("reference", in.reference.object),
		in.section("review", in.review.object),
		in.section("report", in.report.object),
		in.section("history", in.history.object))
	in.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(2, 8, 0, 8), in.column))
	in.scroll.OnScrolled = w.make.Tips.Scrolled
	in.object = controls.NewSurface(look.Panel, container.New(widthLayout(inspectorWidth), in.scroll))
	in.setShown(w.prefs.Inspector)
	return in
}

func (in *inspector) setShown(on bool) { controls.Visible(in.object, on) }

// section is a heading that folds what is under it.
func (in *inspector) section(id string, detail fyne.CanvasObject) fyne.CanvasObject {
	w := in.w
	head := w.make.Button(w.t("ui.section."+id), nil, "", nil)
	head.Importance, head.Alignment = widget.LowImportance, widget.ButtonAlignLeading
	body := container.New(layout.NewCustomPaddedLayout(0, 8, 10, 4), detail)
	apply := func(open bool) {
		head.Icon = theme.MenuDropDownIcon()
		if !open {
			head.Icon = theme.MenuExpandIcon()
		}
		controls.Visible(body, open)
		head.Refresh()
	}
	head.OnTapped = func() {
		open := !body.Visible()
		w.prefs.Folded = slices.DeleteFunc(w.prefs.Folded, func(s string) bool { return s == id })
		if !open {
			w.prefs.Folded = append(w.prefs.Folded, id)
		}
		apply(open)
		w.savePreferences()
	}
	w.name("section."+id, head)
	apply(!slices.Contains(w.prefs.Folded, id))
	whole := container.NewVBox(head, body, widget.NewSeparator())
	in.sections[id], in.heads[id], in.bodies[id] = whole, head, body
	return whole
}

// unfold opens a section.
func (in *inspector) unfold(id string) {
	if !in.bodies[id].Visible() {
		in.heads[id].OnTapped()
	}
}

// reveal scrolls so that a section is seen, its heading at the top where there
// is enough below it.
func (in *inspector) reveal(id string) {
	content := in.scroll.Content
	content.Resize(content.MinSize().Max(in.scroll.Size()))
	in.column.Layout.Layout(in.column.Objects, in.column.Size())
	y := in.column.Position().Y + in.sections[id].Position().Y
	in.scroll.ScrollToOffset(fyne.NewPos(0, min(y, content.Size().Height-in.scroll.Size().Height)))
}

// bringIn scrolls so that o, which has got the focus, is seen whole, wherever it is.
func (w *Window) bringIn(o fyne.CanvasObject) {
	bringIn(w.app.Driver(), w.inspector.scroll, w.inspector.column, o)
	bringIn(w.app.Driver(), w.toolbar.scroll, w.toolbar.column, o)
	if d := w.exporting; d != nil {
		bringIn(w.app.Driver(), d.scroll, d.column, o)
	}
}

// bringIn scrolls to o. What is not in the column is none of its business.
func bringIn(d fyne.Driver, scroll *container.Scroll, column *fyne.Container, o fyne.CanvasObject) {
	if scroll.Size().IsZero() || !holds(column, o) {
		return
	}
	const margin = 4
	at := d.AbsolutePositionForObject(o).Subtract(d.AbsolutePositionForObject(scroll.Content)).SubtractXY(margin, margin)
	size, room, to := o.Size().AddWidthHeight(2*margin, 2*margin), scroll.Size(), scroll.Offset
	to.X = max(min(to.X, at.X), at.X+size.Width-room.Width, 0)
	to.Y = max(min(to.Y, at.Y), at.Y+size.Height-room.Height, 0)
	if scroll.Direction == container.ScrollVerticalOnly {
		to.X = scroll.Offset.X
	} else {
		to.Y = scroll.Offset.Y
	}
	if to != scroll.Offset {
		scroll.ScrollToOffset(to)
	}
}

// holds reports whether o is somewhere in a container.
func holds(c *fyne.Container, o fyne.CanvasObject) bool {
	return slices.ContainsFunc(c.Objects, func(child fyne.CanvasObject) bool {
		inner, ok := child.(*fyne.Container)
		return child == o || ok && holds(inner, o)
	})
}

func (in *inspector) refresh() {
	in.labels.refresh()
	in.display.refresh()
	in.model.refresh()
	in.compare.refresh()
	in.reference.refresh()
	in.report.refresh()
	in.history.refresh()
	in.review.refresh()
}

// widthLayout gives its objects a width of their own.
type widthLayout float32

func (l widthLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	h := float32(0)
	for _, o := range objects {
		h = max(h, o.MinSize().Height)
	}
	return fyne.NewSize(float32(l), h)
}

func (l widthLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}
