package viewer

import (
	"context"
	"math"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
)

// Profile is a set of mouse habits.
type Profile int

// The profiles: Annotate as in ITK-SNAP, Reading as in a PACS viewer.
const (
	Annotate Profile = iota
	Reading
)

// OverlayStyle says how labels are drawn.
type OverlayStyle int

// The ways to draw labels.
const (
	Filled OverlayStyle = iota
	Outlined
	FilledAndOutlined
)

// Arrangement is how the panes share the window.
type Arrangement int

// The arrangements of View, Ctrl+Alt+1 to 3.
const (
	LargeAxial Arrangement = iota // large axial, two small
	FourEqual                     // the fourth shows the report's chart
	OnePane                       // the active pane alone
)

// Overlay is how the mask is drawn over the picture.
type Overlay struct {
	Visible bool
	Style   OverlayStyle
	Opacity float64 // of the fill, 0..1
}

// DefaultOverlay is how a mask is drawn until somebody wants it otherwise.
func DefaultOverlay() Overlay {
	return Overlay{Visible: true, Style: FilledAndOutlined, Opacity: 0.35}
}

// Camera says which part of a plane a pane shows.
type Camera struct {
	// CenterMM is the point in the middle of the pane, across and down, in
	// millimetres from the centre of the plane.
	CenterMM [2]float64
	// Zoom is 1 where the whole plane just fits the pane, 2 where it is twice as large.
	Zoom float64
}

// Change says what a listener has to draw again.
type Change int

// The parts of the picture; a change may be several of them or-ed together.
const (
	CursorMoved  Change = 1 << iota // other slices, crosshair
	WindowMoved                     // window/level
	CameraMoved                     // pan or zoom
	OverlayMoved                    // opacity, style, visibility
	LabelMoved                      // which label is the active one
	LayoutMoved                     // arrangement, active pane
	DecorMoved                      // annotations, crosshair, interpolation, profile
	Everything   Change = 1<<iota - 1
)

// Viewer is the state of one window's panes. It belongs to the goroutine that
// owns the session and is not safe for concurrent use. Every setter emits
// Changed once, and only where something changed.
type Viewer struct {
	Changed app.Signal[Change]

	session     *app.Session
	cursor      [3]int
	window      volume.Window
	first       volume.Window // that the volume opened in
	loading     bool
	cameras     [Planes]Camera
	overlay     Overlay
	label       uint8
	arrangement Arrangement
	restore     Arrangement // what ends a maximised pane
	active      Plane
	profile     Profile
	smooth      bool
	annotations bool
	crosshair   bool
	identity    bool
	invertLevel bool
	difference  difference
	beside      func(work func(context.Context) error, done func()) // nil: nothing is worked out beside
	region      volume.Box
}

// New returns the viewer of a session, in the state a first start has.
func New(s *app.Session) *Viewer {
	v := &Viewer{
		session: s, smooth: true, annotations: true, crosshair: true, identity: true,
		overlay: DefaultOverlay(), label: mask.Infection,
		window: Presets[1].Window,
	}
	for p := range v.cameras {
		v.cameras[p].Zoom = 1
	}
	s.Opened.Connect(v.opened)
	s.SlicesLoaded.Connect(v.arrived)
	s.Moved.Connect(v.Follow)
	s.LabelsChanged.Connect(func(struct{}) { v.keepLabel() })
	v.followDifference(s)
	return v
}

// opened resets what belongs to the volume: cursor, cameras and window. A volume
// that only finished loading keeps what the user has changed meanwhile.
func (v *Viewer) opened(e app.OpenedEvent) {
	finished := e.Complete && v.loading && e.Volume.Contains(v.cursor[0], v.cursor[1], v.cursor[2])
	v.loading = e.Volume != nil && !e.Complete
	switch {
	case e.Volume == nil:
	case !finished:
		v.reset(e.Volume)
	default: // a reader may know the window only at the end
		v.open(FirstWindow(e.Volume))
	}
	v.compare()
	v.Changed.Emit(Everything)
}

// Reset shows a volume from its middle, whole, in the header's own first window.
func (v *Viewer) Reset(vol *volume.Volume) {
	v.reset(vol)
	v.Changed.Emit(Everything)
}

func (v *Viewer) reset(vol *volume.Volume) {
	for c := range 3 {
		v.cursor[c] = vol.Size[c] / 2
	}
	for p := range v.cameras {
		v.cameras[p] = Camera{Zoom: 1}
	}
	v.first, _ = toldWindow(vol) // not all slices may be there
	if !v.loading {
		v.first = FirstWindow(vol)
	}
	v.window = v.first
	v.region, v.difference = volume.Box{}, difference{}
}

// Session returns the session that is shown.
func (v *Viewer) Session() *app.Session { return v.session }

// Cursor is the voxel (i, j, k) that the three panes meet in.
func (v *Viewer) Cursor() [3]int { return v.cursor }

// SetCursor moves the linked cursor to a voxel, kept inside the volume.
func (v *Viewer) SetCursor(index [3]int) {
	vol := v.session.Volume()
	if vol == nil {
		return
	}
	for c := range 3 {
		index[c] = min(max(index[c], 0), vol.Size[c]-1)
	}
	if index != v.cursor {
		v.cursor = index
		v.compareMoved()
		v.Changed.Emit(CursorMoved)
	}
}

// Step moves the slice of a plane by n, towards superior, anterior or left for n > 0.
func (v *Viewer) Step(p Plane, n int) {
	_, _, axis, _ := p.Axes()
	c := v.cursor
	if p == Coronal {
		n = -n
	}
	c[axis] += n
	v.SetCursor(c)
}

// Window is the window in force.
func (v *Viewer) Window() volume.Window { return v.window }

// SetWindow changes the window; the width stays at least 1.
func (v *Viewer) SetWindow(w volume.Window) {
	w.Width = math.Max(w.Width, 1)
	set(v, &v.window, w, WindowMoved)
}

// Camera returns what part of plane p is shown.
func (v *Viewer) Camera(p Plane) Camera { return v.cameras[p] }

// SetCamera pans and zooms plane p; zoom is kept between MinZoom and MaxZoom.
func (v *Viewer) SetCamera(p Plane, c Camera) {
	c.Zoom = math.Min(math.Max(c.Zoom, MinZoom), MaxZoom)
	set(v, &v.cameras[p], c, CameraMoved)
}

// Overlay is how the mask is drawn.
func (v *Viewer) Overlay() Overlay { return v.overlay }

// SetOverlay changes how the mask is drawn; opacity is kept between 0 and 1.
func (v *Viewer) SetOverlay(o Overlay) {
	o.Opacity = math.Min(math.Max(o.Opacity, 0), 1)
	set(v, &v.overlay, o, OverlayMoved)
}

// ActiveLabel is the value of the label that was chosen last: the one to draw.
func (v *Viewer) ActiveLabel() uint8 { return v.label }

// SetActiveLabel chooses a label by its value.
func (v *Viewer) SetActiveLabel(value uint8) { set(v, &v.label, value, LabelMoved) }

// ActivateLabel chooses label n, from 0, in the order they are listed; nothing
// where there is none.
func (v *Viewer) ActivateLabel(n int) {
	m := v.session.Shown()
	if m == nil {
		return
	}
	if labels := m.Labels(); n >= 0 && n < len(labels) {
		v.SetActiveLabel(labels[n].Value)
	}
}

// Arrangement is how the panes share the window.
func (v *Viewer) Arrangement() Arrangement { return v.arrangement }

// SetArrangement changes how the panes share the window.
func (v *Viewer) SetArrangement(a Arrangement) { set(v, &v.arrangement, a, LayoutMoved) }

// Active is the pane that keys act on.
func (v *Viewer) Active() Plane { return v.active }

// SetActive makes keys act on another pane.
func (v *Viewer) SetActive(p Plane) { set(v, &v.active, p, LayoutMoved) }

// Profile is the set of mouse habits in force.
func (v *Viewer) Profile() Profile { return v.profile }

// SetProfile changes the mouse habits.
func (v *Viewer) SetProfile(p Profile) { set(v, &v.profile, p, DecorMoved) }

// Smooth reports whether voxels are interpolated on screen.
func (v *Viewer) Smooth() bool { return v.smooth }

// SetSmooth chooses between smooth pictures and visible voxels.
func (v *Viewer) SetSmooth(on bool) { set(v, &v.smooth, on, DecorMoved) }

// Annotations reports whether edge letters, scale bar and numbers are drawn.
func (v *Viewer) Annotations() bool { return v.annotations }

// SetAnnotations shows or hides edge letters, scale bar and numbers.
func (v *Viewer) SetAnnotations(on bool) { set(v, &v.annotations, on, DecorMoved) }

// Crosshair reports whether the linked crosshair is drawn.
func (v *Viewer) Crosshair() bool { return v.crosshair }

// SetCrosshair shows or hides the linked crosshair.
func (v *Viewer) SetCrosshair(on bool) { set(v, &v.crosshair, on, DecorMoved) }

// Identity reports whether patient and study are named on screen.
func (v *Viewer) Identity() bool { return v.identity }

// SetIdentity shows or hides patient and study, for a demonstration.
func (v *Viewer) SetIdentity(on bool) { set(v, &v.identity, on, DecorMoved) }

// Region is a box of voxels that is outlined in the panes; empty for none.
func (v *Viewer) Region() volume.Box { return v.region }

// SetRegion outlines a box of voxels in the panes, the empty Box none.
func (v *Viewer) SetRegion(b volume.Box) { set(v, &v.region, b, DecorMoved) }

// InvertLevel reports whether dragging up darkens instead of brightens.
func (v *Viewer) InvertLevel() bool { return v.invertLevel }

// SetInvertLevel turns the direction of the level drag round.
func (v *Viewer) SetInvertLevel(on bool) { set(v, &v.invertLevel, on, DecorMoved) }

// set stores a value and tells the listeners, where it is another.
func set[T comparable](v *Viewer, field *T, value T, c Change) {
	if *field != value {
		*field = value
		v.Changed.Emit(c)
	}
}
