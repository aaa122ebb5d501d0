package tool

import (
	"opacity/app"
	"opacity/app/text"
	"opacity/viewer"
)

// Name is a painting tool, as steps and settings files write it.
type Name string

// The painting tools, in the order of the toolbar.
const (
	NoTool   Name = ""
	Brush    Name = "brush"
	Eraser   Name = "eraser"
	Smart    Name = "smart"
	Lasso    Name = "lasso"
	Polygon  Name = "polygon"
	Scissors Name = "scissors"
	Picker   Name = "range"
	Fill     Name = "fill"
	Island   Name = "island"
)

// Names returns every painting tool, in the order of the toolbar.
func Names() []Name {
	return []Name{Brush, Eraser, Smart, Lasso, Polygon, Scissors, Picker, Fill, Island}
}

// Title is the tool's name on a button.
func (n Name) Title() text.Message { return text.M("tool.name." + string(n)) }

// Hint says in a line what the tool does.
func (n Name) Hint() text.Message { return text.M("tool.hint." + string(n)) }

// HintWith is Hint as it is true with settings.
func (n Name) HintWith(s Settings) text.Message {
	if (n == Lasso || n == Polygon) && s.Subtract {
		return text.M("tool.hint." + string(n) + "_erase")
	}
	if n != Scissors {
		return n.Hint()
	}
	reach := text.M("tool.hint.through_some", s.CutSlices)
	switch s.CutSlices {
	case WholeStack:
		reach = text.M("tool.hint.through_all")
	case 0:
		reach = text.M("tool.hint.through_one")
	}
	if s.CutOutside {
		return text.M("tool.hint.scissors_outside", reach)
	}
	return text.M("tool.hint.scissors_inside", reach)
}

// Action is what switches to the tool.
func (n Name) Action() Action { return Action("tool." + string(n)) }

// painter is a tool of the kit.
type painter interface {
	Tool
	// marks is what to draw with the pointer where it was last.
	marks(last Event) Marks
}

// drawer is a painter that is drawn with between gestures too.
type drawer interface {
	painter
	commit() // Enter
	drawing() bool
	back()            // Backspace
	drop() bool       // Escape; false where nothing had been drawn
	restorable() bool // what was dropped last is there to be had back
	restore()
	forget() // all of it
}

// Kit is the painting tools of one window: which is on, the settings they share,
// and the stroke under way. Not safe for concurrent use.
type Kit struct {
	// Changed: another tool is on, the settings changed, or what Marks returns did.
	Changed app.Signal[struct{}]
	// Refused says why a tool does nothing.
	Refused app.Signal[text.Message]
	// Ended tells that a stroke, a filled outline or a cut is over. The message says
	// why it changed nothing; it is zero where it is the session's last step now.
	Ended app.Signal[text.Message]
	// Said tells what became of an outline.
	Said app.Signal[text.Message]
	// Stopped says why nothing may be painted now that the session would let be
	// painted, zero where it may; nil for always.
	Stopped func() text.Message
	// Fill and Island carry out the clicks of those tools; nil for nobody.
	Fill, Island func(Click)

	viewer   *viewer.Viewer
	machine  *Machine
	tools    map[Name]painter
	current  Name
	before   Name // the tool that was on before, for Swap
	settings Settings
	pen      *pen
	last     *Event // where the pointer was last, nil where it is over no pane
}

// NewKit returns the painting tools of a machine, with none of them on.
func NewKit(v *viewer.Viewer, m *Machine) *Kit {
	k := &Kit{viewer: v, machine: m, settings: DefaultSettings(), before: Brush}
	k.tools = map[Name]painter{
		Brush: &brush{kit: k, name: Brush}, Eraser: &brush{kit: k, name: Eraser, erase: true},
		Smart: &brush{kit: k, name: Smart, smart: true},
		Lasso: &lasso{kit: k, name: Lasso}, Scissors: &lasso{kit: k, name: Scissors},
		Polygon: &polygon{kit: k}, Picker: &picker{kit: k},
		Fill: &click{kit: k, name: Fill}, Island: &click{kit: k, name: Island},
	}
	m.hover, m.resize = k.hover, k.Resize
	s := v.Session()
	s.Interrupted.Connect(func(struct{}) { k.finish() })
	s.Opened.Connect(func(app.OpenedEvent) {
		if _, ours := m.active.(painter); ours {
			m.abort()
		}
		k.forget()
	})
	v.Changed.Connect(func(c viewer.Change) {
		if c&(viewer.CursorMoved|viewer.CameraMoved) != 0 && (k.current != NoTool || k.Open() != nil) {
			k.tell()
		}
	})
	return k
}

// Connect lets a dispatcher's tool actions act on the kit.
func (k *Kit) Connect(d *Dispatcher) {
	for _, n := range Names() {
		d.Handle(n.Action(), func() { k.Use(n) })
	}
	d.Handle(ToolSwap, k.Swap)
	d.Handle(ToolLarger, func() { k.Resize(+1) })
	d.Handle(ToolSmaller, func() { k.Resize(-1) })
	d.Handle(ToolSolid, func() { s := k.settings; s.Solid = !s.Solid; k.SetSettings(s) })
	d.Handle(ToolSquare, func() { s := k.settings; s.Square = !s.Square; k.SetSettings(s) })
	d.Handle(ToolCommit, k.Commit)
	d.Handle(ToolBack, func() { k.Back() })
}

// Current is the tool that is on, NoTool for none.
func (k *Kit) Current() Name { return k.current }

// drawer is the tool that is on, where it draws an outline point by point; else nil.
func (k *Kit) drawer() drawer {
	d, _ := k.tools[k.current].(drawer)
	return d
}

// Use puts a tool on the left and right buttons, NoTool for none. A gesture under
// way is taken back; an outline that is open stays, for when its tool is on again.
func (k *Kit) Use(n Name) {
	if _, known := k.tools[n]; n == k.current || !known && n != NoTool {
		return
	}
	k.machine.SetTool(nil) // aborts a gesture
	k.lift()
	k.before, k.current = k.current, n
	if t := k.tools[n]; t != nil {
		k.machine.SetTool(t)
	}
	k.tell()
}

// Swap goes back to the tool that was on before.
func (k *Kit) Swap() { k.Use(k.before) }

// Escape drops what is being drawn, else leaves the tool; false where there is
// neither. A gesture under way is the Machine's to abort.
func (k *Kit) Escape() bool {
	if d := k.drawer(); d != nil && d.drop() {
		k.tell()
		return true
	}
	if k.current == NoTool {
		return false
	}
	k.Use(NoTool)
	return true
}

// Commit ends an outline and fills it, where it is on screen; else it is shown
// first.
func (k *Kit) Commit() {
	if d := k.drawer(); d != nil {
		d.commit()
		k.tell()
	}
}

// Drawing reports whether there is an outline that Back takes a point of.
func (k *Kit) Drawing() bool {
	d := k.drawer()
	return d != nil && d.drawing()
}

// Back takes the last point of an outline away; false where there is none.
func (k *Kit) Back() bool {
	if !k.Drawing() {
		return false
	}
	k.drawer().back()
	k.tell()
	return true
}

// Restore brings back the outline that Escape dropped, as long as nothing else was
// done since; false where there is none.
func (k *Kit) Restore() bool {
	if !k.Restorable() {
		return false
	}
	k.drawer().restore()
	k.tell()
	return true
}

// Restorable reports whether Restore brings an outline back.
func (k *Kit) Restorable() bool {
	d := k.drawer()
	return d != nil && d.restorable()
}

// Open is the outline that is begun and not filled yet, whichever tool is on; nil
// for none. Read only.
func (k *Kit) Open() *Outline {
	line := k.tools[Polygon].(*polygon).line
	if line == nil {
		return nil
	}
	open := *line
	open.Erase = k.settings.Subtract
	return &open
}

// Settings is what the tools go by.
func (k *Kit) Settings() Settings { return k.settings }

// SetSettings changes what the tools go by, from the next stroke on; what is out
// of bounds is brought into them.
func (k *Kit) SetSettings(s Settings) {
	k.settings = s.kept()
	k.tell()
}

// Resize makes the ring some notches larger.
func (k *Kit) Resize(notches float64) {
	k.settings.RadiusMM = min(resized(k.settings.RadiusMM, notches), k.MostRadiusMM())
	k.tell()
}

// MostRadiusMM is the largest radius that makes sense: the longest side of the
// open volume, MaxRadiusMM at the most.
func (k *Kit) MostRadiusMM() float64 {
	most := 0.0
	if v := k.viewer.Session().Volume(); v != nil {
		for c, mm := range v.SpacingMM() {
			most = max(most, mm*float64(v.Size[c]))
		}
	}
	if !(most > leastRadiusMM) {
		return MaxRadiusMM
	}
	return min(most, MaxRadiusMM)
}

// Marks is what the panes draw for the tool that is on.
func (k *Kit) Marks() Marks {
	if k.viewer.Session().Volume() == nil {
		return Marks{}
	}
	t := k.tools[k.current]
	if t == nil {
		return Marks{Outline: k.Open()}
	}
	e := Event{Plane: -1}
	if k.last != nil {
		e = *k.last
		_, _, n, _ := e.Plane.Axes()
		e.Voxel[n] = float64(k.viewer.SliceOf(e.Plane)) // which may have been turned since
	}
	m := t.marks(e)
	if m.Outline == nil {
		m.Outline = k.Open()
	}
	return m
}

// Leave says that the pointer is over no pane any more.
func (k *Kit) Leave() {
	if k.last != nil {
		k.last = nil
		k.tell()
	}
}

// hover follows the pointer, with or without a button held.
func (k *Kit) hover(e Event) {
	if k.current == NoTool {
		k.last = nil
		return
	}
	if k.last != nil && *k.last == e {
		return
	}
	k.last = &e
	if k.Follows() {
		return // the line tells where it goes
	}
	k.tell()
}

// Follows reports whether a line follows the pointer now: then nothing else needs
// to be repainted with each motion, so that as many of them as can be are kept.
func (k *Kit) Follows() bool {
	l, ok := k.machine.active.(*lasso)
	return ok && l.line != nil
}

// lift takes back the stroke under way.
func (k *Kit) lift() {
	if k.pen != nil {
		k.pen.abort()
		k.pen = nil
	}
}

// forget drops what belongs to the study that was open.
func (k *Kit) forget() {
	k.lift()
	for _, t := range k.tools {
		if d, ok := t.(drawer); ok {
			d.forget()
		}
	}
	k.tell()
}

func (k *Kit) tell() { k.Changed.Emit(struct{}{}) }
