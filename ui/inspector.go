package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// inspectorWidth is what the inspector takes beside the picture.
const inspectorWidth = 300

// inspector is the accordion at the right. Its sections keep their state.
type inspector struct {
	w       *Window
	object  *surface
	labels  *labelSection
	display *displaySection
	model   *modelSection
	report  *reportSection
	history *historySection
}

func newInspector(w *Window) *inspector {
	in := &inspector{w: w}
	in.labels, in.display, in.model = newLabelSection(w), newDisplaySection(w), newModelSection(w)
	in.report, in.history = newReportSection(w), newHistorySection(w)
	column := container.NewVBox(
		in.section("labels", in.labels.object), in.section("display", in.display.object),
		in.section("model", in.model.object), in.section("report", in.report.object),
		in.section("history", in.history.object))
	scroll := container.NewVScroll(container.New(layout.NewCustomPaddedLayout(2, 8, 0, 8), column))
	in.object = newSurface(colorPanel, container.New(widthLayout(inspectorWidth), scroll))
	in.setShown(w.prefs.Inspector)
	return in
}

func (in *inspector) setShown(on bool) { visible(in.object, on) }

// section is a heading that folds what is under it.
func (in *inspector) section(id string, detail fyne.CanvasObject) fyne.CanvasObject {
	w := in.w
	head := w.newButton(w.t("ui.section."+id), nil, "", nil)
	head.Importance, head.Alignment = widget.LowImportance, widget.ButtonAlignLeading
	body := container.New(layout.NewCustomPaddedLayout(0, 8, 10, 4), detail)
	apply := func(open bool) {
		head.Icon = theme.MenuDropDownIcon()
		if !open {
			head.Icon = theme.MenuExpandIcon()
		}
		visible(body, open)
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
	return container.NewVBox(head, body, widget.NewSeparator())
}

func (in *inspector) refresh() {
	in.labels.refresh()
	in.display.refresh()
	in.model.refresh()
	in.report.refresh()
	in.history.refresh()
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

// paragraph is text that wraps, in a colour of the theme.
func paragraph(s string, c fyne.ThemeColorName) *widget.RichText {
	t := widget.NewRichText(&widget.TextSegment{Text: s, Style: widget.RichTextStyle{ColorName: c, SizeName: theme.SizeNameCaptionText}})
	t.Wrapping = fyne.TextWrapWord
	return t
}

func setParagraph(t *widget.RichText, s string) {
	seg := t.Segments[0].(*widget.TextSegment)
	if seg.Text != s {
		seg.Text = s
		t.Refresh()
	}
	visible(t, s != "")
}
