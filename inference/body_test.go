package inference

import (
	"math"
	"testing"

	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
)

// cut is a piece of a picture: columns i0..i1-1 of rows j0..j1-1, in shares of
// the whole.
type cut struct {
	name           string
	i0, i1, j0, j1 float64
	circle         float64 // diameter, a share of the piece's smaller side; 0 for none
	padding        int16   // beyond the circle
}

var cuts = []cut{
	{name: "middle half", i0: 0.25, i1: 0.75, j0: 0.25, j1: 0.75},
	{name: "right half", i1: 0.5, j1: 1},
	{name: "left half", i0: 0.5, i1: 1, j1: 1},
	{name: "front half", i1: 1, j1: 0.5},
	{name: "back half", i1: 1, j0: 0.5, j1: 1},
	{name: "circle, padded with -3024", i1: 1, j1: 1, circle: 0.6, padding: -3024},
	{name: "circle, padded with -1024", i1: 1, j1: 1, circle: 0.6, padding: -1024},
	{name: "circle that fills the picture", i0: 0.2, i1: 0.8, j0: 0.2, j1: 0.8, circle: 1, padding: -2000},
}

// of returns the piece of a volume, and of sets on its grid; what padding covers
// is in none.
func (c cut) of(v *volume.Volume, sets ...*mask.Bits) (*volume.Volume, []*mask.Bits) {
	at := func(share float64, n int) int { return int(math.Round(share * float64(n))) }
	i0, i1, j0, j1 := at(c.i0, v.Size[0]), at(c.i1, v.Size[0]), at(c.j0, v.Size[1]), at(c.j1, v.Size[1])
	out := &volume.Volume{Unit: v.Unit}
	out.Size, out.Affine = volume.Size{i1 - i0, j1 - j0, v.Size[2]}, v.Affine
	out.Int16 = make([]int16, out.Size.Voxels())
	pieces := make([]*mask.Bits, len(sets))
	for n := range pieces {
		pieces[n] = mask.NewBits(out.Size)
	}
	radius := c.circle / 2 * float64(min(out.Size[0], out.Size[1]))
	for k := range out.Size[2] {
		for j := range out.Size[1] {
			for i := range out.Size[0] {
				to := i + out.Size[0]*(j+out.Size[1]*k)
				x, y := float64(i)-float64(out.Size[0]-1)/2, float64(j)-float64(out.Size[1]-1)/2
				if c.circle > 0 && x*x+y*y > radius*radius {
					out.Int16[to] = c.padding
					continue
				}
				out.Int16[to] = v.Int16[i0+i+v.Size[0]*(j0+j+v.Size[1]*k)]
				for n, s := range sets {
					if s.At(i0+i, j0+j, k) {
						pieces[n].Set(i, j, k)
					}
				}
			}
		}
	}
	return out, pieces
}

// Lung that the picture's edge cuts stays; the air around the patient does not
// come in, where arms and chest enclose it neither.
func TestInBodyKeepsCutLung(t *testing.T) {
	for _, o := range []phantom.Options{
		{Size: volume.Size{128, 128, 40}},
		{Size: volume.Size{128, 128, 40}, Seed: 3, Arms: true, NoiseHU: 60},
		{Size: volume.Size{400, 400, 8}, Seed: 7}, // looked at every second voxel
	} {
		v, m := phantom.New(o)
		lung := mask.BitsOf(m, mask.Anatomy, mask.LeftLung)
		lung.Or(mask.BitsOf(m, mask.Anatomy, mask.RightLung))
		outside := box(v.Size, 0, v.Size[0], 0, v.Size[1], 0, v.Size[2])
		outside.AndNot(bodyOutline(v, 0, v.Size[2]))
		for _, c := range cuts {
			piece, sets := c.of(v, lung, outside)
			a := box(piece.Size, 0, piece.Size[0], 0, piece.Size[1], 0, piece.Size[2])
			_, got := after(t, piece, a, mask.NewBits(piece.Size), PostStep{Op: "in_body", Label: "a"})
			for n, share := range []float64{0.98, 0.05} {
				all := sets[n].Count()
				sets[n].And(got[0])
				kept := float64(sets[n].Count()) / float64(max(all, 1))
				if n == 0 && kept < share || n == 1 && kept > share {
					t.Errorf("%s, seed %d, %s: %.3f of %s (%d voxels) is in the body", o.Size, o.Seed, c.name, kept, []string{"the lung", "what is outside"}[n], all)
				}
			}
		}
	}
}

// What is open at the picture's edge is taken in by how dense it is, and only
// beside a body that the edge cuts.
func TestOpeningsAtTheEdge(t *testing.T) {
	const n, mm = 120, 1.5
	wide := func(i, j int) bool { return j < 60 && i >= 40 && i < 80 }
	for _, c := range []struct {
		name  string
		hu    int16
		where func(i, j int) bool // of that value; the rest is body
		at    [2]int
		want  bool
	}{
		{"lung", -850, wide, [2]int{60, 30}, true},
		{"lung at full breath", -915, wide, [2]int{60, 30}, true},
		{"ground glass", -600, wide, [2]int{60, 30}, true},
		{"mattress", -955, wide, [2]int{60, 30}, false},
		{"air", -1000, wide, [2]int{60, 30}, false},
		{"a fold, nothing of which is far enough from its sides", -850, func(i, j int) bool { return j < 60 && i >= 40 && i < 43 }, [2]int{41, 30}, false},
		{"as grey as lung, around the body", -850, func(i, j int) bool { return min(i, j, n-1-i, n-1-j) < 10 }, [2]int{5, 5}, false},
		{"lung between the body and a piece of wall", -850, func(_, j int) bool { return j >= 10 && j < 60 }, [2]int{60, 30}, true},
		{"that piece of wall", -850, func(_, j int) bool { return j >= 10 && j < 60 }, [2]int{60, 5}, true},
		{"a piece of something beyond air", -1000, func(_, j int) bool { return j >= 10 && j < 60 }, [2]int{60, 5}, false},
	} {
		v := grid(volume.Size{n, n, 6})
		v.Affine = volume.Affine{{mm, 0, 0, 0}, {0, mm, 0, 0}, {0, 0, 3, 0}}
		for k := range 6 {
			for j := range n {
				for i := range n {
					hu := int16(40)
					if c.where(i, j) {
						hu = c.hu
					}
					v.Int16[i+n*(j+n*k)] = hu + int16((31*i+17*j+7*k)%61-30)
				}
			}
		}
		body := bodyOutline(v, 0, 6)
		if got := body.At(c.at[0], c.at[1], 3); got != c.want {
			t.Errorf("%s: in the body %t", c.name, got)
		}
		if !body.At(60, 90, 3) {
			t.Errorf("%s: the body itself is lost", c.name)
		}
	}
}

// Volumes without a body, without air, without anything: nothing breaks.
func TestBodyOutlineOfOddVolumes(t *testing.T) {
	for _, c := range []struct {
		name string
		size volume.Size
		hu   int16
		want int
	}{
		{"air", volume.Size{40, 30, 3}, -1000, 0},
		{"padding", volume.Size{40, 30, 3}, -3024, 0},
		{"lung", volume.Size{40, 30, 3}, -850, 0},
		{"water", volume.Size{40, 30, 3}, 0, 40 * 30 * 3},
		{"water, every second voxel", volume.Size{385, 387, 1}, 0, 385 * 387},
		{"one voxel", volume.Size{1, 1, 1}, 0, 1},
		{"a line", volume.Size{1, 400, 2}, 0, 800},
	} {
		v := grid(c.size)
		for n := range v.Int16 {
			v.Int16[n] = c.hu
		}
		if got := bodyOutline(v, 0, c.size[2]).Count(); got != c.want {
			t.Errorf("%s: %d voxels are body, want %d", c.name, got, c.want)
		}
	}
}
