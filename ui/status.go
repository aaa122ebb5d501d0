package ui

import (
	"image/color"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/job"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// statusBar is the line at the bottom: a hint, or how far the work under way is,
// with Cancel; on the right where models run, and why there.
type statusBar struct {
	w      *Window
	object fyne.CanvasObject
	row    *fyne.Container
	left   *fyne.Container
	text   *controls.Line
	right  *controls.Line
	device [2]string      // where models run: in whole, and shortly
	mouse  *controls.Line // what the left button does
	kept   *controls.Line // how the work is kept
	bar    *thinBar
	cancel *controls.Button
	show   *controls.Button
	tasks  []*task
	said   string // the last message, shown while there is no hint
	place  string // of the file that Show opens
	over   string // hint of what the pointer is over
	noted  string // goes before all else, for a while
	why    string // what was asked for was not done, until that may have changed
	forget func() // ends that while
}

// task is work under way.
type task struct {
	key    string
	label  string
	p      job.Progress
	cancel func()
}

func newStatusBar(w *Window) *statusBar {
	s := &statusBar{w: w, text: controls.NewLine("", theme.ColorNameForeground).Folding(), right: controls.NewLine("", look.Dim).Right().Yielding(), mouse: controls.NewLine("", look.Dim).Right(), kept: controls.NewLine("", look.Dim).Right()}
	s.bar = newThinBar()
	s.cancel = w.make.Button(w.t("ui.cancel"), nil, "", func() { s.cancelTop() })
	s.cancel.Importance = widget.MediumImportance
	s.show = w.make.Button(w.t("ui.show"), nil, w.t("ui.show.tip"), func() { w.openFolder(s.place) })
	s.show.Importance = widget.MediumImportance
	s.left = container.NewBorder(nil, nil, nil, container.NewHBox(container.NewCenter(s.bar), s.cancel, s.show), s.text)
	s.row = container.New(statusLayout{s}, s.left, s.right, s.mouse, s.kept)
	s.object = controls.NewSurface(look.Panel, container.NewVBox(widget.NewSeparator(), s.row))
	w.name("status.text", s.text)
	w.name("status.cancel", s.cancel)
	w.name("status.show", s.show)
	w.name("status.device", s.right)
	w.name("status.mouse", s.mouse)
	w.name("status.kept", s.kept)
	s.showProfile()
	s.refresh()
	return s
}

// statusLayout gives the right part what it needs, up to half, and the left the rest:
// a long sentence there is told shortly, for what the hand is to do goes first.
type statusLayout struct{ s *statusBar }

// deviceShare is the part of the line that the sentence about the device may take.
const deviceShare = 0.2

func (statusLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 34) }

func (l statusLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	const edge = 10
	inner := size.Width - 2*edge
	said := l.s.device[0]
	if fyne.MeasureText(said, theme.TextSize(), fyne.TextStyle{}).Width > deviceShare*inner {
		said = l.s.device[1]
	}
	l.s.right.Set(said)
	right := min(o[1].MinSize().Width, inner/2)
	mouse := o[2].MinSize().Width
	left := inner - right - mouse - 2*16
	if kept := o[3].MinSize().Width; kept > 0 {
		left -= kept + 16
		o[3].Move(fyne.NewPos(edge+left+16, 0))
		o[3].Resize(fyne.NewSize(kept, size.Height))
	}
	o[0].Move(fyne.NewPos(edge, 3))
	o[0].Resize(fyne.NewSize(left, size.Height-6))
	o[2].Move(fyne.NewPos(edge+inner-right-16-mouse, 0))
	o[2].Resize(fyne.NewSize(mouse, size.Height))
	o[1].Move(fyne.NewPos(edge+inner-right, 0))
	o[1].Resize(fyne.NewSize(right, size.Height))
}

// start shows that work has begun.
func (s *statusBar) start(key, label string, cancel func()) {
	s.end(key)
	s.said, s.place = "", ""
	s.tasks = append(s.tasks, &task{key: key, label: label, cancel: cancel})
	s.refresh()
}

// progress shows how far the work is.
func (s *statusBar) progress(key string, p job.Progress) {
	for _, t := range s.tasks {
		if t.key == key {
			t.p = p
		}
	}
	s.refresh()
	if s.w.asksToLeave() {
		s.w.soon("leaving", s.w.retellLeaving)
	}
}

// end takes work that is over off the line.
func (s *statusBar) end(key string) {
	for i, t := range s.tasks {
		if t.key == key {
			s.tasks = append(s.tasks[:i], s.tasks[i+1:]...)
			break
		}
	}
	s.refresh()
	s.w.soon("written", s.w.written)
}

// cancelTop cancels what the line shows; false where there is nothing.
func (s *statusBar) cancelTop() bool {
	if t := s.top(); t != nil && t.cancel != nil {
		t.cancel()
		return true
	}
	return false
}

// say shows a message until something else happens.
func (s *statusBar) say(message string) {
	s.said, s.place, s.over, s.noted = message, "", "", ""
	s.refresh()
}

// noteFor is how long a note stays.
const noteFor = 5 * time.Second

// note answers what was just asked for, over the work under way too.
func (s *statusBar) note(message string) {
	if s.top() == nil {
		s.say(message)
		return
	}
	if s.forget != nil {
		s.forget()
	}
	s.noted = message
	s.forget = s.w.after(noteFor, func() {
		s.noted = ""
		s.refresh()
	})
	s.refresh()
}

// refuse says why what was asked for is not done.
func (s *statusBar) refuse(why string) {
	s.note(why)
	s.why = why
}

// overcome takes the reason back: what was in the way may be so no more.
func (s *statusBar) overcome() {
	why := s.why
	s.why = ""
	if why == "" || s.said != why && s.noted != why {
		return
	}
	if s.said == why {
		s.said = s.w.toolHint()
	}
	if s.noted == why {
		s.noted = ""
	}
	s.refresh()
}

// showProfile says what the left button does.
func (s *statusBar) showProfile() {
	p := "viewer.profile.annotate"
	if s.w.viewer.Profile() == viewer.Reading {
		p = "viewer.profile.reading"
	}
	does := s.w.t(p)
	if n := s.w.kit.Current(); n != tool.NoTool {
		does = s.w.texts.Format(n.Title())
	}
	s.mouse.Set(s.w.t("ui.status.mouse", does))
}

// saved says where a file went, with a way to go there.
func (s *statusBar) saved(path string) {
	s.said, s.place = s.w.t("ui.status.saved", filepath.Base(path), filepath.Dir(path)), path
	s.over = ""
	s.refresh()
}

// hint shows what the thing under the pointer does, "" for nothing.
func (s *statusBar) hint(hint string) {
	s.over = hint
	s.refresh()
}

// setDevice says where models run; the whole of it on hover.
func (s *statusBar) setDevice(sentence, short string) {
	s.device = [2]string{sentence, short}
	s.right.Why(s.w.make.Tips, sentence)
	s.row.Refresh()
}

func (s *statusBar) top() *task {
	if len(s.tasks) == 0 {
		return nil
	}
	return s.tasks[len(s.tasks)-1]
}

func (s *statusBar) refresh() {
	t := s.top()
	s.bar.show(t)
	controls.Visible(s.cancel, t != nil && t.cancel != nil)
	controls.Visible(s.show, t == nil && s.place != "" && s.over == "")
	switch {
	case s.noted != "":
		s.text.Set(s.noted)
	case t != nil:
		s.text.Set(s.describe(t))
	case s.over != "":
		s.text.Set(s.over)
	default:
		s.text.Set(s.said)
	}
	whole := "" // on hover, where it is cut
	if said := s.text.Text; fyne.MeasureText(said, theme.TextSize(), fyne.TextStyle{}).Width > s.text.Size().Width {
		whole = said
	}
	s.text.Why(s.w.make.Tips, whole)
	s.left.Refresh()
}

// describe writes a task as "Segmenting · slice 120 of 300 · about 12 s left".
func (s *statusBar) describe(t *task) string {
	label := t.label
	if !t.p.Stage.IsZero() {
		label = s.w.texts.Format(t.p.Stage)
	}
	switch {
	case t.p.Share:
		return s.w.t("ui.status.task_share", label, t.p.Done)
	case t.p.Total > 1 && t.p.Left > 0:
		return s.w.t("ui.status.task_left", label, t.p.Done, t.p.Total, s.timeLeft(t.p.Left))
	case t.p.Total > 1:
		return s.w.t("ui.status.task", label, t.p.Done, t.p.Total)
	}
	return label
}

func (s *statusBar) timeLeft(d time.Duration) string {
	if d >= 90*time.Second {
		return s.w.t("ui.minutes", int(d.Minutes()+0.5))
	}
	return s.w.t("ui.seconds", max(1, int(d.Seconds()+0.5)))
}

// thinBar is the progress of one task; it hides while no end is in sight.
type thinBar struct {
	widget.BaseWidget
	part float32 // 0..1, below 0 for unknown
}

func newThinBar() *thinBar {
	b := &thinBar{}
	b.ExtendBaseWidget(b)
	return b
}

func (b *thinBar) show(t *task) {
	controls.Visible(b, t != nil && t.p.Total > 0)
	if t == nil {
		return
	}
	part := float32(-1)
	if t.p.Total > 0 {
		part = float32(t.p.Done) / float32(t.p.Total)
	}
	b.set(part)
}

func (b *thinBar) set(part float32) {
	if part != b.part {
		b.part = part
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *thinBar) CreateRenderer() fyne.WidgetRenderer {
	r := &thinBarRenderer{b: b, track: canvas.NewRectangle(color.Transparent), done: canvas.NewRectangle(color.Transparent)}
	r.track.CornerRadius, r.done.CornerRadius = 2, 2
	return r
}

type thinBarRenderer struct {
	b           *thinBar
	track, done *canvas.Rectangle
}

func (r *thinBarRenderer) Layout(size fyne.Size) {
	r.track.FillColor, r.done.FillColor = look.Paint(theme.ColorNameButton), look.Paint(theme.ColorNamePrimary)
	r.track.Resize(size)
	r.done.Resize(fyne.NewSize(size.Width*min(max(r.b.part, 0.02), 1), size.Height))
}
func (r *thinBarRenderer) MinSize() fyne.Size { return fyne.NewSize(160, 4) }
func (r *thinBarRenderer) Refresh() {
	r.Layout(r.b.Size())
	r.track.Refresh()
	r.done.Refresh()
}

func (r *thinBarRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.track, r.done}
}
func (r *thinBarRenderer) Destroy() {}
