package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/mask"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/ui/plotview"
	"opacity/viewer/tool"
)

// plotsPanel is what there is to see of the figures, and the tabs over it.
type plotsPanel struct {
	p          *plots
	object     *controls.Surface
	tabs       *fyne.Container
	tab        [2]*controls.Button // the inspector's and the figures'
	opened     bool                // there are tabs
	front      bool                // the figures are before the inspector
	figure     *controls.Selector
	which      *controls.Selector
	view       *plotview.View
	why        *controls.Prose
	choose     *controls.Button // a reference
	point      *controls.Brief  // the chosen point in words
	differs    *controls.Prose  // the mask on screen from the one that was evaluated
	evaluated  *controls.Button // shows that
	caption    *controls.Prose
	words      *container.Scroll // what there is to be read
	source     *controls.Line
	ofCase     *controls.Button
	save       *controls.Button
	listed     []mask.Label
	written    string // what the caption says
	told       string // of what differs
	foot, body *fyne.Container
}

func newPlotsPanel(p *plots) *plotsPanel {
	w := p.w
	n := &plotsPanel{p: p}
	n.view = plotview.New(w.make.Held())
	n.view.Tip = func(row int) string {
		if p.plot == nil {
			return ""
		}
		return p.plot.Tip(row)
	}
	n.view.Here = p.here
	n.view.Across = p.acrossSlices
	n.view.Chosen = func(int) { p.missed = 0; n.tellPoint() }
	n.view.Opened = p.open
	n.view.Resized = func() { w.soon("plots.draw", p.draw) }
	n.view.TypedElse, n.view.RuneElse = w.typedKey, w.typedRune
	n.figure = w.make.Selector([]string{dash}, func(i int) { n.pickFigure(i) })
	n.which = w.make.Selector([]string{dash}, func(i int) { n.pickLabel(i) })
	n.why = controls.Paragraph("", look.Dim)
	n.choose = w.make.Button(w.t("ui.plots.choose_reference"), nil, "", func() { w.goToSection("reference") })
	n.point = w.make.Brief()
	n.differs = controls.Paragraph("", theme.ColorNameWarning)
	n.evaluated = w.make.Button(w.t("ui.plots.show_evaluated"), nil, w.t("ui.plots.show_evaluated_tip"), p.showEvaluated)
	n.differs.Hide()
	n.evaluated.Hide()
	n.caption = controls.Paragraph("", look.Dim)
	n.source = controls.NewLine("", look.Dim).Clipped().Why(w.make.Tips, "")
	results := w.make.Button(w.t("ui.plots.results"), theme.FolderOpenIcon(), w.t("ui.plots.results_tip"), p.askResults)
	n.ofCase = w.make.Button(w.t("ui.plots.of_case"), nil, "", func() { p.showResults(nil) })
	n.save = w.make.Button(w.t("ui.plots.export"), theme.DocumentSaveIcon(), "", p.askExport)
	results.Importance, n.ofCase.Importance, n.save.Importance = widget.MediumImportance, widget.LowImportance, widget.MediumImportance
	head := container.New(layout.NewCustomPaddedVBoxLayout(4),
		container.NewBorder(nil, nil, nil, container.NewHBox(n.ofCase, results), n.source),
		container.NewGridWithColumns(2, n.figure, n.which))
	n.words = container.NewVScroll(container.New(layout.NewCustomPaddedVBoxLayout(4), n.differs, n.caption)) // nothing that comes moves the figure
	words := n.words
	words.SetMinSize(fyne.NewSize(0, 92))
	n.foot = container.New(layout.NewCustomPaddedVBoxLayout(4), n.point, words, container.NewHBox(n.save, n.evaluated, layout.NewSpacer()))
	none := container.New(layout.NewCustomPaddedVBoxLayout(8), n.why, container.NewHBox(n.choose, layout.NewSpacer()))
	n.body = container.NewStack(n.view, none)
	n.object = controls.NewSurface(look.Panel, container.New(plotsWidth{w}, container.New(layout.NewCustomPaddedLayout(6, 8, 8, 8),
		container.NewBorder(head, n.foot, nil, nil, n.body))))
	n.object.Hide()
	n.tab[0] = w.make.Button(w.t("ui.plots.tab_inspector"), nil, "", func() { p.showTab(false) })
	n.tab[1] = w.make.Button(w.withKey(w.t("ui.plots.tab"), tool.ViewPlots), nil, "", func() { p.showTab(true) })
	away := w.make.Button("", theme.CancelIcon(), w.t("ui.plots.close"), p.closeTab)
	away.Importance = widget.LowImportance
	n.tabs = container.NewBorder(nil, nil, container.NewHBox(n.tab[0], n.tab[1]), away)
	n.tabs.Hide()
	for id, o := range map[string]fyne.CanvasObject{
		"view": n.view, "figure": n.figure, "which": n.which, "why": n.why, "reference": n.choose, "point": n.point, "results": results,
		"case": n.ofCase, "differs": n.differs, "evaluated": n.evaluated, "export": n.save, "tab.inspector": n.tab[0], "tab": n.tab[1], "close": away, "mark": n.view.Mark,
	} {
		w.name("plots."+id, o)
	}
	return n
}

// showTabs shows which tab is in front.
func (n *plotsPanel) showTabs() {
	controls.Visible(n.tabs, n.opened)
	for i, b := range n.tab {
		b.Importance = widget.LowImportance
		if (i == 1) == n.front {
			b.Importance = widget.HighImportance
		}
		b.Refresh()
	}
}

// kinds are the figures that there are, and the one that is asked for.
func (n *plotsPanel) kinds() (kinds []string, asked *string) {
	p := n.p
	if p.results != nil {
		return p.results.Kinds, &p.of
	}
	return p.w.opts.Plots.OfCase, &p.kind
}

// list offers the figures and labels that there are.
func (n *plotsPanel) list() {
	p, w := n.p, n.p.w
	kinds, asked := n.kinds()
	var names, labels []string
	at := 0
	for i, k := range kinds {
		names = append(names, w.t("ui.plots.of."+k))
		if k == *asked {
			at = i
		}
	}
	if len(kinds) > 0 {
		*asked = kinds[at]
	}
	n.figure.List(names, at)
	n.listed, at = nil, p.label
	if p.results != nil {
		labels = p.results.Labels
		n.source.Set(w.t("ui.plots.from_results", baseName(p.results.Folder)))
		n.source.Reason = p.results.Folder
	} else {
		n.source.Set(w.t("ui.plots.from_case"))
		n.source.Reason = ""
		at = 0
		if w.hasStudy() {
			n.listed = w.session.Mask().Labels()
			for i, l := range n.listed {
				labels = append(labels, l.Name)
				if l.Value == p.value {
					at = i
				}
			}
			if len(n.listed) > 0 {
				p.value = n.listed[at].Value
			}
		}
	}
	n.which.List(labels, at)
	controls.Enable(n.which, len(labels) > 1 && !overAll(*asked))
	controls.Visible(n.ofCase, p.results != nil)
}

// acrossSlices reports whether the figure is drawn over the slices: every x is of one.
func (p *plots) acrossSlices() bool {
	return p.results == nil && (p.kind == "areas" || p.kind == "dice")
}

// ofCases reports whether a point is of a case, and not of a slice of it.
func (p *plots) ofCases() bool {
	return p.results != nil && p.of != "slice_areas" && p.of != "area_scatter"
}

// overAll reports whether a figure is of all labels at once.
func overAll(kind string) bool { return kind == "boxes" || kind == "violin" || kind == "distances" }

func (n *plotsPanel) pickFigure(i int) {
	kinds, asked := n.kinds()
	if i >= 0 && i < len(kinds) && kinds[i] != *asked {
		*asked = kinds[i]
		n.p.refresh()
	}
}

func (n *plotsPanel) pickLabel(i int) {
	p := n.p
	switch {
	case p.results != nil && i != p.label:
		p.label = i
	case p.results == nil && i >= 0 && i < len(n.listed) && n.listed[i].Value != p.value:
		p.value = n.listed[i].Value
	default:
		return
	}
	p.refresh()
}

// say says in the place of the figure why there is none.
func (n *plotsPanel) say(why string) {
	p := n.p
	p.plot, p.drawn = nil, ""
	n.view.Display(nil, nil)
	controls.Visible(n.view, false)
	n.why.Set(why)
	controls.Visible(n.why, true)
	w := p.w
	controls.Visible(n.choose, p.results == nil && (w.comparing.mask == nil || p.circular()) && w.referenceRefused() == "")
	controls.Visible(n.foot, false)
	n.object.Refresh()
}

// tell shows the figure with its caption in the place of words.
func (n *plotsPanel) tell() {
	n.why.Set("")
	controls.Visible(n.why, false)
	controls.Visible(n.choose, false)
	controls.Visible(n.view, true)
	controls.Visible(n.foot, true)
	if c := n.p.plot.Caption; c != n.written {
		n.written = c
		n.caption.Set(c)
	}
	n.p.tellDiffers()
	n.tellPoint()
	n.object.Refresh()
}

// tellPoint says what the chosen point is, or what can be done with points.
func (n *plotsPanel) tellPoint() {
	p, w := n.p, n.p.w
	row := n.view.Row()
	switch {
	case p.plot == nil:
		n.point.Set("")
	case p.stale && p.plot.Operated == nil:
		n.point.Set(w.t("ui.plots.stale"))
	case row > 0 && row == p.missed:
		n.point.Set(w.t("ui.plots.not_opened", p.plot.Tip(row)))
	case row > 0 && p.went != nil && p.went.limited:
		n.point.Set(w.t("ui.plots.limited", leastPercent, mostPercent, p.plot.Tip(row)))
	case row > 0:
		n.point.Set(w.t("ui.plots.point", p.plot.Tip(row)))
	case len(n.view.Spots()) == 0:
		n.point.Set(w.t("ui.plots.no_points"))
	case p.plot.Operated != nil:
		n.point.Set(w.t("ui.plots.how_threshold"))
	case p.place(n.view.Spots()[0].Row).Case != "" && p.ofCases():
		n.point.Set(w.t("ui.plots.how_worst"))
	case p.place(n.view.Spots()[0].Row).Case != "":
		n.point.Set(w.t("ui.plots.how_case"))
	case p.acrossSlices():
		n.point.Set(w.t("ui.plots.how_across"))
	case p.place(n.view.Spots()[0].Row).Slice > 0:
		n.point.Set(w.t("ui.plots.how"))
	default:
		n.point.Set(w.t("ui.plots.how_value"))
	}
}

// plotsWidth gives the figures a third of the window and some more.
type plotsWidth struct{ w *Window }

// MinSize implements fyne.Layout.
func (l plotsWidth) MinSize(o []fyne.CanvasObject) fyne.Size {
	width := l.w.win.Canvas().Size().Width
	return fyne.NewSize(min(max(0.37*width, 340), 680), o[0].MinSize().Height)
}

// Layout implements fyne.Layout.
func (l plotsWidth) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.Position{})
	o[0].Resize(size)
}

// sideLayout is what is at the right: tabs, where there are any, over the inspector or
// the figures.
type sideLayout struct{}

// MinSize implements fyne.Layout.
func (sideLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, part := range o[1:] {
		if part.Visible() {
			size = size.Max(part.MinSize())
		}
	}
	if o[0].Visible() {
		size.Width, size.Height = max(size.Width, o[0].MinSize().Width), size.Height+o[0].MinSize().Height
	}
	return size
}

// Layout implements fyne.Layout.
func (sideLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	top := float32(0)
	if o[0].Visible() {
		top = o[0].MinSize().Height
		o[0].Move(fyne.Position{})
		o[0].Resize(fyne.NewSize(size.Width, top))
	}
	for _, part := range o[1:] {
		part.Move(fyne.NewPos(0, top))
		part.Resize(fyne.NewSize(size.Width, size.Height-top))
	}
}
