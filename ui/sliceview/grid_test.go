package sliceview

import (
	"image"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
)

// bench is a grid in a window of the test driver, with hands.
type bench struct {
	*testing.T
	grid *Grid
	v    *viewer.Viewer
	s    *app.Session
	now  time.Time
}

func newBench(t *testing.T, opts Options) *bench {
	t.Helper()
	s := app.NewSession()
	return newBenchOf(t, s, viewer.New(s), opts)
}

func newBenchOf(t *testing.T, s *app.Session, v *viewer.Viewer, opts Options) *bench {
	t.Helper()
	test.NewTempApp(t)
	b := &bench{T: t, s: s, v: v, now: time.Unix(1000, 0)}
	opts.Now = func() time.Time { return b.now }
	b.grid = NewGrid(b.v, opts)
	w := test.NewTempWindow(t, b.grid)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(600, 400))
	return b
}

// open opens a volume of 100x80x50 voxels whose value is 10 times its slice.
func (b *bench) open() *volume.Volume {
	v := &volume.Volume{Geometry: volume.Geometry{Size: volume.Size{100, 80, 50}}, Unit: volume.HU}
	v.Affine[0][0], v.Affine[1][1], v.Affine[2][2] = 1, 1, 2
	v.Int16 = make([]int16, v.Size.Voxels())
	for o := range v.Int16 {
		v.Int16[o] = int16(10 * (o / 8000))
	}
	b.s.Complete(app.SeriesInfo{}, v)
	return v
}

// at is the grid position of a voxel on a plane.
func (b *bench) at(p viewer.Plane, i, j, k float64) fyne.Position {
	b.Helper()
	r, ok := b.grid.PictureRect(p)
	if !ok {
		b.Fatalf("%s is not shown", p)
	}
	x, y := b.grid.panes[p].transform().Pane(volume.Vec{i, j, k})
	return r.Pos.AddXY(float32(x), float32(y))
}

func mouse(pos fyne.Position, button desktop.MouseButton, m fyne.KeyModifier) *desktop.MouseEvent {
	return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: pos}, Button: button, Modifier: m}
}

func (b *bench) down(pos fyne.Position, button desktop.MouseButton) {
	b.now = b.now.Add(time.Second)
	b.grid.MouseDown(mouse(pos, button, 0))
}

func (b *bench) drag(pos fyne.Position) {
	b.grid.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: pos}})
}

func (b *bench) cursorIs(want [3]int) {
	b.Helper()
	if got := b.v.Cursor(); got != want {
		b.Errorf("cursor is %v, want %v", got, want)
	}
}

func TestGrid_LayoutsFillTheWindow(t *testing.T) {
	fourth := canvas.NewRectangle(nil)
	b := newBench(t, Options{Fourth: fourth})
	b.open()
	for _, c := range []struct {
		arrangement viewer.Arrangement
		panes       int
		fourth      bool
	}{{viewer.LargeAxial, 3, false}, {viewer.FourEqual, 3, true}, {viewer.OnePane, 1, false}} {
		b.v.SetArrangement(c.arrangement)
		shown, area := 0, float32(0)
		for p := range viewer.Plane(viewer.Planes) {
			r, ok := b.grid.PaneRect(p)
			if ok != b.grid.panes[p].root.Visible() {
				t.Errorf("%v: %s has a place and is not seen, or the other way round", c.arrangement, p)
			}
			if ok {
				shown++
				area += r.Size.Width * r.Size.Height
				if got, ok := b.grid.PaneAt(r.Pos.AddXY(5, 5)); !ok || got != p {
					t.Errorf("PaneAt in %s is %s", p, got)
				}
			}
		}
		if shown != c.panes || fourth.Visible() != c.fourth {
			t.Errorf("%v: %d panes, fourth %v", c.arrangement, shown, fourth.Visible())
		}
		if c.fourth {
			area += fourth.Size().Width * fourth.Size().Height
		}
		if area < 0.96*600*400 {
			t.Errorf("%v: panes cover %g of %d", c.arrangement, area, 600*400)
		}
	}
}

func TestGrid_CrosshairDrag(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	b.down(b.at(viewer.Axial, 20, 30, 25), desktop.MouseButtonPrimary)
	b.cursorIs([3]int{20, 30, 25})
	b.drag(b.at(viewer.Axial, 60, 50, 25))
	b.cursorIs([3]int{60, 50, 25})
	b.drag(fyne.NewPos(-400, 9000)) // captured beyond the window
	b.cursorIs([3]int{0, 79, 25})
	b.grid.DragEnd()
	b.grid.MouseUp(mouse(fyne.NewPos(1, 1), desktop.MouseButtonPrimary, 0))
	b.drag(b.at(viewer.Axial, 60, 50, 25)) // a second button's end restarts the drag without a press
	b.cursorIs([3]int{0, 79, 25})
}

func TestGrid_DragStaysInThePaneItBeganIn(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	b.down(b.at(viewer.Axial, 20, 30, 25), desktop.MouseButtonPrimary)
	b.drag(b.at(viewer.Coronal, 50, 30, 10))
	if b.v.Cursor()[2] != 25 || b.v.Active() != viewer.Axial {
		t.Errorf("the drag went on in another pane: %v, %s", b.v.Cursor(), b.v.Active())
	}
}

func TestGrid_RightDragAcrossPanesZoomsTheFirst(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	start := b.at(viewer.Sagittal, 50, 40, 25)
	b.down(start, desktop.MouseButtonSecondary)
	b.grid.MouseMoved(mouse(start.SubtractXY(300, 75), desktop.MouseButtonSecondary, 0)) // over the axial pane
	if z := b.v.Camera(viewer.Sagittal).Zoom; z < 1.3 || b.v.Camera(viewer.Axial).Zoom != 1 {
		t.Errorf("zooms are %g and %g", z, b.v.Camera(viewer.Axial).Zoom)
	}
	b.grid.MouseMoved(mouse(start, 0, 0)) // released outside the window
	z := b.v.Camera(viewer.Sagittal).Zoom
	b.grid.MouseMoved(mouse(start.SubtractXY(0, 50), desktop.MouseButtonSecondary, 0))
	if b.v.Camera(viewer.Sagittal).Zoom != z {
		t.Error("the drag went on after its end")
	}
}

func TestGrid_FocusLossEndsTheDrag(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	b.down(b.at(viewer.Axial, 20, 30, 25), desktop.MouseButtonPrimary)
	b.grid.FocusLost()
	b.drag(b.at(viewer.Axial, 60, 50, 25))
	b.cursorIs([3]int{20, 30, 25})
}

// Two fingers that drift sideways turn no page.
func TestGrid_SidewaysTurnsNoPage(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	sideways := func(dx float32) {
		b.grid.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: b.at(viewer.Axial, 50, 40, 25)}, Scrolled: fyne.NewDelta(dx, 0)})
	}
	sideways(100)
	b.cursorIs([3]int{50, 40, 25})
}

func TestGrid_WheelTurnsThePaneUnderIt(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	scroll := func(p viewer.Plane, dy float32) {
		b.grid.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: b.at(p, 50, 40, 25)}, Scrolled: fyne.NewDelta(0, dy)})
	}
	scroll(viewer.Axial, 25)
	b.cursorIs([3]int{50, 40, 26})
	scroll(viewer.Sagittal, -50)
	b.cursorIs([3]int{48, 40, 26})
	scroll(viewer.Axial, 10)
	scroll(viewer.Axial, 10)
	b.cursorIs([3]int{48, 40, 26})
	scroll(viewer.Axial, 10)
	b.cursorIs([3]int{48, 40, 27})
	b.grid.KeyDown(&fyne.KeyEvent{Name: desktop.KeyControlLeft})
	scroll(viewer.Axial, 150)
	b.cursorIs([3]int{48, 40, 27})
	if z := b.v.Camera(viewer.Axial).Zoom; z != 2 {
		t.Errorf("zoom is %g", z)
	}
}

func TestGrid_WindowWithW(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	before := b.v.Window()
	b.grid.KeyDown(&fyne.KeyEvent{Name: fyne.KeyW})
	pos := b.at(viewer.Axial, 50, 40, 25)
	b.down(pos, desktop.MouseButtonPrimary)
	b.drag(pos.AddXY(40, -20))
	if w := b.v.Window(); w.Width <= before.Width || w.Center >= before.Center {
		t.Errorf("%v became %v: right is wider, up is brighter", before, w)
	}
	b.grid.KeyUp(&fyne.KeyEvent{Name: fyne.KeyW})
	b.cursorIs([3]int{50, 40, 25})
}

func TestGrid_DoubleClickMaximises(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	pos := b.at(viewer.Coronal, 50, 40, 25)
	click := func() {
		b.grid.MouseDown(mouse(pos, desktop.MouseButtonPrimary, 0))
		b.grid.MouseUp(mouse(pos, desktop.MouseButtonPrimary, 0))
	}
	click()
	b.now = b.now.Add(200 * time.Millisecond)
	click()
	if b.v.Arrangement() != viewer.OnePane || b.v.Active() != viewer.Coronal {
		t.Errorf("arrangement %v, active %s", b.v.Arrangement(), b.v.Active())
	}
	b.now = b.now.Add(2 * time.Second)
	click()
	if b.v.Arrangement() != viewer.OnePane {
		t.Error("a single click restored the panes")
	}
}

func TestGrid_SliderAndSplitter(t *testing.T) {
	var told [2]float64
	b := newBench(t, Options{OnSplits: func(s [2]float64) { told = s }})
	b.open()
	r, _ := b.grid.SliderRect(viewer.Coronal)
	b.down(r.Pos.AddXY(1, r.Size.Height/2), desktop.MouseButtonPrimary)
	b.cursorIs([3]int{50, 79, 25}) // the back is slice 1
	b.drag(r.Pos.AddXY(r.Size.Width+500, 0))
	b.cursorIs([3]int{50, 0, 25})
	b.grid.DragEnd()

	s := b.grid.Rects()["splitter.upright"]
	b.down(s.Pos.AddXY(s.Size.Width/2, 30), desktop.MouseButtonPrimary)
	b.drag(fyne.NewPos(300, 30))
	b.grid.DragEnd()
	if told != [2]float64{0.5, 0.5} {
		t.Errorf("splits %v", told)
	}
	if pane, _ := b.grid.PaneRect(viewer.Axial); pane.Size.Width < 295 || pane.Size.Width > 301 {
		t.Errorf("axial pane is %v", pane)
	}
	b.cursorIs([3]int{50, 0, 25})
}

func TestGrid_Keys(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	b.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	b.cursorIs([3]int{50, 40, 26})
	b.grid.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	b.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown})
	b.cursorIs([3]int{50, 40, 16})
	b.grid.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	b.grid.TypedKey(&fyne.KeyEvent{Name: fyne.Key1})
	if b.v.Window() != viewer.Presets[0].Window {
		t.Errorf("window %v", b.v.Window())
	}
}

func TestGrid_EscapeTakesTheGestureBack(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	b.down(b.at(viewer.Axial, 20, 30, 25), desktop.MouseButtonPrimary)
	b.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.cursorIs([3]int{50, 40, 25})
	b.drag(b.at(viewer.Axial, 60, 50, 25))
	b.cursorIs([3]int{50, 40, 25})
}

func TestGrid_CaptionsSayWhatIsThere(t *testing.T) {
	b := newBench(t, Options{})
	v := b.open()
	d := &b.grid.panes[viewer.Axial].decor
	b.grid.MouseIn(mouse(b.at(viewer.Axial, 20, 30, 25), 0, 0))
	en := text.English()
	for _, c := range []struct {
		name string
		k    *caption
		want string
	}{
		{"slice", d.slice, "26/50, S\u200950.0\u2009mm"},
		{"value", d.value, "250\u2009HU   ax 26  cor 50  sag 21"},
		{"place", d.place, "L\u200920.0  P\u200930.0  S\u200950.0\u2009mm"},
		{"left edge", d.edges[0], "R"},
		{"identity", d.identity[0], en.T("viewer.no_identity")},
		{"window", d.window, viewer.WindowCaption(en, b.v.Window())},
	} {
		if !c.k.text.Visible() || c.k.text.Text != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.k.text.Text, c.want)
		}
	}
	if d.research.text.Visible() {
		t.Error("research use is named where no model has run")
	}
	b.v.SetIdentity(false)
	if d.identity[0].text.Visible() {
		t.Error("identity is shown in a demonstration")
	}
	b.grid.MouseOut()
	if d.value.text.Visible() {
		t.Error("a value without a pointer")
	}
	b.s.BeginPreview()
	if !d.research.text.Visible() {
		t.Error("a model's preview without the words research use only")
	}
	b.s.EndPreview()
	v.Warnings = []volume.Warning{{Kind: volume.WarnOrientation}}
	b.s.WarningsChanged.Emit(struct{}{})
	if d.edges[0].text.Text != "R?" {
		t.Errorf("left edge %q where the sides are not known", d.edges[0].text.Text)
	}
	b.s.Close()
	if d.slice.text.Visible() || !d.title.text.Visible() {
		t.Error("an empty pane shows its name and nothing else")
	}
}

// paint draws what Fyne would in the next frame and tells which pictures changed.
func (b *bench) paint(p viewer.Plane) (base, over image.Image) {
	pane := b.grid.panes[p]
	size := pane.overlay.Size()
	return pane.drawBase(0, 0), pane.drawOverlay(int(size.Width), int(size.Height))
}

func TestGrid_RepaintsOnlyWhatChanged(t *testing.T) {
	b := newBench(t, Options{})
	v := b.open()
	pane := b.grid.panes[viewer.Axial]
	b.paint(viewer.Axial)
	for _, c := range []struct {
		name       string
		do         func()
		base, over bool // stale afterwards
		part       bool
	}{
		{"the cursor in the slice", func() { b.v.SetCursor([3]int{10, 10, 25}) }, false, false, false},
		{"another slice", func() { b.v.Step(viewer.Axial, 1) }, true, true, false},
		{"the window", func() { b.v.ApplyPreset(0) }, true, false, false},
		{"the opacity", func() { o := b.v.Overlay(); o.Opacity = 0.7; b.v.SetOverlay(o) }, false, true, false},
		{"zoom", func() { b.v.SetCamera(viewer.Axial, viewer.Camera{Zoom: 2}) }, false, true, false},
		{"zoom of another pane", func() { b.v.SetCamera(viewer.Coronal, viewer.Camera{Zoom: 2}) }, false, false, false},
		{"labels in the slice", func() { b.label(v, 26) }, false, false, true},
		{"labels in another slice", func() { b.label(v, 3) }, false, false, false},
	} {
		c.do()
		if pane.baseStale != c.base || pane.overStale != c.over || !pane.dirty.Empty() != c.part {
			t.Errorf("%s: base %v, overlay %v, part %v", c.name, pane.baseStale, pane.overStale, !pane.dirty.Empty())
		}
		b.paint(viewer.Axial)
		if pane.baseStale || pane.overStale || !pane.dirty.Empty() {
			t.Errorf("%s: still stale after painting", c.name)
		}
	}
}

// label paints a box of slice k as one step.
func (b *bench) label(v *volume.Volume, k int) {
	to := b.s.Mask().Snapshot()
	s := make([]uint8, v.Size[0]*v.Size[1])
	for j := 30; j < 50; j++ {
		for i := 40; i < 60; i++ {
			s[i+v.Size[0]*j] = mask.LeftLung
		}
	}
	to.SetSlice(mask.Anatomy, k, s)
	b.s.SetMask(text.M("test"), to, nil)
}

func TestGrid_LabelsAppearWhereTheyAre(t *testing.T) {
	b := newBench(t, Options{})
	v := b.open()
	b.paint(viewer.Axial)
	b.label(v, 25)
	_, over := b.paint(viewer.Axial)
	r, _ := b.grid.PictureRect(viewer.Axial)
	in, out := r.within(b.at(viewer.Axial, 50, 40, 25)), r.within(b.at(viewer.Axial, 20, 40, 25))
	if _, _, _, a := over.At(int(in.X), int(in.Y)).RGBA(); a == 0 {
		t.Error("a label is not drawn")
	}
	if _, _, _, a := over.At(int(out.X), int(out.Y)).RGBA(); a != 0 {
		t.Error("a label is drawn where there is none")
	}
	b.s.Undo()
	_, over = b.paint(viewer.Axial)
	if _, _, _, a := over.At(int(in.X), int(in.Y)).RGBA(); a != 0 {
		t.Error("an undone label is still drawn")
	}
}

func TestGrid_CloseStopsFollowing(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	b.paint(viewer.Axial)
	b.grid.Close()
	b.v.Step(viewer.Axial, 1)
	if b.grid.panes[viewer.Axial].baseStale {
		t.Error("a closed grid follows its viewer")
	}
}

func TestGrid_CaptureShowsThePanes(t *testing.T) {
	b := newBench(t, Options{})
	b.open()
	b.v.SetWindow(volume.Window{Center: 300, Width: 400})
	c := b.grid.canvas()
	c.(software.WindowlessCanvas).SetScale(1.5)
	m := c.Capture()
	r, _ := b.grid.PictureRect(viewer.Axial)
	x, y := int(1.5*(r.Pos.X+r.Size.Width/2+20)), int(1.5*(r.Pos.Y+r.Size.Height/2+20))
	got, _, _, _ := m.At(x, y).RGBA()
	v := b.v.Window()
	if want := grey(v, 250); int(got>>8)-want > 3 || want-int(got>>8) > 3 {
		t.Errorf("the middle of the axial pane is %d, want %d", got>>8, want)
	}
}

func grey(w volume.Window, value float64) int {
	return int((value-(w.Center-0.5))/(w.Width-1)*255 + 127.5)
}

func TestGrid_LongNamesLeaveTheZoomItsPlace(t *testing.T) {
	b := newBench(t, Options{})
	vol := b.open()
	vol.Identity = volume.Identity{
		PatientName:       "Featherstonehaugh-Cholmondeley^Wilhelmina Alexandrina Bartholomea^^Dr",
		SeriesDescription: "Chest without contrast, full inspiration, lung kernel, thin slices, repeated",
	}
	for _, size := range []fyne.Size{{Width: 1600, Height: 900}, {Width: 700, Height: 500}, {Width: 420, Height: 300}} {
		b.grid.Resize(size)
		b.v.SetSmooth(!b.v.Smooth()) // so that all is written again
		p := b.grid.panes[viewer.Axial]
		end := p.pictureRect().Pos.X + p.pictureRect().Size.Width
		for i, line := range p.decor.identity {
			if !line.text.Visible() {
				continue
			}
			right := line.text.Position().X + line.text.MinSize().Width
			if zoom := p.decor.zoom.text; i == 0 && right >= zoom.Position().X || right > end {
				t.Errorf("%v: %q ends at %g, the pane at %g, the zoom begins at %g", size, line.text.Text, right, end, zoom.Position().X)
			}
		}
		if !strings.HasPrefix(p.decor.identity[0].text.Text, "Feath") {
			t.Errorf("%v: the name became %q", size, p.decor.identity[0].text.Text)
		}
	}
}

// Letters at the edges keep their place in small panes: other words give way.
func TestGrid_NothingCoversTheLetters(t *testing.T) {
	sizes := []fyne.Size{{Width: 420, Height: 300}, {Width: 600, Height: 400}, {Width: 660, Height: 560}, {Width: 1200, Height: 900}}
	for height := float32(300); height < 700; height += 20 {
		sizes = append(sizes, fyne.NewSize(600, height), fyne.NewSize(420, height))
	}
	for n, size := range sizes {
		b := newBench(t, Options{})
		v := b.open()
		if n%2 == 0 {
			b.s.BeginPreview() // what is said of a model's result moves the scale bar
		}
		v.Identity = volume.Identity{PatientName: "Doe^Jane", PatientID: "123456789012", BirthDate: "19500101", StudyDate: "20200314", StudyDescription: "Chest without contrast", SeriesNumber: "4", SeriesDescription: "Lung 1 mm axial reconstruction", Kernel: "B70f"}
		b.grid.Resize(size)
		for p := range b.grid.panes {
			pane := b.grid.panes[p]
			if pane.area.Empty() {
				continue
			}
			middle := pane.pictureRect()
			b.grid.MouseIn(mouse(middle.Pos.AddXY(middle.Size.Width/2, middle.Size.Height/2), 0, 0))
			pane.decorate()
			d := &pane.decor
			letters := map[*caption]bool{}
			for _, k := range d.edges {
				letters[k] = true
			}
			for _, k := range d.captions() {
				if letters[k] || !k.text.Visible() || k.text.Text == "" {
					continue
				}
				for _, l := range d.edges {
					if covers(k.ground, l.ground) {
						t.Errorf("%v, pane %d: %q covers the letter %s", size, p, k.text.Text, l.text.Text)
					}
				}
			}
			for _, l := range d.edges {
				if d.barBack.Visible() && covers(d.barBack, l.ground) {
					t.Errorf("%v, pane %d: the scale bar covers the letter %s", size, p, l.text.Text)
				}
			}
		}
	}
}

// Window and zoom stand at the same height in all panes.
func TestGrid_TheWindowIsWrittenAlike(t *testing.T) {
	for _, size := range []fyne.Size{{Width: 560, Height: 520}, {Width: 1200, Height: 900}} {
		b := newBench(t, Options{})
		b.open()
		b.v.SetWindow(volume.Window{Center: -600, Width: 1500})
		b.grid.Resize(size)
		first := b.grid.panes[0]
		for _, p := range b.grid.panes[1:] {
			below := func(p *pane, k *caption) float32 { return k.ground.Position().Y - p.pictureRect().Pos.Y }
			if got, want := below(p, p.decor.window), below(first, first.decor.window); got != want {
				t.Errorf("%v: the window is %v below the edge, in the first pane %v", size, got, want)
			}
		}
	}
}

// Numbers in the corners are whole or not there: half a number is another one.
func TestGrid_NumbersAreNeverCut(t *testing.T) {
	for _, size := range []fyne.Size{{Width: 640, Height: 570}, {Width: 660, Height: 560}, {Width: 760, Height: 760}, {Width: 1600, Height: 900}} {
		b := newBench(t, Options{})
		v := b.open()
		v.Identity = volume.Identity{PatientName: "Doe^Jane", PatientID: "17"}
		b.v.SetWindow(volume.Window{Center: -600, Width: 1500})
		b.s.BeginPreview()
		b.grid.Resize(size)
		for p := range b.grid.panes {
			d := &b.grid.panes[p].decor
			if d.research.text.Visible() && covers(d.research.ground, d.barBack) {
				t.Errorf("%v, pane %d: %q covers the scale bar", size, p, d.research.text.Text)
			}
			for what, k := range map[string]*caption{"window": d.window, "zoom": d.zoom, "slice": d.slice} {
				if !k.text.Visible() || strings.Contains(k.text.Text, "…") {
					t.Errorf("%v, pane %d: the %s is %q", size, p, what, k.text.Text)
				}
				for _, o := range d.captions() {
					if o != k && o.text.Visible() && o.text.Text != "" && covers(o.ground, k.ground) {
						t.Errorf("%v, pane %d: %q covers %q", size, p, k.text.Text, o.text.Text)
					}
				}
			}
		}
	}
}
