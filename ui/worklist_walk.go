package ui

import (
	"slices"

	"opacity/app/mask"
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
		c.waiting = func() { c.goTo(name) }
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

// studySaid takes over what the study of the open case knows: how long it was
// read, and which model has run.
func (c *workList) studySaid() {
	w := c.w
	if c.list == nil || c.present == "" || w.session.Loading() || w.study() == nil {
		return
	}
	info := w.studyInfo()
	said := worklist.Study{Reading: worklist.Reading{
		Reviewer: w.reader(), State: info.State, Note: info.Note, Minutes: w.readingTime().Minutes(),
	}}
	if said.Reading.State == "" {
		said.Reading.State = worklist.New
	}
	if !w.blinded() {
		said.Model = lastModel(info)
	}
	before, _ := c.row(c.present)
	c.list.Take(map[string]worklist.Study{c.present: said})
	c.unsure(said.Model)
	if after, _ := c.row(c.present); !sameRow(before, after) {
		c.changed()
	}
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

// sameRow compares what is worth saving: seconds of reading are not.
func sameRow(a, b worklist.Row) bool {
	if (a.Uncertainty == nil) != (b.Uncertainty == nil) {
		return false
	}
	a.Uncertainty, b.Uncertainty = nil, nil
	a.Minutes, b.Minutes = float64(int(a.Minutes*2)), float64(int(b.Minutes*2))
	return a == b
}

// begun puts a new case into work with the first edit.
func (c *workList) begun() {
	if c.present == "" {
		return
	}
	steps, applied := c.w.session.History()
	byHand := slices.ContainsFunc(steps[:applied], func(s mask.Step) bool { return s.Hand })
	if r, ok := c.row(c.present); ok && byHand && r.State == worklist.New {
		c.sayOf(worklist.InWork, r.Note)
	}
}

// say sets the state of the open case.
func (c *workList) say(state string) {
	r, ok := c.row(c.present)
	if !ok || r.State == state {
		return
	}
	c.sayOf(state, r.Note)
	c.w.status.note(c.w.t("ui.cases.said", c.present, c.w.t("ui.cases.state."+state)))
}

func (c *workList) sayOf(state, note string) {
	w := c.w
	if !c.list.Say(c.present, w.reader(), state, note, w.now()) {
		return
	}
	w.note(func(i *study.Info) { i.State, i.Note = state, note })
	c.changed()
	c.refresh()
}

// takeNote keeps what was written of the open case.
func (c *workList) takeNote() {
	r, ok := c.row(c.present)
	if ok && c.noteOf == c.present && c.note.Text != r.Note {
		c.sayOf(r.State, c.note.Text)
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
	}
	return ""
}
