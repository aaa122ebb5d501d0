// Package sliceview shows the three planes of a study in a Fyne window and turns
// the pointer and the keys into events of package tool.
//
// The panes are one widget with one input surface, because Fyne captures no
// drag with the right button: the grid itself knows which pane a drag began in.
// Base pictures have the volume's resolution and are stretched by the graphics
// card; labels, lines and letters are drawn at the screen's. A change repaints
// what it changed and nothing else; Fyne gathers repaints until the next frame.
//
// Positions here are logical pixels of the grid; only the overlay knows pixels
// of the screen.
package sliceview

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/render"
	"opacity/viewer/tool"
)

// Options are what a grid needs from the window around it. All may be left out.
type Options struct {
	Text text.Table // nil for English
	// Keys carries out what keys are bound to; nil for the viewer's own actions.
	Keys *tool.Dispatcher
	// Machine gets what the pointer does; nil for one of the grid's own. Kit is the
	// painting tools on it; nil for none.
	Machine *tool.Machine
	Kit     *tool.Kit
	// Modifiers tells the modifier keys held now; nil for the driver's own answer.
	Modifiers func() fyne.KeyModifier
	// Fourth is shown in the fourth place of viewer.FourEqual.
	Fourth fyne.CanvasObject
	// OnStrip tells which slice k of the Strip the pointer is over, -1 for none.
	OnStrip func(k int)
	// Splits are the shares, 0..1, of the large pane's width and of the upper small
	// pane's height; zero for the usual ones. OnSplits tells when a hand has moved them.
	Splits   [2]float64
	OnSplits func(splits [2]float64)
	// Now is the clock that double clicks are told by; nil for time.Now.
	Now func() time.Time
}

// usualSplits leave the axial pane about two thirds of the width.
var usualSplits = [2]float64{0.62, 0.5}

// Grid shows the three planes of a viewer. It belongs to Fyne's goroutine.
type Grid struct {
	widget.BaseWidget

	viewer  *viewer.Viewer
	opts    Options
	machine *tool.Machine
	panes   [viewer.Planes]*pane
	lut     render.LUT
	splits  [2]float64
	areas   areas
	strip   Strip
	stripAt int // slice k under the pointer, -1 for none

	focused  bool
	heldW    bool
	heldMods fyne.KeyModifier // as the grid's own key events tell
	pointer  fyne.Position
	hovered  bool
	grip     grip
	clicks   clicks

	disconnect []func()
}

// NewGrid returns the panes of v. Close it when the window goes.
func NewGrid(v *viewer.Viewer, opts Options) *Grid {
	if opts.Text == nil {
		opts.Text = text.English()
	}
	if opts.Keys == nil {
		opts.Keys = tool.NewDispatcher(v)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Machine == nil {
		opts.Machine = tool.NewMachine(v)
	}
	g := &Grid{viewer: v, opts: opts, machine: opts.Machine, splits: opts.Splits, stripAt: -1}
	for i, s := range g.splits {
		if !(s >= minSplit && s <= 1-minSplit) {
			g.splits[i] = usualSplits[i]
		}
	}
	for p := range g.panes {
		g.panes[p] = newPane(g, viewer.Plane(p))
	}
	g.ExtendBaseWidget(g)
	s := v.Session()
	g.disconnect = []func(){
		v.Changed.Connect(g.changed),
		s.Opened.Connect(func(app.OpenedEvent) { g.all(func(p *pane) { p.reopen() }) }),
		s.SlicesLoaded.Connect(func(r app.SliceRange) { g.all(func(p *pane) { p.arrived(r) }) }),
		s.MaskChanged.Connect(func(e app.MaskEvent) { g.all(func(p *pane) { p.maskChanged(e.Box) }) }),
		s.LabelsChanged.Connect(func(struct{}) { g.all((*pane).staleOverlay) }),
		s.WarningsChanged.Connect(func(struct{}) { g.all((*pane).decorate) }),
	}
	if k := opts.Kit; k != nil {
		g.disconnect = append(g.disconnect, k.Changed.Connect(func(struct{}) { g.showMarks() }))
	}
	return g
}

// Close stops following the viewer and its session.
func (g *Grid) Close() {
	for _, d := range g.disconnect {
		d()
	}
	g.disconnect = nil
}

// Machine is the grid's gestures, where painting tools are put on.
func (g *Grid) Machine() *tool.Machine { return g.machine }

// Splits are the shares of the panes as they are now.
func (g *Grid) Splits() [2]float64 { return g.splits }

// AccessibilityLabel says what is shown, for screen readers.
func (g *Grid) AccessibilityLabel() string {
	p, vol := g.viewer.Active(), g.viewer.Session().Volume()
	if vol == nil {
		return g.opts.Text.T("viewer.accessible_empty")
	}
	return g.opts.Text.T("viewer.accessible_pane", g.opts.Text.T("viewer."+p.String()),
		viewer.SliceCaption(g.opts.Text, vol, p, g.viewer.SliceOf(p)))
}

// AccessibilityRole is that of a container: the panes are no control of their own.
func (g *Grid) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

var _ fyne.Accessible = (*Grid)(nil)

// changed repaints what a change of the viewer concerns.
func (g *Grid) changed(c viewer.Change) {
	if c&viewer.LayoutMoved != 0 {
		g.layout(g.Size())
	}
	g.all(func(p *pane) { p.changed(c) })
}

// all runs f for every pane, those that are not on screen too.
func (g *Grid) all(f func(*pane)) {
	for _, p := range g.panes {
		f(p)
	}
}

// volume is what is open, or nil.
func (g *Grid) volume() *volume.Volume { return g.viewer.Session().Volume() }

// CreateRenderer is Fyne's.
func (g *Grid) CreateRenderer() fyne.WidgetRenderer {
	g.ExtendBaseWidget(g)
	objects := make([]fyne.CanvasObject, 0, len(g.panes)+1)
	for _, p := range g.panes {
		objects = append(objects, p.root)
	}
	if g.opts.Fourth != nil {
		objects = append(objects, g.opts.Fourth)
	}
	return &gridRenderer{grid: g, objects: objects}
}

type gridRenderer struct {
	grid    *Grid
	objects []fyne.CanvasObject
}

func (r *gridRenderer) Layout(size fyne.Size)        { r.grid.layout(size) }
func (r *gridRenderer) MinSize() fyne.Size           { return fyne.NewSize(320, 150) } // beside bands and strips, on a low screen
func (r *gridRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *gridRenderer) Destroy()                     {}

func (r *gridRenderer) Refresh() {
	r.grid.layout(r.grid.Size())
	r.grid.all((*pane).refresh)
	if f := r.grid.opts.Fourth; f != nil {
		f.Refresh()
	}
}
