package inference

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
)

// after carries out steps on the sets of two channels, "a" and "b".
func after(t *testing.T, v *volume.Volume, a, b *mask.Bits, steps ...PostStep) (warnings []volume.Warning, got []*mask.Bits) {
	t.Helper()
	m := plainManifest()
	m.Output.Channels = []Channel{{Label: "a"}, {Label: "b", Index: 1}}
	m.Postprocess = steps
	got = []*mask.Bits{a, b}
	warnings, err := postprocess(context.Background(), m, v, got, nil)
	if err != nil {
		t.Fatal(err)
	}
	return warnings, got
}

func grid(size volume.Size) *volume.Volume {
	v := &volume.Volume{Unit: volume.HU, Int16: make([]int16, size.Voxels())}
	v.Size = size
	v.Affine = volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 2, 0}}
	return v
}

func box(size volume.Size, i0, i1, j0, j1, k0, k1 int) *mask.Bits {
	b := mask.NewBits(size)
	for k := k0; k < k1; k++ {
		for j := j0; j < j1; j++ {
			b.SetRun(i0, i1, j, k)
		}
	}
	return b
}

func TestLargestComponents(t *testing.T) {
	size := volume.Size{70, 20, 10}
	for _, c := range []struct {
		n        int
		fraction float64
		want     int
	}{{1, 0, 1000}, {2, 0, 1240}, {2, 0.5, 1000}, {9, 0, 1248}, {9, 0.1, 1240}} {
		a := box(size, 0, 10, 0, 10, 0, 10)   // 1000
		a.Or(box(size, 20, 30, 0, 8, 0, 3))   // 240
		a.Or(box(size, 66, 68, 10, 12, 0, 2)) // 8
		_, got := after(t, grid(size), a, mask.NewBits(size), PostStep{Op: "largest_components", Label: "a", N: c.n, Connectivity: 6, MinFraction: c.fraction})
		if n := got[0].Count(); n != c.want {
			t.Errorf("%d largest, at least %g: %d voxels, want %d", c.n, c.fraction, n, c.want)
		}
	}
}

func TestFillHolesInSlicesAndSpace(t *testing.T) {
	size := volume.Size{20, 20, 6}
	shell := box(size, 2, 12, 2, 12, 0, 6)
	shell.AndNot(box(size, 4, 6, 4, 6, 0, 6))   // a tunnel: a hole in every slice
	shell.AndNot(box(size, 8, 10, 8, 10, 2, 4)) // a cavity
	for dims, want := range map[int]int{2: 600, 3: 576} {
		_, got := after(t, grid(size), shell.Clone(), mask.NewBits(size), PostStep{Op: "fill_holes", Label: "a", Dimensions: dims})
		if n := got[0].Count(); n != want {
			t.Errorf("%dD: %d voxels, want %d", dims, n, want)
		}
	}
}

func TestMinVolumeAndInside(t *testing.T) {
	size := volume.Size{30, 30, 10}
	a := box(size, 0, 10, 0, 10, 0, 10) // 2 ml at 2 mm³ a voxel
	a.Or(box(size, 20, 25, 20, 25, 0, 10))
	b := box(size, 5, 30, 0, 30, 0, 10)
	_, got := after(t, grid(size), a, b,
		PostStep{Op: "min_volume", Label: "a", ML: 1}, PostStep{Op: "inside", Label: "b", Of: "a"})
	if got[0].Count() != 1000 || got[1].Count() != 500 {
		t.Errorf("%d and %d voxels, want 1000 and 500", got[0].Count(), got[1].Count())
	}
}

// The running box sums give what summing every box afresh gives.
func TestHURangeAgainstPlainSums(t *testing.T) {
	size := volume.Size{23, 17, 9}
	v := grid(size)
	r := rand.New(rand.NewPCG(5, 6))
	for n := range v.Int16 {
		v.Int16[n] = int16(r.IntN(1200) - 1300) // some below the floor
	}
	set := mask.NewBits(size)
	for range 900 {
		set.Set(r.IntN(23), r.IntN(17), r.IntN(9))
	}
	for _, smooth := range []float64{0, 3, 5, 11} {
		got := inRange(v, set, -800, -650, smooth)
		ri := max(0, int((smooth-1)/2+0.5))
		rk := max(0, int((smooth/2-1)/2+0.5))
		for k := range 9 {
			for j := range 17 {
				for i := range 23 {
					sum, n := 0, 0
					for z := max(0, k-rk); z <= min(8, k+rk); z++ {
						for y := max(0, j-ri); y <= min(16, j+ri); y++ {
							for x := max(0, i-ri); x <= min(22, i+ri); x++ {
								sum += max(int(v.At(x, y, z)), volume.FloorHU)
								n++
							}
						}
					}
					mean := float32(sum) / float32(n)
					if want := set.At(i, j, k) && mean >= -800 && mean <= -650; got.At(i, j, k) != want {
						t.Fatalf("smoothed over %g mm, (%d, %d, %d) with a mean of %g: kept %t", smooth, i, j, k, mean, !want)
					}
				}
			}
		}
	}
}

func TestAerated(t *testing.T) {
	size := volume.Size{30, 10, 4}
	v := grid(size)
	for k := range 4 {
		for j := range 10 {
			for i := range 15 {
				v.Int16[i+30*(j+10*k)] = -850
			}
		}
	}
	a := box(size, 0, 10, 0, 10, 0, 4)   // all air
	a.Or(box(size, 12, 22, 0, 10, 0, 4)) // three tenths
	a.Or(box(size, 25, 29, 0, 10, 0, 4)) // none
	for share, want := range map[float64]int{0.2: 800, 0.3: 800, 0.5: 400, 0: 960} {
		_, got := after(t, v, a.Clone(), mask.NewBits(size), PostStep{Op: "aerated", Label: "a", Dimensions: 3, BelowHU: -500, MinFraction: share})
		if n := got[0].Count(); n != want {
			t.Errorf("at least %g below: %d voxels, want %d", share, n, want)
		}
	}
}

// Voxels in range are taken in where a way leads to them, within the radius.
func TestGrowHU(t *testing.T) {
	size := volume.Size{40, 10, 3}
	v := grid(size)
	for i := range 40 {
		if i != 20 {
			v.Int16[i+40*(5+10*1)] = -300 // a line with a gap
		}
	}
	seed := box(size, 10, 12, 5, 6, 1, 2)
	_, got := after(t, v, seed, mask.NewBits(size), PostStep{Op: "grow_hu", Label: "a", Min: -400, Max: -200, RadiusMM: 5})
	if n := got[0].Count(); n != 12 || !got[0].At(5, 5, 1) || !got[0].At(16, 5, 1) || got[0].At(17, 5, 1) {
		t.Errorf("5 mm: %d voxels", n)
	}
	_, got = after(t, v, seed, mask.NewBits(size), PostStep{Op: "grow_hu", Label: "a", Min: -400, Max: -200, RadiusMM: 25})
	if n := got[0].Count(); n != 20 || got[0].At(21, 5, 1) {
		t.Errorf("25 mm: %d voxels, want those up to the gap", n)
	}
}

func TestClosing(t *testing.T) {
	size := volume.Size{40, 20, 5}
	a := box(size, 2, 10, 2, 18, 0, 5)
	a.Or(box(size, 12, 20, 2, 18, 0, 5)) // 2 mm away
	a.Or(box(size, 30, 38, 2, 18, 0, 5)) // 10 mm away
	_, got := after(t, grid(size), a, mask.NewBits(size), PostStep{Op: "closing", Label: "a", RadiusMM: 3})
	if !got[0].At(11, 10, 2) || got[0].At(25, 10, 2) {
		t.Errorf("the narrow gap is closed %t, the wide one %t", got[0].At(11, 10, 2), got[0].At(25, 10, 2))
	}
}

func TestInBody(t *testing.T) {
	size := volume.Size{100, 100, 3}
	v := bodyVolume(size, [3]float64{3, 3, 3}, 50)
	a := box(size, 0, 100, 0, 100, 0, 3)
	_, got := after(t, v, a, mask.NewBits(size), PostStep{Op: "in_body", Label: "a"})
	if got[0].At(1, 1, 1) || !got[0].At(50, 50, 1) || !got[0].At(20, 50, 1) {
		t.Errorf("corner %t, centre %t", got[0].At(1, 1, 1), got[0].At(50, 50, 1))
	}
}

// Steps that need what a volume does not have are left out, and said.
func TestStepsAreLeftOutWithAWarning(t *testing.T) {
	size := volume.Size{10, 10, 2}
	v := grid(size)
	v.Unit = volume.Arbitrary
	v.Warnings = []volume.Warning{{Kind: volume.WarnNoSpacing}}
	a := box(size, 0, 10, 0, 10, 0, 2)
	warnings, got := after(t, v, a, mask.NewBits(size),
		PostStep{Op: "aerated", Label: "a", Dimensions: 3, BelowHU: -500, MinFraction: 1},
		PostStep{Op: "min_volume", Label: "a", ML: 99},
		PostStep{Op: "fill_holes", Label: "a", Dimensions: 2})
	if len(warnings) != 2 || got[0].Count() != 200 {
		t.Errorf("%v, %d voxels", warnings, got[0].Count())
	}
}

// A mean over millimetres needs the spacing; a voxel's own HU does not.
func TestHURangeWithoutSpacing(t *testing.T) {
	size := volume.Size{10, 10, 2}
	v := grid(size) // all 0 HU
	v.Warnings = []volume.Warning{{Kind: volume.WarnNoSpacing}}
	for smooth, want := range map[float64]struct{ warnings, voxels int }{3: {1, 200}, 0: {0, 0}} {
		warnings, got := after(t, v, box(size, 0, 10, 0, 10, 0, 2), mask.NewBits(size), PostStep{Op: "hu_range", Label: "a", Min: -780, Max: -200, SmoothMM: smooth})
		if len(warnings) != want.warnings || got[0].Count() != want.voxels {
			t.Errorf("smoothed over %g mm: %v, %d voxels", smooth, warnings, got[0].Count())
		}
	}
}

// Boxes of millions of voxels, and of large values, are summed without an overflow, along
// the slices and within one.
func TestHURangeOfLargeBoxes(t *testing.T) {
	for name, c := range map[string]struct {
		size    volume.Size
		hu      float32
		float   bool
		spacing float64
	}{
		"many slices":           {volume.Size{140, 140, 140}, -850, false, 0.3},
		"large values":          {volume.Size{270, 270, 2}, 32000, false, 0.1},
		"larger values":         {volume.Size{30, 30, 30}, 1e6, true, 0.3},
		"a box beyond the grid": {volume.Size{20, 20, 3}, -850, false, 0.01},
	} {
		v := &volume.Volume{Unit: volume.HU}
		v.Size = c.size
		for axis := range 3 {
			v.Affine[axis][axis] = c.spacing
		}
		if c.float {
			v.Float32 = slices.Repeat([]float32{c.hu}, c.size.Voxels())
		} else {
			v.Int16 = slices.Repeat([]int16{int16(c.hu)}, c.size.Voxels())
		}
		set := box(c.size, 0, c.size[0], 0, c.size[1], 0, c.size[2])
		if got := inRange(v, set, c.hu-100, c.hu+100, 50).Count(); got != c.size.Voxels() {
			t.Errorf("%s: %d of %d voxels are in range", name, got, c.size.Voxels())
		}
	}
}

// BenchmarkPostprocess is the default chain of steps and the sides, on a
// 512x512x300 phantom with the model's usual mistakes.
func BenchmarkPostprocess(b *testing.B) {
	v, m := phantom.New(phantom.Options{})
	lung := mask.BitsOf(m, mask.Anatomy, mask.LeftLung)
	lung.Or(mask.BitsOf(m, mask.Anatomy, mask.RightLung))
	infection := mask.BitsOf(m, mask.Findings, mask.Infection)
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		i, j, k := r.IntN(500), r.IntN(500), r.IntN(300)
		lung.SetRun(i, i+8, j, k)
		infection.SetRun(i, i+5, j, k)
	}
	man := defaultManifest(b)
	man.Postprocess = []PostStep{
		{Op: "in_body", Label: "lung"},
		{Op: "aerated", Label: "lung", Dimensions: 2, BelowHU: -500, MinFraction: 0.2},
		{Op: "largest_components", Label: "lung", N: 2, Connectivity: 6, MinFraction: 0.05},
		{Op: "closing", Label: "lung", RadiusMM: 5},
		{Op: "fill_holes", Label: "lung", Dimensions: 2},
		{Op: "inside", Label: "infection", Of: "lung"},
		{Op: "hu_range", Label: "infection", Min: -750, Max: 100, SmoothMM: 4},
		{Op: "min_volume", Label: "infection", ML: 0.05},
	}
	for b.Loop() {
		found := []*mask.Bits{lung.Clone(), infection.Clone()}
		if _, err := postprocess(context.Background(), man, v, found, nil); err != nil {
			b.Fatal(err)
		}
		SplitLungs(found[0], v)
	}
}

// Pieces of which the model is nowhere sure are dropped, in channels that compete
// and in those that do not.
func TestPeak(t *testing.T) {
	v := grid(volume.Size{9, 1, 2})
	row := []int16{0, 6, 7, 0, 6, 10, 6, 0, 8}
	copy(v.Int16, row)
	copy(v.Int16[9:], []int16{0, 0, 0, 0, 0, 0, 6, 0, 0}) // joins the surer piece below
	for _, exclusive := range []bool{false, true} {
		m := plainManifest()
		m.Preprocess = []PreStep{{Op: "scale", Factor: 0.1}}
		m.Output.Channels[0].Index = 1
		m.Output.Exclusive = exclusive
		if exclusive {
			m.Output.Channels = append(m.Output.Channels, Channel{Index: 0})
		}
		m.Postprocess = []PostStep{{Op: "peak", Label: "infection", Min: 0.9}}
		f := &fakeRuntime{channels: 2, compute: func(in, out *tensor.Dense) {
			from, to := in.Data().([]float32), out.Data().([]float32)
			for n, x := range from {
				to[n], to[n+len(from)] = 1-x, x
			}
		}}
		r, err := segment(t, m, f, v, app.SegmentRequest{})
		if err != nil {
			t.Fatal(err)
		}
		want := "000011100000000100"
		got := ""
		for n := range v.Int16 {
			got += string('0' + rune(r.Mask.At(mask.Findings, n%9, 0, n/9)/mask.Infection))
		}
		if got != want {
			t.Errorf("exclusive %t: %s, want %s", exclusive, got, want)
		}
	}
}
