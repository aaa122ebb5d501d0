package ui

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"opacity/app/mask"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// menu is the main menu. It is built anew whenever what it says changes.
type menu struct {
	w     *Window
	shown string // what the menu said when it was last set
	late  bool   // it is to be built anew once it is closed
}

func newMenu(w *Window) *menu {
	m := &menu{w: w}
	m.refresh()
	return m
}

func (m *menu) refresh() {
	if m.isOpen() { // a new one would close it under the hand
		if !m.late {
			m.late = true
			m.w.after(menuWait, func() { m.late = false; m.refresh() })
		}
		return
	}
	main := m.build()
	if said := describe(main.Items, ""); said != m.shown {
		m.shown = said
		m.w.win.SetMainMenu(main)
	}
}

// menuWait is how long a menu that is open waits before it looks again whether it
// still is.
const menuWait = 300 * time.Millisecond

// isOpen reports whether the menu is open: then an item of its bar, a type that
// Fyne keeps to itself, has the keys.
func (m *menu) isOpen() bool {
	return fmt.Sprintf("%T", m.w.win.Canvas().Focused()) == "*glfw.menuBarItem"
}

// describe writes down everything a menu shows, to tell whether it changed.
func describe(menus []*fyne.Menu, indent string) string {
	var b strings.Builder
	for _, m := range menus {
		b.WriteString(indent + m.Label + "\n")
		for _, i := range m.Items {
			fmt.Fprintf(&b, "%s %s %v %v\n", indent, i.Label, i.Disabled, i.Checked)
			if i.ChildMenu != nil {
				b.WriteString(describe([]*fyne.Menu{i.ChildMenu}, indent+"  "))
			}
		}
	}
	return b.String()
}

// shortcuts are those that the menu answers to.
func (m *menu) shortcuts() map[string]bool {
	found := map[string]bool{}
	var visit func(items []*fyne.MenuItem)
	visit = func(items []*fyne.MenuItem) {
		for _, i := range items {
			if i.Shortcut != nil {
				found[i.Shortcut.ShortcutName()] = true
			}
			if i.ChildMenu != nil {
				visit(i.ChildMenu.Items)
			}
		}
	}
	for _, top := range m.w.win.MainMenu().Items {
		visit(top.Items)
	}
	return found
}

func (m *menu) build() *fyne.MainMenu {
	return fyne.NewMainMenu(m.file(), m.edit(), m.view(), m.segment(), m.tools(), m.review(), m.cases(), m.help())
}

// item is a menu item that does nothing while a dialog asks something, nor
// where it is greyed out (Fyne's shortcuts reach disabled items too).
func (m *menu) item(key string, enabled bool, do func(), args ...any) *fyne.MenuItem {
	i := fyne.NewMenuItem(m.w.t(key, args...), nil)
	i.Disabled = !enabled
	i.Action = func() {
		if enabled && len(m.w.modals) == 0 {
			m.w.make.Tips.Clear()
			do()
		}
	}
	return i
}

// act is a menu item for an action of the key table.
func (m *menu) act(a tool.Action, key string, enabled bool, args ...any) *fyne.MenuItem {
	i := m.item(key, enabled, nil, args...)
	i.Action = func() { // of a key too, which reaches an item that is greyed out: it says why
		m.w.make.Tips.Clear()
		m.w.keys.Do(a)
	}
	c, _ := m.w.keyOf(a)
	m.bind(i, c)
	return i
}

// bind gives an item a key. It is written in the label: Fyne writes those of
// shortcuts in a fifth of the contrast, and those of bare keys not at all.
func (m *menu) bind(i *fyne.MenuItem, c tool.Chord) {
	if c.Key == "" {
		return
	}
	if s := shortcut(c); s != nil {
		i.Shortcut = unwritten{s}
	}
	i.Label = m.w.t("ui.menu.with_key", i.Label, c.String())
}

// unwritten is a shortcut that menus answer to and do not write.
type unwritten struct{ fyne.Shortcut }

// openMenu opens a menu of the bar, as Alt alone and F10 do elsewhere: the arrow
// keys and Enter go on from there.
func (w *Window) openMenu(n int) {
	bar, ok := w.win.Canvas().(interface{ ToggleMenu() })
	if !ok || len(w.modals) > 0 {
		return
	}
	w.make.Tips.Clear()
	bar.ToggleMenu()
	for range n {
		if f := w.win.Canvas().Focused(); f != nil {
			f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
		}
	}
}

func (m *menu) choice(i *fyne.MenuItem, on bool) *fyne.MenuItem {
	i.Checked = on
	return i
}

func separator() *fyne.MenuItem { return fyne.NewMenuItemSeparator() }

func (m *menu) file() *fyne.Menu {
	w := m.w
	recent := m.item("ui.menu.recent", true, func() {})
	recent.ChildMenu = m.recent()
	quit := m.act(tool.FileQuit, "ui.menu.quit", true)
	quit.IsQuit = true
	return fyne.NewMenu(w.t("ui.menu.file"),
		m.act(tool.FileOpen, "ui.menu.open_file", true),
		m.act(tool.FileOpenFolder, "ui.menu.open_folder", true),
		m.item("ui.menu.other_series", w.others() != nil, w.showOthers),
		m.item("ui.menu.open_mask", w.complete() && !w.segmenting && w.opts.ReadMask != nil, w.askOpenMask),
		m.item("ui.menu.open_study", true, w.askOpenStudy),
		m.act(tool.FileOpenCases, "ui.menu.open_cases", w.opts.Opener != nil),
		m.item("ui.menu.open_worklist", w.opts.Opener != nil, w.askOpenWorkList),
		m.item("ui.menu.save_worklist", w.cases.list != nil, w.askSaveWorkList),
		m.item("ui.menu.open_sample", w.opts.Phantom != nil, func() { w.openSample(false) }),
		recent, separator(),
		m.act(tool.FileSave, "ui.menu.save", w.hasMask() && !w.segmenting),
		m.act(tool.FileSaveAs, "ui.menu.save_as", w.hasMask() && !w.segmenting),
		m.item("ui.menu.study_as", w.canCopy(), w.askSaveStudyAs),
		m.act(tool.FileExport, "ui.menu.export", w.complete() && !w.segmenting),
		m.act(tool.FilePicture, "ui.menu.picture", w.complete() && w.opts.SavePicture != nil, w.t("viewer."+w.viewer.Active().String())),
		m.item("ui.menu.audit", w.audited() != nil, w.askAudit),
		separator(),
		m.item("ui.menu.anew", w.canStartAnew(), w.startAnew),
		m.item("ui.menu.studies", true, w.askStudies),
		separator(),
		m.act(tool.FileClose, "ui.menu.close", w.hasStudy()),
		quit)
}

func (m *menu) recent() *fyne.Menu {
	w := m.w
	var items []*fyne.MenuItem
	for n, path := range w.prefs.Recent {
		i := m.item("ui.menu.recent_item", true, func() { w.openRecent(n) }, filepath.Base(path), filepath.Base(filepath.Dir(path)))
		if actions := []tool.Action{tool.FileRecent1, tool.FileRecent2, tool.FileRecent3, tool.FileRecent4, tool.FileRecent5}; n < len(actions) {
			c, _ := w.keyOf(actions[n])
			m.bind(i, c)
		}
		items = append(items, i)
	}
	if len(items) == 0 {
		items = append(items, m.item("ui.menu.recent_none", false, func() {}))
	}
	items = append(items, separator(),
		m.item("ui.menu.recent_clear", len(w.prefs.Recent) > 0, w.clearRecent),
		m.choice(m.item("ui.menu.recent_keep", true, w.toggleRecent), !w.prefs.NoRecent))
	return fyne.NewMenu("", items...)
}

func (m *menu) edit() *fyne.Menu {
	w := m.w
	undo, redo := w.steps()
	label := func(plain, named, step string) (string, []any) {
		if step == "" {
			return plain, nil
		}
		return named, []any{step}
	}
	uk, ua := label("ui.menu.undo", "ui.menu.undo_step", undo)
	rk, ra := label("ui.menu.redo", "ui.menu.redo_step", redo)
	u, r := m.act(tool.EditUndo, uk, undo != "" && !w.segmenting, ua...), m.act(tool.EditRedo, rk, redo != "" && !w.segmenting, ra...)
	// These two reach the text field in focus, dialogs and all.
	u.Action, r.Action = w.undo, w.redo
	return fyne.NewMenu(w.t("ui.menu.edit"), u, r)
}

// tools lists the painting tools, the one that is on ticked.
func (m *menu) tools() *fyne.Menu {
	w := m.w
	var items []*fyne.MenuItem
	for _, n := range tool.Names() {
		i := m.choice(m.act(n.Action(), "ui.menu.tool", w.hasStudy(), w.texts.Format(n.Title())), w.kit.Current() == n)
		items = append(items, i)
	}
	items = append(items, m.item("ui.menu.no_tool", w.kit.Current() != tool.NoTool, func() { w.kit.Use(tool.NoTool) }), separator())
	items = append(items, m.operations()...)
	if l, ok := w.activeLabel(); ok {
		label := m.item("ui.menu.label", true, func() {}, l.Name)
		label.ChildMenu = fyne.NewMenu("", w.inspector.labels.items(l.Value)...)
		items = append(items, separator(), label)
	}
	return fyne.NewMenu(w.t("ui.menu.tools"), items...)
}

// operations lists what is done to a label as a whole, by groups.
func (m *menu) operations() []*fyne.MenuItem {
	w := m.w
	var groups []*fyne.MenuItem
	in := map[string]*fyne.Menu{}
	for _, op := range w.operations {
		if in[op.group] == nil {
			in[op.group] = fyne.NewMenu("")
			g := m.item("ui.op.group."+op.group, w.canEdit(), func() {})
			g.ChildMenu = in[op.group]
			groups = append(groups, g)
		}
		i := m.act(tool.Operation(op.id), "ui.op.item", w.canEdit(), w.t("ui.op.name."+op.id))
		i.Icon = operationIcon(op.id)
		in[op.group].Items = append(in[op.group].Items, i)
		if op.id == "copy" {
			up, down := m.act(tool.CopyUp, "ui.menu.copy_up", w.canEdit()), m.act(tool.CopyDown, "ui.menu.copy_down", w.canEdit())
			up.Icon, down.Icon = i.Icon, i.Icon
			in[op.group].Items = append(in[op.group].Items, up, down)
		}
	}
	return groups
}

func (m *menu) view() *fyne.Menu {
	w, v := m.w, m.w.viewer
	style := func(key string, s viewer.OverlayStyle) *fyne.MenuItem {
		return m.choice(m.item(key, true, func() { w.setStyle(s) }), v.Overlay().Style == s)
	}
	return fyne.NewMenu(w.t("ui.menu.view"),
		m.choice(m.act(tool.LayoutLarge, "ui.menu.layout_large", true), v.Arrangement() == viewer.LargeAxial),
		m.choice(m.act(tool.LayoutFour, "ui.menu.layout_four", true), v.Arrangement() == viewer.FourEqual),
		m.choice(m.act(tool.LayoutOne, "ui.menu.layout_one", true), v.Arrangement() == viewer.OnePane),
		separator(),
		m.choice(m.act(tool.LabelsToggle, "ui.menu.labels", true), v.Overlay().Visible),
		m.choice(m.act(tool.ViewCompare, "ui.menu.compare", w.compareRefused() == "" || v.Comparing()), v.Comparing()),
		m.compare(),
		style("ui.menu.style_filled", viewer.Filled),
		style("ui.menu.style_outlined", viewer.Outlined),
		style("ui.menu.style_both", viewer.FilledAndOutlined),
		separator(),
		m.choice(m.act(tool.ViewSmooth, "ui.menu.smooth", true), v.Smooth()),
		m.choice(m.act(tool.ViewCrosshair, "ui.menu.crosshair", true), v.Crosshair()),
		m.choice(m.act(tool.ViewAnnotations, "ui.menu.annotations", true), v.Annotations()),
		m.choice(m.act(tool.ViewIdentity, "ui.menu.identity", true), v.Identity()),
		m.act(tool.ViewFit, "ui.menu.fit", w.hasStudy()),
		separator(),
		m.choice(m.item("ui.menu.dark", true, func() { w.setLight(false) }), !w.prefs.Light),
		m.choice(m.item("ui.menu.light", true, func() { w.setLight(true) }), w.prefs.Light),
		m.choice(m.act(tool.ViewInspector, "ui.menu.inspector", true), w.prefs.Inspector),
		m.choice(m.item("ui.menu.blinded", true, w.toggleBlinded), w.prefs.Blinded),
		m.act(tool.ViewReport, "ui.menu.report", w.hasStudy()),
		m.act(tool.ViewHistory, "ui.menu.history", w.hasStudy()),
		m.choice(m.act(tool.ViewPlots, "ui.menu.plots", w.opts.Plots.Case != nil), w.plots.front),
		m.item("ui.menu.results", w.opts.Plots.Results != nil, w.plots.askResults),
		separator(),
		m.choice(m.item("ui.menu.annotate", true, func() { w.setProfile(viewer.Annotate) }), v.Profile() == viewer.Annotate),
		m.choice(m.item("ui.menu.reading", true, func() { w.setProfile(viewer.Reading) }), v.Profile() == viewer.Reading),
		m.choice(m.item("ui.menu.invert", true, func() { v.SetInvertLevel(!v.InvertLevel()) }), v.InvertLevel()))
}

// again lists the parts that a model may look at again.
func (m *menu) again() *fyne.MenuItem {
	w := m.w
	on := w.canSegmentAgain()
	i := m.item("ui.menu.again", on, func() {})
	i.ChildMenu = fyne.NewMenu("",
		m.act(tool.SegmentSlice, "ui.menu.again_slice", on),
		m.act(tool.SegmentBox, "ui.menu.again_box", on),
		m.item("ui.menu.again_left", on, func() { w.segmentLung(mask.Left) }),
		m.item("ui.menu.again_right", on, func() { w.segmentLung(mask.Right) }))
	return i
}

func (m *menu) segment() *fyne.Menu {
	w := m.w
	device := m.item("ui.menu.device", w.opts.Segmenter != nil, func() {})
	var items []*fyne.MenuItem
	for _, d := range devices {
		items = append(items, m.choice(m.item("ui.device."+d, true, func() { w.setDevice(d) }), w.prefs.Device == d))
	}
	device.ChildMenu = fyne.NewMenu("", items...)
	return fyne.NewMenu(w.t("ui.menu.segment"),
		m.act(tool.SegmentRun, "ui.menu.segment_run", w.canSegment()),
		m.again(),
		m.item("ui.menu.segment_cancel", w.modelRuns(), w.cancelRun),
		separator(),
		m.item("ui.menu.model", w.opts.Segmenter != nil, w.askModel),
		device)
}

func (m *menu) help() *fyne.Menu {
	w := m.w
	return fyne.NewMenu(w.t("ui.menu.help"),
		m.act(tool.ViewKeys, "ui.menu.keys", true),
		m.item("ui.menu.doctor", w.opts.Doctor != nil, w.showDoctor),
		m.item("ui.menu.about", true, w.showAbout))
}
