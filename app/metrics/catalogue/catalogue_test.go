package catalogue

import (
	"context"
	"math"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/score"
	"opacity/app/text"
	"opacity/app/volume"
)

// Every metric has a name of its own, a definition and a rule for empty masks, all in
// the table.
func TestTexts(t *testing.T) {
	names, keys := map[string]string{}, map[string]bool{}
	for _, e := range All() {
		if keys[e.Key] {
			t.Errorf("%s is listed twice", e.Key)
		}
		keys[e.Key] = true
		name := e.Name.String() + string(e.Unit)
		if other, there := names[name]; there {
			t.Errorf("%s and %s are both %q", other, e.Key, name)
		}
		names[name] = e.Key
		for _, m := range []text.Message{e.Name, e.Definition, e.Empty} {
			if s := m.String(); strings.Contains(s, "metric.") || strings.Contains(s, "%!") {
				t.Errorf("%s: %q", e.Key, s)
			}
		}
		if !strings.HasSuffix(e.Definition.String(), ".") || !strings.HasSuffix(e.Empty.String(), ".") {
			t.Errorf("%s has no sentence: %q, %q", e.Key, e.Definition, e.Empty)
		}
	}
	if n := len(Defaults()); n != len(defaults) {
		t.Errorf("%d of %d defaults are in the catalogue", n, len(defaults))
	}
}

func TestFind(t *testing.T) {
	tests := []struct {
		key, name string
		unit      Unit
	}{
		{"dice", "Dice", Share},
		{"hd_mm", "Hausdorff distance (boundary voxels, 6 neighbours)", Millimetres},
		{"hd95_mm", "HD95 (larger of the two directions, boundary voxels, 6 neighbours)", Millimetres},
		{"hd95_pooled_mm", "HD95 (both directions pooled, as in medpy, boundary voxels, 6 neighbours)", Millimetres},
		{"hd99.5_mean_26_px", "HD99.5 (mean of the two directions, boundary voxels, 26 neighbours)", Voxels},
		{"hd95_surfel_mm", "HD95 (larger of the two directions, by area, as in DeepMind's surface-distance, surface elements by area)", Millimetres},
		{"assd_18_mm", "Average symmetric surface distance (boundary voxels, 18 neighbours)", Millimetres},
		{"nsd", "Normalised surface Dice (surface elements by area)", Share},
		{"nsd_voxels_18", "Normalised surface Dice (boundary voxels, 18 neighbours)", Share},
	}
	for _, tt := range tests {
		if e, ok := Find(tt.key); !ok || e.Key != tt.key || e.Name.String() != tt.name || e.Unit != tt.unit {
			t.Errorf("%s is %q in %q (%v), want %q in %q", tt.key, e.Name, e.Unit, ok, tt.name, tt.unit)
		}
	}
	for _, key := range []string{"", "hd", "hd_pooled_mm", "hd0_mm", "hd101_mm", "assd95_mm", "assd_mean_mm", "hd_surfel_18_mm", "nsd_mm", "nsd_pooled", "hd95_voxels_mm", "nonsense"} {
		if e, ok := Find(key); ok {
			t.Errorf("%q is %q", key, e.Name)
		}
	}
}

// cubes are two of 4x4x4 voxels, one voxel apart along i, in a region of everything.
func cubes(t *testing.T, spacingMM [3]float64, unknown bool) Pair {
	t.Helper()
	reference, prediction := mask.NewBits(volume.Size{12, 10, 8}), mask.NewBits(volume.Size{12, 10, 8})
	for k := 2; k < 6; k++ {
		for j := 3; j < 7; j++ {
			reference.SetRun(3, 7, j, k)
			prediction.SetRun(4, 8, j, k)
		}
	}
	c := metrics.CountsOf(reference, prediction, nil)
	p := Pair{
		Counts: c, InRegion: c, ToleranceMM: 1,
		Grid: Grid{SpacingMM: spacingMM, VoxelML: spacingMM[0] * spacingMM[1] * spacingMM[2] / 1000, Unknown: unknown},
	}
	if err := p.AddDistances(context.Background(), reference, prediction, All()); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestValues(t *testing.T) {
	known, unknown := cubes(t, [3]float64{0.5, 2, 2}, false), cubes(t, [3]float64{0.5, 2, 2}, true)
	tests := []struct {
		key   string
		pair  Pair
		want  float64
		why   metrics.Why
		given bool
	}{
		{"dice", known, 0.75, "", true},
		{"rvd", known, 0, "", true},
		{"volume_ref_ml", known, 0.128, "", true},
		{"hd_mm", known, 0.5, "", true},
		{"hd_px", known, 1, "", true},
		{"hd_px", unknown, 1, "", true},
		{"hd95_surfel_px", known, 1, "", true},
		{"nsd", known, 1, "", true},
		{"nsd_tolerance_mm", known, 1, "", true},
		{"hd_mm", unknown, math.NaN(), metrics.NoSpacing, true},
		{"nsd", unknown, math.NaN(), metrics.NoSpacing, true},
		{"avd_ml", unknown, math.NaN(), metrics.NoSpacing, true},
		{"auc", known, 0, "", false},
		{"structure_measure", known, 0, "", false},
	}
	for _, tt := range tests {
		e, _ := Find(tt.key)
		v, ok := e.Of(tt.pair)
		if ok != tt.given || v.Why != tt.why || ok && tt.why == "" && math.Abs(v.X-tt.want) > 1e-12 {
			t.Errorf("%s is %+v, %v; want %v %s, %v", tt.key, v, ok, tt.want, tt.why, tt.given)
		}
	}
	known.Probabilities, known.Images = &score.Histogram{}, &score.Images{}
	if n := len(Values(known, All())); n != len(All()) {
		t.Errorf("%d of %d metrics have a value or a reason", n, len(All()))
	}
}

// An empty mask makes no metric a number that looks like one, and stops none.
func TestEmptyMasks(t *testing.T) {
	size := volume.Size{5, 5, 5}
	none, some := mask.NewBits(size), mask.NewBits(size)
	some.Set(2, 2, 2)
	for _, tt := range []struct {
		reference, prediction *mask.Bits
		hd, nsd, dice         metrics.Why
	}{
		{none, none, metrics.BothEmpty, metrics.BothEmpty, metrics.BothEmpty},
		{some, none, metrics.Miss, "", ""},
		{none, some, metrics.Miss, "", ""},
	} {
		c := metrics.CountsOf(tt.reference, tt.prediction, nil)
		p := Pair{Counts: c, InRegion: c, Grid: Grid{SpacingMM: [3]float64{1, 1, 1}, VoxelML: 0.001}, ToleranceMM: 1}
		if err := p.AddDistances(context.Background(), tt.reference, tt.prediction, All()); err != nil {
			t.Fatal(err)
		}
		got := Values(p, All())
		for key, why := range map[string]metrics.Why{
			"hd_mm": tt.hd, "hd95_mm": tt.hd, "hd95_pooled_18_mm": tt.hd, "hd95_surfel_mm": tt.hd, "masd_mm": tt.hd,
			"nsd": tt.nsd, "nsd_voxels": tt.nsd, "dice": tt.dice, "jaccard": tt.dice,
		} {
			if v := got[key]; v.Why != why || v.Defined() && v.X != 0 {
				t.Errorf("%s is %+v, want %q", key, v, why)
			}
		}
		for key, v := range got {
			if v.Defined() == math.IsNaN(v.X) || math.IsInf(v.X, 0) {
				t.Errorf("%s is %+v", key, v)
			}
		}
	}
}
