package ui

import (
	"math"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/worklist"
	"opacity/ui/caselist"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer/tool"
)

const (
	// casesWidth is what the work list takes beside the picture while it is unfolded.
	casesWidth = 264
	// narrowWindow is the width below which the work list takes the inspector's room
	// and not the picture's.
	narrowWindow = 1200
)

// casesPanel is what is seen of a work list.
type casesPanel struct {
	c      *workList
	object *controls.Surface
	title  *controls.Line
	sort   *controls.Selector
	filter *controls.Selector
	table  *caselist.List
	none   *controls.Line
	this   *controls.Line
	state  *controls.Selector
	note   *controls.Entry
	noteOf string // the case that the note belongs to
	buttons
}

type buttons struct{ previous, next, segment, export *controls.Button }

// orders are the ways to sort, as the selector has them.
func orders() []worklist.Order {
	return []worklist.Order{worklist.ByName, worklist.ByState, worklist.ByUncertainty}
}

// caseStates are the states of a case in the order of its work.
func caseStates() []string {
	return []string{worklist.New, worklist.InWork, worklist.Corrected, worklist.Accepted, worklist.Problem}
}

func stateIcon(state string) fyne.Resource {
	switch state {
	case worklist.InWork:
		return theme.DocumentCreateIcon()
	case worklist.Corrected:
		return theme.ConfirmIcon()
	case worklist.Accepted:
		return theme.NewSuccessThemedResource(theme.CheckButtonCheckedIcon())
	case worklist.Problem:
		return theme.NewWarningThemedResource(theme.WarningIcon())
	}
	return theme.RadioButtonIcon()
}

func newCasesPanel(c *workList) *casesPanel {
	w := c.w
	p := &casesPanel{c: c}
	p.title = controls.NewLine("", theme.ColorNameForeground).Strong().Clipped()
	fold := w.make.Button("", theme.CancelIcon(), w.withKey(w.t("ui.cases.fold"), tool.ViewCases), func() { w.showCases(false) })
	fold.Importance = widget.LowImportance
	p.sort = w.make.Selector([]string{w.t("ui.cases.sort.name"), w.t("ui.cases.sort.state"), w.t("ui.cases.sort.unsure")}, func(i int) {
		c.by = orders()[i]
		c.arrange()
	})
	p.sort.Display(0)
	states := []string{w.t("ui.cases.all")}
	for _, s := range caseStates() {
		states = append(states, w.t("ui.cases.state."+s))
	}
	p.filter = w.make.Selector(states, func(i int) {
		c.state = ""
		if i > 0 {
			c.state = caseStates()[i-1]
		}
		c.arrange()
	})
	p.filter.Display(0)
	p.table = caselist.New(caselist.Options{
		Open: c.goTo, Key: w.typedKey, Rune: w.typedRune, Cut: controls.Ellipsis, Dim: look.Dim,
	})
	p.none = controls.NewLine(w.t("ui.cases.none"), look.Dim)
	p.this = controls.NewLine("", look.Dim).Clipped()
	p.state = w.make.Selector(states[1:], func(i int) { c.say(caseStates()[i]) })
	p.note = w.make.Entry("", func(string) { c.takeNote(); w.focusPanes() })
	p.note.SetPlaceHolder(w.t("ui.cases.note"))
	p.note.OnLeave = c.takeNote
	p.previous = w.make.Button("", theme.NavigateBackIcon(), w.withKey(w.t("ui.cases.previous_tip"), tool.CasePrevious), func() { w.keys.Do(tool.CasePrevious) })
	p.next = w.make.Button("", theme.NavigateNextIcon(), w.withKey(w.t("ui.cases.next_tip"), tool.CaseNext), func() { w.keys.Do(tool.CaseNext) })
	p.segment = w.make.Button(w.t("ui.cases.segment"), theme.MediaPlayIcon(), w.t("ui.cases.segment_tip"), c.segmentAll)
	p.export = w.make.Button(w.t("ui.cases.export"), theme.DownloadIcon(), w.t("ui.cases.export_tip"), c.askExport)

	head := container.NewBorder(nil, nil, nil, fold, p.title)
	above := container.NewVBox(head, container.NewGridWithColumns(2, p.sort, p.filter))
	below := container.New(layout.NewCustomPaddedVBoxLayout(4), widget.NewSeparator(), p.this,
		container.NewBorder(nil, nil, nil, container.NewHBox(p.previous, p.next), p.state), p.note,
		container.NewGridWithColumns(2, p.segment, p.export))
	body := container.NewBorder(above, below, nil, nil, container.NewStack(p.table, container.NewCenter(p.none)))
	inner := container.New(widthLayout(casesWidth), container.New(layout.NewCustomPaddedLayout(4, 8, 8, 8), body))
	p.object = controls.NewSurface(look.Panel, container.NewBorder(nil, nil, nil, widget.NewSeparator(), inner))
	p.object.Hide()
	for id, o := range map[string]fyne.CanvasObject{
		"list": p.table, "sort": p.sort, "filter": p.filter, "state": p.state, "note": p.note, "fold": fold,
		"previous": p.previous, "next": p.next, "segment": p.segment, "export": p.export,
	} {
		w.name("cases."+id, o)
	}
	return p
}

// showCases unfolds the list, or folds it away.
func (w *Window) showCases(on bool) {
	on = on && w.cases.list != nil
	controls.Visible(w.cases.object, on)
	w.cases.refresh()
	w.arrangeSides()
	if !on && !w.panesFocused() {
		w.focusPanes()
	}
	w.refreshActions()
	w.shell.Refresh()
	w.relayout()
}

func (w *Window) toggleCases() {
	shown := w.cases.object.Visible()
	w.showCases(!shown)
	if !shown {
		w.win.Canvas().Focus(w.cases.table)
	}
}

// arrangeSides gives the picture its room: in a narrow window the list takes the
// inspector's place.
func (w *Window) arrangeSides() {
	crowded := w.cases.object.Visible() && w.win.Canvas().Size().Width < narrowWindow
	if crowded {
		w.plots.front = false
	}
	w.inspector.setShown(w.prefs.Inspector && !crowded && !w.plots.front)
	controls.Visible(w.plots.object, w.plots.front)
	w.plots.showTabs()
	controls.Visible(w.side, w.inspector.object.Visible() || w.plots.front)
}

// refresh shows the list as it is.
func (c *workList) refresh() {
	w, p := c.w, c.casesPanel
	if !p.object.Visible() {
		return
	}
	index := map[string]worklist.Row{}
	for _, r := range c.rows(worklist.ByName) {
		index[r.Case] = r
	}
	var rows []caselist.Row
	for _, name := range c.order {
		if r, ok := index[name]; ok {
			rows = append(rows, c.describe(r))
		}
	}
	p.table.Set(rows)
	controls.Visible(p.none, len(rows) == 0)
	title := w.t("ui.cases.name")
	if c.list != nil {
		title = w.t("ui.cases.title", c.called(), len(index))
	}
	p.title.Set(title)
	for n, o := range orders() {
		if o == c.by {
			p.sort.Display(n)
		}
	}
	p.showState()
	c.showThis(index[c.present])
}

// called is the list's name: the user's own for its file, or that of the folder of
// its cases, which may say who the patients are.
func (c *workList) called() string {
	w := c.w
	switch own := c.file != "" && filepath.Dir(c.file) != w.listsFolder(); {
	case own:
		return strings.TrimSuffix(filepath.Base(c.file), filepath.Ext(c.file))
	case c.list.Folder != "" && w.viewer.Identity():
		return filepath.Base(c.list.Folder)
	}
	return w.t("ui.cases.name")
}

// lookingIn says that cases are looked for, and where if that may be seen.
func (w *Window) lookingIn(folder string) string {
	if w.viewer.Identity() {
		return w.t("ui.cases.looking", filepath.Base(folder))
	}
	return w.t("ui.cases.looking_there")
}

func (p *casesPanel) showState() {
	shown := 0
	for n, s := range caseStates() {
		if s == p.c.state {
			shown = n + 1
		}
	}
	p.filter.Display(shown)
}

// showThis shows what is said of the open case.
func (c *workList) showThis(r worklist.Row) {
	w, p := c.w, c.casesPanel
	on := c.present != "" && r.Case == c.present
	said, mine := w.t("ui.cases.open_one"), c.mine()
	if on {
		said = r.Case
		if r.State != worklist.New && r.Reviewer != w.reader() {
			said = w.t("ui.cases.others", r.Case, r.Reviewer, w.t("ui.cases.state."+r.State))
		}
		for n, s := range caseStates() {
			if s == mine.State {
				p.state.Display(n)
			}
		}
	}
	p.this.Set(said)
	maySay := on && w.keeping.looking == nil && c.sayable()
	controls.Enable(p.state, maySay)
	controls.Enable(p.note, maySay)
	if writing := w.win.Canvas().Focused() == fyne.Focusable(p.note) && p.noteOf == c.present; !writing && p.note.Text != mine.Note {
		p.note.Text = mine.Note
		p.note.CursorColumn = 0
		p.note.Refresh()
	}
	p.noteOf = c.present
	p.segment.SetEnabled(c.canSegmentAll())
	p.export.SetEnabled(c.list != nil && w.opts.Writer != nil && !c.jobs.Running(jobCasesExport))
}

// describe writes a case in two lines.
func (c *workList) describe(r worklist.Row) caselist.Row {
	w := c.w
	row := caselist.Row{Name: r.Case, State: w.t("ui.cases.state." + r.State), Icon: stateIcon(r.State), Present: r.Case == c.present}
	switch {
	case w.blinded():
	case r.Uncertainty != nil:
		row.Value = w.t("ui.cases.unsure", tenths(math.Round(*r.Uncertainty*1000)/10))
	case r.Model != "":
		row.Value = w.t("ui.cases.model")
	default:
		row.Value = w.t("ui.cases.no_model")
	}
	var details []string
	if r.Reviewer != "" && (r.State != worklist.New || r.Note != "" || math.Round(r.Minutes) > 0) { // not who only looked in
		details = append(details, r.Reviewer)
	}
	if n := int(math.Round(r.Minutes)); n > 0 {
		details = append(details, w.t("ui.cases.minutes", n))
	}
	if r.Note != "" {
		details = append(details, strings.ReplaceAll(r.Note, "\n", " "))
	}
	if r.Unseen() {
		row.Icon = theme.NewWarningThemedResource(stateIcon(r.State))
		details = append([]string{w.t("ui.cases.unseen", r.Seen, r.Slices)}, details...)
	}
	row.Details = strings.Join(details, " · ")
	return row
}
