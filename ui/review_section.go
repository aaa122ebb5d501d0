package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/review"
	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// reviewSection says of the slice in the axial pane why it is doubtful and what
// was thought of it, and how far the review is.
type reviewSection struct {
	w              *Window
	object         fyne.CanvasObject
	title          *controls.Line
	why            *controls.Prose
	by             *controls.Line
	back           *controls.Button // takes the tick back
	previous, next *controls.Button
	ticks          map[string]*controls.Tile
	note           *controls.Entry
	noted          int            // slice that the note is of, -1 for none
	written        *volume.Volume // on whose slice something was written that is not kept yet
	stop           func()         // ends the wait before it is
	ticked, seen   *controls.Line
	bar            *thinBar
}

// noteAfter is how long nothing is written before a note is kept.
const noteAfter = time.Second

// tickOf are the ticks, in the order of their buttons.
var tickOf = []struct {
	state  string
	action tool.Action
}{{review.Accepted, tool.ReviewAccepted}, {review.Corrected, tool.ReviewCorrected}, {review.Problem, tool.ReviewProblem}}

func newReviewSection(w *Window) *reviewSection {
	s := &reviewSection{w: w, noted: -1, ticks: map[string]*controls.Tile{}, bar: newThinBar()}
	s.title = controls.NewLine("", theme.ColorNameForeground).Strong().Clipped()
	s.why = controls.Paragraph("", theme.ColorNameForeground)
	s.by = controls.NewLine("", look.Dim).Clipped()
	walk := func(id string, icon fyne.Resource, a tool.Action) *controls.Button {
		b := w.make.Button(w.withKey(w.t("ui.review."+id), a), icon, w.t("keys."+string(a)), func() { w.keys.Do(a) })
		w.name("review."+id, b)
		return b
	}
	s.previous = walk("previous", theme.NavigateBackIcon(), tool.ReviewPrevious)
	s.next = walk("next", theme.NavigateNextIcon(), tool.ReviewNext)
	s.next.IconPlacement = widget.ButtonIconTrailingText
	ticks := container.NewGridWithColumns(len(tickOf))
	for _, t := range tickOf {
		_, key := w.keyOf(t.action)
		name := controls.NewLine(w.t("ui.review."+t.state), theme.ColorNameForeground)
		b := w.make.Tile(container.NewCenter(name), w.t("ui.with_key", w.t("keys."+string(t.action)), key), func() { w.keys.Do(t.action) })
		b.Fill = theme.ColorNameButton
		w.name("review."+t.state, b)
		s.ticks[t.state] = b
		ticks.Add(b)
	}
	s.back = w.make.Button("", theme.ContentClearIcon(), w.withKey(w.t("ui.menu.review_untick"), tool.ReviewUntick), func() { w.keys.Do(tool.ReviewUntick) })
	s.back.Importance = widget.LowImportance
	w.name("review.untick", s.back)
	s.note = w.make.Entry("", func(string) { s.keepNote(); w.focusPanes() })
	s.note.OnChanged = func(string) {
		s.written = w.session.Volume()
		if s.stop != nil {
			s.stop()
		}
		s.stop = w.after(noteAfter, s.keepNote)
	}
	s.note.SetPlaceHolder(w.t("ui.review.note"))
	s.note.OnLeave = s.keepNote
	s.ticked = controls.NewLine("", look.Dim).Clipped().Why(w.make.Tips, w.t("ui.review.ticked_tip"))
	s.seen = controls.NewLine("", look.Dim).Clipped().Why(w.make.Tips, w.t("ui.review.seen_tip"))
	for id, o := range map[string]fyne.CanvasObject{"title": s.title, "why": s.why, "note": s.note, "ticked": s.ticked, "seen": s.seen} {
		w.name("review."+id, o)
	}
	s.object = container.New(layout.NewCustomPaddedVBoxLayout(6),
		s.title, s.why, container.NewGridWithColumns(2, s.previous, s.next), ticks, container.NewBorder(nil, nil, nil, s.back, s.by), s.note, s.ticked, s.seen, s.bar)
	return s
}

func (s *reviewSection) refresh() {
	w, r := s.w, s.w.reviewing
	r.line.refresh()
	v := w.session.Volume()
	on := v != nil && w.complete()
	k := w.viewer.SliceOf(viewer.Axial)
	if !on {
		k = -1
	}
	if k != s.noted {
		s.keepNote()
		s.noted = k
	}
	mark := r.marks[k]
	if s.written != v {
		s.written = nil
	}
	if s.written == nil && s.note.Text != mark.Note {
		s.note.Text = mark.Note
		s.note.Refresh()
	}
	s.showSlice(on, k)
	s.previous.SetEnabled(on && r.queue != nil)
	s.next.SetEnabled(on && r.queue != nil)
	for state, b := range s.ticks {
		if chosen := on && mark.State == state; b.Chosen != chosen || b.Disabled == on {
			b.Chosen, b.Disabled = chosen, !on
			b.Refresh()
		}
	}
	controls.Enable(s.note, on && w.keeping.looking == nil)
	by := ""
	if on && (mark.State != "" || mark.Note != "") && mark.By != "" {
		by = w.t("ui.review.by", mark.By, mark.Time.Local().Format("2006-01-02 15:04"))
	}
	s.by.Set(by)
	controls.Visible(s.by, by != "")
	controls.Visible(s.back, on && mark.State != "")
	s.showProgress(on)
}

func (s *reviewSection) showSlice(on bool, k int) {
	w, r := s.w, s.w.reviewing
	title, why := "", r.waits()
	if on {
		title = r.title(k)
		said := r.reasons(k)
		switch {
		case r.queue == nil && w.jobs.Running(jobReview):
			why = w.t("ui.review.working")
		case r.queue == nil:
		case len(said) == 0:
			why = w.t("ui.review.sure")
		default:
			why = strings.Join(said, "\n")
		}
	}
	s.title.Set(title)
	controls.Visible(s.title, title != "")
	s.why.Set(why)
}

func (s *reviewSection) showProgress(on bool) {
	controls.Visible(s.ticked, on && s.w.reviewing.queue != nil)
	controls.Visible(s.seen, on)
	controls.Visible(s.bar, on)
	if !on {
		return
	}
	all, worst := s.w.reviewing.progress(s.w.session.Volume())
	s.ticked.Set(s.w.t("ui.review.ticked", worst.Ticked(), worst.Slices))
	seen := s.w.t("ui.review.seen", all.Seen, all.Slices)
	if all.Reviewed() {
		seen = s.w.t("ui.review.seen_all", all.Slices)
	}
	s.seen.Set(seen)
	s.bar.set(float32(all.Seen) / float32(all.Slices))
}

// keepNote keeps what was written of a slice.
func (s *reviewSection) keepNote() {
	r, k, of := s.w.reviewing, s.noted, s.written
	s.written = nil
	if of == nil || of != s.w.session.Volume() || k < 0 {
		return // nothing was written, or it was of another case
	}
	if mark := r.marks[k]; s.note.Text != mark.Note {
		r.say(k, mark.State, s.note.Text)
	}
}

// review is what the menu has for it.
func (m *menu) review() *fyne.Menu {
	w, on := m.w, m.w.complete()
	ticks := []*fyne.MenuItem{}
	for _, t := range tickOf {
		state := w.reviewing.marks[w.viewer.SliceOf(viewer.Axial)].State
		ticks = append(ticks, m.choice(m.act(t.action, "ui.menu.review."+t.state, on), on && state == t.state))
	}
	ticked := w.reviewing.marks[w.viewer.SliceOf(viewer.Axial)].State != ""
	ticks = append(ticks, m.act(tool.ReviewUntick, "ui.menu.review_untick", on && ticked))
	items := append([]*fyne.MenuItem{
		m.act(tool.ReviewNext, "ui.menu.review_next", on && w.queue() != nil),
		m.act(tool.ReviewPrevious, "ui.menu.review_previous", on && w.queue() != nil),
		separator(),
	}, ticks...)
	return fyne.NewMenu(w.t("ui.menu.review"), append(items, separator(),
		m.choice(m.item("ui.menu.review_skip", true, func() {
			w.prefs.WalkTicked = !w.prefs.WalkTicked
			w.savePreferences()
			w.refreshActions()
		}), !w.prefs.WalkTicked),
		m.item("ui.menu.review_show", w.hasStudy(), func() { w.goToSection("review") }))...)
}
