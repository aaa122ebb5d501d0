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

// A caption says what each pane is, which labels are drawn in which colours, what the
// reference is, and what an error map judges.
func TestCaption(t *testing.T) {
	c := study(t)
	c.ReferenceIs = "a reference mask"
	draw := func(c picture.Case, f func(picture.Case) (plot.Figure, error)) string {
		t.Helper()
		fig, err := f(c)
		if err != nil {
			t.Fatal(err)
		}
		return fig.Caption()
	}
	triptych := func(c picture.Case) (plot.Figure, error) { return c.Triptych(snapshot.Middle) }
	errorMap := func(c picture.Case) (plot.Figure, error) { return c.ErrorMap(snapshot.Middle) }
	montage := func(c picture.Case) (plot.Figure, error) {
		return c.Montage(context.Background(), picture.Reference, 6)
	}
	ct := func(c picture.Case) (plot.Figure, error) { return c.Single(picture.CT, snapshot.Middle) }
	one, bare, hand := c, c, c
	hand.AtHand = true
	one.Labels = []uint8{mask.Infection}
	bare.Overlay = viewer.Overlay{Style: viewer.Outlined}
	labels := "Labels drawn: left lung (blue), right lung (green), infection (red)."
	for _, tt := range []struct {
		name, got  string
		want, lack []string
	}{
		{"triptych", draw(c, triptych), []string{"From left to right: CT, reference, prediction.", labels, "Reference: a reference mask.", "WL −600", "WW 1500", "Made by Opacity 1.0."}, []string{"Hits"}},
		{"error map", draw(c, errorMap), []string{"CT, hits and errors.", "those of left lung, right lung, infection:", "Reference: a reference mask.", "pink"}, []string{"Labels drawn", "No labels"}},
		{"mask at hand", draw(hand, errorMap), []string{"false alarms (in the mask at hand alone)"}, []string{"prediction"}},
		{"mask at hand beside", draw(hand, triptych), []string{"From left to right: CT, reference, mask at hand."}, []string{"prediction"}},
		{"montage at hand", draw(hand, func(c picture.Case) (plot.Figure, error) {
			return c.Montage(context.Background(), picture.Prediction, 6)
		}), []string{": mask at hand, window"}, []string{"prediction"}},
		{"animation at hand", hand.GIFCaption(picture.GIF{Frames: 8}), []string{"CT, reference, mask at hand."}, []string{"prediction"}},
		{"of one label", draw(one, errorMap), []string{"those of infection:"}, []string{"lung", "pink"}},
		{"one label", draw(one, triptych), []string{"Labels drawn: infection (red)."}, []string{"lung"}},
		{"labels hidden", draw(bare, triptych), []string{"No labels are drawn."}, []string{"infection"}},
		{"montage", draw(c, montage), []string{"6 slices", labels, "Reference: a reference mask."}, nil},
		{"CT alone", draw(c, ct), []string{"slice"}, []string{"label", "eference", "From left"}},
		{"animation", c.GIFCaption(picture.GIF{Frames: 8}), []string{"8 frames evenly through the stack (Axial)", "From left to right: CT, reference, prediction.", labels, "Reference: a reference mask.", "Made by Opacity 1.0."}, nil},
	} {
		for _, want := range tt.want {
			if !strings.Contains(tt.got, want) {
				t.Errorf("%s: no %q in %q", tt.name, want, tt.got)
			}
		}
		for _, lack := range tt.lack {
			if strings.Contains(tt.got, lack) {
				t.Errorf("%s: %q in %q", tt.name, lack, tt.got)
			}
		}
	}
}

// Tables say every picture of a montage and of an animation.
func TestPoints(t *testing.T) {
	c := study(t)
	f, err := c.Montage(context.Background(), picture.Prediction, 4)
	if err != nil {
		t.Fatal(err)
	}
	if p := f.Points(); len(p) != 5 || strings.Join(p[1], " ") != "prediction axial 33 -600 1500" || p[4][2] != "9" {
		t.Errorf("of a montage: %v", p)
	}
	p := c.GIFPoints(picture.GIF{Frames: 4})
	if len(p) != 1+4*3 || strings.Join(p[0], " ") != "frame pane plane slice window_center window_width" || strings.Join(p[12], " ") != "4 prediction axial 5 -600 1500" {
		t.Errorf("of an animation: %v", p)
	}
}

func TestColourNames(t *testing.T) {
	for colour, want := range map[mask.RGB]string{
		{0x4C, 0x9B, 0xE8}: "blue", {0x3F, 0xB6, 0x8B}: "green", {0xF2, 0x54, 0x5B}: "red", {0xE6, 0x9F, 0x00}: "orange", {0xF0, 0xE4, 0x42}: "yellow",
		{0xCC, 0x79, 0xA7}: "pink", {0x56, 0xB4, 0xE9}: "blue", {0xD5, 0x5E, 0x00}: "orange", {0, 0, 0}: "black", {255, 255, 255}: "white", {128, 128, 130}: "grey",
		{160, 32, 240}: "violet", {0, 200, 200}: "turquoise", {0, 158, 115}: "green",
	} {
		if got := picture.ColourName(colour); got != want {
			t.Errorf("%v is called %s, not %s", colour, got, want)
		}
	}
}

// Letters stand in one proportion to a printed picture, whatever its resolution.
func TestLettersOfPrintedPictures(t *testing.T) {
	c := study(t)
	c.Letters = 2
	c.Overlay = viewer.Overlay{Style: viewer.Outlined}
	ink := func(px int) float64 { // part of the upper left corner that the name of the plane covers
		c.Px = px
		m, err := c.Slice(picture.CT, snapshot.Middle, true)
		if err != nil {
			t.Fatal(err)
		}
		bare, err := c.Slice(picture.CT, snapshot.Middle, false)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for y := range m.Rect.Dy() / 3 {
			for x := range m.Rect.Dx() / 3 {
				if m.RGBAAt(x, y) != bare.RGBAAt(x, y) {
					n++
				}
			}
		}
		return float64(n) / float64(px*px)
	}
	if small, large := ink(300), ink(1200); small < 0.8*large || small > 1.2*large {
		t.Errorf("letters cover %.4f of a small picture, %.4f of a large one", small, large)
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
	for y := range 120 { // over the legend
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
