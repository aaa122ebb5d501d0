package tool

import "opacity/viewer"

// Dispatcher carries out actions: the viewer's own by itself, others by what
// the window registered. Not safe for concurrent use.
type Dispatcher struct {
	viewer   *viewer.Viewer
	handlers map[Action]func()
	keys     [2]map[Chord]Action
	// Allow, where there is one, is asked before an action is carried out, by a
	// key or otherwise; where it says no, nothing happens.
	Allow func(Action) bool
}

// NewDispatcher returns a dispatcher that can do what concerns the viewer alone.
func NewDispatcher(v *viewer.Viewer) *Dispatcher {
	d := &Dispatcher{viewer: v, handlers: viewerActions(v)}
	for profile := range d.keys {
		d.keys[profile] = map[Chord]Action{}
		for _, b := range append(Bindings(), ToolBindings()...) {
			for _, c := range b.Keys[profile] {
				d.keys[profile][c] = b.Action
			}
		}
	}
	return d
}

// Handle registers what carries out an action, in place of what did before.
func (d *Dispatcher) Handle(a Action, f func()) { d.handlers[a] = f }

// Do carries out an action that is allowed; false where nothing does.
func (d *Dispatcher) Do(a Action) bool {
	f := d.handlers[a]
	if f == nil {
		return false
	}
	if d.Allow == nil || d.Allow(a) {
		f()
	}
	return true
}

// Key carries out what a chord is bound to in the profile in force; false where
// it is bound to nothing that can be done.
func (d *Dispatcher) Key(c Chord) bool {
	a, ok := d.keys[d.viewer.Profile()][c]
	return ok && d.Do(a)
}

// opacityStep is what a press of A or D changes.
const opacityStep = 0.1

func viewerActions(v *viewer.Viewer) map[Action]func() {
	actions := map[Action]func(){
		SliceUp:      func() { v.Step(v.Active(), 1) },
		SliceDown:    func() { v.Step(v.Active(), -1) },
		SliceUp10:    func() { v.Step(v.Active(), 10) },
		SliceDown10:  func() { v.Step(v.Active(), -10) },
		SliceFirst:   func() { v.Step(v.Active(), -1<<20) },
		SliceLast:    func() { v.Step(v.Active(), 1<<20) },
		PaneNext:     func() { v.SetActive((v.Active() + 1) % viewer.Planes) },
		PanePrevious: func() { v.SetActive((v.Active() + viewer.Planes - 1) % viewer.Planes) },
		PaneMaximise: func() { v.ToggleMaximised(v.Active()) },

		WindowReset: v.ResetWindow,

		LabelsToggle:   func() { o := v.Overlay(); o.Visible = !o.Visible; v.SetOverlay(o) },
		LabelsFainter:  func() { o := v.Overlay(); o.Opacity -= opacityStep; v.SetOverlay(o) },
		LabelsStronger: func() { o := v.Overlay(); o.Opacity += opacityStep; v.SetOverlay(o) },
		LabelsStyle:    func() { o := v.Overlay(); o.Style = (o.Style + 1) % 3; v.SetOverlay(o) },

		ViewCenter:      v.CenterOnCursor,
		ViewFit:         v.Fit,
		ViewAnnotations: func() { v.SetAnnotations(!v.Annotations()) },
		ViewCrosshair:   func() { v.SetCrosshair(!v.Crosshair()) },
		ViewSmooth:      func() { v.SetSmooth(!v.Smooth()) },
		ViewIdentity:    func() { v.SetIdentity(!v.Identity()) },
		ViewProfile:     func() { v.SetProfile(1 - v.Profile()) },
		LayoutLarge:     func() { v.SetArrangement(viewer.LargeAxial) },
		LayoutFour:      func() { v.SetArrangement(viewer.FourEqual) },
		LayoutOne:       func() { v.SetArrangement(viewer.OnePane) },
	}
	for i, a := range Presets() {
		actions[a] = func() { v.ApplyPreset(i) }
	}
	for i, a := range ActiveLabels() {
		actions[a] = func() { v.ActivateLabel(i) }
	}
	return actions
}
