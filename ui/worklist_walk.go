package ui

import (
	"reflect"
	"slices"

	"opacity/app/mask"
	"opacity/app/review"
	"opacity/app/study"
	"opacity/app/worklist"
	"opacity/viewer/tool"
)

// goTo opens a case of the list, with its study. Nothing of the one before is
// lost: see leave.
func (c *workList) goTo(name string) {
	w := c.w
	e, ok := c.entry(name)
	switch {
	case !ok:
		return
	case c.writing == name:
		attempt := w.asked
		c.waiting = func() {
			if attempt == w.asked { // nothing else was asked for
				c.goTo(name)
			}
		}
		w.status.note(w.t("ui.cases.wait", name))
		return
	case name == c.present && c.wanted == "":
		w.status.note(w.t("ui.cases.is_open", name))
		w.focusPanes()
		return
	}
	c.takeNote()
	c.studySaid()
	c.wanted = name
	c.table.Choose(name)
	w.openCase(e.Path, e.SeriesUID, c.list.Studies)
}

func (c *workList) entry(name string) (worklist.Entry, bool) {
	if c.list == nil {
		return worklist.Entry{}, false
	}
	return c.list.Entry(name)
}

// walk opens the case that is so many further in the order shown.
func (c *workList) walk(by int) {
	from := c.present
	if c.wanted != "" && c.w.jobs.Running(jobOpen) {
		from = c.wanted
	}
	n := slices.Index(c.order, from) + by
	if n < 0 && by < 0 {
		c.w.status.note(c.w.t("ui.cases.first"))
		return
	}
	if n >= len(c.order) {
		c.w.status.note(c.w.t("ui.cases.last"))
		return
	}
	c.goTo(c.order[n])
}

// follow finds which case is open, and takes over what its study says.
func (c *workList) follow() {
	w := c.w
	if c.list == nil || w.session.Loading() {
		return
	}
	was := c.present
	switch {
	case c.opens(c.wanted):
		c.present, c.wanted = c.wanted, ""
	case !c.opens(c.present):
		c.present = ""
	}
	if c.present != was {
		c.noteOf = ""
		if c.present != "" {
			if !slices.Contains(c.order, c.present) {
				c.arrange()
			}
			c.table.Choose(c.present)
			w.focusPanes()
			c.tellTwin()
		}
	}
	c.studySaid()
	c.begun()
	c.refresh()
	w.refreshActions()
}

// opens reports whether the open image is that of a case, with its study.
func (c *workList) opens(name string) bool {
	e, ok := c.entry(name)
	info := c.w.session.Info()
	if !ok || c.w.session.Volume() == nil || absolute(info.Path) != e.Path || e.SeriesUID != "" && e.SeriesUID != info.Identity.SeriesUID {
		return false
	}
	dir := c.w.keeping.dir
	return dir == "" || c.list.Studies == "" || dir == c.w.readersFolder(c.list.Studies)
}

// tellTwin says that the open case is the same image as another of the list.
func (c *workList) tellTwin() {
	k := c.w.keeping
	if k.study == nil {
		return
	}
	for _, source := range k.study.Info().Sources {
		if source.Path == absolute(c.w.session.Info().Path) {
			continue // other cases there are other series
		}
		for _, e := range c.list.Entries() {
			if e.Path == source.Path && (e.SeriesUID == "" || e.SeriesUID == source.SeriesUID) && e.Case != c.present {
				k.hints = append(k.hints, c.w.t("ui.cases.twin", c.present, e.Case))
				c.w.bands.refresh()
				return
			}
		}
	}
}

// studySaid takes over what the study of the open case knows: what was said of it
// last, by whom, and which model has run.
func (c *workList) studySaid() {
	w := c.w
	if c.list == nil || w.session.Loading() {
		return
	}
	c.spend()
	if c.present == "" || w.study() == nil && w.keeping.looking == nil {
		return
	}
	info := w.studyInfo()
	said := worklist.Study{Reading: worklist.Reading{Reviewer: info.SaidBy, State: info.State, Note: info.Note, Changed: info.SaidAt}}
	if info.SaidAt.IsZero() { // an older version has made it
		said.Reading.Changed = info.Created
	}
	if info.SaidBy == "" {
		said.Reading.Reviewer = info.Reviewer
	}
	seen := c.seen()
	said.Reading.Seen, said.Reading.Slices = seen.Seen, seen.Slices
	before, _ := c.entry(c.present)
	if len(before.Readings) == 0 { // the study was worked on elsewhere
		said.Reading.Minutes = info.ReadingSeconds / 60
	}
	if !w.blinded() {
		said.Model = lastModel(info)
	}
	c.list.Take(map[string]worklist.Study{c.present: said})
	c.unsure(said.Model)
	after, _ := c.entry(c.present)
	for n := range before.Readings { // of what is in work they are counted with what is said next
		if n < len(after.Readings) && !after.Judged() {
			before.Readings[n].Seen, before.Readings[n].Slices = after.Readings[n].Seen, after.Readings[n].Slices
		}
	}
	if !reflect.DeepEqual(before, after) {
		c.changed()
	}
}

// seen counts the slices of the open case that were on screen.
func (c *workList) seen() review.Progress {
	return c.w.studyInfo().Slices.Progress(c.w.session.Volume().Size[2])
}

// lastModel is the model whose mask was proposed last; files are none.
func lastModel(info study.Info) string {
	for _, m := range slices.Backward(info.Models) {
		if !m.File {
			return m.ID
		}
	}
	return ""
}

// unsure notes how unsure the model is on the open case, once the window knows.
func (c *workList) unsure(model string) {
	q := c.w.queue()
	if e, _ := c.entry(c.present); model != "" && q != nil && q.Uncertainty != nil && e.Uncertainty == nil {
		c.list.Ran(c.present, model, q.Uncertainty)
	}
}

// begun puts a new case into work with the first edit.
func (c *workList) begun() {
	if c.present == "" || c.w.keeping.looking != nil {
		return
	}
	steps, applied := c.w.session.History()
	byHand := slices.ContainsFunc(steps[:applied], func(s mask.Step) bool { return s.Hand })
	if r, ok := c.row(c.present); ok && byHand && r.State == worklist.New {
		c.sayOf(worklist.InWork, c.mine().Note)
	}
}

// mine is what the reader has said of the open case.
func (c *workList) mine() worklist.Reading {
	if c.list != nil && c.present != "" {
		if r, ok := c.list.Reading(c.present, c.w.reader()); ok {
			return r
		}
	}
	return worklist.Reading{State: worklist.New}
}

// say sets the reader's state of the open case.
func (c *workList) say(state string) {
	mine := c.mine()
	if c.present != "" && mine.State != state && c.sayOf(state, mine.Note) {
		said := c.w.t("ui.cases.said", c.present, c.w.t("ui.cases.state."+state))
		if p := c.seen(); !p.Reviewed() && worklist.Judged(state) {
			said = c.w.t("ui.cases.said_unseen", c.present, c.w.t("ui.cases.state."+state), p.Seen, p.Slices)
		}
		c.w.status.note(said)
	}
}

// sayable reports whether the case that the list has as the open one is on screen:
// while the next is being opened, what is said would be of either.
func (c *workList) sayable() bool {
	return c.w.behind == nil && !c.w.session.Loading() && c.opens(c.present)
}

// sayOf keeps what the reader says of the open case; false where it is open for
// looking only or being left, which is told.
func (c *workList) sayOf(state, note string) bool {
	w := c.w
	switch {
	case w.keeping.looking != nil:
		w.status.note(w.t("ui.study.looking_note"))
		c.refresh()
		return false
	case !c.sayable():
		w.status.note(w.t("ui.refused.loading"))
		c.refresh()
		return false
	}
	if !c.list.Say(c.present, w.reader(), state, note, w.now()) {
		return false
	}
	if said := w.studyInfo(); state != worklist.New || said.SaidBy == "" || said.SaidBy == w.reader() {
		w.note(func(i *study.Info) {
			i.State, i.Note, i.SaidBy, i.SaidAt = state, note, w.reader(), w.now().UTC().Round(0)
			for k := range w.reviewing.seen {
				i.Slices.See(k)
			}
		})
	} // else another's verdict stands
	c.changed()
	c.studySaid()
	c.refresh()
	return true
}

// takeNote keeps what the reader wrote of the open case.
func (c *workList) takeNote() {
	mine := c.mine()
	if c.sayable() && c.noteOf == c.present && c.note.Text != mine.Note {
		c.sayOf(mine.State, c.note.Text)
	}
}

// writeNote goes to the field for it.
func (c *workList) writeNote() {
	c.w.showCases(true)
	c.w.win.Canvas().Focus(c.note)
}

// register tells the key table what the list carries out.
func (c *workList) register() {
	k := c.w.keys
	k.Handle(tool.ViewCases, c.w.toggleCases)
	k.Handle(tool.CaseNext, func() { c.walk(+1) })
	k.Handle(tool.CasePrevious, func() { c.walk(-1) })
	k.Handle(tool.CaseNote, c.writeNote)
	for n, a := range tool.CaseStates() {
		k.Handle(a, func() { c.say(caseStates()[n]) })
	}
}

// refused says why an action on the list cannot be carried out, "" where it can.
func (c *workList) refused(a tool.Action) string {
	ofCase := a == tool.CaseNote || slices.Contains(tool.CaseStates(), a)
	ofList := a == tool.ViewCases || a == tool.CaseNext || a == tool.CasePrevious
	switch {
	case (ofCase || ofList) && c.list == nil:
		return c.w.t("ui.refused.no_list")
	case ofCase && c.present == "":
		return c.w.t("ui.refused.no_case")
	case ofCase && !c.sayable():
		return c.w.t("ui.refused.loading")
	}
	return ""
}
