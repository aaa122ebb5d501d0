package phantom

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/volume"
)

func TestReport(t *testing.T) {
	n := 0
	New(Options{Size: volume.Size{16, 16, 20}, Report: func(p job.Progress) {
		if n++; p.Done != n || p.Total != 20 || p.Stage.IsZero() {
			t.Errorf("report %d is %+v", n, p)
		}
	}})
	if n != 20 {
		t.Errorf("%d reports of 20 slices", n)
	}
}

func TestNewIsDeterministic(t *testing.T) {
	o := Options{Size: volume.Size{96, 96, 40}, Seed: 7}
	v, m := New(o)
	w, n := New(o)
	if !slices.Equal(v.Int16, w.Int16) || !m.Equal(n) {
		t.Error("equal options gave different thoraces")
	}
	o.Seed = 8
	if w, _ := New(o); slices.Equal(v.Int16, w.Int16) {
		t.Error("another seed gave the same thorax")
	}
}

func TestAnySize(t *testing.T) {
	tests := []Options{
		{Size: volume.Size{64, 64, 32}},
		{Size: volume.Size{1, 1, 1}},
		{Size: volume.Size{5, 200, 3}, NoiseHU: -1},
		{Size: volume.Size{130, 90, 11}, SpacingMM: [3]float64{3, 2, 25}, Arms: true, PaddingHU: -2000},
		{Size: volume.Size{700, 20, 2}, SpacingMM: [3]float64{1.5, 1.5, 1}, InfectionPercent: -1},
	}
	for _, o := range tests {
		t.Run(o.Size.String(), func(t *testing.T) {
			v, m := New(o)
			if p := v.Problem(); !p.IsZero() {
				t.Error(p)
			}
			if v.Size != o.Size || m.Size() != o.Size || len(v.Int16) != o.Size.Voxels() {
				t.Errorf("asked for %s, got a volume of %s and a mask of %s", o.Size, v.Size, m.Size())
			}
			if o.SpacingMM != ([3]float64{}) && v.SpacingMM() != o.SpacingMM {
				t.Errorf("spacing %v, want %v", v.SpacingMM(), o.SpacingMM)
			}
		})
	}
}

// stats is what is measured under one label.
type stats struct {
	ml, mean, meanX float64
}

func measure(v *volume.Volume, m *mask.Mask, l mask.Layer, value uint8) stats {
	var n, hu, x float64
	for k := range v.Size[2] {
		for o, got := range m.Slice(l, k) {
			if got != value {
				continue
			}
			i, j := o%v.Size[0], o/v.Size[0]
			n++
			hu += v.At(i, j, k)
			x += v.ToPatient(volume.Vec{float64(i), float64(j), float64(k)})[0]
		}
	}
	return stats{n * v.VoxelVolumeML(), hu / n, x / n}
}

func TestAnatomyIsPlausible(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			v, m := New(Options{Size: volume.Size{160, 160, 100}, Seed: seed})
			left, right := measure(v, m, mask.Anatomy, mask.LeftLung), measure(v, m, mask.Anatomy, mask.RightLung)
			infection := measure(v, m, mask.Findings, mask.Infection)
			if left.meanX <= 20 || right.meanX >= -20 {
				t.Errorf("sides: left lung at x = %.0f mm, right at %.0f; x grows to the patient's left", left.meanX, right.meanX)
			}
			if left.ml >= right.ml || left.ml < 1200 || right.ml > 3000 {
				t.Errorf("left lung %.0f ml, right %.0f ml", left.ml, right.ml)
			}
			for _, s := range []stats{left, right} {
				if s.mean < -880 || s.mean > -740 {
					t.Errorf("a lung's mean is %.0f HU", s.mean)
				}
			}
			if share := 100 * infection.ml / (left.ml + right.ml); share < 3.5 || share > 9 {
				t.Errorf("%.1f %% infected, want about 6", share)
			}
			if infection.mean < -650 || infection.mean > -250 {
				t.Errorf("infection's mean is %.0f HU", infection.mean)
			}
		})
	}
}

func TestInfectionLiesInLungs(t *testing.T) {
	_, m := New(Options{Size: volume.Size{128, 128, 64}, Seed: 3})
	for k := range m.Size()[2] {
		lungs := m.Slice(mask.Anatomy, k)
		for o, v := range m.Slice(mask.Findings, k) {
			if v != 0 && (lungs == nil || lungs[o] == 0) {
				t.Fatalf("infection outside the lungs in slice %d at %d", k, o)
			}
		}
	}
}

func TestEndsAreFreeOfLung(t *testing.T) {
	_, m := New(Options{Size: volume.Size{128, 128, 60}})
	for _, k := range []int{0, 1, 2, 57, 58, 59} {
		if m.Slice(mask.Anatomy, k) != nil {
			t.Errorf("slice %d of 60 has lung", k)
		}
	}
	if m.Slice(mask.Anatomy, 30) == nil {
		t.Error("the middle has no lung")
	}
}

func TestHealthyAndPadding(t *testing.T) {
	v, m := New(Options{Size: volume.Size{64, 64, 20}, InfectionPercent: -1, PaddingHU: -2000})
	if n := m.Count(mask.Findings, mask.Infection); n != 0 {
		t.Errorf("%d voxels infected in a healthy thorax", n)
	}
	if v.At(0, 0, 10) != -2000 || v.At(32, 32, 10) == -2000 {
		t.Errorf("padding: corner %g, middle %g", v.At(0, 0, 10), v.At(32, 32, 10))
	}
}

func TestNoise(t *testing.T) {
	const n = 256
	g := newGrain(1, n, n)
	hu := make([]float32, n*n) // 0 HU: the whole noise
	g.add(0, hu, 20)
	var sum, squares float64
	for _, h := range hu {
		sum += float64(h)
		squares += float64(h) * float64(h)
	}
	mean := sum / (n * n)
	sd := math.Sqrt(squares/(n*n) - mean*mean)
	if math.Abs(mean) > 1 || math.Abs(sd-20) > 1 {
		t.Errorf("noise of mean %.2f and sd %.2f, want 0 and 20", mean, sd)
	}
	if g := newGrain(1, n, n); true {
		g.add(5, make([]float32, n*n), 20) // coming from another slice changes nothing
		again := make([]float32, n*n)
		g.add(0, again, 20)
		if !slices.Equal(hu, again) {
			t.Error("noise of slice 0 depends on what was drawn before")
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(Options{Seed: 1})
	}
}
