package tool

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
)

// bench is a kit on a study of 100x100x50 voxels of 1x1x2 mm, 0 HU but for a
// block of -800 HU, with the left lung drawn over half of it.
type bench struct {
	*viewer.Viewer
	m       *Machine
	k       *Kit
	refused []string
}

func newBench(t *testing.T, on Name) *bench {
	t.Helper()
	v := study(viewer.Annotate)
	vol := v.Session().Volume()
	for n := range vol.Int16 {
		if i, j := n%100, n/100%100; i >= 60 && j >= 60 {
			vol.Int16[n] = -800
		}
	}
	lung := mask.New(vol.Size, mask.DefaultLabels())
	half := make([]uint8, 100*100)
	for o := range half {
		if o%100 < 50 {
			half[o] = mask.LeftLung
		}
	}
	for k := range vol.Size[2] {
		lung.SetSlice(mask.Anatomy, k, half)
	}
	if err := v.Session().SetMask(text.M("test"), lung, nil); err != nil {
		t.Fatal(err)
	}
	b := &bench{Viewer: v, m: NewMachine(v)}
	b.k = NewKit(v, b.m)
	b.k.Refused.Connect(func(m text.Message) { b.refused = append(b.refused, m.Key) })
	b.k.Use(on)
	return b
}

func (b *bench) play(steps ...step) *bench {
	playAll(b.Viewer, b.m, steps...)
	return b
}

func (b *bench) lung() int { return b.Session().Mask().Count(mask.Anatomy, mask.LeftLung) }

func (b *bench) set(change func(*Settings)) step {
	return func(*viewer.Viewer, *Machine) {
		s := b.k.Settings()
		change(&s)
		b.k.SetSettings(s)
	}
}

// done tells what the steps after the first were, and what they left.
func (b *bench) done() string {
	steps, applied := b.Session().History()
	var names []string
	for _, s := range steps[1:applied] {
		names = append(names, fmt.Sprintf("%s %+d", s.Name, s.Change[mask.Infection]))
	}
	return strings.Join(names, ", ")
}

// drag is a press, some moves and a release; 3 pixels are a millimetre.
func drag(p viewer.Plane, b Button, change func(*Event), points ...[2]float64) step {
	return func(v *viewer.Viewer, m *Machine) {
		last := len(points) - 1
		does(Press, p, b, points[0][0], points[0][1], change)(v, m)
		for _, q := range points[1:] {
			does(Move, p, b, q[0], q[1], change)(v, m)
		}
		does(Release, p, b, points[last][0], points[last][1], change)(v, m)
	}
}

func plain(*Event) {}

// mid is the middle of the voxel (50, 50) of the axial plane, in pixels.
var mid = [2]float64{201.5, 151.5}

func TestBrush(t *testing.T) {
	ax := viewer.Axial
	for _, c := range []struct {
		name  string
		tool  Name
		steps func(b *bench) []step
		want  string
	}{
		{"a click is a disc of 5 mm", Brush, func(*bench) []step { return []step{drag(ax, Left, plain, mid)} }, "Paint infection +81"},
		{"a drag is one step", Brush, func(*bench) []step { return []step{drag(ax, Left, plain, mid, [2]float64{231.5, 151.5})} }, "Paint infection +191"},
		{"in steps as in one", Brush, func(*bench) []step {
			return []step{drag(ax, Left, plain, mid, [2]float64{204.5, 151.5}, [2]float64{226, 151.5}, [2]float64{231.5, 151.5})}
		}, "Paint infection +191"},
		{"the right button erases", Brush, func(*bench) []step {
			return []step{drag(ax, Left, plain, mid), drag(ax, Right, plain, mid)}
		}, "Paint infection +81, Erase infection -81"},
		{"Ctrl erases", Brush, func(*bench) []step {
			return []step{drag(ax, Left, plain, mid), drag(ax, Left, with(Ctrl), mid)}
		}, "Paint infection +81, Erase infection -81"},
		{"the eraser erases", Eraser, func(*bench) []step {
			return []step{drag(ax, Left, with(Ctrl), mid), drag(ax, Left, plain, mid)}
		}, "Paint infection +81, Erase infection -81"},
		{"erasing nothing is no step", Eraser, func(*bench) []step { return []step{drag(ax, Left, plain, mid)} }, ""},
		{"square", Brush, func(b *bench) []step {
			return []step{b.set(func(s *Settings) { s.Square = true }), drag(ax, Left, plain, mid)}
		}, "Paint infection +121"},
		{"a ball in slices of 2 mm", Brush, func(b *bench) []step {
			return []step{b.set(func(s *Settings) { s.Solid = true }), drag(ax, Left, plain, mid)}
		}, "Paint infection +277"},
		{"on the coronal plane a disc is upright", Brush, func(*bench) []step { return []step{drag(viewer.Coronal, Left, plain, [2]float64{201.5, 153})} }, "Paint infection +43"},
		{"radius 0", Brush, func(b *bench) []step {
			return []step{b.set(func(s *Settings) { s.RadiusMM = 0 }), drag(ax, Left, plain, mid, [2]float64{231.5, 151.5})}
		}, "Paint infection +11"},
		{"outside the picture", Brush, func(*bench) []step { return []step{drag(ax, Left, plain, [2]float64{5, 5})} }, ""},
		{"inside the lung", Brush, func(b *bench) []step {
			return []step{b.set(func(s *Settings) { s.Limits.Inside = mask.LeftLung }), drag(ax, Left, plain, mid)}
		}, "Paint infection +35"},
		{"pages turned under the pen", Brush, func(*bench) []step {
			return []step{
				does(Press, ax, Left, mid[0], mid[1]), func(v *viewer.Viewer, _ *Machine) { v.Step(ax, 1) },
				does(Move, ax, Left, 291.5, 151.5), does(Release, ax, Left, 291.5, 151.5),
			}
		}, "Paint infection +162"},
		{"Escape takes the stroke back", Brush, func(*bench) []step {
			return []step{does(Press, ax, Left, mid[0], mid[1]), does(Move, ax, Left, 250, 151.5), does(Abort, ax, NoButton, 0, 0), does(Move, ax, Left, 280, 151.5)}
		}, ""},
		{"another tool takes it back too", Brush, func(b *bench) []step {
			return []step{does(Press, ax, Left, mid[0], mid[1]), func(*viewer.Viewer, *Machine) { b.k.Use(Lasso) }, does(Release, ax, Left, 280, 151.5)}
		}, ""},
		{"undo under the pen takes back the stroke", Brush, func(*bench) []step {
			return []step{
				drag(ax, Left, plain, mid), does(Press, ax, Left, 250, 200), func(v *viewer.Viewer, _ *Machine) { _, _ = v.Session().Undo() },
				does(Move, ax, Left, 300, 200), does(Release, ax, Left, 300, 200),
			}
		}, "Paint infection +81"},
		{"Shift and left drag pans", Brush, func(*bench) []step { return []step{drag(ax, Left, with(Shift), mid, [2]float64{231.5, 151.5})} }, ""},
		{"the middle button pans", Brush, func(*bench) []step { return []step{drag(ax, Middle, plain, mid, [2]float64{231.5, 151.5})} }, ""},
		{"W and left drag windows", Brush, func(*bench) []step { return []step{drag(ax, Left, held, mid, [2]float64{231.5, 151.5})} }, ""},
		{"the smart brush stays in the block", Smart, func(b *bench) []step {
			return []step{b.set(func(s *Settings) { s.RadiusMM = 10 }), drag(ax, Left, plain, [2]float64{201.5 + 42, 151.5 + 42}, [2]float64{201.5 + 60, 151.5 + 42})}
		}, "Smart brush: infection +272"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.tool)
			lung, camera := b.lung(), b.Camera(ax)
			b.play(c.steps(b)...)
			if got := b.done(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if b.lung() != lung || b.Session().Painting() || len(b.refused) > 0 {
				t.Errorf("the lung has %d voxels of %d, painting %v, refused %v", b.lung(), lung, b.Session().Painting(), b.refused)
			}
			if pans := strings.Contains(c.name, "pans"); pans != (b.Camera(ax) != camera) {
				t.Errorf("panned: %v", !pans)
			}
		})
	}
}

// What a stroke changes is told as it goes, and only that.
func TestBrush_TellsWhatItChanges(t *testing.T) {
	b := newBench(t, Brush)
	var boxes []volume.Box
	b.Session().MaskChanged.Connect(func(e app.MaskEvent) { boxes = append(boxes, e.Box) })
	b.play(drag(viewer.Axial, Left, plain, mid, [2]float64{231.5, 151.5}))
	want := []volume.Box{{Min: [3]int{45, 45, 25}, Max: [3]int{56, 56, 26}}, {Min: [3]int{51, 45, 25}, Max: [3]int{66, 56, 26}}}
	if fmt.Sprint(boxes) != fmt.Sprint(want) {
		t.Errorf("told of %v, want %v", boxes, want)
	}
	steps, _ := b.Session().History()
	if s := steps[len(steps)-1]; !s.Hand || s.Tool != "brush" || s.Label != mask.Infection {
		t.Errorf("the step is %+v", s)
	}
}

func TestOutlines(t *testing.T) {
	ax := viewer.Axial
	// a square of 20x20 voxels round (50, 50), half of it in the lung
	at := [][2]float64{{171.5, 121.5}, {231.5, 121.5}, {231.5, 181.5}, {171.5, 181.5}}
	points := func(change func(*Event)) []step {
		var s []step
		for _, p := range at {
			s = append(s, drag(ax, Left, change, p))
		}
		return s
	}
	press := func(a Action) func(b *bench) step {
		return func(b *bench) step {
			return func(*viewer.Viewer, *Machine) {
				d := NewDispatcher(b.Viewer)
				b.k.Connect(d)
				if !d.Do(a) {
					t.Errorf("nothing does %s", a)
				}
			}
		}
	}
	enter, back := press(ToolCommit), press(ToolBack)
	escape := func(b *bench) step { return func(*viewer.Viewer, *Machine) { b.k.Escape() } }
	painted := func(b *bench) step {
		return func(*viewer.Viewer, *Machine) {
			b.k.Use(Brush)
			b.set(func(s *Settings) { s.RadiusMM, s.Solid, s.Square = 30, true, true })(nil, nil)
			b.play(drag(ax, Left, plain, mid))
		}
	}
	use := func(b *bench, n Name) step { return func(*viewer.Viewer, *Machine) { b.k.Use(n) } }
	for _, c := range []struct {
		name  string
		tool  Name
		steps func(b *bench) []step
		want  string
	}{
		{"lasso", Lasso, func(*bench) []step { return []step{drag(ax, Left, plain, at...)} }, "Lasso: infection +400"},
		{"lasso takes away with the right button", Lasso, func(*bench) []step {
			return []step{drag(ax, Left, plain, at...), drag(ax, Right, plain, at...)}
		}, "Lasso: infection +400, Lasso: erase infection -400"},
		{"lasso set to take away, inverted", Lasso, func(b *bench) []step {
			return []step{b.set(func(s *Settings) { s.Subtract = true }), drag(ax, Left, with(Ctrl), at...), drag(ax, Left, plain, at...)}
		}, "Lasso: infection +400, Lasso: erase infection -400"},
		{"a lasso round nothing", Lasso, func(*bench) []step { return []step{drag(ax, Left, plain, at[0], at[1])} }, ""},
		{"Escape drops a lasso", Lasso, func(*bench) []step {
			return []step{does(Press, ax, Left, 171, 121), does(Move, ax, Left, 231, 121), does(Move, ax, Left, 231, 181), does(Abort, ax, NoButton, 0, 0)}
		}, ""},

		{"polygon and Enter", Polygon, func(b *bench) []step { return append(points(plain), enter(b)) }, "Polygon: infection +400"},
		{"polygon and a double click", Polygon, func(*bench) []step { return append(points(plain), does(Press, ax, Left, 171.5, 181.5, twice)) }, "Polygon: infection +400"},
		{"a double click with Ctrl takes away", Polygon, func(b *bench) []step {
			return append(append(points(plain), enter(b)), append(points(plain), does(Press, ax, Left, 171.5, 181.5, twice, with(Ctrl)))...)
		}, "Polygon: infection +400, Polygon: erase infection -400"},
		{"nothing before it is committed", Polygon, func(*bench) []step { return points(plain) }, ""},
		{"Backspace drops the last", Polygon, func(b *bench) []step { return append(points(plain), back(b), enter(b)) }, "Polygon: infection +210"},
		{"all of them dropped, it may begin elsewhere", Polygon, func(b *bench) []step {
			s := append(points(plain), back(b), back(b), back(b), back(b), back(b), func(v *viewer.Viewer, _ *Machine) { v.Step(ax, 3) })
			return append(append(s, points(plain)...), enter(b))
		}, "Polygon: infection +400"},
		{"a point is moved", Polygon, func(b *bench) []step {
			return append(points(plain), drag(ax, Left, plain, [2]float64{233, 180}, [2]float64{231.5, 181.5}, [2]float64{231.5, 241.5}), drag(ax, Left, plain, at[3], [2]float64{171.5, 241.5}), enter(b))
		}, "Polygon: infection +800"},
		{"a move taken back", Polygon, func(b *bench) []step {
			return append(points(plain), does(Press, ax, Left, 231.5, 181.5), does(Move, ax, Left, 300, 250), does(Abort, ax, NoButton, 0, 0), enter(b))
		}, "Polygon: infection +400"},
		{"a point taken back", Polygon, func(b *bench) []step {
			return append(points(plain), does(Press, ax, Left, 300, 250), does(Abort, ax, NoButton, 0, 0), enter(b))
		}, "Polygon: infection +400"},
		{"two points are none", Polygon, func(b *bench) []step { return append(points(plain)[:2], enter(b)) }, ""},
		{"Escape drops all", Polygon, func(b *bench) []step { return append(points(plain), escape(b), enter(b)) }, ""},
		{"the right button sets no point", Polygon, func(b *bench) []step {
			return append(points(plain), drag(ax, Right, plain, [2]float64{300, 250}), enter(b))
		}, "Polygon: infection +400"},

		{"scissors cut through the stack", Scissors, func(b *bench) []step {
			return []step{painted(b), use(b, Scissors), drag(ax, Left, plain, at...)}
		}, "Paint infection +115351, Cut infection -12400"},
		{"and outside", Scissors, func(b *bench) []step {
			return []step{painted(b), use(b, Scissors), drag(ax, Left, with(Ctrl), at...)}
		}, "Paint infection +115351, Cut infection -102951"},
		{"some slices only", Scissors, func(b *bench) []step {
			return []step{painted(b), use(b, Scissors), b.set(func(s *Settings) { s.CutSlices = 2 }), drag(ax, Left, plain, at...)}
		}, "Paint infection +115351, Cut infection -2000"},
		{"a snip round nothing cuts nothing outside", Scissors, func(b *bench) []step {
			return []step{painted(b), use(b, Scissors), drag(ax, Right, plain, at[0], at[1])}
		}, "Paint infection +115351"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.tool)
			lung := b.lung()
			b.play(c.steps(b)...)
			if got := b.done(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if b.lung() != lung || b.Session().Painting() || len(b.refused) > 0 {
				t.Errorf("the lung has %d voxels of %d, painting %v, refused %v", b.lung(), lung, b.Session().Painting(), b.refused)
			}
		})
	}
}

func TestPicker(t *testing.T) {
	b := newBench(t, Brush)
	vol := b.Session().Volume()
	for n := range vol.Int16 { // a stripe of every value, one voxel of it far off
		if vol.Int16[n] == -800 {
			vol.Int16[n] = int16(-900 + n%100)
		}
	}
	vol.Int16[25*10000+80*100+80] = 3000
	b.k.Use(Picker)
	b.play(does(Press, viewer.Axial, Left, mid[0]+90, mid[1]+90), does(Move, viewer.Axial, Left, mid[0]+90+30, mid[1]+90))
	if m := b.k.Marks(); m.Ring == nil || math.Abs(m.Ring.RadiusMM[viewer.Axial]-10) > 1e-9 || m.Ring.RadiusMM[viewer.Coronal] >= 0 || m.Range == nil {
		t.Errorf("marks %+v", m)
	}
	b.play(does(Release, viewer.Axial, Left, mid[0]+90+30, mid[1]+90))
	if r := b.k.Settings().Limits.HU; r == nil || *r != (mask.Range{Min: -829, Max: -811}) {
		t.Errorf("picked %v", r)
	}
	if b.k.Current() != Brush {
		t.Errorf("then %q is on", b.k.Current())
	}
	b.k.Use(Picker)
	b.play(does(Press, viewer.Axial, Left, mid[0], mid[1]), does(Abort, viewer.Axial, NoButton, 0, 0))
	if r := b.k.Settings().Limits.HU; r == nil || r.Min != -829 || b.k.Current() != Picker {
		t.Errorf("aborted, it picked %v", r)
	}
	var said []string
	b.k.Said.Connect(func(m text.Message) { said = append(said, m.Key) })
	b.play(does(Press, viewer.Axial, Left, mid[0], mid[1]), does(Move, viewer.Axial, Left, mid[0]+1, mid[1]), does(Release, viewer.Axial, Left, mid[0]+1, mid[1]))
	if r := b.k.Settings().Limits.HU; r == nil || r.Min != -829 || b.k.Current() != Picker || len(said) != 1 || said[0] != "tool.not_picked" {
		t.Errorf("clicked, it picked %v and said %q", r, said)
	}
}

func TestClicks(t *testing.T) {
	b := newBench(t, Fill)
	var got []string
	log := func(what string) func(Click) {
		return func(c Click) { got = append(got, fmt.Sprint(what, c.Voxel, c.Plane, c.Label, c.Erase)) }
	}
	b.play(drag(viewer.Axial, Left, plain, mid)) // nobody there
	b.k.Fill, b.k.Island = log("fill"), log("island")
	b.play(
		drag(viewer.Axial, Left, plain, mid), drag(viewer.Coronal, Right, plain, mid), drag(viewer.Axial, Left, plain, [2]float64{2, 2}),
		func(*viewer.Viewer, *Machine) { b.k.Use(Island) }, drag(viewer.Axial, Left, plain, mid),
		func(v *viewer.Viewer, _ *Machine) { v.SetActiveLabel(mask.LeftLung) }, drag(viewer.Axial, Left, plain, [2]float64{151.5, 151.5}),
	)
	want := "[fill[50 50 25] axial 3 false fill[50 50 24] coronal 3 true island[33 50 25] axial 1 false]"
	if fmt.Sprint(got) != want || fmt.Sprint(b.refused) != "[tool.refused.no_island]" {
		t.Errorf("%v, refused %v", got, b.refused)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		want  string
		setup func(b *bench)
	}{
		{"tool.refused.locked", func(b *bench) { b.Session().SetLocked(mask.Infection, true) }},
		{"tool.refused.no_label", func(b *bench) { b.SetActiveLabel(99) }},
		{"tool.refused.preview", func(b *bench) { b.Session().BeginPreview() }},
		{"tool.refused.not_hu", func(b *bench) {
			b.Session().Volume().Unit = volume.Arbitrary
			b.set(func(s *Settings) { s.Limits.HU = &mask.Range{Max: 1} })(nil, nil)
		}},
		{"tool.refused.loading", func(b *bench) { b.Session().Begin(app.SeriesInfo{}, b.Session().Volume()) }},
	} {
		for _, n := range []Name{Brush, Smart, Lasso, Polygon, Scissors, Fill} {
			b := newBench(t, n)
			b.k.Fill = func(Click) { t.Errorf("%s: filled", c.want) }
			c.setup(b)
			before := b.Session().Mask().Snapshot()
			b.play(drag(viewer.Axial, Left, plain, mid, [2]float64{231, 151}, [2]float64{231, 181}))
			if !b.Session().Mask().Equal(before) || b.Session().Painting() || len(b.refused) == 0 || b.refused[0] != c.want {
				t.Errorf("%s with %s: refused %v", c.want, n, b.refused)
			}
		}
	}
}

func TestKit_Keys(t *testing.T) {
	b := newBench(t, NoTool)
	d := NewDispatcher(b.Viewer)
	if d.Key(key("B")) {
		t.Error("B is done by nobody")
	}
	b.k.Connect(d)
	for _, binding := range ToolBindings() {
		if !d.Do(binding.Action) {
			t.Errorf("nothing carries out %s", binding.Action)
		}
	}
	en := text.English()
	for _, n := range Names() {
		b.k.Use(n)
		if b.k.Current() != n || !strings.HasSuffix(n.Hint().String(), ".") || en.Format(n.Title()) == "tool.name."+string(n) {
			t.Errorf("%s: %s, %s", n, n.Title(), n.Hint())
		}
	}
	b.k.Use("no such tool")
	b.k.Use(Brush)
	b.k.Use(Eraser)
	for _, want := range []Name{Brush, Eraser, Brush} {
		d.Key(key("Space"))
		if b.k.Current() != want {
			t.Errorf("Space leads to %q, want %q", b.k.Current(), want)
		}
	}
	if !b.k.Escape() || b.k.Current() != NoTool || b.k.Escape() {
		t.Error("Escape leaves the tool, once")
	}
	if d.Key(key("Space")); b.k.Current() != Brush {
		t.Error("Space goes back to the tool that was left")
	}
}

func TestKit_Size(t *testing.T) {
	b := newBench(t, Brush)
	size := func() float64 { return b.k.Settings().RadiusMM }
	b.play(does(Wheel, viewer.Axial, NoButton, 200, 150, turned(1), with(Shift)))
	if size() != 5.8 || b.Cursor() != [3]int{50, 50, 25} {
		t.Errorf("a notch makes 5 mm %g", size())
	}
	b.k.Resize(-1)
	if size() != 5 {
		t.Errorf("and back %g", size())
	}
	b.k.Resize(-1e6)
	if size() != 0 {
		t.Errorf("the smallest is %g", size())
	}
	for last := size(); size() < b.k.MostRadiusMM(); last = size() {
		if b.k.Resize(1); size() <= last {
			t.Fatalf("%g stays", last)
		}
	}
	for last := size(); size() > 0; last = size() {
		if b.k.Resize(-0.01); size() >= last {
			t.Fatalf("%g stays", last)
		}
	}
	b.k.SetSettings(Settings{RadiusMM: math.NaN(), Sensitivity: math.Inf(1), ToleranceHU: -5, CutSlices: -9})
	if got, want := b.k.Settings(), (Settings{Sensitivity: 1, CutSlices: WholeStack}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	b.k.Use(NoTool)
	b.play(does(Wheel, viewer.Axial, NoButton, 200, 150, turned(1), with(Shift)))
	if size() != 0 {
		t.Error("the wheel changes the size of no tool")
	}
}

func TestKit_Ring(t *testing.T) {
	b := newBench(t, Brush)
	told := 0
	b.k.Changed.Connect(func(struct{}) { told++ })
	b.play(does(Move, viewer.Axial, NoButton, mid[0]+9, mid[1], with(Ctrl))) // 3 mm beside the cursor
	r := b.k.Marks().Ring
	if r == nil || told != 1 || !r.Erase || math.Abs(r.Center[0]-53) > 1e-9 || r.RadiusMM != [3]float64{5, -1, -1} {
		t.Fatalf("told %d times of %+v", told, r)
	}
	b.set(func(s *Settings) { s.Solid = true })(nil, nil)
	if r = b.k.Marks().Ring; math.Abs(r.RadiusMM[viewer.Coronal]-5) > 1e-9 || math.Abs(r.RadiusMM[viewer.Sagittal]-4) > 1e-9 {
		t.Errorf("a ball is cut to %v", r.RadiusMM)
	}
	b.Step(viewer.Axial, 2)
	if r = b.k.Marks().Ring; r.Center[2] != 27 || r.RadiusMM[viewer.Axial] != 5 {
		t.Errorf("after turning two pages it is %+v", r)
	}
	b.k.Leave()
	if m := b.k.Marks(); m.Ring != nil {
		t.Errorf("with the pointer elsewhere: %+v", m)
	}
	b.k.Use(NoTool)
	b.play(does(Move, viewer.Axial, NoButton, mid[0], mid[1]))
	if m := b.k.Marks(); m != (Marks{}) {
		t.Errorf("without a tool: %+v", m)
	}
}

// The ring looks as what the next press does as soon as a button is let go.
func TestKit_RingAfterTheRightButton(t *testing.T) {
	b := newBench(t, Brush)
	b.play(does(Press, viewer.Axial, Right, mid[0], mid[1]))
	if r := b.k.Marks().Ring; !r.Erase {
		t.Error("the right button erases, the ring says not")
	}
	b.play(does(Release, viewer.Axial, Right, mid[0], mid[1]))
	if r := b.k.Marks().Ring; r.Erase {
		t.Error("the ring still erases after the right button")
	}
	b.play(does(Press, viewer.Axial, Right, mid[0], mid[1]), does(Abort, viewer.Axial, NoButton, 0, 0), does(Release, viewer.Axial, Right, mid[0], mid[1]))
	if r := b.k.Marks().Ring; r.Erase {
		t.Error("the ring still erases after a stroke that was taken back")
	}
}

// Points are taken back one by one, until there is nothing to take back.
func TestKit_Back(t *testing.T) {
	b := newBench(t, Polygon)
	b.play(drag(viewer.Axial, Left, plain, mid), drag(viewer.Axial, Left, plain, [2]float64{231.5, 151.5}))
	for n, want := range []bool{true, true, false} {
		if was := b.k.Drawing(); was != want {
			t.Errorf("before %d: drawing is %v", n, was)
		}
		if got := b.k.Back(); got != want {
			t.Errorf("%d: Back says %v", n, got)
		}
	}
	b.k.Use(Brush)
	if b.k.Back() || b.k.Drawing() {
		t.Error("a brush has no points")
	}
}

func TestPolygon_Marks(t *testing.T) {
	b := newBench(t, Polygon)
	b.play(drag(viewer.Axial, Left, plain, mid), drag(viewer.Axial, Left, plain, [2]float64{231.5, 151.5}), does(Move, viewer.Axial, NoButton, 231.5, 181.5))
	o := b.k.Marks().Outline
	if o == nil || o.Slice != 25 || !o.Handles || fmt.Sprintf("%.3f %.3f %d", o.Points, *o.Next, o.Held) != "[[50.000 50.000] [60.000 50.000]] [60.000 60.000] -1" {
		t.Fatalf("outline %+v", o)
	}
	b.play(does(Move, viewer.Coronal, NoButton, 231.5, 181.5))
	if o = b.k.Marks().Outline; o.Next != nil {
		t.Error("the next point is on another plane")
	}
	b.play(drag(viewer.Coronal, Left, plain, mid))
	if fmt.Sprint(b.refused) != "[tool.refused.outline_elsewhere]" || len(b.k.Marks().Outline.Points) != 2 {
		t.Errorf("a point on another plane: %v", b.refused)
	}
}

// A study that is opened under the pen is not painted on, and what was painted
// stays with the one before.
func TestKit_AnotherStudyUnderThePen(t *testing.T) {
	for _, n := range Names() {
		b := newBench(t, n)
		b.play(does(Press, viewer.Axial, Left, mid[0], mid[1]), does(Move, viewer.Axial, Left, 250, 151), does(Move, viewer.Axial, Left, 250, 181))
		vol := *b.Session().Volume()
		b.Session().Close()
		b.m.Handle(Event{Kind: Move, Button: Left, Voxel: volume.Vec{60, 50, 25}, Pane: mid, Size: [2]float64{400, 300}})
		b.Session().Complete(app.SeriesInfo{}, &vol)
		b.play(does(Move, viewer.Axial, Left, 200, 100), does(Release, viewer.Axial, Left, 200, 100))
		if !b.Session().Mask().Empty() || b.Session().Painting() || b.k.Marks().Outline != nil {
			t.Errorf("%s: painted on another study", n)
		}
	}
}

func TestKit_LimitsCaption(t *testing.T) {
	b := newBench(t, Brush)
	for _, c := range []struct {
		lim  mask.Limits
		want string
	}{
		{mask.Limits{}, "[]"},
		{mask.Limits{HU: &mask.Range{Min: -700, Max: -300}, Inside: mask.LeftLung}, "[−700 to −300 HU inside left lung]"},
		{mask.Limits{Over: mask.OverNothing}, "[over no finding]"},
		{mask.Limits{Over: mask.OverVisible, Inside: 88}, "[inside a label that is gone over visible findings]"},
		{mask.Limits{Over: mask.OverLabel, OverLabel: mask.Infection}, "[over infection]"},
	} {
		b.set(func(s *Settings) { s.Limits = c.lim })(nil, nil)
		if got := fmt.Sprint(b.k.LimitsCaption()); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestKit_UnderWay(t *testing.T) {
	b := newBench(t, Brush)
	if _, ok := b.k.UnderWay(); ok {
		t.Error("a stroke before the press")
	}
	before := b.Session().Mask().Snapshot()
	b.play(does(Press, viewer.Axial, Left, mid[0], mid[1]), does(Move, viewer.Axial, Left, 231.5, 151.5))
	step, ok := b.k.UnderWay()
	before.Apply(step.Delta)
	if !ok || step.Delta.Empty() || !before.Equal(b.Session().Mask()) {
		t.Error("what is under way does not lead to the mask")
	}
	b.play(does(Release, viewer.Axial, Left, 231.5, 151.5))
	if _, ok := b.k.UnderWay(); ok || b.done() != "Paint infection +191" {
		t.Errorf("after it: %v, %s", ok, b.done())
	}
}
