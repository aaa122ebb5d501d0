package sliceview

import (
	"math"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// newToolBench is a bench with painting tools.
func newToolBench(t *testing.T, on tool.Name) (*bench, *tool.Kit) {
	t.Helper()
	s := app.NewSession()
	v := viewer.New(s)
	m := tool.NewMachine(v)
	k := tool.NewKit(v, m)
	b := newBenchOf(t, s, v, Options{Machine: m, Kit: k})
	b.open()
	k.Use(on)
	return b, k
}

func TestMarks_RingHasItsTrueSize(t *testing.T) {
	b, k := newToolBench(t, tool.Brush)
	s := k.Settings()
	s.RadiusMM = 12
	k.SetSettings(s)
	for _, c := range []struct {
		plane   viewer.Plane
		i, j, k float64
	}{{viewer.Axial, 30, 40, 25}, {viewer.Coronal, 30, 40, 20}, {viewer.Sagittal, 50, 30, 20}} {
		at := b.at(c.plane, c.i, c.j, c.k)
		b.grid.MouseMoved(mouse(at, 0, 0))
		p := b.grid.panes[c.plane]
		ring, r := p.marks.circles[1], p.pictureRect()
		middle := r.Pos.Add(ring.Position()).AddXY(ring.Size().Width/2, ring.Size().Height/2)
		if !ring.Visible() || abs(middle.X-at.X) > 0.1 || abs(middle.Y-at.Y) > 0.1 {
			t.Errorf("%s: the ring is at %v, the pointer at %v", c.plane, middle, at)
		}
		if want := 2*12*p.transform().PxPerMM + markPx; math.Abs(float64(ring.Size().Width)-want) > 0.1 || ring.Size().Height != ring.Size().Width {
			t.Errorf("%s: the ring is %v, want %.1f wide", c.plane, ring.Size(), want)
		}
		for other, p := range b.grid.panes {
			if viewer.Plane(other) != c.plane && p.marks.circles[1].Visible() {
				t.Errorf("%s: a disc shows in pane %d too", c.plane, other)
			}
		}
	}
	b.grid.MouseOut()
	if b.grid.panes[viewer.Sagittal].marks.circles[1].Visible() {
		t.Error("the ring stays when the pointer has gone")
	}
}

// Following the pointer paints lines alone; a stroke paints the part it touched.
func TestMarks_RepaintNoPicture(t *testing.T) {
	b, _ := newToolBench(t, tool.Brush)
	p := b.grid.panes[viewer.Axial]
	b.paint(viewer.Axial)
	b.grid.MouseMoved(mouse(b.at(viewer.Axial, 50, 40, 25), 0, 0))
	if p.baseStale || p.overStale || !p.dirty.Empty() {
		t.Errorf("a move: base %v, overlay %v, part %v", p.baseStale, p.overStale, p.dirty)
	}
	b.down(b.at(viewer.Axial, 50, 40, 25), desktop.MouseButtonPrimary)
	if p.baseStale || p.overStale || p.dirty.Empty() {
		t.Errorf("a stroke: base %v, overlay %v, part %v", p.baseStale, p.overStale, p.dirty)
	}
	if size := p.dirty.Max[0] - p.dirty.Min[0]; size < 10 || size > 11 {
		t.Errorf("the part is %d voxels wide, the ring 10", size)
	}
}

func TestMarks_OutlineOfAPolygon(t *testing.T) {
	b, _ := newToolBench(t, tool.Polygon)
	for _, q := range [][2]float64{{30, 30}, {60, 30}, {60, 50}} {
		b.down(b.at(viewer.Axial, q[0], q[1], 25), desktop.MouseButtonPrimary)
		b.grid.MouseUp(mouse(b.at(viewer.Axial, q[0], q[1], 25), desktop.MouseButtonPrimary, 0))
	}
	m := &b.grid.panes[viewer.Axial].marks
	handles := 0
	for _, h := range m.handles {
		if h.Visible() {
			handles++
		}
	}
	if handles != 3 {
		t.Errorf("%d points are drawn, want 3", handles)
	}
	b.v.Step(viewer.Axial, 1)
	for _, h := range m.handles {
		if h.Visible() {
			t.Fatal("the outline shows on another slice")
		}
	}
}

func TestMarks_LimitsAreSaidBesideThePointer(t *testing.T) {
	b, k := newToolBench(t, tool.Brush)
	b.grid.MouseMoved(mouse(b.at(viewer.Axial, 50, 40, 25), 0, 0))
	said := b.grid.panes[viewer.Axial].marks.limits
	if said.text.Visible() {
		t.Errorf("%q is said with no limits", said.text.Text)
	}
	s := k.Settings()
	s.Limits.Inside = mask.LeftLung
	k.SetSettings(s)
	if !said.text.Visible() || said.text.Text != "inside left lung" {
		t.Errorf("limits are said as %q, visible %v", said.text.Text, said.text.Visible())
	}
}

// BenchmarkBrushMove is a move of a brush of 10 mm on a whole chest, until what
// three panes of a full screen show is ready.
func BenchmarkBrushMove(b *testing.B) {
	test.NewTempApp(b)
	s := app.NewSession()
	v := viewer.New(s)
	m := tool.NewMachine(v)
	k := tool.NewKit(v, m)
	g := NewGrid(v, Options{Machine: m, Kit: k})
	w := test.NewTempWindow(b, g)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1600, 1000))
	vol := &volume.Volume{Geometry: volume.Geometry{Size: volume.Size{512, 512, 300}}, Unit: volume.HU}
	vol.Affine[0][0], vol.Affine[1][1], vol.Affine[2][2] = 0.7, 0.7, 1.2
	vol.Int16 = make([]int16, vol.Size.Voxels())
	s.Complete(app.SeriesInfo{}, vol)
	k.Use(tool.Brush)
	settings := k.Settings()
	settings.RadiusMM = 10
	k.SetSettings(settings)
	draw := func() {
		for _, p := range g.panes {
			size := p.overlay.Size()
			if p.overStale || !p.dirty.Empty() {
				p.drawOverlay(int(size.Width), int(size.Height))
			}
		}
	}
	r, _ := g.PictureRect(viewer.Axial)
	middle := r.Pos.AddXY(r.Size.Width/2, r.Size.Height/2)
	g.MouseDown(mouse(middle, desktop.MouseButtonPrimary, 0))
	draw()
	var took []time.Duration
	b.ResetTimer()
	for n := range b.N {
		if n%60 == 59 { // round once: what is painted already would cost nothing
			b.StopTimer()
			g.MouseUp(mouse(middle, desktop.MouseButtonPrimary, 0))
			if _, err := s.Undo(); err != nil {
				b.Fatal(err)
			}
			g.MouseDown(mouse(middle, desktop.MouseButtonPrimary, 0))
			draw()
			b.StartTimer()
		}
		turn := float64(n) / 10
		at := middle.AddXY(float32(200*math.Cos(turn)), float32(200*math.Sin(turn)))
		start := time.Now()
		g.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: at}})
		draw()
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}
