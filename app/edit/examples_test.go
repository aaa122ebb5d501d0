package edit

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

func TestSentences(t *testing.T) {
	ctx := t.Context()
	var nobody func(job.Progress)
	locked := func(in Input) Input {
		in.Mask = in.Mask.Snapshot()
		labels := in.Mask.Labels()
		labels[0].Locked = true
		if err := in.Mask.SetLabels(labels); err != nil {
			t.Fatal(err)
		}
		return in
	}
	arbitrary := func(in Input) Input {
		v := *in.Volume
		v.Unit = volume.Arbitrary
		in.Volume = &v
		return in
	}
	bare := func(in Input) Input {
		in.Mask = mask.New(in.Mask.Size(), mask.DefaultLabels())
		return in
	}
	limited := func(in Input) Input {
		in.Limits.HU = &mask.Range{Min: 0, Max: 1}
		return in
	}
	for _, c := range []struct {
		name string
		do   func(in Input) error
		want string
	}{
		{"margin of nothing", func(in Input) error { _, err := Margin(ctx, bare(in), MarginOptions{3}, nobody); return err }, "left lung has no voxel yet. Draw it first, or choose another label."},
		{"margin of 0", func(in Input) error { _, err := Margin(ctx, in, MarginOptions{0}, nobody); return err }, "The distance must be more than 0 and at most 50 mm."},
		{"margin of a metre", func(in Input) error { _, err := Margin(ctx, in, MarginOptions{1000}, nobody); return err }, "The distance must be more than 0 and at most 50 mm."},
		{"margin that is no number", func(in Input) error { _, err := Margin(ctx, in, MarginOptions{math.NaN()}, nobody); return err }, "The distance must be more than 0 and at most 50 mm."},
		{"locked", func(in Input) error { _, err := Margin(ctx, locked(in), MarginOptions{3}, nobody); return err }, "left lung is locked. Unlock it first."},
		{"locked in a swap", func(in Input) error { _, err := SwapLungs(ctx, locked(in), nobody); return err }, "left lung is locked. Unlock it first."},
		{"seed outside", func(in Input) error {
			_, err := Flood(ctx, in, FloodOptions{Seed: [3]int{0, 40, 0}, Axis: Space}, nobody)
			return err
		}, "This point lies outside the volume. Click inside it."},
		{"click outside", func(in Input) error {
			_, err := Islands(ctx, in, IslandsOptions{Do: RemoveAt, At: [3]int{-1, 0, 0}}, nobody)
			return err
		}, "This point lies outside the volume. Click inside it."},
		{"click beside", func(Input) error {
			in := boxes(volume.Size{9, 9, 9}, map[volume.Box]uint8{{Max: [3]int{3, 3, 3}}: 1})
			_, err := Islands(ctx, in, IslandsOptions{Do: KeepAt, At: [3]int{5, 5, 5}}, nobody)
			return err
		}, "There is no left lung at this point. Click one of its islands."},
		{"not HU", func(in Input) error {
			_, err := Flood(ctx, arbitrary(in), FloodOptions{Axis: Space, ToleranceHU: 100}, nobody)
			return err
		}, "The numbers of this volume are not Hounsfield units, so they cannot be limited by HU. Work without HU limits."},
		{"limits not HU", func(in Input) error {
			_, err := FillHoles(ctx, limited(arbitrary(in)), HolesOptions{Space}, nobody)
			return err
		}, "The numbers of this volume are not Hounsfield units, so they cannot be limited by HU. Work without HU limits."},
		{"label gone", func(in Input) error { in.Label = 77; _, err := FillHoles(ctx, in, HolesOptions{2}, nobody); return err }, "Label 77 is not in the list of labels. Choose another."},
		{"axis", func(in Input) error { _, err := FillHoles(ctx, in, HolesOptions{4}, nobody); return err }, "There is no axis 4. Name 0, 1 or 2."},
		{"one slice", func(Input) error {
			in := boxes(volume.Size{9, 9, 9}, map[volume.Box]uint8{{Max: [3]int{3, 3, 1}}: 1})
			_, err := Between(ctx, in, BetweenOptions{Axis: 2}, nobody)
			return err
		}, "left lung is drawn on fewer than two of these slices. Draw it on another, then fill between."},
		{"no slice between", func(Input) error {
			in := boxes(volume.Size{9, 9, 9}, map[volume.Box]uint8{{Max: [3]int{3, 3, 2}}: 1})
			_, err := Between(ctx, in, BetweenOptions{Axis: 2}, nobody)
			return err
		}, "left lung has no slice left out between those drawn. Leave out some, or choose which slices to go by."},
		{"copy off the end", func(in Input) error {
			_, err := CopySlice(ctx, in, CopyOptions{Axis: 2, From: 19, To: 20}, nobody)
			return err
		}, "The volume has no such slice. Choose one inside it."},
		{"keep none", func(in Input) error { _, err := Islands(ctx, in, IslandsOptions{Do: KeepLargest}, nobody); return err }, "At least one island must be kept. Say how many."},
		{"split over layers", func(in Input) error {
			_, err := Islands(ctx, in, IslandsOptions{Do: Split, Into: []uint8{3}}, nobody)
			return err
		}, "infection lies in another layer. Choose labels of one layer."},
		{"joint over layers", func(in Input) error {
			_, err := JointSmooth(ctx, in, JointOptions{[]uint8{1, 3}, 1}, nobody)
			return err
		}, "infection lies in another layer. Choose labels of one layer."},
		{"joint too wide", func(in Input) error { _, err := JointSmooth(ctx, in, JointOptions{[]uint8{1}, 11}, nobody); return err }, "The distance must be more than 0 and at most 10 mm."},
		{"another grid", func(in Input) error {
			_, err := Merge(ctx, in, MergeOptions{Proposal: mask.New(volume.Size{1, 2, 3}, nil)}, nobody)
			return err
		}, "The labels lie on another grid than this volume. Segment again, or open the volume they belong to."},
		{"nothing open", func(Input) error { _, err := Margin(ctx, Input{}, MarginOptions{3}, nobody); return err }, "The labels lie on another grid than this volume. Segment again, or open the volume they belong to."},
		{"no spacing", func(in Input) error {
			v := *in.Volume
			v.Warnings = []volume.Warning{{Kind: volume.WarnNoSpacing}}
			in.Volume = &v
			_, err := Margin(ctx, in, MarginOptions{3}, nobody)
			return err
		}, "The file does not say how large a voxel is, so nothing can be done in millimetres or millilitres."},
		{"short probabilities", func(in Input) error {
			_, err := Threshold(ctx, in, ThresholdOptions{Channels: []Channel{{Label: 1, Probabilities: make([][]uint8, 19)}}}, nobody)
			return err
		}, "The labels lie on another grid than this volume. Segment again, or open the volume they belong to."},
	} {
		if err := c.do(sample()); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// A wall with a door: the flood leaks through it, unless a lock, a box or a bound
// on the volume keeps it in.
func TestFloodWalls(t *testing.T) {
	size := volume.Size{40, 20, 10}
	base := func() Input {
		in := Input{Mask: mask.New(size, mask.DefaultLabels()), Volume: empty(size, [3]float64{1, 1, 1}), Label: 1}
		for k := range size[2] {
			for j := range size[1] {
				if j != 10 || k != 5 {
					in.Volume.Int16[20+size[0]*(j+size[1]*k)] = 500
				}
			}
		}
		return in
	}
	const room = 20 * 20 * 10
	opts := FloodOptions{Seed: [3]int{5, 5, 5}, Axis: Space, ToleranceHU: 10}
	plug := func(in Input, locked bool) Input { // the door carries label 2
		slice := make([]uint8, size[0]*size[1])
		slice[20+size[0]*10] = 2
		in.Mask.SetSlice(mask.Anatomy, 5, slice)
		labels := in.Mask.Labels()
		labels[1].Locked = locked
		if err := in.Mask.SetLabels(labels); err != nil {
			t.Fatal(err)
		}
		return in
	}
	for _, c := range []struct {
		name string
		in   Input
		opts func(*FloodOptions)
		want int
	}{
		{"leaks", base(), func(*FloodOptions) {}, room + 1 + 19*20*10},
		{"another label is no wall", plug(base(), false), func(*FloodOptions) {}, room + 1 + 19*20*10},
		{"a locked one is", plug(base(), true), func(*FloodOptions) {}, room},
		{"in its slice", base(), func(o *FloodOptions) { o.Axis = 2 }, 20*20 + 1 + 19*20},
		{"in a slice without the door", base(), func(o *FloodOptions) { o.Axis = 1 }, 20 * 10},
		{"bounded", base(), func(o *FloodOptions) { o.MaxML = 0.007 }, 7},
		{"bounded by more than there is", base(), func(o *FloodOptions) { o.MaxML = 1e9 }, room + 1 + 19*20*10},
	} {
		o := opts
		c.opts(&o)
		d, err := Flood(t.Context(), c.in, o, nil)
		if got := after(t, c.in, d, err).Count(mask.Anatomy, 1); got != c.want {
			t.Errorf("%s: %d voxels, want %d", c.name, got, c.want)
		}
	}
	in := base()
	in.Box = volume.Box{Min: [3]int{0, 0, 4}, Max: [3]int{20, 20, 6}}
	d, err := Flood(t.Context(), in, opts, nil)
	if got := after(t, in, d, err).Count(mask.Anatomy, 1); got != 20*20*2 {
		t.Errorf("in a box: %d voxels", got)
	}
}

func TestFloodErases(t *testing.T) {
	in := boxes(volume.Size{30, 20, 10}, map[volume.Box]uint8{
		{Min: [3]int{2, 2, 2}, Max: [3]int{8, 8, 8}}:   1,
		{Min: [3]int{10, 2, 2}, Max: [3]int{18, 8, 8}}: 1,
		{Min: [3]int{8, 2, 2}, Max: [3]int{10, 8, 8}}:  2,
	})
	d, err := Flood(t.Context(), in, FloodOptions{Seed: [3]int{3, 3, 3}, Axis: Space, ToleranceHU: 1, Erase: true}, nil)
	m := after(t, in, d, err)
	if m.Count(mask.Anatomy, 1) != 8*6*6 || m.Count(mask.Anatomy, 2) != 2*6*6 {
		t.Errorf("%d and %d voxels left", m.Count(mask.Anatomy, 1), m.Count(mask.Anatomy, 2))
	}
}

// Values that are no whole numbers flood as those that are; padding counts as
// the floor.
func TestFloodFloats(t *testing.T) {
	in := sample()
	for n := range 500 {
		in.Volume.Int16[n*3] = -3000
	}
	f := in
	v := *in.Volume
	f.Volume = &v
	for _, x := range in.Volume.Int16 {
		v.Float32 = append(v.Float32, float32(x))
	}
	v.Int16 = nil
	in.Label, f.Label = mask.Infection, mask.Infection
	for _, hu := range []mask.Range{{Min: -1024, Max: -700}, {Min: -900.5, Max: -600.5}, {Min: -5000, Max: -2000}, {Min: -1000, Max: 5000}} {
		opts := FloodOptions{Seed: [3]int{0, 0, 0}, Axis: Space, Alike: ByRange, HU: hu}
		a, err := Flood(t.Context(), in, opts, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Flood(t.Context(), f, opts, nil)
		if !after(t, in, a, nil).Equal(after(t, f, b, err)) {
			t.Errorf("%v: %d and %d voxels", hu, a.Voxels(), b.Voxels())
		}
	}
}

func TestFillHolesInSlices(t *testing.T) {
	in := boxes(volume.Size{12, 12, 12}, map[volume.Box]uint8{{Min: [3]int{1, 1, 1}, Max: [3]int{11, 11, 11}}: 1})
	tube := boxes(volume.Size{12, 12, 12}, map[volume.Box]uint8{{Min: [3]int{4, 4, 0}, Max: [3]int{6, 6, 12}}: 1})
	in.Mask = after(t, in, mask.Diff(in.Mask, without(in.Mask, tube.Mask)), nil)
	for axis, want := range []int{0, 0, 2 * 2 * 10, 0} { // only across k is the tube a hole
		d, err := FillHoles(t.Context(), in, HolesOptions{axis}, nil)
		if err != nil || d.Voxels() != want {
			t.Errorf("axis %d: %d voxels, want %d (%v)", axis, d.Voxels(), want, err)
		}
	}
}

// without is a mask less what another labels.
func without(m, other *mask.Mask) *mask.Mask {
	out := m.Snapshot()
	for k := range m.Size()[2] {
		slice := make([]uint8, m.Size()[0]*m.Size()[1])
		copy(slice, m.Slice(mask.Anatomy, k))
		for o, v := range other.Slice(mask.Anatomy, k) {
			if v != 0 {
				slice[o] = 0
			}
		}
		out.SetSlice(mask.Anatomy, k, slice)
	}
	return out
}

func TestCopySlice(t *testing.T) {
	in := boxes(volume.Size{12, 12, 12}, map[volume.Box]uint8{
		{Min: [3]int{1, 1, 1}, Max: [3]int{5, 5, 2}}: 1,
		{Min: [3]int{8, 8, 2}, Max: [3]int{9, 9, 3}}: 1,
	})
	for _, c := range []struct {
		replace bool
		want    int
	}{{false, 17}, {true, 16}} {
		d, err := CopySlice(t.Context(), in, CopyOptions{Axis: 2, From: 1, To: 2, Replace: c.replace}, nil)
		m := after(t, in, d, err)
		if got := set(m, 1).Count() - 16; got != c.want {
			t.Errorf("replace %t: %d voxels on the slice, want %d", c.replace, got, c.want)
		}
	}
}

// On an uneven stack the way between two slices goes by where they lie.
func TestBetweenUnevenSlices(t *testing.T) {
	in := boxes(volume.Size{60, 10, 3}, map[volume.Box]uint8{
		{Min: [3]int{2, 2, 0}, Max: [3]int{6, 6, 1}}:   1,
		{Min: [3]int{42, 2, 2}, Max: [3]int{46, 6, 3}}: 1,
	})
	for _, c := range []struct {
		positionsMM []float64
		want        int
	}{{nil, 22}, {[]float64{0, 1, 4}, 12}} {
		in.Volume.SlicePositionsMM = c.positionsMM
		d, err := Between(t.Context(), in, BetweenOptions{Axis: 2}, nil)
		lo, hi, _ := set(after(t, in, d, err), 1).RowBounds(3, 1)
		if lo != c.want || hi != c.want+4 {
			t.Errorf("positions %v: columns %d to %d, want from %d", c.positionsMM, lo, hi, c.want)
		}
	}
}

func TestMerge(t *testing.T) {
	size := volume.Size{20, 10, 6}
	now := map[volume.Box]uint8{
		{Min: [3]int{0, 0, 0}, Max: [3]int{8, 10, 6}}:   1,
		{Min: [3]int{12, 0, 0}, Max: [3]int{20, 10, 6}}: 2,
	}
	proposal := boxes(size, map[volume.Box]uint8{
		{Min: [3]int{0, 0, 0}, Max: [3]int{10, 10, 6}}:  1,
		{Min: [3]int{14, 0, 0}, Max: [3]int{20, 10, 6}}: 2,
	}).Mask
	slice := volume.Box{Min: [3]int{0, 0, 3}, Max: [3]int{20, 10, 4}}
	for _, c := range []struct {
		name        string
		box         volume.Box
		opts        MergeOptions
		gain, loses int // of the left lung, of the right
	}{
		{"whole", volume.Box{}, MergeOptions{}, 2 * 60, 2 * 60},
		{"one slice", slice, MergeOptions{}, 2 * 10, 2 * 10},
		{"one lung", volume.Box{}, MergeOptions{Lung: 1}, 2 * 60, 0},
		{"the other in a slice", slice, MergeOptions{Lung: 2}, 0, 2 * 10},
		{"a proposal that knows one", volume.Box{}, MergeOptions{Labels: []uint8{2}}, 0, 2 * 60},
	} {
		in := boxes(size, now)
		in.Box = c.box
		c.opts.Proposal = proposal
		d, err := Merge(t.Context(), in, c.opts, nil)
		m := after(t, in, d, err)
		gain, loses := m.Count(mask.Anatomy, 1)-8*60, 8*60-m.Count(mask.Anatomy, 2)
		if gain != c.gain || loses != c.loses {
			t.Errorf("%s: %d and %d voxels, want %d and %d", c.name, gain, loses, c.gain, c.loses)
		}
	}
}

func TestThreshold(t *testing.T) {
	size := volume.Size{16, 4, 2}
	ramp := func(of func(i int) uint8) (slices [][]uint8) {
		for range size[2] {
			s := make([]uint8, size[0]*size[1])
			for o := range s {
				s[o] = of(o % size[0])
			}
			slices = append(slices, s)
		}
		return slices
	}
	left := ramp(func(i int) uint8 { return uint8(240 - 15*i) })
	right := ramp(func(i int) uint8 { return uint8(15 + 15*i) })
	touched := mask.NewBits(size)
	touched.SetRun(0, 16, 1, 0)
	others := filled(size, volume.Box{Min: [3]int{4, 0, 0}, Max: [3]int{16, 4, 2}})
	start := map[volume.Box]uint8{{Min: [3]int{0, 0, 0}, Max: [3]int{8, 4, 2}}: 1}
	for _, c := range []struct {
		name string
		opts ThresholdOptions
		want [3]int // columns of nothing, of the left and of the right lung, in row 0 of slice 0
	}{
		{"lower", ThresholdOptions{Channels: []Channel{{Label: 1, Probabilities: left, At: 91}}}, [3]int{6, 10, 0}},
		{"higher", ThresholdOptions{Channels: []Channel{{Label: 1, Probabilities: left, At: 200}}}, [3]int{13, 3, 0}},
		{"unmoved", ThresholdOptions{Channels: []Channel{{Label: 1, Probabilities: left, At: 200, From: 200}}}, [3]int{8, 8, 0}},
		{"moved", ThresholdOptions{Channels: []Channel{{Label: 1, Probabilities: left, At: 200, From: 230}}}, [3]int{8, 8, 0}},
		{"moved over the border", ThresholdOptions{Channels: []Channel{{Label: 1, Probabilities: left, At: 91, From: 121}}}, [3]int{6, 10, 0}},
		{"the more probable", ThresholdOptions{Channels: []Channel{
			{Label: 1, Probabilities: left, At: 10}, {Label: 2, Probabilities: right, At: 10},
		}}, [3]int{0, 8, 8}},
		{"both lungs in one", ThresholdOptions{Channels: []Channel{{Label: 1, Probabilities: left, At: 91, Others: others, Other: 2}}}, [3]int{6, 4, 6}},
		{"inside", ThresholdOptions{Channels: []Channel{{Label: 1, Probabilities: left, At: 91, Inside: []uint8{1}}}}, [3]int{8, 8, 0}},
		{"probable nowhere", ThresholdOptions{Channels: []Channel{{Label: 1, Probabilities: make([][]uint8, 2), At: 91}}}, [3]int{16, 0, 0}},
	} {
		in := boxes(size, start)
		c.opts.Spare = touched
		d, err := Threshold(t.Context(), in, c.opts, nil)
		m := after(t, in, d, err)
		var got [3]int
		for i := range size[0] {
			got[m.At(mask.Anatomy, i, 0, 0)]++
			if m.At(mask.Anatomy, i, 1, 0) != in.Mask.At(mask.Anatomy, i, 1, 0) {
				t.Errorf("%s: a voxel that a hand touched changed", c.name)
			}
		}
		if got != c.want {
			t.Errorf("%s: columns %v, want %v", c.name, got, c.want)
		}
	}
}

// What is counted for every threshold at once is what each of them does.
func TestCountThresholds(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	size := volume.Size{13, 9, 5}
	for range 20 {
		m, model := mask.New(size, mask.DefaultLabels()), mask.New(size, mask.DefaultLabels())
		labels := m.Labels()
		labels[0].Locked = r.IntN(2) == 0
		_ = m.SetLabels(labels)
		spare, held := mask.NewBits(size), make([][]uint8, size[2])
		for k := range held {
			held[k] = make([]uint8, size[0]*size[1])
			var plane [3][]uint8
			for n := range plane {
				plane[n] = make([]uint8, len(held[k]))
			}
			for o := range held[k] {
				held[k][o] = uint8(r.IntN(256))
				plane[0][o], plane[1][o], plane[2][o] = uint8(r.IntN(3)), 3*uint8(r.IntN(2)), 3*uint8(r.IntN(2))
				if r.IntN(5) == 0 {
					spare.Row(o/size[0], k)[0] |= 1 << (o % size[0])
				}
			}
			m.SetSlice(mask.Anatomy, k, plane[0])
			m.SetSlice(mask.Findings, k, plane[1])
			model.SetSlice(mask.Findings, k, plane[2])
		}
		in := Input{Mask: m, Volume: &volume.Volume{Geometry: volume.Geometry{Size: size}}, Label: mask.Infection}
		opts := ThresholdOptions{Spare: spare, Channels: []Channel{{Label: mask.Infection, Probabilities: held, From: 120, Inside: []uint8{mask.RightLung}}}}
		counts, err := CountThresholds(t.Context(), in, opts, model)
		if err != nil {
			t.Fatal(err)
		}
		common := func(a *mask.Mask) int {
			both := mask.BitsOf(a, mask.Findings, mask.Infection)
			both.And(mask.BitsOf(model, mask.Findings, mask.Infection))
			return both.Count()
		}
		for _, at := range []uint8{0, 1, 60, 119, 120, 121, 200, 255} {
			opts.Channels[0].At = at
			d, err := Threshold(t.Context(), in, opts, nil)
			if err != nil {
				t.Fatal(err)
			}
			after := m.Snapshot()
			after.Apply(d)
			voxels, alike := counts.At(at)
			if want := after.Count(mask.Findings, mask.Infection) - m.Count(mask.Findings, mask.Infection); voxels != want || alike != common(after)-common(m) {
				t.Errorf("at %d: %d voxels, %d in common, want %d, %d", at, voxels, alike, want, common(after)-common(m))
			}
		}
	}
}

// The preview of every slice is what the commit will be.
func TestThresholdPlaneIsThreshold(t *testing.T) {
	in := sample()
	in.Limits = mask.Limits{HU: &mask.Range{Min: -900, Max: -200}}
	in.Box = volume.Box{Min: [3]int{3, 2, 1}, Max: [3]int{60, 33, 18}}
	opts := proposed(in)
	opts.Channels[2].Inside = []uint8{1, 2}
	opts.Spare = mask.NewBits(in.Mask.Size())
	for k := range 20 {
		opts.Spare.SetRun(20, 40, k, k)
	}
	d, err := Threshold(t.Context(), in, opts, nil)
	want := after(t, in, d, err)
	if d.Empty() {
		t.Fatal("nothing changed")
	}
	size := in.Mask.Size()
	for axis := range 3 {
		u, v := volume.InPlane(axis)
		got := mask.New(size, mask.DefaultLabels())
		for n := range size[axis] {
			at := volume.Slice{Axis: axis, Index: n}
			var dst [mask.Layers][]uint8
			for l := range dst {
				dst[l] = make([]uint8, size[u]*size[v])
			}
			if err := ThresholdPlane(in, opts, at, dst); err != nil {
				t.Fatal(err)
			}
			findings := slices.Repeat([]uint8{9}, len(dst[mask.Findings]))
			if err := ThresholdPlane(in, opts, at, [mask.Layers][]uint8{mask.Findings: findings}); err != nil || !slices.Equal(findings, dst[mask.Findings]) {
				t.Fatalf("one layer alone: %v", err)
			}
			for l, labels := range dst {
				got.SetPlane(mask.Layer(l), at, labels)
			}
		}
		if diff := mask.Diff(want, got); !diff.Empty() {
			t.Errorf("across axis %d %d voxels differ", axis, diff.Voxels())
		}
	}
}

// A flood that its bound stopped says so, and one that it did not says nothing.
func TestFloodTellsThatItWasStopped(t *testing.T) {
	in := boxes(volume.Size{20, 20, 20}, map[volume.Box]uint8{{Max: [3]int{1, 1, 1}}: 1})
	for ml, want := range map[float64]int{0: 0, 0.1: 1, 1000: 0} {
		told := 0
		if _, err := Flood(t.Context(), in, FloodOptions{Axis: Space, ToleranceHU: 10, MaxML: ml, Stopped: func() { told++ }}, nil); err != nil || told != want {
			t.Errorf("bound of %g ml: told %d times, want %d, %v", ml, told, want, err)
		}
	}
}

// What would be done wrongly in millimetres or millilitres is not done: where a voxel's
// size is not known, and where the slices are uneven or tilted.
func TestMeasuredOperationsWhereMillimetresAreWithheld(t *testing.T) {
	ctx, small := t.Context(), volume.Size{9, 9, 3}
	operations := map[string]func(in Input) error{
		"grow":   func(in Input) error { _, err := Margin(ctx, in, MarginOptions{2}, nil); return err },
		"shrink": func(in Input) error { _, err := Margin(ctx, in, MarginOptions{-1}, nil); return err },
		"median": func(in Input) error { _, err := Smooth(ctx, in, SmoothOptions{Median, 1}, nil); return err },
		"close":  func(in Input) error { _, err := Smooth(ctx, in, SmoothOptions{Closing, 1}, nil); return err },
		"joint":  func(in Input) error { _, err := JointSmooth(ctx, in, JointOptions{[]uint8{3}, 1}, nil); return err },
		"small": func(in Input) error {
			_, err := Islands(ctx, in, IslandsOptions{Do: RemoveSmall, MinML: 1}, nil)
			return err
		},
		"region": func(in Input) error {
			_, err := Flood(ctx, in, FloodOptions{Axis: Space, Alike: ByLabel, MaxML: 1}, nil)
			return err
		},
		"any region": func(in Input) error {
			_, err := Flood(ctx, in, FloodOptions{Axis: Space, Alike: ByLabel}, nil)
			return err
		},
		"largest": func(in Input) error {
			_, err := Islands(ctx, in, IslandsOptions{Do: KeepLargest, N: 1}, nil)
			return err
		},
	}
	for kind, done := range map[volume.WarningKind][]string{
		volume.WarnNoSpacing: {"any region", "largest"},
		volume.WarnUneven:    {"any region", "largest", "region"},
		volume.WarnTilt:      {"any region", "largest", "region"},
		volume.WarnOneSlice:  {"any region", "close", "grow", "joint", "largest", "median", "region", "shrink"},
	} {
		in := Input{Mask: mask.New(small, mask.DefaultLabels()), Volume: empty(small, [3]float64{1, 1, 1}), Label: mask.Infection}
		in.Mask.SetSlice(mask.Findings, 1, slices.Repeat([]uint8{mask.Infection}, 81))
		in.Volume.Warnings = []volume.Warning{{Kind: kind, Message: text.M("edit.smoothing")}}
		for name, do := range operations {
			err := do(in)
			if (err == nil) != slices.Contains(done, name) || err != nil && !strings.Contains(err.Error(), "milli") {
				t.Errorf("%s, %s: %v", kind, name, err)
			}
		}
	}
}
