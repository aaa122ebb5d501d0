package metrics_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/volume"
)

// dab changes a random box of a random layer, and returns the box.
func dab(r *rand.Rand, m *mask.Mask) volume.Box {
	size := m.Size()
	var b volume.Box
	for c := range 3 {
		b.Min[c] = r.IntN(size[c])
		b.Max[c] = b.Min[c] + 1 + r.IntN(size[c]-b.Min[c])
	}
	l, value := mask.Layer(r.IntN(mask.Layers)), uint8(r.IntN(5))
	solid := r.IntN(2) == 0
	for k := b.Min[2]; k < b.Max[2]; k++ {
		s := append([]uint8(nil), m.Slice(l, k)...)
		if s == nil {
			s = make([]uint8, size[0]*size[1])
		}
		for j := b.Min[1]; j < b.Max[1]; j++ {
			for i := b.Min[0]; i < b.Max[0]; i++ {
				if solid || r.IntN(8) > 0 {
					s[i+size[0]*j] = value
				}
			}
		}
		m.SetSlice(l, k, s)
	}
	return b
}

// overlap counts voxel by voxel.
func overlap(a, b *mask.Mask, l mask.Label) int {
	n := 0
	for k := range a.Size()[2] {
		for j := range a.Size()[1] {
			for i := range a.Size()[0] {
				if a.At(l.Layer, i, j, k) == l.Value && b.At(l.Layer, i, j, k) == l.Value {
					n++
				}
			}
		}
	}
	return n
}

func like(got, want *float64) bool {
	if got == nil || want == nil {
		return got == want
	}
	return math.Abs(*got-*want) < 1e-9
}

// However a mask is drawn on, the numbers are those of a whole measurement.
func TestLive_AgainstWholeMeasurement(t *testing.T) {
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 3))
		size := volume.Size{1 + r.IntN(40), 7, 6}
		g, src := volume.Canonical(size, volume.Affine{{0.7, 0, 0, 0}, {0, 0.7, 0, 0}, {0, 0, 1, 0}})
		v := &volume.Volume{Geometry: g, Source: src, Unit: volume.HU, Int16: make([]int16, size.Voxels())}
		labels := append(mask.DefaultLabels(), mask.Label{Value: 4, Layer: mask.Findings, Name: "effusion"})
		if seed%5 == 4 {
			labels[2].Side = mask.Left
		}
		if seed%5 == 3 {
			labels[2].Name, labels[3].Name = "consolidation", "infection"
		}
		m, model := mask.New(size, labels), mask.New(size, labels)
		dab(r, model)
		dab(r, model)
		if seed%3 == 0 {
			model = nil
		} else {
			m = model.Snapshot()
		}
		live := metrics.NewLive(m, model)
		for round := range 25 {
			if r.IntN(6) == 0 {
				_ = m.SetLabels(labels[:3+r.IntN(2)])
			}
			for range r.IntN(4) {
				live.Changed(dab(r, m))
			}
			check(t, fmt.Sprintf("seed %d round %d", seed, round), live.Numbers(v), v, m, model)
		}
	}
}

func check(t *testing.T, when string, got metrics.LiveNumbers, v *volume.Volume, m, model *mask.Mask) {
	t.Helper()
	want, err := metrics.Measure(context.Background(), v, m)
	if err != nil {
		t.Fatal(err)
	}
	if !like(got.InvolvementLeft, want.InvolvementLeft) || !like(got.InvolvementRight, want.InvolvementRight) || !like(got.InvolvementTotal, want.InvolvementTotal) {
		t.Fatalf("%s: another involvement", when)
	}
	rows := want.Labels[:0]
	for _, s := range want.Labels {
		if s.Whole() {
			rows = append(rows, s)
		}
	}
	for n, l := range got.Labels {
		if l.Label != rows[n].Label || l.Voxels != rows[n].Voxels || !like(l.VolumeML, rows[n].VolumeML) {
			t.Fatalf("%s: %+v, want %+v", when, l, rows[n])
		}
		if model == nil {
			if l.ChangeVoxels != nil || l.Dice != nil || l.ChangeML != nil || l.Added != nil || l.Removed != nil {
				t.Fatalf("%s: compared with no model: %+v", when, l)
			}
			continue
		}
		theirs := model.Count(l.Label.Layer, l.Label.Value)
		var dice *float64
		common := overlap(m, model, l.Label)
		if l.Voxels+theirs > 0 {
			d := 2 * float64(common) / float64(l.Voxels+theirs)
			dice = &d
		}
		if *l.Added != l.Voxels-common || *l.Removed != theirs-common {
			t.Fatalf("%s: %d added and %d removed of %s, want %d and %d", when, *l.Added, *l.Removed, l.Label.Name, l.Voxels-common, theirs-common)
		}
		if *l.ChangeVoxels != l.Voxels-theirs || !like(l.Dice, dice) {
			t.Fatalf("%s: change %d and Dice %v of %s, want %d and %v", when, *l.ChangeVoxels, l.Dice, l.Label.Name, l.Voxels-theirs, dice)
		}
	}
}

// What an edit would lead to is told without making it.
func TestLive_NumbersAfter(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 4))
		size := volume.Size{1 + r.IntN(40), 7, 6}
		g, src := volume.Canonical(size, volume.Affine{{0.7, 0, 0, 0}, {0, 0.7, 0, 0}, {0, 0, 1, 0}})
		v := &volume.Volume{Geometry: g, Source: src, Unit: volume.HU, Int16: make([]int16, size.Voxels())}
		model := mask.New(size, mask.DefaultLabels())
		dab(r, model)
		m := model.Snapshot()
		dab(r, m)
		if seed%4 == 3 {
			model = nil
		}
		next := m.Snapshot()
		dab(r, next)
		dab(r, next)
		live := metrics.NewLive(m, model)
		got := live.NumbersAfter(v, live.ChangesOf(mask.Diff(m, next)))
		want := metrics.NewLive(next, model).Numbers(v)
		if len(got.Labels) != len(want.Labels) || got.InvolvementTotal != nil {
			t.Fatalf("%+v", got)
		}
		for n, g := range got.Labels {
			w := want.Labels[n]
			if g.Voxels != w.Voxels || !like(g.VolumeML, w.VolumeML) || !like(g.ChangeML, w.ChangeML) || !like(g.Dice, w.Dice) {
				t.Errorf("seed %d: %+v, want %+v", seed, g, w)
			}
		}
	}
}

// A stack whose spacing is doubtful has no millilitres, live or not.
func TestLive_Withheld(t *testing.T) {
	g, src := volume.Canonical(volume.Size{3, 2, 2}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Int16: make([]int16, 12), Unit: volume.HU, Warnings: []volume.Warning{{Kind: volume.WarnNoSpacing}}}
	m := mask.New(v.Size, mask.DefaultLabels())
	for _, l := range metrics.NewLive(m, m.Snapshot()).Numbers(v).Labels {
		if l.VolumeML != nil || l.ChangeML != nil || l.ChangeVoxels == nil {
			t.Errorf("stated %+v", l)
		}
	}
}

// thorax is two lungs of 150x300 pixels on every slice with infection in them,
// and a mask that a hand has changed here and there.
func thorax(size volume.Size) (m, model *mask.Mask) {
	model = mask.New(size, mask.DefaultLabels())
	a, f := make([]uint8, size[0]*size[1]), make([]uint8, size[0]*size[1])
	for j := 100; j < 400; j++ {
		for i := 60; i < 450; i++ {
			o := i + size[0]*j
			switch {
			case i < 210:
				a[o] = mask.RightLung
			case i >= 300:
				a[o] = mask.LeftLung
			}
			if a[o] != 0 && (i/37+j/29)%3 == 0 {
				f[o] = mask.Infection
			}
		}
	}
	for k := range size[2] {
		model.SetSlice(mask.Anatomy, k, a)
		model.SetSlice(mask.Findings, k, f)
	}
	return model.Snapshot(), model
}

// BenchmarkLive tells the numbers after a move of a ball of 20 mm radius at 0.7
// mm pixels and 1 mm slices, and of a disc of 10 mm.
func BenchmarkLive(b *testing.B) {
	size := volume.Size{512, 512, 300}
	g, src := volume.Canonical(size, volume.Affine{{0.7, 0, 0, 0}, {0, 0.7, 0, 0}, {0, 0, 1, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Unit: volume.HU}
	m, model := thorax(size)
	live := metrics.NewLive(m, model)
	live.Numbers(v)
	for _, bench := range []struct {
		name string
		box  volume.Box
	}{
		{"disc10mm", volume.Box{Min: [3]int{100, 200, 150}, Max: [3]int{130, 230, 151}}},
		{"ball20mm", volume.Box{Min: [3]int{100, 200, 130}, Max: [3]int{160, 260, 171}}},
		{"whole", volume.Whole(size)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				live.Changed(bench.box)
				live.Numbers(v)
			}
		})
	}
}
