package ui

import (
	"fyne.io/fyne/v2"

	"opacity/viewer/tool"
)

// cases is the menu of the work list.
func (m *menu) cases() *fyne.Menu {
	w, c := m.w, m.w.cases
	on, here := c.list != nil, c.present != ""
	items := []*fyne.MenuItem{
		m.choice(m.act(tool.ViewCases, "ui.menu.cases_show", on), c.object.Visible()),
		m.act(tool.CaseNext, "ui.menu.cases_next", on),
		m.act(tool.CasePrevious, "ui.menu.cases_previous", on),
		separator(),
	}
	mine := c.mine()
	for n, a := range tool.CaseStates() {
		s := caseStates()[n]
		items = append(items, m.choice(m.act(a, "ui.cases.state."+s, here), here && mine.State == s))
	}
	items = append(items,
		m.act(tool.CaseNote, "ui.menu.cases_note", here),
		separator(),
		m.item("ui.menu.cases_segment", c.canSegmentAll(), c.segmentAll),
		m.item("ui.menu.cases_stop", c.jobs.Running(jobCasesSegment), c.stopSegmenting),
		m.item("ui.menu.cases_export", on && w.opts.Writer != nil, c.askExport),
		separator(),
		m.item("ui.menu.cases_again", on && c.list.Folder != "" && w.opts.Opener != nil, c.lookAgain),
		m.item("ui.menu.cases_remove", on, c.remove),
		m.choice(m.item("ui.menu.cases_blind_all", on, w.toggleBlindedList), on && c.list.Blinded),
		m.item("ui.menu.cases_close", on, w.closeCases))
	return fyne.NewMenu(w.t("ui.menu.cases"), items...)
}
