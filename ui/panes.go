package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/ui/sliceview"
	"opacity/viewer"
)

// panes is the pictures, and beside three of them the report's chart.
type panes struct {
	w     *Window
	grid  *sliceview.Grid
	chart *fyne.Container
	drawn fyne.Size // of the chart
}

type paneRect struct {
	at   fyne.Position
	size fyne.Size
}

func newPanes(w *Window) *panes {
	p := &panes{w: w, chart: container.NewStack()}
	fourth := controls.NewSurface(theme.ColorNameBackground, p.chart)
	fourth.OnSize = func(size fyne.Size) {
		if size != p.drawn {
			w.soon("chart", p.chartChanged)
		}
	}
	o := sliceview.Options{Text: w.texts, Keys: w.keys, Machine: w.machine, Kit: w.kit, Fourth: fourth, OnSplits: func(s [2]float64) {
		w.prefs.Splits = s[:]
		w.savePreferences()
	}}
	o.OnStrip = w.reviewing.hover
	copy(o.Splits[:], w.prefs.Splits)
	p.grid = sliceview.NewGrid(w.viewer, o)
	return p
}

// chartChanged draws the chart of the fourth place anew, where it is shown.
func (p *panes) chartChanged() {
	size := p.chart.Size()
	p.drawn = size
	p.chart.Objects = nil
	if p.w.viewer.Arrangement() == viewer.FourEqual && size.Width > 120 && size.Height > 90 {
		if c := p.w.chart(size.Width, size.Height, 1); c != nil {
			p.chart.Objects = []fyne.CanvasObject{c}
		} else {
			p.chart.Objects = []fyne.CanvasObject{container.NewCenter(controls.NewLine(p.w.t("ui.report.no_chart"), look.Dim))}
		}
	}
	p.chart.Refresh()
}

// showSlice shows a slice in the pane of its plane, which becomes the active one.
func (w *Window) showSlice(at volume.Slice) {
	for plane := range viewer.Plane(viewer.Planes) {
		if _, _, n, _ := plane.Axes(); n == at.Axis {
			w.viewer.SetActive(plane)
			w.viewer.SetSlice(plane, at.Index)
		}
	}
	w.focusPanes()
}

// rects is where everything in the panes is, in the window.
func (p *panes) rects() map[string]paneRect {
	out := map[string]paneRect{}
	at := p.w.app.Driver().AbsolutePositionForObject(p.grid)
	if at.IsZero() {
		return out
	}
	for id, r := range p.grid.Rects() {
		out[id] = paneRect{at.Add(r.Pos), r.Size}
	}
	return out
}
