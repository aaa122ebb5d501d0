package edit

import (
	"testing"

	"opacity/app/mask"
	"opacity/app/testdata"
	"opacity/app/volume"
)

// summary tells a set by its count and a checksum; see testdata/edit.py.
type summary struct{ Voxels, Checksum int }

func summarise(m *mask.Mask, value uint8) summary {
	var s summary
	label, _ := m.Label(value)
	n := m.Size()[0] * m.Size()[1]
	for k := range m.Size()[2] {
		for o, v := range m.Slice(label.Layer, k) {
			if v == value {
				s.Voxels++
				s.Checksum += (o+n*k)%65521 + 1
			}
		}
	}
	return s
}

type expected struct {
	Size      volume.Size
	SpacingMM [3]float64 `json:"spacing_mm"`
	Cases     []struct {
		Limit, Upper  int16
		Cell          int
		First, Second summary
		Filled        summary
		Margin        []struct {
			MM  float64
			Set summary
		}
		Median []struct {
			MM  float64
			Set summary
		}
		Joint []struct {
			MM            float64
			First, Second summary
		}
		Largest3, Above20, Clicked summary
		Seed                       [3]int
		Floods                     []struct {
			Tolerance float32
			Space     summary
			Slices    []summary
		}
	}
	Morphs []struct {
		First, Second [4]float64
		Slices        []summary
	}
}

func scipy(t *testing.T) (e expected) {
	t.Helper()
	testdata.JSON(t, "edit.json", &e)
	return e
}

func mix(x uint32) uint32 {
	x = (x ^ x>>15) * 0x2C1B3C6D
	x = (x ^ x>>12) * 0x297A2D39
	return x ^ x>>15
}

// made is the volume of testdata/edit.py, with labels 1 and 2 by value.
func made(size volume.Size, spacingMM [3]float64, cell int, limit, upper int16) Input {
	v := empty(size, spacingMM)
	m := mask.New(size, mask.DefaultLabels())
	slice := make([]uint8, size[0]*size[1])
	for k := range size[2] {
		clear(slice)
		for j := range size[1] {
			for i := range size[0] {
				coarse := mix(uint32(i/cell+131*(j/cell)+131*47*(k/cell))) % 256
				fine := mix(uint32(i+131*j+131*47*k+77777)) % 256
				x := int16(3*coarse+fine) - 1000
				o := i + size[0]*j
				v.SliceInt16(k)[o] = x
				switch {
				case x < limit:
					slice[o] = 1
				case x < upper:
					slice[o] = 2
				}
			}
		}
		m.SetSlice(mask.Anatomy, k, slice)
	}
	return Input{Mask: m, Volume: v, Label: 1}
}

// empty is a volume of 0 HU.
func empty(size volume.Size, spacingMM [3]float64) *volume.Volume {
	var a volume.Affine
	for c := range 3 {
		a[c][c] = spacingMM[c]
	}
	return &volume.Volume{Geometry: volume.Geometry{Size: size, Affine: a}, Unit: volume.HU, Int16: make([]int16, size.Voxels())}
}

// after returns the mask that a delta leads to.
func after(t *testing.T, in Input, d mask.Delta, err error) *mask.Mask {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	m := in.Mask.Snapshot()
	m.Apply(d)
	return m
}

func TestAgainstSciPy(t *testing.T) {
	e := scipy(t)
	ctx := t.Context()
	for n, c := range e.Cases {
		in := made(e.Size, e.SpacingMM, c.Cell, c.Limit, c.Upper)
		if summarise(in.Mask, 1) != c.First || summarise(in.Mask, 2) != c.Second {
			t.Fatalf("case %d is made otherwise", n)
		}
		check := func(name string, value uint8, want summary, d mask.Delta, err error) {
			t.Helper()
			if got := summarise(after(t, in, d, err), value); got != want {
				t.Errorf("case %d, %s: %v, want %v", n, name, got, want)
			}
		}
		d, err := FillHoles(ctx, in, HolesOptions{Axis: Space}, nil)
		check("filled", 1, c.Filled, d, err)
		for _, w := range c.Margin {
			d, err := Margin(ctx, in, MarginOptions{MM: w.MM}, nil)
			check("margin", 1, w.Set, d, err)
		}
		for _, w := range c.Median {
			d, err := Smooth(ctx, in, SmoothOptions{Do: Median, MM: w.MM}, nil)
			check("median", 1, w.Set, d, err)
		}
		for _, w := range c.Joint {
			d, err := JointSmooth(ctx, in, JointOptions{Labels: []uint8{1, 2}, SigmaMM: w.MM}, nil)
			check("joint, first", 1, w.First, d, err)
			check("joint, second", 2, w.Second, d, err)
		}
		d, err = Islands(ctx, in, IslandsOptions{Do: KeepLargest, N: 3}, nil)
		check("three largest", 1, c.Largest3, d, err)
		voxelML := in.Volume.VoxelVolumeML()
		d, err = Islands(ctx, in, IslandsOptions{Do: RemoveSmall, MinML: 19.5 * voxelML}, nil)
		check("20 voxels or more", 1, c.Above20, d, err)
		d, err = Islands(ctx, in, IslandsOptions{Do: KeepAt, At: c.Seed}, nil)
		check("clicked", 1, c.Clicked, d, err)
	}
}

// Floods go into an empty label, so that its voxels are those of the flood.
func TestFloodAgainstSimpleITK(t *testing.T) {
	e := scipy(t)
	for n, c := range e.Cases {
		in := made(e.Size, e.SpacingMM, c.Cell, c.Limit, c.Upper)
		in.Label = mask.Infection
		for _, f := range c.Floods {
			for axis, want := range append(f.Slices, f.Space) {
				opts := FloodOptions{Seed: c.Seed, Axis: axis, ToleranceHU: f.Tolerance}
				d, err := Flood(t.Context(), in, opts, nil)
				if got := summarise(after(t, in, d, err), mask.Infection); got != want {
					t.Errorf("case %d, axis %d, %g HU: %v, want %v", n, axis, f.Tolerance, got, want)
				}
			}
		}
	}
}

func ellipse(w, h int, e [4]float64) *mask.Bits {
	p := mask.NewBits(volume.Size{w, h, 1})
	for y := range h {
		for x := range w {
			dx, dy := (float64(x)-e[0])/e[2], (float64(y)-e[1])/e[3]
			if dx*dx+dy*dy <= 1 {
				p.Set(x, y, 0)
			}
		}
	}
	return p
}

func TestBetweenAgainstSciPy(t *testing.T) {
	e := scipy(t)
	for n, c := range e.Morphs {
		size := volume.Size{e.Size[0], e.Size[1], len(c.Slices) + 4}
		in := Input{Volume: empty(size, e.SpacingMM), Mask: mask.New(size, mask.DefaultLabels()), Label: 1}
		slice := make([]uint8, size[0]*size[1])
		for k, shape := range map[int][4]float64{1: c.First, len(c.Slices) + 2: c.Second} {
			clear(slice)
			ellipse(size[0], size[1], shape).Paint(0, slice, 1)
			in.Mask.SetSlice(mask.Anatomy, k, slice)
		}
		d, err := Between(t.Context(), in, BetweenOptions{Axis: 2}, nil)
		m := after(t, in, d, err)
		for z, want := range c.Slices {
			one := mask.New(volume.Size{size[0], size[1], 1}, mask.DefaultLabels())
			one.SetSlice(mask.Anatomy, 0, m.Slice(mask.Anatomy, z+2))
			if got := summarise(one, 1); got != want {
				t.Errorf("shapes %d, slice %d between: %v, want %v", n, z, got, want)
			}
		}
	}
}
