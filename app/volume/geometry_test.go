package volume

import (
	"math"
	"math/rand/v2"
	"testing"
)

// permutations are the six orders of three axes.
var permutations = [6][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}

// each calls f with affines whose file axes point along patient axes in all 48
// orders and directions, made a little crooked by up to skew.
func each(r *rand.Rand, skew float64, f func(axes [3]int, flip [3]bool, a Affine)) {
	for _, axes := range permutations {
		for signs := range 8 {
			var a Affine
			var flip [3]bool
			for c, file := range axes {
				step := 0.5 + 2*r.Float64()
				flip[c] = signs>>c&1 == 1
				if flip[c] {
					step = -step
				}
				for row := range 3 {
					a[row][file] = skew * math.Abs(step) * (2*r.Float64() - 1)
				}
				a[c][file] = step
			}
			for row := range 3 {
				a[row][3] = 500 * (r.Float64() - 0.5)
			}
			f(axes, flip, a)
		}
	}
}

func near(a, b Vec, tol float64) bool {
	return a.Sub(b).Length() <= tol
}

// Whatever the order and direction of the file's axes, the canonical grid is
// near LPS, each of its voxels is the file's voxel that FileStrides names, and
// that voxel lies where the file's own affine puts it.
func TestCanonical(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, skew := range []float64{0, 0.1, 0.3} {
		each(r, skew, func(axes [3]int, flip [3]bool, a Affine) {
			size := Size{2 + r.IntN(9), 2 + r.IntN(9), 2 + r.IntN(9)}
			g, src := Canonical(size, a)
			if src.Axes != axes || src.Flip != flip || src.Size != size || src.Affine != a {
				t.Fatalf("axes %v flip %v: got %+v", axes, flip, src)
			}
			if src.Axes[src.StackAxis()] != 2 {
				t.Fatalf("axes %v: stacked along %d", axes, src.StackAxis())
			}
			for c := range 3 {
				if g.Affine[c][c] <= 0 || g.Size[c] != size[axes[c]] {
					t.Fatalf("canonical axis %d steps %v over %d voxels", c, g.Affine.Column(c), g.Size[c])
				}
			}
			base, stride := src.FileStrides()
			for range 10 {
				p := [3]int{r.IntN(g.Size[0]), r.IntN(g.Size[1]), r.IntN(g.Size[2])}
				o := base + p[0]*stride[0] + p[1]*stride[1] + p[2]*stride[2]
				if o < 0 || o >= size.Voxels() {
					t.Fatalf("voxel %v at offset %d of %d", p, o, size.Voxels())
				}
				file := Vec{float64(o % size[0]), float64(o / size[0] % size[1]), float64(o / size[0] / size[1])}
				at := g.ToPatient(Vec{float64(p[0]), float64(p[1]), float64(p[2])})
				if want := a.Apply(file); !near(at, want, 1e-9) {
					t.Fatalf("voxel %v lies at %v, in the file at %v", p, at, want)
				}
			}
		})
	}
}

func TestOrientation(t *testing.T) {
	tests := []struct {
		affine Affine // LPS
		want   string
	}{
		{Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}, "LPS"},
		{Affine{{-1, 0, 0, 0}, {0, -1, 0, 0}, {0, 0, 1, 0}}, "RAS"},
		{Affine{{0, 0, -2, 0}, {1, 0, 0, 0}, {0, -3, 0, 0}}, "PIR"},
		{Affine{{0, 1, 0, 0}, {0, 0, -1, 0}, {1, 0, 0, 0}}, "SLA"},
	}
	for _, tt := range tests {
		if _, src := Canonical(Size{2, 2, 2}, tt.affine); src.Orientation() != tt.want {
			t.Errorf("got %s, want %s", src.Orientation(), tt.want)
		}
	}
}

// ToIndex takes back ToPatient, sheared or not, evenly spaced or not.
func TestToIndexInvertsToPatient(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, skew := range []float64{0, 0.25} {
		each(r, skew, func(_ [3]int, _ [3]bool, a Affine) {
			g, _ := Canonical(Size{20, 30, 6}, a)
			if r.IntN(2) == 0 { // uneven, rising
				at := 0.0
				for range g.Size[2] {
					g.SlicePositionsMM = append(g.SlicePositionsMM, at)
					at += g.SliceStepMM() * (0.5 + r.Float64())
				}
			}
			for range 10 {
				p := Vec{20 * r.Float64(), 30 * r.Float64(), 8*r.Float64() - 1}
				if got := g.ToIndex(g.ToPatient(p)); !near(got, p, 1e-9) {
					t.Fatalf("%v came back as %v (uneven: %v)", p, got, g.SlicePositionsMM)
				}
			}
		})
	}
}

func TestInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	each(r, 0.3, func(_ [3]int, _ [3]bool, a Affine) {
		inv, ok := a.Inverse()
		p := Vec{r.Float64(), r.Float64(), r.Float64()}
		if !ok || !near(inv.Apply(a.Apply(p)), p, 1e-9) {
			t.Fatalf("%v is not inverted by %v", a, inv)
		}
	})
	for name, a := range map[string]Affine{
		"zero":     {},
		"singular": {{1, 2, 0, 0}, {2, 4, 0, 0}, {0, 0, 1, 0}},
		"NaN":      {{math.NaN(), 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}},
	} {
		if _, ok := a.Inverse(); ok {
			t.Errorf("%s has an inverse", name)
		}
	}
}

func TestMeasuresOfAGrid(t *testing.T) {
	straight := Geometry{Size: Size{4, 4, 4}, Affine: Affine{{0.5, 0, 0, 0}, {0, 0.8, 0, 0}, {0, 0, 3, 0}}}
	tilted := straight
	tilted.Affine[1][2] = 3 // 45 degrees
	turned := straight
	s, c := math.Sincos(10 * math.Pi / 180)
	turned.Affine = Affine{{0.5 * c, -0.8 * s, 0, 0}, {0.5 * s, 0.8 * c, 0, 0}, {0, 0, 3, 0}}
	tests := []struct {
		name                    string
		g                       Geometry
		spacing                 [3]float64
		step, ml, tilt, oblique float64
	}{
		{"straight", straight, [3]float64{0.5, 0.8, 3}, 3, 0.0012, 0, 0},
		{"tilted", tilted, [3]float64{0.5, 0.8, math.Sqrt(18)}, 3, 0.0012, 45, 0},
		{"turned", turned, [3]float64{0.5, 0.8, 3}, 3, 0.0012, 0, 10},
	}
	for _, tt := range tests {
		near := func(a, b float64) bool { return math.Abs(a-b) < 1e-6 }
		got := tt.g.SpacingMM()
		if !near(got[0], tt.spacing[0]) || !near(got[1], tt.spacing[1]) || !near(got[2], tt.spacing[2]) {
			t.Errorf("%s: spacing %v, want %v", tt.name, got, tt.spacing)
		}
		if s := tt.g.SliceStepMM(); !near(s, tt.step) {
			t.Errorf("%s: slice step %g, want %g", tt.name, s, tt.step)
		}
		if v := tt.g.VoxelVolumeML(); !near(v, tt.ml) {
			t.Errorf("%s: voxel of %g ml, want %g", tt.name, v, tt.ml)
		}
		if a := tt.g.TiltDegrees(); !near(a, tt.tilt) {
			t.Errorf("%s: tilt %g, want %g", tt.name, a, tt.tilt)
		}
		if a := tt.g.ObliqueDegrees(); !near(a, tt.oblique) {
			t.Errorf("%s: oblique %g, want %g", tt.name, a, tt.oblique)
		}
	}
}

func TestProblem(t *testing.T) {
	good := Geometry{Size: Size{1, 1, 1}, Affine: Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}}
	if p := good.Problem(); !p.IsZero() {
		t.Error(p)
	}
	tests := map[string]func(g *Geometry){
		"no voxels":    func(g *Geometry) { g.Size[1] = 0 },
		"NaN":          func(g *Geometry) { g.Affine[0][3] = math.NaN() },
		"infinite":     func(g *Geometry) { g.Affine[2][2] = math.Inf(1) },
		"zero spacing": func(g *Geometry) { g.Affine[1][1] = 0 },
		"metres apart": func(g *Geometry) { g.Affine[0][0] = 1e30 },
		"too long":     func(g *Geometry) { g.Size[0] = 10_002 },
		"far apart":    func(g *Geometry) { g.Size[2], g.SlicePositionsMM = 3, []float64{0, 1, 10_001} },
		"singular":     func(g *Geometry) { g.Affine[0][1], g.Affine[1][1] = 1, 0 },
	}
	for name, spoil := range tests {
		g := good
		if spoil(&g); g.Problem().IsZero() {
			t.Errorf("%s is no problem", name)
		}
	}
}

func TestSameGrid(t *testing.T) {
	a := Geometry{Size: Size{100, 100, 100}, Affine: Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}}
	moved, turned, smaller := a, a, a
	moved.Affine[0][3] = 0.02
	turned.Affine[0][1] = 0.001 // 0.1 mm at the far corner
	smaller.Size[2] = 99
	tests := []struct {
		name string
		b    Geometry
		tol  float64
		want bool
	}{
		{"itself", a, 0, true},
		{"moved a little", moved, 0.05, true},
		{"moved", moved, 0.01, false},
		{"turned", turned, 0.05, false},
		{"smaller", smaller, 10, false},
	}
	for _, tt := range tests {
		if got := a.SameGrid(tt.b, tt.tol); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestBox(t *testing.T) {
	a, b := Box{Min: [3]int{0, 0, 0}, Max: [3]int{2, 2, 2}}, Box{Min: [3]int{1, 1, 1}, Max: [3]int{4, 3, 2}}
	if got, want := a.Union(b), (Box{Max: [3]int{4, 3, 2}}); got != want {
		t.Errorf("union %v, want %v", got, want)
	}
	if got, want := a.Intersect(b), (Box{Min: [3]int{1, 1, 1}, Max: [3]int{2, 2, 2}}); got != want {
		t.Errorf("intersection %v, want %v", got, want)
	}
	if got := a.Union(Box{}); got != a {
		t.Errorf("union with nothing %v", got)
	}
	if got := a.Intersect(Box{Min: [3]int{5, 5, 5}, Max: [3]int{6, 6, 6}}); !got.Empty() {
		t.Errorf("intersection of strangers %v", got)
	}
	if !a.CrossesSlice(2, 1) || a.CrossesSlice(2, 2) || (Box{}).CrossesSlice(0, 0) {
		t.Error("slices are crossed wrongly")
	}
}

func TestVolume(t *testing.T) {
	v := &Volume{Int16: []int16{1, 2, 3, 4, 5, 6, 7, 8}}
	v.Size = Size{2, 2, 2}
	if v.At(1, 0, 1) != 6 || len(v.SliceInt16(1)) != 4 || v.SliceInt16(1)[0] != 5 {
		t.Errorf("voxel %g, slice %v", v.At(1, 0, 1), v.SliceInt16(1))
	}
	nan := float32(math.NaN())
	f := &Volume{Float32: []float32{nan, 2, float32(math.Inf(1)), -1}}
	f.Size = Size{2, 2, 1}
	if lo, hi := f.Range(); lo != -1 || hi != 2 {
		t.Errorf("range %g..%g, want -1..2", lo, hi)
	}
	if v.Contains(2, 0, 0) || v.Contains(0, -1, 0) || !v.Contains(1, 1, 1) {
		t.Error("contains the wrong voxels")
	}
	if _, withheld := v.Withheld(); withheld {
		t.Error("withheld without a reason")
	}
	v.Warnings = []Warning{{Kind: WarnNotHU}, {Kind: WarnGap}}
	if w, withheld := v.Withheld(); !withheld || w.Kind != WarnGap {
		t.Errorf("withheld for %v", w)
	}
}
