package dicom

import (
	"math"
	"slices"
	"testing"

	"opacity/app/volume"
)

func TestStackWarnings(t *testing.T) {
	change := func(all []fixture, n int, f func(*fixture)) []fixture { f(&all[n]); return all }
	every := func(all []fixture, f func(i int, s *fixture)) []fixture {
		for i := range all {
			f(i, &all[i])
		}
		return all
	}
	c15, s15 := math.Cos(math.Pi/12), math.Sin(math.Pi/12)
	tests := []struct {
		name string
		in   []fixture
		want []volume.WarningKind
		says string // the first warning
		size volume.Size
	}{
		{"even", stackOf(0, 2, 4, 6), nil, "", volume.Size{4, 3, 4}},
		{"positions rounded to a tenth", stackOf(0, 0.6, 1.3, 1.9, 2.5, 3.1, 3.8, 4.4), nil, "", volume.Size{4, 3, 8}},
		{"rounding of a hundredth", stackOf(0, 1.67, 3.33, 5, 6.67, 8.33), nil, "", volume.Size{4, 3, 6}},
		{
			"gap", stackOf(0, 2, 4, 8, 10),
			[]volume.WarningKind{volume.WarnGap},
			"Slices are missing after slice 3 at S 4.0 mm: the step there is 4.00 mm instead of 2.00 mm (missing: 1, gaps: 1).",
			volume.Size{4, 3, 5},
		},
		{
			"two gaps", stackOf(0, 2, 8, 10, 12, 14, 18),
			[]volume.WarningKind{volume.WarnGap},
			"Slices are missing after slice 2 at S 2.0 mm: the step there is 6.00 mm instead of 2.00 mm (missing: 3, gaps: 2).",
			volume.Size{4, 3, 7},
		},
		{
			"uneven", stackOf(0, 2, 4, 6.5, 8.5),
			[]volume.WarningKind{volume.WarnUneven},
			"Slices are unevenly spaced after slice 3 at S 4.0 mm: the step there is 2.50 mm instead of 2.00 mm (such steps: 1).",
			volume.Size{4, 3, 5},
		},
		{
			"a step off by a twentieth", stackOf(0, 1, 2, 3.05, 4.05),
			[]volume.WarningKind{volume.WarnUneven},
			"Slices are unevenly spaced after slice 3 at S 2.0 mm: the step there is 1.05 mm instead of 1.00 mm (such steps: 1).",
			volume.Size{4, 3, 5},
		},
		{
			"duplicate", stackOf(0, 2, 2, 4, 6),
			[]volume.WarningKind{volume.WarnDuplicate},
			"Two slices lie at one position, slice 2 at S 2.0 mm: f17 is left out (1 in all).",
			volume.Size{4, 3, 4},
		},
		{
			"mixed orientation",
			change(stackOf(0, 2, 4, 6), 1, func(f *fixture) {
				f.orientation, f.position[1] = []float64{1, 0, 0, 0, 0, -1}, 20
			}),
			[]volume.WarningKind{volume.WarnGap, volume.WarnMixed},
			"Slices face different ways: 1 is left out, f10 at P 20.0 mm.",
			volume.Size{4, 3, 3},
		},
		{
			"tilt by moving",
			every(stackOf(0, 2, 4, 6), func(i int, f *fixture) { f.position[1] = -20 + 0.5*float64(i) }),
			[]volume.WarningKind{volume.WarnTilt},
			"The gantry was tilted: slices are shifted along the stack by 14.0 degrees.",
			volume.Size{4, 3, 4},
		},
		{
			"tilt by facing elsewhere",
			every(stackOf(0, 2, 4, 6), func(i int, f *fixture) { f.orientation = []float64{1, 0, 0, 0, c15, s15} }),
			[]volume.WarningKind{volume.WarnOblique, volume.WarnTilt},
			"The gantry was tilted: slices are shifted along the stack by 15.0 degrees.",
			volume.Size{4, 3, 4},
		},
		{
			"oblique",
			every(stackOf(0, 2, 4, 6), func(i int, f *fixture) {
				f.orientation = []float64{1, 0, 0, 0, c15, s15}
				f.position = []float64{0, -s15 * 2 * float64(i), c15 * 2 * float64(i)}
			}),
			[]volume.WarningKind{volume.WarnOblique},
			"The slices are rotated by 15.0 degrees against the patient's axes.",
			volume.Size{4, 3, 4},
		},
		{
			"a slice beside the others",
			change(stackOf(0, 2, 4, 6, 8), 2, func(f *fixture) { f.position[0] += 3 }),
			[]volume.WarningKind{volume.WarnUneven},
			"Slice 3 at S 4.0 mm lies 3.0 mm beside the others.",
			volume.Size{4, 3, 5},
		},
		{
			"no geometry",
			every(stackOf(0, 2, 4), func(i int, f *fixture) { f.position, f.orientation, f.instance = nil, nil, 3-i }),
			[]volume.WarningKind{volume.WarnOrientation, volume.WarnOrientation, volume.WarnNoSpacing},
			"The files say no slice positions: slices are in the order of their numbers, and head and feet may be swapped.",
			volume.Size{4, 3, 3},
		},
		{
			"one position for all, as an anonymiser leaves it",
			every(stackOf(0, 2, 4, 6), func(i int, f *fixture) { f.position, f.instance = []float64{0, 0, 0}, 4-i }),
			[]volume.WarningKind{volume.WarnOrientation, volume.WarnNoSpacing},
			"The files say no slice positions: slices are in the order of their numbers, and head and feet may be swapped.",
			volume.Size{4, 3, 4},
		},
		{
			"one position for all, and locations that differ",
			every(stackOf(7, 7, 7, 7), func(i int, f *fixture) {
				f.extra = func(e *encoder) { e.decimals(tagSliceLocation, float64(i)) }
			}),
			[]volume.WarningKind{volume.WarnOrientation, volume.WarnNoSpacing},
			"The files say no slice positions: slices are in the order of their numbers, and head and feet may be swapped.",
			volume.Size{4, 3, 4},
		},
		{
			"one place watched over time",
			every(stackOf(7, 7, 7, 7), func(i int, f *fixture) {
				f.extra = func(e *encoder) { e.decimals(tagSliceLocation, 7) }
			}),
			[]volume.WarningKind{volume.WarnDuplicate, volume.WarnOneSlice},
			"There is one slice, and no telling how much of the body it stands for: volumes are not stated.",
			volume.Size{4, 3, 1},
		},
		{
			"no orientation",
			every(stackOf(0, 2, 4), func(i int, f *fixture) { f.orientation = nil }),
			[]volume.WarningKind{volume.WarnOrientation},
			"The files do not say which way the patient lies: left and right may be swapped.",
			volume.Size{4, 3, 3},
		},
		{
			"one slice without position",
			change(stackOf(0, 2, 4), 2, func(f *fixture) { f.position = nil }),
			[]volume.WarningKind{volume.WarnSkipped},
			"1 slice says no position and is left out: f17.",
			volume.Size{4, 3, 2},
		},
		{
			"no pixel spacing",
			every(stackOf(0, 2, 4), func(i int, f *fixture) { f.noSpacing = true }),
			[]volume.WarningKind{volume.WarnNoSpacing},
			"The files do not say how large a pixel is: volumes are not stated, and steps of a model that are in millimetres are left out.",
			volume.Size{4, 3, 3},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := only(t, save(t, tt.in...))
			info := s.Info()
			if got := kinds(info.Warnings); !slices.Equal(got, tt.want) {
				t.Errorf("warnings %v, want %v", info.Warnings, tt.want)
			}
			if len(info.Warnings) > 0 && info.Warnings[0].Message.String() != tt.says {
				t.Errorf("says  %q\nwant  %q", info.Warnings[0].Message, tt.says)
			}
			v := load(t, s)
			if v.Size != tt.size || info.Size != tt.size {
				t.Errorf("size %v, want %v", v.Size, tt.size)
			}
			if len(v.Warnings) != len(info.Warnings) {
				t.Errorf("the volume has %d warnings, the series %d", len(v.Warnings), len(info.Warnings))
			}
		})
	}
}

// Of stacks that are not axial only that they are uneven is known.
func TestUnevenCoronal(t *testing.T) {
	for _, tt := range []struct {
		y    []float64
		want bool
	}{{[]float64{0, 2, 4, 6, 8}, false}, {[]float64{0, 2, 4, 8, 10}, true}} {
		all := stackOf(tt.y...)
		for n := range all {
			all[n].position, all[n].orientation = []float64{-10, tt.y[n], 20}, []float64{1, 0, 0, 0, 0, -1}
		}
		if v := load(t, only(t, save(t, all...))); v.Uneven != tt.want || v.SlicePositionsMM != nil {
			t.Errorf("%v: uneven %v", tt.y, v.Uneven)
		}
	}
}

// Every voxel of an uneven stack lies where its own header says.
func TestUnevenPositions(t *testing.T) {
	for _, tt := range []struct {
		name        string
		orientation []float64
	}{
		{"feet first in memory", []float64{1, 0, 0, 0, 1, 0}},
		{"normal towards the feet", []float64{-1, 0, 0, 0, 1, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			z := []float64{0, 2, 4, 10, 11}
			all := stackOf(z...)
			for i := range all {
				all[i].orientation = tt.orientation
			}
			v := load(t, only(t, save(t, all...)))
			for k, want := range z {
				if got := v.ToPatient(volume.Vec{0, 0, float64(k)}); math.Abs(got[2]-want) > 1e-9 {
					t.Errorf("slice %d lies at %v, want %v", k, got[2], want)
				}
				if got := v.At(0, 0, k); got < float64(1000-1024+10*(k+1)) || got > float64(1000-1024+10*(k+1)+12) {
					t.Errorf("slice %d holds %v", k, got)
				}
			}
		})
	}
}

// Whatever way slices are acquired, each voxel ends up where the header puts it.
func TestAcquisitionPlanes(t *testing.T) {
	for _, tt := range []struct {
		name        string
		orientation []float64
		normal      volume.Vec
		want        string
	}{
		{"axial", []float64{1, 0, 0, 0, 1, 0}, volume.Vec{0, 0, 1}, "LPS"},
		{"axial, prone", []float64{-1, 0, 0, 0, -1, 0}, volume.Vec{0, 0, 1}, "RAS"},
		{"coronal", []float64{1, 0, 0, 0, 0, -1}, volume.Vec{0, 1, 0}, "LIP"},
		{"sagittal", []float64{0, 1, 0, 0, 0, -1}, volume.Vec{-1, 0, 0}, "PIR"},
		{"axial, transposed", []float64{0, 1, 0, 1, 0, 0}, volume.Vec{0, 0, -1}, "PLI"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := stackOf(0, 1, 2, 3, 4)
			for i := range all {
				p := tt.normal.Scaled(2 * float64(i))
				all[i].position, all[i].orientation = p[:], tt.orientation
			}
			s := only(t, save(t, all...))
			v := load(t, s)
			if v.Source.Orientation() != tt.want || len(v.Warnings) > 0 {
				t.Errorf("orientation %s, want %s; %v", v.Source.Orientation(), tt.want, v.Warnings)
			}
			row, col := volume.Vec(tt.orientation[:3]), volume.Vec(tt.orientation[3:])
			for n := range 5 {
				for y := range 3 {
					for x := range 4 {
						p := tt.normal.Scaled(2 * float64(n))
						for c := range 3 {
							p[c] += row[c]*0.7*float64(x) + col[c]*0.8*float64(y)
						}
						i := v.ToIndex(p)
						got := v.At(int(math.Round(i[0])), int(math.Round(i[1])), int(math.Round(i[2])))
						if want := float64(1000 + 10*(n+1) + x + 4*y - 1024); got != want {
							t.Fatalf("at %v: %v, want %v", p, got, want)
						}
					}
				}
			}
		})
	}
}

// Slices whose one position is none are piled up by their numbers.
func TestOnePositionIsNone(t *testing.T) {
	all := stackOf(0, 0, 0, 0, 0)
	for i := range all {
		all[i].instance = 5 - i
	}
	v := load(t, only(t, save(t, all...)))
	for k := range v.Size[2] {
		if got, want := v.At(0, 0, k), float64(1000+10*(k+1)-1024); got != want {
			t.Errorf("slice %d holds %v, want %v", k, got, want)
		}
	}
	if v.Size[2] != 5 {
		t.Errorf("%d slices", v.Size[2])
	}
}
