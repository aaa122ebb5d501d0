package inference

import (
	"context"
	"math"
	"testing"

	"opacity/app"
	"opacity/app/volume"
)

// defaultManifest is the metadata of the shipped model, without its
// postprocessing.
func defaultManifest(t testing.TB) *Manifest {
	t.Helper()
	m, err := Parse("SCHEMA.md", []byte(sample(t)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// pictureVolume holds copies of one picture as axial slices.
func pictureVolume(rows, cols, slices int, value func(x float32) int16) *volume.Volume {
	v := &volume.Volume{Unit: volume.HU}
	v.Size = volume.Size{cols, rows, slices}
	v.Affine = volume.Affine{{0.7, 0, 0, 0}, {0, 0.7, 0, 0}, {0, 0, 1, 0}}
	p := picture(rows, cols)
	for range slices {
		for _, x := range p {
			v.Int16 = append(v.Int16, value(x))
		}
	}
	return v
}

// The whole preprocessing of the default model, against NumPy and OpenCV.
func TestDefaultPreprocessingAgainstOpenCV(t *testing.T) {
	for _, c := range opencv(t).Pipeline {
		v := pictureVolume(c.From[0], c.From[1], 1, func(x float32) int16 { return int16(2*x + 300) })
		v.Int16[0] = -1748 // 2*x+300 of a pixel below what the clip lets through
		v.Int16[0] = int16(2*picture(c.From[0], c.From[1])[0] + 300)
		p, err := newPlan("m", defaultManifest(t), v)
		if err != nil {
			t.Fatal(err)
		}
		got, cut := p.picture(0)
		if cut != (rect{0, 0, c.From[0], c.From[1]}) {
			t.Errorf("cut %v", cut)
		}
		bytes := make([]float32, len(got))
		for n, x := range got {
			bytes[n] = float32(math.Round(float64(x) * 255))
		}
		// The last bit of a float decides a few roundings another way.
		if n, worst := c.Want.differ(bytes, 256, 2); n > 1 {
			t.Errorf("%v: %d values differ by more than 2, by up to %g", c.From, n, worst)
		}
		if d := math.Abs(sum(bytes)-c.Want.Sum) / (256 * 256); d > 0.01 {
			t.Errorf("%v: the mean differs by %g", c.From, d)
		}
	}
}

func TestPaddingCountsAsFloor(t *testing.T) {
	a := pictureVolume(64, 64, 1, func(x float32) int16 { return int16(x) })
	b := pictureVolume(64, 64, 1, func(x float32) int16 { return int16(x) })
	for n := range 64 {
		a.Int16[n], b.Int16[n] = -3024, volume.FloorHU
	}
	m := defaultManifest(t)
	pa, err := newPlan("m", m, a)
	if err != nil {
		t.Fatal(err)
	}
	pb, err := newPlan("m", m, b)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := pa.picture(0)
	y, _ := pb.picture(0)
	for n := range x {
		if x[n] != y[n] {
			t.Fatalf("pixel %d: %g with padding, %g without", n, x[n], y[n])
		}
	}
}

func TestSteps(t *testing.T) {
	in := []float32{-2, 0, 0.5, 1.5, 2.5, 8}
	rng := func(a, b float64) Target { return Target{Range: [2]float64{a, b}} }
	for _, c := range []struct {
		name string
		step PreStep
		want []float32
	}{
		{"clip", PreStep{Op: "clip", Min: 0, Max: 2}, []float32{0, 0, 0.5, 1.5, 2, 2}},
		{"window", PreStep{Op: "window", Center: 1, Width: 2, To: rng(0, 10)}, []float32{0, 0, 2.5, 7.5, 10, 10}},
		{"minmax slice", PreStep{Op: "minmax", Scope: Scope{Name: "slice"}, To: rng(0, 1)}, []float32{0, 0.2, 0.25, 0.35, 0.45, 1}},
		{"minmax range", PreStep{Op: "minmax", Scope: Scope{Range: [2]float64{0, 2}}, To: rng(0, 1)}, []float32{-1, 0, 0.25, 0.75, 1.25, 4}},
		{"zscore constants", PreStep{Op: "zscore", Scope: Scope{Name: "constants"}, Mean: 1, Std: 3, Epsilon: 1}, []float32{-0.5, 0, 0.125, 0.375, 0.625, 2}},
		{"zscore slice", PreStep{Op: "zscore", Scope: Scope{Name: "slice"}}, []float32{-1.20225, -0.56105, -0.40075, -0.08015, 0.24045, 2.00374}},
		{"zscore foreground", PreStep{Op: "zscore", Scope: Scope{Name: "foreground"}, Threshold: 1}, []float32{-2.09956, -1.39971, -1.22474, -0.87482, -0.52489, 1.39971}},
		{"round", PreStep{Op: "round"}, []float32{-2, 0, 0, 2, 2, 8}},
		{"scale", PreStep{Op: "scale", Factor: 2, Offset: -1}, []float32{-5, -1, 0, 2, 4, 15}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := &volume.Volume{Unit: volume.HU, Float32: in}
			v.Size = volume.Size{6, 1, 1}
			m := plainManifest()
			m.Preprocess = []PreStep{c.step}
			p, err := newPlan("m", m, v)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.measure(context.Background()); err != nil {
				t.Fatal(err)
			}
			got, _ := p.picture(0)
			for n := range c.want {
				if math.Abs(float64(got[n]-c.want[n])) > 1e-4 {
					t.Fatalf("%v, want %v", got, c.want)
				}
			}
		})
	}
}

// A constant picture gives a, and never divides by nothing.
func TestConstantPicture(t *testing.T) {
	v := &volume.Volume{Unit: volume.HU, Int16: make([]int16, 64*64)}
	v.Size = volume.Size{64, 64, 1}
	m := defaultManifest(t)
	p, err := newPlan("m", m, v)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := p.picture(0)
	for _, x := range got {
		if x != got[0] || x < 0 || x > 1 {
			t.Fatalf("a constant slice gives %g and %g", got[0], x)
		}
	}
	m = plainManifest()
	m.Preprocess = []PreStep{{Op: "zscore", Scope: Scope{Name: "slice"}}}
	if p, err = newPlan("m", m, v); err != nil {
		t.Fatal(err)
	}
	if got, _ := p.picture(0); got[7] != 0 {
		t.Errorf("the z-score of a constant is %g", got[7])
	}
}

// Statistics over the volume come from what the steps before leave.
func TestMinmaxOverTheVolume(t *testing.T) {
	v := rampVolume(volume.Size{4, 4, 3}, 1) // 0..233
	m := plainManifest()
	m.Preprocess = []PreStep{
		{Op: "clip", Min: 10, Max: 210},
		{Op: "minmax", Scope: Scope{Name: "volume"}, To: Target{Range: [2]float64{0, 1}}},
	}
	p, err := newPlan("m", m, v)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.measure(context.Background()); err != nil {
		t.Fatal(err)
	}
	got, _ := p.picture(1)
	if want := float32(90.0 / 200); got[0] != want {
		t.Errorf("voxel 100 of 10..210 gives %g, want %g", got[0], want)
	}
}

// Every orientation word and slice axis reads the voxels it says.
// Padding, and all below it, is -1024 HU to a model; other numbers are as they are.
func TestPaddingIsTheFloor(t *testing.T) {
	for unit, want := range map[volume.Unit]float32{volume.HU: volume.FloorHU, volume.Arbitrary: -3024} {
		for _, floats := range []bool{true, false} {
			v := rampVolume(volume.Size{4, 3, 1}, 1)
			v.Unit, v.Float32[5] = unit, -3024
			if !floats {
				for _, x := range v.Float32 {
					v.Int16 = append(v.Int16, int16(x))
				}
				v.Float32 = nil
			}
			w, pix := newView(v.Size, "LPS", "axial"), make([]float32, 12)
			w.load(v, 0, pix)
			if pix[5] != want {
				t.Errorf("%v, floats %v: %g, want %g", unit, floats, pix[5], want)
			}
		}
	}
}

func TestViewsReadTheRightVoxels(t *testing.T) {
	v := rampVolume(volume.Size{4, 3, 5}, 1)
	words := 0
	for _, a := range "LR" {
		for _, b := range "PA" {
			for _, c := range "SI" {
				l := [3]string{string(a), string(b), string(c)}
				for _, o := range [6][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
					word := l[o[0]] + l[o[1]] + l[o[2]]
					words++
					for _, across := range []string{"axial", "coronal", "sagittal"} {
						w := newView(v.Size, word, across)
						pix := make([]float32, w.rows*w.cols)
						for s := range w.slices {
							w.load(v, s, pix)
							for r := range w.rows {
								for c := range w.cols {
									at := w.voxel(s, r, c)
									if got, want := pix[r*w.cols+c], float32(v.At(at[0], at[1], at[2])); got != want {
										t.Fatalf("%s %s (%d, %d, %d): %g, want %g", word, across, s, r, c, got, want)
									}
								}
							}
						}
					}
				}
			}
		}
	}
	if words != 48 {
		t.Fatalf("%d words", words)
	}
	w := newView(v.Size, "RPS", "axial")
	if at := w.voxel(1, 2, 0); at != [3]int{3, 2, 1} {
		t.Errorf("column 0 of RPS is i = %d, want the last", at[0])
	}
	w = newView(v.Size, "LSP", "coronal")
	if w.rows != 5 || w.cols != 4 || w.slices != 3 {
		t.Errorf("coronal LSP: %d slices of %dx%d", w.slices, w.rows, w.cols)
	}
}

func TestMultipleOfPadsWithTheLowestValue(t *testing.T) {
	v := rampVolume(volume.Size{5, 6, 1}, 1)
	m := plainManifest()
	m.Input.Size = SizeRule{Mode: "multiple_of", Value: []int{4, 8}}
	p, err := newPlan("m", m, v)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := p.picture(0)
	if p.rows != 8 || p.cols != 8 || got[7] != 0 || got[4] != 4 || got[8] != 10 || got[63] != 0 {
		t.Errorf("%dx%d: %v", p.rows, p.cols, got)
	}
}

func TestSizeThatDoesNotFitIsRefused(t *testing.T) {
	m := plainManifest()
	m.Input.Size = SizeRule{Mode: "fixed", Value: []int{256, 256}}
	if _, err := newPlan("m", m, rampVolume(volume.Size{5, 6, 1}, 1)); err == nil {
		t.Error("a 6x5 picture was taken for 256x256")
	}
}

// A margin in millimetres means nothing on a grid of unknown spacing; training refuses it too.
func TestCropWithoutSpacingIsRefused(t *testing.T) {
	m := plainManifest()
	m.Preprocess = []PreStep{{Op: "crop", To: Target{Name: "body"}, MarginMM: 3}, {Op: "resize", Size: Pair{8, 8}, Interpolation: "linear"}}
	v := rampVolume(volume.Size{8, 8, 1}, 1)
	if _, err := newPlan("m", m, v); err != nil {
		t.Fatal(err)
	}
	v.Warnings = []volume.Warning{{Kind: volume.WarnNoSpacing}}
	_, err := newPlan("m", m, v)
	if kind, why := app.Explain(err); kind != app.Refused || why.Key != "inference.crop_spacing" {
		t.Errorf("%v", err)
	}
}

// Preparing a slice and bringing its result back allocates nothing.
func TestNoAllocationPerSlice(t *testing.T) {
	v := pictureVolume(512, 512, 3, func(x float32) int16 { return int16(x) })
	crop := plainManifest()
	crop.Preprocess = []PreStep{{Op: "crop", To: Target{Name: "body"}, MarginMM: 3}, {Op: "resize", Size: Pair{128, 128}, Interpolation: "linear"}}
	mirror := defaultManifest(t)
	mirror.Preprocess = append([]PreStep{{Op: "mirror", BelowMM: 360, ToMM: 400}}, mirror.Preprocess...)
	for name, m := range map[string]*Manifest{"default": defaultManifest(t), "crop": crop, "mirror": mirror} {
		p, err := newPlan("m", m, v)
		if err != nil {
			t.Fatal(err)
		}
		c := newCollector(p, len(m.Output.Channels), volume.Box{})
		out := make([]float32, len(m.Output.Channels)*p.rows*p.cols)
		s := 0
		n := testing.AllocsPerRun(6, func() {
			pix, cut := p.picture(s % 3)
			copy(out, pix)
			c.take(out, 0)
			c.place(s%3, cut)
			s++
		})
		if n != 0 {
			t.Errorf("%s: %g allocations a slice", name, n)
		}
	}
}

func BenchmarkPreprocessSlice512(b *testing.B) {
	v := pictureVolume(512, 512, 2, func(x float32) int16 { return int16(x) })
	p, err := newPlan("m", defaultManifest(b), v)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	s := 0
	for b.Loop() {
		p.picture(s % 2)
		p.preparedSlice[0] = -1
		s++
	}
}

func BenchmarkCollectSlice512(b *testing.B) {
	v := pictureVolume(512, 512, 2, func(x float32) int16 { return int16(x) })
	p, err := newPlan("m", defaultManifest(b), v)
	if err != nil {
		b.Fatal(err)
	}
	c := newCollector(p, 2, volume.Box{})
	out := make([]float32, 2*256*256)
	for n := range out {
		out[n] = 0.5 + 0.5*float32(math.Sin(float64(n)/40))
	}
	cut := rect{0, 0, 512, 512}
	b.ReportAllocs()
	for b.Loop() {
		c.take(out, 0)
		c.place(0, cut)
	}
}
