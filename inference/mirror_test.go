package inference

import (
	"math"
	"slices"
	"testing"

	"opacity/app"
	"opacity/app/volume"
)

// narrow is a field of 7 x 7 cm, 1 cm a pixel, within a body: each pixel its own HU.
func narrow() *volume.Volume {
	v := &volume.Volume{Unit: volume.HU}
	v.Size = volume.Size{7, 7, 2}
	v.Affine = volume.Affine{{10, 0, 0, 0}, {0, 10, 0, 0}, {0, 0, 5, 0}}
	for n := range 2 * 49 {
		v.Int16 = append(v.Int16, int16(n))
	}
	return v
}

func mirrored(t *testing.T, step PreStep, v *volume.Volume) *plan {
	t.Helper()
	m := plainManifest()
	step.Op = "mirror"
	m.Preprocess = []PreStep{step}
	p, err := newPlan("m", m, v)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A narrow field is continued by its mirror image, the edge line first, on each side.
func TestMirrorContinuesANarrowField(t *testing.T) {
	p := mirrored(t, PreStep{BelowMM: 80, ToMM: 110, MinDense: 0.5}, narrow())
	got, cut := p.picture(1)
	if p.rows != 11 || p.cols != 11 || cut != (rect{-2, -2, 9, 9}) {
		t.Fatalf("%d x %d, %v", p.rows, p.cols, cut)
	}
	line := func(r int) []float32 { return got[r*11:][:11] }
	if want := []float32{50, 49, 49, 50, 51, 52, 53, 54, 55, 55, 54}; !slices.Equal(line(2), want) {
		t.Errorf("the first row %v, want %v", line(2), want)
	}
	for _, pair := range [][2]int{{0, 3}, {1, 2}, {9, 8}, {10, 7}} {
		if !slices.Equal(line(pair[0]), line(pair[1])) {
			t.Errorf("row %d is not row %d: %v", pair[0], pair[1], line(pair[0]))
		}
	}
}

func TestMirrorLeavesAlone(t *testing.T) {
	child := narrow() // whole, in air
	for n := range child.Int16 {
		if c, r := n%7, n/7%7; c == 0 || c == 6 || r == 0 || r == 6 {
			child.Int16[n] = -1000
		}
	}
	grey := narrow()
	grey.Unit = volume.Arbitrary
	unmeasured := narrow() // how many centimetres it spans is not known
	unmeasured.Warnings = []volume.Warning{{Kind: volume.WarnNoSpacing}}
	for name, c := range map[string]struct {
		v    *volume.Volume
		step PreStep
	}{
		"a wide field":        {narrow(), PreStep{BelowMM: 70, ToMM: 110}},
		"a small body in air": {child, PreStep{BelowMM: 80, ToMM: 110, MinDense: 0.1}},
		"what has no HU":      {grey, PreStep{BelowMM: 80, ToMM: 110}},
		"what has no spacing": {unmeasured, PreStep{BelowMM: 80, ToMM: 110}},
	} {
		p := mirrored(t, c.step, c.v)
		if _, cut := p.picture(0); cut != (rect{0, 0, 7, 7}) {
			t.Errorf("%s: %v", name, cut)
		}
	}
	if p := mirrored(t, PreStep{BelowMM: 80, ToMM: 1000}, narrow()); p.rows != 21 {
		t.Errorf("continued to %d rows, beyond one mirror image", p.rows)
	}
}

// A field of unknown width is not continued, and whoever reads the result is told.
func TestMirrorWithoutSpacingIsTold(t *testing.T) {
	m := plainManifest()
	m.Preprocess = []PreStep{{Op: "mirror", BelowMM: 80, ToMM: 110}}
	for _, known := range []bool{true, false} {
		v := narrow()
		if !known {
			v.Warnings = []volume.Warning{{Kind: volume.WarnNoSpacing}}
		}
		r, err := segment(t, m, &fakeRuntime{channels: 1, compute: identity}, v, app.SegmentRequest{})
		if err != nil {
			t.Fatal(err)
		}
		told := slices.ContainsFunc(r.Warnings, func(w volume.Warning) bool {
			return w.Kind == volume.WarnModel && w.Message.Key == "inference.step_needs_spacing"
		})
		if told == known {
			t.Errorf("spacing known %t: warnings %v", known, r.Warnings)
		}
	}
}

// What the network says of the part that was added is left out, and the rest lies where
// it was seen: for channels of their own and for those that compete, in every orientation.
func TestMirroredAnswersComeBackInPlace(t *testing.T) {
	for _, orientation := range []string{"LPS", "RPS", "PLS", "LAI", "ARS"} {
		for _, exclusive := range []bool{false, true} {
			m := plainManifest()
			m.Input.Orientation = orientation
			m.Output.Exclusive = exclusive
			m.Output.Channels = []Channel{{Index: 0, Label: "lung", Layer: "anatomy", Threshold: 0.5}}
			if exclusive {
				m.Output.Channels = append(m.Output.Channels, Channel{Index: 1})
			}
			m.Preprocess = []PreStep{{Op: "mirror", BelowMM: 80, ToMM: 110}}
			v := narrow()
			p, err := newPlan("m", m, v)
			if err != nil {
				t.Fatal(err)
			}
			c := newCollector(p, 2, volume.Box{Max: [3]int{7, 7, 2}})
			out := make([]float32, 2*11*11)
			for s := range 2 {
				pix, cut := p.picture(s)
				for n, x := range pix { // odd HU are lung
					out[n] = float32(math.Abs(math.Mod(float64(x), 2)))
					out[121+n] = 1 - out[n]
				}
				c.take(out, 0)
				c.place(s, cut)
			}
			for n, hu := range v.Int16 {
				i, j, k := n%7, n/7%7, n/49
				want := hu%2 != 0
				if got := c.found[0].At(i, j, k); got != want {
					t.Fatalf("%s, exclusive %v: voxel %d %d %d is %v", orientation, exclusive, i, j, k, got)
				}
				if got := c.probabilities[0][k][j*7+i]; (got == 255) != want {
					t.Fatalf("%s, exclusive %v: probability of %d %d %d is %d", orientation, exclusive, i, j, k, got)
				}
			}
		}
	}
}

func TestMirrorAfterAResizeIsRefused(t *testing.T) {
	m := plainManifest()
	m.Preprocess = []PreStep{{Op: "resize", Size: Pair{8, 8}, Interpolation: "linear"}, {Op: "mirror", BelowMM: 80, ToMM: 110}}
	if _, err := newPlan("m", m, narrow()); err == nil {
		t.Error("mirrored after a resize")
	}
}
