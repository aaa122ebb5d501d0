package tool

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
)

// study is a chest of 100x100x50 voxels in panes of 400x300 pixels.
func study(p viewer.Profile) *viewer.Viewer {
	g := volume.Geometry{Size: volume.Size{100, 100, 50}}
	g.Affine[0][0], g.Affine[1][1], g.Affine[2][2] = 1, 1, 2
	s := app.NewSession()
	v := viewer.New(s)
	s.Complete(app.SeriesInfo{}, &volume.Volume{Geometry: g, Int16: make([]int16, g.Size.Voxels()), Unit: volume.HU, Window: volume.Window{Center: 40, Width: 400}})
	v.SetProfile(p)
	return v
}

// at is an event at a pixel of a pane, with the voxel that lies there.
func at(v *viewer.Viewer, k Kind, p viewer.Plane, b Button, x, y float64) Event {
	t := viewer.PaneTransform(p, v.Session().Volume().Geometry, v.Camera(p), 400, 300)
	return Event{Kind: k, Plane: p, Button: b, Pane: [2]float64{x, y}, Size: [2]float64{400, 300}, Voxel: t.Voxel(x, y, v.SliceOf(p))}
}

type step func(v *viewer.Viewer, m *Machine)

func does(k Kind, p viewer.Plane, b Button, x, y float64, change ...func(*Event)) step {
	return func(v *viewer.Viewer, m *Machine) {
		e := at(v, k, p, b, x, y)
		for _, c := range change {
			c(&e)
		}
		m.Handle(e)
	}
}

func with(mods Mods) func(*Event)      { return func(e *Event) { e.Mods = mods } }
func held(e *Event)                    { e.WindowKey = true }
func twice(e *Event)                   { e.Clicks = 2 }
func turned(n float64) func(e *Event)  { return func(e *Event) { e.Notches = n } }
func window3(v *viewer.Viewer) string  { w := v.Window(); return fmt.Sprint(w.Center, " ", w.Width) }
func cursorOf(v *viewer.Viewer) string { return fmt.Sprint(v.Cursor()) }

func TestMachine(t *testing.T) {
	ax, cor, sag := viewer.Axial, viewer.Coronal, viewer.Sagittal
	zoomOf := func(v *viewer.Viewer) string { return fmt.Sprintf("%.3f", v.Camera(ax).Zoom) }
	centerOf := func(v *viewer.Viewer) string {
		c := v.Camera(ax).CenterMM
		return fmt.Sprintf("%.2f %.2f", c[0], c[1])
	}
	for _, c := range []struct {
		name    string
		profile viewer.Profile
		steps   []step
		state   func(*viewer.Viewer) string
		want    string
	}{
		{"left press moves the cursor", viewer.Annotate, []step{does(Press, ax, Left, 230, 90)}, cursorOf, "[60 30 25]"},
		{"left drag follows", viewer.Annotate, []step{does(Press, ax, Left, 230, 90), does(Move, ax, Left, 80, 290)}, cursorOf, "[10 96 25]"},
		{"the cursor stays in the volume", viewer.Annotate, []step{does(Press, ax, Left, 230, 90), does(Move, ax, Left, -500, 900)}, cursorOf, "[0 99 25]"},
		{"on the sagittal plane it moves j and k", viewer.Annotate, []step{does(Press, sag, Left, 200, 0)}, cursorOf, "[50 50 49]"},
		{"Escape takes the move back", viewer.Annotate, []step{does(Press, ax, Left, 230, 90), does(Abort, ax, NoButton, 0, 0), does(Move, ax, Left, 80, 290)}, cursorOf, "[50 50 25]"},
		{"release, then a move without a press", viewer.Annotate, []step{does(Press, ax, Left, 230, 90), does(Release, ax, Left, 230, 90), does(Move, ax, Left, 80, 290)}, cursorOf, "[60 30 25]"},
		{"a release that went elsewhere", viewer.Annotate, []step{does(Press, ax, Left, 230, 90), does(Move, ax, NoButton, 80, 290), does(Move, ax, Left, 80, 290)}, cursorOf, "[60 30 25]"},
		{"two endings are one", viewer.Annotate, []step{does(Press, ax, Left, 230, 90), does(Release, ax, Left, 230, 90), does(Release, ax, NoButton, 230, 90)}, cursorOf, "[60 30 25]"},
		{"a release without a press", viewer.Annotate, []step{does(Release, ax, Left, 230, 90)}, cursorOf, "[50 50 25]"},
		{"a second button changes nothing", viewer.Annotate, []step{does(Press, ax, Left, 230, 90), does(Press, ax, Right, 230, 90), does(Release, ax, Right, 230, 90), does(Move, ax, Left, 80, 290)}, cursorOf, "[10 96 25]"},

		{"Reading: a click moves the cursor", viewer.Reading, []step{does(Press, ax, Left, 230, 90), does(Move, ax, Left, 231, 90), does(Release, ax, Left, 231, 90)}, cursorOf, "[60 30 25]"},
		{"Reading: a drag leaves it", viewer.Reading, []step{does(Press, ax, Left, 230, 90), does(Move, ax, Left, 280, 90), does(Release, ax, Left, 280, 90)}, cursorOf, "[50 50 25]"},
		{"Reading: right is wider", viewer.Reading, []step{does(Press, ax, Left, 100, 90), does(Move, ax, Left, 150, 90)}, window3, "40 440"},
		{"Reading: up is brighter", viewer.Reading, []step{does(Press, ax, Left, 100, 90), does(Move, ax, Left, 100, 40)}, window3, "0 400"},
		{"W and left drag in Annotate", viewer.Annotate, []step{does(Press, ax, Left, 100, 90, held), does(Move, ax, Left, 150, 140)}, window3, "80 440"},
		{"inverted", viewer.Reading, []step{func(v *viewer.Viewer, _ *Machine) { v.SetInvertLevel(true) }, does(Press, ax, Left, 100, 90), does(Move, ax, Left, 100, 40)}, window3, "80 400"},
		{"the width stays positive", viewer.Reading, []step{does(Press, ax, Left, 100, 90), does(Move, ax, Left, -900, 90)}, window3, "40 1"},
		{"Escape takes the window back", viewer.Reading, []step{does(Press, ax, Left, 100, 90), does(Move, ax, Left, 150, 140), does(Abort, ax, NoButton, 0, 0)}, window3, "40 400"},

		{"middle drag pans", viewer.Annotate, []step{does(Press, ax, Middle, 100, 100), does(Move, ax, Middle, 130, 85)}, centerOf, "-10.00 5.00"},
		{"Shift and left drag too", viewer.Reading, []step{does(Press, ax, Left, 100, 100, with(Shift)), does(Move, ax, Left, 130, 85)}, centerOf, "-10.00 5.00"},
		{"right drag up doubles", viewer.Annotate, []step{does(Press, ax, Right, 100, 200), does(Move, ax, Right, 100, 50)}, zoomOf, "2.000"},
		{"in steps as in one", viewer.Annotate, []step{does(Press, ax, Right, 100, 200), does(Move, ax, Right, 100, 99), does(Move, ax, Right, 100, 50)}, zoomOf, "2.000"},
		{"Ctrl and wheel zoom", viewer.Annotate, []step{does(Wheel, ax, NoButton, 300, 200, turned(6), with(Ctrl))}, zoomOf, "2.000"},

		{"wheel up is a slice up", viewer.Annotate, []step{does(Wheel, ax, NoButton, 0, 0, turned(1))}, cursorOf, "[50 50 26]"},
		{"wheel turns the pane under it", viewer.Annotate, []step{does(Wheel, cor, NoButton, 0, 0, turned(-2))}, cursorOf, "[50 52 25]"},
		{"parts of a notch add up", viewer.Annotate, []step{does(Wheel, ax, NoButton, 0, 0, turned(0.4)), does(Wheel, ax, NoButton, 0, 0, turned(0.4)), does(Wheel, ax, NoButton, 0, 0, turned(0.4))}, cursorOf, "[50 50 26]"},
		{"turned round, parts do not count", viewer.Annotate, []step{does(Wheel, ax, NoButton, 0, 0, turned(0.9)), does(Wheel, ax, NoButton, 0, 0, turned(-1))}, cursorOf, "[50 50 24]"},
		{"Shift and wheel is the brush's", viewer.Annotate, []step{does(Wheel, ax, NoButton, 0, 0, turned(3), with(Shift))}, cursorOf, "[50 50 25]"},

		{"a double click maximises and leaves the cursor where it was", viewer.Annotate, []step{
			does(Press, sag, Left, 230, 150), does(Release, sag, Left, 230, 150), does(Press, sag, Left, 230, 150, twice), does(Move, sag, Left, 0, 0),
		}, func(v *viewer.Viewer) string { return fmt.Sprint(v.Arrangement(), v.Active(), v.Cursor()) }, "2 sagittal [50 50 25]"},
		{"a press activates the pane", viewer.Annotate, []step{does(Press, cor, Middle, 1, 1)}, func(v *viewer.Viewer) string { return v.Active().String() }, "coronal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := study(c.profile)
			m := NewMachine(v)
			for _, s := range c.steps {
				s(v, m)
			}
			if got := c.state(v); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// strokes counts what reaches a painting tool.
type strokes struct{ log []string }

func (s *strokes) Press(e Event)  { s.log = append(s.log, "press "+string(e.Button)) }
func (s *strokes) Move(Event)     { s.log = append(s.log, "move") }
func (s *strokes) Release(Event)  { s.log = append(s.log, "release") }
func (s *strokes) Abort()         { s.log = append(s.log, "abort") }
func (s *strokes) String() string { return strings.Join(s.log, ", ") }
func newStrokes() (s *strokes)    { return &strokes{} }
func playAll(v *viewer.Viewer, m *Machine, steps ...step) {
	for _, s := range steps {
		s(v, m)
	}
}

func TestMachine_ToolTakesLeftAndRight(t *testing.T) {
	v := study(viewer.Annotate)
	m, s := NewMachine(v), newStrokes()
	m.SetTool(s)
	ax := viewer.Axial
	playAll(v, m,
		does(Press, ax, Left, 10, 10), does(Move, ax, Left, 20, 20), does(Release, ax, Left, 20, 20), does(Release, ax, NoButton, 20, 20),
		does(Press, ax, Right, 10, 10), does(Abort, ax, NoButton, 0, 0), does(Release, ax, Right, 0, 0),
		does(Press, ax, Middle, 10, 10), does(Move, ax, Middle, 50, 10), does(Release, ax, Middle, 50, 10))
	if got, want := s.String(), "press left, move, release, press right, abort"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if v.Cursor() != [3]int{50, 50, 25} || v.Camera(ax).CenterMM[0] == 0 {
		t.Error("the middle button must pan and nothing else move while a tool is on")
	}
}

func TestMachine_NothingOpen(t *testing.T) {
	v := viewer.New(app.NewSession())
	m := NewMachine(v)
	for _, k := range []Kind{Press, Move, Release, Wheel, Abort} {
		m.Handle(Event{Kind: k, Button: Left, Notches: 1, Size: [2]float64{100, 100}})
	}
	if _, busy := m.Busy(); busy {
		t.Error("a gesture on nothing")
	}
}

var update = flag.Bool("update", false, "write what the recorded logs lead to again")

// TestReplay plays recorded events and compares where they lead.
func TestReplay(t *testing.T) {
	logs, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(logs) == 0 {
		t.Fatalf("no recorded logs: %v", err)
	}
	for _, log := range logs {
		t.Run(filepath.Base(log), func(t *testing.T) {
			v := study(viewer.Annotate)
			m := NewMachine(v)
			f, err := os.Open(log)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for lines := bufio.NewScanner(f); lines.Scan(); {
				var e Event
				if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
					t.Fatal(err)
				}
				m.Handle(e)
			}
			var cameras [viewer.Planes]viewer.Camera
			for p := range cameras {
				c := v.Camera(viewer.Plane(p))
				cameras[p] = viewer.Camera{CenterMM: [2]float64{milli(c.CenterMM[0]), milli(c.CenterMM[1])}, Zoom: milli(c.Zoom)}
			}
			got, err := json.MarshalIndent(map[string]any{"cursor": v.Cursor(), "window": v.Window(), "cameras": cameras, "active": v.Active().String()}, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			path := strings.TrimSuffix(log, ".jsonl") + ".want.json"
			if *update {
				if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != strings.TrimSpace(string(want)) {
				t.Errorf("the log leads to\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func milli(x float64) float64 { return math.Round(x*1000) / 1000 }

func TestBindings_EveryKeyOnceAndEveryTextThere(t *testing.T) {
	en := text.English()
	has := map[string]bool{}
	for _, k := range en.Keys() {
		has[k] = true
	}
	actions := map[Action]bool{}
	all := append(Bindings(), ToolBindings()...)
	for _, b := range all {
		if actions[b.Action] {
			t.Errorf("%s is there twice", b.Action)
		}
		actions[b.Action] = true
		if !has[b.Text] || !has[b.Category] {
			t.Errorf("%s: no text for %s or %s", b.Action, b.Text, b.Category)
		}
	}
	for profile := range 2 {
		seen := map[Chord]Action{}
		for _, b := range all {
			if len(b.Keys[profile]) == 0 {
				t.Errorf("%s has no key", b.Action)
			}
			for _, c := range b.Keys[profile] {
				if other, twice := seen[c]; twice {
					t.Errorf("%s is both %s and %s", c, other, b.Action)
				}
				seen[c] = b.Action
			}
		}
		for _, g := range append(Gestures(viewer.Profile(profile)), ToolGestures()...) {
			if !has[g.Gesture] || !has[g.Text] {
				t.Errorf("gesture %v has no text", g)
			}
		}
	}
}

func TestDispatcher(t *testing.T) {
	v := study(viewer.Annotate)
	d := NewDispatcher(v)
	opened := 0
	if d.Key(ctrl("O")) {
		t.Error("opening was done by nobody")
	}
	d.Handle(FileOpen, func() { opened++ })
	for _, c := range []Chord{key("2"), key("Up"), shift("Prior"), key("A"), shift("X"), key("F2"), ctrl("O"), key("O")} {
		if !d.Key(c) {
			t.Errorf("%s did nothing", c)
		}
	}
	if v.Window() != viewer.Presets[1].Window || v.Cursor()[2] != 36 || opened != 1 || v.Crosshair() || v.Profile() != viewer.Reading ||
		v.Overlay().Style != viewer.Filled || math.Abs(v.Overlay().Opacity-0.25) > 1e-9 {
		t.Errorf("window %v, cursor %v, opened %d, crosshair %v, profile %v, overlay %v", v.Window(), v.Cursor(), opened, v.Crosshair(), v.Profile(), v.Overlay())
	}
	if d.Key(key("J")) {
		t.Error("J is bound to nothing")
	}
	for _, c := range []struct {
		chord Chord
		want  int
	}{{key("Home"), 0}, {key("End"), 49}} {
		d.Key(c.chord)
		if v.Cursor()[2] != c.want {
			t.Errorf("%s leads to slice %d", c.chord, v.Cursor()[2])
		}
	}
}

func TestDispatcher_ActiveLabel(t *testing.T) {
	v := study(viewer.Annotate)
	d := NewDispatcher(v)
	for _, c := range []struct {
		chord Chord
		want  uint8
	}{
		{shift("1"), mask.LeftLung},
		{shift("3"), mask.Infection},
		{shift("2"), mask.RightLung},
		{shift("5"), mask.RightLung}, // there are only three
	} {
		changes := viewer.Change(0)
		disconnect := v.Changed.Connect(func(c viewer.Change) { changes |= c })
		d.Key(c.chord)
		disconnect()
		if v.ActiveLabel() != c.want || changes&^viewer.LabelMoved != 0 {
			t.Errorf("%s makes %d the active label, changing %b", c.chord, v.ActiveLabel(), changes)
		}
	}
}

func TestDispatcher_NoHUPresetsOnOtherUnits(t *testing.T) {
	v := study(viewer.Annotate)
	v.Session().Volume().Unit = volume.Arbitrary
	before := v.Window()
	NewDispatcher(v).Key(key("2"))
	if v.Window() != before {
		t.Error("a preset in HU was applied to numbers that are not")
	}
}

func TestChord_String(t *testing.T) {
	for want, c := range map[string]Chord{"Ctrl+Shift+Z": ctrlShift("Z"), "Page Up": key("Prior"), "Ctrl+Alt+1": ctrlAlt("1"), "?": key("?")} {
		if got := c.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
