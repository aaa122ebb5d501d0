package mask

import (
	"math"
	"math/rand/v2"
	"testing"

	"opacity/app/volume"
)

const glass uint8 = 9 // a second finding

// painted is a random mask with four labels, some of them locked or hidden, on a
// random volume.
func painted(r *rand.Rand) (*Mask, *volume.Volume) {
	g := anyGrid(r)
	labels := append(DefaultLabels(), Label{Value: glass, Layer: Findings, Name: "ground glass", Visible: true})
	for n := range labels {
		labels[n].Locked, labels[n].Visible = r.IntN(4) == 0, r.IntN(4) > 0
	}
	m := New(g.Size, labels)
	plane := make([]uint8, g.Size[0]*g.Size[1])
	for k := range g.Size[2] {
		for l, values := range [Layers][]uint8{{0, LeftLung, RightLung}, {0, 0, Infection, glass, 77}} { // 77 is in no list
			for o := range plane {
				if r.IntN(3) == 0 || o == 0 {
					plane[o] = values[r.IntN(len(values))]
				} else {
					plane[o] = plane[o-1]
				}
			}
			if r.IntN(5) > 0 {
				m.SetSlice(Layer(l), k, plane)
			}
		}
	}
	v := &volume.Volume{Geometry: g, Unit: volume.HU}
	if r.IntN(2) == 0 {
		v.Int16 = make([]int16, g.Size.Voxels())
		for o := range v.Int16 {
			v.Int16[o] = int16(r.IntN(3000) - 2000)
		}
	} else {
		v.Float32 = make([]float32, g.Size.Voxels())
		for o := range v.Float32 {
			v.Float32[o] = []float32{float32(r.NormFloat64() * 1000), float32(math.NaN()), float32(math.Inf(1))}[max(0, r.IntN(9)-6)]
		}
	}
	return m, v
}

func anyLimits(r *rand.Rand) (lim Limits) {
	if r.IntN(3) == 0 {
		lim.HU = &Range{Min: float32(r.IntN(2000) - 1300), Max: float32(r.IntN(2000) - 900)}
	}
	if r.IntN(3) == 0 {
		lim.Inside = []uint8{LeftLung, RightLung, Infection, glass, 200}[r.IntN(5)]
	}
	lim.Over = Over(r.IntN(4))
	lim.OverLabel = []uint8{LeftLung, Infection, glass, 0, 200}[r.IntN(5)]
	return lim
}

// may says, one voxel at a time, what Limits says in words.
func may(m *Mask, v *volume.Volume, label Label, erase bool, lim Limits, i, j, k int) bool {
	old := m.At(label.Layer, i, j, k)
	if label.Locked {
		return false
	}
	if lim.HU != nil {
		x := v.At(i, j, k)
		if x < -1024 || math.IsNaN(x) || math.IsInf(x, 0) {
			x = -1024
		}
		if x < float64(lim.HU.Min) || x > float64(lim.HU.Max) {
			return false
		}
	}
	carries := func(value uint8) bool {
		l, ok := m.Label(value)
		return ok && m.At(l.Layer, i, j, k) == value
	}
	if lim.Inside != 0 && !carries(lim.Inside) {
		return false
	}
	if erase {
		return old == label.Value
	}
	l, listed := m.Label(old)
	switch {
	case old == label.Value || l.Locked:
		return false
	case lim.Over == OverNothing:
		return old == 0
	case lim.Over == OverVisible:
		return old == 0 || listed && l.Visible
	case lim.Over == OverLabel:
		return carries(lim.OverLabel)
	}
	return true
}

// A stroke changes what its shapes hold and its limits allow, and nothing else;
// its delta leads from the mask before to the mask after; taken back, it leaves
// no trace.
func TestStroke(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 4))
		m, v := painted(r)
		before := m.Snapshot()
		label := m.Labels()[r.IntN(4)]
		erase, lim := r.IntN(3) == 0, anyLimits(r)
		s := m.Begin(v, label.Value, erase, lim)
		covered, box := NewBits(v.Size), volume.Box{}
		for range 1 + r.IntN(3) {
			shape := anyTip(r, v.Geometry).Sweep(around(r, v.Size), around(r, v.Size))
			bits := bitsOf(t, shape, v.Size)
			covered.Or(bits)
			box = box.Union(s.Paint(shape))
		}
		want, changed := label.Value, NewBits(v.Size)
		if erase {
			want = 0
		}
		for l := range Layer(Layers) {
			for k := range v.Size[2] {
				for j := range v.Size[1] {
					for i := range v.Size[0] {
						value := before.At(l, i, j, k)
						if l == label.Layer && covered.At(i, j, k) && may(before, v, label, erase, lim, i, j, k) {
							value = want
							changed.Set(i, j, k)
						}
						if got := m.At(l, i, j, k); got != value {
							t.Fatalf("seed %d: %+v, erase %v, %+v: voxel (%d, %d, %d) of layer %s went from %d to %d, want %d",
								seed, label, erase, lim, i, j, k, l, before.At(l, i, j, k), got, value)
						}
					}
				}
			}
		}
		checkCounts(t, m)
		for _, l := range m.Labels() {
			if l.Locked && m.Count(l.Layer, l.Value) != before.Count(l.Layer, l.Value) {
				t.Fatalf("seed %d: %s is locked and changed", seed, l.Name)
			}
		}
		d, after := s.Delta(), before.Snapshot()
		after.Apply(d)
		if !after.Equal(m) {
			t.Fatalf("seed %d: the delta does not lead to the mask", seed)
		}
		if full := Diff(before, m); full.Voxels() != d.Voxels() || full.Box(v.Size[0]) != d.Box(v.Size[0]) {
			t.Fatalf("seed %d: %d voxels in %v, want %d in %v", seed, d.Voxels(), d.Box(v.Size[0]), full.Voxels(), full.Box(v.Size[0]))
		}
		if box != changed.Bounds() {
			t.Fatalf("seed %d: told of %v, changed %v", seed, box, changed.Bounds())
		}
		s.Abort()
		if !m.Equal(before) || !s.Delta().Empty() {
			t.Fatalf("seed %d: an aborted stroke leaves traces", seed)
		}
		checkCounts(t, m)
	}
}

func TestStroke_Examples(t *testing.T) {
	size := volume.Size{10, 10, 3}
	g := grid(size, [3]float64{1, 1, 2})
	all := Tip{Geometry: g, RadiusMM: 100, Solid: true}.At(volume.Vec{5, 5, 1})
	dot := Tip{Geometry: g, Axis: 2}.At(volume.Vec{5, 5, 1})
	raw := &volume.Volume{Geometry: g, Int16: make([]int16, size.Voxels()), Unit: volume.Arbitrary}
	hu := &volume.Volume{Geometry: g, Int16: make([]int16, size.Voxels()), Unit: volume.HU}
	other := &volume.Volume{Geometry: grid(volume.Size{2, 2, 2}, [3]float64{1, 1, 1}), Int16: make([]int16, 8), Unit: volume.HU}
	zero := &Range{Min: 0, Max: 0}
	for _, c := range []struct {
		name                   string
		volume                 *volume.Volume
		label                  uint8
		erase                  bool
		lim                    Limits
		lock                   uint8
		shape                  Shape
		left, right, infection int
	}{
		{"paint all", nil, RightLung, false, Limits{}, 0, all, 0, 300, 1},
		{"a finding over a lung", nil, Infection, false, Limits{}, 0, all, 100, 0, 300},
		{"an erased finding leaves the lung", nil, Infection, true, Limits{}, 0, all, 100, 0, 0},
		{"an erased lung leaves the finding", nil, LeftLung, true, Limits{}, 0, all, 0, 0, 1},
		{"erasing takes nothing but the active label", nil, RightLung, true, Limits{}, 0, all, 100, 0, 1},
		{"inside another label", nil, Infection, false, Limits{Inside: LeftLung}, 0, all, 100, 0, 100},
		{"only where nothing is", nil, RightLung, false, Limits{Over: OverNothing}, 0, all, 100, 200, 1},
		{"only over one label", nil, RightLung, false, Limits{Over: OverLabel, OverLabel: LeftLung}, 0, all, 0, 100, 1},
		{"only over a label of the other layer", nil, Infection, false, Limits{Over: OverLabel, OverLabel: LeftLung}, 0, all, 100, 0, 100},
		{"over a label that is gone", nil, RightLung, false, Limits{Over: OverLabel, OverLabel: 88}, 0, all, 100, 0, 1},
		{"a locked label stays", nil, RightLung, false, Limits{}, LeftLung, all, 100, 200, 1},
		{"a locked label is not painted with", nil, RightLung, false, Limits{}, RightLung, all, 100, 0, 1},
		{"nor erased", nil, LeftLung, true, Limits{}, LeftLung, all, 100, 0, 1},
		{"a label that is gone", nil, 88, false, Limits{}, 0, all, 100, 0, 1},
		{"label 0", nil, 0, false, Limits{}, 0, all, 100, 0, 1},
		{"HU", hu, RightLung, false, Limits{HU: zero}, 0, all, 0, 300, 1},
		{"HU without a volume", nil, RightLung, false, Limits{HU: zero}, 0, all, 100, 0, 1},
		{"HU on numbers that are none", raw, RightLung, false, Limits{HU: zero}, 0, all, 100, 0, 1},
		{"HU on another grid", other, RightLung, false, Limits{HU: zero}, 0, all, 100, 0, 1},
		{"a range the wrong way round", hu, RightLung, false, Limits{HU: &Range{Min: 1, Max: -1}}, 0, all, 100, 0, 1},
		{"radius 0 is a voxel", nil, RightLung, false, Limits{}, 0, dot, 99, 1, 1},
	} {
		m := New(size, DefaultLabels())
		plane := make([]uint8, 100)
		for o := range plane {
			plane[o] = LeftLung
		}
		m.SetSlice(Anatomy, 1, plane)
		m.SetSlice(Findings, 1, append([]uint8{Infection}, make([]uint8, 99)...))
		labels := m.Labels()
		for n := range labels {
			labels[n].Locked = labels[n].Value == c.lock
		}
		if err := m.SetLabels(labels); err != nil {
			t.Fatal(err)
		}
		m.Begin(c.volume, c.label, c.erase, c.lim).Paint(c.shape)
		got := [3]int{m.Count(Anatomy, LeftLung), m.Count(Anatomy, RightLung), m.Count(Findings, Infection)}
		if want := [3]int{c.left, c.right, c.infection}; got != want {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
}

// What a stroke paints does not reach those who hold the mask as it was.
func TestStroke_LeavesSnapshotsAlone(t *testing.T) {
	size := volume.Size{8, 8, 2}
	m := New(size, DefaultLabels())
	tip := Tip{Geometry: grid(size, [3]float64{1, 1, 1}), RadiusMM: 2, Axis: 2}
	m.Begin(nil, Infection, false, Limits{}).Paint(tip.At(volume.Vec{3, 3, 0}))
	held := m.Snapshot()
	before := held.Count(Findings, Infection)
	s := m.Begin(nil, Infection, true, Limits{})
	s.Paint(tip.At(volume.Vec{3, 3, 0}))
	if m.Count(Findings, Infection) != 0 || BitsOf(held, Findings, Infection).Count() != before {
		t.Error("a snapshot changed")
	}
}
