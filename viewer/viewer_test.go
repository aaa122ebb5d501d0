package viewer

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"opacity/app"
	"opacity/app/text"
	"opacity/app/volume"
)

// scanner makes a random acquisition: anisotropic, perhaps tilted, perhaps uneven.
func scanner(r *rand.Rand) volume.Geometry {
	g := volume.Geometry{Size: volume.Size{5 + r.IntN(60), 5 + r.IntN(60), 5 + r.IntN(40)}}
	g.Affine[0][0], g.Affine[1][1], g.Affine[2][2] = 0.4+r.Float64(), 0.4+r.Float64(), 0.5+5*r.Float64()
	for c := range 3 {
		g.Affine[c][3] = 400*r.Float64() - 200
	}
	if r.IntN(2) == 0 {
		g.Affine[1][2] = g.Affine[2][2] * (r.Float64() - 0.5)
	}
	if r.IntN(2) == 0 {
		mm := 0.0
		for range g.Size[2] {
			g.SlicePositionsMM = append(g.SlicePositionsMM, mm)
			mm += g.SliceStepMM() * (0.5 + 2*r.Float64())
		}
	}
	return g
}

// Two voxels of a slice lie as far apart on screen as in the patient.
func TestPaneTransform_TrueMillimetres(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		g := scanner(r)
		p := Plane(r.IntN(Planes))
		tr := PaneTransform(p, g, Camera{CenterMM: [2]float64{9, -4}, Zoom: 0.3 + 5*r.Float64()}, 200+900*r.Float64(), 200+900*r.Float64())
		_, _, n, _ := p.Axes()
		a, b := voxelIn(r, g), voxelIn(r, g)
		b[n] = a[n]
		xa, ya := tr.Pane(a)
		xb, yb := tr.Pane(b)
		pa, pb := g.ToPatient(a), g.ToPatient(b)
		want := math.Sqrt((pa[0]-pb[0])*(pa[0]-pb[0]) + (pa[1]-pb[1])*(pa[1]-pb[1]) + (pa[2]-pb[2])*(pa[2]-pb[2]))
		if got := math.Hypot(xa-xb, ya-yb) / tr.PxPerMM; math.Abs(got-want) > 1e-6*(1+want) {
			t.Fatalf("%s, %+v: %v to %v is %g mm on screen, %g in the patient", p, g, a, b, got, want)
		}
	}
}

func TestPaneTransform_ThereAndBack(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 2000 {
		g := scanner(r)
		p := Plane(r.IntN(Planes))
		tr := PaneTransform(p, g, Camera{Zoom: 0.3 + 5*r.Float64()}, 640, 480)
		_, _, n, _ := p.Axes()
		want := voxelIn(r, g)
		want[n] = math.Floor(want[n])
		x, y := tr.Pane(want)
		got := tr.Voxel(x, y, int(want[n]))
		for c := range 3 {
			if math.Abs(got[c]-want[c]) > 1e-6 {
				t.Fatalf("%s: %v came back as %v", p, want, got)
			}
		}
	}
}

func voxelIn(r *rand.Rand, g volume.Geometry) volume.Vec {
	var v volume.Vec
	for c := range 3 {
		v[c] = r.Float64() * float64(g.Size[c]-1)
	}
	return v
}

func TestPaneTransform_ScreenSides(t *testing.T) {
	g := scanner(rand.New(rand.NewPCG(3, 3)))
	at := func(p Plane, c int, step float64) (dx, dy float64) {
		tr := PaneTransform(p, g, Camera{Zoom: 1}, 500, 500)
		a := volume.Vec{2, 2, 2}
		b := a
		b[c] += step
		x0, y0 := tr.Pane(a)
		x1, y1 := tr.Pane(b)
		return x1 - x0, y1 - y0
	}
	for _, c := range []struct {
		name  string
		plane Plane
		axis  int
		right bool
		down  bool
	}{
		{"axial: left of the patient is to the right", Axial, 0, true, false},
		{"axial: posterior is down", Axial, 1, false, true},
		{"coronal: left of the patient is to the right", Coronal, 0, true, false},
		{"sagittal: posterior is to the right", Sagittal, 1, true, false},
	} {
		dx, dy := at(c.plane, c.axis, 1)
		if c.right && !(dx > 0) || c.down && !(dy > 0) {
			t.Errorf("%s: moved by (%g, %g)", c.name, dx, dy)
		}
	}
	for _, p := range []Plane{Coronal, Sagittal} {
		if _, dy := at(p, 2, 1); !(dy < 0) {
			t.Errorf("%s: superior is not up", p)
		}
	}
}

func TestFrame_GapsOfAnUnevenStack(t *testing.T) {
	g := volume.Geometry{Size: volume.Size{4, 4, 4}, SlicePositionsMM: []float64{0, 2, 8, 10}}
	g.Affine[0][0], g.Affine[1][1], g.Affine[2][2] = 1, 1, 2
	f := NewFrame(Coronal, g)
	for _, c := range []struct {
		mm   float64 // above the lowest slice
		row  int
		seen bool
	}{{0, 0, true}, {0.9, 0, true}, {1.1, 1, true}, {2.9, 1, true}, {5, 0, false}, {7.2, 2, true}, {10.9, 3, true}, {12, 0, false}} {
		row, seen := f.RowAt(5 - c.mm)
		if seen != c.seen || seen && row != c.row {
			t.Errorf("%g mm above the lowest slice: row %d, %v", c.mm, row, seen)
		}
	}
}

func TestZoomAt_KeepsThePointUnderThePointer(t *testing.T) {
	v, g := opened(t)
	before := PaneTransform(Coronal, g, v.Camera(Coronal), 400, 300).Voxel(250, 130, 3)
	v.ZoomAt(Coronal, 2.5, 250, 130, 400, 300)
	after := PaneTransform(Coronal, g, v.Camera(Coronal), 400, 300).Voxel(250, 130, 3)
	for c := range 3 {
		if math.Abs(before[c]-after[c]) > 1e-9 {
			t.Fatalf("%v became %v", before, after)
		}
	}
	if z := v.Camera(Coronal).Zoom; z != 2.5 {
		t.Errorf("zoom is %g", z)
	}
}

func TestPan_NeverLosesThePicture(t *testing.T) {
	v, g := opened(t)
	v.Pan(Axial, 1e6, -1e6, 400, 300)
	w, h := NewFrame(Axial, g).ExtentMM()
	if c := v.Camera(Axial).CenterMM; c != [2]float64{-w / 2, h / 2} {
		t.Errorf("centre is %v", c)
	}
}

func TestToggleMaximised_RestoresTheArrangement(t *testing.T) {
	v, _ := opened(t)
	v.SetArrangement(FourEqual)
	v.ToggleMaximised(Sagittal)
	if v.Arrangement() != OnePane || v.Active() != Sagittal {
		t.Errorf("maximised: %v, %v", v.Arrangement(), v.Active())
	}
	v.ToggleMaximised(Sagittal)
	if v.Arrangement() != FourEqual {
		t.Errorf("restored to %v", v.Arrangement())
	}
}

func TestCenterOnCursor(t *testing.T) {
	v, g := opened(t)
	v.SetCursor([3]int{1, 7, 2})
	v.CenterOnCursor()
	for p := range Plane(Planes) {
		x, y := PaneTransform(p, g, v.Camera(p), 300, 200).Pane(volume.Vec{1, 7, 2})
		if math.Hypot(x-150, y-100) > 1e-9 {
			t.Errorf("%s: the cursor is at (%g, %g)", p, x, y)
		}
	}
}

func opened(t *testing.T) (*Viewer, volume.Geometry) {
	t.Helper()
	g := volume.Geometry{Size: volume.Size{10, 12, 8}}
	g.Affine[0][0], g.Affine[1][1], g.Affine[2][2] = 0.7, 0.7, 1.5
	s := app.NewSession()
	v := New(s)
	s.Complete(app.SeriesInfo{}, &volume.Volume{Geometry: g, Int16: make([]int16, g.Size.Voxels()), Unit: volume.HU})
	return v, g
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		x    float64
		d    int
		want string
	}{{-43.52, 1, "−43.5"}, {-0.04, 1, "0.0"}, {12, 0, "12"}, {-600, 0, "−600"}} {
		if got := Number(c.x, c.d); got != c.want {
			t.Errorf("%g is %q, want %q", c.x, got, c.want)
		}
	}
}

func TestCaptions(t *testing.T) {
	en := text.English()
	g := volume.Geometry{Size: volume.Size{10, 12, 8}}
	g.Affine[0][0], g.Affine[1][1], g.Affine[2][2] = 0.5, 0.5, 2
	g.Affine[2][3] = -50
	v := &volume.Volume{Geometry: g, Int16: make([]int16, g.Size.Voxels()), Unit: volume.HU}
	v.Int16[0] = -742
	doubtful := *v
	doubtful.Warnings = []volume.Warning{{Kind: volume.WarnUneven}}
	listed := doubtful
	listed.SlicePositionsMM = []float64{0, 2, 4, 6, 18, 20, 22, 24}
	sheared := doubtful
	sheared.Warnings = []volume.Warning{{Kind: volume.WarnTilt}}
	_, inPlane := ValueCaption(en, &doubtful, [3]int{0, 0, 0})
	unsided := *v
	unsided.Warnings = []volume.Warning{{Kind: volume.WarnOrientation}}
	arbitrary := *v
	arbitrary.Unit = volume.Arbitrary
	value, place := ValueCaption(en, v, [3]int{0, 0, 0})
	plain, _ := ValueCaption(en, &arbitrary, [3]int{0, 0, 0})
	barPx, bar, _ := ScaleBar(en, v, Axial, 2, 130)
	_, _, unsafeBar := ScaleBar(en, &doubtful, Coronal, 2, 130)
	for _, c := range []struct{ name, got, want string }{
		{"slice", SliceCaption(en, v, Axial, 2), "3/8, I\u200946.0\u2009mm"},
		{"coronal slices count from the back", SliceCaption(en, v, Coronal, 11), "1/12, P\u20095.5\u2009mm"},
		{"no millimetres out of an uneven plane", SliceCaption(en, &doubtful, Axial, 2), "3/8"},
		{"in the plane of an uneven stack", SliceCaption(en, &doubtful, Sagittal, 2), "3/10, L\u20091.0\u2009mm"},
		{"where the header says, on a stack with a gap", SliceCaption(en, &listed, Axial, 4), "5/8, I\u200932.0\u2009mm"},
		{"nowhere in a sheared stack", SliceCaption(en, &sheared, Sagittal, 2), "3/10"},
		{"place on an uneven stack", inPlane, "L\u20090.0  P\u20090.0\u2009mm"},
		{"window", WindowCaption(en, volume.Window{Center: -600, Width: 1500}), "WL −600  WW 1500"},
		{"zoom", ZoomCaption(en, Camera{Zoom: 1.4}), "140\u2009%"},
		{"value", value, "−742\u2009HU   ax 1  cor 12  sag 1"},
		{"place", place, "L\u20090.0  P\u20090.0  I\u200950.0\u2009mm"},
		{"not HU", plain, "−742   ax 1  cor 12  sag 1"},
		{"scale bar", bar, "5\u2009cm"},
		{"edge in doubt", EdgeCaption(&unsided, Axial)[0], "R?"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
	if barPx != 100 {
		t.Errorf("bar of 5 cm at 2 px a millimetre is %g px", barPx)
	}
	if unsafeBar {
		t.Error("a scale bar on the coronal plane of an uneven stack")
	}
}

func TestIdentityCaption(t *testing.T) {
	en := text.English()
	for _, c := range []struct {
		name string
		id   volume.Identity
		want []string
	}{
		{"all", volume.Identity{
			PatientName: "Doe^Jane^^Dr", PatientID: "17", BirthDate: "19630412", StudyDate: "20200401", SeriesNumber: "3", SeriesDescription: "Chest", Kernel: "B60f",
		}, []string{"Doe, Jane Dr", "ID 17  born 1963-04-12", "Study 2020-04-01", "Series 3  Chest", "Kernel B60f"}},
		{"the series is called like the patient", volume.Identity{PatientName: "Synthetic thorax", SeriesNumber: "1", SeriesDescription: "Synthetic thorax"}, []string{"Synthetic thorax", "Series 1"}},
		{"the series is called like the study", volume.Identity{PatientID: "17", StudyDescription: "Chest", SeriesDescription: "Chest"}, []string{"ID 17", "Chest"}},
		{"nothing", volume.Identity{}, []string{"No identity in this file"}},
		{"only an ID", volume.Identity{PatientID: "17"}, []string{"ID 17"}},
	} {
		if got := IdentityCaption(en, c.id); !reflect.DeepEqual(nonEmpty(got), c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestParseWindow(t *testing.T) {
	for _, c := range []struct {
		in   string
		want volume.Window
		ok   bool
	}{
		{"lung", volume.Window{Center: -600, Width: 1500}, true},
		{"40, 400", volume.Window{Center: 40, Width: 400}, true},
		{"40", volume.Window{}, false},
		{"a,b", volume.Window{}, false},
		{"40,0", volume.Window{}, false},
		{"NaN,100", volume.Window{}, false},
		{"40,Inf", volume.Window{}, false},
	} {
		got, err := ParseWindow(c.in)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("%q: %v, %v", c.in, got, err)
		}
	}
}

func TestViewer_OpeningAndLoading(t *testing.T) {
	g := volume.Geometry{Size: volume.Size{10, 12, 8}}
	g.Affine[0][0], g.Affine[1][1], g.Affine[2][2] = 1, 1, 1
	vol := func(w volume.Window) *volume.Volume {
		return &volume.Volume{Geometry: g, Int16: make([]int16, g.Size.Voxels()), Unit: volume.HU, Window: w}
	}
	own, other := volume.Window{Center: 40, Width: 350}, volume.Window{Center: 300, Width: 1500}
	s := app.NewSession()
	v := New(s)
	s.Begin(app.SeriesInfo{}, vol(own))
	if v.Cursor() != [3]int{5, 6, 4} || v.Window() != own {
		t.Errorf("opens at %v in %v", v.Cursor(), v.Window())
	}
	v.SetCursor([3]int{1, 2, 3})
	v.SetCamera(Axial, Camera{Zoom: 3})
	s.Complete(app.SeriesInfo{}, vol(other))
	if v.Cursor() != [3]int{1, 2, 3} || v.Camera(Axial).Zoom != 3 || v.Window() != other {
		t.Errorf("finished loading: %v, zoom %g, %v", v.Cursor(), v.Camera(Axial).Zoom, v.Window())
	}
	s.Complete(app.SeriesInfo{}, vol(own))
	if v.Cursor() != [3]int{5, 6, 4} || v.Camera(Axial).Zoom != 1 || v.Window() != own {
		t.Errorf("another study: %v, zoom %g, %v", v.Cursor(), v.Camera(Axial).Zoom, v.Window())
	}
	s.Begin(app.SeriesInfo{}, vol(own))
	v.SetWindow(Presets[3].Window)
	s.Complete(app.SeriesInfo{}, vol(other))
	if v.Window() != Presets[3].Window {
		t.Errorf("the user's window became %v", v.Window())
	}
}
