package metrics_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/testdata"
	"opacity/app/text"
	"opacity/app/volume"
)

// sample makes the volume and mask that testdata/expected.py measures.
func sample(float bool) (*volume.Volume, *mask.Mask) {
	size := volume.Size{19, 13, 7}
	affine := volume.Affine{{0.7, 0, 0, 0}, {0, 0.8, 0, 0}, {0, 0, 1.5, 0}}
	g, src := volume.Canonical(size, affine)
	v := &volume.Volume{Geometry: g, Source: src, Unit: volume.HU}
	if float {
		v.Float32 = make([]float32, size.Voxels())
	} else {
		v.Int16 = make([]int16, size.Voxels())
	}
	m := mask.New(size, mask.DefaultLabels())
	for k := range size[2] {
		anatomy, findings := make([]uint8, size[0]*size[1]), make([]uint8, size[0]*size[1])
		for j := range size[1] {
			for i := range size[0] {
				hu := ((i*31+j*17+k*7)*13)%4001 - 3000
				o := i + size[0]*j
				if float {
					v.Float32[k*size[0]*size[1]+o] = float32(hu)
				} else {
					v.Int16[k*size[0]*size[1]+o] = int16(hu)
				}
				switch {
				case i >= 10 && (i+2*j+3*k)%5 != 0 && k != 4:
					anatomy[o] = mask.LeftLung
				case i < 8 && (i*j+k)%4 != 0 && k != 4:
					anatomy[o] = mask.RightLung
				}
				if (i*7+j*5+k*3)%11 < 3 && k != 2 {
					findings[o] = mask.Infection
				}
			}
		}
		m.SetSlice(mask.Anatomy, k, anatomy)
		m.SetSlice(mask.Findings, k, findings)
	}
	return v, m
}

type expected struct {
	Labels []struct {
		Name, Side string
		Voxels     int
		VolumeML   float64   `json:"volume_ml"`
		MeanHU     float64   `json:"mean_hu"`
		SDHU       float64   `json:"sd_hu"`
		AreaMM2    []float64 `json:"area_mm2"`
	}
	Involvement struct{ Left, Right, Total float64 } `json:"involvement_percent"`
}

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil {
		t.Errorf("%s: withheld, want %g", what, want)
	} else if math.Abs(*got-want) > 1e-9*math.Max(1, math.Abs(want)) {
		t.Errorf("%s: %.12g, want %.12g", what, *got, want)
	}
}

func TestMeasureAgreesWithNumpyAndSimpleITK(t *testing.T) {
	var want expected
	testdata.JSON(t, "expected.json", &want)
	for _, float := range []bool{false, true} {
		v, m := sample(float)
		got, err := metrics.Measure(context.Background(), v, m)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Labels) != len(want.Labels) {
			t.Fatalf("%d rows, want %d", len(got.Labels), len(want.Labels))
		}
		for r, w := range want.Labels {
			g := got.Labels[r]
			name := w.Name + " " + w.Side
			if g.Label.Name != w.Name || string(g.Side) != w.Side || g.Voxels != w.Voxels {
				t.Errorf("row %d: %s %s %d voxels, want %s %d", r, g.Label.Name, g.Side, g.Voxels, name, w.Voxels)
			}
			near(t, name+" ml", g.VolumeML, w.VolumeML)
			near(t, name+" mean", g.MeanHU, w.MeanHU)
			near(t, name+" sd", g.SDHU, w.SDHU)
			for k, a := range w.AreaMM2 {
				near(t, name+" area", &got.AreaMM2[r][k], a)
			}
		}
		near(t, "left", got.InvolvementLeft, want.Involvement.Left)
		near(t, "right", got.InvolvementRight, want.Involvement.Right)
		near(t, "total", got.InvolvementTotal, want.Involvement.Total)
		if !got.Why.IsZero() || !got.WhyHU.IsZero() {
			t.Errorf("withheld for no reason: %q %q", got.Why, got.WhyHU)
		}
	}
}

func TestMeasureWithholds(t *testing.T) {
	sagittal := func(v *volume.Volume) { v.Source.Axes = [3]int{2, 0, 1} }
	warn := func(k volume.WarningKind) func(*volume.Volume) {
		return func(v *volume.Volume) {
			v.Warnings = append(v.Warnings, volume.Warning{Kind: k, Message: text.M("why")})
		}
	}
	tests := []struct {
		name           string
		doubts         []func(*volume.Volume)
		ml, hu, areaMM bool
	}{
		{"sound", nil, true, true, true},
		{"oblique is sound", []func(*volume.Volume){warn(volume.WarnOblique)}, true, true, true},
		{"gap", []func(*volume.Volume){warn(volume.WarnGap)}, false, true, true},
		{"tilt", []func(*volume.Volume){warn(volume.WarnTilt)}, false, true, true},
		{"sagittal stack with a gap", []func(*volume.Volume){sagittal, warn(volume.WarnGap)}, false, true, false},
		{"no spacing", []func(*volume.Volume){warn(volume.WarnNoSpacing)}, false, true, false},
		{"not HU", []func(*volume.Volume){func(v *volume.Volume) { v.Unit = volume.Arbitrary }}, true, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, m := sample(false)
			for _, d := range tt.doubts {
				d(v)
			}
			got, err := metrics.Measure(context.Background(), v, m)
			if err != nil {
				t.Fatal(err)
			}
			l := got.Labels[0]
			if (l.VolumeML != nil) != tt.ml || (l.MeanHU != nil) != tt.hu || (l.SDHU != nil) != tt.hu || (got.AreaMM2 != nil) != tt.areaMM {
				t.Errorf("ml %v, mean %v, sd %v, mm2 %v", l.VolumeML != nil, l.MeanHU != nil, l.SDHU != nil, got.AreaMM2 != nil)
			}
			if got.Why.IsZero() != tt.ml || got.WhyHU.IsZero() != tt.hu {
				t.Errorf("reasons %q and %q", got.Why, got.WhyHU)
			}
			if got.InvolvementTotal == nil || l.Voxels == 0 || got.AreaVoxels[0][0] == 0 {
				t.Error("voxels and shares of voxels are never withheld")
			}
		})
	}
}

func TestMeasureOfNothing(t *testing.T) {
	v, _ := sample(false)
	got, err := metrics.Measure(context.Background(), v, mask.New(v.Size, mask.DefaultLabels()))
	if err != nil {
		t.Fatal(err)
	}
	l := got.Labels[0]
	if l.Voxels != 0 || l.VolumeML == nil || *l.VolumeML != 0 || l.MeanHU != nil || got.InvolvementTotal != nil {
		t.Errorf("an empty mask measures %+v, involvement %v", l, got.InvolvementTotal)
	}
}

func TestMeasurePaddingThatIsNoNumber(t *testing.T) {
	v, m := sample(true)
	nan := float32(math.NaN())
	for o := range v.Float32 {
		v.Float32[o] = nan
	}
	got, err := metrics.Measure(context.Background(), v, m)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean of padding", got.Labels[0].MeanHU, volume.FloorHU)
}

func TestMeasureRefusesAnotherGrid(t *testing.T) {
	v, _ := sample(false)
	if _, err := metrics.Measure(context.Background(), v, mask.New(volume.Size{1, 2, 3}, nil)); err == nil {
		t.Error("a mask of another size was measured")
	}
}

func TestMeasureCancelled(t *testing.T) {
	v, m := sample(false)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := metrics.Measure(ctx, v, m); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// BenchmarkMeasure weighs a mask that covers an eighth of a chest.
func BenchmarkMeasure(b *testing.B) {
	size := volume.Size{512, 512, 300}
	g, src := volume.Canonical(size, volume.Affine{{0.7, 0, 0, 0}, {0, 0.7, 0, 0}, {0, 0, 1, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Unit: volume.HU, Int16: make([]int16, size.Voxels())}
	m := mask.New(size, mask.DefaultLabels())
	s := make([]uint8, size[0]*size[1])
	for j := 128; j < 384; j++ {
		for i := 128; i < 256; i++ {
			s[i+size[0]*j] = mask.RightLung
		}
	}
	for k := range size[2] {
		m.SetSlice(mask.Anatomy, k, s)
		if k%3 == 0 {
			m.SetSlice(mask.Findings, k, s)
		}
	}
	for b.Loop() {
		if _, err := metrics.Measure(context.Background(), v, m); err != nil {
			b.Fatal(err)
		}
	}
}

func TestCutLungs(t *testing.T) {
	tests := []struct {
		name   string
		slices []int // that the left lung is on, of 0..4
		want   string
	}{
		{"within", []int{1, 2, 3}, ""},
		{"first", []int{0, 1}, "The left lung reaches the first slice: its volume is only of what was scanned."},
		{"last", []int{3, 4}, "The left lung reaches the last slice: its volume is only of what was scanned."},
		{"both", []int{0, 1, 2, 3, 4}, "The left lung reaches the first and the last slice: its volume is only of what was scanned."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := mask.New(volume.Size{3, 2, 5}, mask.DefaultLabels())
			for _, k := range tt.slices {
				m.SetSlice(mask.Anatomy, k, []uint8{0, 0, 0, 0, 0, mask.LeftLung})
			}
			said := ""
			for _, w := range metrics.CutLungs(m) {
				said += text.English().Format(w.Message)
			}
			if said != tt.want {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestLeaveOut(t *testing.T) {
	g, src := volume.Canonical(volume.Size{3, 2, 2}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Int16: make([]int16, 12), Unit: volume.HU}
	m := mask.New(v.Size, mask.DefaultLabels())
	m.SetSlice(mask.Anatomy, 0, []uint8{mask.LeftLung, mask.RightLung, 0, 0, 0, 0})
	got, err := metrics.Measure(context.Background(), v, m)
	if err != nil || got.InvolvementTotal == nil {
		t.Fatal(err, got.InvolvementTotal)
	}
	got.LeaveOut(func(l mask.Label) bool { return l.Layer == mask.Anatomy })
	if got.InvolvementTotal != nil || got.InvolvementLeft != nil || got.WhyInvolvement.IsZero() {
		t.Errorf("a share of %v is stated", got.InvolvementTotal)
	}
	for _, l := range got.Labels {
		if stated := l.VolumeML != nil; stated != (l.Label.Layer == mask.Anatomy) || stated != l.Why.IsZero() {
			t.Errorf("%s: volume stated %v, why %v", l.Label.Name, stated, l.Why)
		}
	}
}
