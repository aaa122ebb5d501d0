package picture_test

import (
	"bytes"
	"context"
	"errors"
	"image/gif"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
	"opacity/export/golden"
	"opacity/export/picture"
	"opacity/export/plot"
	"opacity/export/snapshot"
	"opacity/viewer"
)

// study is the synthetic thorax with its mask, and a prediction that lies three
// voxels beside it.
func study(t testing.TB) picture.Case {
	t.Helper()
	v, m := phantom.New(phantom.Options{Size: volume.Size{128, 96, 40}})
	p := m.Snapshot()
	size := m.Size()
	for k := range size[2] {
		for l := range mask.Layer(mask.Layers) {
			s := m.Slice(l, k)
			if s == nil {
				continue
			}
			moved := make([]uint8, len(s))
			for j := range size[1] {
				for i := 3; i < size[0]; i++ {
					moved[j*size[0]+i] = s[j*size[0]+i-3]
				}
			}
			p.SetSlice(l, k, moved)
		}
	}
	return picture.Case{
		Volume: v, Reference: m, Prediction: p, Window: volume.Window{Center: -600, Width: 1500}, Px: 480,
		About: plot.About{Made: []string{"Opacity 1.0"}},
	}
}

func TestGolden(t *testing.T) {
	c := study(t)
	tests := []struct {
		name string
		draw func() (plot.Figure, error)
		page plot.Page
	}{
		{"triptych", func() (plot.Figure, error) { return c.Triptych(snapshot.Middle) }, plot.Page{WidthMM: plot.TwoColumns, DPI: 110}},
		{"error_map", func() (plot.Figure, error) { return c.ErrorMap(snapshot.Middle) }, plot.Page{WidthMM: plot.OneAndHalf, DPI: 150}},
		{"error_map_infection", func() (plot.Figure, error) {
			one := c
			one.Labels = []uint8{mask.Infection}
			return one.ErrorMap(snapshot.Middle)
		}, plot.Page{WidthMM: plot.OneAndHalf, DPI: 150, Dark: true}},
		{"montage", func() (plot.Figure, error) { return c.Montage(context.Background(), picture.Prediction, 12) }, plot.Page{WidthMM: plot.TwoColumns, DPI: 110}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := tt.draw()
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := f.WritePNG(&got, tt.page); err != nil {
				t.Fatal(err)
			}
			golden.PNG(t, tt.name, got.Bytes())
			for _, format := range []string{"svg", "pdf"} {
				var b bytes.Buffer
				if err := f.Write(&b, format, tt.page); err != nil || b.Len() < 10000 {
					t.Errorf("%s: %d bytes, %v", format, b.Len(), err)
				}
			}
		})
	}
}

// The error map has the colour of what each voxel is.
func TestErrorsAreTheVoxels(t *testing.T) {
	size := volume.Size{4, 1, 1}
	v := &volume.Volume{Geometry: volume.Geometry{Size: size}, Unit: volume.HU, Int16: make([]int16, 4)}
	for c := range 3 {
		v.Affine[c][c] = 1
	}
	make2 := func(labels ...uint8) *mask.Mask {
		m := mask.New(size, mask.DefaultLabels())
		m.SetSlice(mask.Anatomy, 0, labels)
		return m
	}
	c := picture.Case{Volume: v, Reference: make2(1, 1, 0, 1), Prediction: make2(1, 0, 1, 2), Px: 400}
	m, err := c.Slice(picture.Errors, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	// Each voxel has ink of its own colour somewhere.
	for i, want := range []uint8{viewer.Hit, viewer.Removed, viewer.Added, viewer.Relabeled} {
		var colour mask.RGB
		for _, l := range viewer.DifferenceLabels() {
			if l.Value == want {
				colour = l.Colour
			}
		}
		found := false
		for y := range m.Rect.Dy() {
			for x := 100 * i; x < 100*(i+1); x++ {
				r, g, b, _ := m.At(x, y).RGBA()
				found = found || uint8(r>>8) == colour[0] && uint8(g>>8) == colour[1] && uint8(b>>8) == colour[2]
			}
		}
		if !found {
			t.Errorf("voxel %d has no ink of %v", i, colour)
		}
	}
}

func TestCaption(t *testing.T) {
	f, err := study(t).Triptych(snapshot.Middle)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"WL −600", "WW 1500", "Made by Opacity 1.0."} {
		if !strings.Contains(f.Caption(), want) {
			t.Errorf("no %q in %q", want, f.Caption())
		}
	}
}

func TestGIF(t *testing.T) {
	c := study(t)
	var b bytes.Buffer
	done := 0.
	err := c.WriteGIF(context.Background(), &b, picture.GIF{Frames: 8, Px: 160}, func(p float64) { done = p })
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(&b)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Image) != 8 || done != 1 || g.Delay[0] != 5 {
		t.Errorf("%d frames of %d/100 s, %g done", len(g.Image), g.Delay[0], done)
	}
	if w, h := g.Config.Width, g.Config.Height; w != 3*160+8 || h < 120 {
		t.Errorf("%dx%d", w, h)
	}
	// Labels keep a colour in the second and third part of the frame, CT has none.
	var coloured [3]int
	m := g.Image[4]
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			r, gr, b, _ := m.At(x, y).RGBA()
			if max(r, gr, b)-min(r, gr, b) > 0x3000 {
				coloured[min(x/164, 2)]++
			}
		}
	}
	if coloured[0] != 0 || coloured[1] < 300 || coloured[2] < 300 {
		t.Errorf("coloured pixels: %v", coloured)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.WriteGIF(ctx, &b, picture.GIF{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// What is left out is not drawn, what is asked for is; and a frame is drawn by what
// draws the animation.
func TestChoices(t *testing.T) {
	c := study(t)
	draw := func(change func(*picture.Case)) string {
		t.Helper()
		one := c
		change(&one)
		f, err := one.Single(picture.Prediction, snapshot.Middle)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := f.WritePNG(&b, plot.Page{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	seen := map[string]string{}
	for name, change := range map[string]func(*picture.Case){
		"all": func(*picture.Case) {}, "no bar": func(c *picture.Case) { c.WithoutBar = true }, "no window": func(c *picture.Case) { c.WithoutWindow = true },
		"identity": func(c *picture.Case) { c.Identity = true }, "research": func(c *picture.Case) { c.Research = true },
		"outlines": func(c *picture.Case) { c.Overlay = viewer.Overlay{Visible: true, Style: viewer.Outlined} },
		"nothing":  func(c *picture.Case) { c.Overlay = viewer.Overlay{Style: viewer.Outlined} },
	} {
		got := draw(change)
		for other, p := range seen {
			if p == got {
				t.Errorf("%s is %s", name, other)
			}
		}
		seen[name] = got
	}
	c.Reference = nil
	f, err := c.Montage(context.Background(), picture.Prediction, 300)
	if err != nil || !strings.Contains(f.Caption(), "40 slices") || !strings.Contains(f.Caption(), "labels") {
		t.Errorf("%q, %v", f.Caption(), err)
	}
	m, err := c.Frame(picture.GIF{Show: []picture.What{picture.CT, picture.Prediction}, Px: 200}, 20)
	if err != nil || m.Rect.Dx() != 2*200+4 {
		t.Errorf("%v, %v", m.Rect, err)
	}
	if w, h := f.SizeMM(plot.Page{WidthMM: plot.TwoColumns}); w < 173.9 || w > 174.1 || h < 50 || h > 300 {
		t.Errorf("it is %g x %g mm", w, h)
	}
}

func TestRefusals(t *testing.T) {
	c := study(t)
	other := c
	other.Reference = mask.New(volume.Size{1, 1, 1}, nil)
	for name, bad := range map[string]picture.Case{"no volume": {}, "another grid": other} {
		_, err := bad.Triptych(snapshot.Middle)
		var e *app.Error
		if !errors.As(err, &e) || e.Kind != app.Usage {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.Triptych(1000); err == nil {
		t.Error("there is no slice 1000")
	}
	c.Reference, c.Prediction = nil, nil // nothing to draw over the CT
	if _, err := c.ErrorMap(snapshot.Middle); err != nil {
		t.Error(err)
	}
	if err := c.WriteGIF(context.Background(), new(bytes.Buffer), picture.GIF{Show: []picture.What{}}, nil); err == nil {
		t.Error("an animation of nothing")
	}
}

// BenchmarkPictures is triptych, error map and montage of 20 slices in three
// formats, and BenchmarkGIF 40 frames of CT, reference and prediction.
func BenchmarkPictures(b *testing.B) {
	c := study(b)
	c.Px = 0
	for b.Loop() {
		bytes := 0
		for _, draw := range []func() (plot.Figure, error){
			func() (plot.Figure, error) { return c.Triptych(snapshot.Middle) },
			func() (plot.Figure, error) { return c.ErrorMap(snapshot.Middle) },
			func() (plot.Figure, error) { return c.Montage(context.Background(), picture.Errors, 20) },
		} {
			f, err := draw()
			if err != nil {
				b.Fatal(err)
			}
			for _, format := range plot.Formats() {
				var out counter
				if err := f.Write(&out, format, plot.Page{WidthMM: plot.TwoColumns}); err != nil {
					b.Fatal(err)
				}
				bytes += int(out)
			}
		}
		b.ReportMetric(float64(bytes)/1e6, "MB")
	}
}

func BenchmarkGIF(b *testing.B) {
	c := study(b)
	for b.Loop() {
		var out counter
		if err := c.WriteGIF(context.Background(), &out, picture.GIF{Frames: 40}, nil); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(out)/1e6, "MB")
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
