package ui

import (
	"context"
	"errors"
	"image"
	"math"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/ui/controls"
	"opacity/ui/plotview"
	"opacity/viewer"
)

// The jobs: what a figure is of is worked out, and then it is drawn.
const (
	jobPlot        = "plots"
	jobPlotDraw    = "plots.draw"
	jobPlotResults = "plots.results"
)

// plots is the tab with the figures of the open case, or of the results of many.
type plots struct {
	*plotsPanel
	w       *Window
	results *Results // nil while they are of the open case
	kind    string   // of the figures of a case
	of      string   // of those of results
	value   uint8    // the label of the case
	label   int      // that of the results
	about   plotAbout
	plot    *Plot  // nil while there is none
	at      uint8  // the threshold it is drawn with
	stale   bool   // the mask is another than the one it is of, which is being counted
	drawn   string // the name of the figure on screen, "" for none
	stop    func() // puts the next figure off for good
	wanted  *wantedCase
	marked  int // the axial slice whose points are marked
	went    *wentTo
	missed  int // the row of a point whose case could not be opened; 0 for none
	judged  *evaluated
	other   []comparedVoxels // of the mask on screen from that one
}

// wentTo is the threshold that a point of a curve moved the mask to.
type wentTo struct {
	label, at uint8
	limited   bool // the slider does not go as far as the point
}

// plotAbout is what a figure was made of: it is made again where that is another.
type plotAbout struct {
	results   *Results
	kind      string
	label     int
	revision  int
	attempt   int
	reference *mask.Mask
	run       *app.SegmentResult
}

func newPlots(w *Window) *plots {
	p := &plots{w: w, value: mask.Infection}
	p.plotsPanel = newPlotsPanel(p)
	return p
}

// connect keeps the figure as the mask, the reference and the model's run are.
func (p *plots) connect() {
	s := p.w.session
	s.Opened.Connect(func(app.OpenedEvent) { p.w.soon("plots", p.refresh) })
	s.MaskChanged.Connect(func(app.MaskEvent) { p.w.soon("plots.follow", p.follow) })
	s.HistoryChanged.Connect(func(struct{}) { p.w.soon("plots.follow", p.follow) })
	s.LabelsChanged.Connect(func(struct{}) { p.w.soon("plots", p.refresh) })
	s.WarningsChanged.Connect(func(struct{}) { p.w.soon("plots.follow", p.follow) })
	p.w.studyChanged.Connect(func(struct{}) { p.w.soon("plots.arrive", p.arrive) })
	p.w.viewer.Changed.Connect(func(viewer.Change) { p.w.soon("plots.here", p.showHere) })
}

// follow brings the figure in line with a mask that changed: the threshold at once, the
// rest once the mask has been left alone for a moment.
func (p *plots) follow() {
	w := p.w
	if !p.shown() {
		return
	}
	p.operate()
	w.soon("plots.judge", p.judge)
	if w.session.Painting() || w.inspector.model.thresholds.moves() {
		return
	}
	if p.stop != nil {
		p.stop()
	}
	p.stop = w.after(measureAfter, p.refresh)
}

// operate draws the figure with the threshold that is in use now, and without a mask at
// hand that is no more.
func (p *plots) operate() {
	p.forgetGone()
	if p.plot == nil || p.results != nil {
		return
	}
	at, stale := p.w.inspector.model.thresholds.at(p.value), p.isStale()
	changed := at != p.at || stale != p.stale
	p.at, p.stale = at, stale
	switch {
	case !changed:
	case p.plot.Operated == nil:
		p.tellPoint()
	default:
		next := p.plot.Operated(float64(at)/255, stale)
		next.Operated = p.plot.Operated
		p.plot = &next
		p.tell()
		p.draw()
	}
}

// isStale reports whether the mask is another than the one that the figure is of.
func (p *plots) isStale() bool {
	w := p.w
	return p.results == nil && (w.inspector.model.thresholds.moving != nil || w.session.Revision() != p.about.revision || w.session.Painting())
}

// forgetGone chooses no point any more where the threshold is not that of the point that
// was gone to: the move was refused, undone or overtaken.
func (p *plots) forgetGone() {
	at := p.went
	if at == nil || at.label == p.value && at.at == p.w.inspector.model.thresholds.at(at.label) {
		return
	}
	if p.went = nil; at.label == p.value {
		p.view.Forget()
		p.tellPoint()
	}
}

// wants is what the figure is to be made of.
func (p *plots) wants() plotAbout {
	w := p.w
	if p.results != nil {
		return plotAbout{results: p.results, kind: p.of, label: p.label}
	}
	return plotAbout{kind: p.kind, label: int(p.value), revision: w.session.Revision(), attempt: w.opening, reference: w.comparing.mask, run: w.session.Result()}
}

// refused says why there can be no figure now, "" where there can.
func (p *plots) refused() string {
	w := p.w
	switch {
	case p.results != nil:
		return ""
	case !w.hasStudy():
		return w.t("ui.plots.nothing_open")
	case w.session.Loading():
		return w.t("ui.refused.loading")
	case w.segmenting:
		return w.t("ui.refused.segmenting")
	}
	if p.circular() {
		return w.t("ui.plots.circular")
	}
	if l, ok := w.session.Mask().Label(p.value); ok && p.uncovered(l) && w.opts.Plots.NeedsReference(p.kind) {
		return w.t("ui.plots.not_covered", l.Name)
	}
	return ""
}

// uncovered reports whether there is a reference, and it says nothing of a label.
func (p *plots) uncovered(l mask.Label) bool {
	return p.w.comparing.mask != nil && !p.w.comparing.covers(l)
}

// circular reports whether a figure of probabilities is asked for against the mask that
// was made of them.
func (p *plots) circular() bool {
	return p.results == nil && p.w.comparing.from == fromModel && (p.kind == "roc" || p.kind == "pr" || p.kind == "calibration")
}

// refresh makes the figure that is asked for, beside the window.
func (p *plots) refresh() {
	w := p.w
	p.list()
	if !p.shown() {
		return
	}
	if why := p.refused(); why != "" {
		w.jobs.Cancel(jobPlot)
		p.about = plotAbout{}
		p.say(why)
		return
	}
	about := p.wants()
	if about == p.about {
		p.operate()
		return
	}
	if about.kind != p.about.kind || about.label != p.about.label || about.attempt != p.about.attempt || about.results != p.about.results {
		p.view.Forget()
	}
	p.about = about
	p.at = 0
	if p.plot == nil {
		p.say(w.t("ui.plots.drawing"))
		controls.Visible(p.choose, false)
	}
	draw := w.opts.Plots.Case
	c, results := PlotCase{}, p.results
	if results == nil {
		c = p.caseNow()
		p.at = w.inspector.model.thresholds.at(p.value)
	}
	job.Run(w.jobs, jobPlot, func(ctx context.Context, _ func(job.Progress)) (Plot, error) {
		if results != nil {
			return results.Plot(ctx, about.kind, about.label)
		}
		return draw(ctx, about.kind, c)
	}, nil, func(made Plot, err error) {
		switch {
		case about != p.about || errors.Is(err, context.Canceled):
		case err != nil:
			p.say(w.because(err))
		default:
			p.plot, p.stale = &made, false
			p.tell()
			p.operate()
			p.draw()
		}
	})
}

// caseNow is what a figure of the open case is made of.
func (p *plots) caseNow() PlotCase {
	w := p.w
	l, _ := w.session.Mask().Label(p.value)
	c := PlotCase{Volume: w.session.Volume(), Mask: w.session.Mask().Snapshot(), Reference: w.comparing.mask, Label: l, About: w.aboutMasks()}
	if p.uncovered(l) {
		c.Reference, c.About = nil, c.About[:1] // which is about the mask
	}
	if w.blinded() {
		return c
	}
	c.SameRun = w.comparing.holds(w.session.Result())
	c.Probabilities = w.session.Probabilities(p.value)
	c.Threshold = float64(w.inspector.model.thresholds.at(p.value)) / 255
	c.Both = slices.ContainsFunc(w.session.Mask().Labels(), func(o mask.Label) bool {
		other := w.session.Probabilities(o.Value)
		return o.Value != l.Value && len(other) > 0 && len(c.Probabilities) > 0 && &other[0] == &c.Probabilities[0]
	})
	return c
}

// aboutMasks says what mask and reference are, without a name that could be a patient's.
func (w *Window) aboutMasks() (said []string) {
	mine := w.t("ui.plots.mask.hand")
	if r := w.session.Result(); r != nil && !w.blinded() {
		mine = w.t("ui.plots.mask.model", modelTitle(r.Model))
	}
	said = append(said, mine)
	if c := &w.comparing; c.mask != nil {
		said = append(said, w.t("ui.plots.reference."+c.from.String()))
		if c.moved {
			said = append(said, w.t("ui.reference.moved"))
		}
	}
	return said
}

// draw draws the figure as large as there is room for, beside the window.
func (p *plots) draw() {
	w := p.w
	if p.plot == nil || !p.shown() {
		return
	}
	scale := w.win.Canvas().Scale()
	size := p.view.Size()
	width, height, dark, plot := int(size.Width*scale), int(size.Height*scale), !w.prefs.Light, p.plot
	if width < 64 || height < 64 {
		return
	}
	type drawn struct {
		picture image.Image
		spots   []plotview.Spot
	}
	job.Run(w.jobs, jobPlotDraw, func(context.Context, func(job.Progress)) (drawn, error) {
		m, spots := plot.Draw(width, height, float64(scale), dark)
		return drawn{m, spots}, nil
	}, nil, func(d drawn, err error) {
		if err == nil && p.plot == plot {
			p.view.Display(d.picture, d.spots)
			p.drawn = plot.Name
			p.tellPoint()
		}
	})
}

// here reports whether a point is of the axial slice on screen.
func (p *plots) here(row int) bool {
	v := p.w.session.Volume()
	if v == nil {
		return false
	}
	at := p.place(row)
	mine := at.Case == "" && p.results == nil || at.Case != "" && at.Case == p.w.session.Info().Case
	return mine && at.Slice > 0 && at.Slice == viewer.Axial.SliceNumber(v.Geometry, p.w.viewer.SliceOf(viewer.Axial))
}

// showHere marks the points of the slice on screen, where that is another.
func (p *plots) showHere() {
	if k := p.w.viewer.SliceOf(viewer.Axial); k != p.marked && p.shown() {
		p.marked = k
		p.view.Refresh()
	}
}

// place is what the point of a row stands for.
func (p *plots) place(row int) PlotPlace {
	if p.plot == nil || row <= 0 {
		return PlotPlace{}
	}
	return p.plot.Place(row)
}

// open goes to what a point stands for.
func (p *plots) open(row int) {
	w, at := p.w, p.place(row)
	if len(w.modals) > 0 {
		return
	}
	switch {
	case at.IsOne:
		p.setThreshold(at.Threshold)
	case at.Case != "":
		p.goTo(at.Case, at.Slice)
	case at.Slice > 0:
		p.showSlice(at.Slice)
	}
}

// setThreshold moves the slider of the label, and lets go of it.
func (p *plots) setThreshold(threshold float64) {
	w, s := p.w, p.w.inspector.model.thresholds
	if !w.hasStudy() {
		return
	}
	asked := uint8(min(max(threshold, 0), 1)*255 + 0.5)
	at := min(max(asked, byteOf(leastPercent)), byteOf(mostPercent))
	s.move(p.value, at)
	s.keep()
	p.went = &wentTo{p.value, at, asked != at}
	if asked != at {
		p.view.Choose(p.rowOf(at))
	}
	p.forgetGone()
	p.tellPoint()
}

// rowOf is the row of the curve that has what a threshold reaches: the lowest threshold
// that is not below it. 0 for none.
func (p *plots) rowOf(at uint8) (row int) {
	least := math.Inf(1)
	for _, s := range p.view.Spots() {
		if q := p.place(s.Row); q.IsOne && q.Threshold > (float64(at)-0.5)/255 && q.Threshold < least {
			least, row = q.Threshold, s.Row
		}
	}
	return row
}

// showTab brings the figures to the front, or the inspector.
func (p *plots) showTab(on bool) {
	w := p.w
	if on == p.front {
		return
	}
	p.front = on
	p.opened = p.opened || on
	if on && w.cases.object.Visible() && w.win.Canvas().Size().Width < narrowWindow {
		w.showCases(false)
	}
	w.arrangeSides()
	p.showTabs()
	w.relayout()
	if on {
		p.refresh()
	} else if !w.panesFocused() { // the keys must not stay with what is hidden
		w.focusPanes()
	}
	w.refreshActions()
}

// closeTab puts the figures away.
func (p *plots) closeTab() {
	p.opened = false
	p.showTab(false)
	p.showTabs()
	p.w.arrangeSides()
	p.w.relayout()
}

// toggle opens the figures, or puts them away.
func (p *plots) toggle() {
	if p.front {
		p.closeTab()
		return
	}
	if p.w.opts.Plots.Case == nil {
		return
	}
	p.showTab(true)
	if p.front {
		p.w.win.Canvas().Focus(p.view)
	}
}

// yield brings the inspector to the front, where somebody goes to a section of it.
func (p *plots) yield() {
	p.showTab(false)
}

// shown reports whether the figures are on screen.
func (p *plots) shown() bool { return p.object.Visible() }
