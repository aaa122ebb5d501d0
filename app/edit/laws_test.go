package edit

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/volume"
)

// sample has labels 1 and 2 in the anatomy layer and 3 over some of both.
func sample() Input {
	in := made(volume.Size{70, 40, 20}, [3]float64{0.75, 0.8, 1.25}, 5, -600, -450)
	slice := make([]uint8, 70*40)
	for k := range 20 {
		clear(slice)
		for o := range slice {
			if mix(uint32(o/9+200*k))%4 == 0 {
				slice[o] = mask.Infection
			}
		}
		in.Mask.SetSlice(mask.Findings, k, slice)
	}
	return in
}

// box is a mask with one label filling boxes of a grid.
func boxes(size volume.Size, list map[volume.Box]uint8) Input {
	m := mask.New(size, mask.DefaultLabels())
	for b, value := range list {
		set := filled(size, b)
		for k := range size[2] {
			slice := make([]uint8, size[0]*size[1])
			copy(slice, m.Slice(mask.Anatomy, k))
			if set.Paint(k, slice, value) {
				m.SetSlice(mask.Anatomy, k, slice)
			}
		}
	}
	return Input{Mask: m, Volume: empty(size, [3]float64{1, 1, 1}), Label: 1}
}

// operations are one or more of each kind on the sample.
var operations = map[string]func(ctx context.Context, in Input, report func(job.Progress)) (mask.Delta, error){
	"flood": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Flood(ctx, in, FloodOptions{Seed: [3]int{30, 20, 10}, Axis: Space, ToleranceHU: 300}, r)
	},
	"flood a label": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Flood(ctx, in, FloodOptions{Seed: [3]int{30, 20, 10}, Axis: 1, Alike: ByLabel}, r)
	},
	"grow to a volume": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Flood(ctx, in, FloodOptions{Seed: [3]int{30, 20, 10}, Axis: Space, Alike: ByRange, HU: mask.Range{Min: -1000, Max: 0}, MaxML: 1}, r)
	},
	"holes": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return FillHoles(ctx, in, HolesOptions{2}, r)
	},
	"holes 0": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return FillHoles(ctx, in, HolesOptions{0}, r)
	},
	"between": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Between(ctx, in, BetweenOptions{Axis: 0, Slices: []int{10, 20, 33}, Replace: true}, r)
	},
	"copy": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return CopySlice(ctx, in, CopyOptions{Axis: 1, From: 12, To: 13, Replace: true}, r)
	},
	"largest": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Islands(ctx, in, IslandsOptions{Do: KeepLargest, N: 1}, r)
	},
	"split": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Islands(ctx, in, IslandsOptions{Do: Split, Into: []uint8{2}}, r)
	},
	"grow": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Margin(ctx, in, MarginOptions{2}, r)
	},
	"shrink": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Margin(ctx, in, MarginOptions{-1}, r)
	},
	"median": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Smooth(ctx, in, SmoothOptions{Median, 1.6}, r)
	},
	"closing": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Smooth(ctx, in, SmoothOptions{Closing, 2}, r)
	},
	"opening": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Smooth(ctx, in, SmoothOptions{Opening, 1}, r)
	},
	"joint": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return JointSmooth(ctx, in, JointOptions{[]uint8{1, 2}, 1.5}, r)
	},
	"add": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Boolean(ctx, in, BooleanOptions{Add, 3}, r)
	},
	"subtract": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Boolean(ctx, in, BooleanOptions{Subtract, 3}, r)
	},
	"intersect": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Boolean(ctx, in, BooleanOptions{Intersect, 3}, r)
	},
	"copy of another": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Boolean(ctx, in, BooleanOptions{Copy, 2}, r)
	},
	"swap": SwapLungs,
	"relabel across": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Relabel(ctx, in, RelabelOptions{map[uint8]uint8{3: 1}}, r)
	},
	"merge": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		return Merge(ctx, in, MergeOptions{Proposal: mask.New(in.Mask.Size(), mask.DefaultLabels())}, r)
	},
	"threshold": func(ctx context.Context, in Input, r func(job.Progress)) (mask.Delta, error) {
		opts := proposed(in)
		for n := range opts.Channels {
			opts.Channels[n].From = 0
		}
		return Threshold(ctx, in, opts, r)
	},
}

// What every operation keeps to: the input as it was, an equal delta for equal
// input, runs in order that fit the mask, progress told, and the limits.
func TestEveryOperation(t *testing.T) {
	limits := map[string]Input{
		"none":       {},
		"HU":         {Limits: mask.Limits{HU: &mask.Range{Min: -800, Max: -500}}},
		"inside":     {Limits: mask.Limits{Inside: mask.Infection}},
		"background": {Limits: mask.Limits{Over: mask.OverNothing}},
		"visible":    {Limits: mask.Limits{Over: mask.OverVisible}},
		"one label":  {Limits: mask.Limits{Over: mask.OverLabel, OverLabel: 2}},
		"beneath":    {Limits: mask.Limits{Over: mask.OverLabel, OverLabel: 3}},
		"box":        {Box: volume.Box{Min: [3]int{20, 10, 5}, Max: [3]int{50, 30, 15}}},
	}
	for name, do := range operations {
		changed := 0
		for limit, in := range limits {
			s := sample()
			in.Mask, in.Volume, in.Label = s.Mask, s.Volume, s.Label
			if limit == "visible" {
				hide(in.Mask, 2)
			}
			before := in.Mask.Snapshot()
			told := 0
			d, err := do(t.Context(), in, func(job.Progress) { told++ })
			if err != nil {
				t.Fatalf("%s, limit %s: %v", name, limit, err)
			}
			again, _ := do(t.Context(), in, nil)
			if !reflect.DeepEqual(d, again) {
				t.Errorf("%s, limit %s: another delta the second time", name, limit)
			}
			if !in.Mask.Equal(before) {
				t.Errorf("%s, limit %s: changed its input", name, limit)
			}
			if told == 0 {
				t.Errorf("%s, limit %s: told nothing of its progress", name, limit)
			}
			changed += d.Voxels()
			keepsTo(t, name+", limit "+limit, in, d)
		}
		if changed == 0 {
			t.Errorf("%s never changed a voxel", name)
		}
	}
}

func hide(m *mask.Mask, value uint8) {
	labels := m.Labels()
	for n := range labels {
		labels[n].Visible = labels[n].Visible && labels[n].Value != value
	}
	if err := m.SetLabels(labels); err != nil {
		panic(err)
	}
}

// keepsTo checks a delta voxel by voxel against the limits, in words of its own.
func keepsTo(t *testing.T, name string, in Input, d mask.Delta) {
	t.Helper()
	m, nx, lim := in.Mask, in.Mask.Size()[0], in.Limits
	carries := func(value uint8, i, j, k int) bool {
		return m.At(mask.Anatomy, i, j, k) == value || m.At(mask.Findings, i, j, k) == value
	}
	bad := map[string]int{}
	last := [3]int{-1, -1, -1}
	for _, s := range d.Slices {
		if at := [3]int{int(s.Layer), s.K, 0}; slices.Compare(at[:], last[:]) <= 0 {
			bad["out of order"]++
		} else {
			last = at
		}
		for _, r := range s.Runs {
			for o := r.Offset; o < r.Offset+r.Length; o++ {
				i, j, k := int(o)%nx, int(o)/nx, s.K
				if m.At(s.Layer, i, j, k) != r.Old || r.Old == r.New {
					bad["not what the mask has"]++
				}
				if in.Box != (volume.Box{}) && !holds(in.Box, [3]int{i, j, k}) {
					bad["outside the box"]++
				}
				if lim.HU != nil && !lim.HU.Holds(float32(in.Volume.At(i, j, k))) {
					bad["outside the range"]++
				}
				if lim.Inside != 0 && !carries(lim.Inside, i, j, k) {
					bad["outside the label"]++
				}
				if r.New == 0 {
					continue
				}
				old, _ := m.Label(r.Old)
				switch {
				case lim.Over == mask.OverNothing && r.Old != 0,
					lim.Over == mask.OverVisible && r.Old != 0 && !old.Visible,
					lim.Over == mask.OverLabel && !carries(lim.OverLabel, i, j, k):
					bad["over what it must not be"]++
				}
			}
		}
	}
	for what, n := range bad {
		t.Errorf("%s: %d voxels %s", name, n, what)
	}
}

func TestEveryOperationStops(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("enough")
	cancel(why)
	for name, do := range operations {
		if d, err := do(ctx, sample(), nil); !errors.Is(err, why) || !d.Empty() {
			t.Errorf("%s: %d voxels, %v", name, d.Voxels(), err)
		}
	}
}

// A locked label neither gains nor loses a voxel; where it is the one to change,
// the operation says so.
func TestEveryOperationKeepsLocks(t *testing.T) {
	for name, do := range operations {
		for locked := uint8(1); locked <= 3; locked++ {
			in := sample()
			labels := in.Mask.Labels()
			for n := range labels {
				labels[n].Locked = labels[n].Value == locked
			}
			if err := in.Mask.SetLabels(labels); err != nil {
				t.Fatal(err)
			}
			d, err := do(t.Context(), in, nil)
			if err != nil {
				if l, _ := in.Mask.Label(locked); err.Error() != l.Name+" is locked. Unlock it first." {
					t.Errorf("%s, %d locked: %v", name, locked, err)
				}
				continue
			}
			for _, s := range d.Slices {
				for _, r := range s.Runs {
					if r.Old == locked || r.New == locked {
						t.Fatalf("%s changed label %d, which is locked", name, locked)
					}
				}
			}
			if name != "merge" && name != "threshold" && locked == in.Label {
				t.Errorf("%s went on although its label is locked", name)
			}
		}
	}
}

func set(m *mask.Mask, value uint8) *mask.Bits {
	l, _ := m.Label(value)
	return mask.BitsOf(m, l.Layer, value)
}

func within(a, b *mask.Bits) bool {
	c := a.Clone()
	c.AndNot(b)
	return c.Empty()
}

func equal(a, b *mask.Bits) bool { return within(a, b) && within(b, a) }

func TestMarginLaws(t *testing.T) {
	in := sample()
	original := set(in.Mask, 1)
	for _, mm := range []float64{0.75, 1, 2.5, 6} {
		d, err := Margin(t.Context(), in, MarginOptions{mm}, nil)
		grown := in
		grown.Mask = after(t, in, d, err)
		if !within(original, set(grown.Mask, 1)) {
			t.Errorf("grown by %g mm it lost voxels", mm)
		}
		d, err = Margin(t.Context(), grown, MarginOptions{-mm}, nil)
		back := set(after(t, grown, d, err), 1)
		if !within(original, back) || !within(back, set(grown.Mask, 1)) {
			t.Errorf("grown and shrunk by %g mm: not between the original and the grown", mm)
		}
	}
}

func TestIslandsPartition(t *testing.T) {
	in := sample()
	list, err := ListIslands(t.Context(), in)
	if err != nil || len(list) < 3 {
		t.Fatal(len(list), err)
	}
	labels := in.Mask.Labels()
	var into []uint8
	for n := range list[1:] {
		into = append(into, uint8(10+n))
		labels = append(labels, mask.Label{Value: uint8(10 + n), Name: "part", Visible: true})
		if n == 99 {
			break
		}
	}
	if err := in.Mask.SetLabels(labels); err != nil {
		t.Fatal(err)
	}
	d, err := Islands(t.Context(), in, IslandsOptions{Do: Split, Into: into}, nil)
	m := after(t, in, d, err)
	together := set(m, 1)
	for n, v := range into {
		part := set(m, v)
		if part.Count() != list[n+1].Voxels || part.Bounds() != list[n+1].Box {
			t.Fatalf("island %d: %d voxels in %v, listed as %+v", n+1, part.Count(), part.Bounds(), list[n+1])
		}
		together.Or(part)
	}
	if !equal(together, set(in.Mask, 1)) {
		t.Error("the islands together are not the label")
	}
	keep, _ := Islands(t.Context(), in, IslandsOptions{Do: KeepLargest, N: 1}, nil)
	largest := set(after(t, in, keep, nil), 1)
	var at [3]int
	box := largest.Bounds()
	at[1], at[2] = box.Min[1], box.Min[2]
	for ; ; at[1]++ {
		if lo, _, ok := largest.RowBounds(at[1], at[2]); ok {
			at[0] = lo
			break
		}
	}
	remove, err := Islands(t.Context(), in, IslandsOptions{Do: RemoveAt, At: at}, nil)
	rest := set(after(t, in, remove, err), 1)
	if rest.Count()+largest.Count() != set(in.Mask, 1).Count() || rest.At(at[0], at[1], at[2]) {
		t.Error("the largest island and what is left without it are not the label")
	}
}

func TestBetweenEqualDiscsIsACylinder(t *testing.T) {
	for axis := range 3 {
		size := volume.Size{40, 40, 40}
		u, v := volume.InPlane(axis)
		want := mask.NewBits(size)
		disc := ellipse(size[u], size[v], [4]float64{18, 21, 8, 8})
		for n := 5; n <= 25; n++ {
			setPlane(want, volume.Slice{Axis: axis, Index: n}, disc)
		}
		ends := mask.NewBits(size)
		for _, n := range []int{5, 12, 25} {
			setPlane(ends, volume.Slice{Axis: axis, Index: n}, disc)
		}
		in := Input{Mask: mask.New(size, mask.DefaultLabels()), Volume: empty(size, [3]float64{1, 1, 1}), Label: 1}
		slice := make([]uint8, 40*40)
		for k := range 40 {
			clear(slice)
			ends.Paint(k, slice, 1)
			in.Mask.SetSlice(mask.Anatomy, k, slice)
		}
		d, err := Between(t.Context(), in, BetweenOptions{Axis: axis}, nil)
		if got := set(after(t, in, d, err), 1); !equal(got, want) {
			t.Errorf("axis %d: %d voxels, the cylinder has %d", axis, got.Count(), want.Count())
		}
	}
}

// Two small discs that each moved by more than their width, in opposite
// directions, stay two tubes that hold together.
func TestBetweenFollowsWhatMoved(t *testing.T) {
	size := volume.Size{80, 40, 12}
	in := Input{Mask: mask.New(size, mask.DefaultLabels()), Volume: empty(size, [3]float64{1, 1, 1}), Label: 1}
	for k, centres := range map[int][2]float64{1: {12, 68}, 10: {22, 58}} {
		slice := make([]uint8, 80*40)
		for _, x := range centres {
			ellipse(80, 40, [4]float64{x, 20, 3, 3}).Paint(0, slice, 1)
		}
		in.Mask.SetSlice(mask.Anatomy, k, slice)
	}
	d, err := Between(t.Context(), in, BetweenOptions{Axis: 2}, nil)
	parts := set(after(t, in, d, err), 1).Components(6).List
	if len(parts) != 2 || parts[0].Box.Min[2] != 1 || parts[1].Box.Max[2] != 11 || parts[0].Voxels != parts[1].Voxels {
		t.Errorf("tubes %+v", parts)
	}
}

func TestBooleanLaws(t *testing.T) {
	in := sample()
	a, b := set(in.Mask, 1), set(in.Mask, 3)
	result := func(do BooleanAction) *mask.Bits {
		d, err := Boolean(t.Context(), in, BooleanOptions{do, 3}, nil)
		m := after(t, in, d, err)
		if !equal(set(m, 3), b) {
			t.Error("the other label, of another layer, changed")
		}
		return set(m, 1)
	}
	union, without, both, copied := result(Add), result(Subtract), result(Intersect), result(Copy)
	if !equal(copied, b) {
		t.Error("a copy is not the other")
	}
	if union.Count() != a.Count()+b.Count()-both.Count() || !within(a, union) || !within(b, union) {
		t.Error("the union is not both")
	}
	if !within(both, a) || !within(both, b) || without.Count()+both.Count() != a.Count() {
		t.Error("without and within are not the whole")
	}
	overlap := without.Clone()
	overlap.And(b)
	if !overlap.Empty() {
		t.Error("something of the other is left")
	}
	for _, do := range []BooleanAction{Add, Intersect, Copy} { // with itself: no change
		if d, err := Boolean(t.Context(), in, BooleanOptions{do, 1}, nil); err != nil || !d.Empty() {
			t.Errorf("action %d with itself changes %d voxels, %v", do, d.Voxels(), err)
		}
	}
}

func TestSwapTwiceIsNothing(t *testing.T) {
	in := sample()
	d, err := SwapLungs(t.Context(), in, nil)
	swapped := in
	swapped.Mask = after(t, in, d, err)
	if !equal(set(swapped.Mask, 1), set(in.Mask, 2)) || !equal(set(swapped.Mask, 2), set(in.Mask, 1)) {
		t.Error("not swapped")
	}
	d, err = SwapLungs(t.Context(), swapped, nil)
	if !after(t, swapped, d, err).Equal(in.Mask) {
		t.Error("swapped twice it is another mask")
	}
}

func TestRelabelAcrossLayers(t *testing.T) {
	in := sample()
	was, anatomy := set(in.Mask, 3), set(in.Mask, 2)
	d, err := Relabel(t.Context(), in, RelabelOptions{map[uint8]uint8{3: 1}}, nil)
	m := after(t, in, d, err)
	if !within(was, set(m, 1)) || !set(m, 3).Empty() {
		t.Error("the finding did not become lung")
	}
	// Where it may lie only on nothing, what cannot come stays where it was.
	in.Limits.Over = mask.OverNothing
	d, err = Relabel(t.Context(), in, RelabelOptions{map[uint8]uint8{3: 1}}, nil)
	m = after(t, in, d, err)
	anatomy.And(was)
	if !within(anatomy, set(m, 3)) || !within(anatomy, set(m, 2)) {
		t.Error("a voxel left that may not arrive")
	}
}

// Two blocks side by side are smoothed: their corners go, and no voxel between
// them becomes nobody's.
func TestJointSmoothLeavesNoGap(t *testing.T) {
	in := boxes(volume.Size{60, 40, 30}, map[volume.Box]uint8{
		{Min: [3]int{10, 10, 5}, Max: [3]int{30, 30, 25}}: 1,
		{Min: [3]int{30, 10, 5}, Max: [3]int{50, 30, 25}}: 2,
	})
	d, err := JointSmooth(t.Context(), in, JointOptions{[]uint8{1, 2}, 3}, nil)
	m := after(t, in, d, err)
	whole := set(m, 1)
	whole.Or(set(m, 2))
	if d.Empty() || m.At(mask.Anatomy, 10, 10, 5) != 0 {
		t.Error("a corner is still there")
	}
	for k := range 30 {
		for j := range 40 {
			runs := 0
			whole.Runs(j, k, func(_, _ int) { runs++ })
			if runs > 1 {
				t.Fatalf("row %d of slice %d has a gap", j, k)
			}
		}
	}
	if m.At(mask.Anatomy, 29, 20, 15) != 1 || m.At(mask.Anatomy, 30, 20, 15) != 2 {
		t.Error("the seam moved")
	}
}
