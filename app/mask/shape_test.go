package mask

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"opacity/app/volume"
)

// grid is a straight grid with the given distances between voxel centres.
func grid(size volume.Size, spacingMM [3]float64) volume.Geometry {
	g := volume.Geometry{Size: size}
	for c := range 3 {
		g.Affine[c][c] = spacingMM[c]
	}
	return g
}

// anyGrid is a random one: anisotropic, perhaps tilted, perhaps uneven.
func anyGrid(r *rand.Rand) volume.Geometry {
	size := volume.Size{1 + r.IntN(30), 1 + r.IntN(30), 1 + r.IntN(20)}
	g := grid(size, [3]float64{0.4 + r.Float64(), 0.4 + r.Float64(), 0.5 + 5*r.Float64()})
	for c := range 3 {
		g.Affine[c][3] = 400*r.Float64() - 200
	}
	if r.IntN(3) == 0 {
		g.Affine[1][2] = g.Affine[2][2] * (r.Float64() - 0.5)
	}
	if r.IntN(3) == 0 {
		mm := 0.0
		for range size[2] {
			g.SlicePositionsMM = append(g.SlicePositionsMM, mm)
			mm += g.SliceStepMM() * (0.3 + 2*r.Float64())
		}
	}
	return g
}

// around is a fractional voxel in or near a grid.
func around(r *rand.Rand, size volume.Size) (p volume.Vec) {
	for c := range 3 {
		p[c] = (1.6*r.Float64()-0.3)*float64(size[c]) - 0.5
	}
	return p
}

func anyTip(r *rand.Rand, g volume.Geometry) Tip {
	return Tip{
		Geometry: g, RadiusMM: []float64{0, 0.2, 4 * r.Float64(), 15 * r.Float64()}[r.IntN(4)],
		Square: r.IntN(2) == 0, Solid: r.IntN(2) == 0, Axis: r.IntN(3),
	}
}

// bitsOf collects a shape, and fails where it leaves the grid.
func bitsOf(t *testing.T, s Shape, size volume.Size) *Bits {
	t.Helper()
	b := NewBits(size)
	s.Runs(size, func(i0, i1, j, k int) {
		if i0 < 0 || i0 >= i1 || i1 > size[0] || j < 0 || j >= size[1] || k < 0 || k >= size[2] {
			t.Fatalf("run %d..%d of row (%d, %d) on a grid of %s", i0, i1, j, k, size)
		}
		b.SetRun(i0, i1, j, k)
	})
	return b
}

// lengths says how far apart two voxels are, by the definition of Tip: in the
// patient, or along the longest of the voxel axes.
func lengths(tip Tip, a, b volume.Vec) float64 {
	g := tip.Geometry
	if !tip.Square {
		return g.ToPatient(a).Sub(g.ToPatient(b)).Length()
	}
	longest := 0.0
	for c := range 3 {
		d := a[c] - b[c]
		if c == 2 && g.SlicePositionsMM != nil {
			x, y := volume.Vec{2: a[2]}, volume.Vec{2: b[2]}
			longest = math.Max(longest, g.ToPatient(x).Sub(g.ToPatient(y)).Length())
			continue
		}
		longest = math.Max(longest, math.Abs(d)*g.SpacingMM()[c])
	}
	return longest
}

// A tip holds what lies within its radius, in millimetres, and the voxel under
// its centre, and nothing else.
func TestTip_TrueMillimetres(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := anyGrid(r)
		tip, at := anyTip(r, g), around(r, g.Size)
		got := bitsOf(t, tip.At(at), g.Size)
		if !tip.Solid {
			at[tip.Axis] = math.Floor(at[tip.Axis] + 0.5)
		}
		for k := range g.Size[2] {
			for j := range g.Size[1] {
				for i := range g.Size[0] {
					p := volume.Vec{float64(i), float64(j), float64(k)}
					mm := lengths(tip, p, at)
					want := mm <= tip.RadiusMM && (tip.Solid || p[tip.Axis] == at[tip.Axis])
					want = want || p == volume.Vec{nearest(at[0]), nearest(at[1]), nearest(at[2])}
					if got.At(i, j, k) != want && math.Abs(mm-tip.RadiusMM) > 1e-6 {
						t.Fatalf("seed %d: %+v at %v: voxel %v, %g mm away: %v", seed, tip, at, p, mm, !want)
					}
				}
			}
		}
	}
}

// A sweep is what the tip covers at every point of its way. On an uneven stack a
// way is straight in the patient between slices alone, so it is left out.
func TestSweep_IsTheUnionOfItsPoints(t *testing.T) {
	const points = 700
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 2))
		g := anyGrid(r)
		g.SlicePositionsMM = nil
		tip, from, to := anyTip(r, g), around(r, g.Size), around(r, g.Size)
		if r.IntN(3) == 0 {
			to[r.IntN(3)] = from[r.IntN(3)]
		}
		if !tip.Solid {
			from[tip.Axis] = to[tip.Axis]
		}
		sweep, union, nearly := bitsOf(t, tip.Sweep(from, to), g.Size), NewBits(g.Size), NewBits(g.Size)
		wider := tip
		wider.RadiusMM += 2*lengths(tip, from, to)/points + 1e-6
		for n := range points + 1 {
			p := from
			for c := range 3 {
				p[c] += float64(n) / points * (to[c] - from[c])
			}
			union.Or(bitsOf(t, tip.At(p), g.Size))
			nearly.Or(bitsOf(t, wider.At(p), g.Size))
		}
		missing := union.Clone()
		missing.AndNot(sweep)
		if !missing.Empty() {
			t.Fatalf("seed %d: %+v from %v to %v leaves a gap of %d voxels", seed, tip, from, to, missing.Count())
		}
		tooMuch := sweep.Clone()
		tooMuch.AndNot(nearly)
		for k := range g.Size[2] {
			for j := range g.Size[1] {
				for i := range g.Size[0] {
					if tooMuch.At(i, j, k) && offTheWay(volume.Vec{float64(i), float64(j), float64(k)}, from, to) > 0.5+40.0/points {
						t.Fatalf("seed %d: %+v from %v to %v covers (%d, %d, %d)", seed, tip, from, to, i, j, k)
					}
				}
			}
		}
	}
}

// offTheWay is how far a voxel is from the way, along the longest axis, in voxels.
func offTheWay(p, from, to volume.Vec) float64 {
	best := math.Inf(1)
	for n := range 2001 {
		worst := 0.0
		for c := range 3 {
			worst = math.Max(worst, math.Abs(from[c]+float64(n)/2000*(to[c]-from[c])-p[c]))
		}
		best = math.Min(best, worst)
	}
	return best
}

func TestTip_Examples(t *testing.T) {
	thick := grid(volume.Size{40, 40, 11}, [3]float64{0.7, 0.7, 5})
	even := grid(volume.Size{21, 21, 21}, [3]float64{1, 1, 1})
	mid := volume.Vec{20, 20, 5}
	for _, c := range []struct {
		name  string
		shape Shape
		size  volume.Size
		want  string // voxels and box
	}{
		{"disc of 2 voxels", Tip{Geometry: even, RadiusMM: 2, Axis: 2}.At(volume.Vec{10, 10, 10}), even.Size, "13 [8 8 10]-[13 13 11]"},
		{"ball of 2 voxels", Tip{Geometry: even, RadiusMM: 2, Solid: true}.At(volume.Vec{10, 10, 10}), even.Size, "33 [8 8 8]-[13 13 13]"},
		{"cube", Tip{Geometry: even, RadiusMM: 2, Solid: true, Square: true}.At(volume.Vec{10, 10, 10}), even.Size, "125 [8 8 8]-[13 13 13]"},
		{"square between voxels", Tip{Geometry: even, RadiusMM: 1.5, Square: true, Axis: 1}.At(volume.Vec{10.5, 3.2, 10.5}), even.Size, "16 [9 3 9]-[13 4 13]"},
		{"thick slices: a ball of 4 mm stays in its slice", Tip{Geometry: thick, RadiusMM: 4, Solid: true}.At(mid), thick.Size, "101 [15 15 5]-[26 26 6]"},
		{"of 5 mm it touches the next", Tip{Geometry: thick, RadiusMM: 5, Solid: true}.At(mid), thick.Size, "163 [13 13 4]-[28 28 7]"},
		{"an upright disc", Tip{Geometry: thick, RadiusMM: 5, Axis: 1}.At(mid), thick.Size, "17 [13 20 4]-[28 21 7]"},
		{"radius 0", Tip{Geometry: thick, Axis: 2}.At(volume.Vec{20.4, 19.6, 5}), thick.Size, "1 [20 20 5]-[21 21 6]"},
		{"radius 0 leaves no gap", Tip{Geometry: even, Axis: 2}.Sweep(volume.Vec{2, 3, 4}, volume.Vec{9, 3, 4}), even.Size, "8 [2 3 4]-[10 4 5]"},
		{"outside", Tip{Geometry: thick, RadiusMM: 3, Axis: 2}.At(volume.Vec{-9, 20, 5}), thick.Size, "0 [0 0 0]-[0 0 0]"},
		{"its slice is outside", Tip{Geometry: thick, RadiusMM: 300, Axis: 2}.At(volume.Vec{9, 20, 11}), thick.Size, "0 [0 0 0]-[0 0 0]"},
		{"just outside", Tip{Geometry: even, RadiusMM: 3, Axis: 2}.At(volume.Vec{-2, 10, 5}), even.Size, "6 [0 8 5]-[2 13 6]"},
		{"larger than the volume", Tip{Geometry: thick, RadiusMM: 1e300, Solid: true}.At(mid), thick.Size, "17600 [0 0 0]-[40 40 11]"},
		{"flat and larger", Tip{Geometry: thick, RadiusMM: math.Inf(1), Axis: 0}.At(mid), thick.Size, "440 [20 0 0]-[21 40 11]"},
		{"a radius that is no number", Tip{Geometry: thick, RadiusMM: math.NaN(), Axis: 2}.At(mid), thick.Size, "1 [20 20 5]-[21 21 6]"},
		{"a negative radius", Tip{Geometry: thick, RadiusMM: -3, Axis: 2}.At(mid), thick.Size, "1 [20 20 5]-[21 21 6]"},
		{"a centre that is no number", Tip{Geometry: thick, RadiusMM: 3}.At(volume.Vec{math.NaN(), 1, 1}), thick.Size, "0 [0 0 0]-[0 0 0]"},
		{"a way from far", Tip{Geometry: thick, RadiusMM: 3}.Sweep(volume.Vec{math.Inf(-1), 1, 1}, mid), thick.Size, "0 [0 0 0]-[0 0 0]"},
		{"no such axis", Tip{Geometry: even, RadiusMM: 1, Axis: 9}.At(volume.Vec{10, 10, 10}), even.Size, "5 [9 9 10]-[12 12 11]"},
		{"no geometry", Tip{RadiusMM: 3, Axis: 2}.At(mid), thick.Size, "1 [20 20 5]-[21 21 6]"},
	} {
		b := bitsOf(t, c.shape, c.size)
		if got := fmt.Sprintf("%d %v-%v", b.Count(), b.Bounds().Min, b.Bounds().Max); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// winding counts how often an outline goes round a point.
func winding(points [][2]float64, x, y float64) int {
	turns := 0.0
	for i, a := range points {
		b := points[(i+1)%len(points)]
		ax, ay, bx, by := a[0]-x, a[1]-y, b[0]-x, b[1]-y
		turns += math.Atan2(ax*by-ay*bx, ax*bx+ay*by)
	}
	return int(math.Round(turns / (2 * math.Pi)))
}

func TestPolygon_HoldsWhatItGoesRound(t *testing.T) {
	size := volume.Size{17, 13, 9}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		p := Polygon{Axis: r.IntN(3), First: r.IntN(12) - 2, Outside: r.IntN(3) == 0}
		p.Last = p.First + r.IntN(6)
		u, v := (p.Axis+1)%3, (p.Axis+2)%3
		if u > v {
			u, v = v, u
		}
		for range 3 + r.IntN(9) {
			p.Points = append(p.Points, [2]float64{(1.4*r.Float64() - 0.2) * float64(size[u]), (1.4*r.Float64() - 0.2) * float64(size[v])})
		}
		got := bitsOf(t, p, size)
		for k := range size[2] {
			for j := range size[1] {
				for i := range size[0] {
					at := [3]int{i, j, k}
					want := at[p.Axis] >= p.First && at[p.Axis] <= p.Last && (winding(p.Points, float64(at[u]), float64(at[v])) != 0) != p.Outside
					if got.At(i, j, k) != want {
						t.Fatalf("seed %d: %+v: voxel %v is %v", seed, p, at, !want)
					}
				}
			}
		}
	}
}

func TestPolygon_Examples(t *testing.T) {
	size := volume.Size{10, 10, 4}
	square := [][2]float64{{2, 2}, {5, 2}, {5, 5}, {2, 5}}
	for _, c := range []struct {
		name string
		p    Polygon
		want int
	}{
		{"a square takes each edge voxel once", Polygon{Axis: 2, Points: square}, 9},
		{"through the stack", Polygon{Axis: 2, First: -5, Last: 99, Points: square}, 36},
		{"twice round is still inside", Polygon{Axis: 2, Points: append(square, square...)}, 9},
		{"outside", Polygon{Axis: 2, Points: square, Outside: true}, 91},
		{"two points", Polygon{Axis: 2, Points: square[:2], Outside: true}, 0},
		{"a point that is no number", Polygon{Axis: 2, Points: append([][2]float64{{math.NaN(), 0}}, square...), Outside: true}, 0},
		{"no such axis", Polygon{Axis: 3, Points: square}, 0},
		{"no slice", Polygon{Axis: 2, First: 3, Last: 2, Points: square}, 0},
		{"around everything", Polygon{Axis: 0, Last: 9, Points: [][2]float64{{-1e5, -1e5}, {1e5, -1e5}, {0, 1e5}}}, 400},
	} {
		if got := bitsOf(t, c.p, size).Count(); got != c.want {
			t.Errorf("%s: %d voxels, want %d", c.name, got, c.want)
		}
	}
}
