package render

import (
	"bytes"
	"flag"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
)

var update = flag.Bool("update", false, "write the golden pictures again")

// small is a chest of a few ellipsoids, drawn here so that a better phantom
// elsewhere leaves the golden pictures alone: the heart lies to the patient's
// left, the spine behind, and a finding in the right lung.
func small() View {
	const n, nz = 96, 60
	v := &volume.Volume{
		Geometry: volume.Geometry{Size: volume.Size{n, n, nz}}, Int16: make([]int16, n*n*nz), Unit: volume.HU,
		Identity: volume.Identity{PatientName: "Test^Ellipsoid", PatientID: "17", BirthDate: "19630412", StudyDate: "20200401", SeriesNumber: "3", SeriesDescription: "Chest", Kernel: "B60f"},
	}
	for c, mm := range [3]float64{3.5, 3.5, 5} {
		v.Affine[c][c], v.Affine[c][3] = mm, -mm*float64(v.Size[c]-1)/2
	}
	m := mask.New(v.Size, mask.DefaultLabels())
	inside := func(x, y, z, cx, cy, cz, rx, ry, rz float64) bool {
		x, y, z = (x-cx)/rx, (y-cy)/ry, (z-cz)/rz
		return x*x+y*y+z*z < 1
	}
	for k := range nz {
		var lungs, findings [n * n]uint8
		for o := range lungs {
			p := v.ToPatient(volume.Vec{float64(o % n), float64(o / n), float64(k)})
			x, y, z := p[0], p[1], p[2]
			hu := -1000.0
			if inside(x, y, 0, 0, 0, 0, 150, 105, 1) {
				hu = 40
			}
			if inside(x, y, 0, 0, 70, 0, 18, 18, 1) {
				hu = 400
			}
			heart := inside(x, y, z, 25, -25, -40, 55, 45, 60)
			for value, cx := range map[uint8]float64{mask.LeftLung: 72, mask.RightLung: -72} {
				if inside(x, y, z, cx, 0, 0, 58, 80, 125) && !heart {
					hu, lungs[o] = -850+0.2*(y+z), value
				}
			}
			if lungs[o] != 0 && inside(x, y, z, -85, 45, -10, 22, 26, 30) {
				hu, findings[o] = -200, mask.Infection
			}
			if heart {
				hu = 50
			}
			v.Int16[o+k*n*n] = int16(hu)
		}
		m.SetSlice(mask.Anatomy, k, lungs[:])
		m.SetSlice(mask.Findings, k, findings[:])
	}
	return View{
		Volume: v, Mask: m, Plane: viewer.Axial, Index: 28, Window: viewer.Presets[1].Window, Smooth: true,
		Overlay: viewer.DefaultOverlay(), Camera: viewer.Camera{Zoom: 1},
	}
}

func TestPicture_Golden(t *testing.T) {
	chest := small()
	all := Decor{Annotations: true, Identity: true, Research: true}
	for _, c := range []struct {
		name          string
		change        func(*View)
		decor         Decor
		width, height int
	}{
		{"axial", func(*View) {}, all, 320, 320},
		{"coronal", func(v *View) { v.Plane, v.Index = viewer.Coronal, 48 }, all, 320, 280},
		{"sagittal", func(v *View) { v.Plane, v.Index = viewer.Sagittal, 24 }, all, 320, 280},
		{"filled", func(v *View) { v.Overlay.Style = viewer.Filled }, Decor{}, 200, 200},
		{"outlined", func(v *View) { v.Overlay.Style = viewer.Outlined }, Decor{}, 200, 200},
		{"findings_alone", func(v *View) {
			v.Overlay.Style = viewer.Outlined
			v.Mask = v.Mask.Snapshot()
			labels := v.Mask.Labels()
			labels[0].Visible, labels[1].Visible = false, false
			_ = v.Mask.SetLabels(labels)
		}, Decor{}, 200, 200},
		{"pixels_zoomed", func(v *View) { v.Smooth, v.Camera = false, viewer.Camera{CenterMM: [2]float64{-90, 40}, Zoom: 4} }, Decor{}, 240, 200},
		{"double_resolution", func(*View) {}, Decor{Annotations: true, Scale: 2}, 480, 400},
		{"narrow", longName, all, 150, 240},
		{"triple_resolution", longName, Decor{Annotations: true, Identity: true, Research: true, Scale: 3}, 900, 780},
		{"beside_others", func(*View) {}, Decor{Annotations: true, Brief: true}, 160, 160},
		{"loading", func(v *View) {
			v.Plane, v.Index, v.Loaded = viewer.Coronal, 48, make([]bool, 60)
			for k := 10; k < 35; k++ {
				v.Loaded[k] = true
			}
		}, Decor{}, 200, 180},
		{"tilted", func(v *View) {
			vol := *v.Volume
			vol.Affine[1][2] = 2.0 // posterior by 2 mm a slice of 5 mm: 22 degrees
			v.Volume, v.Plane, v.Index = &vol, viewer.Sagittal, 24
		}, Decor{Annotations: true}, 280, 240},
		{"uneven", func(v *View) {
			vol := *v.Volume
			vol.SlicePositionsMM = make([]float64, 60)
			for k := range vol.SlicePositionsMM {
				vol.SlicePositionsMM[k] = 5 * float64(k)
				if k >= 25 {
					vol.SlicePositionsMM[k] += 22
				}
			}
			v.Volume, v.Plane, v.Index = &vol, viewer.Coronal, 48
		}, Decor{}, 240, 220},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := chest
			c.change(&v)
			golden(t, c.name, Picture(v, c.decor, c.width, c.height))
		})
	}
}

// longName gives a view an identity that no pane is wide enough for.
func longName(v *View) {
	vol := *v.Volume
	vol.Identity.PatientName = "Featherstonehaugh-Cholmondeley^Wilhelmina Alexandrina Bartholomea^^Dr"
	vol.Identity.SeriesDescription = "Chest without contrast, full inspiration, lung kernel, thin slices, repeated"
	v.Volume = &vol
}

// machineAndHand is what the difference shows: a patch added beside the finding,
// a corner of it taken away, and a piece of the right lung made the left one.
func machineAndHand(t *testing.T) *viewer.Viewer {
	t.Helper()
	v := small()
	s := app.NewSession()
	view := viewer.New(s)
	s.Complete(app.SeriesInfo{}, v.Volume)
	if _, err := s.Adopt(text.M("test.step"), &app.SegmentResult{Mask: v.Mask.Snapshot()}); err != nil {
		t.Fatal(err)
	}
	ours := s.Mask().Snapshot()
	for k := range v.Volume.Size[2] {
		lungs, findings := ours.Slice(mask.Anatomy, k), ours.Slice(mask.Findings, k)
		if lungs == nil {
			continue
		}
		lungs = append([]uint8(nil), lungs...)
		findings = append(make([]uint8, 0, len(lungs)), findings...)
		findings = append(findings, make([]uint8, len(lungs)-len(findings))...)
		for o := range lungs {
			i, j := o%96, o/96
			switch {
			case lungs[o] == mask.RightLung && j < 36 && k < 40:
				lungs[o] = mask.LeftLung
			case lungs[o] == mask.RightLung && i > 30 && i < 38 && k > 20:
				findings[o] = mask.Infection
			case findings[o] != 0 && j > 58:
				findings[o] = 0
			}
		}
		ours.SetSlice(mask.Anatomy, k, lungs)
		ours.SetSlice(mask.Findings, k, findings)
	}
	if err := s.Edit(mask.Step{Name: text.M("test.step"), Hand: true, Delta: mask.Diff(s.Mask(), ours)}); err != nil {
		t.Fatal(err)
	}
	view.SetComparing(true)
	view.SetCursor([3]int{24, 48, 28})
	return view
}

func TestDifference_Golden(t *testing.T) {
	v := machineAndHand(t)
	for plane := range viewer.Plane(viewer.Planes) {
		golden(t, "difference_"+plane.String(), Picture(Of(v, plane), Decor{}, 280, 260))
	}
	golden(t, "difference_double", Picture(Of(v, viewer.Axial), Decor{Scale: 2}, 480, 400))
	swatches := image.NewRGBA(image.Rect(0, 0, 3*40, 20))
	for n := range 3 {
		draw.Draw(swatches, image.Rect(40*n+2, 2, 40*n+38, 18), DifferenceSwatch(uint8(n+1), 36, 16, 1), image.Point{}, draw.Src)
	}
	golden(t, "difference_swatches", swatches)
}

// A difference that is drawn again in parts, as under a brush, is the picture
// that is drawn at once.
func TestDifference_DrawnInParts(t *testing.T) {
	v := Of(machineAndHand(t), viewer.Axial)
	want, got := image.NewRGBA(image.Rect(0, 0, 300, 280)), image.NewRGBA(image.Rect(0, 0, 300, 280))
	new(Overlay).Draw(want, v, 1)
	var parts Overlay
	parts.Draw(got, v, 1)
	for _, r := range []image.Rectangle{image.Rect(60, 80, 131, 147), image.Rect(100, 120, 250, 201)} {
		draw.Draw(got, r, image.Transparent, image.Point{}, draw.Src)
		parts.DrawRect(got, v, 1, r)
	}
	if !bytes.Equal(got.Pix, want.Pix) {
		t.Error("the parts do not fit")
	}
}

// previewed is a preview of what machineAndHand changed, over the machine's mask.
func previewed(t *testing.T) *viewer.Viewer {
	t.Helper()
	v := machineAndHand(t)
	v.SetComparing(false)
	s := v.Session()
	ours := s.Mask().Snapshot()
	if _, err := s.Undo(); err != nil {
		t.Fatal(err)
	}
	if err := s.PreviewEdit(mask.Diff(s.Mask(), ours)); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPreview_Golden(t *testing.T) {
	v := previewed(t)
	for plane := range viewer.Plane(viewer.Planes) {
		golden(t, "preview_"+plane.String(), Picture(Of(v, plane), Decor{}, 280, 260))
	}
	o := v.Overlay()
	o.Style = viewer.Outlined
	v.SetOverlay(o)
	golden(t, "preview_outlined", Picture(Of(v, viewer.Axial), Decor{}, 280, 260))
}

// A preview is drawn in parts as at once; nothing of it stays when it is over.
func TestPreview_DrawnInParts(t *testing.T) {
	view := previewed(t)
	v := Of(view, viewer.Axial)
	want, got := image.NewRGBA(image.Rect(0, 0, 300, 280)), image.NewRGBA(image.Rect(0, 0, 300, 280))
	new(Overlay).Draw(want, v, 1)
	var parts Overlay
	parts.Draw(got, v, 1)
	for _, r := range []image.Rectangle{image.Rect(60, 80, 131, 147), image.Rect(100, 120, 250, 201)} {
		draw.Draw(got, r, image.Transparent, image.Point{}, draw.Src)
		parts.DrawRect(got, v, 1, r)
	}
	if !bytes.Equal(got.Pix, want.Pix) {
		t.Error("the parts do not fit")
	}
	view.Session().EndPreview()
	v = Of(view, viewer.Axial)
	parts.Forget(volume.Whole(v.Volume.Size))
	parts.Draw(got, v, 1)
	clear(want.Pix)
	new(Overlay).Draw(want, v, 1)
	if v.Before != nil || !bytes.Equal(got.Pix, want.Pix) {
		t.Error("the preview is still seen")
	}
	same := v
	same.Before = v.Mask
	clear(want.Pix)
	new(Overlay).Draw(want, same, 1)
	if !bytes.Equal(got.Pix, want.Pix) {
		t.Error("a preview that changes nothing is drawn")
	}
}

func TestThumbnail_Golden(t *testing.T) {
	v := small().Volume
	thin := *v
	thin.Affine[0][0] /= 2 // half as wide: the thumbnail must be too
	got := Thumbnail(&thin, 64)
	if s := got.Bounds().Size(); s != image.Pt(32, 64) {
		t.Errorf("thumbnail of a plane half as wide as high is %v", s)
	}
	golden(t, "thumbnail", got)
}

// golden compares a picture with testdata, allowing rounding to differ.
func golden(t *testing.T, name string, got image.Image) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	if *update {
		write(t, path, got)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v (run with -update to make it)", err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("picture is %v, golden %v", got.Bounds(), want.Bounds())
	}
	differing := 0
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			if !near(got, want, x, y) {
				differing++
			}
		}
	}
	if differing > 0 {
		failed := filepath.Join(t.TempDir(), name+".png")
		write(t, failed, got)
		t.Errorf("%d pixels differ from %s; got %s", differing, path, failed)
	}
}

func near(a, b image.Image, x, y int) bool {
	r0, g0, b0, a0 := a.At(x, y).RGBA()
	r1, g1, b1, a1 := b.At(x, y).RGBA()
	for _, d := range [4]int{int(r0) - int(r1), int(g0) - int(g1), int(b0) - int(b1), int(a0) - int(a1)} {
		if d < -0x300 || d > 0x300 {
			return false
		}
	}
	return true
}

func write(t *testing.T, path string, m image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// Labels that are drawn after a difference was have none of its patterns.
func TestDifference_LeavesNoPatternBehind(t *testing.T) {
	v := machineAndHand(t)
	want, got := image.NewRGBA(image.Rect(0, 0, 300, 280)), image.NewRGBA(image.Rect(0, 0, 300, 280))
	var again Overlay
	again.Draw(got, Of(v, viewer.Axial), 1)
	v.SetComparing(false)
	again.Draw(got, Of(v, viewer.Axial), 1)
	new(Overlay).Draw(want, Of(v, viewer.Axial), 1)
	if !bytes.Equal(got.Pix, want.Pix) {
		t.Error("the labels are drawn otherwise once a difference was")
	}
}
