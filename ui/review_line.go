package ui

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
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
	why    *brief
	on     bool
}

func newReviewLine(w *Window) *reviewLine {
	l := &reviewLine{w: w, why: newBrief(w.make.Tips)}
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
		l.why.set(l.w.t("ui.review.said", r.title(k), why))
	}
	if l.object.Visible() != on {
		controls.Visible(l.object, on)
		l.w.relayout()
	}
}

// briefLines is how many lines a brief takes, whatever it says: nothing moves when
// it says something else.
const briefLines = 2

// brief is text in as many lines as it always has; what does not fit shows while
// the pointer rests on it.
type brief struct {
	widget.BaseWidget
	text string
	tips *controls.Tips
	cut  bool
}

func newBrief(t *controls.Tips) *brief {
	b := &brief{tips: t}
	b.ExtendBaseWidget(b)
	return b
}

func (b *brief) set(s string) {
	if b.text != s {
		b.text = s
		b.Refresh()
	}
}

// MouseIn implements desktop.Hoverable.
func (b *brief) MouseIn(*desktop.MouseEvent) {
	if b.cut {
		b.tips.Show(b, b.text)
	}
}

// MouseMoved implements desktop.Hoverable.
func (b *brief) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *brief) MouseOut() { b.tips.Hide(b) }

// CreateRenderer implements fyne.Widget.
func (b *brief) CreateRenderer() fyne.WidgetRenderer {
	r := &briefRenderer{b: b}
	for i := range r.lines {
		r.lines[i] = canvas.NewText("", color.Transparent)
	}
	return r
}

type briefRenderer struct {
	b     *brief
	lines [briefLines]*canvas.Text
}

func (r *briefRenderer) Layout(size fyne.Size) {
	letters := theme.Size(theme.SizeNameCaptionText)
	said := controls.Wrapped(r.b.text, size.Width, letters)
	if r.b.cut = len(said) > briefLines; r.b.cut {
		last := controls.Ellipsis(strings.Join(said[briefLines-1:], " "), size.Width, letters, fyne.TextStyle{})
		said = append(said[:briefLines-1:briefLines-1], last)
	}
	high := r.lineHeight()
	y := (size.Height - float32(len(said))*high) / 2
	for i, t := range r.lines {
		t.Text = ""
		if i < len(said) {
			t.Text = said[i]
		}
		t.TextSize, t.Color = letters, look.Paint(theme.ColorNameForeground)
		t.Move(fyne.NewPos(0, y+float32(i)*high))
		t.Resize(fyne.NewSize(size.Width, high))
	}
}

func (r *briefRenderer) lineHeight() float32 {
	return fyne.MeasureText("M", theme.Size(theme.SizeNameCaptionText), fyne.TextStyle{}).Height
}

func (r *briefRenderer) MinSize() fyne.Size { return fyne.NewSize(40, briefLines*r.lineHeight()) }

func (r *briefRenderer) Refresh() {
	r.Layout(r.b.Size())
	for _, t := range r.lines {
		t.Refresh()
	}
}

func (r *briefRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.lines[0], r.lines[1]}
}
func (r *briefRenderer) Destroy() {}
