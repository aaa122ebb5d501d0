package render

import (
	"bytes"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// numbered is a volume whose voxel (i, j, k) holds i + 10j + 100k.
func numbered(nx, ny, nz int) *volume.Volume {
	v := &volume.Volume{Geometry: volume.Geometry{Size: volume.Size{nx, ny, nz}}, Unit: volume.HU}
	for c := range 3 {
		v.Affine[c][c] = 1
	}
	for k := range nz {
		for j := range ny {
			for i := range nx {
				v.Int16 = append(v.Int16, int16(i+10*j+100*k))
			}
		}
	}
	return v
}

func planeView(v *volume.Volume, p viewer.Plane, index int) View {
	return View{Volume: v, Plane: p, Index: index, Window: volume.Window{Center: 128, Width: 256}, Camera: viewer.Camera{Zoom: 1}}
}

func greyAt(m *image.RGBA, x, y int) int { return int(m.Pix[y*m.Stride+4*x]) }

func TestBase_Orientation(t *testing.T) {
	v := numbered(3, 4, 2)
	for _, c := range []struct {
		name  string
		plane viewer.Plane
		index int
		want  [][]int16 // as on screen
	}{
		{"axial: right of the patient at the left, anterior up", viewer.Axial, 1, [][]int16{{100, 101, 102}, {110, 111, 112}, {120, 121, 122}, {130, 131, 132}}},
		{"coronal: superior up", viewer.Coronal, 2, [][]int16{{120, 121, 122}, {20, 21, 22}}},
		{"sagittal: anterior at the left", viewer.Sagittal, 1, [][]int16{{101, 111, 121, 131}, {1, 11, 21, 31}}},
	} {
		for _, kind := range []string{"int16", "float32"} {
			t.Run(c.name+" "+kind, func(t *testing.T) {
				vol := *v
				if kind == "float32" {
					for _, x := range v.Int16 {
						vol.Float32 = append(vol.Float32, float32(x))
					}
					vol.Int16 = nil
				}
				view := planeView(&vol, c.plane, c.index)
				got := new(Base).Draw(nil, view, new(LUT))
				if s := got.Rect.Size(); s != image.Pt(len(c.want[0]), len(c.want)) {
					t.Fatalf("picture is %v", s)
				}
				for y, row := range c.want {
					for x, value := range row {
						if g := greyAt(got, x, y); g != int(greyOf(view.Window, float64(value))) {
							t.Errorf("(%d,%d) is %d, not the grey of %d", x, y, g, value)
						}
					}
				}
			})
		}
	}
}

// greyOf is the grey of a value in a window.
func greyOf(w volume.Window, value float64) uint8 {
	scale, offset := ramp(w)
	return grey(value*scale + offset)
}

func TestGrey_DICOMWindow(t *testing.T) {
	for _, c := range []struct {
		center, width, value float64
		want                 uint8
	}{
		// DICOM PS3.3 C.11.2.1.2.1: c=2048, w=4096 maps 0..4095 onto the whole range.
		{2048, 4096, 0, 0},
		{2048, 4096, 4095, 255},
		{2048, 4096, 2047.5, 128},
		{2048, 1, 2047, 0}, // a threshold
		{2048, 1, 2048, 255},
		{40, 400, -2000, 0}, // padding
		{40, 400, math.NaN(), 0},
		{40, 400, math.Inf(1), 255},
	} {
		if got := greyOf(volume.Window{Center: c.center, Width: c.width}, c.value); got != c.want {
			t.Errorf("C %g W %g: %g is %d, want %d", c.center, c.width, c.value, got, c.want)
		}
	}
}

func TestLUT_EqualsArithmetic(t *testing.T) {
	var lut LUT
	w := volume.Window{Center: -600, Width: 1500}
	lut.Set(w)
	for v := math.MinInt16; v <= math.MaxInt16; v += 7 {
		if got := uint8(lut.pixels[uint16(int16(v))]); got != greyOf(w, float64(v)) {
			t.Fatalf("%d is %d, not %d", v, got, greyOf(w, float64(v)))
		}
	}
}

// A pane's memory must never show through in another slice or plane's picture,
// nor be written into the volume.
func TestBase_MemoryIsNeverStale(t *testing.T) {
	v := numbered(70, 9, 8)
	before := bytes.Clone(asBytes(v.Int16))
	r := rand.New(rand.NewPCG(1, 2))
	var base Base
	var lut LUT
	var dst *image.RGBA
	for range 300 {
		p := viewer.Plane(r.IntN(viewer.Planes))
		view := planeView(v, p, 0)
		view.Index = r.IntN(sliceCount(view))
		view.Window.Center = float64(r.IntN(500))
		dst = base.Draw(dst, view, &lut)
		if want := new(Base).Draw(nil, view, new(LUT)); !bytes.Equal(dst.Pix, want.Pix) {
			t.Fatalf("%s %d differs from a fresh picture", p, view.Index)
		}
	}
	if !bytes.Equal(before, asBytes(v.Int16)) {
		t.Error("drawing changed the volume")
	}
}

func asBytes(v []int16) []byte {
	out := make([]byte, 0, 2*len(v))
	for _, x := range v {
		out = append(out, byte(x), byte(x>>8))
	}
	return out
}

func TestBase_SlicesAppearAsTheyArrive(t *testing.T) {
	v := numbered(40, 5, 6)
	for p := range viewer.Plane(viewer.Planes) {
		view := planeView(v, p, 3)
		view.Loaded = make([]bool, 6)
		var base Base
		var lut LUT
		var dst *image.RGBA
		for k := range 6 {
			view.Loaded[k] = true
			dst = base.Draw(dst, view, &lut)
			pendingRows := 0
			for y := range dst.Rect.Dy() {
				if uint32(dst.Pix[y*dst.Stride])|uint32(dst.Pix[y*dst.Stride+1])<<8 == pending&0xffff {
					pendingRows++
				}
			}
			want := 5 - k
			if p == viewer.Axial {
				want = 0
				if k < 3 {
					want = 5
				}
			}
			if pendingRows != want {
				t.Errorf("%s: with %d slices in, %d rows are blank, want %d", p, k+1, pendingRows, want)
			}
		}
		if want := new(Base).Draw(nil, planeView(v, p, 3), new(LUT)); !bytes.Equal(dst.Pix, want.Pix) {
			t.Errorf("%s: the last picture differs from that of a whole volume", p)
		}
	}
}

// blocks is a mask with random boxes in both layers.
func blocks(r *rand.Rand, size volume.Size) *mask.Mask {
	m := mask.New(size, mask.DefaultLabels())
	for l := range mask.Layer(mask.Layers) {
		for k := range size[2] {
			s := make([]uint8, size[0]*size[1])
			for range 3 {
				value := mask.Infection
				if l == mask.Anatomy {
					value = mask.LeftLung + uint8(r.IntN(2))
				}
				i0, j0 := r.IntN(size[0]), r.IntN(size[1])
				for j := j0; j < min(j0+3, size[1]); j++ {
					for i := i0; i < min(i0+5, size[0]); i++ {
						s[i+size[0]*j] = value
					}
				}
			}
			m.SetSlice(l, k, s)
		}
	}
	return m
}

// What a filled overlay shows at the middle of a voxel is that voxel's label,
// findings over anatomy, on every plane, zoom and shear.
func TestOverlay_ShowsTheVoxelUnderEachPixel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		v := numbered(20+r.IntN(60), 10+r.IntN(20), 5+r.IntN(10))
		v.Affine[2][2] = 0.5 + 3*r.Float64()
		if r.IntN(2) == 0 {
			v.Affine[1][2] = 2*r.Float64() - 1
		}
		m := blocks(r, v.Size)
		p := viewer.Plane(r.IntN(viewer.Planes))
		view := planeView(v, p, 0)
		view.Index, view.Mask = r.IntN(sliceCount(view)), m
		view.Overlay = viewer.Overlay{Visible: true, Style: viewer.Filled, Opacity: 1}
		view.Camera = viewer.Camera{CenterMM: [2]float64{4 * r.Float64(), 4 * r.Float64()}, Zoom: 1 + 3*r.Float64()}
		dst := image.NewRGBA(image.Rect(0, 0, 300+r.IntN(100), 300))
		new(Overlay).Draw(dst, view, 1)
		tr := view.Transform(float64(dst.Rect.Dx()), 300)
		for range 50 {
			u, w, n, _ := p.Axes()
			var voxel volume.Vec
			voxel[u], voxel[w], voxel[n] = float64(r.IntN(v.Size[u])), float64(r.IntN(v.Size[w])), float64(view.Index)
			x, y := tr.Pane(voxel)
			if !image.Pt(int(x), int(y)).In(dst.Rect) || x < 0 || y < 0 || tr.PxPerMM*math.Min(tr.Frame.StepMM[0], tr.Frame.StepMM[1]) < 3 {
				continue
			}
			at := [3]int{int(voxel[0]), int(voxel[1]), int(voxel[2])}
			label := m.At(mask.Findings, at[0], at[1], at[2])
			if label == 0 {
				label = m.At(mask.Anatomy, at[0], at[1], at[2])
			}
			var want pixel
			if l, ok := m.Label(label); ok {
				want = premultiplied(l.Colour, 1)
			}
			o := dst.PixOffset(int(x), int(y))
			got := pixel(dst.Pix[o]) | pixel(dst.Pix[o+1])<<8 | pixel(dst.Pix[o+2])<<16 | pixel(dst.Pix[o+3])<<24
			if got != want {
				t.Fatalf("%s, voxel %v: pixel %08x, label %d is %08x", p, at, got, label, want)
			}
		}
	}
}

// Drawing only the dirty rectangle gives the picture that drawing all gives.
func TestOverlay_DirtyRectEqualsWholePicture(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		v := numbered(40+r.IntN(50), 20+r.IntN(20), 10)
		if r.IntN(3) == 0 {
			v.Affine[1][2] = 0.7
		}
		m := blocks(r, v.Size)
		view := planeView(v, viewer.Plane(r.IntN(viewer.Planes)), 0)
		view.Index, view.Mask = r.IntN(sliceCount(view)), m
		view.Overlay = viewer.Overlay{Visible: true, Style: viewer.OverlayStyle(r.IntN(3)), Opacity: 0.4}
		view.Camera.Zoom = 0.3 + 4*r.Float64()
		scale := 1 + r.Float64()
		dst := image.NewRGBA(image.Rect(0, 0, 150, 130))
		var o Overlay
		o.Draw(dst, view, scale)
		for range 4 {
			i, j, k := r.IntN(v.Size[0]), r.IntN(v.Size[1]), r.IntN(v.Size[2])
			box := volume.Box{Min: [3]int{i, j, k}, Max: [3]int{min(i+4, v.Size[0]), min(j+3, v.Size[1]), min(k+2, v.Size[2])}}
			paintBox(m, box, uint8(r.IntN(4)))
			o.Forget(box)
			if rect := DirtyRect(view, scale, 150, 130, box); !rect.Empty() {
				o.DrawRect(dst, view, scale, rect)
			}
			want := image.NewRGBA(dst.Rect)
			new(Overlay).Draw(want, view, scale)
			if !bytes.Equal(dst.Pix, want.Pix) {
				t.Fatalf("%s style %d: the updated picture differs from a whole one", view.Plane, view.Overlay.Style)
			}
		}
	}
}

func paintBox(m *mask.Mask, box volume.Box, value uint8) {
	nx := m.Size()[0]
	layer := mask.Anatomy
	if value == mask.Infection {
		layer = mask.Findings
	}
	for k := box.Min[2]; k < box.Max[2]; k++ {
		s := bytes.Clone(m.Slice(layer, k))
		if s == nil {
			s = make([]uint8, nx*m.Size()[1])
		}
		for j := box.Min[1]; j < box.Max[1]; j++ {
			for i := box.Min[0]; i < box.Max[0]; i++ {
				s[i+nx*j] = value
			}
		}
		m.SetSlice(layer, k, s)
	}
}

func TestOverlay_OnlyVisibleLabels(t *testing.T) {
	v := numbered(20, 20, 3)
	m := mask.New(v.Size, mask.DefaultLabels())
	paintBox(m, volume.Box{Min: [3]int{2, 2, 0}, Max: [3]int{18, 18, 3}}, mask.LeftLung)
	view := planeView(v, viewer.Axial, 1)
	view.Mask, view.Overlay = m, viewer.Overlay{Visible: true, Style: viewer.FilledAndOutlined, Opacity: 0.5}
	dst := image.NewRGBA(image.Rect(0, 0, 100, 100))
	var o Overlay
	o.Draw(dst, view, 1)
	if dst.RGBAAt(50, 50).A == 0 {
		t.Error("a visible label is not drawn")
	}
	labels := m.Labels()
	labels[0].Visible = false
	if err := m.SetLabels(labels); err != nil {
		t.Fatal(err)
	}
	o.Draw(dst, view, 1)
	if !bytes.Equal(dst.Pix, make([]byte, len(dst.Pix))) {
		t.Error("an invisible label is drawn, or the last picture shows through")
	}
	labels[0].Visible = true
	_ = m.SetLabels(labels)
	view.Overlay.Visible = false
	o.Draw(dst, view, 1)
	if !bytes.Equal(dst.Pix, make([]byte, len(dst.Pix))) {
		t.Error("a hidden mask is drawn")
	}
}
